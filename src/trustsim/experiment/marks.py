"""Marks: the hashes by which a run store is believed, of every row and of how many rows there are.

A row's mark is the SHA-256 of all that the row says, and of the mark of the block that it belongs to: where its series
are, what its outcomes are called. A tally is how many rows there are under a name (those of one address, the blocks)
and the sum of their marks, bit by bit without carry, so that a row can be added and taken away. The tally of the
tallies says whether one of them is missing. So what was changed, swapped, moved to another place, added or taken away
is noticed when it is read; against somebody who writes the marks anew as well, nothing here helps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

EVERY = ""  # the name of the tally of all tallies
BLOCKS = "blocks"


def of_block(id: int, shard: str | None, sha256: str, seconds: float, about: str) -> bytes:
    """Return the mark of a block: 32 bytes."""
    return hashlib.sha256(repr((id, shard, sha256, seconds, about)).encode()).digest()


def of_run(block: bytes, address: str, replication: int, row: int, outcomes: bytes, episodes: str) -> bytes:
    """Return the mark of a run in the block with the mark *block*: 32 bytes."""
    return hashlib.sha256(
        b"%b %b %d %d %d %b %b"
        % (block, address.encode(), replication, row, len(outcomes), outcomes, episodes.encode())
    ).digest()


def of_failure(address: str, replication: int, record: str) -> bytes:
    """Return the mark of a failure: 32 bytes."""
    return hashlib.sha256(repr((address, replication, record)).encode()).digest()


@dataclass(frozen=True)
class Tally:
    """How many rows there are, and the sum of their marks, 256 bits."""

    n: int = 0
    total: int = 0

    def plus(self, mark: bytes) -> Tally:
        """Return the tally with one row more."""
        return Tally(self.n + 1, self.total ^ int.from_bytes(mark))

    def minus(self, mark: bytes) -> Tally:
        """Return the tally with one row less."""
        return Tally(self.n - 1, self.total ^ int.from_bytes(mark))

    @property
    def mark(self) -> bytes:
        """The sum as 32 bytes."""
        return self.total.to_bytes(32)

    def of(self, name: str) -> bytes:
        """Return the mark of this tally under its name."""
        return hashlib.sha256(repr((name, self.n, self.total)).encode()).digest()


def tally(marks: Iterable[bytes]) -> Tally:
    """Return the tally of rows with these marks."""
    n, total = 0, 0
    for mark in marks:
        n, total = n + 1, total ^ int.from_bytes(mark)
    return Tally(n, total)


def every(tallies: dict[str, Tally]) -> Tally:
    """Return the tally of all tallies but itself."""
    return tally(each.of(name) for name, each in tallies.items() if name != EVERY)


def runs_of(address: str) -> str:
    """Return the name of the tally of an address's runs."""
    return f"runs {address}"


def failures_of(address: str) -> str:
    """Return the name of the tally of an address's failures."""
    return f"failures {address}"
