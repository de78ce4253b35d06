"""What scenario files that say what they must show (``expect``) turned out to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from trustsim.analysis.evidence import Finding
from trustsim.experiment.study import Study
from trustsim.units import name_of


@dataclass(frozen=True)
class Checked:
    """One scenario file, its runs, and what was found of each of its expectations."""

    file: str
    study: Study
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Evidence:
    """What some scenario files show. ``is_met``: every expectation passes."""

    checked: tuple[Checked, ...]

    @property
    def is_met(self) -> bool:
        """Whether every expectation passes."""
        return all(found.verdict == "pass" for each in self.checked for found in each.findings)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an expectation; ``unit`` names that of its numbers: the currency, ``days``, ``share``, ..."""
        return pd.DataFrame([_row(each, found) for each in self.checked for found in each.findings])


def _row(checked: Checked, found: Finding) -> dict[str, Any]:
    e = found.expectation
    return {
        "file": checked.file, "id": e.id, "what": e.what, "name": e.name, "variant": e.variant, "against": e.against,
        "unit": name_of(found.unit, checked.study.scenario.currency), "equals": e.equals, "low": e.low, "high": e.high,
        "observed": found.observed.mean, "observed_low": found.observed.low,
        "observed_high": found.observed.high, "n": found.observed.n, "verdict": found.verdict, "source": e.source,
    }  # fmt: skip
