"""What the horizon breaks off is found and said: a run that goes on, and money that waits."""

from __future__ import annotations

import dataclasses

import fake
import numpy as np
import pytest

from trustsim.analysis.comparison import compare
from trustsim.analysis.unfinished import Unfinished, unfinished
from trustsim.ask.result import Result
from trustsim.measures.runs import LiquidityRun
from trustsim.report.tables.table import ranked_table
from trustsim.report.words import changes, force, reading, story
from trustsim.report.words.answer import answer
from trustsim.report.words.horizon import broken_off
from trustsim.scenario.counted import Counted, RunRule

HORIZON, N = 180.0, 12


def run(replication, end, variant="nothing", platform="Harbour"):
    return LiquidityRun(replication, variant, platform, 1.0, 2.0, end, "belief", 0.2, 0.1, "fear")


def study(runs=(), waiting=None, variants=("nothing", "insured")):
    found = fake.result(variants, N).study
    more = {} if waiting is None else {"waiting_at_end": np.tile(waiting, (N, 1))}
    return dataclasses.replace(found, runs=tuple(runs), outcomes={**found.outcomes, **more})


def test_a_run_goes_on_that_keeps_its_pace_within_the_days_of_a_run_before_the_horizon():
    """Five days by default: days at the pace that are no further apart are one run."""
    ended = HORIZON - 5
    assert unfinished(study([run(0, ended)])) == {}
    assert unfinished(study([run(0, ended + 1), run(3, HORIZON), run(3, HORIZON, platform="Quay")])) == {
        "nothing": Unfinished(2 / N, 0.0)
    }


@pytest.mark.parametrize("step", [1.0, 1 / 4, 1 / 24])
def test_whether_a_run_goes_on_does_not_depend_on_the_step(step):
    for days, goes_on in ((6, False), (4, True), (1, True)):
        found = study([run(0, HORIZON - days)])
        found = dataclasses.replace(found, scenario=dataclasses.replace(found.scenario, step=step))
        assert bool(unfinished(found)) is goes_on


def test_a_run_goes_on_as_long_as_the_scenario_says_that_days_of_one_may_be_apart():
    for within, goes_on in ((2.0, False), (10.0, True)):
        found = study([run(0, HORIZON - 4)])
        counted = Counted(run=RunRule(within=within))
        found = dataclasses.replace(found, scenario=dataclasses.replace(found.scenario, counted=counted))
        assert bool(unfinished(found)) is goes_on


def with_ends(found, **ends):
    """Return a study in which outcomes are as given, the same in all worlds: one value for each variant."""
    given = {name: np.tile(np.array(row, float), (N, 1)) for name, row in ends.items()}
    return dataclasses.replace(found, outcomes={**found.outcomes, **given})


def test_a_run_on_a_platform_that_has_failed_does_not_go_on():
    """Harbour has failed under nothing; Quay stands there, and Harbour under the other variant."""
    ends = {"failed_by_platform[Harbour]": [1, 0], "failed_by_platform[Quay]": [0, 0],
            "end_state[open]": [0.5, 1], "end_state[frozen]": [0, 0]}  # fmt: skip
    assert unfinished(with_ends(study([run(0, HORIZON)]), **ends)) == {}
    stands = study([run(0, HORIZON), run(0, HORIZON, platform="Quay"), run(3, HORIZON, "insured")])
    assert unfinished(with_ends(stands, **ends)) == {
        "nothing": Unfinished(1 / N, 0.0), "insured": Unfinished(1 / N, 0.0),
    }  # fmt: skip


def test_where_every_platform_is_wound_down_no_run_goes_on():
    for stand, goes_on in (({"open": 0, "frozen": 0}, False), ({"open": 0, "frozen": 1}, True)):
        ends = {f"end_state[{state}]": [share, share] for state, share in stand.items()}
        ends["failed_by_platform[Harbour]"] = [0, 0]
        assert bool(unfinished(with_ends(study([run(0, HORIZON)]), **ends))) is goes_on


def test_money_waits_where_it_is_more_than_a_hundredth_of_the_claims():
    assert unfinished(study(waiting=[0.004, 0.24])) == {"insured": Unfinished(0.0, pytest.approx(0.24))}
    assert unfinished(study(waiting=[np.nan, 0.01])) == {}


def told(found):
    return " ".join(broken_off(compare(found, fake.REGISTRY)))


def test_what_is_broken_off_is_said_in_plain_words():
    assert told(study([run(k, HORIZON) for k in range(8)])) == (
        "At the horizon a run may still go on, and how it ends is not seen: in 8 of 12 worlds under ‘nothing’."
        " A longer horizon would show more."
    )
    assert told(study()) == ""


def test_what_is_broken_off_alike_under_some_variants_is_said_once():
    runs = [run(0, HORIZON, name) for name in "abc"] + [run(k, HORIZON, "d") for k in range(2)]
    found = told(study(runs, variants=tuple("abcde")))
    assert "in 1 of 12 worlds under ‘a’, ‘b’ and ‘c’; 2 of 12 worlds under ‘d’." in found
    every = told(study([run(0, HORIZON, name) for name in "abcde"], variants=tuple("abcde")))
    assert "in 1 of 12 worlds under every variant." in every
    many = told(study([run(0, HORIZON, name) for name in "abcde"], variants=tuple("abcdef")))
    assert "in 1 of 12 worlds under ‘a’, ‘b’ and ‘c’ and 2 others." in many


def test_the_money_that_waits_is_said():
    c = dataclasses.replace(compare(study(), fake.REGISTRY), unfinished={"insured": Unfinished(0.0, 0.24)})
    text = "At the horizon money still waits, of the claims of day 0: 24 % under ‘insured’."
    text += " A longer horizon would show more."
    assert " ".join(broken_off(c)) == text


def test_terminal_report_and_json_say_what_is_broken_off_and_nothing_where_nothing_is(monkeypatch):
    for module in (reading, changes, force, story):
        monkeypatch.setattr(module, "REGISTRY", fake.REGISTRY)
    for found, is_said in ((study([run(0, HORIZON)]), True), (study(), False)):
        result = Result(found, compare(found, fake.REGISTRY))
        facts = {fact.asked: fact.found for fact in answer(result).facts}
        assert facts.get("Is it over at the horizon?", "").startswith("Not surely. At the horizon") == is_said
        assert ("a run may still go on" in " ".join(ranked_table(result.comparison).split())) == is_said
        for document in (result.comparison.to_json(), result.comparison.levels_json()):
            assert document["unfinished"] == ({"nothing": {"running": 1 / N, "waiting": 0.0}} if is_said else {})
