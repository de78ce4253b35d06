"""How a job stands is read from its folder: what is counted, what it said when it ended, what of it is damaged."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from trustsim.errors import TrustsimError
from trustsim.experiment import request as requests
from trustsim.experiment.folder import ABOUT
from trustsim.experiment.request import REQUEST, RUNS
from trustsim.experiment.store import INDEX, Count, Damaged, count, reading_of
from trustsim.scenario.tree import clean
from trustsim.web.cards import UNREADABLE, Card, read_json
from trustsim.web.refused import FULL, tells_of_full_disk

ENDED = "what is finished is kept, resume goes on"
_STARTED = "The process that ran it ended before it was done"
_LOG_TAIL = 4000
_MOST_REMEMBERED = 4096  # jobs whose damage is not looked for again as long as their index is the same


@dataclass(frozen=True)
class Status:
    """How a job stands: one of queued, running, done, failed, stopped; runs counted; what to tell."""

    name: str
    count: Count
    message: str | None = None
    seconds: float | None = None

    @property
    def key(self) -> tuple[str, int, int]:
        """What changes when there is something new to show."""
        return self.name, self.count.done, self.count.failed


def counted(place: Path, card: Card) -> Count:
    """Count the finished runs of a job, also while another process writes them."""
    try:
        return count(place / RUNS, requests.read(place).addresses or {}, card.total)
    except TrustsimError:  # nothing has been run yet
        return Count(0, 0, 0.0)


def damage_of(place: Path) -> str | None:
    """Say what of a job that is not under way is not as it was written; read again where its index changed."""
    return _damage_in(place, _stamp(place / RUNS / INDEX), _stamp(place / REQUEST))


@lru_cache(_MOST_REMEMBERED)
def _damage_in(place: Path, *stamps: tuple[int, int]) -> str | None:
    try:
        addresses = requests.read(place).addresses or {}
        with reading_of(place / RUNS) as records:
            records.check(addresses)
    except Damaged as error:
        return str(error).replace(f"{place}{os.sep}", "").replace(str(place), "the folder of the run")
    except TrustsimError:  # nothing has been run yet
        return None
    return None


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes with a file: when it was written, how large it is."""
    try:
        there = path.stat()
    except OSError:
        return 0, 0
    return there.st_mtime_ns, there.st_size


def about(place: Path) -> dict[str, Any] | None:
    """Return what a study says of itself when it ended; None where it did not, or what is there is of before."""
    try:
        content = read_json(place / ABOUT)
        is_old = (place / ABOUT).stat().st_mtime < (place / REQUEST).stat().st_mtime
        return None if is_old else {"interrupted": bool(content["interrupted"]), "seconds": float(content["seconds"])}
    except UNREADABLE:
        return None


def written_at(path: Path) -> float | None:
    """Return when a file was written, in seconds since the epoch; None where there is none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def last_words(path: Path) -> str | None:
    """Return the end of what a process said; None where none was started."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, os.path.getsize(path) - _LOG_TAIL))
            return stream.read(_LOG_TAIL).decode("utf-8", "replace").strip()
    except OSError:
        return None


def end_of(said: str | None, *, is_full: bool = False) -> tuple[str, str | None]:
    """Return the status and the message of a job that is not done, by what its process said last.

    Where the disk is full there may have been no room to say so.
    """
    if said is None:
        return "stopped", None
    if tells_of_full_disk(said) or (not said and is_full):
        return "failed", f"{FULL}. What is finished is kept."
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "")
    if last.startswith(("interrupted", "stopped by")) or "KeyboardInterrupt" in said:
        return "stopped", None
    if not last:
        return "stopped", f"{_STARTED} (was it killed?); {ENDED}."
    return "failed", f"{clean(last)}; {ENDED}."
