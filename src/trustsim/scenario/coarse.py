"""Whether the step of a scenario is short beside the fastest of what happens in it, and how long it may be at most."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trustsim.registry import Registry
from trustsim.scenario.resolved import Scenario
from trustsim.units import show

MOST = 0.5  # assumed: of what people act on, what may change in a step
FEWEST = 20  # assumed: steps to a horizon, in which one act can set off the next
STEPS = {
    "7 d": 7.0, "2 d": 2.0, "1 d": 1.0, "12 h": 1 / 2, "6 h": 1 / 4, "3 h": 1 / 8, "1 h": 1 / 24, "30 min": 1 / 48,
    "15 min": 1 / 96, "5 min": 1 / 288, "1 min": 1 / 1440,
}  # fmt: skip
MEASURED = "trustsim halve measures whether that is short enough"
_ALMOST = 1 + 1e-9
_MOST_REASONS = 3


@dataclass(frozen=True)
class Coarse:
    """Why a step is coarse: where, what is given there, what that is in steps.

    ``at_most`` is a bound from the fastest rate and the shortest time that the file states. It is no promise: what
    feeds back on itself, as a falling price, may be faster. :mod:`trustsim.analysis.halving` measures.
    """

    reasons: tuple[str, ...]
    at_most: str


def coarse(scenario: Scenario, registry: Registry) -> Coarse | None:
    """Return why the step is coarse, None where it is not.

    People look once in a step, and one's leaving is seen in the next. So rates that a mechanism calls ``paced`` should
    change what people act on by at most half in a step, a platform's patience last two, a shock and the window of a run
    one, the latter a whole number, and a story in which people act on one another FEWEST. Other rates give the same in
    a step of any length.
    """
    found = dict(_reasons(scenario, registry))
    if not found:
        return None
    longest = min(found.values()) * _ALMOST
    return Coarse(tuple(found), next((name for name, days in STEPS.items() if days <= longest), "1 min"))


def in_words(scenario: Scenario, found: Coarse) -> str:
    """Say it in a line: ``'step 1 d is coarse, by what the file states 12 h at most (…): the horizon is 10 steps'``."""
    told = found.reasons[:_MOST_REASONS]
    more = [f"and {len(found.reasons) - len(told)} more"] if len(found.reasons) > len(told) else []
    step, why = show(scenario.step, "duration"), "; ".join([*told, *more])
    return f"step {step} is coarse, by what the file states {found.at_most} at most ({MEASURED}): {why}"


def _is_whole(steps: float) -> bool:
    return abs(steps - round(steps)) < _ALMOST - 1


def _reasons(scenario: Scenario, registry: Registry) -> Iterator[tuple[str, float]]:
    """Yield why the step is coarse, and the longest step for which that is no reason, in days."""
    step, acts_on_others, within = scenario.step, False, scenario.counted.run.within
    if within * _ALMOST < step:
        yield f"run.within is {show(within, 'duration')}, less than a step", within
    elif not _is_whole(within / step):
        longest = next((days for days in STEPS.values() if days < step and _is_whole(within / days)), within)
        yield f"run.within is {show(within, 'duration')}, no whole number of steps", longest
    for variant in scenario.variants:
        for name, rule in variant.world.mechanisms.items():
            for key in getattr(rule, "paced", ()):
                acts_on_others, rate = True, getattr(rule, key)
                if rate * step > MOST * _ALMOST:
                    yield f"mechanisms.{name}.{key} is {rate * step:.2g} a step", MOST / rate
        for platform in variant.world.platforms:
            patience = getattr(platform, "patience", 0.0)
            if 0 < patience * _ALMOST < 2 * step:
                given = show(patience, "duration")
                yield f"platforms.{platform.name}.patience is {given}, less than two steps", patience / 2
        for shock in (*scenario.shocks, *variant.shocks):
            for p in registry["shock", shock.kind].parameters:
                value = getattr(shock.what, p.name)
                if p.unit == "duration" and isinstance(value, int | float) and 0 < value * _ALMOST < step:
                    yield f"{p.name} of {shock.kind} is {show(value, 'duration')}, less than a step", value
    if acts_on_others and scenario.n_days < FEWEST:
        yield f"the horizon is {scenario.n_days} steps", scenario.horizon / FEWEST
