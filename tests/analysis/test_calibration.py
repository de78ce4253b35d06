"""Calibration: targets files, the search and how it goes on after a stop, the posterior, the command."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from trustsim import analysis, ask, cli
from trustsim.analysis import calibration as calibrations
from trustsim.analysis import posterior
from trustsim.analysis.calibration import search
from trustsim.analysis.emulator import emulate
from trustsim.analysis.trials import Trial, TrialLog, loss, positions_of, values_at
from trustsim.ask import calibrated
from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError, TrustsimError
from trustsim.experiment.run import Run
from trustsim.experiment.store import Store
from trustsim.report.tables.calibration_tables import calibrated_file, print_calibration
from trustsim.scenario.load import load, loads
from trustsim.scenario.targets import FreeParameter, Target, Targets, read_targets
from trustsim.scenario.yaml_writer import write

QUICKSTART = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"
STORY = load(QUICKSTART, REGISTRY)
FADING, NORMAL, OBSERVED = (f"mechanisms.herding.{name}" for name in ("fading", "normal", "observed"))
FREE = tuple(FreeParameter(path, 0.0, 1.0) for path in (FADING, NORMAL, OBSERVED))


def near(value, tolerance, outcome="investor_loss", variant="nothing", against=None):
    return Target(outcome, "share", False, variant, against, value, tolerance)


def settings(story, names):
    return [next(v for v in story.variants if v.name == name).world.mechanisms["herding"] for name in names]


def herding(story, names, replication):
    """An engine whose outcomes are functions of two settings of herding; worlds add ±0.02, in all 0 for even counts."""
    shift = 0.02 if replication % 2 else -0.02
    told = settings(story, names)
    outcomes = {
        "investor_loss": np.array([h.fading for h in told]) + shift,
        "peak_outflow": np.array([h.fading + h.normal for h in told]) + shift,
    }
    return Run(replication, names, outcomes, {})


def alone(story, names):
    return tuple((name,) for name in names)


def together(story, names):
    return (tuple(names),)


OPTIONS = {"trials": 48, "replications": 4, "workers": 1, "simulate": herding, "groups": together}


def calibrate(story, targets, **options):
    return calibrated.calibrate(story, targets, progress=False, **options)


# -- what is fitted, and how sure ------------------------------------------------------------------------------------


def test_the_posterior_of_a_linear_outcome_is_the_normal_one_around_the_truth():
    """fading ~ N(0.6, 0.05² + s²) with s = 0.0231/2, the standard error of four worlds; quantiles to 0.01, a fifth of
    the standard deviation (a thousand draws of 4096 even ones: the largest error seen was 0.003)."""
    found = calibrate(STORY, Targets(FREE, (near(0.6, 0.05),)), **OPTIONS)
    deviation = np.hypot(0.05, 0.02 * np.sqrt(4 / 3) / 2)
    row = found.parameters.loc[FADING]
    expected = 0.6 + 1.645 * deviation * np.array([-1, 0, 1])
    np.testing.assert_allclose(row[["p5", "median", "p95"]].astype(float), expected, atol=0.01)
    assert row["p5"] < 0.6 < row["p95"]
    assert abs(row["best"] - 0.6) < deviation
    assert found.fit["z"].abs().max() < 1
    assert found.accuracy[0] > 0.99


@pytest.mark.slow
def test_a_parameter_without_influence_is_not_identified():
    found = calibrate(STORY, Targets(FREE, (near(0.6, 0.05), near(0.9, 0.05, "peak_outflow"))), **OPTIONS)
    assert list(found.parameters["identified"]) == [True, True, False]
    assert found.parameters.loc[OBSERVED, "spread"] > 0.9
    assert abs(found.parameters.loc[NORMAL, "median"] - 0.3) < 0.02
    assert found.pairs == () or {a for pair in found.pairs for a in pair[:2]} == {FADING, NORMAL}


def test_two_parameters_of_which_only_the_sum_matters_are_told():
    found = calibrate(STORY, Targets(FREE[:2], (near(1.0, 0.03, "peak_outflow"),)), **OPTIONS)
    ((a, b, r),) = found.pairs
    assert {a, b} == {FADING, NORMAL}
    assert r < -0.9
    assert not found.parameters["identified"].any()


def test_a_narrow_posterior_is_found_inside_a_wide_range():
    """A tolerance of 0.0005 on a range of 1, with no noise: the posterior's 90 % interval is 0.0016 wide."""

    def still(story, names, replication):
        return Run(replication, names, {"investor_loss": np.array([h.fading**2 for h in settings(story, names)])}, {})

    found = calibrate(STORY, Targets(FREE[:2], (near(0.25, 0.0005),)), **{**OPTIONS, "simulate": still})
    row = found.parameters.loc[FADING]
    assert row["p5"] < 0.5 < row["p95"]
    assert row["spread"] < 0.01


def test_a_target_out_of_reach_is_called_missed_and_the_bound_is_named():
    found = calibrate(STORY, Targets(FREE[:2], (near(2.0, 0.05),)), **OPTIONS)
    assert found.parameters.loc[FADING, "at_bound"] == "to"
    assert found.fit["z"][0] < -3
    text = printed(found)
    assert "Missed even by the best trial: investor loss under nothing" in text
    assert "The best herding.fading is at its bound (to)" in text


def test_a_difference_is_paired():
    def with_gate(story, names, replication):
        run = herding(story, names, replication)
        level = np.random.default_rng(replication).normal(0, 100)
        gain = np.array([name.startswith("gate") for name in names]) * run.outcomes["investor_loss"]
        return Run(replication, names, {"investor_loss": level + gain}, {})

    targets = Targets(FREE[:1], (near(0.3, 0.02, variant="gate", against="nothing"),))
    found = calibrate(STORY, targets, **{**OPTIONS, "simulate": with_gate})
    assert abs(found.parameters.loc[FADING, "median"] - 0.3) < 0.02
    assert found.best.errors[0] < 0.05


def test_the_loss_of_a_target_is_minus_twice_a_normal_log_likelihood():
    """z² = 0.09/(0.01 + 0.0225), and ln(1 + 2.25)."""
    trial = Trial(0, (0.5,), (0.9,), (0.15,))
    assert loss(trial, [near(0.6, 0.1)]) == pytest.approx(0.09 / 0.0325 + np.log(3.25))
    noisier, exact = Trial(0, (0.5,), (0.6,), (0.3,)), Trial(0, (0.5,), (0.6,), (0.01,))
    assert loss(noisier, [near(0.6, 0.1)]) > loss(exact, [near(0.6, 0.1)])


def test_a_share_of_none_has_an_error_all_the_same():
    def calm(story, names, replication):
        return Run(replication, names, {"run_probability": np.zeros(len(names))}, {})

    target = Target("run_probability", "share", True, "nothing", None, 0.1, 0.05)
    found = search(STORY, REGISTRY, Targets(FREE[:1], (target,)), **{**OPTIONS, "trials": 4, "simulate": calm})
    assert {trial.simulated for trial in found.trials} == {(0.0,)}
    assert found.trials[0].errors[0] > 0.05


def test_positions_and_values_are_each_others_reverse():
    free = (FreeParameter("a", 1, 100, log=True), FreeParameter("b", 2, 5, whole=True), FreeParameter("c", -1, 1))
    values = np.array([[10, 2, -1], [100, 5, 0.5], [1, 3, 1]], float)
    positions = positions_of(free, values)
    np.testing.assert_allclose(positions, [[0.5, 0.125, 0], [1, 0.875, 0.75], [0, 0.375, 1]])
    np.testing.assert_allclose(values_at(free, positions), values)


def test_the_emulator_goes_through_a_smooth_function_and_is_in_doubt_away_from_it():
    x = np.linspace(0, 0.5, 9)[:, None]
    emulator = emulate(x, np.sin(6 * x[:, 0]))
    mean, doubt = emulator(np.array([[0.28], [1.0]]))
    assert mean[0] == pytest.approx(np.sin(6 * 0.28), abs=0.01)
    assert doubt[1] > 100 * doubt[0]
    flat = emulate(x, np.full(9, 3.0))
    assert flat(np.array([[0.9]]))[0] == pytest.approx(3)
    assert flat.accuracy == 1


# -- the search ------------------------------------------------------------------------------------------------------

TARGETS = Targets(FREE[:2], (near(0.6, 0.05), near(0.9, 0.05, "peak_outflow")))


def test_the_search_closes_in_on_the_minimum():
    found = search(STORY, REGISTRY, TARGETS, **{**OPTIONS, "trials": 96})
    losses = np.array([loss(trial, TARGETS.targets) for trial in found.trials])
    sought = np.array([k >= 32 and (k - 32) % 8 >= 4 for k in range(96)])
    assert np.median(losses[sought]) < np.median(losses[~sought]) / 4


def test_a_stopped_search_goes_on_to_the_same_trials_and_repeats_none(tmp_path):
    calls = tmp_path / "calls"  # a file: what an engine holds is part of the address of its runs

    def counted(story, names, replication):
        with calls.open("a") as stream:
            stream.write(".")
        if calls.stat().st_size == 18:
            raise KeyboardInterrupt
        return herding(story, names, replication)

    def part():
        with Store(tmp_path / "runs") as store, TrialLog(tmp_path / "trials.sqlite") as log:
            return search(STORY, REGISTRY, TARGETS, store=store, log=log, **{**OPTIONS, "simulate": counted})

    first = part()
    assert first.interrupted
    assert len(first.trials) == 32  # four batches of four worlds; the eighteenth pass is of the fifth
    second = part()
    assert not second.interrupted
    assert calls.stat().st_size == 18 + 4 * 6 - 17  # the worlds of the fifth batch that had finished are not run again
    whole = search(STORY, REGISTRY, TARGETS, **OPTIONS)
    assert second.trials == whole.trials
    assert part().trials == whole.trials
    assert calls.stat().st_size == 18 + 4 * 6 - 17


@pytest.mark.slow
def test_more_trials_go_on_as_if_the_search_had_never_ended(tmp_path):
    for trials in (5, 37, 48):
        with TrialLog(tmp_path / "trials.sqlite") as log:
            found = search(STORY, REGISTRY, TARGETS, log=log, **{**OPTIONS, "trials": trials})
        assert len(found.trials) == trials
    assert found.trials == search(STORY, REGISTRY, TARGETS, **OPTIONS).trials


@pytest.mark.slow
def test_another_target_or_seed_is_another_problem(tmp_path):
    with TrialLog(tmp_path / "trials.sqlite") as log:
        first = search(STORY, REGISTRY, TARGETS, log=log, **OPTIONS)
        other = search(STORY, REGISTRY, Targets(FREE[:2], TARGETS.targets[:1]), log=log, **OPTIONS)
    assert first.trials[:32] != other.trials[:32]
    assert [t.values for t in first.trials[:32]] == [t.values for t in other.trials[:32]]
    assert first.trials[36:] != other.trials[36:]


def test_a_point_whose_runs_fail_is_told_and_the_search_goes_on():
    def fails(story, names, replication):
        if settings(story, names)[0].normal > 0.5:
            raise ValueError("no bank left")
        return herding(story, names, replication)

    found = calibrate(STORY, TARGETS, **{**OPTIONS, "simulate": fails, "groups": alone})
    troubled = [trial for trial in found.trials if trial.trouble]
    assert 8 < len(troubled) < 40
    assert all(trial.values[1] > 0.5 and trial.n_failed == 4 for trial in troubled)
    assert "ValueError: no bank left" in troubled[0].trouble
    assert np.isinf(found.losses[troubled[0].number])
    assert abs(found.parameters.loc[NORMAL, "median"] - 0.3) < 0.03
    text = printed(found)
    assert f"{len(troubled)} trials without numbers; the first: no run finished" in text
    with pytest.raises(TrustsimError, match="fail alike, nothing more was tried: ZeroDivisionError"):
        calibrate(STORY, TARGETS, **{**OPTIONS, "trials": 8, "simulate": lambda *of, **more: 1 / 0})


def test_an_outcome_that_is_nowhere_defined_is_told():
    undefined = Targets(FREE[:1], (near(10.0, 1.0, "time_to_failure"),))
    with pytest.raises(TrustsimError, match="time_to_failure under nothing is defined in fewer than two worlds"):
        calibrate(STORY, undefined, **{**OPTIONS, "trials": 4})


def test_counts_out_of_range_are_refused_before_anything_runs():
    for wrong, message in (({"trials": 0}, "trials: given 0"), ({"replications": 1}, "replications: given 1")):
        with pytest.raises(TrustsimError, match=message):
            search(STORY, REGISTRY, TARGETS, **{**OPTIONS, **wrong, "simulate": lambda *_: pytest.fail("was run")})


# -- the targets file ------------------------------------------------------------------------------------------------


def read(tmp_path, text):
    (tmp_path / "targets.yaml").write_text(text, encoding="utf-8")
    return read_targets(tmp_path / "targets.yaml", STORY, REGISTRY)


def test_a_targets_file_is_read_with_units_scales_and_whole_numbers(tmp_path):
    found = read(
        tmp_path,
        """
parameters:
  network.mean_degree: {from: 4, to: 12}
  platforms.Harbour.liquid_share: {from: 5 %, to: 30 %, scale: log}
targets:
  - {outcome: run_probability, value: 30 %, tolerance: 5 pp, source: E-01}
  - {difference: loss_per_investor, variant: insured, value: -1000 CNY, tolerance: 200 CNY}
""",
    )
    degree, share = found.parameters
    assert (degree.low, degree.high, degree.text(7.0)) == (4, 12, 7)
    assert share == FreeParameter("platforms.Harbour.liquid_share", 5.0, 30.0, "%", log=True)
    assert share.text(share.tried(12.34567891)) == "12.3457 %"
    run, money = found.targets
    assert (run.value, run.tolerance, run.binary, run.variants, run.source) == (0.3, 0.05, True, ("nothing",), "E-01")
    assert (money.value, money.tolerance, money.variants) == (-1000, 200, ("nothing", "insured"))
    assert found.variants == ("nothing", "insured")


def test_whole_numbers_stay_whole(tmp_path):
    free = (FreeParameter("network.mean_degree", 4, 12, whole=True, log=True), FREE[0])
    found = search(STORY, REGISTRY, Targets(free, TARGETS.targets), **OPTIONS)
    degrees = {trial.values[0] for trial in found.trials}
    assert degrees <= set(range(4, 13))
    assert len(degrees) > 4


def test_a_point_that_is_no_scenario_is_a_trial_without_numbers():
    """A small world takes even degrees only; a search cannot know that before it tries."""
    free = (FreeParameter("network.mean_degree", 4, 12, whole=True), FREE[0])
    found = calibrate(STORY, Targets(free, TARGETS.targets[:1]), **OPTIONS)
    assert all(bool(trial.trouble) == bool(trial.values[0] % 2) for trial in found.trials)
    assert "network: given mean_degree 5; allowed: an even number" in {t.values[0]: t.trouble for t in found.trials}[5]
    assert (found.sample[:, 0] % 2).mean() < 0.25  # half of the prior: the nearest trial may have another degree


def test_everything_wrong_with_a_targets_file_is_told_at_once(tmp_path):
    with pytest.raises(ScenarioError) as refused:
        read(
            tmp_path,
            """parameters:
  mechanisms.herding.wieght: {from: 0, to: 4}
  platforms.Harbour.liquid_share: {from: 5 %, to: 130 %, scale: lag}
  platforms.Harbor.liquid_share: {from: 5 %, to: 13}
  mechanism.x: {from: 1, to: 2}
  mechanisms.herding.weight: {from: 4, to: 2}
  mechanisms.fear.heed: {from: 0, to: 2, scale: log}
  platforms.Harbour.custody: {from: 1, to: on}
targets:
  - {outcome: run_probabilty, value: 30 %, tolerance: 5 pp}
  - {difference: loss_per_investor, variant: insurred, value: -1000 EUR, tolerance: 0 CNY}
  - {difference: investor_loss, value: -1 pp, tolerance: 1 pp}
  - {outcome: investor_loss, against: insured, tolerence: 1 pp}
target: []
""",
        )
    told = str(refused.value)
    for where, what in (
        ("2:3: mechanisms.herding.wieght", "did you mean weight?"),
        ("3:51: platforms.Harbour.liquid_share", "given: 130 %\n    allowed: from 0 % to 100 %"),
        ("3:65: parameters.platforms.Harbour.liquid_share.scale", "allowed: one of linear, log"),
        ("4:3: platforms.Harbor.liquid_share", "did you mean Harbour?"),
        ("4:50: parameters.platforms.Harbor.liquid_share.to", "given: bounds in '%' and 'no unit'"),
        ("5:3: parameters.mechanism.x", "did you mean mechanisms?"),
        ("6:44: parameters.mechanisms.herding.weight.to", "allowed: more than 4"),
        ("7:32: parameters.mechanisms.fear.heed.from", "a positive bound for scale: log"),
        ("8:44: parameters.platforms.Harbour.custody.to", "given: 'on'\n    allowed: a number, with its unit"),
        ("10:15: targets.0.outcome", "did you mean run_probability?"),
        ("11:46: targets.1.variant", "did you mean insured?"),
        ("11:63: targets.1.value", "money in CNY"),
        ("11:85: targets.1.tolerance", "a positive standard deviation"),
        ("12:5: targets.2", "the difference of 'nothing' from itself"),
        ("13:5: targets.3", "no 'value'"),
        ("13:48: targets.3.tolerence", "did you mean tolerance?"),
        ("14:1: target", "did you mean targets?"),
    ):
        assert f"targets.yaml:{where}\n" in told
        assert what in told


@pytest.mark.parametrize("text", ["", "[]", "parameters: {}\ntargets: []", "parameters: 3\ntargets: {}"])
def test_a_targets_file_without_parameters_or_targets_is_refused(tmp_path, text):
    with pytest.raises(ScenarioError, match="given: "):
        read(tmp_path, text)


# -- what is shown and written ---------------------------------------------------------------------------------------


def printed(found):
    console = Console(file=io.StringIO(), width=80, color_system=None)
    print_calibration(found, console)
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    return " ".join(" ".join(lines).split())


@pytest.mark.slow
def test_the_fitted_file_says_where_its_values_come_from_and_loads():
    found = calibrate(STORY, TARGETS, **OPTIONS)
    text = calibrated_file(found, found.fitted(REGISTRY))
    again = loads(text, REGISTRY)
    value = found.settings[FADING]
    assert again.document["mechanisms"]["herding"]["fading"] == f"{value:g} /day"
    assert again.digest == found.fitted(REGISTRY).digest != STORY.digest
    comments = [line for line in text.splitlines() if line.startswith("#")]
    assert STORY.digest in comments[0]
    assert f"mechanisms.herding.fading: {value:g} [" in text
    assert "investor loss under nothing: 60 % ± 5 %, assumed; " in text


def test_a_profile_is_the_smallest_loss_in_each_part_of_a_range():
    trials = [Trial(k, (v,), (v,), (0.0,)) for k, v in enumerate(np.linspace(0.01, 0.99, 49))]
    found = posterior.calibrated(STORY, Targets(FREE[:1], (near(0.5, 0.1),)), trials, 4)
    middles, smallest = found.profile(0)
    assert len(middles) == 12
    assert np.nanargmin(smallest) in (5, 6)
    assert smallest[0] > smallest[3] > smallest[5]


FILE = """
parameters:
  mechanisms.ordinary.leave: {from: 0.001 /day, to: 0.05 /day, scale: log}
  investors.newcomers: {from: 0, to: 20}
targets:
  - {outcome: monthly_churn, value: 20 %, tolerance: 2 pp, source: E-34}
"""


@pytest.fixture
def trustsim(monkeypatch, tmp_path):
    """Call ``calibrate`` on a small world in an empty folder."""
    monkeypatch.chdir(tmp_path)
    Path("targets.yaml").write_text(FILE)
    story = loads(
        "trustsim: 1\nhorizon: 30 d\nnetwork: {kind: small_world}\ninvestors: {count: 60}\n"
        "platforms: [{name: Harbour, kind: p2p_lending}]\nseed: 3\n",
        REGISTRY,
    )
    Path("small.yaml").write_text(write(story.document))
    size = ("--trials", "12", "--replications", "3", "--workers", "1")

    def call(*arguments):
        command = ["calibrate", "small.yaml", "--targets", "targets.yaml", *size, *arguments]
        return CliRunner().invoke(cli.main, command, catch_exceptions=False)

    return call


def test_the_command_fits_prints_and_writes(trustsim):
    done = trustsim()
    assert done.exit_code == 0, done.output
    assert "monthly churn under nothing" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("fitted scenario: small-calibration/calibrated.yaml")
    assert "12 of 12 trials (100 %)" in done.stderr
    folder = Path("small-calibration")
    assert {"calibrated.yaml", "calibration.csv", "calibration.png", "trials.sqlite", "runs"} <= {
        p.name for p in folder.iterdir()
    }
    checked = CliRunner().invoke(cli.main, ["check", "small-calibration/calibrated.yaml"])
    assert "calibrated.yaml: ok" in checked.output
    fitted = (folder / "calibrated.yaml").read_bytes()
    again = trustsim("--json", "--quiet")
    document = json.loads(again.stdout)
    assert again.stderr == ""
    assert (folder / "calibrated.yaml").read_bytes() == fitted
    assert document["trials"] == 12
    assert set(document["parameters"]) == {"mechanisms.ordinary.leave", "investors.newcomers"}
    assert isinstance(document["best"]["settings"]["investors.newcomers"], int)


def test_wrong_targets_end_with_status_2(trustsim):
    Path("targets.yaml").write_text(FILE.replace("monthly_churn", "monthly_chur"))
    done = trustsim()
    assert done.exit_code == 2
    assert "did you mean monthly_churn?" in done.stderr


def test_an_interruption_ends_with_status_130_and_the_command_that_continues(trustsim, monkeypatch):
    def stops(*of, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(calibrations, "run_sweep", stops)
    monkeypatch.setattr(sys, "argv", ["trustsim", "calibrate", "small.yaml", "--targets", "my targets.yaml"])
    done = trustsim("--quiet")
    assert done.exit_code == 130
    assert "interrupted; 0 trials are kept in small-calibration; " in done.stderr
    assert "go on with: trustsim resume small-calibration" in done.stderr


def test_without_optuna_the_extra_is_named(trustsim, monkeypatch):
    for room, name in ((ask, "calibrated"), (analysis, "calibration")):
        monkeypatch.delattr(room, name)
        monkeypatch.delitem(sys.modules, f"{room.__name__}.{name}")
    monkeypatch.setitem(sys.modules, "optuna", None)
    done = trustsim()
    assert done.exit_code == 2
    assert "given an installation without optuna; allowed: with the extra [calibration]" in done.stderr
