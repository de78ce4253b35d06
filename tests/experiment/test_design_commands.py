"""``trustsim sweep`` and ``trustsim sensitivity`` as a user calls them, on the real engine at toy size."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trustsim import cli

QUICKSTART = str(Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml")
LIQUID = "platforms.Harbour.liquid_share"
SMALL = ["--set", "investors.count=60", "--replications", "2", "--workers", "1", "--quiet"]


@pytest.fixture
def trustsim(monkeypatch, tmp_path):
    """Call a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(cli.main, [*arguments, *SMALL], catch_exceptions=False)


SWEEP = ("sweep", QUICKSTART, "--set", f"sweep={{{LIQUID}: [5 %, 20 %], network.mean_degree: [4, 8]}}")
INDICES = ("sensitivity", QUICKSTART, "--method", "morris", "--samples", "4", "--range", f"{LIQUID}=5 %..25 %")


def test_sweep_prints_the_variants_by_regret_in_80_columns_and_writes_tables_and_a_picture(trustsim, tmp_path):
    done = trustsim(*SWEEP)
    assert done.exit_code == 0
    assert "over 4 points of the sweep (grid)" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    folder = tmp_path / "quickstart-sweep"
    assert {"points.csv", "regret.csv", "regret.png", "runs"} <= {path.name for path in folder.iterdir()}
    document = json.loads(trustsim(*SWEEP, "--json").stdout)
    assert document["points"] == 4
    assert set(document["variants"]["gate"]) >= {"mean", "regret_mean", "regret_max", "best_share", "pareto"}


def test_sensitivity_prints_every_parameter_and_writes_tables_and_pictures(trustsim, tmp_path):
    done = trustsim(
        *INDICES, "--range", "shocks.0.share=2 %..15 %", "--difference", "investor_loss", "--variant", "gate"
    )
    assert done.exit_code == 0
    assert "investor loss under gate, less nothing" in done.stdout
    assert {"share", "liquid_share"} <= {line.split()[0] for line in done.stdout.splitlines() if line}
    folder = tmp_path / "quickstart-sensitivity"
    assert {"indices.csv", "points.csv", "indices.png", "scatter.png", "tornado.png"} <= {
        p.name for p in folder.iterdir()
    }
    assert json.loads(trustsim(*INDICES, "--json").stdout)["parameters"][LIQUID]["mu_star"] >= 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("sweep", QUICKSTART), "given a scenario without one"),
        (("sensitivity", QUICKSTART), "given a scenario without one"),
        ((*INDICES[:6], "--range", "liquid=5"), "allowed: PATH=LOW..HIGH"),
        ((*INDICES, "--outcome", "a", "--difference", "b"), "one of the two"),
        ((*INDICES, "--out", "/dev/null/x"), "cannot open it"),
    ],
)
def test_wrong_input_ends_with_status_2(trustsim, arguments, message):
    done = trustsim(*arguments)
    assert done.exit_code == 2
    assert message in done.output


def test_a_sweep_of_one_number_says_where_worlds_tip(trustsim, tmp_path):
    """Width and middle are printed, in JSON, and as a table and a picture; of two things there is no curve."""
    one = ("sweep", QUICKSTART, "--variants", "nothing,gate", "--set", "sweep={shocks.0.share: [2 %, 9 %, 20 %]}")
    done = trustsim(*one)
    assert done.exit_code == 0
    assert "Share of worlds against shocks.0.share." in done.stdout
    assert "‘gate’: a run in " in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    folder = tmp_path / "quickstart-sweep"
    rows = (folder / "fragility.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0] == "outcome,variant,shocks.0.share,share,low,high,worlds,fitted"
    assert len(rows) == 1 + 2 * 2 * 3  # events, variants, values
    assert (folder / "fragility.png").stat().st_size > 0
    curves = json.loads(trustsim(*one, "--json").stdout)["fragility"]
    assert [(c["outcome"], c["variant"]) for c in curves] == [
        ("run_probability", "nothing"), ("run_probability", "gate"),
        ("failure_probability", "nothing"), ("failure_probability", "gate"),
    ]  # fmt: skip
    assert json.loads(trustsim(*SWEEP, "--out", "two", "--json").stdout)["fragility"] == []
    assert not (tmp_path / "two/fragility.csv").exists()
