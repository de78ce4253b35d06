"""A plan says which variants of a scenario a study runs, how often, and from which seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from trustsim import arguments
from trustsim.errors import TrustsimError, one_of, unknown
from trustsim.scenario.document import digest_of, text_of
from trustsim.scenario.head import MOST_STEPS
from trustsim.scenario.layout import STEP
from trustsim.scenario.resolved import Precision, Scenario
from trustsim.units import show


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """Return *scenario* as if its file had said ``seed:`` so: document and digest follow."""
    seed = arguments.count("seed", seed, 0, arguments.MOST_SEED)
    if seed == scenario.seed:
        return scenario
    document = {**scenario.document, "seed": seed}
    return replace(scenario, seed=seed, document=document, digest=digest_of(document))


def with_step(scenario: Scenario, step: float) -> Scenario:
    """Return *scenario* as if its file had said ``step:`` so, in days. Raises TrustsimError for a step out of range."""
    n, least = round(scenario.horizon / step), STEP.low or 0.0
    if step < least * (1 - 1e-9) or n > MOST_STEPS:
        allowed = f"at least {show(least, 'duration')}, and at most {MOST_STEPS} steps"
        raise TrustsimError(f"step: given {show(step, 'duration')}, {n} steps; allowed: {allowed}")
    document = {**scenario.document, "step": text_of(step, "duration", scenario.currency)}
    return replace(scenario, step=step, document=document, digest=digest_of(document))


def choose_variants(scenario: Scenario, wanted: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the names to run, in the order wanted and each once; all of them where none are named."""
    known = {variant.name: None for variant in scenario.variants}
    chosen = arguments.names("variants", wanted)
    if chosen is None:
        return tuple(known)
    for name in chosen:
        if name not in known:
            raise unknown("variants", name, known)
    if not chosen:
        raise TrustsimError(f"variants: given none; allowed: {one_of(known)}")
    return tuple(dict.fromkeys(chosen))


def total_of(scenario: Scenario, replications: object, least: int = 1) -> int:
    """Return how many replications to run: those asked for, else what the scenario plans."""
    return arguments.count("replications", planned(scenario) if replications is None else replications, least)


def planned(scenario: Scenario) -> int:
    """Return how many replications a scenario asks for; where it asks for a precision, its whole budget."""
    planned = scenario.replications
    return planned.budget if isinstance(planned, Precision) else planned
