"""The weights of the account pass and the dials of the engine: what mechanisms say, and what the terms add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import ModelError, one_of
from trustsim.kernels.coefficients import DIALS_OFF, WEIGHTS_OFF, Dials, Weights
from trustsim.kernels.layout import Gauges, Terms
from trustsim.kernels.named import Rows, file_of, names_of
from trustsim.world.settings import Settings
from trustsim.world.state import State

Mechanisms = Mapping[str, Settings[Any]]  # by name, in order
Floats = NDArray[np.float64]
Said = tuple[object, Mapping[Any, float]]  # a mechanism and what it says, by row


def said_of(mechanisms: Mechanisms, n_lanes: int, dt: float) -> tuple[Floats, Floats]:
    """Return what mechanisms say of weights, float64 (lanes, Weights), and of dials, float64 (lanes, Dials)."""
    weights, dials = np.zeros((n_lanes, len(Weights))), np.zeros((n_lanes, len(Dials)))
    first: dict[tuple[int, ...], int] = {}  # the lane of the same rules: all worlds have them, or those of one member
    for v in range(n_lanes):
        rules: list[Any] = [settings[v] for settings in mechanisms.values()]
        like = first.setdefault(tuple(map(id, rules)), v)
        if like < v:
            weights[v], dials[v] = weights[like], dials[like]
            continue
        weighed = [(rule, rule.weigh(dt)) for rule in rules if hasattr(rule, "weigh")]
        given = [(rule, rule.dials()) for rule in rules if hasattr(rule, "dials")]
        weights[v], dials[v] = _added_up(Weights, weighed, WEIGHTS_OFF), _added_up(Dials, given, DIALS_OFF)
        remembered = {getattr(rule, "remembers", "") for rule in rules} - {""}
        if remembered:  # every departure is seen, and known for good; where it matters who is out, returns are too
            weights[v, Weights.SEEN_KEEP], weights[v, Weights.LATELY], dials[v, Dials.OBSERVED] = 1.0, 0.0, 1.0
            dials[v, Dials.RETURNED] = "who is out" in remembered
    return weights, dials


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


@dataclass
class Stood:
    """What people know by heart, as it was in the beginning.

    ``risk`` float64 (lanes, platforms), log-odds: a perceived risk that keeps nobody from joining. ``cash`` float64
    (lanes, platforms): that of day 0, in claims. ``cover`` float64 (3, lanes, platforms): the guarantee of day 1, see
    :func:`cover_of`; −∞ once more was promised.
    """

    risk: Floats
    cash: Floats
    cover: Floats


def cover_of(state: State) -> Floats:
    """Return the guarantee as it stands, float64 (3, lanes, platforms): cover, limit, credibility."""
    return state.terms[[Terms.COVER, Terms.COVER_LIMIT, Terms.CREDIBILITY]]


def _backed(state: State) -> Floats:
    """Return which share of what is covered the money behind a guarantee would pay at most, float64 (lanes, platforms),
    by the claims of day 0."""
    owed = state.terms[Terms.COVER] * state.gauges[Gauges.CLAIMS_AT_START]
    return np.asarray(np.minimum(state.terms[Terms.GUARANTEE_FUND] / np.maximum(owed, 1.0), 1.0))


def weigh(state: State, mechanisms: Mechanisms, said: Floats, stood: Stood) -> Floats:
    """Fill ``state.weights`` from what mechanisms say, float64 (lanes, Weights), and the terms of the platforms.

    Return the readiness to run before the day's part, float64 (lanes, platforms). A guarantee that promises more than
    it ever did is noted in ``stood``.
    """
    terms, dials = state.terms, state.dials
    weights = np.repeat(said[:, None, :], state.n_platforms, axis=1)
    weights[:, :, Weights.COVER] = np.minimum(terms[Terms.COVER] * terms[Terms.CREDIBILITY] * _backed(state), 1.0)
    weights[:, :, Weights.COVER_LIMIT] = terms[Terms.COVER_LIMIT]
    is_new = (cover_of(state) > stood.cover).any(axis=0)
    stood.cover[:, is_new] = -np.inf  # it was in the news, and is not forgotten
    weights[:, :, Weights.UNINFORMED] *= ~is_new
    weights[:, :, Weights.EDUCATION] = terms[Terms.EDUCATION]
    weights[:, :, Weights.PROMPTS] = terms[Terms.PROMPTS]
    repair, mending = weights[:, :, Weights.REPAIR], terms[Terms.MENDING]
    weights[:, :, Weights.REPAIR] = np.where(mending == 1.0, repair, 1 - (1 - repair) ** mending)  # so many times a day
    weights[:, :, Weights.BASE_FUND] = terms[Terms.CUSTODY_TRUST]
    weights[:, :, Weights.USUAL_RISK] = stood.risk
    # with what is known of the cash since (kernels/prepare.py), the log-odds of all that is known of it today
    looks, some, usual = (dials[:, row, None] for row in (Dials.CASH, Dials.SOME_CASH, Dials.USUAL_CASH))
    weights[:, :, Weights.CALM] -= looks * np.log((stood.cash + some) / (usual + some))
    for settings in mechanisms.values():
        for rule, lanes in settings.alike:
            if hasattr(rule, "on_terms"):
                for row, value in rule.on_terms(terms[:, lanes], state.agreed_terms[:, lanes]):
                    check_row(Weights, row, rule)
                    weights[lanes, :, row] += value
    state.weights[:] = weights
    return np.array(weights[:, :, Weights.CALM])
