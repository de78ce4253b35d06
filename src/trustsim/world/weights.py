"""The weights of the account pass: what the behaviour mechanisms say, and what each platform's terms add."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, purposes
from trustsim.kernels.layout import HOLDS, Beliefs, Gauges, Terms, Traits, Weights, row_of
from trustsim.registry import REGISTRY, parameters_of
from trustsim.world.population import Population, reading_errors
from trustsim.world.state import State

_NEVER = -60.0  # log-odds
_OFF = {Weights.CALM: _NEVER, Weights.ORDINARY: _NEVER, Weights.JOIN: _NEVER, Weights.SALIENCE: 1.0}  # else 0
Settings = Mapping[str, tuple[Any, ...]]  # mechanism → its settings in each variant, None where it is off


def weigh(state: State, settings: Settings, dt: float) -> NDArray[np.float64]:
    """Fill ``state.weights`` from mechanisms and terms; return the constant part of the readiness to run, (variants,
    platforms)."""
    table = np.zeros((len(Weights), state.n_variants, 1))
    for v in range(state.n_variants):
        table[:, v, 0] = _weights_of([by_variant[v] for by_variant in settings.values()], dt)
    weights = np.repeat(table, state.n_platforms, axis=2)
    friction = state.terms[Terms.EXIT_FRICTION] - state.base_terms[Terms.EXIT_FRICTION]
    entry = state.terms[Terms.ENTRY_FRICTION] - state.base_terms[Terms.ENTRY_FRICTION]
    weights[Weights.ORDINARY] -= friction
    weights[Weights.JOIN] -= entry
    weights[Weights.COVER] = np.minimum(state.terms[Terms.COVER] * state.terms[Terms.CREDIBILITY], 1.0)
    weights[Weights.COVER_LIMIT] = state.terms[Terms.COVER_LIMIT]
    weights[Weights.EDUCATION] = state.terms[Terms.EDUCATION]
    weights[Weights.BASE_FUND] = state.terms[Terms.CUSTODY_TRUST]
    calm = weights[Weights.CALM] - state.terms[Terms.EXIT_FRICTION]
    for v, choice in enumerate(settings["choice"]):
        if choice is not None:
            spread = state.terms[Terms.PROMISED_YIELD, v] - state.terms[Terms.SAFE_YIELD, v]
            kept = np.minimum(state.terms[Terms.SEGREGATED_SHARE, v] * choice.segregation, 1 - 1e-6)
            calm[v] += np.log(1 - kept) - choice.fee * state.terms[Terms.EXIT_FEE, v] - choice.pays_yield * spread
    state.weights[:] = np.moveaxis(weights, 0, 2)
    return np.asarray(calm)


def _weights_of(mechanisms: Sequence[Any], dt: float) -> NDArray[np.float64]:
    """Return float64 (Weights,): what the mechanisms of one variant say; what several say of one weight adds up."""
    said: dict[int, list[float]] = {}
    for mechanism in mechanisms:
        if hasattr(mechanism, "weigh"):
            for name, value in mechanism.weigh(dt).items():
                said.setdefault(row_of(Weights, name, mechanism), []).append(value)
    if any(getattr(mechanism, "remembers", "") for mechanism in mechanisms):
        said[Weights.SEEN_KEEP] = [1.0]  # who left, or is out, is known for good
    return np.array([math.fsum(said[row]) if row in said else _OFF.get(row, 0.0) for row in Weights])


def per_variant(settings: tuple[Any, ...], names: tuple[str, ...], off: tuple[float, ...]) -> NDArray[np.float64]:
    """Return float64 (variants, names): the settings of one mechanism, or *off* where it is switched off."""
    return np.array([[getattr(s, n) for n in names] if s is not None else list(off) for s in settings], np.float64)


def kind_of(name: str, settings: tuple[Any, ...]) -> Any:
    """Return the class of a mechanism: that of its settings; a worker has no entry of one of the user's own."""
    return next((type(s) for s in settings if s is not None), None) or REGISTRY["mechanism", name].make


def columns(name: str, settings: tuple[Any, ...]) -> dict[str, NDArray[np.float64]]:
    """Return every number that a mechanism sets, float64 (variants,) each; 0 where it is switched off."""
    numbers = [p.name for p in parameters_of(kind_of(name, settings)) if p.unit not in ("text", "name")]
    return {n: np.array([0.0 if s is None else float(getattr(s, n)) for s in settings]) for n in numbers}


def fill_traits(state: State, population: Population, settings: Settings, dt: float) -> None:
    """Fill ``state.traits`` from the population's traits and the settings, which are the same in all variants here."""
    choice, ordinary, fear = settings["choice"][0], settings["ordinary"][0], settings["fear"][0]
    who = state.accounts.investor
    x = {name: column[who] for name, column in population.traits.items()}
    t = state.traits
    years = np.log1p(np.maximum(x["tenure"], 0.0) / 365.0)
    if choice is not None:
        ticket = np.maximum(state.accounts.ticket, 1)
        size = np.log(ticket / max(float(np.median(ticket)), 1.0)) if len(ticket) else np.zeros(0)
        t[Traits.CALM] = choice.tolerance * (0.5 - x["risk_tolerance"]) + choice.balance * size - choice.tenure * years
    if ordinary is not None and len(who):
        churn = -ordinary.tenure * years
        t[Traits.CHURN] = churn - math.log(float(np.exp(churn).mean()))
    prior = np.clip(x["prior_trust"], 1e-4, 1 - 1e-4)
    degree = np.asarray(state.network.in_degree, np.float64)[who]
    t[Traits.PRIOR] = np.log(prior / (1 - prior))
    t[Traits.LINKS] = np.where(degree > 0, 1 / np.maximum(degree, 1), 0.0)
    t[Traits.HERDING] = x["herding"]
    t[Traits.LITERACY] = x["literacy"]
    t[Traits.ATTENTION] = 1 - (1 - x["attention"]) ** dt
    t[Traits.PRIVACY] = x["privacy"]
    t[Traits.ALARM] = np.inf
    t[Traits.NEED] = np.inf
    if fear is not None:
        t[Traits.FEAR_KEEP] = (1 - fear.decay * (0.5 + x["resilience"])) ** dt
        t[Traits.FEAR_GAIN] = 1.5 - x["resilience"]
        t[Traits.ALARM] = fear.threshold * (0.5 + x["resilience"])


def fill_needs(state: State, rule: Any, replication: int, key: NDArray[np.uint64]) -> None:
    """Fill how many neighbours each investor must see leave, by the settings of the mechanism ``threshold``."""
    if rule is None:
        return
    n = state.population.n_investors
    degree = np.asarray(state.network.in_degree[:n], np.int64)
    need = rule.needs(degree)
    n_first = min(rule.first, n)
    if rule.which == "in turn":
        first = (replication + np.arange(n_first)) % n
    else:
        first = np.argsort(draws.uniforms(n, purposes.FIRST, key)[0], kind="stable")[:n_first]
    need[first] = 0.0
    state.traits[Traits.NEED] = need[state.accounts.investor]


def fill_memory(state: State, returned: NDArray[np.float32]) -> None:
    """Let everyone know which neighbours hold nothing at day 0, in the variants where returns are remembered."""
    indptr, neighbours = state.network.indptr, state.network.neighbours
    for v in np.flatnonzero(returned):
        seen = state.beliefs[Beliefs.SEEN, v]
        for p in range(state.n_platforms):
            first, stop = state.accounts.first[p : p + 2]
            out = (state.flags[v, first:stop] & HOLDS) == 0
            who, at = state.accounts.investor[first:stop][out], state.accounts.at[p]
            if state.network.is_complete:
                seen[first:stop] = len(who) - out
                continue
            ends = np.concatenate([neighbours[indptr[i] : indptr[i + 1]] for i in who] or [neighbours[:0]])
            known = at[ends]
            seen[:stop] += np.bincount(known[known >= 0], minlength=stop).astype(np.float32)


def fill_beliefs(state: State, population: Population, settings: Settings, key: NDArray[np.uint64]) -> None:
    """Let everyone start at the prior, with an own reading of each platform's published risk.

    In fund safety what the custody regime adds comes on top. The reading has an error of spread ``noise`` of the
    mechanism risk view · (1 − scope of a report) · (1 − literacy / 2). Nobody is afraid or scarred.
    """
    prior = state.traits[Traits.PRIOR]
    state.beliefs[: Beliefs.SERVICE + 1] = prior
    error = reading_errors(population.n_investors, key)[state.accounts.investor]
    literacy = state.traits[Traits.LITERACY]
    noise = columns("risk_view", settings["risk_view"])["noise"]
    for p in range(state.n_platforms):
        mine = slice(state.accounts.first[p], state.accounts.first[p + 1])
        spread = noise * (1 - state.terms[Terms.REPORT_SCOPE, :, p])
        published = state.gauges[Gauges.PUBLISHED_RISK, :, p]
        state.beliefs[Beliefs.FUND, :, mine] += state.terms[Terms.CUSTODY_TRUST, :, p][:, None].astype(np.float32)
        state.beliefs[Beliefs.RISK, :, mine] = (
            published[:, None] + spread[:, None] * (1 - 0.5 * literacy[mine]) * error[mine]
        )
