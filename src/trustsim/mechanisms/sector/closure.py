"""Who is insolvent, and known to be, is closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.kernels.layout import WINDING, Gauges
from trustsim.mechanisms.disclosure.hidden import FOUND_AT, Floats, Hidden, missing
from trustsim.mechanisms.disclosure.published import known_solvency, true_solvency
from trustsim.registry import REGISTRY, choice
from trustsim.world.hazards import draw
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

CLOSES = draw("closure", "closes", text="whether an insolvent platform is closed today")
CLOSED = memory(
    "closed", text="float64 (lanes, platforms): day on which it was closed as insolvent, NaN where it was not"
)
_TENTHS = 10  # the rate is given for a tenth of the claims


@REGISTRY.enter("mechanism", "closure", rows=("A7", "F18", "J3"), source="F18")
@dataclass(frozen=True)
class Closure:
    """Close a platform whose insolvency is known, sooner the deeper it is, whether or not it still pays everybody.

    With s the solvency, (assets − claims − debt) / claims, the depth is d = max(−s, 0): with s as the public knows it
    (the last report, live figures, what was found and told), or as it is where an audit or a regulator has found what
    the books hide; but no deeper than it truly is. The platform is closed in a step with the chance 1 − exp(−``rate`` ·
    (10 d)^``steepness`` · dt): so one that is solvent never is, nor one whose gap nobody has found. It is closed as one
    that cannot pay: the estate is sold, the guarantee pays, the rest is lost. One that is being wound down in order is
    left to that. Clients may lose more by it than where the loans ran off: an estate is sold at once, at half the price
    fall of a full sale, and costs a tenth (``estate_cost``; James 1991 finds a loss of 30 % of the assets of failed
    banks, with direct expenses of 10 %): with neither cash nor equity at the defaults half is left
    (``test_a_closing_that_sells_at_once_loses_more_than_was_missing``). US law gives a bank 90 days at most once it is
    nearly insolvent (12 U.S.C. 1831o(h)(3)); the rate itself is assumed: a platform that lacks a tenth is closed within
    90 days in 93 of 100 cases, and one that lacks a fortieth, which valuation may explain, in 4. Known answer: with 10
    % of the claims missing, published, and a rate of 5 % a day a share 1 − exp(−0.05 · 40) is closed in 40 days
    (``test_the_insolvent_are_closed_at_the_rate``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing",)
    phase: ClassVar[str] = "actors"  # after what is hidden has been looked for

    rate: float = choice(
        0.03, unit="per_day", low=0, high=100, source="assumed",
        text="rate at which a platform is closed that is known to lack a tenth of the claims",
    )  # fmt: skip
    steepness: float = choice(
        3.0, unit="number", low=0, high=10, source="assumed",
        text="power of the depth by which that rate grows; 1: in proportion",
    )  # fmt: skip

    @staticmethod
    def each_day(day: Day, settings: Settings[Closure]) -> None:
        """Close those whose day has come."""
        depth = known_depth(day)
        if not depth.any():
            return
        at_risk = settings.is_on[:, None] & (depth > 0) & (day.state.gauges[Gauges.STATUS] < WINDING)
        for p in np.flatnonzero(at_risk.any(axis=0)).tolist():
            hazard = settings["rate"] * (_TENTHS * depth[:, p]) ** settings["steepness"]
            chance = -np.expm1(-hazard * day.dt)
            for v in np.flatnonzero(at_risk[:, p] & (day.chance(CLOSES, p) < chance)).tolist():
                day.kernels.close(v, np.array([p]))
                day.keep(CLOSED, lambda: np.full(depth.shape, np.nan))[v, p] = day.step * day.dt


def known_depth(day: Day) -> Floats:
    """Return what is known to be missing / claims, float64 (lanes, platforms): no more than is."""
    known = known_solvency(day)
    is_found = np.zeros(known.shape, np.bool_)
    if FOUND_AT in day.kept:
        hidden = Hidden(day)
        is_found = hidden.is_private & np.isfinite(hidden.found_at) & (missing(day) > 0)
    if not (is_found | (known < 0)).any():
        return np.zeros_like(known)
    true = true_solvency(day)
    return np.maximum(-np.where(is_found, true, np.maximum(known, true)), 0.0)
