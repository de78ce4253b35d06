"""The commands that run a study, on a fake engine."""

import functools
import json
import re
import sqlite3
import sys
from pathlib import Path

import fake_engine as fake
import pandas as pd
import pytest
from click.testing import CliRunner

from trustsim import cli
from trustsim.analysis.causes import simulate_with_causes
from trustsim.ask import result
from trustsim.cli import common, studies
from trustsim.errors import TrustsimError
from trustsim.experiment import address
from trustsim.registry import Registry
from trustsim.report.words.command import command


def registry():
    r = Registry()
    for name, about in {
        "run_probability": {"better": "lower", "unit": "share", "binary": True},
        "investor_loss": {"better": "lower", "unit": "money"},
        "time_to_failure": {"better": "higher", "unit": "duration"},
    }.items():

        def outcome():
            """Text."""

        r.enter("outcome", name, source="assumed", **about)(outcome)
    return r


def read_scenario(file, settings, more=None):
    """Return the fake scenario, with the seed that a run folder's resolved.yaml holds."""
    resolved = Path(file)
    return fake.scenario(seed=int(re.search(r"seed: (\d+)", resolved.read_text())[1]) if resolved.is_file() else 1)


@pytest.fixture
def trustsim(monkeypatch, tmp_path):
    """Call a command in an empty folder: ``trustsim('compare', 'theft.yaml')``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(common, "read_scenario", read_scenario)
    monkeypatch.setattr(common, "registry", registry)
    monkeypatch.setattr(studies, "_is_cold", lambda: False)
    monkeypatch.setattr(result.page, "write", lambda r, path, again, drawn: path.write_text("<html>"))
    monkeypatch.setattr(address, "_engine", lambda simulate: "causes" if simulate is simulate_with_causes else "fake")
    engine = result.compare

    def call(*arguments, simulate=fake.simulate):
        monkeypatch.setattr(result, "compare", functools.partial(engine, simulate=simulate, groups=fake.one_pass))
        return CliRunner().invoke(cli.main, [*arguments, "--workers", "1"], catch_exceptions=False)

    return call


def test_compare_prints_the_table_and_writes_the_run_folder(trustsim, tmp_path):
    done = trustsim("compare", "stories/theft.yaml")
    assert done.exit_code == 0
    assert "Best first by investor loss" in done.stdout
    assert "Best first by investor loss" in " ".join(done.stdout.split())
    assert done.stdout.splitlines()[-1] == "report: theft-run/report.html"
    assert "12 of 12 replications (100 %)" in done.stderr
    names = {p.name for p in (tmp_path / "theft-run").iterdir()}
    assert {"resolved.yaml", "outcomes.csv", "study.json", "report.html"} <= names
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_table_is_printed_before_the_report_is_begun(trustsim, monkeypatch):
    seen = []

    def begun(*_):
        seen.append(sys.stdout.buffer.getvalue().decode())
        raise TrustsimError("no report")

    monkeypatch.setattr(result.page, "write", begun)
    done = trustsim("compare", "theft.yaml", "--replications", "5")
    assert "Best first by investor loss" in seen[0]
    assert done.stdout == seen[0]
    assert "no report" in done.stderr


def test_json_is_one_document_and_nothing_else(trustsim):
    done = trustsim(
        "compare", "theft.yaml", "--json", "--variants", "both, nothing", "--replications", "5", "--seed", "0"
    )
    document = json.loads(done.stdout)
    assert document["format"] == 2
    assert document["replications"] == 5
    assert list(document["variants"]) == ["both", "nothing"]
    assert document["scenario"]["seed"] == 0


def test_quiet_says_nothing_but_the_table(trustsim):
    done = trustsim("compare", "theft.yaml", "--quiet", "--out", "here")
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "report: here/report.html"


def test_a_cold_cache_is_announced(trustsim, monkeypatch):
    monkeypatch.setattr(studies, "_is_cold", lambda: True)
    assert trustsim("compare", "theft.yaml").stderr.startswith("compiling kernels (once, about")


def test_where_all_runs_fail_alike_the_command_says_why_with_the_users_own_frames_and_status_3(trustsim):
    done = trustsim("compare", "theft.yaml", simulate=fake.has_a_bug)
    assert (done.exit_code, done.stdout) == (3, "")
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("the first runs of all variants fail alike, nothing more was tried: KeyError: ")
    assert sum("fake_engine.py" in line for line in lines[:-1]) == 1
    assert not any("simulate.py" in line or "work.py" in line for line in lines)


def test_failed_runs_end_with_status_3_and_are_told(trustsim):
    done = trustsim("compare", "theft.yaml", simulate=fake.fails_on_odd)
    assert done.exit_code == 3
    assert "6 runs failed" in done.stdout


def test_an_interruption_ends_with_status_130_and_keeps_what_is_finished(trustsim, tmp_path):
    def stops(story, variants, replication):
        if replication == 4:
            raise KeyboardInterrupt
        return fake.simulate(story, variants, replication)

    done = trustsim("compare", "theft.yaml", simulate=stops)
    assert done.exit_code == 130
    assert "Interrupted" in done.stdout
    assert json.loads((tmp_path / "theft-run" / "study.json").read_text())["replications"] == [0, 1, 2, 3]


def test_wrong_input_ends_with_status_2_before_anything_runs(trustsim, tmp_path):
    done = trustsim("compare", "theft.yaml", "--variants", "insurred")
    assert done.exit_code == 2
    assert "did you mean 'insured'" in done.stderr
    (tmp_path / "file").write_text("")
    done = trustsim("compare", "theft.yaml", "--out", "file/run", simulate=lambda *_: pytest.fail("was run"))
    assert done.exit_code == 2
    assert "cannot make or write it" in done.stderr


def test_numbers_are_printed_although_the_folder_cannot_be_written(trustsim, monkeypatch):
    monkeypatch.setattr(
        result.page,
        "write",
        lambda r, path, again, drawn: (_ for _ in ()).throw(OSError(28, "No space left on device")),
    )
    done = trustsim("compare", "theft.yaml")
    assert done.exit_code == 2
    assert "Best first by" in done.stdout
    assert "No space left on device" in done.stderr


def test_run_prints_levels_without_a_comparison(trustsim, tmp_path):
    done = trustsim("run", "theft.yaml", "--variants", "insured")
    assert done.exit_code == 0
    assert "run probability" in done.stdout
    assert "baseline" not in done.stdout
    assert not (tmp_path / "theft-run" / "report.html").exists()
    document = json.loads(trustsim("run", "theft.yaml", "--json").stdout)
    assert "ranking" not in document
    assert set(document["variants"]["both"]) == {"outcomes", "cost", "failed"}


def test_compare_ends_with_other_sets_of_assumptions_and_goes_on_with_them(trustsim, tmp_path):
    asked = ("compare", "theft.yaml", "--out", "a-run", "--robustness", "12")
    done = trustsim(*asked)
    assert done.exit_code == 0
    text = " ".join(done.stdout.split())
    assert "Under other assumptions: ‘both’ stays first in all of 12 other sets of assumptions" in text
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert json.loads((tmp_path / "a-run/request.json").read_text())["options"] == {"robustness": 12}
    found = json.loads(trustsim(*asked, "--json").stdout)["robustness"]
    assert (found["sets"], found["first"], found["missing"]) == (12, "both", None)
    resumed = json.loads(trustsim("resume", "a-run", "--json").stdout)["robustness"]
    assert {**resumed, "seconds": 0} == {**found, "seconds": 0}


def test_how_many_worlds_a_set_has_is_asked_for_and_kept(trustsim, tmp_path):
    asked = ("compare", "theft.yaml", "--out", "a-run", "--robustness", "10x3", "--json")
    found = json.loads(trustsim(*asked).stdout)["robustness"]
    assert (found["sets"], found["worlds_per_set"]) == (10, 3)
    assert json.loads((tmp_path / "a-run/request.json").read_text())["options"] == {"robustness": "10x3"}
    resumed = json.loads(trustsim("resume", "a-run", "--json").stdout)["robustness"]
    assert {**resumed, "seconds": 0} == {**found, "seconds": 0}
    wrong = trustsim("compare", "theft.yaml", "--robustness", "10x1")
    assert wrong.exit_code == 2
    assert "given '10x1'; allowed: a whole number from 1, or two as in 50x8, the second from 2" in wrong.output


def test_no_robustness_study_of_few_worlds_or_where_none_is_wanted(trustsim):
    assert "With fewer than 40 worlds none is run by default" in " ".join(
        trustsim("compare", "theft.yaml").stdout.split()
    )
    without = trustsim("compare", "theft.yaml", "--no-robustness")
    assert "no other assumptions were tried" in " ".join(without.stdout.split())
    assert "robustness" not in json.loads(trustsim("compare", "theft.yaml", "--no-robustness", "--json").stdout)
    both = trustsim("compare", "theft.yaml", "--no-robustness", "--robustness", "3")
    assert both.exit_code == 2
    assert "--robustness beside --no-robustness; one of the two" in both.output


def test_stopped_in_the_sets_the_comparison_is_printed_whole_with_the_line_that_goes_on(trustsim):
    def stops(story, variants, replication):
        if " @ " in variants[0]:
            raise KeyboardInterrupt
        return fake.simulate(story, variants, replication)

    done = trustsim("compare", "theft.yaml", "--robustness", "12", simulate=stops)
    assert done.exit_code == common.INTERRUPTED
    assert "Best first by" in done.stdout
    assert "It was stopped before any set of assumptions was finished." in " ".join(done.stdout.split())
    assert "interrupted; go on with: trustsim resume theft-run" in done.stderr


@pytest.mark.slow
def test_report_is_made_from_the_run_folder_alone(trustsim, tmp_path, monkeypatch):
    trustsim("run", "theft.yaml")
    done = CliRunner().invoke(cli.main, ["report", "theft-run"], catch_exceptions=False)
    assert done.exit_code == 0
    assert done.stdout == "report: theft-run/report.html\n"
    assert (tmp_path / "theft-run" / "report.html").exists()


def test_report_says_that_runs_are_those_of_another_version(trustsim, monkeypatch):
    trustsim("compare", "theft.yaml", "--replications", "5", "--out", "a-run")
    monkeypatch.setattr(address, "_engine", lambda simulate: "a later one")
    done = CliRunner().invoke(cli.main, ["report", "a-run"], catch_exceptions=False)
    assert done.exit_code == 2
    assert "a-run: given runs that another version of trustsim began; allowed: trustsim resume a-run" in done.output


@pytest.mark.slow
def test_ranked_by_what_is_asked_also_when_resumed_or_reported(trustsim, tmp_path, monkeypatch):
    asked = ("compare", "theft.yaml", "--replications", "6", "--out", "a-run", "--json")
    usual = json.loads(trustsim(*asked).stdout)
    other = json.loads(trustsim(*asked, "--rank-by", "run_probability").stdout)
    assert (usual["ranked_by"], other["ranked_by"]) == ("investor_loss", "run_probability")
    aside = {"ranked_by": "", "passed_over": [], "ranking": [], "groups": [], "seconds": 0}
    assert {**other, **aside} == {**usual, **aside}
    assert json.loads(trustsim("resume", "a-run", "--json").stdout)["ranking"] == other["ranking"]
    told = []
    monkeypatch.setattr(result.page, "write", lambda r, path, again, drawn: told.append(r) or path.write_text("<html>"))
    for more in ((), ("--rank-by", "investor_loss")):
        assert CliRunner().invoke(cli.main, ["report", "a-run", *more], catch_exceptions=False).exit_code == 0
    by = ["run_probability", "investor_loss"]
    assert [r.comparison.ranked_by for r in told] == by
    assert [command(r, "a.yaml").partition(" --rank-by ")[2].split()[0] for r in told] == by


def test_what_cannot_rank_is_told_before_anything_runs(trustsim, tmp_path):
    done = trustsim("compare", "theft.yaml", "--rank-by", "investor_los")
    assert done.exit_code == 2
    assert "rank by: given 'investor_los'; allowed: " in done.stderr
    assert "did you mean 'investor_loss'?" in done.stderr
    assert not (tmp_path / "theft-run").exists()


def test_resume_needs_the_folder_alone_and_gives_the_same_document(trustsim, tmp_path):
    options = ("--variants", "both,nothing", "--replications", "6", "--seed", "4", "--json")
    whole = json.loads(trustsim("compare", "theft.yaml", *options, "--out", "whole").stdout)
    stopped = trustsim("compare", "theft.yaml", *options, "--out", "cut", simulate=fake.interrupted_at_four)
    assert stopped.exit_code == 130
    assert "go on with: trustsim resume cut" in stopped.stderr
    resumed = json.loads(trustsim("resume", "cut", "--json").stdout)
    assert {**resumed, "seconds": 0} == {**whole, "seconds": 0}


def test_resume_of_a_folder_that_trustsim_did_not_write_is_refused(trustsim, tmp_path):
    (tmp_path / "other").mkdir()
    done = trustsim("resume", "other")
    assert done.exit_code == 2
    assert "without a whole request.json" in done.stderr


def test_status_names_failed_runs_and_the_line_that_repeats_one(trustsim):
    done = trustsim("compare", "theft.yaml", simulate=fake.fails_on_odd)
    assert "repeat a failed run with: trustsim repeat theft-run 1" in done.stderr
    told = CliRunner().invoke(cli.main, ["status", "theft-run"], catch_exceptions=False).stdout
    assert "replication 1 (nothing, insured, both): ValueError: no bank left in world 1" in told
    assert "repeat it with: trustsim repeat theft-run 1" in told
    assert "and 1 more failed passes" in told


QUICKSTART = str(Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml")


@pytest.fixture
def kept(monkeypatch, tmp_path):
    """A run folder of the real engine at toy size; gives a function that calls a command on it."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        return CliRunner().invoke(cli.main, list(arguments), catch_exceptions=False)

    small = ("--set", "investors.count=60", "--replications", "3", "--workers", "1", "--quiet")
    assert call("run", QUICKSTART, "--out", "here", *small).exit_code == 0
    return call


def test_verify_says_that_all_is_as_it_was_and_names_what_is_not(kept, tmp_path):
    done = kept("verify", "here", "--sample", "2")
    assert done.exit_code == 0
    assert done.stdout.splitlines() == ["here: 24 runs kept; 2 passes run again", "all as it was written, to the bit"]
    index = sqlite3.connect(tmp_path / "here/runs/index.sqlite")
    index.execute("UPDATE run SET outcomes = zeroblob(length(outcomes)) WHERE replication = 1")
    index.commit()
    index.close()
    shard = next((tmp_path / "here/runs").glob("*.npz"))
    shard.write_bytes(shard.read_bytes()[:-1] + b"x")
    done = kept("verify", "here", "--sample", "3")
    assert done.exit_code == 1
    assert f"differs: shard {shard.name}: not as it was written" in done.stdout
    assert "index.sqlite: not as it was written" in done.stdout
    assert "differs: replication 1, outcome trust_trough of nothing" in done.stdout


def test_verify_says_that_the_scenario_was_changed(kept, tmp_path):
    resolved = tmp_path / "here/resolved.yaml"
    resolved.write_text(resolved.read_text().replace("seed: 1", "seed: 2"))
    done = kept("verify", "here")
    assert done.exit_code == 1
    assert "differs: nothing: the scenario, a file that it names or this version" in done.stdout


def test_repeat_runs_one_replication_alone_and_gives_its_kept_outcomes(kept, tmp_path):
    told = kept("repeat", "here", "2").stdout
    row = pd.read_csv(tmp_path / "here/outcomes.csv").query("replication == 2 and variant == 'gate'").iloc[0]
    assert f", run_probability {row['run_probability']:.6g}," in told.split("replication 2, gate: ")[1].split("\n")[0]


@pytest.mark.slow
def test_export_writes_series_and_report_the_page_from_what_is_kept(kept, tmp_path):
    assert kept("export", "here", "--out", "tables").stdout.split()[-1] == "tables/series.csv.gz"
    assert len(pd.read_csv(tmp_path / "tables/series.csv.gz")) > 0
    assert kept("report", "here").exit_code == 0
    assert (tmp_path / "here/report.html").stat().st_size > 10_000
    for path in (tmp_path / "here/runs").glob("*.npz"):
        path.unlink()
    done = kept("export", "here")
    assert done.exit_code == 2
    assert "allowed: trustsim resume here" in done.stderr


def test_a_run_that_takes_too_long_is_recorded_and_tried_again(kept, tmp_path):
    small = ("--set", "investors.count=60", "--replications", "3", "--workers", "1", "--quiet", "--seed", "5")
    done = kept("run", QUICKSTART, "--out", "slow", *small, "--timeout", "0.000001")
    assert done.exit_code == 3
    assert "RunTimeout" in kept("status", "slow").stdout
    assert kept("resume", "slow", "--workers", "1", "--quiet").exit_code == 0
    assert "failed: 0, left: 0" in kept("status", "slow").stdout


@pytest.mark.slow
def test_precision_adds_worlds_until_it_is_reached_and_resume_keeps_to_it(kept, tmp_path):
    small = (
        "--set",
        "investors.count=40",
        "--set",
        "horizon=50 d",
        "--workers",
        "1",
        "--quiet",
        "--variants",
        "nothing",
    )
    options = (*small, "--precision", "40 pp of run_probability", "--replications", "130", "--out", "precise")
    done = kept("run", QUICKSTART, *options)
    assert done.exit_code == 0
    assert "Precision reached with 125 worlds" in done.stdout
    assert "Precision reached with 125 worlds" in kept("resume", "precise", "--workers", "1", "--quiet").stdout
    assert "at most 130 replications" in kept("status", "precise").stdout
    again = kept("compare", QUICKSTART, *options, "--json")
    assert json.loads(again.stdout)["precision"]["worlds"] == 125
    wrong = kept("run", QUICKSTART, "--precision", "1 pp")
    assert wrong.exit_code == 2
    assert "allowed: 'X of OUTCOME'" in wrong.stderr
