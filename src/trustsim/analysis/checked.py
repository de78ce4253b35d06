"""What scenario files that say what they must show (``expect``) turned out to show."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trustsim.analysis.evidence import Finding
from trustsim.experiment.study import Study
from trustsim.later import later
from trustsim.scenario.expected import Expectation
from trustsim.units import name_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")


@dataclass(frozen=True)
class Checked:
    """One scenario file, its runs, and what was found of each of its expectations; ``asked``: for how many worlds."""

    file: str
    study: Study
    findings: tuple[Finding, ...]
    asked: int = 0

    def to_json(self) -> list[dict[str, Any]]:
        """Return as plain data, an entry an expectation: as it is written, what it comes to, and what was observed."""
        return [self._entry(k, found) for k, found in enumerate(self.findings)]

    def _entry(self, k: int, found: Finding) -> dict[str, Any]:
        e, currency = found.expectation, self.study.scenario.currency
        return {
            "file": self.file,
            "id": e.id,
            "entry": self.study.scenario.document.get("expect", {k: {}})[k],
            "statistic": e.statistic,
            "expected": {**_bounds(e), "unit": name_of(found.unit, currency)},
            "observed": {
                "value": _plain(found.observed.mean),
                "low": _plain(found.observed.low),
                "high": _plain(found.observed.high),
                "unit": name_of(found.observed_unit, currency),
                "worlds": found.observed.n,
                "paired": found.is_paired,
            },
            "worlds_asked": self.asked,
            "worlds_needed": found.worlds_needed,
            "verdict": found.verdict,
            "source": e.source,
            "note": e.note,
        }


def _bounds(e: Expectation) -> dict[str, Any]:
    """Return the test of an expectation: bounds, None where there is none, and of how many worlds it is asked."""
    is_order = bool(e.order)
    return {
        "low": 0.0 if is_order else _plain(e.low),
        "low_is_open": is_order or e.is_open[0],
        "high": None if is_order else _plain(e.high),
        "high_is_open": e.is_open[1],
        "equals": e.equals,
        "order": list(e.order),
        "humps": e.humps or None,
        "quantile": e.quantile,
        "worlds": "all" if e.exact else list(e.worlds) if isinstance(e.worlds, tuple) else e.worlds,
    }


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None


@dataclass(frozen=True)
class Evidence:
    """What some scenario files show. ``is_met``: every expectation passes."""

    checked: tuple[Checked, ...]

    @property
    def is_met(self) -> bool:
        """Whether every expectation passes."""
        return all(found.verdict == "pass" for each in self.checked for found in each.findings)

    def to_json(self) -> list[dict[str, Any]]:
        """Return an entry an expectation, plain data: see ``docs/formats.md``."""
        return [row for each in self.checked for row in each.to_json()]

    def to_frame(self) -> pd.DataFrame:
        """Return one row an expectation, with the columns of :meth:`to_json`; ``entry`` is what the file says.

        Bounds are in the unit ``unit``, what was observed in ``observed_unit``: the currency, ``days``, ``share``, ….
        """
        return pd.DataFrame([_flat(row) for row in self.to_json()])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Return an entry as one row of a table; what is None there is NaN."""
    expected, seen = dict(row["expected"]), dict(row["observed"])
    between = {"equals", "low", "high"}
    bounds = {key: math.nan if value is None and key in between else value for key, value in expected.items()}
    ends = {f"observed_{key}": math.nan if seen[key] is None else seen[key] for key in ("low", "high")}
    return {
        **{key: row[key] for key in ("file", "id", "entry", "statistic")},
        **{"worlds_in" if key == "worlds" else key: value for key, value in bounds.items()},
        "observed": math.nan if seen["value"] is None else seen["value"],
        **ends,
        "observed_unit": seen["unit"],
        "n": seen["worlds"],
        "paired": seen["paired"],
        **{key: row[key] for key in ("worlds_asked", "worlds_needed", "verdict", "source", "note")},
    }
