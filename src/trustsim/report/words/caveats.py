"""What must be said beside what a variant changes: that it moves a loss, hides harm, is no remedy, or works in calm."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import Comparison
from trustsim.report.words import calm_times, holding, members, standing
from trustsim.report.words.fact import Fact


def facts(c: Comparison) -> list[Fact]:
    """Return all of it, as far as a comparison has any."""
    moved = _fact("Is it saved, or moved?", standing.shifts(c))
    unknown = _fact("What is not known?", standing.unmeasured(c))
    return [*moved, *unknown, *elsewhere(c), *_fact("Is it the crisis that it changes?", calm_times.told(c))]


def below(result: Compared) -> list[str]:
    """Say below the table how far the answer is one of what is assumed: behaviour, and everything else."""
    return [*filter(None, [members.fixed(result)]), *holding.lines(result)]


def elsewhere(c: Comparison) -> list[Fact]:
    """Say which variants are another world and no remedy."""
    return _fact("What is no remedy?", standing.other_worlds(c))


def _fact(asked: str, lines: Sequence[str]) -> list[Fact]:
    return [Fact(asked, f"{'; '.join(lines)}.")] if lines else []
