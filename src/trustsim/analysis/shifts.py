"""Which variants move a loss from clients to others and save little of it.

Harm is harm to clients. What others pay is none, for somebody bears what is gone, and who should is not for the worlds
to say; but a loss that is moved is not a loss that is saved, and is named as what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from trustsim.analysis.intervals import Interval
from trustsim.analysis.ranking import Field, side_of

BY_PAYER, CLIENTS = "loss_by_payer[", "loss_by_payer[clients]"
LEAST_SAVED = 0.1  # assumed: of what clients lose less, the share that must be saved for it to be no shift
LEAST_NAMED = 0.01  # assumed: of what is moved, the share from which on a payer is named


@dataclass(frozen=True)
class Shift:
    """A loss that is moved, in units of the currency, mean over worlds.

    ``moved``: what clients lose less and others more; ``to``: by payer, what those lose more who clearly do;
    ``destroyed``: what all payers together lose more than under the baseline, with its interval; below 0 less.
    """

    moved: float
    to: Mapping[str, float]
    destroyed: Interval

    @property
    def side(self) -> int:
        """Return 1 where all together clearly lose less than under the baseline, -1 where more, 0 where neither."""
        return side_of(self.destroyed, "lower", 0.0)

    def to_json(self) -> dict[str, Any]:
        """Return as plain data."""
        gone = {"mean": self.destroyed.mean, "low": self.destroyed.low, "high": self.destroyed.high}
        return {"moved": self.moved, "to": dict(self.to), "destroyed": gone}


def shifts_of(field: Field) -> dict[str, Shift]:
    """Return by variant the loss that it moves from clients to others; no entry for none.

    It moves one where clients clearly lose less, all others together clearly more, and the worlds do not show that
    at least :data:`LEAST_SAVED` of what clients lose less is saved: an interval that excludes zero, and a mean of that
    size. One that clearly saves less than that is a shift, and its ``side`` says so. Clearly is by the interval of one
    comparison, for the loss of clients also by what matters.
    """
    found = {} if CLIENTS not in field.values else {name: _shift(field, name) for name in field.differences}
    return {name: shift for name, shift in found.items() if shift is not None}


def _shift(field: Field, name: str) -> Shift | None:
    ours, base = (field.variants.index(each) for each in (name, field.baseline))
    by_payer = {each: values for each, values in field.values.items() if each.startswith(BY_PAYER)}
    total, clients = np.sum(list(by_payer.values()), axis=0), by_payer[CLIENTS]
    others = total - clients
    measure = field.measures[CLIENTS]
    spared, burden, gone = (measure.paired(x[:, ours], x[:, base]) for x in (clients, others, total))
    least = LEAST_SAVED * abs(spared.mean)
    is_better = side_of(spared, "lower", 0.0) > 0 and _matters(field, name)
    if not is_better or side_of(burden, "lower", 0.0) >= 0 or side_of(gone, "lower", least) > 0:
        return None
    moved = min(-spared.mean, burden.mean)
    more = {each.removeprefix(BY_PAYER).removesuffix("]"): field.differences[name][each] for each in by_payer}
    to = {payer: gap.mean for payer, gap in more.items() if side_of(gap, "lower", LEAST_NAMED * moved) < 0}
    return Shift(moved, to, gone)


def _matters(field: Field, name: str) -> bool:
    """Whether what clients lose less is enough to matter, where the scenario's share of it is measured."""
    loss = "investor_loss"
    return (
        loss not in field.measures
        or side_of(field.differences[name][loss], field.measures[loss].better, field.matters.get(loss, 0.0)) > 0
    )
