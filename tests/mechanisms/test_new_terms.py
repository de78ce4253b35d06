"""A ``set`` with a time: the terms of a platform become others in the course of a run, as by a lever."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, Played, leave, lever

from trustsim.catalog import REGISTRY, load
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import FAILED, Gauges, Terms
from trustsim.kernels.named import names_of
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.units import MINOR_PER_MAJOR

RICH = {"liquid_share": "100 %"}


def change(value: Any, key: str = "exit_friction", platform: str = "Harbour", **when: Any) -> dict[str, Any]:
    """Return a ``set`` of one setting with a time."""
    return {"set": {f"platforms.{platform}.{key}": value}, **when}


def by_day(seen: Played, days: int, name: str = "exit_friction", platform: int = 0) -> list[list[float]]:
    """Step on, and return a term of a platform in force on each step, by variant."""
    found = [seen.step().term(name)[:, platform].tolist() for _ in range(days)]
    return np.array(found).T.tolist()


def test_a_set_with_days_is_in_force_from_the_one_to_the_other(play: Play) -> None:
    timed = change("15 %", "promised_yield", **{"from": "3 d", "until": "6 d"})
    seen = play(0, platforms={"Harbour": {"promised_yield": "8 %"}, "Quay": {}}, variants={"a": [], "b": [timed]})
    assert by_day(seen, 8, "promised_yield") == [[0.08] * 8, [0.08] * 3 + [0.15] * 3 + [0.08] * 2]
    assert seen.term("promised_yield")[:, 1].tolist() == [0, 0]


@pytest.mark.parametrize("step", ["1 d", "12 h"])
def test_a_yield_that_changes_counts_for_the_days_on_which_it_stood(play: Play, step: str) -> None:
    """A tenth of a per cent a day for three of the thirty days, then for the last twelve and the first six."""
    n = {"1 d": 1, "12 h": 2}[step]
    timed = change("36.5 %", "promised_yield", **{"from": "3 d", "until": "6 d"})
    over = change("36.5 %", "promised_yield", **{"from": "18 d", "until": "36 d"})
    always = {"set": {"platforms.Harbour.promised_yield": "36.5 %"}}
    variants = {"a": [], "b": [timed], "c": [over], "d": [always]}
    seen = play(30 * n, step=step, platforms={"Harbour": RICH, "Quay": RICH}, variants=variants)
    assert seen.balance()[:, 0].tolist() == pytest.approx([EACH, EACH * 1.003, EACH * 1.012, EACH * 1.03], abs=1)
    balances = seen.step(30 * n).balance()[:, 0].tolist()
    assert balances == pytest.approx([EACH, EACH * 1.003, EACH * 1.012 * 1.006, EACH * 1.03**2], abs=2)


def test_a_set_with_a_time_is_the_lever_of_the_same_change_to_the_bit() -> None:
    few = dict(load("scenarios/quickstart.yaml", overrides={"investors.count": 300, "horizon": "60 d"}).document)
    friction = {"kind": "process_friction", "exit": 0.5, "from": "10 d"}
    variants = {
        "lever": [friction],
        "set": [change(1.5, **{"from": "10 d"})],
        "never": [change(1.5, **{"from": "60 d"})],
    }
    model = TrustCrisisModel(from_document({**few, "variants": variants, "baseline": "lever"}, REGISTRY), rng=2)
    for _ in range(60):
        model.step()
    assert model.state.terms[Terms.EXIT_FRICTION, :, 0].tolist() == [1.5, 1.5, 1.0]
    for array in (model.history, model.state.terms[None], model.state.books[None]):
        assert np.array_equal(array[:, :, 0], array[:, :, 1], equal_nan=True)
    outcomes = measured(Finished(model))
    assert [name for name, x in outcomes.items() if not np.array_equal(x[0], x[1], equal_nan=True)] == []
    assert np.array_equal(model.history[:11, :, 2], model.history[:11, :, 1], equal_nan=True)  # until its day
    assert not np.array_equal(model.history[:, :, 2], model.history[:, :, 1], equal_nan=True)


def test_of_two_sets_of_one_term_the_one_that_came_in_last_counts_and_of_one_day_the_larger(play: Play) -> None:
    early, late, other = (
        change(5, **{"from": "1 d"}),
        change(3, **{"from": "3 d", "until": "5 d"}),
        change(4, day="3 d"),
    )
    variants = {"two": [early, late], "turned": [late, early], "one day": [late, other], "at once": [change(2), early]}
    first, turned, one_day, at_once = by_day(play(0, variants=variants), 6)
    assert first == turned == [0, 5, 5, 3, 3, 5]
    assert one_day == [0, 0, 0, 4, 4, 4]
    assert at_once == [2, 5, 5, 5, 5, 5]


def test_levers_lie_over_a_set_with_a_time(play: Play) -> None:
    """What a lever sets counts in its place, whichever is larger or later; what it adds or bounds starts from it."""
    scope = change("80 %", "report_scope", **{"from": "2 d"})
    seen = play(0, variants={"lever": [lever("disclosure_scope", scope="60 %"), scope]})
    assert by_day(seen, 4, "report_scope") == [[0.6] * 4]
    timed = change(2, **{"from": "2 d"})
    assert by_day(play(0, variants={"a": [lever("process_friction", exit=1), timed]}), 4) == [[1, 1, 3, 3]]
    days = change("2 d", "payout_lag", **{"from": "2 d"})
    assert by_day(play(0, variants={"a": [lever("notice_period", notice="7 d"), days]}), 4, "payout_lag") == [[7] * 4]


def test_a_set_may_wait_for_the_state_of_a_platform(play: Play) -> None:
    """All leave Quay on the second day, its cash is seen gone, and the answer takes a day more."""
    late = change(4, when={"indicator": "liquidity", "platform": "Quay", "below": "10 %", "lag": "1 d"})
    run = leave("1 d", platform="Quay")
    seen = play(0, mechanisms=READY, variants={"calm": [late], "run": [run, late]})
    calm, run_on = by_day(seen, 8)
    empty = int(np.flatnonzero(seen.gauge("liquidity")[:, 1, 1] < 0.1)[0])
    assert calm == [0] * 8
    assert run_on == [0] * (empty + 1) + [4] * (7 - empty)


@pytest.mark.parametrize("step", ["1 d", "12 h"])
def test_a_set_comes_in_on_the_same_day_in_half_the_step(play: Play, step: str) -> None:
    n = {"1 d": 1, "12 h": 2}[step]
    timed = change(3, **{"from": "3 d", "until": "5 d"})
    assert by_day(play(0, step=step, variants={"a": [timed]}), 6 * n) == [[0] * 3 * n + [3] * 2 * n + [0] * n]


def test_every_term_that_can_change_is_in_force_from_its_day(play: Play) -> None:
    """Between its bounds, each alone; whatever a platform declares a term is among them, or says why not."""
    entry = REGISTRY["intervention", "new_terms"]
    values = {
        p.name: 0.75 if p.high is not None and p.high <= 1 else 1.5 for p in entry.parameters if p.default is None
    }
    variants = {name: [change(value, name, **{"from": "2 d"})] for name, value in values.items()}
    seen = play(3, variants=variants)
    in_force = {name: seen.term(name)[v, 0] for v, name in enumerate(variants)}
    assert in_force == values
    settings = {p.name for p in REGISTRY["section", "platform"].parameters} & set(names_of(Terms))
    assert settings - set(values) == {"locked_share"}
    assert seen.term("throughput")[0, 0] == np.inf


def test_reports_that_end_have_no_interval(play: Play) -> None:
    seen = play(2, platforms={"Harbour": {"report_interval": "1 d"}, "Quay": {}}, variants={"a": [
        change("0 d", "report_interval", day="1 d")
    ]})  # fmt: skip
    assert seen.term("report_interval")[0, 0] == np.inf


def test_all_copies_of_a_platform_change_by_its_name_and_one_by_its_own(play: Play) -> None:
    both, one = change(2, platform="Bank", day="1 d"), change(3, platform="Bank 2", day="1 d")
    seen = play(2, platforms={"Bank": {"copies": 2}, "Quay": {}}, variants={"both": [both], "one": [one]})
    assert seen.term("exit_friction").tolist() == [[2, 2, 0], [0, 3, 0]]


# -- what it costs ---------------------------------------------------------------------------------------------------

TIMED: list[tuple[str, Any, dict[str, Any], str]] = [
    ("exit_friction", 0.5, {"kind": "process_friction", "exit": 0.5}, "costs"),
    ("payout_lag", "7 d", {"kind": "notice_period", "notice": "7 d"}, "costs"),
    ("report_bias", 0, {"kind": "report_accuracy", "bias": 0}, "costs"),
    ("report_scope", "80 %", {"kind": "disclosure_scope", "scope": "80 %"}, "costs"),
    ("report_interval", "7 d", {"kind": "report_schedule", "interval": "7 d", "lag": "15 d"}, "costs"),
    ("service_capacity", "0.3 /day", {"kind": "service_capacity", "capacity": "0.3 /day"}, "costs"),
    ("credit_line", "20 %", {"kind": "credit_line", "size": "20 %"}, "lender"),
]
PRICED = {
    "report_bias": 0.5, "report_scope": "50 %", "report_interval": "30 d", "report_lag": "15 d",
    "service_capacity": "0.1 /day", "own_cash": 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize(("key", "value", "what", "to"), TIMED)
def test_a_set_with_a_time_costs_what_the_lever_costs(
    play: Play, key: str, value: Any, what: dict[str, Any], to: str
) -> None:
    when = {"from": "2 d", "until": "6 d"}
    variants = {"nothing": [], "lever": [{**what, **when, "platform": "Harbour"}], "set": [change(value, key, **when)]}
    seen = play(8, platforms={"Harbour": PRICED, "Quay": {}}, variants=variants)
    nothing, by_lever, by_set = seen.book(to)[:, 0].tolist()
    assert nothing == 0
    assert by_set == by_lever > 0


def test_a_change_the_other_way_costs_nothing(play: Play) -> None:
    """A shorter notice, a larger bias, a narrower report, fewer reports, a smaller desk."""
    less = {"payout_lag": "1 d", "report_bias": 0.9, "report_scope": "20 %", "report_interval": "60 d",
            "service_capacity": "0.05 /day"}  # fmt: skip
    variants = {key: [change(value, key, day="1 d")] for key, value in less.items()}
    seen = play(4, platforms={"Harbour": {**PRICED, "payout_lag": "3 d"}, "Quay": {}}, variants=variants)
    assert seen.book("costs")[:, 0].tolist() == [0] * len(less)


def test_a_set_that_takes_the_place_of_another_is_paid_for_once(play: Play) -> None:
    """Half a unit of money per client and year as long as there is a friction, whatever its size; a longer notice on a
    notice is brought in anew, a shorter one is not."""
    first, later = change(2, day="0 d"), change(3, day="2 d")
    seen = play(4, platforms={"Harbour": PRICED, "Quay": {}}, variants={"one": [first], "two": [first, later]})
    assert seen.book("costs")[0, 0] == seen.book("costs")[1, 0] > 0
    twice = {
        "one": [later],
        "two": [later, change(2, day="2 d")],
        "each": [later, change(1, "entry_friction", day="2 d")],
    }
    seen = play(4, platforms={"Harbour": PRICED, "Quay": {}}, variants=twice)
    one, two, each = seen.book("costs")[:, 0].tolist()
    assert one == two > 0
    assert each == pytest.approx(2 * one, abs=2)  # two changes, each paid for
    notice = [change("7 d", "payout_lag", day="1 d"), change("5 d", "payout_lag", day="2 d")]
    longer = [*notice, change("9 d", "payout_lag", day="3 d")]
    seen = play(4, platforms={"Harbour": PRICED, "Quay": {}}, variants={"shorter": notice, "longer": longer})
    once = REGISTRY["intervention", "notice_period"].make().cost
    assert seen.book("costs")[:, 0].tolist() == [once, 2 * once]


def test_a_set_of_day_0_and_one_with_a_time_cost_the_same_a_day(play: Play) -> None:
    at_once, later = {"set": {"platforms.Harbour.exit_friction": 1}}, change(1, day="3 d")
    seen = play(6, platforms={"Harbour": PRICED, "Quay": {}}, variants={"a": [], "b": [at_once], "c": [later]})
    cost = np.diff(seen.gauge("cost")[:, 1:, 0], axis=0)
    assert cost[3:, 0].tolist() == cost[3:, 1].tolist()
    assert cost[:3, 1].tolist() == [0, 0, 0]
    assert cost[3, 1] == pytest.approx(0.5 * N * MINOR_PER_MAJOR / 365, abs=1)


RISKY = {"health": {"base": 0, "equity": 5, "liquidity": 0}}  # what is published moves with what is owned
WAVE = {"kind": "default_wave", "platform": "Harbour", "day": "4 d", "share": "30 %", "fund": 0}


def of_reports(seen: Played, days: int) -> tuple[list[float], list[bool]]:
    """Step on; return on which step the last report had come out, and whether what is read in it is what was published
    of the step of its figures, by step."""
    came, is_same = [], []
    for _ in range(days):
        gauges, published = seen.step().state.gauges, seen.gauge("published_risk")
        of = int(gauges[Gauges.REPORT_OF, 0, 0])
        came.append(float(gauges[Gauges.REPORT_CAME, 0, 0]))
        is_same.append(bool(seen.state.weights[0, 0, Weights.REPORT_RISK] == np.float32(published[of, 0, 0])))
    return came, is_same


def test_a_report_that_never_came_out_is_not_read_where_the_interval_becomes_shorter(play: Play) -> None:
    """The wave of the fifth step is first told by the report of the step in which the new interval holds."""
    sooner = change("7 d", "report_interval", **{"from": "20 d"})
    terms = {"report_interval": "30 d", "report_lag": "0 d", "report_scope": "100 %"}
    seen = play(0, platforms={"Harbour": terms, "Quay": {}}, shocks=[WAVE], mechanisms=RISKY, variants={"a": [sooner]})
    came, is_same = of_reports(seen, 35)
    assert came == [0.0] * 20 + [21.0] * 7 + [28.0] * 7 + [35.0]
    assert all(is_same)
    risk = seen.gauge("published_risk")[:, 0, 0]
    assert risk[6] > risk[0] + 0.1


def test_a_report_that_came_out_stays_the_last_where_the_interval_becomes_longer_or_reports_end(play: Play) -> None:
    terms = {"report_interval": "10 d", "report_lag": "2 d", "report_scope": "100 %"}
    for later, until in (("25 d", 34), ("0 d", 40)):
        longer = change(later, "report_interval", **{"from": "12 d"})
        seen = play(
            0, platforms={"Harbour": terms, "Quay": {}}, shocks=[WAVE], mechanisms=RISKY, variants={"a": [longer]}
        )
        came, is_same = of_reports(seen, 40)
        assert came == [0.0] * 9 + [10.0] * (until - 9) + [35.0] * (40 - until)
        assert all(is_same)


def test_who_is_known_to_be_insolvent_by_a_report_is_the_one_whose_report_came_out(play: Play) -> None:
    """The risk view and the public's view of solvency read one calendar of reports: both change on step 21."""
    sooner = change("7 d", "report_interval", **{"from": "20 d"})
    terms = {"report_interval": "30 d", "report_lag": "0 d", "report_scope": "100 %", "equity": "5 %"}
    wave = {**WAVE, "share": "60 %"}
    on = {"closure": {"rate": "100 /day", "steepness": 0}}
    seen = play(30, platforms={"Harbour": terms, "Quay": {}}, shocks=[wave], mechanisms=on, variants={"a": [sooner]})
    failed = np.flatnonzero(seen.gauge("status")[:, 0, 0] == FAILED)
    assert failed[0] == 21
