"""Which variants move a loss from the clients of day 0 to others and save little of it.

Harm is harm to clients of day 0. What others bear is none, for somebody bears what is gone, and who should is not for
the worlds to say; but a loss that is moved is not a loss that is saved, and is named as what it is. Who came later is
one of the others, so that nobody is spared by luring others in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.analysis.intervals import Interval
from trustsim.analysis.ranking import Field, side_of

Floats = NDArray[np.float64]
BY_PAYER, CLIENTS = "loss_by_payer[", "loss_by_payer[clients]"
OF_DAY_0, NEWCOMERS = "investor_loss", "newcomer_loss"  # shares of the claims of day 0: together what clients lose
LEAST_SAVED = 0.1  # assumed: of what clients lose less, the share that must be saved for it to be no shift
LEAST_NAMED = 0.01  # assumed: of what is moved, the share from which on a payer is named


@dataclass(frozen=True)
class Shift:
    """A loss that is moved, in units of the currency, mean over worlds.

    ``moved``: what clients of day 0 lose less and others more; ``to``: by payer, newcomers apart, what those lose
    more who clearly do; ``destroyed``: what all payers together lose more than under the baseline, with its interval;
    below 0 less.
    """

    moved: float
    to: Mapping[str, float]
    destroyed: Interval

    @property
    def side(self) -> int:
        """Return 1 where all together clearly lose less than under the baseline, -1 where more, 0 where neither."""
        return side_of(self.destroyed, "lower", 0.0)

    @property
    def is_told(self) -> bool:
        """Whether the interval says that something is saved, or destroyed, or that it is little of what is moved."""
        most = LEAST_SAVED * self.moved
        return self.side != 0 or max(abs(self.destroyed.low), abs(self.destroyed.high)) <= most

    def to_json(self) -> dict[str, Any]:
        """Return as plain data."""
        gone = {"mean": self.destroyed.mean, "low": self.destroyed.low, "high": self.destroyed.high}
        return {"moved": self.moved, "to": dict(self.to), "destroyed": gone}


def shifts_of(field: Field) -> dict[str, Shift]:
    """Return by variant the loss that it moves from clients to others; no entry for none.

    It moves one where clients of day 0 clearly lose less, all others together clearly more, and the worlds do not show
    that at least :data:`LEAST_SAVED` of what they lose less is saved: an interval that excludes zero, and a mean of
    that size. One that clearly saves less than that is a shift, and its ``side`` says so. Clearly is by the interval of
    one comparison, for the loss of clients also by what matters.
    """
    found = {} if CLIENTS not in field.values else {name: _shift(field, name) for name in field.differences}
    return {name: shift for name, shift in found.items() if shift is not None}


def _shift(field: Field, name: str) -> Shift | None:
    ours, base = (field.variants.index(each) for each in (name, field.baseline))
    losses = _losses(field)
    total = np.sum(list(losses.values()), axis=0)
    others = total - losses["clients"]
    measure = field.measures[CLIENTS]
    spared, burden, gone = (measure.paired(x[:, ours], x[:, base]) for x in (losses["clients"], others, total))
    least = LEAST_SAVED * abs(spared.mean)
    is_better = side_of(spared, "lower", 0.0) > 0 and _matters(field, name)
    if not is_better or side_of(burden, "lower", 0.0) >= 0 or side_of(gone, "lower", least) > 0:
        return None
    moved = min(-spared.mean, burden.mean)
    more = {payer: measure.paired(x[:, ours], x[:, base]) for payer, x in losses.items()}
    to = {payer: gap.mean for payer, gap in more.items() if side_of(gap, "lower", LEAST_NAMED * moved) < 0}
    return Shift(moved, to, gone)


def _losses(field: Field) -> dict[str, Floats]:
    """Return what each payer loses, float64 (worlds, variants) each, newcomers apart from the clients of day 0."""
    of_payers = {each: values for each, values in field.values.items() if each.startswith(BY_PAYER)}
    losses = {each.removeprefix(BY_PAYER).removesuffix("]"): values for each, values in of_payers.items()}
    if OF_DAY_0 in field.values and NEWCOMERS in field.values:
        of_newcomers, of_day_0 = field.values[NEWCOMERS], field.values[OF_DAY_0]
        share = np.divide(of_newcomers, of_newcomers + of_day_0, out=np.zeros_like(of_day_0), where=of_newcomers > 0)
        losses["newcomers"] = losses["clients"] * share
        losses["clients"] = losses["clients"] - losses["newcomers"]
    return losses


def _matters(field: Field, name: str) -> bool:
    """Whether what clients lose less is enough to matter, where the scenario's share of it is measured."""
    if OF_DAY_0 not in field.measures:
        return True
    found, better = field.differences[name][OF_DAY_0], field.measures[OF_DAY_0].better
    return side_of(found, better, field.matters.get(OF_DAY_0, 0.0)) > 0
