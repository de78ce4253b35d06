"""Whether a step is short enough is measured: worlds at the step and at half of it, outcome by outcome."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from trustsim.analysis.halving import Halved, halved, moved
from trustsim.analysis.measures import difference_of, measure_of
from trustsim.catalog import REGISTRY, load
from trustsim.cli import main
from trustsim.errors import TrustsimError
from trustsim.experiment.plan import with_step
from trustsim.experiment.run import Run
from trustsim.report.tables.halved import print_halved, said

SCENARIOS = Path(__file__).parents[2] / "scenarios"
NAMES = ("nothing", "insured")


def found(rise, spread=0.0005, n=40, stuck=2.0):
    """Halve a step of a day where half of it raises the loss of ‘insured’ by so much, give or take *spread*."""

    def simulate(story, columns, replication):
        noise = np.random.default_rng([replication, round(1 / story.step)]).standard_normal(2) * [0.0005, spread]
        loss = np.array([0.2, 0.1 + (rise if story.step < 1 else 0.0)]) + noise + 0.001 * replication
        waits = np.full(2, stuck * (1 + replication % 3))
        return Run(replication, columns, {"investor_loss": loss, "stuck_money": waits}, {})

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
        "A step of 1 d is too long: at 12 h other results, in investor loss. Take 12 h, and halve again."
    )
    assert said(found(0.0)) == "At 12 h no headline outcome moves by what matters: a step of 1 d is short enough."
    assert said(found(0.0, 0.05)) == (
        "40 worlds show no outcome that moves, and are too few to show that none does, in investor loss; "
        "more --replications."
    )
    assert said(found(0.0, stuck=0.0)) == (
        "At 12 h no headline outcome moves by what matters, as far as there is any: no world at either step has "
        "stuck money."
    )


@pytest.mark.parametrize(("n", "verdict"), [(20, "unclear"), (400, "holds")])
def test_what_happens_in_no_world_at_either_step_holds_from_as_many_worlds_as_compare_wants(n, verdict):
    """Tango's interval of 0 in 20 and 0 in 20 reaches 16 pp, of 0 in 400 less than the 1 pp that matters."""
    failure, never = measure_of(REGISTRY.outcome("failure_probability")), np.zeros(n)
    held = moved("failure_probability", failure, "nothing", never, never, 0.01)
    compared = difference_of(never, never, failure, is_alike=False)
    assert (held.change.low, held.change.high) == (compared.low, compared.high)
    assert held.verdict == verdict


def test_means_and_change_are_over_the_worlds_that_have_it_at_both_steps():
    fall = measure_of(REGISTRY.outcome("misperception"))
    whole, half = np.array([0.2, 0.3, np.nan, 0.4]), np.array([0.1, np.nan, 0.9, 0.5])
    held = moved("misperception", fall, "nothing", whole, half, 0.01)
    assert (held.whole, held.half) == pytest.approx((0.3, 0.3))
    assert held.change.mean == pytest.approx(held.half - held.whole)
    assert held.to_json("CNY")["change"]["worlds"] == 2
    assert "  nothing (in 2 worlds)" in printed(Halved(1.0, 4, "CNY", (held,)))
    assert "worlds)" not in printed(Halved(1.0, 2, "CNY", (held,)))


def printed(halved):
    console = Console(file=io.StringIO(), width=80)
    print_halved(halved, console)
    return console.file.getvalue()


def test_a_row_of_the_table_is_a_line_of_80_columns():
    """Units stand beside the name of an outcome, so names and the widest interval have room."""
    table = printed(found(-0.02, 0.05)).splitlines()
    assert "investor loss % % pp" in [" ".join(line.split()) for line in table]
    row = next(line for line in table if "insured" in line)
    assert row.startswith("  insured")
    assert re.search(r"[\d.]+ +[\d.]+ +[−+]?\d[\d.]* \[[−+]?[\d.]+, [−+]?[\d.]+\] +(unclear|moves)$", row.rstrip())
    wide, far = measure_of(REGISTRY.outcome("excess_withdrawn")), np.array([0.0, 1.0, 0.0, 0.5])
    told = moved("excess_withdrawn", wide, "insured and told promptly", far, 1 - far, 0.01)
    lines = printed(Halved(1.0, 4, "CNY", (told,))).splitlines()
    assert any("  insured and told promptly " in line and "unclear" in line for line in lines)
    assert len(lines[0].rstrip()) > 50
    assert max(map(len, lines)) <= 80


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
    assert "at 12 h" in printed.stdout
    document = json.loads(CliRunner().invoke(main, [*asked, "--json"]).stdout)
    assert (document["step"], document["half"], document["replications"]) == (1.0, 0.5, 3)
    assert {row["outcome"] for row in document["moved"]} >= {"excess_withdrawn", "investor_loss", "stuck_money"}


@pytest.mark.slow
def test_twelve_hours_are_too_long_for_the_stablecoin_whatever_its_rates_say():
    """Its price falls with what is asked for and feeds back: no stated rate shows it. 128 worlds; it moves by 5 pp."""
    story = load(SCENARIOS / "history/stablecoin_spiral.yaml", overrides={"step": "12 h", "investors.count": 1000})
    told = halved(story, REGISTRY, variants="nothing", replications=128, workers=1)
    (excess,) = (each for each in told.moved if each.outcome == "excess_withdrawn")
    assert excess.verdict == "moves"
    assert excess.change.mean > 0.02
