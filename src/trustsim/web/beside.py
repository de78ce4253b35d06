"""What is made beside the server: once for a stamp, remembered, and given up where nobody asks for it any more."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

_MOST_BYTES = 128 * 2**20  # that are remembered
_SECONDS_IN_LINE, _SECONDS_AT_WORK = 10.0, 40.0  # without anybody asking; the latter only where others wait


class Does(Protocol):
    """Where tasks are done; see :class:`trustsim.web.lanes.Lane`."""

    is_warm: bool

    def submit(self, task: Callable[..., Any], *of: Any, is_urgent: bool = False) -> Future[Any]:
        """Hand a task over."""

    def is_crowded(self) -> bool:
        """Whether tasks wait."""

    def is_waiting(self, outcome: Future[Any]) -> bool:
        """Whether this one does."""

    def drop(self, outcome: Future[Any]) -> None:
        """Give a task up."""

    def close(self) -> None:
        """Give all up."""

    def kill(self) -> None:
        """End the processes without a word."""


@dataclass
class _Entry:
    """What was asked for last under a name: the state of things it was asked in, and what comes of it."""

    stamp: Hashable
    task: Future[Any]
    before: Any  # the last that came of it, before this
    asked_at: float

    @property
    def n_bytes(self) -> int:
        """The length of what is remembered here, where it is bytes."""
        return sum(len(each) for each in (_value(self), self.before) if isinstance(each, bytes))


@dataclass
class Beside:
    """Tasks of a lane, each done once for a stamp; the last ones are remembered.

    Attributes
    ----------
    most, most_bytes : how many, and how large all of them together. lane : where they are done.
    """

    most: int
    lane: Does
    clock: Callable[[], float] = time.monotonic
    most_bytes: int = _MOST_BYTES
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
        is_urgent: bool = False,
    ) -> Future[Any]:
        """Return what comes of a task, begun unless it was for this stamp.

        With ``joins`` one that is still being done for an older stamp serves too, so that none pile up; with ``again``
        the one that was begun last serves, also where it failed.
        """
        with self._lock:
            entry = self._entries.get(what)
            if entry is None or not (again or _serves(entry, stamp, joins)):
                begun = self.lane.submit(task, *of, is_urgent=is_urgent)
                entry = _Entry(stamp, begun, _value(entry), 0.0)
                self._entries[what] = entry
            entry.asked_at = self.clock()
            self._entries.move_to_end(what)
            self._let_go(entry)
            return entry.task

    def _let_go(self, newest: _Entry) -> None:
        """Forget what was asked for longest ago, where there is more than may be remembered."""
        n_bytes = sum(each.n_bytes for each in self._entries.values())
        for what, each in list(self._entries.items()):
            if len(self._entries) <= self.most and n_bytes <= self.most_bytes:
                break
            if each.task.done() and each is not newest:
                n_bytes -= each.n_bytes
                del self._entries[what]

    def is_done(self, what: Hashable, stamp: Hashable) -> bool:
        """Whether a task was done for this stamp."""
        entry = self._entries.get(what)
        return entry is not None and entry.stamp == stamp and entry.task.done()

    def last(self, what: Hashable) -> Any:
        """Return the last that came of a task, without waiting; None before there is anything."""
        return _value(self._entries.get(what))

    def forget(self, *start: Hashable) -> None:
        """Forget all names that begin so."""
        with self._lock:
            for what in [each for each in self._entries if isinstance(each, tuple) and each[: len(start)] == start]:
                del self._entries[what]

    def leave(self, what: Hashable) -> None:
        """Note that whoever asked last waits no longer; unless somebody else asks, it is given up at the next sweep."""
        entry = self._entries.get(what)
        if entry is not None:
            entry.asked_at = -math.inf

    def sweep(self) -> None:
        """Give up what nobody asked for in a while, so that it takes no place from others."""
        now = self.clock()
        with self._lock:
            idle = [(what, each, now - each.asked_at) for what, each in self._entries.items() if not each.task.done()]
        for what, each, seconds in idle:
            is_left = seconds > _SECONDS_AT_WORK and (self.lane.is_crowded() or math.isinf(seconds))
            if is_left or (seconds > _SECONDS_IN_LINE and self.lane.is_waiting(each.task)):
                with self._lock:
                    if self._entries.get(what) is each:
                        del self._entries[what]
                self.lane.drop(each.task)


def _serves(entry: _Entry, stamp: Hashable, joins: bool) -> bool:
    is_for_now = entry.stamp == stamp and not _failed(entry.task)
    return is_for_now or (joins and not entry.task.done())


def _failed(task: Future[Any]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _value(entry: _Entry | None) -> Any:
    if entry is None:
        return None
    return entry.task.result() if entry.task.done() and not _failed(entry.task) else entry.before
