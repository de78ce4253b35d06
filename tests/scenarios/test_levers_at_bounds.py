"""No lever, at whatever bound of its parameters, is called best for freezing people's money or for fining them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trustsim.analysis.comparison import Comparison, compare
from trustsim.analysis.headlines import HEADLINES
from trustsim.analysis.ranking import is_clear
from trustsim.catalog import REGISTRY, load
from trustsim.experiment.study import Study, run_study
from trustsim.registry import Parameter
from trustsim.scenario.load import from_document
from trustsim.units import MINOR_PER_MAJOR

ROOT = Path(__file__).parents[2] / "scenarios"
WORLDS = 12
STORIES = {  # smaller than they ship, with as many newcomers for an investor
    "quickstart": {"investors.count": 500},
    "cases/C4_exaggerated_yield": {"investors.count": 500, "investors.newcomers": 250},
}
TRAPS: dict[str, dict[str, Any]] = {
    "suspended after 0 %": {"kind": "suspension", "after": "0 %"},
    "notice of 365 d": {"kind": "notice_period", "notice": "365 d"},
    "a cap of 1 CNY": {"kind": "withdrawal_cap", "cap": "1 CNY"},
    "exit friction of 10": {"kind": "process_friction", "exit": 10},
    "closed while solvent": {"kind": "early_action", "solvency": "100 %"},
    "a fee of 100 %": {"kind": "redemption_fee", "fee": "100 %"},
    "a reserve held already": {"kind": "reserve_requirement", "ratio": "10 %"},
}
#: the same by settings of the only platform of a story: what a variant is written as does not matter
BY_SET: dict[str, dict[str, Any]] = {
    f"{key} of {value} by set": {"set": {f"platforms.*.{key}": value}}
    for key, value in {
        "exit_friction": 10, "payout_lag": "365 d", "custody_lag": "365 d", "throughput": "0 %",
        "locked_share": "100 %", "lock_term": "3650 d",
    }.items()
}  # fmt: skip
#: what freezing and fining people shows in, and from what difference on it is one
FROZEN_OR_FINED = {
    **{name: HEADLINES[name].value for name in ("stuck_money", "needs_unmet", "investor_loss")},
    **dict.fromkeys(("waited_long[7 d]", "waited_long[30 d]", "end_state[frozen]", "end_state[wound down]"), 0.01),
}
#: a limit that binds nobody, as a cap of a billion, is a rule to bring in all the same: there the cost is zero too
CHANGES_NOTHING = {
    f"{kind} of nothing": {"kind": kind, **entry.make.neutral}
    for kind, entry in REGISTRY.group("intervention").items()
    if entry.make.neutral is not None
}


def at_bounds(parameter: Parameter) -> list[Any]:
    """Return the ends of what a parameter may be, as a file says them; of a name all that it may be."""
    if parameter.unit == "flag":
        return [False, True]
    if parameter.refers in REGISTRY.groups:
        return list(REGISTRY.names(parameter.refers))
    ends = [x for x in (parameter.low, parameter.high) if x is not None]
    return [x / MINOR_PER_MAJOR for x in ends] if parameter.unit == "money" else ends


def levers() -> dict[str, dict[str, Any]]:
    """Return every lever at its defaults, and with each parameter at each of its bounds, the others as they are."""
    found = {}
    for kind, entry in REGISTRY.group("intervention").items():
        found[kind] = {"kind": kind}
        for p in entry.parameters:
            found |= {f"{kind} {p.name} {x}": {"kind": kind, p.name: x} for x in at_bounds(p)}
    return found


def studied(name: str, more: Mapping[str, Mapping[str, Any]]) -> Study:
    """Run a story with levers as further variants, each alone, in the same worlds."""
    document = dict(load(ROOT / f"{name}.yaml", overrides=STORIES[name]).document)
    (platform,) = (each["name"] for each in document["platforms"])
    variants = {**document["variants"], **{lever: [_on(platform, item)] for lever, item in more.items()}}
    study = run_study(from_document({**document, "variants": variants}, REGISTRY), replications=WORLDS, workers=1)
    assert not study.failed
    return study


def _on(platform: str, item: Mapping[str, Any]) -> dict[str, Any]:
    settings = {key.replace("*", platform): value for key, value in item.get("set", {}).items()}
    return {**item, "set": settings} if settings else dict(item)


def among(study: Study, names: list[str]) -> Comparison:
    """Compare some of the variants of a study, by what may rank them or harm."""
    kept = [study.variants.index(name) for name in names]
    counts = {*HEADLINES, *FROZEN_OR_FINED, *study.asked}
    columns = {name: values[:, kept] for name, values in study.outcomes.items() if name in counts}
    return compare(dataclasses.replace(study, variants=tuple(names), outcomes=columns), REGISTRY)


def hurts(c: Comparison, lever: str) -> dict[str, float]:
    """Return by how much a lever clearly freezes and fines people more than the baseline does, by outcome."""
    found = {name: (c.differences[lever][name], size) for name, size in FROZEN_OR_FINED.items()}
    return {name: d.mean for name, (d, size) in found.items() if d.mean > 0 and is_clear(d.mean, d.low, d.high, size)}


def first_by_hurting(study: Study, lever: str, own: list[str]) -> list[str]:
    """Return the levers that stand alone in first place and hurt, beside a story's own variants and beside nothing."""
    fields = [among(study, [*own, lever]), among(study, [study.baseline, lever])]
    return [f"{lever}: {hurts(c, lever)}" for c in fields if c.groups[0] == (lever,) and hurts(c, lever)]


@pytest.fixture(
    scope="module", params=["quickstart", pytest.param("cases/C4_exaggerated_yield", marks=pytest.mark.slow)]
)
def trapped(request: pytest.FixtureRequest) -> Study:
    return studied(request.param, {**BY_SET, **TRAPS})


def test_no_trap_stands_alone_in_first_place_by_freezing_or_fining_people(trapped: Study) -> None:
    traps = [*BY_SET, *TRAPS]
    own = [name for name in trapped.variants if name not in traps]
    assert not [line for trap in traps for line in first_by_hurting(trapped, trap, own)]


def test_the_traps_are_traps(trapped: Study) -> None:
    """All but the last freeze or fine, and some end withdrawals by it: else nothing above could fail."""
    traps = [*BY_SET, *TRAPS]
    c = among(trapped, [trapped.baseline, *traps])
    assert [trap for trap in traps if hurts(c, trap)] == traps[:-1]
    assert set(c.harms) >= set(traps[:-1])
    less = [trap for trap in TRAPS if c.differences[trap]["excess_withdrawn"].high < 0]
    assert {"exit friction of 10", "a fee of 100 %"} <= set(less)


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_no_lever_at_a_bound_of_a_parameter_stands_alone_in_first_place_by_freezing_or_fining(name: str) -> None:
    """12 worlds of 500 investors, fixed by the seed: what is rare in them does not decide who is first."""
    every = {**levers(), **TRAPS}
    study = studied(name, every)
    own = [variant for variant in study.variants if variant not in every]
    assert not [line for lever in every for line in first_by_hurting(study, lever, own)]


@pytest.mark.slow
@pytest.mark.parametrize("name", STORIES)
def test_a_lever_that_changes_nothing_stands_with_the_baseline_and_costs_nothing(name: str) -> None:
    idle = {**CHANGES_NOTHING, **dict(list(TRAPS.items())[-1:])}
    study = studied(name, idle)
    c = among(study, list(study.variants))
    group = next(group for group in c.groups if study.baseline in group)
    assert set(idle) <= set(group)
    costs = study.outcomes["policy_cost"]
    base = costs[:, study.variants.index(study.baseline)]
    assert not [lever for lever in idle if not np.array_equal(costs[:, study.variants.index(lever)], base)]
