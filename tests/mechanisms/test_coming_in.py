"""What it costs to bring a lever in: once for each change of a term, whoever brings it, and nothing after the end."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, leave, lever

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import FAILED, WINDING
from trustsim.kernels.times import of_step
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.units import MINOR_PER_MAJOR

ALL = N * EACH
RICH = {"own_cash": 1_000_000}
DEFAULT = int(REGISTRY["intervention", "notice_period"].make().cost)  # minor units


def costs(play: Play, variants: dict[str, Any], *, days: int = 10, **story: Any) -> list[int]:
    """Play variants of a rich platform; return what each has spent on Harbour, minor units."""
    platforms = {"Harbour": RICH, "Quay": RICH}
    seen = play(days, **{"platforms": platforms, **story}, variants={"plain": [], **variants})
    return [int(x) for x in seen.book("costs")[1:, 0]]


# after the end


ENDS = {
    "failed": ({"patience": "2 d", "liquid_share": "10 %"}, [leave()], FAILED),
    "wound down": (
        {"liquid_share": "100 %", "own_cash": 100},
        [lever("early_action", liquidity="100 %", solvency="100 %")],
        WINDING,
    ),
}
COMES_IN: dict[str, dict[str, Any]] = {
    kind: {"kind": kind, "cost": 1}
    for kind, entry in REGISTRY.group("intervention").items()
    if any(p.name == "cost" for p in entry.parameters) and kind not in ("guarantee", "credit_line", "early_action")
}
COMES_IN["early_action"] = {"kind": "early_action", "liquidity": "100 %", "solvency": "100 %", "cost": "1 %"}
COMES_IN["capital_requirement"] = {"kind": "capital_requirement", "ratio": "100 %", "cost": "50 %"}
COMES_IN["redemption_gate"]["trigger"] = "100 %"
COMES_IN["liquidity_buffer"] = {"kind": "liquidity_buffer", "target": "100 %"}


@pytest.mark.parametrize("end", ENDS)
def test_nothing_is_brought_in_announced_or_paid_at_a_platform_that_has_ended(play: Play, end: str) -> None:
    """Every lever alone, from twelve days after the end on, beside the same end without one."""
    at, ending, status = ENDS[end]
    late = {kind: [*ending, {**what, "platform": "Harbour", "from": "20 d"}] for kind, what in COMES_IN.items()}
    seen = play(
        25, platforms={"Harbour": at, "Quay": {}}, mechanisms=READY, variants={"nothing": ending, **late},
    )  # fmt: skip
    assert (seen.gauge("status")[8:, :, 0] == status).all()
    assert seen.gauge("claims")[8:, :, 0].max() == 0
    assert (seen.state.books[:, :, 0] == seen.state.books[:, :1, 0]).all()
    for belief in ("fear", "risk", "fund"):
        assert (seen.belief(belief, 1) == seen.belief(belief, 1)[0]).all()  # nobody hears of it elsewhere either
    assert not [name for name in late if (seen.belief("fear") != seen.belief("fear")[0]).any()]


def test_what_an_ended_platform_has_brought_in_costs_nothing_by_the_day(play: Play) -> None:
    at, ending, _ = ENDS["wound down"]
    running = lever("process_friction", cost=365, exit=1)
    seen = play(20, platforms={"Harbour": at, "Quay": {}}, variants={"wound": [*ending, running]})
    assert np.diff(seen.gauge("cost")[:, 0, 0])[10:].max() == 0


def test_nobody_pays_in_for_or_halts_a_platform_that_is_being_wound_down(play: Play) -> None:
    """Assets run off for years: claims stay, and so does what owes them."""
    closing = lever("early_action", liquidity="100 %", solvency="100 %")
    late = {
        "capital": lever("capital_requirement", ratio="50 %", cost="50 %", **{"from": "5 d"}),
        "gate": lever("redemption_gate", trigger="100 %", cost=7, **{"from": "5 d"}),
        "buffer": lever("liquidity_buffer", target="50 %", **{"from": "5 d"}),
    }
    seen = play(8, variants={"closing": [closing], **{name: [closing, what] for name, what in late.items()}})
    assert (seen.gauge("claims")[-1, :, 0] > 0).all()
    assert (seen.state.books[:, :, 0] == seen.state.books[:, :1, 0]).all()


def test_two_supervisors_who_step_in_on_one_day_start_one_procedure(play: Play) -> None:
    one, other = (lever("early_action", liquidity=x, solvency="-100 %", cost="1 %") for x in ("50 %", "60 %"))
    at = {"Harbour": {}, "Quay": {}}
    assert costs(play, {"one": [one], "both": [one, other]}, platforms=at) == [ALL // 100] * 2


def test_two_gates_that_fall_on_one_day_are_one_halt(play: Play) -> None:
    short, long = (lever("redemption_gate", trigger="100 %", duration=x, cost=7) for x in ("2 d", "5 d"))
    later = lever("redemption_gate", trigger="100 %", duration="2 d", cost=7, **{"from": "8 d"})
    at = {"Harbour": {"liquid_share": "10 %", "sale_limit": "0 %"}, "Quay": {}}
    gates = {"one": [leave(), short], "both": [leave(), short, long], "another halt": [leave(), short, later]}
    assert costs(play, gates, platforms=at, mechanisms=READY) == [700, 700, 1400]


# once for each change


def test_a_rule_costs_the_same_whoever_brings_it_in(play: Play) -> None:
    own = {"set": {"platforms.Harbour.payout_lag": "7 d"}}
    by_lever = {"kind": "notice_period", "platform": "Harbour", "notice": "7 d", "fear": 0}
    assert costs(play, {"set": [own], "lever": [by_lever], "both": [own, by_lever]}) == [DEFAULT] * 3


def test_what_brings_a_rule_in_is_that_of_the_real_platform(play: Play) -> None:
    own = {"set": {"platforms.Harbour.payout_lag": "7 d"}}
    by_lever = {"kind": "notice_period", "platform": "Harbour", "notice": "7 d", "fear": 0}
    assert costs(play, {"set": [own], "lever": [by_lever]}, scale=50) == [DEFAULT // 50] * 2


NOTICE = {"kind": "notice_period", "fear": 0, "cost": 100}
AT_ONCE: dict[str, tuple[list[dict[str, Any]], int]] = {
    "one": ([NOTICE], 1),
    "one for all and one for each": ([NOTICE, {**NOTICE, "platform": "Harbour"}], 1),
    "a longer one beside": ([NOTICE, {**NOTICE, "notice": "9 d"}], 1),
    "the dearer of two": ([NOTICE, {**NOTICE, "cost": 300}], 3),
    "one that is longer already": ([NOTICE, {**NOTICE, "notice": "5 d", "from": "4 d"}], 1),
    "a longer one later": ([NOTICE, {**NOTICE, "notice": "9 d", "from": "4 d"}], 2),
    "one goes on as another": ([{**NOTICE, "until": "4 d"}, {**NOTICE, "from": "4 d"}], 1),
    "one ends": ([{**NOTICE, "until": "4 d"}], 1),
    "one comes again": ([{**NOTICE, "until": "4 d"}, {**NOTICE, "from": "6 d"}], 2),
    "not yet": ([{**NOTICE, "from": "50 d"}], 0),
    "nothing to change": ([{**NOTICE, "notice": "0 d"}], 0),
    "nothing to change beside a change": ([{**NOTICE, "notice": "0 d"}, lever("process_friction", delay="2 d")], 0),
    "a rule of its own each": ([NOTICE, {"kind": "pro_rata_payout", "fear": 0, "cost": 100}], 2),
    "when it is called for": ([{**NOTICE, "when": {"indicator": "liquidity", "above": "90 %"}}], 1),
}


def test_a_change_of_a_term_is_brought_in_once(play: Play) -> None:
    found = costs(play, {name: items for name, (items, _) in AT_ONCE.items()})
    assert dict(zip(AT_ONCE, found, strict=True)) == {name: 10_000 * n for name, (_, n) in AT_ONCE.items()}


def test_two_levers_that_fill_up_to_a_level_fill_up_to_it_once(play: Play) -> None:
    """Capital of 10 % and cash of 50 % of the claims are what there is at the end of the first day."""
    capital = lever("capital_requirement", ratio="10 %")
    buffer = lever("liquidity_buffer", target="50 %")
    levers = {
        "capital": [capital, {**capital, "platform": "*"}, {**capital, "ratio": "8 %"}],
        "buffer": [buffer, {**buffer, "platform": "*"}, {**buffer, "target": "40 %"}],
    }
    seen = play(1, variants={"plain": [], **levers})
    assert seen.gauge("solvency")[1, :, 0] == pytest.approx([0, 0.1, 0])
    assert seen.gauge("liquidity")[1, 2, 0] == pytest.approx(0.5, abs=1e-4)
    assert -seen.book("owners")[1, 0] == pytest.approx(0.1 * ALL, abs=1)


def test_a_fall_that_no_lever_of_the_term_makes_costs_nothing(play: Play) -> None:
    """A shorter notice, a larger bias, fewer reports and a smaller desk by a setting."""
    at = {**RICH, "payout_lag": "9 d", "report_bias": 0.1, "report_interval": "7 d", "service_capacity": "1 /day"}
    less = {"payout_lag": "2 d", "report_bias": 0.5, "report_interval": "30 d", "service_capacity": "0.5 /day"}
    variants = {name: [{"set": {f"platforms.Harbour.{name}": value}}] for name, value in less.items()}
    assert costs(play, variants, platforms={"Harbour": at, "Quay": {}}) == [0] * len(less)


def test_one_lever_says_what_a_change_of_a_term_costs() -> None:
    """Else the same change by a setting would be paid twice."""
    priced: Counter[str] = Counter()
    for entry in REGISTRY.group("intervention").values():
        if hasattr(entry.make, "terms"):
            terms = entry.make().terms()
            priced.update({name for t in terms for name in (*([t.of] if t.of else ()), *t.by_set)})
            priced.update({t.name for t in terms if t.once})
    assert max(priced.values()) == 1
    assert {"payout_lag", "exit_friction", "entry_friction", "report_bias", "report_scope"} <= set(priced)


def test_nothing_is_lost_by_rounding_what_capital_costs_by_the_hour(play: Play) -> None:
    """A hundred and twenty hours of 0.9 minor units an hour; a unit may be due at the end."""
    per_day = 0.1 * ALL * 0.0394 / 365
    what = lever("capital_requirement", ratio="10 %", cost="3.94 %")
    seen = play(120, step="1 h", variants={"capital": [what]})
    assert 0.85 < per_day / 24 < 1
    assert seen.book("costs")[0, 0] == pytest.approx(5 * per_day, abs=1)
    hours = of_step(np.full(120, per_day), np.arange(1, 121), 1 / 24)
    assert hours.sum() == np.floor(5 * per_day)
    assert measured(Finished(seen.model))["policy_cost"][0] == pytest.approx(5 * per_day / MINOR_PER_MAJOR, abs=0.01)
