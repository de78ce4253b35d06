"""A process beside the server for what takes long (reading runs, drawing, a world), so that the page never waits."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from typing import Any

from loky import ProcessPoolExecutor

from trustsim.experiment.pool import Pool, ignore_interrupts

_IDLE_SECONDS = 600


class OneProcess:
    """A process that does one task after the other, shared by all threads; where it died the next task gets another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executor: Any = None

    def submit(self, task: Callable[..., Any], *of: Any) -> Future[Any]:
        """Hand a task over and return what comes of it."""
        with self._lock:
            try:
                begun: Future[Any] = self._started().submit(task, *of)
            except BrokenExecutor:
                self._executor = None
                begun = self._started().submit(task, *of)
            return begun

    def _started(self) -> Any:
        if self._executor is None:
            self._executor = ProcessPoolExecutor(1, timeout=_IDLE_SECONDS, initializer=ignore_interrupts)
        return self._executor

    def close(self) -> None:
        """End it with what it is doing; a task that is handed over later starts it again."""
        with self._lock:
            if self._executor is not None:
                self._executor.shutdown(kill_workers=True)
            self._executor = None


PROCESS = OneProcess()


@dataclass(frozen=True)
class _Entry:
    """What was asked for last under a name: the state of things it was asked in, and what comes of it."""

    stamp: Hashable
    task: Future[Any]
    before: Any  # the last that came of it, before this


@dataclass
class Beside:
    """Tasks that another process does one after the other, each done once for a stamp; the last ones are remembered.

    Attributes
    ----------
    most : how many.
    pool : where they are done; one process for all that this process asks of it.
    """

    most: int
    pool: Pool = field(default_factory=lambda: Pool(PROCESS.submit, 1))
    _entries: OrderedDict[Hashable, _Entry] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(
        self,
        what: Hashable,
        stamp: Hashable,
        task: Callable[..., Any],
        *of: Any,
        joins: bool = False,
        again: bool = False,
    ) -> Future[Any]:
        """Return what comes of a task, begun unless it was for this stamp.

        With ``joins`` one that is still being done for an older stamp serves too, so that none pile up; with ``again``
        the one that was begun last serves, also where it failed.
        """
        with self._lock:
            found = self._entries.get(what)
            if found is None or not (again or _serves(found, stamp, joins)):
                found = _Entry(stamp, self.pool.submit(task, *of), _value(found))
                self._entries[what] = found
            self._entries.move_to_end(what)
            while len(self._entries) > self.most:
                self._entries.popitem(last=False)
            return found.task

    def is_done(self, what: Hashable, stamp: Hashable) -> bool:
        """Whether a task was done for this stamp."""
        found = self._entries.get(what)
        return found is not None and found.stamp == stamp and found.task.done()

    def last(self, what: Hashable) -> Any:
        """Return the last that came of a task, without waiting; None before there is anything."""
        return _value(self._entries.get(what))

    def forget(self, *start: Hashable) -> None:
        """Forget all names that begin so."""
        with self._lock:
            for what in [each for each in self._entries if isinstance(each, tuple) and each[: len(start)] == start]:
                del self._entries[what]


def _serves(entry: _Entry, stamp: Hashable, joins: bool) -> bool:
    is_for_now = entry.stamp == stamp and not _failed(entry.task)
    return is_for_now or (joins and not entry.task.done())


def _failed(task: Future[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _value(entry: _Entry | None) -> Any:
    if entry is None:
        return None
    return entry.task.result() if entry.task.done() and not _failed(entry.task) else entry.before
