"""Runs that survive: kept by address, written whole, found again."""

import functools
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import warnings
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import fake_engine as fake
import numpy as np
import pytest
from test_study import same

from shipped import SHIPPED
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment import address
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.stop import undisturbed
from trustsim.experiment.store import Store, count, reading_of
from trustsim.experiment.study import run_study
from trustsim.scenario.load import from_document, load

QUICKSTART = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"
N_KILLS = 20


class Counted:
    """The fake engine, and how many passes it ran."""

    def __init__(self, simulate=fake.simulate):
        self.n, self.simulate = 0, simulate

    def __call__(self, *of):
        self.n += 1
        return self.simulate(*of)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Run the fake scenario on the store in ``tmp_path / 'runs'``; the engine counts as the fake one in addresses."""
    monkeypatch.setattr(address, "_engine", lambda simulate: "fake")

    def run(story=None, place=tmp_path / "runs", **options):
        options = {"workers": 1, "simulate": fake.simulate, "groups": fake.one_pass, **options}
        with Store(place) as store:
            return run_study(fake.scenario() if story is None else story, store=store, **options)

    return run


def alone(story=None, **options):
    options = {"workers": 1, "simulate": fake.simulate, "groups": fake.one_pass, **options}
    return run_study(fake.scenario() if story is None else story, **options)


def alike(a, b):
    same(a, b)
    assert a.failed == b.failed


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_kept_is_what_was_computed_and_is_not_computed_again(study, workers):
    alike(study(workers=workers), alone())
    engine = Counted()
    alike(study(simulate=engine), alone())
    assert engine.n == 0


def test_more_replications_and_another_variant_cost_only_what_is_new(study):
    study(replications=5, variants=["nothing", "both"])
    engine = Counted()
    alike(study(simulate=engine, replications=8), alone(replications=8))
    assert engine.n == 8  # five for the new variant, three for all of them
    engine = Counted()
    alike(study(simulate=engine, replications=3, variants=["insured"]), alone(replications=3, variants=["insured"]))
    assert engine.n == 0


def test_another_seed_is_another_run(study):
    study()
    alike(study(fake.scenario(seed=2)), alone(fake.scenario(seed=2)))


def test_a_run_that_raised_is_kept_as_a_record_and_one_whose_process_died_is_tried_again(study):
    alike(
        study(simulate=fake.fails_on_odd, groups=fake.two_passes),
        alone(simulate=fake.fails_on_odd, groups=fake.two_passes),
    )
    engine = Counted()
    alike(study(simulate=engine), alone(simulate=fake.fails_on_odd, groups=fake.two_passes))
    assert engine.n == 0


@pytest.mark.slow
def test_a_run_whose_process_died_is_tried_again(study):
    lost = study(simulate=fake.dies_on_third, workers=2)
    assert [f.stage for f in lost.failed] == ["worker"]
    alike(study(), alone())


def test_a_study_in_two_halves_equals_one_in_a_piece(study):
    assert study(simulate=fake.interrupted_at_four).interrupted
    alike(study(), alone())


def test_a_study_killed_at_any_moment_resumes_to_the_same_numbers(study, tmp_path):
    """Twenty times SIGKILL, at moments drawn from a fixed seed, some before the first run and some within a write."""
    slow = functools.partial(_after_some_milliseconds, fake.simulate)
    story, moments = fake.scenario(n_replications=400), random.Random(20261124)
    for k in range(N_KILLS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads: the child is killed at once
            child = os.fork()
        if child == 0:
            study(story, simulate=slow)
            os._exit(0)
        time.sleep(moments.uniform(0, 0.02 * (k + 1)))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    engine = Counted()
    alike(study(story, simulate=engine), alone(story))
    assert 0 < engine.n < 400
    names = {path.suffix for path in (tmp_path / "runs").iterdir()}
    assert ".part" not in names


def _after_some_milliseconds(simulate, *of):
    time.sleep(0.008)
    return simulate(*of)


def test_a_shard_that_was_cut_short_is_named_and_what_is_finished_elsewhere_stays(study, tmp_path):
    study(simulate=functools.partial(_after_some_milliseconds, fake.simulate), replications=60)
    shards = sorted((tmp_path / "runs").glob("*.npz"))
    os.truncate(shards[1], 100)
    with pytest.raises(TrustsimError, match=rf"{shards[1].name}: given a shard that .* was cut short.*Delete it"):
        study(replications=60).series["outflow"]
    shards[1].unlink()
    engine = Counted()
    alike(study(simulate=engine, replications=60), alone(replications=60))
    assert 0 < engine.n < 60


def test_two_studies_on_one_folder_one_waits_and_finds_the_work_done(study, tmp_path):
    lines, done = [], []
    with Store(tmp_path / "runs") as first:

        def second():
            with Store(tmp_path / "runs", waits=lines.append) as store:
                engine = Counted()
                done.append(run_study(fake.scenario(), store=store, workers=1, simulate=engine, groups=fake.one_pass))
                done.append(engine.n)

        thread = threading.Thread(target=second)
        thread.start()
        run_study(fake.scenario(), store=first, workers=1, simulate=fake.simulate, groups=fake.one_pass)
    thread.join(30)
    alike(done[0], alone())
    assert done[1] == 0
    assert f"is in use by process {os.getpid()}" in lines[0]


def test_a_read_only_folder_is_refused_clearly(tmp_path, study, monkeypatch):
    (tmp_path / "runs").write_text("a file where the folder should be")
    with pytest.raises(TrustsimError, match="cannot open it"):
        study()


@pytest.mark.skipif(shutil.which("mount") is None or os.geteuid() != 0, reason="needs the right to mount a tmpfs")
def test_a_full_disk_is_said_clearly_and_loses_nothing_finished(study, tmp_path):
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", small], check=False).returncode:
        pytest.skip("needs the right to mount a tmpfs")
    try:
        story = fake.scenario(n_replications=400)
        with pytest.raises(TrustsimError, match=r"cannot write runs to it \(.*(full|space).*What was finished is kept"):
            study(story, place=small / "runs")
        shutil.copytree(small / "runs", tmp_path / "runs")
    finally:
        subprocess.run(["umount", small], check=True)
    engine = Counted()
    alike(study(story, simulate=engine), alone(story))
    assert 0 < engine.n < 400


def test_a_store_of_another_format_is_refused(study, tmp_path):
    study()
    index = sqlite3.connect(tmp_path / "runs" / "index.sqlite")
    index.execute("PRAGMA user_version = 9")
    index.close()
    with pytest.raises(TrustsimError, match="given a run store of format 9; allowed: 5"):
        study()


def test_count_says_what_is_done_and_failed_while_the_folder_is_in_use(study, tmp_path):
    study(simulate=fake.fails_on_odd, groups=fake.two_passes)
    where = address.addresses(fake.scenario(), fake.NAMES, fake.simulate)
    with Store(tmp_path / "runs"):
        found = count(tmp_path / "runs", where, 12)
    assert (found.done, found.failed) == (6 * 3 + 6, 6 * 2)
    assert found.seconds_a_run > 0
    with pytest.raises(TrustsimError, match="cannot read runs in"):
        count(tmp_path / "nowhere", where, 12)


def test_every_room_whose_source_is_in_the_addresses_is_there():
    """A room that moved would drop out of the hash in silence, and a changed engine would find its old runs."""
    package = Path(address.__file__).parents[1]
    assert [name for name in address.DECISIVE if not (package / name).exists()] == []


def test_an_address_changes_with_what_decides_the_numbers_and_with_nothing_else():
    story = load(QUICKSTART, REGISTRY)
    names = [variant.name for variant in story.variants]
    first = address.addresses(story, names, simulate_run)
    assert len(set(first.values())) == len(names)
    prose = {
        "title": "Another",
        "replications": 3,
        "outcomes": ["investor_loss"],
        "platforms.Harbour.liquid_share": "0.15",
    }
    assert address.addresses(load(QUICKSTART, REGISTRY, overrides=prose), names, simulate_run) == first
    for path, value in {"seed": 2, "horizon": "121 d", "investors.count": 2001, "mechanisms.herding": "off"}.items():
        other = address.addresses(load(QUICKSTART, REGISTRY, overrides={path: value}), names, simulate_run)
        assert not set(other.values()) & set(first.values()), path
    assert json.loads(json.dumps(first)) == first
    with pytest.raises(TrustsimError, match="given a ndarray, which has no plain form"):
        address.addresses(replace(story, shocks=(np.zeros(2),)), names[:1], simulate_run)


@pytest.mark.parametrize("story", SHIPPED)
def test_a_scenario_and_its_resolved_document_have_the_same_addresses(story):
    given = load(story, REGISTRY)
    back = from_document(given.document, REGISTRY)
    names = [variant.name for variant in given.variants]
    assert address.addresses(given, names, simulate_run) == address.addresses(back, names, simulate_run)


def test_the_real_engine_comes_back_from_the_store_to_the_bit(tmp_path):
    story = load(QUICKSTART, REGISTRY, overrides={"investors.count": 200, "horizon": "40 d"})
    whole = run_study(story, replications=3, workers=1)
    for variants in (["nothing", "gate"], None):
        with Store(tmp_path) as store:
            kept = run_study(story, replications=3, variants=variants, workers=1, store=store)
    alike(kept, whole)


def test_a_signal_while_a_block_is_written_waits_until_it_is_whole(tmp_path, monkeypatch):
    """Ctrl-C between the index and the name of the shard; whoever was interrupted may put the same block again."""
    story = fake.scenario(3)
    runs = [fake.simulate(story, fake.NAMES, k) for k in range(3)]
    where = {name: name for name in fake.NAMES}
    moved = os.replace

    def press(*of):
        os.kill(os.getpid(), signal.SIGINT)
        moved(*of)

    with Store(tmp_path) as store:
        with monkeypatch.context() as patch:
            patch.setattr("trustsim.experiment.store.os.replace", press)
            with pytest.raises(KeyboardInterrupt):
                store.put(runs, where)
        store.put(runs, where)
        assert store.done("both", 3) == [0, 1, 2]
        assert not list(tmp_path.glob("*.part"))


def test_a_study_that_is_interrupted_while_it_writes_writes_nothing_twice(tmp_path, monkeypatch):
    story, moved = fake.scenario(6), os.replace

    def press(*of):
        moved(*of)
        os.kill(os.getpid(), signal.SIGINT)

    with Store(tmp_path) as store, monkeypatch.context() as patch:
        patch.setattr("trustsim.experiment.store.os.replace", press)
        run_study(story, replications=6, workers=1, simulate=fake.simulate, groups=fake.one_pass, store=store)
    with closing(sqlite3.connect(tmp_path / "index.sqlite")) as index:
        empty = "SELECT count(*) FROM block WHERE id NOT IN (SELECT block FROM run)"
        assert index.execute(empty).fetchone() == (0,)
        assert index.execute("SELECT count(*) FROM block").fetchone() == (len(list(tmp_path.glob("*.npz"))),)


def test_a_second_signal_is_not_put_off():
    told = []
    usual = signal.signal(signal.SIGINT, lambda number, _: told.append(number))
    try:
        with undisturbed():
            os.kill(os.getpid(), signal.SIGINT)
            assert told == []
            os.kill(os.getpid(), signal.SIGINT)
            assert told == [signal.SIGINT] * 2
        assert told == [signal.SIGINT] * 2
    finally:
        signal.signal(signal.SIGINT, usual)


def test_a_signal_that_comes_while_handlers_are_put_in_place_leaves_them_as_they_were(monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    before = {each: signal.signal(each, stopped) for each in (signal.SIGINT, signal.SIGTERM)}
    put = signal.signal

    def pressed(number, how):
        previous = put(number, how)
        if number == signal.SIGTERM and how is not stopped:
            raise KeyboardInterrupt
        return previous

    try:
        with monkeypatch.context() as patch:
            patch.setattr(signal, "signal", pressed)
            with pytest.raises(KeyboardInterrupt):
                undisturbed().__enter__()
        assert {signal.getsignal(each) for each in before} == {stopped}
    finally:
        for each, how in before.items():
            signal.signal(each, how)


def test_whoever_reads_for_long_keeps_nobody_from_writing_and_reads_what_was_there(tmp_path, monkeypatch):
    monkeypatch.setattr("trustsim.experiment.store.SECONDS_TO_WAIT", 0.0)
    monkeypatch.setattr("trustsim.experiment.passing.tempfile.mkdtemp", lambda **_: pytest.fail("made a folder"))
    story, where = fake.scenario(4), {name: name for name in fake.NAMES}
    with Store(tmp_path) as store:
        store.put([fake.simulate(story, fake.NAMES, 0)], where)
        with reading_of(tmp_path) as records:
            store.put([fake.simulate(story, fake.NAMES, 1)], where)
            assert records.done("both", 4) == [0]
        with reading_of(tmp_path) as records:
            assert records.done("both", 4) == [0, 1]
