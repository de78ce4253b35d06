"""Series of runs: shards in a run store, each believed only where its hash agrees, read when asked for."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import TrustsimError
from trustsim.experiment.run import Run

PART = ".part"  # ends the name of a shard until the index names it
_OURS = re.compile(r"[0-9a-f]{32}\.npz(\.part)?")


class Damaged(TrustsimError):
    """What is kept is not what was written. Says which file, what is wrong with it, what is still good, what to do."""


class Place(NamedTuple):
    """Where the series of a run are: in which shard, None where they were not kept; its SHA-256; in which row."""

    shard: str | None
    sha256: str
    row: int


def names_in(folder: Path) -> set[str]:
    """Return the names of the shards in a folder, as an index gives them; those of files that are not ours are left
    out."""
    return {path.name.removesuffix(PART) for path in folder.iterdir() if is_ours(path.name)}


def is_ours(name: str) -> bool:
    """Whether a file in a run store is called as shards are."""
    return _OURS.fullmatch(name) is not None


def file_of(folder: Path, shard: str) -> Path:
    """Return where a shard is: the index may name it a moment before it has its name."""
    whole = folder / shard
    beside = folder / (shard + PART)
    return beside if not whole.exists() and beside.exists() else whole


def packed(runs: Sequence[Run]) -> bytes:
    """Return the bytes of a shard: each series float32 (rows, steps + 1, platforms + 1), a row for every variant of
    every run."""
    members: dict[str, Any] = {
        name: np.concatenate([run.series[name].swapaxes(0, 1) for run in runs]) for name in runs[0].series
    }
    stream = io.BytesIO()
    np.savez(stream, **members)
    return stream.getvalue()


def trouble_of(folder: Path, shard: str, sha256: str) -> str | None:
    """Say what is wrong with a shard, None where it is as it was written."""
    try:
        with file_of(folder, shard).open("rb") as stream:
            is_whole = hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    except FileNotFoundError:
        return "a shard that is gone"
    except OSError as e:
        return f"a shard that cannot be read ({e.strerror or e})"
    return None if is_whole else "a shard that was changed or was cut short"


class Series(Mapping[str, NDArray[np.float32]]):
    """The series of a study by name, float32 (n, steps + 1, variants, platforms + 1), read from shards when asked for.

    Parameters
    ----------
    folder : of the store.
    shape : (steps + 1, platforms + 1).
    places : by variant, then replication.
    keeps : whatever must live as long as this does.
    """

    def __init__(
        self,
        folder: Path,
        names: Sequence[str],
        shape: tuple[int, int],
        places: Sequence[Sequence[Place]],
        keeps: object = None,
    ) -> None:
        self._folder, self._names, self._days, self._places, self._keeps = folder, tuple(names), shape, places, keeps
        self._shape = (len(places[0]) if places else 0, shape[0], len(places), shape[1])
        self._by_shard: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        for v, column in enumerate(places):
            for n, place in enumerate(column):
                assert place.shard is not None
                self._by_shard.setdefault((place.shard, place.sha256), []).append((n, v, place.row))
        self._believed: set[str] = set()
        self._last: tuple[str, NDArray[np.float32]] | None = None

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Read one series. Raises Damaged for a shard that is gone, was cut short or was changed."""
        if name not in self._names:
            raise KeyError(name)
        if self._last is None or self._last[0] != name:
            whole = np.zeros(self._shape, np.float32)
            for (shard, sha256), where in self._by_shard.items():
                n, v, row = np.array(where).T
                whole[n, :, v] = self._member(shard, sha256, name)[row]
            whole.flags.writeable = False
            self._last = (name, whole)
        return self._last[1]

    def _member(self, shard: str, sha256: str, name: str) -> NDArray[np.float32]:
        """Read a member of a shard, whose hash is checked before the first one is read."""
        if shard not in self._believed:
            trouble = trouble_of(self._folder, shard, sha256)
            if trouble is not None:
                raise _not_believed(self._folder / shard, trouble)
            self._believed.add(shard)
        try:
            with file_of(self._folder, shard).open("rb") as stream, np.load(stream) as arrays:
                member: NDArray[np.float32] = arrays[name]
                return member
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as e:
            raise _not_believed(self._folder / shard, "a shard that was changed or was cut short") from e

    def part(self, rows: slice) -> Series:
        """Return the series of some replications."""
        series = Series(self._folder, self._names, self._days, [column[rows] for column in self._places], self._keeps)
        series._believed = self._believed
        return series

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _not_believed(shard: Path, trouble: str) -> Damaged:
    return Damaged(
        f"{shard}: given {trouble}; allowed: the one that was written. "
        "Delete it, and the same command computes its runs again; all others are kept"
    )
