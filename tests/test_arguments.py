"""What Python callers hand over is read as the command line reads it, by every public function."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

import trustsim as ts
from trustsim import arguments
from trustsim.errors import Place, Problem, ScenarioError, TrustsimError, UnitError
from trustsim.experiment.failing import RunsFailed
from trustsim.experiment.run import FailedRun

STORY = """
trustsim: 1
title: Arguments
horizon: 2 d
network: {kind: complete}
investors: {count: 5}
platforms: [{name: Harbour}]
variants: {nothing: [], gate: [{kind: redemption_gate, trigger: 4 %}]}
replications: 2
outcomes: [run_probability]
sweep: {platforms.Harbour.liquid_share: [10 %, 20 %]}
expect: [{outcome: run_probability, variant: gate, between: [0 %, 100 %], source: assumed}]
"""
ONE, NUMBER, COUNT = "allowed: a name, or several", "allowed: a whole number from", "allowed: the path of a file"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("arguments") / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("gate", ("gate",)), (np.str_("gate"), ("gate",)), (["a", "b"], ("a", "b")), (np.array(["a", "b"]), ("a", "b")),
        ((name for name in "ab"), ("a", "b")), ({"a": 1}, ("a",)), (None, None), ([], ()),
    ],
)  # fmt: skip
def test_one_name_is_one_name_and_any_iterable_of_them_is_several(given, read):
    found = arguments.names("variants", given)
    assert found == read
    assert all(type(name) is str for name in found or ())


def test_numbers_of_numpy_are_numbers_and_what_cannot_be_meant_is_refused_with_what_is_allowed():
    for given in (3, np.int64(3), np.uint8(3), np.array(3)):
        assert type(arguments.count("replications", given)) is int
    for given in (0, -1, 2.5, 3.0, True, np.True_, "3", None, [3], np.float64(3), np.array([3])):
        with pytest.raises(TrustsimError, match=r"replications: given .*; allowed: a whole number from 1"):
            arguments.count("replications", given)
    assert arguments.seconds("timeout", np.float32(2)) == 2.0
    for given in (0, float("nan"), "2", True, None):
        with pytest.raises(TrustsimError, match=r"timeout: given .*; allowed: a positive number of seconds"):
            arguments.seconds("timeout", given)
    assert arguments.place("out", "~/x") == Path.home() / "x"
    for given in (3, b"x", None, "a\0b", "a\udc80"):
        with pytest.raises(TrustsimError, match=r"out: given .*; allowed: the path"):
            arguments.place("out", given)


FUNCTIONS = {
    "compare": (ts.compare, {"progress": False}),
    "run": (ts.run, {}),
    "sweep": (ts.sweep, {"progress": False}),
    "sensitivity": (ts.sensitivity, {"progress": False, "ranges": {"platforms.Harbour.liquid_share": ("5 %", "9 %")}}),
    "attribute": (ts.attribute, {"progress": False}),
    "evidence": (ts.evidence, {"progress": False}),
    "TrustCrisisModel": (lambda scenario, **how: ts.TrustCrisisModel(ts.load(scenario), **how), {}),
}
WRONG = [
    ("compare run sweep attribute TrustCrisisModel", {"variants": 3}, "variants: given 3; " + ONE),
    ("compare run sweep attribute TrustCrisisModel", {"variants": [b"gate"]}, "variants: given [b'gate']; " + ONE),
    ("compare run sweep attribute TrustCrisisModel", {"variants": "gat"}, "allowed: one of nothing, gate"),
    ("compare run sweep attribute evidence sensitivity", {"replications": 2.5}, "replications: given 2.5; " + NUMBER),
    ("compare run sweep attribute evidence sensitivity", {"workers": "2"}, "workers: given '2'; " + NUMBER),
    ("compare run sweep attribute evidence sensitivity", {"timeout": "1 s"}, "timeout: given '1 s'; allowed: a pos"),
    ("compare run", {"seed": 1.5}, "seed: given 1.5; " + NUMBER),
    ("compare sweep attribute evidence sensitivity", {"out": 7}, "out: given 7; " + COUNT),
    ("sensitivity", {"samples": 1}, "samples: given 1; allowed: a whole number from 2"),
    ("TrustCrisisModel", {"rng": 1.5}, "rng: given 1.5; allowed: a whole number from 0"),
]


@pytest.mark.parametrize(
    ("function", "wrong", "message"),
    [(name, wrong, message) for names, wrong, message in WRONG for name in names.split()],
)
def test_every_public_function_refuses_a_wrong_argument_in_the_words_of_the_command_line(
    file, function, wrong, message
):
    call, usual = FUNCTIONS[function]
    with pytest.raises(TrustsimError) as caught:
        call(str(file), **{**usual, **wrong})
    assert message in str(caught.value)


@pytest.mark.parametrize("given", [None, 3, {"trustsim": 1}])
def test_what_is_no_scenario_is_refused_with_what_is_allowed(given):
    calls = [call for name, (call, _) in FUNCTIONS.items() if name not in ("TrustCrisisModel", "evidence")]
    for call in (*calls, ts.load, ts.TrustCrisisModel, lambda given: ts.calibrate(given, "targets.yaml")):
        with pytest.raises(TrustsimError, match=r"scenario: given .*; allowed: "):
            call(given)


def test_right_arguments_of_numpy_give_what_pythons_own_give(file):
    ours = {"variants": "gate", "replications": np.int64(2), "workers": np.int32(1), "seed": np.uint16(3)}
    result = ts.compare(file, progress=False, **ours)
    assert result.study.variants == ("gate",)
    same = ts.run(ts.load(str(file)), variants=iter(["gate"]), replications=2, workers=1, seed=3)
    assert result.study.outcomes["run_probability"].tolist() == same.outcomes["run_probability"].tolist()
    model = ts.TrustCrisisModel(same.scenario, variants=np.str_("gate"), rng=np.int8(1))
    assert ([v.name for v in model.variants], model.replication) == (["gate"], 1)


def test_every_error_leaves_the_process_of_a_pool_as_it_is():
    problem = Problem(Place("a.yaml", 1, 2, "x"), "3", "4")
    failed = FailedRun(0, ("gate",), "simulate", "KeyError", "'x'", "Traceback")
    for error in (TrustsimError("a"), UnitError("a", "b", "c"), ScenarioError([problem]), RunsFailed("all", failed)):
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again)) == (type(error), str(error))
