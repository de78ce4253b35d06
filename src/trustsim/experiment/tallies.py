"""Tallies say how many rows of each kind an index holds, and change together with the rows."""

from __future__ import annotations

import sqlite3

from trustsim.experiment.marks import EVERY, Tally


class Changed:
    """Tallies that change with what is written, all at once."""

    def __init__(self, tallies: dict[str, Tally]) -> None:
        self._before, self._now = tallies, dict[str, Tally]()

    def _of(self, name: str) -> Tally:
        return self._now.get(name) or self._before.get(name) or Tally()

    def n(self, name: str) -> int:
        return self._of(name).n

    def plus(self, name: str, mark: bytes) -> None:
        self._now[name] = self._of(name).plus(mark)

    def minus(self, name: str, mark: bytes) -> None:
        self._now[name] = self._of(name).minus(mark)

    def written(self, index: sqlite3.Connection) -> dict[str, Tally]:
        """Write what changed into the index and return all tallies as they are then."""
        every = self._before[EVERY]
        for name, tally in self._now.items():
            if name in self._before:
                every = every.minus(self._before[name].of(name))
            every = every.plus(tally.of(name))
        now = {**self._now, EVERY: every}
        rows = [(name, tally.n, tally.mark) for name, tally in now.items()]
        index.executemany("INSERT OR REPLACE INTO tally VALUES (?, ?, ?)", rows)
        return {**self._before, **now}
