"""What ranks variants, what counts as harm, and which differences are too small to matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from trustsim.errors import unknown
from trustsim.measures.headlines import HEADLINES as HEADLINES  # the docs name it here
from trustsim.registry import LISTED, Registry
from trustsim.scenario.resolved import Scenario
from trustsim.units import Unit

COST = "policy_cost"
#: assumed: by how much a share has to differ to rank variants where nothing else is said of it, as the headline ones
LEAST_SHARE = 0.01


class HasSides(Protocol):
    """A registry's entry, or a measure: its unit, and which way is better."""

    @property
    def unit(self) -> Unit: ...
    @property
    def better(self) -> str: ...


def measured_headlines(measures: Mapping[str, HasSides]) -> tuple[str, ...]:
    """Return the headline outcomes that are there and have a better side, what comes first first."""
    return tuple(name for name in HEADLINES if name in measures and measures[name].better)


def smallest(name: str, unit: Unit, said: Mapping[str, float], horizon: float) -> float:
    """Return the smallest difference in an outcome that matters: what the scenario said, else its default, else 0.

    ``said``: the scenario's ``matters``; of an outcome by group, ``name[group]``, what it says of the name. A default
    is one of the unit that the headline outcome has; of a time it is at most a hundredth of the horizon (days).
    """
    stem = name.partition("[")[0]
    if stem in said:
        return said[stem]
    usual = HEADLINES.get(name)
    return usual.within(horizon) if usual is not None and usual.unit == unit else 0.0


def what_matters(measures: Mapping[str, HasSides], said: Mapping[str, float], horizon: float) -> dict[str, float]:
    """Return by outcome the smallest difference that matters, of headline outcomes and of what else has one."""
    first = measured_headlines(measures)
    found = {name: smallest(name, measures[name].unit, said, horizon) for name in (*first, *measures)}
    return {
        name: value for name, value in found.items() if value > 0 or name in first or name.partition("[")[0] in said
    }


def least_to_rank(name: str, unit: Unit, matters: Mapping[str, float]) -> float:
    """Return by how much an outcome has to differ to rank variants: by what matters, else of a share by one point, so
    that a gain too small to be looked at is not bought with harm that is just below what matters."""
    return matters.get(name, LEAST_SHARE if unit == "share" else 0.0)


def can_rank(wanted: Sequence[str], measures: Mapping[str, HasSides]) -> tuple[str, ...]:
    """Return the outcomes with a better side, those that a scenario asks for first."""
    names = dict.fromkeys((*wanted, *measures))
    return tuple(name for name in names if name in measures and measures[name].better)


def first_to_rank(names: Sequence[str]) -> str | None:
    """Return what ranks variants as long as no run shows what can tell them apart, of those that can; None of none."""
    return next(iter([*(name for name in HEADLINES if name in names), *names]), None)


def check_rank(registry: Registry, wanted: str | None) -> None:
    """Raise TrustsimError where no study can be ranked by *wanted*, so that it is known before one is run."""
    outcomes = registry.group("outcome")
    if wanted is not None and not ((entry := outcomes.get(wanted.partition("[")[0])) and entry.better):
        raise unknown("rank by", wanted, (name for name, entry in outcomes.items() if entry.better), LISTED)


def picked(scenario: Scenario, registry: Registry) -> tuple[str, ...]:
    """Return the outcomes that a scenario picks out; nothing where it asks for all that there are."""
    asked = scenario.outcomes
    return () if len(asked) == len(registry.group("outcome")) else asked


def candidates(asked: Iterable[str], measures: Mapping[str, HasSides]) -> tuple[str, ...]:
    """Return what may rank, in the order in which it is tried.

    First the headline outcomes, then the others with a better side that the scenario asks for, its cost left out: by
    cost doing nothing leads. Where there is none of these, whatever was measured and has a better side.
    """
    names = (name for name in asked if name in measures and measures[name].better and name != COST)
    found = tuple(dict.fromkeys((*measured_headlines(measures), *names)))
    return found or tuple(name for name, measure in measures.items() if measure.better)


def asked_for(wanted: str | None, outcomes: Sequence[str], measures: Mapping[str, HasSides]) -> str | None:
    """Return what is to rank, as it was asked for. Raises TrustsimError where it is no outcome that can."""
    ordered = can_rank(outcomes, measures)
    if wanted is not None and wanted not in ordered:
        raise unknown("rank by", wanted, ordered, LISTED)
    return wanted
