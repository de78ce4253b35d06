"""What the tests of the engine share: small scenarios, random valid ones, and every array of a run by name."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import Gauges, Terms
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.model import TrustCrisisModel
from trustsim.names import CLIENTS, EVERYONE
from trustsim.registry import Parameter
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario
from trustsim.world.series import SERIES

Document = dict[str, Any]

CRISIS: Document = {
    "trustsim": 1,
    "horizon": 60,
    "network": {"kind": "small_world", "mean_degree": 6, "rewire": 0.2},
    "investors": {
        "count": 120,
        "newcomers": 6,
        "segments": [
            {"name": "novice", "share": 0.6, "literacy": "beta(2, 5)"},
            {"name": "professional", "share": 0.4, "literacy": "beta(5, 2)", "tenure": "exponential(800 d)"},
        ],
    },
    "platforms": [
        {
            "name": "Harbour",
            "kind": "p2p_lending",
            "custody": "bank",
            "segregated_share": 0.3,
            "asset_market": "loans",
            "patience": 3,
        },
        {
            "name": "Quay",
            "kind": "money_market_fund",
            "asset_market": "loans",
            "volatility": 0.01,
            "liquid_share": 0.1,
            "sale_limit": 0.01,
            "patience": 2,
        },
        {"name": "Mole", "kind": "payment_wallet", "exposure": "Harbour group"},
    ],
    "mechanisms": {"choice": {"calm": 3.0}},
    "shocks": [
        {"kind": "custodian_theft", "platform": "Harbour", "day": 4, "share": 0.3, "discovery_lag": 4, "notice_lag": 4},
        {"kind": "rumour", "platform": "Quay", "day": 8, "seeds": 0.1, "infectiousness": 0.6, "attention": 1},
        {"kind": "default_wave", "platform": "*", "day": 12, "share": 0.15, "over": 3, "correlation": 0.5},
        {"kind": "outage", "platform": "Quay", "day": 16, "days": 2},
        {"kind": "misuse", "platform": "Mole", "day": 2, "rate": 0.01, "audit": 0.1},
        {"kind": "data_breach", "platform": "Mole", "day": 20},
        {"kind": "advertising_exposed", "platform": "Quay", "day": 1, "exposure_lag": 24},
    ],
    "variants": {"nothing": []},
    "replications": 2,
    "seed": 7,
}
"""Three platforms in serious trouble: theft, rumour, defaults, an outage, misuse, a leak and false advertising."""


def crisis(**changes: Any) -> Scenario:
    """Return the crisis with some of its keys replaced."""
    return scenario_of({**copy.deepcopy(CRISIS), **changes})


def scenario_of(document: Mapping[str, Any]) -> Scenario:
    return from_document(document, REGISTRY)


def finished(scenario: Scenario, variants: Sequence[str] | None = None, replication: int = 0) -> TrustCrisisModel:
    """Return the model at its horizon."""
    model = TrustCrisisModel(scenario, variants, rng=replication, collects=False)
    for _ in range(scenario.n_days):
        model.step()
    return model


def arrays_of(model: TrustCrisisModel, v: int) -> dict[str, NDArray[Any]]:
    """Return all that a run holds of variant *v*: state, measured history, series, outcomes."""
    s, gauges, terms = model.state, list(range(len(Gauges))), list(range(len(Terms)))
    queue = np.concatenate(
        [s.queue[v, a : a + n] for a, n in zip(s.accounts.first[:-1], s.queue_n[v], strict=True)] or [s.queue[v, :0]]
    )
    held: dict[str, NDArray[Any]] = {
        "beliefs": s.beliefs[:, v], "flags": s.flags[v], "actions": s.actions[v], "balance": s.balance[v],
        "requested": s.requested[v], "asked_day": s.asked_day[v], "later": s.later[v], "later_day": s.later_day[v],
        "queue": queue, "queue_n": s.queue_n[v],
        "safe": s.safe[v], "loss": s.loss[v], "flows": s.flows[v], "books": s.books[:, v], "ladder": s.ladder[:, v],
        "terms": s.terms[terms, v], "weights": s.weights[v], "sums": s.sums[v], "history": model.history[:, gauges, v],
    }  # fmt: skip
    held |= {f"series {name}": model.series(name)[:, v] for name in SERIES}
    held |= {f"outcome {name}": x[v] for name, x in measured(Finished(model)).items()}
    return held


def differing(one: Mapping[str, NDArray[Any]], other: Mapping[str, NDArray[Any]]) -> list[str]:
    """Return the names of the arrays that are not the same bit for bit (NaN equals NaN)."""
    assert one.keys() == other.keys()
    return [name for name in one if digest(one[name]) != digest(other[name])]


def digest(array: NDArray[Any]) -> str:
    array = np.ascontiguousarray(array)
    return hashlib.sha256(str((array.dtype, array.shape)).encode() + array.tobytes()).hexdigest()


# -- random scenarios ------------------------------------------------------------------------------------------------

NAMES = ("Harbour", "Quay", "Mole")
NETWORKS: tuple[Document, ...] = (
    {"kind": "none"},
    {"kind": "complete"},
    {"kind": "small_world", "mean_degree": 4, "rewire": 0.3},
    {"kind": "preferential", "links": 2},
    {"kind": "poisson", "mean_degree": 3},
    {"kind": "block", "communities": 3, "mean_degree": 4},
    {"kind": "configuration", "smallest": 1, "largest": 8},
)


def values_of(parameter: Parameter, platforms: Sequence[str]) -> st.SearchStrategy[Any]:
    """Return a strategy of what a file may hold for *parameter*: its bounds, its default, and much between."""
    if parameter.refers == "platform":
        return st.sampled_from([*platforms, "*"])
    if parameter.refers == "audience":
        return st.sampled_from([EVERYONE, CLIENTS])
    if parameter.unit == "flag":
        return st.booleans()
    if allowed := REGISTRY.allowed(parameter):
        return st.sampled_from(allowed)
    if parameter.unit in ("name", "text"):
        return st.sampled_from(["", "one"])
    default = (
        1.0 if parameter.is_required or not isinstance(parameter.default, int | float) else float(parameter.default)
    )
    low = -1e3 if parameter.low is None else parameter.low
    high = max(10 * abs(default), 1.0) if parameter.high is None else parameter.high
    span = st.floats(low, high, allow_nan=False, allow_infinity=False)
    near = st.floats(0, 3).map(lambda x: min(max(x * default, low), high))
    number = st.sampled_from([low, high, default]) | near | near | span
    if parameter.unit == "money":
        return number.map(lambda x: round(min(x, 1e15)) / 100)
    if parameter.unit == "count":
        return number.map(round)
    return number


def some_of(parameters: Sequence[Parameter], platforms: Sequence[str], *, without: Sequence[str] = ()) -> Any:
    """Return a strategy of settings: the required ones and a few others."""
    open_to = {p.name: p for p in parameters if p.name not in without and not p.spread}
    needed = {n: values_of(p, platforms) for n, p in open_to.items() if p.is_required}
    others = [n for n, p in open_to.items() if not p.is_required]

    def chosen(names: Sequence[str]) -> st.SearchStrategy[Document]:
        return st.fixed_dictionaries({**needed, **{n: values_of(open_to[n], platforms) for n in names}})

    return st.lists(st.sampled_from(others), max_size=4, unique=True).flatmap(chosen) if others else chosen(())


@st.composite
def timings(draw: st.DrawFn, platforms: Sequence[str], horizon: float) -> Document:
    """Draw when an item acts: from the start or later, for good or for a while, perhaps only after a trigger."""
    timing: Document = {}
    start = draw(st.floats(0, horizon * 0.8))
    if draw(st.booleans()):
        timing["from"] = start
    if draw(st.integers(0, 3)) == 0:
        timing["until"] = start + draw(st.floats(0.01, horizon))
    if draw(st.integers(0, 3)) == 0:
        indicator = draw(st.sampled_from(sorted(REGISTRY.group("indicator"))))
        side = draw(st.sampled_from(["above", "below"]))
        thresholds = ([-1.0, 0.0, 0.01, 0.1, 0.5, 1.0], [-1, 0, 1, 5])
        timing["when"] = {
            "indicator": indicator,
            "platform": draw(st.sampled_from([*platforms, "*"])),
            side: draw(st.sampled_from(thresholds[REGISTRY["indicator", indicator].unit == "count"])),
            "lasting": draw(st.sampled_from([0, 1, 3])),
            "lag": draw(st.sampled_from([0, 2])),
        }
    return timing


@st.composite
def items(draw: st.DrawFn, group: Any, platforms: Sequence[str], horizon: float) -> Document:
    kind = draw(st.sampled_from(sorted(REGISTRY.group(group))))
    settings = draw(some_of(REGISTRY[group, kind].parameters, platforms, without=("day",)))
    return {"kind": kind, **settings, **draw(timings(platforms, horizon))}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a valid scenario: any platforms, custody, network, shocks and levers, few people, a short horizon."""
    n_steps = draw(st.integers(1, 40))
    step = draw(st.sampled_from([1.0, 1.0, 0.5, 0.1]))
    horizon = n_steps * step
    names = NAMES[: draw(st.integers(1, 3))]
    kinds = sorted(REGISTRY.group("platform_kind"))
    section = REGISTRY["section", "platform"].parameters
    platforms = [
        {
            **draw(some_of(section, names, without=("name", "kind", "owes", "copies"))),
            "name": name,
            "kind": draw(st.sampled_from(kinds)),
        }
        for name in names
    ]
    mechanisms: Document = {}
    for name in draw(st.lists(st.sampled_from(sorted(REGISTRY.group("mechanism"))), max_size=3, unique=True)):
        parameters = REGISTRY["mechanism", name].parameters
        mechanisms[name] = draw(st.just("off") | some_of(parameters, names, without=("own",))) if parameters else "off"
    lever = items("intervention", names, horizon)
    return {
        "trustsim": 1,
        "horizon": horizon,
        "step": step,
        "scale": draw(st.sampled_from([1, 1, 50])),
        "network": dict(draw(st.sampled_from(NETWORKS))),
        "investors": {
            "count": draw(st.sampled_from([0, 1, 2, 30, 30, 200])),
            "newcomers": draw(st.sampled_from([0, 0, 3])),
            "members": draw(st.sampled_from([0.0, 0.8, 1.0])),
            "considered": draw(st.integers(1, 3)),
            "second_platform": draw(st.sampled_from([0.0, 0.5, 1.0])),
        },
        "platforms": platforms,
        "mechanisms": mechanisms,
        "shocks": draw(st.lists(items("shock", names, horizon), max_size=3)),
        "variants": {"nothing": [], "levers": draw(st.lists(lever, min_size=1, max_size=3)), "one": [draw(lever)]},
        "seed": draw(st.integers(0, 5)),
    }
