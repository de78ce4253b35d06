"""The weights of the account pass and the dials of the engine: what mechanisms say, and what the terms add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError, one_of
from trustsim.kernels.coefficients import DIALS_OFF, WEIGHTS_OFF, Dials, Weights
from trustsim.kernels.layout import Terms
from trustsim.kernels.named import Rows, file_of, names_of
from trustsim.world.settings import Settings
from trustsim.world.state import State

Mechanisms = Mapping[str, Settings[Any]]  # by name, in order
Floats = NDArray[np.float64]
Said = tuple[object, Mapping[Any, float]]  # a mechanism and what it says, by row


def said_of(mechanisms: Mechanisms, n_variants: int, n_worlds: int, dt: float) -> tuple[Floats, Floats]:
    """Return what mechanisms say of weights, float64 (lanes, Weights), and of dials, float64 (lanes, Dials)."""
    weights, dials = np.zeros((n_variants, len(Weights))), np.zeros((n_variants, len(Dials)))
    for v in range(n_variants):
        rules: list[Any] = [settings.variants[v] for settings in mechanisms.values()]
        weighed = [(rule, rule.weigh(dt)) for rule in rules if hasattr(rule, "weigh")]
        given = [(rule, rule.dials()) for rule in rules if hasattr(rule, "dials")]
        weights[v], dials[v] = _added_up(Weights, weighed, WEIGHTS_OFF), _added_up(Dials, given, DIALS_OFF)
        remembered = {getattr(rule, "remembers", "") for rule in rules} - {""}
        if remembered:  # every departure is seen, and known for good; where it matters who is out, returns are too
            weights[v, Weights.SEEN_KEEP] = dials[v, Dials.OBSERVED] = 1.0
            dials[v, Dials.RETURNED] = "who is out" in remembered
    return np.tile(weights, (n_worlds, 1)), np.tile(dials, (n_worlds, 1))


def _added_up(rows: type[Rows], said: Sequence[Said], off: Mapping[Any, float]) -> list[float]:
    """Return a number for each row: the sum of what is said of it, or what stands where nobody says anything."""
    total: dict[Rows, float] = {}
    for mechanism, numbers in said:
        for row, value in numbers.items():
            check_row(rows, row, mechanism)
            total[row] = total[row] + value if row in total else value
    return [total.get(row, off.get(row, 0.0)) for row in rows]


def check_row(rows: type[Rows], row: object, mechanism: object) -> None:
    """Raise ModelError where a mechanism says something of a row that is none of *rows*."""
    if not isinstance(row, rows):
        allowed = f"rows of {rows.__name__}: {one_of(names_of(rows))}"
        raise ModelError(f"given {row!r} in {file_of(mechanism)}; allowed: {allowed}")


def weigh(state: State, mechanisms: Mechanisms, said: Floats, usual_risk: Floats) -> Floats:
    """Fill ``state.weights`` from what mechanisms say, float64 (lanes, Weights), and the terms of the platforms.

    ``usual_risk`` float64 (lanes, platforms), log-odds: a perceived risk that keeps nobody from joining. Return the
    readiness to run before the day's part, float64 (lanes, platforms).
    """
    terms = state.terms
    weights = np.repeat(said[:, None, :], state.n_platforms, axis=1)
    weights[:, :, Weights.COVER] = np.minimum(terms[Terms.COVER] * terms[Terms.CREDIBILITY], 1.0)
    weights[:, :, Weights.COVER_LIMIT] = terms[Terms.COVER_LIMIT]
    weights[:, :, Weights.EDUCATION] = terms[Terms.EDUCATION]
    weights[:, :, Weights.BASE_FUND] = terms[Terms.CUSTODY_TRUST]
    weights[:, :, Weights.USUAL_RISK] = usual_risk
    for settings in mechanisms.values():
        n = len(settings.variants)
        for v, rule in enumerate(settings.variants):
            if rule is not None and hasattr(rule, "on_terms"):
                for row, value in rule.on_terms(terms[:, v::n], state.agreed_terms[:, v::n]):  # in all worlds
                    check_row(Weights, row, rule)
                    weights[v::n, :, row] += value
    state.weights[:] = weights
    return np.array(weights[:, :, Weights.CALM])
