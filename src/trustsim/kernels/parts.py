"""The parts of decisions of chosen accounts, one by one: what the account pass adds up, for attribution.

In double precision, so that differences of parts keep their digits. Of the n chosen accounts: ``weights`` float64
(n, Weights) of their platforms, ``traits`` float64 (Traits, n).
"""

from __future__ import annotations

from trustsim.kernels.choose import (
    Moving,
    Owner,
    attending,
    beyond_calm,
    by_others_seen,
    leaving,
    looking,
    pull_of,
    running,
)
from trustsim.kernels.compiled import compiled
from trustsim.kernels.cover import left_to
from trustsim.kernels.layout import Traits


@compiled
def losses(loss, balance, aware, literacy, weights) -> None:
    """Fill ``loss`` float32 (n,) as :func:`~trustsim.kernels.cover.covered` does, for accounts of any platforms.

    ``balance`` int64 (n,), minor units; ``aware``, ``literacy`` float32 (n,); ``weights`` float32 (n, Weights).
    """
    for i in range(len(loss)):
        loss[i], _ = left_to(balance[i], aware[i], literacy[i], weights[i])


@compiled
def running_parts(parts, weights, traits, moving, loss) -> None:
    """Fill ``parts`` float64 (RunParts, n) where what moves stands at ``moving``, float64 (n,) each; ``loss``
    float64 (n,): log of the share of a loss that is not covered."""
    for i in range(len(loss)):
        owner = Owner(traits[Traits.CALM, i], traits[Traits.HERDING, i], traits[Traits.LITERACY, i])
        now = Moving(
            moving.terms[i], moving.state[i], moving.fund[i], moving.integrity[i], moving.risk[i], moving.evidence[i],
            moving.fear[i], moving.others[i], moving.queue[i], moving.columns[i],
        )  # fmt: skip
        told = running(pull_of(weights[i]), owner, now, loss[i])
        for k in range(len(told)):
            parts[k, i] = told[k]


@compiled
def expecting(others, queue, weights, traits, exposure, whole) -> None:
    """Fill ``others`` and ``queue`` float64 (n,) with the e-folds beyond calm of the share of others expected to leave,
    shared out by what it is known from: the neighbours with the press, and what is seen of payments."""
    for i in range(len(others)):
        pull = pull_of(weights[i])
        owner = Owner(traits[Traits.CALM, i], traits[Traits.HERDING, i], traits[Traits.LITERACY, i])
        beyond, share = beyond_calm(pull, owner, exposure[i], whole[i]), by_others_seen(pull, owner, exposure[i])
        others[i], queue[i] = share * beyond, (1.0 - share) * beyond


@compiled
def leaving_parts(parts, weights, traits, info, service, columns) -> None:
    """Fill ``parts`` float64 (LeaveParts, n) with trust in information safety and service, and what declared
    columns add, at these, float64 (n,) each, log-odds."""
    for i in range(len(info)):
        churn, prior = traits[Traits.CHURN, i], traits[Traits.PRIOR, i]
        told = leaving(pull_of(weights[i]), churn, prior, info[i], service[i], columns[i])
        for k in range(len(told)):
            parts[k, i] = told[k]


@compiled
def chances_to_look(chance, weights, traits, drawn, fear) -> None:
    """Fill ``chance`` float64 (n,) with the chance to look at the account, given ``fear`` and the attention ``drawn``
    by what was heard, float64 (n,)."""
    for i in range(len(fear)):
        attention = attending(traits[Traits.ATTENTION, i], traits[Traits.LITERACY, i], drawn[i], weights[i])
        chance[i] = looking(pull_of(weights[i]), attention, fear[i])
