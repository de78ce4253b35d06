"""The scenarios that ship: all of them load and run, and those with facts beside them meet the facts."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import trustsim as ts
from shipped import SHIPPED
from trustsim.analysis.certain import GUARANTORS
from trustsim.analysis.comparison import compare
from trustsim.catalog import REGISTRY
from trustsim.cli import main
from trustsim.experiment.study import Study, run_study

ROOT = Path(__file__).parents[2] / "scenarios"


def studied(name: str, replications: int, **overrides: object) -> Study:
    scenario = ts.load(ROOT / name, overrides=overrides or None)
    return run_study(scenario, replications=replications)


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED)
def test_every_shipped_scenario_runs(path: Path) -> None:
    scenario = ts.load(path)
    study = run_study(scenario, replications=2)
    assert not study.failed
    assert study.outcomes["run_probability"].shape == (2, len(scenario.variants))
    found = compare(study, REGISTRY)
    same = {v.name: (v.items, v.world) for v in scenario.variants}
    for variant, intervals in (*found.levels.items(), *found.differences.items()):
        for name, each in intervals.items():
            assert np.isnan(each.low) or each.low <= each.mean <= each.high, name
            is_baseline = intervals is found.differences.get(variant) and same[variant] == same[found.baseline]
            is_certain = name == GUARANTORS and each.mean == 0  # without a cover nobody pays
            assert each.low != each.high or is_baseline or is_certain, name  # by another name


@pytest.mark.slow
def test_a_calm_year_has_no_runs_the_churn_of_e34_and_no_drift_of_trust() -> None:
    study = studied("calm.yaml", 200)
    assert study.outcomes["run_probability"].mean() <= 0.01
    churn = study.outcomes["monthly_churn"][:, 0]
    assert churn.min() >= 0.08
    assert churn.max() <= 0.18
    trust = study.series["trust"][:, :, 0, -1].astype(float)
    drift = trust[:, -30:].mean(axis=1) - trust[:, :30].mean(axis=1)
    # 200 seeds: the mean drift lies within three standard errors of zero or within half a point of trust
    assert abs(drift.mean()) <= max(3 * drift.std() / np.sqrt(len(drift)), 0.005)


@pytest.mark.slow
def test_a_false_rumour_on_a_sound_bank_stays_within_e11() -> None:
    study = studied("history/false_rumour_sound_bank.yaml", 100)
    denied = study.variants.index("same-day denial")
    outflow = study.outcomes["excess_withdrawn"][:, denied]
    assert 0.005 <= outflow.mean() <= 0.04
    assert study.outcomes["failure_probability"][:, denied].mean() <= 0.05
    requests = study.series["requests"][:, :, denied, -1]
    # the rumour starts on day 2; three days later it is over: a day's requests are below twice those of calm before it
    calm = requests[:, 1:9].sum(axis=1).mean() / 2
    assert requests[:, 21:].sum(axis=1).mean() / 5 <= 2 * calm
    # P-41: the later the answer, the more leaves, in the same worlds
    by_delay = [study.outcomes["excess_withdrawn"][:, study.variants.index(v)] for v in
                ("denial in two hours", "same-day denial", "denial after two days", "silence")]  # fmt: skip
    for sooner, later in pairwise(by_delay):
        difference = later - sooner
        assert difference.mean() - 1.96 * difference.std(ddof=1) / np.sqrt(len(difference)) > 0


@pytest.mark.slow
def test_concentrated_connected_uninsured_runs_as_fast_as_e01() -> None:
    study = studied("history/concentrated_connected_uninsured.yaml", 20)
    requests = study.series["requests"][:, :, study.variants.index("nothing"), -1].astype(float).cumsum(axis=1)
    first_day, second_day = requests[:, 48] - requests[:, 24], requests[:, 72] - requests[:, 24]
    # the bands of E-01 hold for the mean over seeds; single seeds vary by a few points with the largest clients
    assert 0.20 <= first_day.mean() <= 0.35
    assert 0.65 <= second_day.mean() <= 0.95


def stablecoin_days(variant: str, replications: int = 100, are_alike: bool = False) -> np.ndarray:
    """What is asked for on the four days from the rumour on, float64 (worlds, 4); alike: worlds and people."""
    path, alike = ROOT / "history/stablecoin_spiral.yaml", {"mechanisms.aggregate_uncertainty": "off"}
    scenario = ts.load(path, overrides=alike, behaviour="point") if are_alike else ts.load(path)
    study = run_study(scenario, variants=[variant], replications=replications)
    requests = study.series["requests"][:, 1:, 0, -1].astype(float)
    return requests.reshape(len(requests), 5, 8).sum(axis=2)[:, 1:]  # the rumour starts with the second day


@pytest.mark.slow
def test_a_stablecoin_spiral_has_the_first_wave_and_the_size_of_e18() -> None:
    days = stablecoin_days("nothing")
    doubt = 2 * days[:, 0].std(ddof=1) / np.sqrt(len(days))  # two standard errors
    assert 0.08 - doubt <= days[:, 0].mean() <= 0.15 + doubt  # $2bn of 17
    assert days[:, 1].mean() < days[:, 0].mean()
    assert (days[:, 1] < days[:, 0]).mean() >= 0.7
    assert 0.04 <= days[:, 1].mean() <= 0.08  # $1bn of 17
    assert days.sum(axis=1).mean() >= 0.6


@pytest.mark.slow
def test_a_stablecoin_spiral_has_the_third_day_of_e18() -> None:
    first, lull, third, _ = stablecoin_days("nothing").mean(axis=0)
    assert 0.35 <= third / (1 - first - lull) <= 0.6  # $7bn of 14


@pytest.mark.slow
def test_a_stablecoin_spiral_calms_for_a_day_and_doubles_where_worlds_are_alike() -> None:
    """The mean day is not an average of worlds without a lull; that worlds differ would hide it."""
    days = stablecoin_days("nothing", are_alike=True)
    assert 0.09 <= days[:, 0].mean() <= 0.15
    assert (days[:, 1] < days[:, 0]).mean() >= 0.65  # 72 of 100: 0.65 is one and a half standard errors below
    assert (days[:, 2:].max(axis=1) > 2 * days[:, 1]).mean() >= 0.9
    left = 1 - days[:, :2].sum(axis=1)
    assert 0.35 <= (days[:, 2:].max(axis=1) / left).mean() <= 0.6  # half in a day, the third or the fourth
    # what the notes say: paid at once there is no lull before the acceleration, with a deeper reserve no acceleration
    at_once = stablecoin_days("paid at once", are_alike=True)
    assert (at_once[:, 0] > days[:, :2].sum(axis=1)).mean() >= 0.9
    assert (at_once[:, 2:].max(axis=1) < at_once[:, 1]).mean() >= 0.9
    assert stablecoin_days("deeper reserve", are_alike=True)[:, 2:].max() < 0.1


@pytest.mark.slow
def test_the_quickstart_is_a_run_in_which_the_sign_of_live_figures_depends_on_how_much_is_stolen() -> None:
    """What its description says, and no effect of where the run ends: twice as long the signs are the same, though of
    the gravely struck nearly all fail by then anyway."""
    study = studied("quickstart.yaml", 100)
    nothing = study.variants.index("nothing")
    assert 0.05 <= study.outcomes["failure_probability"][:, nothing].mean() <= 0.95
    fails = study.outcomes["failure_probability"][:, nothing] == 1
    assert study.series["queue"][fails, :, nothing, -1].max(axis=1).mean() > 0.02  # of the claims, on the worst day
    two = {"variants": {"nothing": [], "live figures": [{"kind": "live_transparency"}]}}
    for share, sign in (("2 %", -1), ("10 %", 1)):
        for horizon in ("120 d", "240 d"):
            found = studied("quickstart.yaml", 100, **two, horizon=horizon, **{"shocks.0.share": share})
            more = np.diff(found.outcomes["excess_withdrawn"], axis=1)[:, 0] * sign
            least = 0 if (share, horizon) == ("10 %", "240 d") else 1.96 * more.std(ddof=1) / np.sqrt(len(more))
            assert more.mean() > least, (share, horizon)


@pytest.mark.slow
def test_without_those_who_leave_seen_fewer_leave_the_quickstart() -> None:
    """It shows herding: with the memory of who left off, less is withdrawn in the same worlds."""
    alone = studied("quickstart.yaml", 60, **{"mechanisms.herding": "off"})
    both = studied("quickstart.yaml", 60)
    by_herding = both.outcomes["excess_withdrawn"][:, 0] - alone.outcomes["excess_withdrawn"][:, 0]
    assert by_herding.mean() - 1.96 * by_herding.std(ddof=1) / np.sqrt(len(by_herding)) > 0


@pytest.mark.slow
def test_a_rate_that_rises_for_a_while_takes_deposits_until_it_falls_and_none_before() -> None:
    (checked,) = ts.evidence(ROOT / "rate_rise.yaml", replications=40, workers=1, progress=False).checked
    assert {found.expectation.id for found in checked.findings if found.verdict == "pass"} == {
        "nothing before", "less until the end", "more where it follows", "back afterwards",
    }  # fmt: skip


def test_the_command_line_and_python_give_the_same_numbers(tmp_path: Path) -> None:
    path = ROOT / "quickstart.yaml"
    given = ["compare", str(path), "--replications", "6", "--workers", "1", "--json", "--out", str(tmp_path / "run")]
    answer = CliRunner().invoke(main, given)
    assert answer.exit_code == 0, answer.output
    document = json.loads(answer.stdout)
    result = ts.compare(ts.load(path), replications=6, workers=1, progress=False)
    assert json.loads(json.dumps(result.comparison.to_json()))["variants"] == document["variants"]
