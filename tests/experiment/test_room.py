"""What cannot fit is refused in milliseconds, with the key that makes it large; what takes long is told."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import trustsim as ts
from trustsim.catalog import load
from trustsim.cli import main
from trustsim.errors import ScenarioError, TrustsimError
from trustsim.experiment import room
from trustsim.experiment.estimate import estimate
from trustsim.experiment.room import Room
from trustsim.scenario.shipped import shipped

STORY = """\
trustsim: 1
horizon: 5 d
network: {kind: small_world, mean_degree: 4}
investors:
  count: 20
platforms:
  - {name: A}
replications: 2
outcomes: [run_probability]
sweep: {design: sobol, samples: 4, platforms.A.liquid_share: [5 %, 10 %]}
"""
ABSURD = {
    "replications": ("replications", {"replications": 10**9}),
    "horizon": ("horizon", {"horizon": "1000000 d", "replications": 1, "platforms.A.copies": 50}),
    "people": ("investors.count", {"investors.count": 10**7, "investors.newcomers": 10**7}),
    "links": ("network", {"investors.count": 10**6, "network.mean_degree": 10_000}),
    "platforms": ("platforms", {"platforms.A.copies": 10_000, "investors.count": 1}),
}


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "story.yaml"
    path.write_text(STORY, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("what", ABSURD)
def test_an_absurd_count_is_refused_at_once_with_its_place(what: str, file: str) -> None:
    key, change = ABSURD[what]
    assert ts.run  # imported before the clock starts
    scenario = load(file, overrides=change)
    began = time.process_time()
    with pytest.raises(ScenarioError) as caught:
        ts.run(scenario, room=Room(memory="2 GB"))
    assert time.process_time() - began < 0.5
    place = caught.value.problems[0].place
    assert (place.file, place.path) == (file, key)
    assert place.line == next(k for k, line in enumerate(STORY.splitlines(), 1) if key.split(".")[-1] in line)


def absurd_designs(scenario: Any) -> dict[str, Any]:
    between = {"platforms.A.liquid_share": ("5 %", "10 %"), "mechanisms.herding.weight": (0, 3)}
    return {
        "sweep": lambda: ts.sweep(scenario, progress=False),
        **{
            method: lambda method=method: ts.sensitivity(
                scenario, between, method=method, samples=10**9, progress=False
            )
            for method in ("sobol", "morris", "pawn", "delta")
        },
    }


@pytest.mark.parametrize("what", ["sweep", "sobol", "morris", "pawn", "delta"])
def test_a_design_of_very_many_points_is_refused_at_once(what: str, file: str) -> None:
    scenario = load(file, overrides={"sweep.samples": 10**9})
    assert ts.sweep  # imported before the clock starts
    began = time.process_time()
    with pytest.raises(ScenarioError, match="of memory"):
        absurd_designs(scenario)[what]()
    assert time.process_time() - began < 1.0


def test_a_calibration_of_very_many_trials_is_refused_at_once(file: str, tmp_path: Path) -> None:
    targets = tmp_path / "targets.yaml"
    targets.write_text(
        "parameters:\n  platforms.A.liquid_share: {from: 5 %, to: 10 %}\n"
        "targets:\n  - {outcome: run_probability, value: 30 %, tolerance: 5 pp}\n"
    )
    with pytest.raises(ScenarioError, match="of memory"):
        ts.calibrate(file, targets, trials=10**9, progress=False)


def test_without_a_number_of_workers_as_many_are_started_as_fit() -> None:
    needs = estimate(load(shipped()["quickstart"]), workers=8).with_worlds(1)
    whole = needs.memory_bytes
    assert Room(memory=whole).fitted(needs).workers == 8
    assert Room(memory=whole - 1).fitted(needs).workers == 7
    with pytest.raises(ScenarioError) as caught:
        Room(memory=whole // 2).check_memory(needs)
    assert caught.value.problems[0].nearest == f"--workers {Room(memory=whole // 2).workers(needs)}"


def test_a_study_that_takes_long_asks_and_one_beyond_the_limit_is_not_begun() -> None:
    needs = estimate(load(shipped()["quickstart"], overrides={"replications": 1_000_000}), workers=1)
    asked: list[str] = []
    Room(ask=lambda line: not asked.append(line)).check_time(needs)
    assert len(asked) == 1
    Room(ask=lambda line: not asked.append(line)).check_time(needs, left=lambda: 1e-9)
    with pytest.raises(TrustsimError, match="not begun"):
        Room(ask=lambda line: False).check_time(needs)
    with pytest.raises(TrustsimError, match=r"longest: given .*; allowed: at most 60 min"):
        Room(longest="1 h").check_time(needs)
    Room().check_time(needs)


def test_the_limits_are_set_by_the_environment_too(monkeypatch: pytest.MonkeyPatch, file: str) -> None:
    monkeypatch.setenv(room.MEMORY, "1 MB")
    with pytest.raises(ScenarioError, match="at most 1 MB"):
        ts.compare(file, progress=False)


@pytest.mark.parametrize("text", ["8 GB", "8GB", "8000 MB", 8_000_000_000, 8e9, "8 G"])
def test_a_size_is_read_as_people_write_it(text: object) -> None:
    assert room.bytes_of(text) == 8 * 10**9  # type: ignore[arg-type]


def test_a_size_given_as_a_number_may_be_large() -> None:
    assert room.bytes_of(1e16) == 10**16


@pytest.mark.parametrize("text", ["", "8 XB", "eight", "-1 GB", "8e9", "0", "9" * 400, float("nan"), [8]])
def test_what_is_no_size_is_refused(text: Any) -> None:
    with pytest.raises(TrustsimError, match="a size such as 8 GB"):
        room.bytes_of(text)


@pytest.mark.parametrize("text", [-1, 0, float("nan"), "-1 h", "eight", [8]])
def test_what_is_no_time_is_refused(text: Any) -> None:
    with pytest.raises(TrustsimError, match=r"longest: given"):
        room.seconds_of(text)


def test_the_limit_of_a_job_counts_where_it_leaves_less(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    group = tmp_path / "cgroup" / "jobs" / "one"
    group.mkdir(parents=True)
    (group / "memory.max").write_text("max\n")
    for name, value in (("memory.max", 1000), ("memory.current", 700), ("memory.stat", "anon 5\ninactive_file 100\n")):
        (group.parent / name).write_text(f"{value}\n")
    (tmp_path / "self").write_text("0::/jobs/one\n")
    (tmp_path / "meminfo").write_text("MemTotal: 9 kB\nMemAvailable: 900 kB\n")
    monkeypatch.setattr(room, "_CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(room, "_MINE", tmp_path / "self")
    monkeypatch.setattr(room, "_FREE", tmp_path / "meminfo")
    assert room.free_memory() == 400
    (group.parent / "memory.max").write_text("max\n")
    assert room.free_memory() == 900 * 1024


def test_check_says_what_a_study_needs_and_refuses_what_does_not_fit(file: str) -> None:
    said = CliRunner().invoke(main, ["check", file])
    assert said.exit_code == 0
    for part in ("20 people with 40 links", "2 worlds of 5 steps", "of memory", "on disk", "sweep of 4 points"):
        assert part in said.stdout
    refused = CliRunner().invoke(main, ["check", file, "--memory", "1 MB"])
    assert (refused.exit_code, "of memory" in refused.stderr) == (2, True)


def test_check_judges_the_time_and_the_sweep_too(file: str) -> None:
    slow = CliRunner().invoke(main, ["check", file, "--longest", "1 s"])
    assert (slow.exit_code, "allowed: at most 1 s" in slow.stderr) == (2, True)
    odd = CliRunner().invoke(main, ["check", file, "--longest", "banana"])
    assert (odd.exit_code, "a time such as 8 h" in odd.stderr) == (2, True)
    large = CliRunner().invoke(main, ["check", file, "--set", "sweep.samples=100000000"])
    assert (large.exit_code, ": sweep" in large.stderr) == (2, True)


def test_what_a_comparison_needs_counts_its_report() -> None:
    story = load(shipped()["quickstart"])
    alone, whole = estimate(story, workers=2), estimate(story, workers=2, with_report=True)
    report = whole.seconds - alone.seconds
    assert report == pytest.approx(whole.with_workers(1).seconds - alone.with_workers(1).seconds)
    assert report > 1


def test_compare_writes_nothing_where_the_study_does_not_fit(file: str, tmp_path: Path) -> None:
    place = tmp_path / "run"
    said = CliRunner().invoke(main, ["compare", file, "--out", str(place), "--replications", "1000000000"])
    assert said.exit_code == 2
    assert "given: a study that needs" in said.stderr
    assert not place.exists()


def test_every_command_that_begins_a_study_has_the_limits() -> None:
    begin = ("compare", "run", "resume", "sweep", "sensitivity", "calibrate", "evidence", "attribute", "check")
    for name in begin:
        options = {option for parameter in main.commands[name].params for option in parameter.opts}
        assert {"--memory", "--longest"} <= options, name
