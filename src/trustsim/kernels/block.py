"""A block of accounts of one platform in one variant: the slices that the steps of the account pass work on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import Beliefs, Traits

Column = NDArray[np.float32]


class Felt(NamedTuple):
    """What the owners feel: rows of ``beliefs``, float32 (n,) each."""

    fund: Column
    integrity: Column
    info: Column
    service: Column
    scar: Column
    risk: Column
    fear: Column
    seen: Column


class Who(NamedTuple):
    """Who the owners are: rows of ``traits``, float32 (n,) each."""

    calm: Column
    churn: Column
    prior: Column
    links: Column
    herding: Column
    fear_keep: Column
    fear_gain: Column
    literacy: Column
    attention: Column
    alarm: Column
    privacy: Column
    need: Column


class Luck(NamedTuple):
    """The day's draws of the owners, float32 (n,) each: the same in all variants."""

    login: Column  # uniform: who looks at the account
    media: Column  # uniform: whom a message reaches
    panic: Column  # logistic: who runs
    ordinary: Column  # logistic: who leaves or joins for ordinary reasons
    error: Column  # logistic: how a report is read


@inlined
def felt_of(beliefs, v, start, stop):
    """Return the beliefs of the accounts ``start:stop`` in one variant."""
    return Felt(
        beliefs[Beliefs.FUND, v, start:stop], beliefs[Beliefs.INTEGRITY, v, start:stop],
        beliefs[Beliefs.INFO, v, start:stop], beliefs[Beliefs.SERVICE, v, start:stop],
        beliefs[Beliefs.SCAR, v, start:stop], beliefs[Beliefs.RISK, v, start:stop],
        beliefs[Beliefs.FEAR, v, start:stop], beliefs[Beliefs.SEEN, v, start:stop],
    )  # fmt: skip


@inlined
def who_of(traits, start, stop):
    """Return the traits of the accounts ``start:stop``."""
    return Who(
        traits[Traits.CALM, start:stop], traits[Traits.CHURN, start:stop], traits[Traits.PRIOR, start:stop],
        traits[Traits.LINKS, start:stop], traits[Traits.HERDING, start:stop], traits[Traits.FEAR_KEEP, start:stop],
        traits[Traits.FEAR_GAIN, start:stop], traits[Traits.LITERACY, start:stop], traits[Traits.ATTENTION, start:stop],
        traits[Traits.ALARM, start:stop], traits[Traits.PRIVACY, start:stop], traits[Traits.NEED, start:stop],
    )  # fmt: skip
