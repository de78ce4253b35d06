"""Whether a study fits: the memory that is free, the time that somebody is ready to wait.

What cannot fit is not begun; what takes long is begun where nobody says otherwise.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from trustsim import arguments, units
from trustsim.errors import Problem, ScenarioError, TrustsimError, UnitError, one_of
from trustsim.experiment.estimate import DOUBT, Estimate
from trustsim.scenario.where import place_of

MEMORY, LONGEST = "TRUSTSIM_MEMORY", "TRUSTSIM_LONGEST"  # variables of the environment that set the limits
LONG = 3600.0  # seconds beyond which somebody is asked
_BYTES = {"": 1, "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_SHORT = {"k": "kB", "K": "kB", "M": "MB", "G": "GB", "T": "TB", "KB": "kB"}
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*")
_TIMES = (("s", 1.0), ("min", 60.0), ("h", 3600.0), ("days", 86400.0), ("years", 365 * 86400.0))
_CGROUPS, _MINE = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
_FREE = Path("/proc/meminfo")


@dataclass(frozen=True)
class Room:
    """What a study may take.

    Parameters
    ----------
    memory : bytes, or text such as ``'8 GB'``; by default ``TRUSTSIM_MEMORY``, or what is free.
    longest : seconds, or text such as ``'8 h'``: what would take longer is not begun; by default ``TRUSTSIM_LONGEST``,
        or no limit.
    ask : called with a line where a study would take more than an hour and no limit is set; where it returns False the
        study is not begun.
    """

    memory: int | float | str | None = None
    longest: float | str | None = None
    ask: Callable[[str], bool] | None = None

    def fitted(self, needs: Estimate, *, may_shrink: bool = True) -> Estimate:
        """Return the same study with as many worlds in a batch as fit, and where not even one does, on as many of its
        workers as fit if it *may shrink*; at least one of each."""
        limit, _ = self._memory()
        batches = (needs.with_worlds(n) for n in range(needs.worlds, 1, -1))
        fits = next((each for each in batches if limit is None or each.memory_bytes <= limit), needs.with_worlds(1))
        return fits.with_workers(max(self.workers(fits), 1)) if may_shrink else fits

    def check_study(self, needs: Estimate, source: str = "", *, may_shrink: bool = True) -> None:
        """Raise ScenarioError where a study does not fit, with smaller batches neither, nor with fewer workers where it
        *may shrink*."""
        self.check_memory(self.fitted(needs, may_shrink=may_shrink), source)

    def check_memory(self, needs: Estimate, source: str = "") -> None:
        """Raise ScenarioError, with the key that makes the study large, where it does not fit."""
        limit, whose = self._memory()
        if limit is None or needs.memory_bytes <= limit:
            return
        of = f" ({needs.workers} processes of {size(needs.worker_bytes)})" if needs.workers > 1 else ""
        given = f"a study that needs about {size(needs.memory_bytes)} of memory{of}"
        allowed = f"at most {size(limit)}, {whose}"
        near = None
        if needs.workers > 1 and self.workers(needs) >= 1:
            near = f"--workers {self.workers(needs)}"
        raise ScenarioError([Problem(place_of(source, needs.largest), given, allowed, near)])

    def workers(self, needs: Estimate) -> int:
        """Return how many of the workers fit; 0 where not even one does."""
        limit, _ = self._memory()
        if limit is None or needs.memory_bytes <= limit:
            return needs.workers
        for n in range(needs.workers - 1, 0, -1):
            if needs.with_workers(n).memory_bytes <= limit:
                return n
        return 0

    def check_time(self, needs: Estimate, left: Callable[[], float] = lambda: 1.0) -> None:
        """Raise TrustsimError where a study takes too long, or where somebody says no; ``left()``: the share to run."""
        longest = self.longest if self.longest is not None else os.environ.get(LONGEST) or None
        limit = LONG if longest is None else seconds_of(longest)
        if needs.seconds <= limit or (longest is None and self.ask is None):
            return
        seconds = needs.seconds * left()
        if longest is not None:
            if seconds > limit:
                raise TrustsimError(
                    f"longest: given a study that takes {duration(seconds)}; allowed: at most {duration(limit)}. "
                    f"--longest or {LONGEST} sets another limit"
                )
        elif seconds > LONG and self.ask is not None:
            line = f"this study takes {duration(seconds)} ({duration(seconds / DOUBT)} to {duration(seconds * DOUBT)})"
            if not self.ask(line):
                raise TrustsimError("the study was not begun")

    def _memory(self) -> tuple[int | None, str]:
        """Return the limit in bytes, None where none is known, and whose it is."""
        given = self.memory if self.memory is not None else os.environ.get(MEMORY) or None
        other = f"--memory or {MEMORY} sets another limit"
        if given is not None:
            return bytes_of(given), f"the limit that was set; {other}"
        return free_memory(), f"what is free here; {other}"


FREE = Room()  # what is free, or what the environment says


def in_words(needs: Estimate) -> tuple[str, str]:
    """Return two lines: what a study is made of, and about what it needs."""
    worlds = f"{plural(needs.replications, 'world')} of {plural(needs.steps, 'step')}"
    people = "people" if needs.people != 1 else "person"
    made_of = (
        f"{needs.people:,} {people} with {plural(needs.links, 'link')} on {plural(needs.platforms, 'platform')}; "
        f"{plural(needs.variants, 'variant')}" + (f" at {plural(needs.points, 'point')}" if needs.points > 1 else "")
    )
    cores = "one core" if needs.workers == 1 else f"{needs.workers} cores"
    takes = (
        f"about {duration(needs.seconds)} on {cores} (within a factor of {DOUBT}), "
        f"{size(needs.memory_bytes)} of memory, {size(needs.disk_bytes)} on disk"
    )
    return f"{made_of} in {worlds}", takes


def plural(n: int, word: str) -> str:
    """Return ``1 world``, ``2,000 worlds``."""
    return f"{n:,} {word}{'' if n == 1 else 's'}"


def bytes_of(given: int | float | str) -> int:
    """Return a size in bytes: a number, or text such as ``'8 GB'``; raises TrustsimError."""
    match = _SIZE.fullmatch(f"{given:.0f}" if isinstance(given, float) else str(given))
    unit = None if match is None else _SHORT.get(match[2], match[2])
    n = 0.0 if match is None or unit not in _BYTES else float(match[1]) * _BYTES[unit]
    if not 0 < n < math.inf:
        allowed = f"a size such as 8 GB, in {one_of(filter(None, _BYTES))}"
        raise TrustsimError(f"memory: given {arguments.shown(given)}; allowed: {allowed}")
    return int(n)


def seconds_of(given: float | str) -> float:
    """Return a time in seconds: a number, or text such as ``'8 h'``; raises TrustsimError."""
    if not isinstance(given, str):
        return arguments.seconds("longest", given)
    try:
        return arguments.seconds("longest", float(str(units.parse(given, "duration"))) * 86400)
    except UnitError as error:
        raise TrustsimError(f"longest: given {error.given}; allowed: a time such as 8 h") from error


def size(n: float) -> str:
    """Write bytes for people: ``1.2 GB``."""
    unit = next((u for u in ("TB", "GB", "MB", "kB") if n >= _BYTES[u]), "B")
    return f"{n / _BYTES[unit]:.3g} {unit}" if n < 10**15 else f"{n / 10**12:,.0f} TB"


def duration(seconds: float) -> str:
    """Write seconds for people: ``40 s``, ``3 min``, ``2.5 h``, ``4 days``."""
    name, length = next(((n, s) for n, s in reversed(_TIMES) if seconds >= 1.5 * s), _TIMES[0])
    n = seconds / length
    return f"{n:,.0f} {name}" if n >= 10 or name == "s" else f"{n:.2g} {name}"


def free_memory() -> int | None:
    """Return the bytes that this process and its workers can still take, or None where the system does not say.

    That is what the machine has left, or what the limit of a container or a job (cgroup) leaves, whichever is less.
    """
    return min([*_of_the_machine(), *_of_the_job()], default=None)


def _of_the_machine() -> Iterator[int]:
    try:
        lines = dict(line.split(":", 1) for line in _FREE.read_text("ascii").splitlines() if ":" in line)
        yield int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError, IndexError):
        try:
            yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (AttributeError, OSError, ValueError):
            return


def _of_the_job() -> Iterator[int]:
    """Yield what each limit above this process leaves; memory that only holds copies of files counts as free."""
    try:
        groups = [line.split(":", 2) for line in _MINE.read_text("utf-8").splitlines()]
    except OSError:
        return
    for _, controllers, path in (group for group in groups if len(group) == 3):
        if controllers == "":
            top, names = _CGROUPS, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            top = _CGROUPS / "memory"
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        here = top / path.lstrip("/")
        for folder in [here, *here.parents]:
            if folder.is_relative_to(top):
                yield from _left_by(folder, *names)


def _left_by(folder: Path, limit: str, used: str, copies: str) -> Iterator[int]:
    try:
        most, taken = int((folder / limit).read_text("ascii")), int((folder / used).read_text("ascii"))
        about = [line.split() for line in (folder / "memory.stat").read_text("ascii").splitlines()]
        yield max(most - taken + sum(int(line[1]) for line in about if line[:1] == [copies]), 0)
    except (OSError, ValueError):  # no limit is set ('max'), or there is no such group
        return
