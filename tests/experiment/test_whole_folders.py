"""Every run folder is whole: of every command, after a move, on media that cannot be written, with two at once."""

import errno
import json
import os
import random
import shutil
import sqlite3
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import damage
import fake_engine as fake
import pytest
from click.testing import CliRunner
from test_commands import trustsim  # noqa: F401  # a fixture

from trustsim import cli
from trustsim.cli import common
from trustsim.errors import TrustsimError
from trustsim.experiment import index, lock, passing
from trustsim.experiment.store import Store, is_at_work, reading_of
from trustsim.experiment.study import run_study
from trustsim.web.cards import CARD
from trustsim.web.jobs import Jobs

SMALL = ["--workers", "1", "--quiet"]
STORY = """
trustsim: 1
title: Kill test
horizon: 8 d
network: {kind: file, path: friends.csv}
platforms: [{name: Harbour, kind: p2p_lending, liquid_share: 15 %}]
shocks: [{kind: custodian_theft, platform: Harbour, day: 2, share: 9 %, discovery_lag: 1 d, notice_lag: 1 d}]
variants: {nothing: [], prompt: [{kind: incident_notice, delay: 0 d}]}
sweep: {platforms.Harbour.liquid_share: [10 %, 20 %]}
replications: 3
seed: 7
outcomes: [run_probability, investor_loss]
expect: [{id: a, outcome: run_probability, between: [0 %, 100 %], source: assumed}]
"""
TARGETS = """
parameters: {platforms.Harbour.liquid_share: {from: 5 %, to: 30 %}}
targets: [{outcome: run_probability, value: 30 %, tolerance: 5 pp}]
"""


def call(*arguments):
    return CliRunner().invoke(cli.main, [str(each) for each in arguments], catch_exceptions=False)


def write_story(place):
    place.mkdir(parents=True, exist_ok=True)
    (place / "s.yaml").write_text(STORY)
    (place / "targets.yaml").write_text(TARGETS)
    (place / "friends.csv").write_text("a,b\n" + "\n".join(f"{k},{(k * 7 + 1) % 30}" for k in range(30)))
    return place


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a study of every kind, of a network file that is deleted then, and moved."""
    old = write_story(tmp_path_factory.mktemp("project") / "old")
    story, targets = old / "s.yaml", old / "targets.yaml"
    asked = {
        "compare": (story,), "run": (story,), "sweep": (story,), "attribute": (story, "--variants", "nothing"),
        "sensitivity": (story, "--method", "morris", "--samples", 4, "--range",
                        "platforms.Harbour.liquid_share=5 %..20 %"),
        "evidence": (story,), "calibrate": (story, "--targets", targets, "--trials", 8),
    }  # fmt: skip
    for command, arguments in asked.items():
        more = SMALL if command == "evidence" else [*SMALL, "--replications", "3"]
        done = call(command, *arguments, "--out", old / command, *more)
        assert done.exit_code == 0, (command, done.output)
    new = old.with_name("new")
    old.rename(new)
    (new / "friends.csv").unlink()
    return new


KINDS = ("compare", "run", "sweep", "attribute", "sensitivity", "evidence", "calibrate")


@pytest.mark.slow
def test_every_kind_of_study_has_status_verify_and_resume_from_its_folder_alone_after_a_move(project):
    for command in KINDS:
        place = project / command
        status = call("status", place)
        assert status.exit_code == 0, status.output
        assert "failed: 0, left: 0" in status.stdout
        verified = call("verify", place, "--sample", 1)
        assert (verified.exit_code, verified.stdout.splitlines()[-1]) == (0, "all as it was written, to the bit")
        before = (place / "runs/index.sqlite").read_bytes()
        resumed = call("resume", place, *SMALL)
        assert resumed.exit_code == 0, resumed.output
        assert (place / "runs/index.sqlite").read_bytes() == before or command == "compare"  # its report runs worlds
        exported = call("export", place, "--out", project / "tables")
        assert exported.exit_code == (0 if command in ("compare", "run") else 2), exported.output
        if exported.exit_code:
            assert f"given a folder of {command}; allowed: one of compare or run" in exported.output


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mount") is None or os.geteuid() != 0, reason="needs the right to mount")
def test_a_folder_on_media_that_cannot_be_written_is_read(project, tmp_path):
    source = project / "compare"
    shutil.copytree(source, tmp_path / "copy")
    ends = subprocess.run(["mount", "--bind", "-o", "ro", tmp_path / "copy", tmp_path / "copy"], check=False).returncode
    if ends or subprocess.run(["mount", "-o", "remount,ro,bind", tmp_path / "copy"], check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        for command, *more in (
            ("status",), ("verify", "--sample", 1), ("export", "--out", tmp_path / "tables"),
            ("report", "--out", tmp_path / "report.html"),
        ):  # fmt: skip
            done = call(command, tmp_path / "copy", *more)
            assert done.exit_code == 0, (command, done.output)
        done = call("resume", tmp_path / "copy", *SMALL)
        assert done.exit_code == 2
        assert "given a folder that cannot be written" in done.output
        done = call("export", tmp_path / "copy")
        assert (done.exit_code, "cannot" in done.output) == (2, True)
    finally:
        subprocess.run(["umount", tmp_path / "copy"], check=True)
    assert (tmp_path / "tables/series.csv.gz").exists()
    assert (tmp_path / "report.html").exists()


def test_an_index_whose_writer_was_killed_is_read_without_writing_to_it(tmp_path, monkeypatch):
    """A journal that is hot is undone in a copy: here, one of a write that was cut off half way."""
    with Store(tmp_path) as store:
        run_study(fake.scenario(), store=store, workers=1, simulate=fake.simulate, groups=fake.one_pass)
    index = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
    index.execute("PRAGMA cache_size = 1")  # so that pages are written before the end
    index.execute("BEGIN")
    index.execute("UPDATE run SET episodes = episodes || hex(randomblob(9000))")
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("index.sqlite", "index.sqlite-journal", *(path.name for path in tmp_path.glob("*.npz"))):
        shutil.copyfile(tmp_path / name, copy / name)
    index.execute("ROLLBACK")
    index.close()
    before = (copy / "index.sqlite").read_bytes()
    assert (copy / "index.sqlite-journal").stat().st_size > 0
    with reading_of(copy) as found:
        assert found.changed({}) == []
    assert (copy / "index.sqlite").read_bytes() == before


def test_two_scenarios_of_one_name_do_not_share_their_default_folder(trustsim, tmp_path, monkeypatch):  # noqa: F811
    fakes = common.read_scenario
    monkeypatch.setattr(common, "read_scenario", lambda file, *more: replace(fakes(file, *more), source=file))
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "s.yaml").write_text("title: A theft\nseed: 1\n")
    trustsim("compare", "a/s.yaml", "--json")
    first = (tmp_path / "s-run/study.json").read_bytes()
    for _ in range(2):
        done = trustsim("compare", "b/s.yaml", "--quiet")
        assert "s-run holds the study of another file of this name; this one goes to s-run-2" in done.stderr
        assert done.stdout.splitlines()[-1] == "report: s-run-2/report.html"
    assert (tmp_path / "s-run/study.json").read_bytes() == first
    assert "s-run" in trustsim("compare", "a/s.yaml").stdout
    assert not (tmp_path / "s-run-3").exists()


def test_a_home_is_found_where_a_folder_is_named_by_it(trustsim, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert trustsim("compare", "theft.yaml", "--out", "~/study").exit_code == 0
    assert (tmp_path / "home/study/report.html").exists()
    assert not (tmp_path / "~").exists()
    assert "is not known" in trustsim("compare", "theft.yaml", "--out", "~nobody-of-this-name/x").output


def test_a_folder_is_always_of_one_study(trustsim, tmp_path):  # noqa: F811
    """Another study in the same folder: what the first one wrote gives way at once, its runs stay."""
    trustsim("compare", "theft.yaml", "--out", "here", "--json")
    stopped = trustsim("run", "theft.yaml", "--out", "here", "--variants", "both", simulate=fake.interrupted_at_four)
    assert stopped.exit_code == 0  # all its runs were there
    assert not (tmp_path / "here/report.html").exists()
    assert json.loads((tmp_path / "here/study.json").read_text())["variants"] == ["both"]
    assert json.loads((tmp_path / "here/request.json").read_text())["command"] == "run"


def test_what_another_study_wrote_is_there_as_long_as_the_folder_is_its_own(trustsim, tmp_path, monkeypatch):  # noqa: F811
    """A disk that is full when the next study is written down: nothing of the first one is lost."""
    trustsim("compare", "theft.yaml", "--out", "here")
    before = {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir() if path.is_file()}

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("trustsim.experiment.folder.os.replace", full)
        done = trustsim("run", "theft.yaml", "--out", "here", "--variants", "both")
    assert (done.exit_code, "No space left on device" in done.stderr) == (2, True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir() if path.is_file()} == before


def test_a_network_file_with_a_long_name_comes_into_the_folder(tmp_path):
    project = write_story(tmp_path)
    long = "友" * 80 + ".csv"  # 244 bytes: what stands before it in the folder would be too much
    (project / "friends.csv").rename(project / long)
    story = project / "s.yaml"
    story.write_text(STORY.replace("friends.csv", long), encoding="utf-8")
    assert call("run", story, "--out", project / "out", *SMALL).exit_code == 0
    assert call("verify", project / "out").exit_code == 0


def test_two_studies_at_once_on_a_folder_never_leave_it_mixed(trustsim, tmp_path):  # noqa: F811
    """While one has the folder, another one waits before it writes what it is asked for."""
    trustsim("compare", "theft.yaml", "--out", "here", "--json")
    request = (tmp_path / "here/request.json").read_bytes()
    done = []
    with Store(tmp_path / "here/runs"):
        second = threading.Thread(
            target=lambda: done.append(trustsim("run", "theft.yaml", "--out", "here", "--variants", "both"))
        )
        second.start()
        second.join(1)
        assert second.is_alive()
        assert (tmp_path / "here/request.json").read_bytes() == request
    second.join(30)
    assert "is in use by process" in done[0].stderr
    assert json.loads((tmp_path / "here/request.json").read_text())["variants"] == ["both"]


@pytest.mark.parametrize(
    "number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EIO, errno.EACCES]
)
def test_a_file_system_without_locks_is_told_and_not_waited_for(number, tmp_path, monkeypatch):
    def flock(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(lock.fcntl, "flock", flock)
    monkeypatch.setattr(lock, "_SECONDS_OF_PATIENCE", 0.1)
    with pytest.raises(TrustsimError, match="its file system gives no locks"):
        Store(tmp_path / "runs")
    assert not is_at_work(tmp_path / "runs")


@contextmanager
def looked_at(place):
    """A process looks at whether the lock of a folder is held."""
    with (place / lock.LOCK).open("rb") as stream:
        lock.fcntl.flock(stream, lock.fcntl.LOCK_SH)
        yield


def test_whoever_looks_at_a_lock_takes_it_from_nobody(tmp_path):
    (tmp_path / lock.LOCK).touch(0o444)
    with looked_at(tmp_path):
        assert not is_at_work(tmp_path)
    held, told = lock.Held(tmp_path), []
    with ExitStack() as look:
        look.enter_context(looked_at(tmp_path))
        threading.Timer(0.2, look.pop_all().close).start()
        held.acquire(told.append)
    assert told == []
    assert is_at_work(tmp_path)
    held.release()
    assert not is_at_work(tmp_path)


def test_an_index_that_another_program_has_locked_is_told(tmp_path, monkeypatch):
    with Store(tmp_path):
        pass
    monkeypatch.setattr(index, "SECONDS_TO_WAIT", 0.1)
    other = sqlite3.connect(tmp_path / "index.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(TrustsimError, match="another program has it locked"), reading_of(tmp_path):
        pass
    other.close()


def test_temporary_folders_of_dead_processes_are_deleted_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(passing.tempfile, "tempdir", str(tmp_path))
    passing._clean.cache_clear()
    mine = passing.Passing()
    dead = tmp_path / "trustsim-dead"
    dead.mkdir()
    (dead / passing._LOCK).touch()
    strange = [tmp_path / "trustsim-of-a-user", tmp_path / "another"]
    for place in strange:
        place.mkdir()
    (tmp_path / "trustsim-link").symlink_to(strange[1])
    (strange[1] / passing._LOCK).touch()
    passing._clean.cache_clear()
    with passing.Passing() as other:
        assert not dead.exists()
        assert all(place.is_dir() for place in (*strange, mine.path, other.path))
    assert not other.path.exists()
    del mine
    assert {path.name for path in tmp_path.iterdir()} == {"trustsim-of-a-user", "another", "trustsim-link"}


def test_deleted_shards_are_told_in_a_line_and_their_runs_computed_again(trustsim, tmp_path):  # noqa: F811
    told = json.loads(trustsim("compare", "theft.yaml", "--json", "--out", "here").stdout)
    for path in Path("here/runs").glob("*.npz"):
        path.unlink()
    done = trustsim("resume", "here", "--json", "--quiet")
    assert "shards were deleted; their 36 runs are computed again" in done.stderr.replace("of its ", "")
    assert {**json.loads(done.stdout), "seconds": 0} == {**told, "seconds": 0}


def test_the_page_says_what_is_damaged_in_a_study_that_was_done(trustsim, tmp_path):  # noqa: F811
    place = tmp_path / "runs" / ("a" * 16)
    trustsim("compare", "theft.yaml", "--out", str(place), "--json")
    card = {"title": "A theft", "state": {}, "variants": fake.NAMES, "baseline": "nothing", "total": 12, "began": 1.0}
    (place / CARD).write_text(json.dumps(card))
    jobs = Jobs(tmp_path)
    assert jobs.status(jobs.card("a" * 16)).name == "done"
    damage.outcome(random.Random(1), place)
    status = jobs.status(jobs.card("a" * 16))
    assert status.name == "failed"
    assert "is not as it was written" in status.message
    assert str(tmp_path) not in status.message
