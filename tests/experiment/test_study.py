import contextlib
import inspect
import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import fake_engine as fake
import numpy as np
import pytest

from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment.address import addresses
from trustsim.experiment.failing import RunsFailed
from trustsim.experiment.pool import executor
from trustsim.experiment.store import Store
from trustsim.experiment.study import run_study
from trustsim.measures.runs import TRIGGERS
from trustsim.scenario.load import load
from trustsim.scenario.resolved import Precision

QUICKSTART = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"


def study(story=None, **options):
    options = {"workers": 1, "simulate": fake.simulate, "groups": fake.one_pass, **options}
    return run_study(fake.scenario() if story is None else story, **options)


def same(a, b):
    assert a.variants == b.variants
    np.testing.assert_array_equal(a.replications, b.replications)
    for ours, theirs in ((a.outcomes, b.outcomes), (a.series, b.series)):
        assert list(ours) == list(theirs)
        for name in ours:
            assert ours[name].dtype == theirs[name].dtype
            assert ours[name].tobytes() == theirs[name].tobytes()
    assert a.runs == b.runs


def test_study_holds_every_replication_with_the_shapes_it_promises():
    s = study()
    np.testing.assert_array_equal(s.replications, np.arange(12))
    assert s.replications.dtype == np.int64
    assert {v.shape for v in s.outcomes.values()} == {(12, 3)}
    assert s.series["outflow"].shape == (12, fake.N_DAYS + 1, 3, 3)
    assert s.series["outflow"].dtype == np.float32
    assert s.failed == ()
    assert not s.interrupted
    assert s.baseline == "nothing"


def test_numbers_are_those_of_the_engine_at_their_own_place():
    s = study(groups=fake.two_passes)
    run = fake.simulate(fake.scenario(), fake.NAMES, 7)
    np.testing.assert_array_equal(s.outcomes["investor_loss"][7], run.outcomes["investor_loss"])
    np.testing.assert_array_equal(s.series["outflow"][7], run.series["outflow"])


@pytest.mark.parametrize("groups", [fake.one_pass, fake.two_passes])
def test_runs_on_platforms_come_by_replication_variant_and_onset_with_their_names(groups):
    s = study(groups=groups)
    keys = [(run.replication, s.variants.index(run.variant), run.onset) for run in s.runs]
    assert keys == sorted(keys)
    has_run = s.outcomes["run_probability"]
    assert 0 < has_run.sum() < has_run.size
    assert {(k, v) for k, v, _ in keys} == {(k, v) for k, v in np.argwhere(has_run).tolist()}
    first, second = s.runs[:2]
    assert (first.platform, first.trigger) == ("Quay", "belief")
    assert (second.platform, second.trigger) == ("Harbour", "spill-over")
    assert first.onset < first.peak < first.end


def test_runs_of_a_replication_that_is_left_out_are_left_out():
    s = study(simulate=fake.fails_on_odd, groups=fake.two_passes)
    assert s.runs == tuple(run for run in study().runs if run.replication % 2 == 0)


def test_runs_of_an_engine_that_tells_of_none_are_none():
    s = study(simulate=lambda *of: replace(fake.simulate(*of), episodes=()))
    assert s.runs == ()
    assert s.outcomes["run_probability"].any()


def test_the_real_engine_hands_on_the_runs_that_its_outcomes_count():
    story = load(QUICKSTART, REGISTRY)
    s = run_study(story, replications=2, workers=1)
    step = story.step
    assert s.runs
    for k, v in np.ndindex(2, len(s.variants)):
        mine = [run for run in s.runs if (run.replication, run.variant) == (k, s.variants[v])]
        assert bool(mine) == bool(s.outcomes["run_probability"][k, v])
        if mine:
            assert mine[0].onset == s.outcomes["run_onset"][k, v]
            assert max(run.end - run.onset + step for run in mine) == s.outcomes["run_duration"][k, v]
        for run in mine:
            assert run.onset <= run.peak <= run.end <= story.horizon
            assert run.trigger in TRIGGERS
            assert 0 < run.speed <= run.withdrawn
            assert {type(x) for x in (run.onset, run.peak, run.end, run.withdrawn, run.speed)} == {float}


@pytest.mark.slow
def test_numbers_are_the_same_to_the_bit_for_any_number_of_workers_and_grouping():
    story = fake.scenario(n_replications=40)
    alone = study(story)
    same(alone, study(story, workers=2))
    same(alone, study(story, workers=3, groups=fake.two_passes))


def test_a_variant_run_alone_equals_the_same_beside_others():
    together, alone = study(), study(variants=["both"])
    assert alone.variants == ("both",)
    np.testing.assert_array_equal(alone.outcomes["investor_loss"][:, 0], together.outcomes["investor_loss"][:, 2])


def test_a_run_that_raises_is_a_record_and_the_study_goes_on():
    s = study(simulate=fake.fails_on_odd)
    np.testing.assert_array_equal(s.replications, np.arange(0, 12, 2))
    assert [f.replication for f in s.failed] == [1, 3, 5, 7, 9, 11]
    first = s.failed[0]
    assert (first.stage, first.type, first.message) == ("simulate", "ValueError", "no bank left in world 1")
    assert "fails_on_odd" in first.traceback
    same(s, study(simulate=fake.fails_on_odd, workers=2))


def test_a_replication_is_paired_only_if_all_its_passes_finished():
    s = study(simulate=fake.fails_on_odd, groups=fake.two_passes)
    np.testing.assert_array_equal(s.replications, np.arange(0, 12, 2))
    assert {f.variants for f in s.failed} == {("insured", "both")}
    assert not np.isnan(s.outcomes["run_probability"]).any()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_whose_first_runs_all_fail_alike_stops_at_once_with_the_traceback_of_the_users_own_code(workers):
    tried = []
    with pytest.raises(RunsFailed) as caught:
        study(simulate=fake.has_a_bug, groups=fake.two_passes, progress=lambda n, *_: tried.append(n), workers=workers)
    line = next(n for n, text in enumerate(inspect.getsource(fake).splitlines(), 1) if "nobody" in text)
    assert str(caught.value) == (
        "the first runs of all variants fail alike, nothing more was tried: "
        f"KeyError: 'nobody, in world 0' ({fake.__file__}:{line})"
    )
    assert len(tried) < 12
    assert "in has_a_bug" in str(caught.value.__cause__)
    assert caught.value.frames.count("  File ") == 1, "none of trustsim's own"
    assert (caught.value.replication, caught.value.is_input) == (0, False)


def test_what_made_every_run_fail_may_be_mended_and_the_study_gone_on_with(tmp_path):
    with Store(tmp_path) as store:
        for _ in range(2):
            with pytest.raises(RunsFailed, match="nothing more was tried"):
                study(simulate=fake.has_a_bug, store=store)
        stored = store.failures(addresses(fake.scenario(), fake.NAMES, fake.has_a_bug), 12)
        assert {run.replication for run in stored} == {0, 1}


def test_a_study_in_which_every_run_fails_for_another_reason_says_the_first_of_them():
    def differs(story, variants, replication):
        raise [ValueError, KeyError, OSError][replication % 3]("no bank")

    with pytest.raises(RunsFailed, match="no replication finished under all variants: ValueError: no bank"):
        study(simulate=differs)


def test_the_first_failure_among_runs_that_finish_is_told_when_it_happens(capsys):
    told = []
    study(simulate=fake.fails_on_odd, progress=lambda n, *_: told.append(capsys.readouterr().err))
    assert told[0] == ""
    assert re.fullmatch(
        r"replication 1 failed: ValueError: no bank left in world 1 \(.*fake_engine.py:\d+\)\n", told[1]
    )
    assert set(told[2:]) == {""}, "once"


def test_what_trustsim_refuses_in_every_run_is_an_input_that_is_wrong():
    def refuses(story, variants, replication):
        raise TrustsimError("network.path: given 'x.csv'; allowed: a file that can be read")

    with pytest.raises(RunsFailed) as caught:
        study(simulate=refuses)
    assert str(caught.value).endswith("tried: network.path: given 'x.csv'; allowed: a file that can be read")
    assert caught.value.is_input


@pytest.mark.slow
def test_a_killed_worker_costs_only_the_replication_that_killed_it_twice():
    s = study(fake.scenario(n_replications=20), simulate=fake.dies_on_third, workers=2)
    np.testing.assert_array_equal(s.replications, [k for k in range(20) if k != 3])
    (lost,) = s.failed
    assert (lost.replication, lost.stage, lost.variants) == (3, "worker", fake.NAMES)
    assert "process died" in lost.message


def test_any_executor_gives_the_same_numbers():
    with ThreadPoolExecutor(3) as threads:
        same(study(pool=executor(threads, 3)), study())


@pytest.mark.slow
def test_a_cluster_of_which_a_worker_is_killed_gives_the_same_numbers():
    pytest.importorskip("distributed")
    program = Path(__file__).with_name("on_a_cluster.py")
    done = subprocess.run(
        [sys.executable, program], check=False, capture_output=True, text=True, cwd=program.parents[2]
    )
    assert done.stdout.strip() == "identical", done.stderr


@pytest.mark.slow
def test_a_cluster_without_workers_or_with_a_dead_scheduler_is_told_and_given_up_after_a_stated_time():
    pytest.importorskip("distributed")
    program = Path(__file__).with_name("on_a_dying_cluster.py")
    done = subprocess.run([sys.executable, program], check=False, capture_output=True, text=True, timeout=200)
    assert done.stdout.splitlines() == [
        "dask: no worker at tcp://127.0.0.1:PORT for 1 s; allowed: dask worker tcp://127.0.0.1:PORT elsewhere, "
        "or a longer trustsim.patience",
        "dask: the scheduler at tcp://127.0.0.1:PORT does not answer any more",
    ], done.stderr
    assert re.match(r"dask: no worker at tcp://127.0.0.1:\d+; waiting for one, 1 s at most\n", done.stderr)


def test_a_task_that_cannot_be_begun_where_the_study_runs_is_an_error_that_says_why():
    def lost(*_):
        raise RuntimeError("no graph") from ModuleNotFoundError("No module named 'mine'")

    with ThreadPoolExecutor(1) as threads:
        pool = replace(executor(threads, 1), submit=lambda *_: threads.submit(lost))
        with pytest.raises(TrustsimError, match=r"could not be begun .*ModuleNotFoundError: No module named 'mine'"):
            study(pool=pool)


def test_ctrl_c_returns_what_is_finished():
    def stop(done, total, seconds):
        if done == 5:
            raise KeyboardInterrupt

    s = study(progress=stop)
    assert s.interrupted
    np.testing.assert_array_equal(s.replications, np.arange(5))
    np.testing.assert_array_equal(s.outcomes["investor_loss"], study().outcomes["investor_loss"][:5])


def slow(story, variants, replication):
    time.sleep(0.2)
    return fake.simulate(story, variants, replication)


def test_ctrl_c_stops_the_workers_too():
    def interrupt(done, total, seconds):
        if done == 1:
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

    began = time.perf_counter()
    s = study(fake.scenario(n_replications=1000), simulate=slow, workers=2, progress=interrupt)
    assert s.interrupted
    assert 1 <= len(s.replications) < 1000
    assert time.perf_counter() - began < 60  # 100 s of work are left; what it takes is the start of the workers


def swallows_ctrl_c_at_four(story, variants, replication):
    if replication == 4:
        with contextlib.suppress(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(1)
    return fake.simulate(story, variants, replication)


def test_ctrl_c_that_something_on_its_way_swallows_stops_all_the_same():
    s = study(simulate=swallows_ctrl_c_at_four, workers=1)
    assert s.interrupted
    assert s.replications.tolist() == [0, 1, 2, 3, 4]


def test_progress_counts_up_to_all_replications():
    calls = []
    study(progress=lambda *call: calls.append(call))
    assert [done for done, _, _ in calls] == list(range(1, 13))
    assert {total for _, total, _ in calls} == {12}
    assert all(seconds >= 0 for _, _, seconds in calls)


def test_another_seed_gives_other_worlds_and_zero_is_a_seed():
    zero = study(seed=0)
    assert zero.scenario.seed == 0
    assert zero.scenario.document["seed"] == 0
    assert not np.array_equal(zero.outcomes["investor_loss"], study().outcomes["investor_loss"])
    assert zero.scenario.digest != fake.scenario().digest
    same(zero, study(fake.scenario(seed=0)))


def test_more_replications_keep_the_numbers_of_the_first_ones():
    few, many = study(replications=5), study(replications=9)
    assert few.outcomes["investor_loss"].tobytes() == many.outcomes["investor_loss"][:5].tobytes()


def test_a_scenario_that_asks_for_precision_runs_its_budget():
    story = replace(fake.scenario(), replications=Precision(0.01, "run_probability", 7))
    assert len(study(story).replications) == 7


def test_the_first_variant_serves_as_baseline_where_the_baseline_is_left_out():
    assert study(variants=["both", "insured"]).baseline == "both"
    assert study(variants=["both", "nothing"]).baseline == "nothing"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"variants": ["insurred"]},
            "variants: given 'insurred'; allowed: one of nothing, insured, both; did you mean 'insured'",
        ),
        ({"variants": []}, "variants: given none"),
        ({"replications": 0}, "replications: given 0; allowed: a whole number from 1"),
        ({"workers": 0}, "workers: given 0"),
        ({"seed": -1}, "seed: given -1"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_runs(options, message):
    with pytest.raises(TrustsimError) as caught:
        study(**options)
    assert message in str(caught.value)
