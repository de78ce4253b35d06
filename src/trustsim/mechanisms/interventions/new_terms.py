"""The terms of a platform become others in the course of a run."""

from __future__ import annotations

import math
from dataclasses import dataclass, make_dataclass
from dataclasses import replace as replaced
from typing import Any, ClassVar

from trustsim.kernels.layout import Terms
from trustsim.kernels.named import names_of
from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, parameter, parameters_of
from trustsim.world.costs import costs_of_change
from trustsim.world.sections import Platform
from trustsim.world.terms import OWN, Term

_OF_DAY_0 = ("locked_share",)  # the calendar of maturities is made from it
_CHANGING = tuple(p for p in parameters_of(Platform) if p.name in names_of(Terms) and p.name not in _OF_DAY_0)


def _left_alone(of: Any) -> Any:
    """Declare a setting of a platform that stays as it is unless it is given."""
    return parameter(None, unit=of.unit, low=of.low, high=of.high, source=of.source, text=of.text, chosen=of.chosen)


_Settings: Any = make_dataclass(
    "_Settings",
    [("platform", str, on_platform()), *((p.name, float | None, _left_alone(p)) for p in _CHANGING)],
    frozen=True,
)


@REGISTRY.enter("intervention", "new_terms", family="platform", rows=("G3", "E2"), source="assumed")
@dataclass(frozen=True)
class NewTerms(_Settings):  # type: ignore[misc]
    """Change the terms that a platform has of its own; what is not given stays.

    A `set` with `from`, `until` or `when` is this. Other levers lie over it: one that sets the same term counts in its
    place, what they multiply, add or bound starts from it. Of several changes of one term that one counts which came in
    last, of one day the largest. It costs what the lever of each term costs by default. Who sets a fact of the world by
    it, as ``loss_factor``, has another world and no remedy. Known answer: a yield of 15 % from day 3 until day 6 is in
    force on the fourth to sixth step, the old one before and after
    (``test_a_set_with_days_is_in_force_from_the_one_to_the_other``).
    """

    neutral: ClassVar[dict[str, Any]] = {}  # by default it changes nothing
    sets: ClassVar[str] = "platforms"  # it is what a `set` with a time does there

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        given = {p.name: getattr(self, p.name) for p in _CHANGING if getattr(self, p.name) is not None}
        if not given:
            return ()
        if given.get("report_interval") == 0:
            given["report_interval"] = math.inf  # reports that never come
        running, brought_in = costs_of_change(given)
        own = {name: Term(name, value, "set", self.platform, OWN) for name, value in given.items()}
        for name, price in brought_in.items():
            own[name] = replaced(own[name], once=price.once, only=price.only)
        return (*own.values(), *(replaced(cost, platform=self.platform) for cost in running))
