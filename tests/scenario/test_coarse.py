"""A step that is long beside what happens in it is found, and a bound on it is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from shipped import SHIPPED
from trustsim.catalog import REGISTRY, load
from trustsim.cli import main
from trustsim.scenario.coarse import STEPS, Coarse, coarse, in_words
from trustsim.units import parse, show

ROOT = Path(__file__).parents[2] / "scenarios"
CONNECTED = "history/concentrated_connected_uninsured.yaml"  # patience 1.5 d, horizon 3 d


def found(file: str, **changes: Any) -> Coarse | None:
    return coarse(load(ROOT / file, overrides=changes), REGISTRY)


def test_a_rate_that_people_act_on_may_change_by_half_in_a_step() -> None:
    assert found("quickstart.yaml", **{"mechanisms.fear.decay": "0.5 /day"}) is None
    told = found("quickstart.yaml", **{"mechanisms.fear.decay": "0.6 /day"})
    assert told == Coarse(("mechanisms.fear.decay is 0.6 a step",), "12 h")
    assert found("quickstart.yaml", **{"mechanisms.fear.decay": "0.6 /day", "step": "12 h"}) is None
    assert found("quickstart.yaml", **{"mechanisms.fear": "off", "step": "12 h"}) is None


def test_a_variant_counts_as_the_file_does() -> None:
    faster = {"variants.fearless": [{"set": {"mechanisms.fear.decay": "0.6 /day"}}]}
    told = found("quickstart.yaml", **faster)
    assert told is not None
    assert told.reasons == ("mechanisms.fear.decay is 0.6 a step",)


def test_patience_lasts_two_steps_a_horizon_twenty_and_a_shock_one() -> None:
    """With steps of a day 7 % leave the connected bank, with steps of 12 h 30, of an hour 79, of half an hour 81."""
    assert found(CONNECTED, step="1 d") == Coarse(
        ("platforms.Bank.patience is 1.5 d, less than two steps", "the horizon is 3 steps"), "3 h"
    )
    assert found(CONNECTED) is None
    outage = {"kind": "outage", "platform": "Harbour", "days": "6 h"}
    told = found("quickstart.yaml", shocks=[outage])
    assert told == Coarse(("days of outage is 6 h, less than a step",), "6 h")


def test_few_steps_are_enough_where_nobody_acts_on_others_step_by_step() -> None:
    assert load(ROOT / "limits/T-07-global-game.yaml").n_days == 3
    assert found("limits/T-07-global-game.yaml") is None


@pytest.mark.parametrize("path", SHIPPED)
def test_no_shipped_story_is_coarse_but_one_in_which_all_choose_anew_in_each_step(path: Path) -> None:
    """In T-39 a step is the clock of the game itself: halved, twice as much has been asked for by the horizon. Series
    of years go by steps of days, and docs/real-series.md says what that changes."""
    known = ("T-39-interactions", "p2p_failures", "bank_failures")
    assert (coarse(load(path), REGISTRY) is not None) == (path.stem in known)


@pytest.mark.parametrize("step", ["1 d", "2 d"])
def test_a_step_within_the_bound_is_not_coarse(step: str) -> None:
    changes = {"mechanisms.fear.decay": "0.6 /day", "mechanisms.media.fading": "90 %", "horizon": "30 d"}
    told = found("quickstart.yaml", step=step, **changes)
    assert told is not None
    assert told.at_most in STEPS
    assert found("quickstart.yaml", **{**changes, "step": told.at_most}) is None


def test_check_says_it_in_a_line_and_in_json() -> None:
    told = found(CONNECTED, step="1 d")
    assert told is not None
    measured = "trustsim halve measures whether that is short enough"
    line = f"step 1 d is coarse, by what the file states 3 h at most ({measured}): {'; '.join(told.reasons)}"
    assert in_words(load(ROOT / CONNECTED, overrides={"step": "1 d"}), told) == line
    asked = ["check", str(ROOT / CONNECTED), "--set", "step=1d"]
    printed = CliRunner().invoke(main, asked)
    assert (printed.exit_code, line in printed.stdout) == (0, True)
    document = json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)
    assert document["files"][0]["coarse"] == {"reasons": list(told.reasons), "at_most": "3 h"}
    plain = CliRunner().invoke(main, ["check", str(ROOT / CONNECTED), "--json"])
    assert json.loads(plain.stdout)["files"][0]["coarse"] is None


@pytest.mark.parametrize(
    ("days", "text"),
    [(1 / 24, "1 h"), (1 / 48, "30 min"), (1 / 1440, "1 min"), (0.5, "12 h"), (-0.25, "-6 h"), (0.01, "0.01 d"),
     (0.0, "0 d"), (1.0, "1 d"), (1.5, "1.5 d"), (1e-12, "1e-12 d")],
)  # fmt: skip
def test_less_than_a_day_is_written_in_whole_hours_or_minutes_where_it_is_that(days, text):
    assert show(days, "duration") == text
    assert parse(text, "duration") == days


@pytest.mark.parametrize(("within", "is_said"), [("10 d", False), ("30 d", False), ("60 d", True)])
def test_check_says_where_a_run_may_be_longer_than_the_horizon(within: str, is_said: bool) -> None:
    asked = ["check", str(ROOT / "quickstart.yaml"), "--set", "horizon=30 d", "--set", f"run.within={within}"]
    printed = CliRunner().invoke(main, asked)
    assert printed.exit_code == 0, printed.output
    told = "run.within is 60 d, more than the horizon of 30 d: a run is what leaves in all of it"
    assert (told in printed.output) == is_said


def test_the_window_of_a_run_is_a_whole_number_of_steps() -> None:
    told = found("quickstart.yaml", step="2 d")
    assert told is not None
    assert "run.within is 5 d, no whole number of steps" in told.reasons
    assert found("quickstart.yaml", step="1 d") is None
