"""What a mechanism of one's own finds depends on nobody beside it: on no item, no actor, no world, no other mechanism.

The registry is one a process, so ``strangers.py`` is tried in a process of its own, once for the whole file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trustsim.errors import ModelError
from trustsim.kernels.coefficients import Weights
from trustsim.world.leaning import Lean
from trustsim.world.memory import Memory

HERE = Path(__file__).parent
STORY = """
import json, numpy as np, strangers, trustsim as ts
from dataclasses import replace
from told import *
from trustsim.scenario.load import from_document
from trustsim.errors import TrustsimError
from trustsim.analysis.attribution import without
from trustsim.experiment.simulate import simulate_together

QUIET = {"kind": "data_breach", "day": "1 d", "platform": "Harbour", "direct": 0, "indirect": 0, "integrity": 0,
         "fear": 0, "exposed": 0}
GATE = {"kind": "redemption_gate"}

def walked(days, fork_at=None, variants=None, **more):
    m = ts.TrustCrisisModel(story(variants=variants or {"n": []}, **more), ["n"], rng=2, collects=False)
    fork = None
    for k in range(days):
        fork = m.fork("n") if k == fork_at else fork
        m.step()
        if fork is not None:
            fork.step()
    return m, fork

def omens(**more):
    return walked(5, mechanisms={"diviner": "on"}, **more)[0].series("omen")[1:, 0, 0].tolist()

def habits(mechanisms, fork_at=None):
    return [m.series("habit")[:, 0, 0].round(3).tolist() for m in walked(6, fork_at, mechanisms=mechanisms) if m]

def lags():
    return [float(m.state.terms[int(Terms.PAYOUT_LAG), 0, 0]) for m in walked(5, 3, mechanisms={"postponing": "on"})]

def together():
    s = story(mechanisms={"diviner": "on"}, variants={"n": [], "gated": [GATE]}, shocks=[
        {"kind": "outage", "chance": "20 %/day", "platform": "Harbour", "days": "1 d"}])
    apart = [simulate_together(s, ["n"], [k])[0].series["omen"][:, 0, 0].tolist() for k in range(3)]
    batch = simulate_together(s, ["n", "gated"], range(3))
    return apart == [run.series["omen"][:, 0, 0].tolist() for run in batch]

def caused(mechanisms, channel=""):
    s = story(mechanisms=mechanisms, variants={"n": []})
    if channel:
        s = replace(s, variants=(without(s.variants[0], channel),))
    run = simulate_with_causes(s, [s.variants[0].name], 0)
    return {name: float(x[0]) for name, x in run.outcomes.items()}

def heats():
    two = [{"name": name, "liquid_share": "90 %"} for name in ("Harbour", "Haven")]
    hot = {"kind": "redemption_fee", "when": {"indicator": "heat", "above": 3.5, "platform": "Haven"}}
    variants = {"n": [hot], "twice": [{"set": {"mechanisms.heating": {"by": 2}}}]}
    more = {"platforms": two, "variants": variants, "mechanisms": {"heating": "on"}}
    s = from_document({**story(variants={"n": []}).document, **more}, REGISTRY)
    m = ts.TrustCrisisModel(s, rng=0, collects=False)
    for _ in range(2):
        m.step()
    fork = m.fork("twice")
    m.step(); fork.step()
    fees = [float(x) for x in m.state.terms[int(Terms.EXIT_FEE), 0]]
    noted = m.series("noted_heat")[:, 0, 1].tolist()
    return m.series("heat").transpose(1, 2, 0).tolist(), noted, fork.series("heat")[:, 0, -1].tolist(), fees

def error(where):
    try:
        walked(1, mechanisms={"forgetful": {"where": where}})
    except TrustsimError as problem:
        return str(problem)

print(json.dumps({
    "bare": omens(), "with a breach": omens(shocks=[QUIET]), "with a lever": omens(variants={"n": [GATE]}),
    "with a supervisor": omens(regulators=[{"name": "A", "interval": "1 d"}]), "together": together(),
    "daily": habits({"habit_one": "on"}, 3), "both": habits({"habit_one": "on", "habit_ten": "on"}),
    "once": habits({"habit_one": {"only": 2}}, 3), "lags": lags(),
    "leaver": caused({"leaver": "on"}), "fearless": caused({"leaver": "on"}, "fear"),
    "calm": caused({}), "heats": heats(), "odd": error(0), "items": error(1),
}))
"""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """Return what the process of ``strangers.py`` found."""
    environment = {**os.environ, "PYTHONPATH": str(HERE)}
    command = [sys.executable, "-W", "error", "-c", STORY]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_mechanism_draws_the_same_whoever_acts_beside_it(found: dict[str, Any]) -> None:
    assert len(set(found["bare"])) == 5
    assert found["with a breach"] == found["with a lever"] == found["with a supervisor"] == found["bare"]


def test_a_mechanism_draws_the_same_in_a_batch_and_beside_other_variants(found: dict[str, Any]) -> None:
    assert found["together"]


def test_laws_of_a_column_add_up_and_hold_for_a_day(found: dict[str, Any]) -> None:
    assert found["both"] == [[0.5 + 11 * day for day in range(7)]]
    assert found["daily"][1] == found["daily"][0] == [0.5 + day for day in range(7)]
    assert found["once"][1] == found["once"][0] == [0.5, 0.5, 1.5, 1.5, 1.5, 1.5, 1.5]


def test_a_proposal_sees_the_terms_without_proposals_in_a_fork_too(found: dict[str, Any]) -> None:
    assert found["lags"] == [1.0, 1.0]


def test_a_stock_of_the_sector_is_one_number_recorded_forked_and_watched(found: dict[str, Any]) -> None:
    series, noted, fork, fees = found["heats"]
    assert noted == [0, 2, 3, 4]  # what was measured yesterday, although it has moved by then
    assert series == [[[2, 3, 4, 5]] * 3, [[2, 4, 6, 8]] * 3]  # both platforms, and all together
    assert fork == [2, 4, 6, 8]
    assert fees[0] > 0


def test_what_leans_on_leaving_counts_to_its_channel_and_falls_away_with_it(found: dict[str, Any]) -> None:
    leaver, calm = found["leaver"], found["calm"]
    assert leaver["withdrawn"] > 0.5
    assert leaver["fear"] == pytest.approx(leaver["withdrawn"], rel=0.05)
    assert found["fearless"]["withdrawn"] == pytest.approx(calm["withdrawn"])


def test_what_is_kept_has_lanes_first_and_memories_are_those_of_items(found: dict[str, Any]) -> None:
    assert "odd of strangers: given an array of shape (7,); allowed: lanes first, here 1" in found["odd"]
    assert "day.memory: given a mechanism or an actor; allowed: shocks and levers" in found["items"]


def test_two_files_may_keep_something_under_one_name() -> None:
    assert Memory("count", "one") != Memory("count", "two")
    assert Memory("count", "one") == Memory("count", "one")


def test_only_decisions_are_leaned_on() -> None:
    with pytest.raises(ModelError, match=r"Lean: given Weights.HERDING; allowed: one of Weights.CALM"):
        Lean(Weights.HERDING, np.zeros((1, 1)), "fear")
