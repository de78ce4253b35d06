"""Variants that change who there is: each has the outcomes of its own world, and NaN where another's do not apply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import trustsim as ts
from trustsim import cli
from trustsim.ask.result import Result
from trustsim.catalog import REGISTRY
from trustsim.scenario.load import from_document
from trustsim.scenario.yaml_writer import write

HALVES = [{"name": "beginner", "share": 0.5}, {"name": "expert", "share": 0.5}]
DOCUMENT: dict[str, Any] = {
    "trustsim": 1, "horizon": 6, "network": {"kind": "none"}, "platforms": [{"name": "Harbour"}, {"name": "Quay"}],
    "investors": {"count": 40, "segments": [{"name": "novice", "share": 0.5}, {"name": "expert", "share": 0.5}]},
    "shocks": [{"kind": "custodian_theft", "platform": "Harbour", "day": 1, "share": 0.4}],
    "variants": {
        "nothing": [],
        "joined": [{"set": {"investors.segments": [{"name": "all", "share": 1}]}}],
        "renamed": [{"set": {"investors.segments": HALVES}}],
        "owing": [{"set": {"mechanisms.obligations": {}, "platforms.Harbour.owes": "Quay 10"}}],
        "talking": [{"set": {"mechanisms.opinion": {}}}],
    },
    "replications": 3,
    "outcomes": ["investor_loss", "loss_by_segment", "debts_paid"],
}  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Result:
    return ts.compare(from_document(DOCUMENT, REGISTRY), workers=1, progress=False)


def applies(made: Result, name: str) -> set[str]:
    """The variants under which an outcome has a value in every world; under the others it has one in none."""
    is_known = ~np.isnan(made.study.outcomes[name])
    assert (is_known.all(axis=0) | ~is_known.any(axis=0)).all()
    return {v for v, known in zip(made.study.variants, is_known.all(axis=0), strict=True) if known}


def test_an_outcome_applies_under_the_variants_that_have_what_it_measures(made: Result) -> None:
    usual = {"nothing", "owing", "talking"}
    assert applies(made, "loss_by_segment[novice]") == usual
    assert applies(made, "loss_by_segment[expert]") == usual | {"renamed"}
    assert applies(made, "loss_by_segment[beginner]") == {"renamed"}
    assert applies(made, "loss_by_segment[all]") == {"joined"}
    assert applies(made, "debts_paid[Harbour]") == {"owing"}
    assert applies(made, "opinion_clusters") == {"talking"}


def test_a_renamed_segment_loses_what_it_did_under_its_old_name(made: Result) -> None:
    losses = {name: made.study.outcomes[f"loss_by_segment[{name}]"] for name in ("novice", "beginner")}
    assert losses["novice"][:, 0].tolist() == losses["beginner"][:, 2].tolist()


def test_an_outcome_is_the_same_whatever_stands_beside(made: Result) -> None:
    for k, variant in enumerate(made.study.variants):
        alone = ts.run(made.scenario, variants=[variant], replications=1, workers=1, progress=None)
        for name, values in made.study.outcomes.items():
            ours = alone.outcomes[name][0, 0] if name in alone.outcomes else np.nan
            assert np.array_equal(ours, values[0, k], equal_nan=True), name


def test_what_does_not_apply_has_no_difference(made: Result) -> None:
    assert np.isnan(made.comparison.differences["renamed"]["loss_by_segment[novice]"].mean)
    assert made.comparison.differences["renamed"]["loss_by_segment[expert]"].n == 3


@pytest.mark.slow
def test_every_command_reads_a_study_of_variants_that_differ(tmp_path: Path) -> None:
    file, folder = tmp_path / "differ.yaml", str(tmp_path / "run")
    file.write_text(write(DOCUMENT), encoding="utf-8")
    for args in (
        ["compare", str(file), "--workers", "1", "--quiet", "--out", folder],
        ["repeat", folder, "1"],
        ["export", folder],
        ["verify", folder, "--sample", "2"],
    ):
        ended = CliRunner().invoke(cli.main, args)
        assert ended.exit_code == 0, ended.output
