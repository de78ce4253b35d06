"""What nobody knows of a world beforehand: numbers that mechanisms draw once for it, had again by its key alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws
from trustsim.registry import parameters_of
from trustsim.scenario.resolved import Scenario
from trustsim.units import Unit
from trustsim.world.hazards import MECHANISM, Draw, Unknown, normal


@dataclass(frozen=True, eq=False)
class Unknowns:
    """What was drawn for some worlds: ``each``, by column of ``drawn`` float64 (worlds, unknowns), in standard
    deviations from 0, with its spread and that spread's unit in ``spreads``."""

    each: tuple[Unknown, ...]
    spreads: tuple[tuple[float, Unit], ...]
    drawn: NDArray[np.float64]


def luck(draw: Draw, key: NDArray[np.uint64]) -> float:
    """Return the uniform in (0, 1) of the world with a key, uint64 (2,), for a mechanism's *draw*."""
    return float(draws.uniforms(1, draw.purpose(MECHANISM), key)[0, 0])


def unknowns_of(scenario: Scenario, variant: str, replications: Iterable[int]) -> Unknowns:
    """Return what was drawn for each replication of what nobody knows beforehand, where the world of a *variant* has a
    spread above 0; no column where it has none.

    What is drawn is the function of seed and replication that the run itself reads
    (``test_what_was_drawn_is_had_again_by_the_key``), so no run is needed.
    """
    rules = next(v.world.mechanisms for v in scenario.variants if v.name == variant)
    each, spreads = list[Unknown](), list[tuple[float, Unit]]()
    for rule in (rule for rule in rules.values() if rule is not None):
        units = {p.name: p.unit for p in parameters_of(type(rule))}
        for unknown in getattr(rule, "unknowns", ()):
            if getattr(rule, unknown.spread) > 0:
                each.append(unknown)
                spreads.append((float(getattr(rule, unknown.spread)), units[unknown.spread]))
    keys = [draws.key_of(scenario.seed, int(r)) for r in replications]
    drawn = [[normal(luck(unknown.draw, key)) for unknown in each] for key in keys]
    return Unknowns(tuple(each), tuple(spreads), np.array(drawn, np.float64).reshape(len(keys), len(each)))
