"""Three small studies whose numbers are written down: a change that moves them changes results (promise 7).

The numbers hold to 1 %: another libm may move one investor's choice, a changed mechanism moves more. After a wanted
change run this file as a program and add a line under *Results* in the changelog.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import trustsim as ts
from trustsim.experiment.study import run_study

SCENARIOS = Path(__file__).parents[2] / "scenarios"
GOLDEN = Path(__file__).with_name("golden.json")
OUTCOMES = ("cumulative_outflow", "peak_outflow", "ran_share", "investor_loss", "trust_trough", "misperception")
STUDIES = ("quickstart.yaml", "cases/C1_custodian_bank.yaml", "history/false_rumour_sound_bank.yaml")


def measured(name: str) -> dict[str, list[float]]:
    """Return each outcome's mean over three replications, one number a variant."""
    study = run_study(ts.load(SCENARIOS / name), replications=3, workers=1)
    return {o: [round(float(x), 6) for x in study.outcomes[o].mean(axis=0)] for o in OUTCOMES}


@pytest.mark.parametrize("name", STUDIES)
def test_results_are_those_that_were_written_down(name: str) -> None:
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))[name]
    for outcome, values in measured(name).items():
        assert np.allclose(values, golden[outcome], rtol=0.01, atol=5e-4), outcome


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps({name: measured(name) for name in STUDIES}, indent=1) + "\n", encoding="utf-8")
