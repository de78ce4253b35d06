"""Choose: one action byte for each account, from what its owner feels, who that is, and the day's luck.

The sums stand here once, part by part. The account pass adds the parts up; attribution keeps them apart
(kernels/parts.py).
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import numpy as np

from trustsim.kernels.channels import Channels
from trustsim.kernels.co_clients import exposed
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import HOLDS, WARY
from trustsim.kernels.literacy import literate

Number = Any  # of one account; of many where it is an array (n,)
_0, _HALF, _1, _4, _12 = np.float32(0), np.float32(0.5), np.float32(1), np.float32(4), np.float32(12)


class Pull(NamedTuple):
    """The weights of running, leaving and looking on one platform: rows of :class:`Weights`."""

    fund: float
    integrity: float
    risk: float
    heed: float
    others: float
    herding: float
    lately: float
    out: float
    queue: float
    told: float
    unseen: float
    normal: float
    state: float
    fundamentals_fear: float
    education: float
    ordinary: float
    info: float
    service: float
    attention_fear: float


class Owner(NamedTuple):
    """Who may run: rows of traits."""

    calm: float
    herding: float
    literacy: float


class Moving(NamedTuple):
    """What moves the readiness to run from day to day."""

    terms: Number  # log-odds that the platform adds to the readiness of all
    state: Number  # log-odds that a change of its known cash adds
    fund: Number  # trust, log-odds
    integrity: Number
    risk: Number  # perceived, log-odds
    evidence: Number  # heard lately, log-odds
    fear: Number
    others: Number  # e-folds of the share of others expected to leave, beyond calm; the pass puts all of it here
    queue: Number  # the part of it known from the platform's payments, kept apart where causes are told; 0 in the pass
    columns: Number  # log-odds that declared columns add


class RunParts(NamedTuple):
    """The parts of the readiness to run, log-odds, in the order of their sum, and what each counts to.

    What fear changes in a part counts to fear.
    """

    owner: Annotated[float, Channels.ORDINARY]
    terms: Annotated[float, Channels.FIRST_MOVE]
    state: Annotated[float, Channels.FUNDAMENTALS]
    trust: Annotated[float, Channels.NEWS]
    evidence: Annotated[float, Channels.NEWS]
    risk: Annotated[float, Channels.FUNDAMENTALS]
    cover: Annotated[float, Channels.ORDINARY]
    peers: Annotated[float, Channels.HERDING]
    queue: Annotated[float, Channels.FIRST_MOVE]
    columns: Annotated[float, None]  # each to the channel of its law


class LeaveParts(NamedTuple):
    """The parts of the readiness to leave in the ordinary way, log-odds, in the order of their sum, and what each
    counts to."""

    owner: Annotated[float, Channels.ORDINARY]
    terms: Annotated[float, Channels.ORDINARY]
    info: Annotated[float, Channels.NEWS]
    service: Annotated[float, Channels.NEWS]
    columns: Annotated[float, None]


class Drawing(NamedTuple):
    """The weights of joining one platform: rows of :class:`Weights`."""

    base: float
    usual: float
    win_back: float
    trust: float
    risk: float
    usual_risk: float
    noticed: float
    fear: float


class JoinParts(NamedTuple):
    """The parts of the readiness to join, log-odds, in the order of their sum; nobody who joins asks for money, so
    they count to no channel."""

    terms: float  # that of all, with what frictions and yields make of it
    owner: float  # who joins as readily as leaves, or remembers a run
    trust: float
    fear: float
    risk: float
    info: float
    service: float
    columns: float


@inlined
def pull_of(w):
    """Return the :class:`Pull` of a platform from its weights (Weights,)."""
    return Pull(
        w[Weights.FUND], w[Weights.INTEGRITY], w[Weights.RISK], w[Weights.HEED], w[Weights.OTHERS], w[Weights.HERDING],
        w[Weights.LATELY], w[Weights.OUT], w[Weights.QUEUE], w[Weights.TOLD], w[Weights.UNSEEN],
        w[Weights.NORMAL_SHARE], w[Weights.STATE],
        w[Weights.FUNDAMENTALS_FEAR], w[Weights.EDUCATION], w[Weights.ORDINARY], w[Weights.INFO], w[Weights.SERVICE],
        w[Weights.ATTENTION_FEAR],
    )  # fmt: skip


@inlined
def logarithm(x):
    """Return the natural logarithm without a table or a branch: four times that of the fourth root, by a ratio of
    squares; within 0.006 of it from e⁻³ to e³, within 0.06 from e⁻⁵ to e⁵, and rising everywhere."""
    t = np.sqrt(np.sqrt(x))
    return _12 * (t * t - _1) / (t * t + _4 * t + _1)


@inlined
def heeding(pull, owner):
    """Return the share expected to leave by one owner per exposure to neighbours seen leaving."""
    known = literate(owner.literacy, pull.education)
    return pull.herding * owner.herding * (_1 - _HALF * known)


@inlined
def beyond_calm(pull, owner, exposure, whole):
    """Return by how many e-folds the share of others expected to leave is beyond that of calm.

    ``exposure``: to the neighbours seen leaving; ``whole``: if all of them leave. The press and the queue add to it.
    """
    heeds = heeding(pull, owner)
    expected = heeds * exposure + pull.told + pull.queue + pull.unseen
    return logarithm(expected / (heeds * pull.normal * whole + pull.unseen))


@inlined
def by_others_seen(pull, owner, exposure):
    """Return which share of the departures that are expected is known from neighbours and the press, not from the
    queue."""
    seen = heeding(pull, owner) * exposure + pull.told
    return seen / (seen + pull.queue) if pull.queue > _0 else _1


@inlined
def running(pull, owner, now, loss):
    """Return the :class:`RunParts` of one account; ``loss``: log of the share of a loss that is not covered."""
    f = now.fear
    trust = pull.fund * now.fund + pull.integrity * now.integrity
    evidence = (_1 + pull.heed * f) * now.evidence
    risk = max(_1 - pull.fundamentals_fear * f, _0) * pull.risk * now.risk
    peers, queue = pull.others * now.others, pull.others * now.queue
    return RunParts(owner.calm, now.terms, now.state, -trust, evidence, risk, loss, peers, queue, now.columns)


@inlined
def leaving(pull, churn, prior, info, service, columns):
    """Return the :class:`LeaveParts` of one account; ``info``, ``service``: trust in these; ``columns``: what
    declared columns add."""
    gained_info, gained_service = pull.info * (info - prior), pull.service * (service - prior)
    return LeaveParts(churn, pull.ordinary, -gained_info, -gained_service, columns)


@inlined
def prompted(attention, literacy, drawn, w):
    """Return the chance that an owner looks at the account in a step: prompts raise the rate at which one looks by
    their strength · (1 − literacy), and attention that was ``drawn`` by what was heard by itself, whatever the step."""
    known = literate(literacy, w[Weights.EDUCATION])
    return _1 - (_1 - attention) ** (_1 + w[Weights.PROMPTS] * (_1 - known) + w[Weights.ATTENTION] * drawn)


@inlined
def attending(attention, literacy, drawn, w):
    """Return the chance that one owner looks at the account in a step, as prompts and what was heard have it."""
    if w[Weights.PROMPTS] > 0.0 or w[Weights.ATTENTION] * drawn > 0.0:
        return prompted(attention, literacy, drawn, w)
    return attention


@inlined
def drawing_of(w):
    """Return the :class:`Drawing` of a platform from its weights (Weights,)."""
    return Drawing(
        w[Weights.JOIN], w[Weights.JOIN_USUAL], w[Weights.WIN_BACK], w[Weights.JOIN_TRUST], w[Weights.JOIN_RISK],
        w[Weights.USUAL_RISK], w[Weights.NOTICED_RISK], w[Weights.JOIN_FEAR],
    )  # fmt: skip


@inlined
def joining(pull, drawing, owner, now, columns):
    """Return the :class:`JoinParts` of one account.

    ``owner``: trait ENTRY, prior, and 1 for who remembers a run, else 0. ``now``: trust in fund safety, integrity,
    information safety and service, perceived risk, fear. ``columns``: what declared columns add.
    """
    entry, prior, wary = owner
    fund, integrity, info, service, risk, fear = now
    usual, off = drawing.usual * entry, risk - drawing.usual_risk
    beyond = max(off - drawing.noticed, _0) + min(off + drawing.noticed, _0)
    return JoinParts(
        drawing.base, usual + wary * (drawing.win_back - usual), drawing.trust * (fund + integrity - prior - prior),
        -drawing.fear * fear, -drawing.risk * beyond, pull.info * (info - prior), pull.service * (service - prior),
        columns,
    )  # fmt: skip


@inlined
def looking(pull, attention, fear):
    """Return the chance that an owner looks at the account today."""
    return attention * (_1 + pull.attention_fear * fear)


@inlined
def added_up(parts):
    """Return the sum of the parts of a decision."""
    x = parts[0]
    for k in range(1, len(parts)):
        x += parts[k]
    return x


@inlined
def choose(actions, bits, felt, who, luck, losses, lean, w) -> None:
    """Write the action byte: run, leave in the ordinary way, join, or change alarm; all of them logits on shared draws.

    Whoever has seen ``need`` neighbours leave runs as well. Who asked for the free part of a locked balance asks for
    the rest on the day that it matures; until then coming back takes that back. ``bits``: ``flags`` and ``known``,
    uint8 (n,). ``losses`` two of float32 (n,): log of the share of a loss that is not covered, of what lies above the
    limit of the guarantee where something does, and within it. Who would leave that part alone runs with it alone.
    ``lean`` float32
    (3, ≥ n): what declared columns add to running, leaving and joining; None where there are none.
    """
    fund, integrity, info, service = felt.fund, felt.integrity, felt.info, felt.service
    risk, evidence, fear = felt.risk, felt.evidence, felt.fear
    seen, out, each, whole = felt.seen, felt.out, felt.each, felt.whole
    (flags, known), (loss, within) = bits, losses
    calm, churn, prior, herding, entry = who.calm, who.churn, who.prior, who.herding, who.entry
    literacy, attention, alarm, need = who.literacy, who.attention, who.alarm, who.need
    login, panic, ordinary = luck.login, luck.panic, luck.ordinary
    pull, terms = pull_of(w), w[Weights.CALM]
    drawing, wary_bit = drawing_of(w), np.uint8(WARY)
    draws_lots = _0 if w[Weights.RULE] > _0 else _1
    for i in range(len(actions)):
        f, own = fear[i], prior[i]
        to_run, to_leave, to_join = _0, _0, _0
        if lean is not None:
            to_run, to_leave, to_join = lean[0, i], lean[1, i], lean[2, i]
        wary = _1 if known[i] & wary_bit else _0
        felt_now = (fund[i], integrity[i], info[i], service[i], risk[i] + evidence[i], f)
        z = added_up(joining(pull, drawing, (entry[i], own, wary), felt_now, to_join))
        owner = Owner(calm[i], herding[i], literacy[i])
        others = beyond_calm(pull, owner, exposed((pull.lately, pull.out), seen[i], out[i], each[i]), whole[i])
        now = Moving(
            terms, pull.state, fund[i], integrity[i], risk[i], evidence[i], f, others, _0, to_run,
        )  # fmt: skip
        x = added_up(running(pull, owner, now, loss[i]))
        y = added_up(leaving(pull, churn[i], own, info[i], service[i], to_leave))
        holds = flags[i] & np.uint8(HOLDS)
        free = (flags[i] >> np.uint8(1)) & holds
        heeds = np.uint8(login[i] < looking(pull, attention[i], f))
        line, follows = draws_lots * panic[i], np.uint8(seen[i] >= need[i])
        runs = (np.uint8(x > line) | follows) & heeds & free
        runs_with_all = np.uint8(x + (within[i] - loss[i]) > line) | follows
        noticed = (flags[i] >> np.uint8(5)) & np.uint8(1)
        gives_notice = noticed & (flags[i] >> np.uint8(3))
        leaves = (np.uint8(y > ordinary[i]) | gives_notice) & free
        joins = np.uint8(z > ordinary[i]) & ((np.uint8(1) - holds) | noticed)
        was = (flags[i] >> np.uint8(2)) & np.uint8(1)
        alarms = (np.uint8(f > alarm[i]) & (np.uint8(1) - was)) | (np.uint8(f < _HALF * alarm[i]) & was)
        keeps = runs & ((runs_with_all | leaves) ^ np.uint8(1))
        done = runs | (leaves << np.uint8(1)) | (joins << np.uint8(2)) | (alarms << np.uint8(3))
        actions[i] = done | (keeps << np.uint8(4))
