"""What the horizon breaks off is found and said: a run that goes on, and money that waits."""

from __future__ import annotations

import dataclasses

import fake
import numpy as np
import pytest

from trustsim.analysis.comparison import compare
from trustsim.analysis.unfinished import LAST_STEPS, Unfinished, unfinished
from trustsim.ask.result import Result
from trustsim.measures.runs import LiquidityRun
from trustsim.report.tables.table import ranked_table
from trustsim.report.words import changes, force, reading, story
from trustsim.report.words.answer import answer
from trustsim.report.words.horizon import broken_off

HORIZON, N = 180.0, 12


def run(replication, end, variant="nothing", platform="Harbour"):
    return LiquidityRun(replication, variant, platform, 1.0, 2.0, end, "belief", 0.2, 0.1, "fear")


def study(runs=(), waiting=None, variants=("nothing", "insured")):
    found = fake.result(variants, N).study
    more = {} if waiting is None else {"waiting_at_end": np.tile(waiting, (N, 1))}
    return dataclasses.replace(found, runs=tuple(runs), outcomes={**found.outcomes, **more})


def test_a_run_goes_on_that_keeps_its_pace_to_one_of_the_last_steps():
    ended = HORIZON - LAST_STEPS - 1
    assert unfinished(study([run(0, ended)])) == {}
    assert unfinished(study([run(0, ended + 1), run(3, HORIZON), run(3, HORIZON, platform="Quay")])) == {
        "nothing": Unfinished(2 / N, 0.0)
    }


def test_the_steps_are_those_of_the_scenario():
    hourly = study([run(0, HORIZON - 1)])
    hourly = dataclasses.replace(hourly, scenario=dataclasses.replace(hourly.scenario, step=1 / 24))
    assert unfinished(hourly) == {}
    assert unfinished(study([run(0, HORIZON - 1)])) == {"nothing": Unfinished(1 / N, 0.0)}


def test_money_waits_where_it_is_more_than_a_hundredth_of_the_claims():
    assert unfinished(study(waiting=[0.004, 0.24])) == {"insured": Unfinished(0.0, pytest.approx(0.24))}
    assert unfinished(study(waiting=[np.nan, 0.01])) == {}


def told(found):
    return " ".join(broken_off(compare(found, fake.REGISTRY)))


def test_what_is_broken_off_is_said_in_plain_words():
    assert told(study([run(k, HORIZON) for k in range(8)])) == (
        "In 8 of 12 worlds of ‘nothing’ a run goes on at the horizon: what it ends in is not seen."
        " A longer horizon shows it."
    )
    many = study([run(0, HORIZON, name) for name in "abcde"], variants=tuple("abcde"))
    each = [f"1 of 12 worlds of ‘{name}’" for name in "abc"]
    assert told(many).startswith(f"In {', '.join(each)} and likewise 2 others a run goes on at the horizon")
    assert told(study()) == ""


def test_the_money_that_waits_is_said():
    c = dataclasses.replace(compare(study(), fake.REGISTRY), unfinished={"insured": Unfinished(0.0, 0.24)})
    text = "Money still waits at the horizon: 24 % of the claims under ‘insured’. A longer horizon shows it."
    assert " ".join(broken_off(c)) == text


def test_terminal_report_and_json_say_what_is_broken_off_and_nothing_where_nothing_is(monkeypatch):
    for module in (reading, changes, force, story):
        monkeypatch.setattr(module, "REGISTRY", fake.REGISTRY)
    for found, is_said in ((study([run(0, HORIZON)]), True), (study(), False)):
        result = Result(found, compare(found, fake.REGISTRY))
        facts = {fact.asked: fact.found for fact in answer(result, 1e9).facts}
        assert facts.get("Is it over at the horizon?", "").startswith("No. In 1 of 12 worlds") == is_said
        assert ("a run goes on at the horizon" in " ".join(ranked_table(result.comparison).split())) == is_said
        for document in (result.comparison.to_json(), result.comparison.levels_json()):
            assert document["unfinished"] == ({"nothing": {"running": 1 / N, "waiting": 0.0}} if is_said else {})
