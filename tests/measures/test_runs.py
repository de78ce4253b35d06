"""A run is money that leaves beyond calm, in days; who counts heads, or steps, misses it."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from counted import ONLY_A_RATE, mean, story, study

from trustsim.measures.beyond import within
from trustsim.measures.runs import LiquidityRun, _with_spill_over, turns

EVERYBODY = {"count": 800, "members": "100 %", "segments": [{"name": "all", "attention": "100 %"}]}
EXCHANGE = [{"name": "A", "kind": "crypto_exchange", "liquid_share": "60 %"}]


@pytest.fixture(scope="module")
def steady():
    """1.8 % a day for eleven days, of which 0.47 % leave in calm."""
    return study(story(
        horizon="11 d", investors=EVERYBODY, platforms=EXCHANGE, shocks=[], mechanisms=ONLY_A_RATE,
    ))  # fmt: skip


def test_a_steady_outflow_of_a_fifth_in_eleven_days_is_a_run(steady):
    assert mean(steady, "run_probability") == 1
    calm, panic = 0.0047, 1 / (1 + np.exp(4.3066))
    gone = 1 - (1 - panic) ** 11
    assert mean(steady, "excess_left") == pytest.approx(gone, abs=0.02)  # 10 worlds of 800: 3 standard errors
    assert mean(steady, "peak_excess[5 d]") == pytest.approx(5 * panic * (1 - 4 * (calm + panic) / 2), abs=0.02)


def test_few_accounts_with_most_of_the_money_are_a_run():
    segments = [
        {"name": "whale", "share": "2 %", "wealth": 10_000_000, "invested": "90 %", "prior_trust": 0.02,
         "attention": "100 %"},
        {"name": "retail", "share": "98 %", "wealth": "lognormal(60000 CNY, 1)"},
    ]  # fmt: skip
    whales = story(
        horizon="12 d", shocks=[], investors={"count": 800, "members": "100 %", "segments": segments},
        platforms=[{"name": "A", "kind": "crypto_exchange", "liquid_share": "80 %"}],
    )  # fmt: skip
    found = study(whales, 5)
    assert mean(found, "run_probability") == 1
    assert mean(found, "peak_excess[1 d]") > 0.5
    assert mean(found, "excess_left") < 0.05
    heads = study({**whales, "run": {"of": "accounts", "share": "10 %"}}, 5)
    assert mean(heads, "run_probability") == 0


def test_the_rule_of_a_run_is_the_scenarios(steady):
    peak = steady.outcomes["peak_excess[5 d]"]
    for level, share in (("2%", 0.02), ("5%", 0.05), ("10%", 0.1)):
        assert np.array_equal(steady.outcomes[f"run_at[{level}]"], peak >= share)
    strict = story(
        horizon="11 d", investors=EVERYBODY, platforms=EXCHANGE, shocks=[], mechanisms=ONLY_A_RATE,
        run={"share": "20 %"},
    )  # fmt: skip
    assert mean(study(strict, 3), "run_probability") == 0


def test_what_another_rule_of_a_run_would_say_is_what_it_says():
    """Each share, length and basis that is tried, and the scenario's own, gives what a study by that rule gives."""
    few = story(horizon="9 d", investors=EVERYBODY, platforms=EXCHANGE, shocks=[], mechanisms=ONLY_A_RATE)
    own = {"of": "accounts", "share": "3.5 %", "within": "3 d"}
    found = study({**few, "run": own}, 3)
    assert np.array_equal(found.outcomes["run_at[3.5%]"], found.outcomes["run_probability"])
    tried = [name for name in found.outcomes if name.startswith(("run_at", "run_if"))]
    assert [name for name in tried if "run_if" in name] == [
        "run_if[within 1 d]", "run_if[within 3 d]", "run_if[within 5 d]", "run_if[of claims]",
    ]  # fmt: skip
    rules = {
        "run_at[5%]": {"share": "5 %"}, "run_if[within 1 d]": {"within": "1 d"}, "run_if[within 3 d]": {},
        "run_if[within 5 d]": {"within": "5 d"}, "run_if[of claims]": {"of": "claims"},
    }  # fmt: skip
    for name, other in rules.items():
        by_it = study({**few, "run": {**own, **other}}, 3)
        assert np.array_equal(found.outcomes[name], by_it.outcomes["run_probability"]), name
    assert mean(found, "run_if[within 1 d]") < mean(found, "run_if[within 5 d]")


def test_nobody_runs_in_calm_and_nothing_is_beyond_it():
    calm = study(story(shocks=[], horizon="40 d", mechanisms={"choice": {"calm": -12}}), 4)
    for name in ("excess_withdrawn", "excess_left", "run_probability", "needs_unmet"):
        assert mean(calm, name) < 0.02, name
    assert mean(calm, "cumulative_outflow") > 0.1


def test_a_run_on_the_day_of_a_told_loss_is_fundamental():
    wave = {"kind": "default_wave", "platform": "H", "day": 5, "share": "60 %"}
    found = study(story(horizon="30 d", shocks=[wave], run={"share": "2 %"}), 5)
    assert found.runs
    assert {run.trigger for run in found.runs} == {"fundamental"}


def test_of_two_platforms_that_begin_on_one_day_the_sound_one_is_spill_over():
    wave = {"kind": "default_wave", "platform": "A", "day": 5, "share": "60 %"}
    pair = [{"name": name, "exposure": "group"} for name in ("A", "B")]
    found = study(
        story(
            horizon="30 d",
            platforms=pair,
            run={"share": "2 %"},
            shocks=[wave],
            mechanisms={"spillover": {"weight": 1, "group": 1}, "discovery": "off"},
        ),
        4,
    )
    assert {run.trigger for run in found.runs if run.platform == "A"} == {"fundamental"}
    soon = [run for run in found.runs if run.platform == "B" and run.onset <= 12]
    assert {run.trigger for run in soon} == {"spill-over"}


def triggers(*runs: tuple[str, float, float]) -> list[str]:
    """Return what sets runs on sound platforms off, each given as platform, onset and share out in the first step."""
    given = [
        (LiquidityRun(0, "nothing", name, onset, onset, onset + 3, "belief", 0.2, 0.1, "fear"), at_once)
        for name, onset, at_once in runs
    ]
    return [run.trigger for run in _with_spill_over(given)]


def test_of_sound_platforms_that_begin_in_one_step_it_began_where_most_flowed_out():
    assert triggers(("A", 5.0, 0.02), ("B", 5.0, 0.05), ("C", 5.0, 0.03)) == ["spill-over", "belief", "spill-over"]
    assert triggers(("A", 5.0, 0.05), ("B", 12.0, 0.09), ("C", 19.5, 0.01)) == ["belief", "spill-over", "belief"]
    assert triggers(("A", 5.0, 0.05), ("B", 5.0, 0.05)) == ["belief", "belief"]  # nothing tells one from the other
    assert triggers(("A", 5.0, 0.02), ("A", 9.0, 0.05)) == ["belief", "belief"]


def test_fewer_who_come_are_no_run_and_money_that_grows_is_none_either():
    """Closed to new clients, with as many who leave as in calm, a platform shrinks by what does not come."""
    shut = {"kind": "process_friction", "entry": 10}
    ordinary = {"leave": "0.005 /day", "join": "0.01 /day"}
    document = story(shocks=[], mechanisms={"choice": {"calm": -12}, "ordinary": ordinary}, variants={"shut": [shut]})
    found = study({**document, "baseline": "shut"}, 4)
    claims = found.series["claims"][:, :, 0, 0]
    assert (claims[:, -1] < 0.95 * claims[:, 0]).all()
    assert mean(found, "run_probability", "shut") == 0


def test_a_run_begins_with_what_goes_out_not_with_the_window():
    """5 % goes within five steps from step 4 on; what a few accounts took before is no beginning."""
    out = np.array([0.001, 0.001, 0.0, 0.001, 0.02, 0.04, 0.03, 0.012, 0.001, 0.0])
    days = np.flatnonzero(within(out, 5) >= 0.05)
    assert days[0] == 5
    assert turns(out, days, 5, 0.05) == (4, 5, 7)


def test_a_run_does_not_begin_with_one_rich_client_who_leaves_long_before_it():
    """A tenth of what makes a run went on step 1 of 12; the outflow keeps ahead of 1 % a step from step 10 on."""
    out = np.array([0.0, 0.008, *[0.001] * 8, 0.04, 0.05, 0.03, 0.0])
    days = np.flatnonzero(within(out, 12) >= 0.05)
    assert turns(out, days, 12, 0.12)[0] == 10
    steady = np.full(8, 0.02)
    assert turns(steady, np.flatnonzero(within(steady, 5) >= 0.05), 5, 0.05)[0] == 0


def test_onset_peak_speed_and_end_are_of_one_series(steady):
    for run in steady.runs:
        assert 0 <= run.onset <= run.peak <= run.end <= 11
        assert 0 < run.speed <= run.withdrawn


def test_a_window_at_the_start_is_as_long_as_there_are_days():
    flow = np.arange(1.0, 6.0)[:, None]
    assert within(flow, 2)[:, 0].tolist() == [1, 3, 5, 7, 9]
    assert within(flow, 9)[:, 0].tolist() == [1, 3, 6, 10, 15]


def test_what_calm_does_after_the_end_of_a_platform_is_no_gain():
    wave = {"kind": "default_wave", "platform": "H", "day": 3, "share": "100 %"}
    document = story(horizon="60 d", shocks=[wave], platforms=[{"name": "H", "liquid_share": "2 %", "patience": "1 d"}])
    found = study(document, 3)
    assert mean(found, "failure_probability") == 1
    short = copy.deepcopy(document)
    short["horizon"] = "30 d"
    assert np.allclose(
        found.outcomes["excess_withdrawn"], study(short, 3).outcomes["excess_withdrawn"], atol=1e-12
    )  # fmt: skip


def test_who_runs_without_a_reason_acts_on_an_ordinary_need(steady):
    assert {run.acted_on for run in steady.runs} == {"ordinary"}


def test_runners_act_on_a_false_rumour_and_the_books_say_that_nothing_is_missing():
    rumour = {"kind": "rumour", "platform": "H", "day": 5, "broadcast": "60 %", "risk": 6, "fear": 3}
    sound = [{"name": "H", "kind": "payment_wallet", "liquid_share": "95 %", "equity": "10 %"}]
    found = study(story(horizon="20 d", shocks=[rumour], platforms=sound), 3)
    assert len(found.runs) >= 3
    assert {run.acted_on for run in found.runs} == {"news"}
    assert {run.trigger for run in found.runs} == {"belief"}


@pytest.mark.parametrize("step", [0.5, 1, 2, 3, 5, 7, 10])
def test_a_flow_that_is_even_is_the_same_within_some_days_by_every_step(step):
    flow = np.full((40, 1), 0.009 * step)
    assert within(flow, 5 / step).max() == pytest.approx(0.045)
    assert within(flow, 1 / step).max() == pytest.approx(0.009)


def test_what_flows_in_a_day_of_a_longer_step_is_its_part():
    """1.3 % run a day; of 3,000 that is told within 0.2 points, the largest of five steps."""
    found = study(story(
        step="2 d", horizon="10 d", investors={**EVERYBODY, "count": 3000}, platforms=EXCHANGE, shocks=[],
        mechanisms=ONLY_A_RATE, run={"share": "2.2 %", "within": "1 d"},
    ), 3)  # fmt: skip
    assert mean(found, "peak_excess[1 d]") < 0.02
    assert mean(found, "run_probability") == 0
