"""What the report reads from a result: names with their units and direction, and columns by name.

The one place of ``report/`` that knows how a study's arrays are laid out and where names get their meaning (the
registry); everything else asks here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import Comparison, Difference
from trustsim.analysis.intervals import Interval
from trustsim.analysis.ranking import ranking_keys
from trustsim.analysis.survival import survival as curve
from trustsim.errors import unknown
from trustsim.measures.runs import LiquidityRun
from trustsim.registry import REGISTRY
from trustsim.report.words import words
from trustsim.units import Unit

#: outcomes that the report speaks of by name
LOSS, FAILURE, LATE, UNHURT = "investor_loss", "failure_probability", "late_loss_ratio", "zero_loss_share"
SEGMENT = "loss_by_segment["
FILLED = "Filled: a clear difference. Hollow: the interval includes zero, or the difference is too small to matter."
MOST_ROWS = 24  # of a picture of the report: variants


@dataclass(frozen=True)
class Measure:
    """A series or an outcome as the report speaks of it."""

    name: str
    unit: Unit = "number"
    better: Literal["lower", "higher", ""] = ""
    text: str = ""
    is_difference: bool = False

    @property
    def label(self) -> str:
        return words.label(self.name)

    def as_difference(self) -> Measure:
        """Return the measure of a difference of two such values."""
        return replace(self, is_difference=True)

    def scale(self, currency: str, largest: float) -> tuple[float, str]:
        """Return (divisor, unit) for an axis that must show values up to *largest*."""
        divisor, unit = words.axis(self.unit, currency, largest)
        return divisor, "pp" if self.is_difference and self.unit == "share" else unit

    def axis(self, currency: str, largest: float) -> tuple[float, str]:
        """Return (divisor, axis label with its unit)."""
        divisor, unit = self.scale(currency, largest)
        name = f"difference in {self.label}" if self.is_difference else self.label
        return divisor, f"{name} ({unit})" if unit else name


def series(name: str) -> Measure:
    """Return the meaning of a series, from the registry where it is entered there."""
    entry = REGISTRY.group("series").get(name)
    return Measure(name) if entry is None else Measure(name, entry.unit, entry.better, entry.summary)


def outcome(result: Compared, name: str) -> Measure:
    """Return the meaning of an outcome of this result."""
    measures = result.comparison.measures
    found = measures[_known(name, tuple(measures), "outcome")]
    return Measure(name, found.unit, found.better, found.text)


def is_measured(result: Compared, name: str) -> bool:
    """Whether an outcome is there and applies to at least one run."""
    return name in result.study.outcomes and bool(np.isfinite(result.study.outcomes[name]).any())


def asked(result: Compared) -> list[str]:
    """Return the outcomes that pictures show: those that tables show, but for parts by group."""
    c = result.comparison
    shown = [name for name in c.asked if name == c.ranked_by or "[" not in name]
    return [name for name in shown if is_measured(result, name)]


def lead(result: Compared) -> list[str]:
    """Return the variants as they matter: the baseline, then the others, best first."""
    c = result.comparison
    return [c.baseline, *(name for name in c.ranking if name != c.baseline)]


def drawn(result: Compared, also: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the variants that a picture with a row each shows, in the order of the file: all, or those that lead.

    ``also`` : others that it cannot do without.
    """
    shown = {*lead(result)[:MOST_ROWS], *also}
    return tuple(name for name in result.comparison.variants if name in shown)


def not_drawn(result: Compared) -> str:
    """Say that a picture does not show every variant; '' where it does."""
    n = len(result.comparison.variants)
    if n <= MOST_ROWS:
        return ""
    return f"Drawn are the baseline and the first {MOST_ROWS - 1} in rank of {n} variants; the table holds all."


def is_compared(result: Compared, name: str) -> bool:
    """Whether any variant has a difference to the baseline in an outcome: some worlds where it applies to both."""
    return any(np.isfinite(found[name].mean) for found in result.comparison.differences.values())


def moves(result: Compared, name: str) -> bool:
    """Whether any variant differs from the baseline in an outcome, in any world."""
    return any(found[name].n > 0 and found[name].tie_share < 1 for found in result.comparison.differences.values())


def varies(result: Compared, name: str) -> bool:
    """Whether an outcome is not the same in every world under every variant."""
    found = np.concatenate([values(result, name, variant) for variant in result.study.variants])
    found = found[np.isfinite(found)]
    return bool(len(found)) and float(np.ptp(found)) > 0


def level(result: Compared, name: str, variant: str) -> Interval:
    """Return the mean of an outcome under one variant, with its 95 % interval."""
    return result.comparison.levels[variant][name]


def difference(result: Compared, name: str, variant: str) -> Difference:
    """Return the paired difference of a variant (not the baseline) to the baseline."""
    return result.comparison.differences[variant][name]


def versus(result: Compared, name: str, ours: str, theirs: str, worlds: np.ndarray | None = None) -> Interval:
    """Return the paired difference between any two variants, over the worlds where both are defined.

    ``worlds``: bool (replications,), to which worlds to keep; None takes them all.
    """
    pairs = np.column_stack((values(result, name, ours), values(result, name, theirs)))
    pairs = pairs if worlds is None else pairs[worlds]
    return result.comparison.measures[name].paired(*pairs.T)


def largest(result: Compared, name: str, platform: str | None = None) -> float:
    """Return the largest size of a series in any run of any variant: it fixes the unit of all its pictures."""
    found = result.study.series[name][..., _column(result, name, platform)]
    return float(np.max(np.abs(found), initial=0.0, where=np.isfinite(found)))


def stands_still(result: Compared, name: str) -> bool:
    """Whether a series of all platforms together is one number on every day, in every world of every variant."""
    found = result.study.series[name][..., _column(result, name, None)]
    found = found[np.isfinite(found)]
    return bool(len(found)) and float(np.ptp(found)) == 0


def _column(result: Compared, name: str, platform: str | None) -> int:
    if platform is None:
        return int(result.study.series[name].shape[3]) - 1
    names = tuple(str(p.name) for p in result.scenario.variants[0].world.platforms)
    return names.index(_known(platform, names, "platform"))


def paths(result: Compared, name: str, variant: str, platform: str | None = None) -> np.ndarray:
    """Return one series of one variant, float64 (replications, steps + 1); None takes all platforms together."""
    study = result.study
    found = study.series[_known(name, tuple(study.series), "series")]
    row = study.variants.index(_known(variant, study.variants, "variant"))
    return np.asarray(found[:, :, row, _column(result, name, platform)], dtype=np.float64)


def values(result: Compared, name: str, variant: str) -> np.ndarray:
    """Return one outcome of one variant as means count it, float64 (replications,); NaN where it does not apply."""
    study = result.study
    table = study.outcomes[_known(name, tuple(study.outcomes), "outcome")]
    table = result.comparison.measures[name].counted(table, result.scenario.horizon)
    return np.asarray(table[:, study.variants.index(_known(variant, study.variants, "variant"))], dtype=np.float64)


def happens(result: Compared, name: str) -> bool:
    """Whether an outcome is the time to an event, which happened in a run."""
    return result.comparison.measures[name].censored and is_measured(result, name)


def survival(result: Compared, name: str, variant: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the survival curve of the time to an event under one variant: days and shares, float64 (steps,) each.

    Raises TrustsimError for an outcome that is no time to an event.
    """
    measures = result.comparison.measures
    if not measures[_known(name, tuple(measures), "outcome")].censored:
        times = tuple(other for other, measure in measures.items() if measure.censored)
        raise unknown("outcome", name, times)
    column = result.study.variants.index(_known(variant, result.study.variants, "variant"))
    return curve(result.study.outcomes[name][:, column], result.scenario.horizon)


def runs(result: Compared, variant: str) -> list[LiquidityRun]:
    """Return the runs on platforms under one variant, by replication and onset."""
    return [run for run in result.study.runs if run.variant == _known(variant, result.study.variants, "variant")]


def same_everywhere(c: Comparison) -> str:
    """Say why a variant has no pairing gain; '' where each has one."""
    if c.n == 1:
        return f"pairing gain {words.NO_NUMBER}: one world has no variance, and no interval."
    found = [d[c.ranked_by] for d in c.differences.values() if c.ranked_by is not None]
    is_told = any(d.n > 0 and math.isnan(d.variance_reduction) for d in found)
    return f"pairing gain {words.NO_NUMBER}: the difference is the same in every world." if is_told else ""


def ties(c: Comparison) -> str:
    """Say how variants stand that are equal in what ranks them; '' where none are."""
    if c.ranked_by is None:
        return ""
    means = [0.0, *(d[c.ranked_by].mean for d in c.differences.values())]
    placed = [mean for mean in means if not math.isnan(mean)]
    if len(set(placed)) == len(placed):
        return ""
    then = [f"by {words.label(name)}" for name in ranking_keys(c.ranked_by, c.measures)[1:]]
    return f"equal in {words.label(c.ranked_by)}: {', then '.join([*then, 'as in the file'])}."


def _known(name: str, allowed: tuple[str, ...], noun: str) -> str:
    if name not in allowed:
        raise unknown(noun, name, allowed)
    return name
