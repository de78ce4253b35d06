"""Whether a step is short enough is measured: worlds at the step and at half of it, outcome by outcome."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from trustsim.analysis.halving import halved
from trustsim.catalog import REGISTRY, load
from trustsim.cli import main
from trustsim.errors import TrustsimError
from trustsim.experiment.plan import with_step
from trustsim.experiment.run import Run
from trustsim.report.tables.halved import said

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = ("nothing", "insured")


def found(rise, spread=0.0, n=40):
    """Halve a step of a day where half of it raises the loss of ‘insured’ by so much, give or take *spread*."""

    def simulate(story, columns, replication):
        noise = spread * np.random.default_rng([replication, round(1 / story.step)]).standard_normal()
        loss = np.array([0.2, 0.1 + (rise if story.step < 1 else 0.0) + noise]) + 0.001 * replication
        return Run(replication, columns, {"investor_loss": loss, "stuck_money": np.zeros(2)}, {})

    story = load(SCENARIOS / "quickstart.yaml")
    return halved(
        story, REGISTRY, variants=NAMES, replications=n, workers=1, simulate=simulate, groups=lambda s, names: (names,)
    )


def test_what_clearly_moves_by_what_matters_moves_and_what_stays_within_it_holds():
    told = {(each.outcome, each.variant): each for each in found(0.02, 0.001).moved}
    assert {key: each.verdict for key, each in told.items()} == {
        ("investor_loss", "nothing"): "holds", ("investor_loss", "insured"): "moves",
        ("stuck_money", "nothing"): "holds", ("stuck_money", "insured"): "holds",
    }  # fmt: skip
    moved = told["investor_loss", "insured"]
    assert moved.half - moved.whole == pytest.approx(moved.change.mean)
    assert moved.change.low < 0.02 < moved.change.high
    assert {each.verdict for each in found(0.002, 0.001).moved} == {"holds"}  # 0.5 pp matter
    assert [each.verdict for each in found(0.0, 0.05).of("unclear")] == ["unclear"]


def test_the_last_line_says_whether_the_step_is_short_enough_or_the_worlds_too_few():
    assert said(found(0.02)) == (
        "A step of 1 d is too long: at 0.5 d other results, in investor loss. Take 0.5 d, and halve again."
    )
    assert said(found(0.0)) == "At 0.5 d no headline outcome moves by what matters: a step of 1 d is short enough."
    assert said(found(0.0, 0.05)).startswith("40 worlds show no outcome that moves, and are too few to show that none")


def test_a_step_of_a_minute_has_no_half():
    story = load(SCENARIOS / "quickstart.yaml", overrides={"step": "1 min", "horizon": "1 d", "shocks": []})
    with pytest.raises(TrustsimError, match=r"step: given .* allowed: at least"):
        with_step(story, story.step / 2)


def test_half_a_step_is_the_scenario_with_that_step_in_its_file():
    story = load(SCENARIOS / "quickstart.yaml")
    half = with_step(story, 0.5)
    assert half == load(SCENARIOS / "quickstart.yaml", overrides={"step": "12 h"})
    assert half.digest != story.digest


def test_the_command_prints_a_row_an_outcome_and_variant_and_the_same_in_json():
    asked = ["halve", str(SCENARIOS / "quickstart.yaml"), "--replications", "3", "--variants", "nothing", "--quiet"]
    asked += ["--set", "investors.count=60", "--set", "horizon=25 d", "--workers", "1"]
    printed = CliRunner().invoke(main, asked)
    assert printed.exit_code == 0, printed.output
    assert "at 0.5 d" in printed.stdout
    document = json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)
    assert (document["step"], document["half"], document["replications"]) == (1.0, 0.5, 3)
    assert {row["outcome"] for row in document["moved"]} >= {"excess_withdrawn", "investor_loss", "stuck_money"}


@pytest.mark.slow
def test_six_hours_are_too_long_for_the_stablecoin_whatever_its_rates_say():
    """Its price falls with what is asked for and feeds back: no stated rate shows it. 8 worlds; it moves by 30 pp."""
    story = load(SCENARIOS / "history/stablecoin_spiral.yaml", overrides={"step": "6 h", "investors.count": 1000})
    told = halved(story, REGISTRY, variants="nothing", replications=8, workers=1)
    (excess,) = (each for each in told.moved if each.outcome == "excess_withdrawn")
    assert excess.verdict == "moves"
    assert excess.change.mean > 0.1
