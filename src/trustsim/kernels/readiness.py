"""How ready some are to run, as things stand: what a decision that is taken again is held against."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.choose import Moving, Owner, added_up, beyond_calm, pull_of, running
from trustsim.kernels.co_clients import exposed
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import compiled
from trustsim.kernels.cover import left_to
from trustsim.kernels.layout import Beliefs, Laws, Traits

_0 = np.float32(0)


@compiled
def readiness(ready, who, accounts, platforms, tail, place) -> None:
    """Fill ``ready`` float64 (accounts of the platform,) with the readiness to run, log-odds, of those of ``place`` (v,
    p) in ``who`` bool (accounts of the platform,); the others stay as they are.

    It is the sum that the account pass holds against the draw (:func:`trustsim.kernels.choose.running`), with what
    declared columns add, by beliefs and weights as they stand.
    """
    v, p = place
    w = v // (len(accounts.flags) // len(accounts.first))
    weights, begin = platforms.weights[v, p], accounts.first[w, p]
    for i in range(begin, accounts.first[w, p + 1]):
        if not who[i - begin]:
            continue
        columns = 0.0
        if tail is not None:
            for c in range(len(tail.columns)):
                columns += np.float64(tail.laws[c, v, p, Laws.RUN] * tail.columns[c, v, i])
        traits, beliefs = accounts.traits[:, w, i], accounts.beliefs[:, v, i]
        ready[i - begin] = _ready(weights, traits, beliefs, accounts.balance[v, i], columns)


@compiled
def _ready(weights, traits, beliefs, balance, columns):
    """Return the readiness to run of one owner, log-odds; ``weights`` float32 (Weights,), ``traits`` (Traits,),
    ``beliefs`` (Beliefs,), ``balance`` in minor units, ``columns`` what declared columns add."""
    loss, _ = left_to(balance, traits[Traits.AWARE], traits[Traits.LITERACY], weights)
    pull, owner = pull_of(weights), Owner(traits[Traits.CALM], traits[Traits.HERDING], traits[Traits.LITERACY])
    exposure = exposed((pull.lately, pull.out), beliefs[Beliefs.SEEN], beliefs[Beliefs.OUT], beliefs[Beliefs.EACH])
    others = beyond_calm(pull, owner, exposure, beliefs[Beliefs.WHOLE])
    now = Moving(
        weights[Weights.CALM], pull.state, beliefs[Beliefs.FUND], beliefs[Beliefs.INTEGRITY], beliefs[Beliefs.RISK],
        beliefs[Beliefs.EVIDENCE], beliefs[Beliefs.FEAR], others, _0, np.float32(columns),
    )  # fmt: skip
    return np.float64(added_up(running(pull, owner, now, loss)))
