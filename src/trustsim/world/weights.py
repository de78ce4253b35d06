"""The weights of the account pass: what the behaviour mechanisms say, and what each platform's terms add."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, layout, purposes
from trustsim.kernels.account_pass import WEIGHTS
from trustsim.registry import REGISTRY, parameters_of
from trustsim.world.population import Population, reading_errors
from trustsim.world.state import State

_NEVER = -60.0  # log-odds
_OFF = {"calm": _NEVER, "ordinary": _NEVER, "join": _NEVER, "seen_keep": 0.0, "salience": 1.0}
Settings = Mapping[str, tuple[Any, ...]]  # mechanism → its settings in each variant, None where it is off


def weigh(state: State, settings: Settings, dt: float) -> NDArray[np.float64]:
    """Fill ``state.weights`` from mechanisms and terms; return the constant part of the readiness to run, (variants,
    platforms)."""
    table = np.zeros((len(WEIGHTS), state.n_variants, 1))
    for v in range(state.n_variants):
        row = {**dict.fromkeys(WEIGHTS, 0.0), **_OFF}
        for by_variant in settings.values():
            if hasattr(by_variant[v], "weigh"):
                row.update(by_variant[v].weigh(dt))
        if any(getattr(by_variant[v], "remembers", "") for by_variant in settings.values()):
            row["seen_keep"] = 1.0  # who left, or is out, is known for good
        table[:, v, 0] = [row[name] for name in WEIGHTS]
    weights = np.repeat(table, state.n_platforms, axis=2)
    terms = dict(zip(layout.TERMS, state.terms, strict=True))
    friction = terms["exit_friction"] - state.base_terms[layout.EXIT_FRICTION]
    entry = terms["entry_friction"] - state.base_terms[layout.ENTRY_FRICTION]
    at = {name: k for k, name in enumerate(WEIGHTS)}
    weights[at["ordinary"]] -= friction
    weights[at["join"]] -= entry
    weights[at["cover"]] = np.minimum(terms["cover"] * terms["credibility"], 1.0)
    weights[at["cover_limit"]] = terms["cover_limit"]
    weights[at["education"]] = terms["education"]
    weights[at["base_fund"]] = terms["custody_trust"]
    calm = weights[at["calm"]] - terms["exit_friction"]
    for v, choice in enumerate(settings["choice"]):
        if choice is not None:
            spread = terms["promised_yield"][v] - terms["safe_yield"][v]
            kept = np.minimum(terms["segregated_share"][v] * choice.segregation, 1 - 1e-6)
            calm[v] += np.log(1 - kept) - choice.fee * terms["exit_fee"][v] - choice.pays_yield * spread
    state.weights[:] = np.moveaxis(weights, 0, 2)
    return np.asarray(calm)


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
        t[layout.T_CALM] = (
            choice.tolerance * (0.5 - x["risk_tolerance"]) + choice.balance * size - choice.tenure * years
        )
    if ordinary is not None and len(who):
        churn = -ordinary.tenure * years
        t[layout.T_CHURN] = churn - math.log(float(np.exp(churn).mean()))
    prior = np.clip(x["prior_trust"], 1e-4, 1 - 1e-4)
    degree = np.asarray(state.network.in_degree, np.float64)[who]
    t[layout.T_PRIOR] = np.log(prior / (1 - prior))
    t[layout.T_LINKS] = np.where(degree > 0, 1 / np.maximum(degree, 1), 0.0)
    t[layout.T_HERDING] = x["herding"]
    t[layout.T_LITERACY] = x["literacy"]
    t[layout.T_ATTENTION] = 1 - (1 - x["attention"]) ** dt
    t[layout.T_PRIVACY] = x["privacy"]
    t[layout.T_ALARM] = np.inf
    t[layout.T_NEED] = np.inf
    if fear is not None:
        t[layout.T_FEAR_KEEP] = (1 - fear.decay * (0.5 + x["resilience"])) ** dt
        t[layout.T_FEAR_GAIN] = 1.5 - x["resilience"]
        t[layout.T_ALARM] = fear.threshold * (0.5 + x["resilience"])


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
    state.traits[layout.T_NEED] = need[state.accounts.investor]


def fill_memory(state: State, returned: NDArray[np.float32]) -> None:
    """Let everyone know which neighbours hold nothing at day 0, in the variants where returns are remembered."""
    indptr, neighbours = state.network.indptr, state.network.neighbours
    for v in np.flatnonzero(returned):
        seen = state.beliefs[layout.SEEN, v]
        for p in range(state.n_platforms):
            first, stop = state.accounts.first[p : p + 2]
            out = (state.flags[v, first:stop] & layout.HOLDS) == 0
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
    prior = state.traits[layout.T_PRIOR]
    state.beliefs[: layout.SERVICE + 1] = prior
    error = reading_errors(population.n_investors, key)[state.accounts.investor]
    literacy = state.traits[layout.T_LITERACY]
    noise = columns("risk_view", settings["risk_view"])["noise"]
    for p in range(state.n_platforms):
        mine = slice(state.accounts.first[p], state.accounts.first[p + 1])
        spread = noise * (1 - state.terms[layout.REPORT_SCOPE, :, p])
        published = state.gauges[layout.G_PUBLISHED_RISK, :, p]
        state.beliefs[layout.FUND, :, mine] += state.terms[layout.CUSTODY_TRUST, :, p][:, None].astype(np.float32)
        state.beliefs[layout.RISK, :, mine] = (
            published[:, None] + spread[:, None] * (1 - 0.5 * literacy[mine]) * error[mine]
        )
