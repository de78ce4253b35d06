"""A block of accounts of one platform in one lane: the slices that the steps of the account pass work on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import Beliefs, Traits

Column = NDArray[np.float32]


class Room(NamedTuple):
    """Room for what is worked out of a block on the way."""

    evidence: NDArray[np.float32]  # (Targets, BLOCK) heard today, 0 between blocks
    counts: Column  # (BLOCK,) what a message counts with each
    loss: Column  # (BLOCK,) log of the share of a loss that is not covered
    within: Column  # (BLOCK,) the same of what lies within the limit of the guarantee
    lean: NDArray[np.float32]  # (3, BLOCK)
    trust: NDArray[np.int32]  # (BLOCK,) of the clients of day 0, in fixed point
    told: NDArray[np.float32]  # (messages, BLOCK) uniforms: whom each message reaches
    looks: Column  # (BLOCK,) chance that an owner looks at the account, prompted or drawn there


class Felt(NamedTuple):
    """What the owners feel: rows of ``beliefs``, float32 (n,) each."""

    fund: Column
    integrity: Column
    info: Column
    service: Column
    scar: Column
    risk: Column
    evidence: Column
    fear: Column
    seen: Column
    out: Column
    each: Column  # exposure by one co-client who leaves
    whole: Column  # exposure if all of them leave


class Who(NamedTuple):
    """Who the owners are: rows of ``traits``, float32 (n,) each."""

    calm: Column
    churn: Column
    prior: Column
    herding: Column
    fear_keep: Column
    fear_gain: Column
    literacy: Column
    aware: Column
    attention: Column
    alarm: Column
    privacy: Column
    need: Column
    segment: Column
    entry: Column


class Luck(NamedTuple):
    """The day's draws of the owners, float32 (n,) each: the same in all variants."""

    login: Column  # uniform: who looks at the account
    media: Column  # uniform: whom a message reaches
    panic: Column  # logistic: who runs
    ordinary: Column  # logistic: who leaves or joins for ordinary reasons
    error: Column  # logistic: how a report is read


@inlined
def felt_of(beliefs, v, start, stop):
    """Return the beliefs of the accounts ``start:stop`` in one lane."""
    return Felt(
        beliefs[Beliefs.FUND, v, start:stop], beliefs[Beliefs.INTEGRITY, v, start:stop],
        beliefs[Beliefs.INFO, v, start:stop], beliefs[Beliefs.SERVICE, v, start:stop],
        beliefs[Beliefs.SCAR, v, start:stop], beliefs[Beliefs.RISK, v, start:stop],
        beliefs[Beliefs.EVIDENCE, v, start:stop],
        beliefs[Beliefs.FEAR, v, start:stop], beliefs[Beliefs.SEEN, v, start:stop],
        beliefs[Beliefs.OUT, v, start:stop],
        beliefs[Beliefs.EACH, v, start:stop], beliefs[Beliefs.WHOLE, v, start:stop],
    )  # fmt: skip


@inlined
def who_of(traits, w, start, stop):
    """Return the traits of the accounts ``start:stop`` of one world."""
    return Who(
        traits[Traits.CALM, w, start:stop], traits[Traits.CHURN, w, start:stop],
        traits[Traits.PRIOR, w, start:stop],
        traits[Traits.HERDING, w, start:stop],
        traits[Traits.FEAR_KEEP, w, start:stop],
        traits[Traits.FEAR_GAIN, w, start:stop], traits[Traits.LITERACY, w, start:stop],
        traits[Traits.AWARE, w, start:stop],
        traits[Traits.ATTENTION, w, start:stop],
        traits[Traits.ALARM, w, start:stop], traits[Traits.PRIVACY, w, start:stop],
        traits[Traits.NEED, w, start:stop],
        traits[Traits.SEGMENT, w, start:stop], traits[Traits.ENTRY, w, start:stop],
    )  # fmt: skip


@inlined
def attentive(who, attention):
    """Return the owners as they are but for the chance that each looks at the account, float32 (n,)."""
    return Who(
        who.calm, who.churn, who.prior, who.herding, who.fear_keep, who.fear_gain, who.literacy, who.aware, attention,
        who.alarm, who.privacy, who.need, who.segment, who.entry,
    )  # fmt: skip
