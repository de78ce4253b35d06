"""What a run store holds comes out of it as plain data: runs, blocks of them, counts."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.experiment.shards import Place
from trustsim.measures.runs import LiquidityRun

Addresses = Mapping[str, str]  # by variant


@dataclass(frozen=True)
class Stored:
    """The runs of one variant: replications int64 (n,) ascending; outcomes by name float64 (n,); what else is known.

    ``episodes``: of each, its runs on platforms as :func:`plain` makes them; ``places`` of the series; ``series`` their
    names and ``shape`` (steps + 1, platforms + 1).
    """

    replications: NDArray[np.int64]
    outcomes: dict[str, NDArray[np.float64]]
    episodes: tuple[tuple[tuple[Any, ...], ...], ...]
    places: tuple[Place, ...]
    series: tuple[str, ...] = ()
    shape: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Block:
    """A block of runs: its shard (None where no series were kept), and what its outcomes and series are called."""

    shard: str | None
    sha256: str
    about: str
    mark: bytes


class Kept(NamedTuple):
    """One run as the index holds it."""

    replication: int
    block: int
    row: int
    outcomes: bytes
    episodes: str


@dataclass(frozen=True)
class Lying:
    """One run as it lies in the index: its outcomes (8 bytes each) and their names, its episodes, its series."""

    values: bytes
    episodes: str
    place: Place
    outcomes: Sequence[str]
    series: Sequence[str]
    shape: tuple[int, int]


@dataclass(frozen=True)
class Count:
    """What a store holds of a study: runs (one replication of one variant) done and failed, seconds for each so far.

    ``failures``: replication and one line for each pass that failed.
    """

    done: int
    failed: int
    seconds_a_run: float
    failures: tuple[tuple[int, str], ...] = ()


def plain(runs: Iterable[LiquidityRun], platforms: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return the runs on platforms of one run as they are kept: a platform by its number, for no name is in an
    address."""
    return [
        (platforms.index(r.platform), r.onset, r.peak, r.end, r.trigger, r.withdrawn, r.speed, r.acted_on) for r in runs
    ]


def named(
    rows: Iterable[tuple[Any, ...]], replication: int, variant: str, platforms: Sequence[str]
) -> list[LiquidityRun]:
    """Return what :func:`plain` made of the runs on platforms as they were, by onset, then platform."""
    in_order = sorted((onset, platform, *rest) for platform, onset, *rest in rows)
    return [LiquidityRun(replication, variant, platforms[p], onset, *rest) for onset, p, *rest in in_order]


def columns_of(names: Sequence[tuple[str, ...]], rows: Sequence[bytes]) -> dict[str, NDArray[np.float64]]:
    """Return float64 (rows,) by every name that a row has; NaN in rows that lack it, for there it does not apply."""
    columns = {name: np.full(len(rows), np.nan) for name in dict.fromkeys(itertools.chain(*dict.fromkeys(names)))}
    for block in dict.fromkeys(names):
        where = [k for k, own in enumerate(names) if own == block]
        values = np.frombuffer(b"".join(rows[k] for k in where), np.float64).reshape(len(where), -1)
        for name, column in zip(block, values.T, strict=True):
            columns[name][where] = column
    return columns
