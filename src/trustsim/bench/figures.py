"""A figure that was measured: its least, its spread, its ratio to the account pass, and whether its target is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Unit = Literal["s", "x", "bytes"]


@dataclass(frozen=True)
class Target:
    """How large a figure may be, or with ``at_least`` must be: itself, or its ratio to the account pass."""

    limit: float
    of_pass: bool = False
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:,.4g}{' ×' if self.of_pass else ''}"


@dataclass(frozen=True)
class Figure:
    """What was measured, in its turns.

    ``unit``: CPU seconds of one turn, a ratio of two figures, or bytes. ``n``: investors × days × variants of one turn;
    0 where the time is not in proportion to them. ``is_right``: the results are those that they must be.
    """

    name: str
    what: str
    turns: tuple[float, ...]
    unit: Unit = "s"
    n: int = 0
    target: Target | None = None
    is_right: bool = True

    @property
    def value(self) -> float:
        """The least of all turns: other programs share the machine."""
        return min(self.turns)

    @property
    def spread(self) -> float:
        """How far the longest turn is beyond the least, as a share of the least."""
        return max(self.turns) / self.value - 1 if self.value > 0 else 0.0

    def row(self, one_pass: Figure, plain: Figure) -> dict[str, Any]:
        """Return everything that is told of it, as plain data.

        ``ns`` per investor, day and variant. ``times_pass``, ``times_plain``: per investor, day and variant; without
        ``n`` the number of whole passes that take as long. None where it does not apply.
        """
        ns = self.value / self.n * 1e9 if self.unit == "s" and self.n else None
        by_pass, by_plain = (self._times(one_pass), self._times(plain)) if self.unit == "s" else (None, None)
        return {
            "name": self.name, "what": self.what, "value": self.value, "unit": self.unit, "turns": list(self.turns),
            "spread": self.spread, "n": self.n, "ns": ns, "times_pass": by_pass, "times_plain": by_plain,
            "target": str(self.target) if self.target else None, "met": self._is_met(by_pass),
        }  # fmt: skip

    def _times(self, other: Figure) -> float:
        return self.value / other.value * (other.n / self.n if self.n else 1)

    def _is_met(self, times_pass: float | None) -> bool | None:
        if self.target is None:
            return None
        found = times_pass if self.target.of_pass else self.value
        if found is None:
            return None
        limit = self.target.limit
        return self.is_right and (found >= limit if self.target.at_least else found <= limit)


def ratio(name: str, what: str, above: Figure, below: Figure, target: Target, *, is_right: bool = True) -> Figure:
    """Return the ratio of two figures, both per investor, day and variant where they have so many.

    Turn by turn the least of the other one stands against it, so that the spread is that of the first.
    """
    scale = below.n / above.n if above.n and below.n else 1
    return Figure(name, what, tuple(x / below.value * scale for x in above.turns), "x", 0, target, is_right)
