"""What is hidden, who found it, and when: what those who hide, those who look and those who tell share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import Books
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: who finds what is hidden, by the number that is kept; the last two: who winds the platform up, and who hid it
WATCHERS = ("nobody", "press", "live", "records", "reports", "unpaid", "audit", "regulator", "liquidator", "own")
DAYS = ("event", "discovery", "notice", "containment")

NOTED = memory("noted", text="float64 (lanes, 4, platforms): DAYS of what was hidden first, NaN where not yet")
FOUND_BY = memory("found_by", text="int64 (lanes, platforms): who found it, a place in WATCHERS")
FOUND_AT = memory("found_at", text="float64 (lanes, platforms): when what is hidden now was found, else infinite")
PRIVATE = memory("private", text="bool (lanes, platforms): who found it told the platform, not the public")
DUE = memory("due", text="bool (lanes, platforms): where clients are to be told")
SLOWED = memory("slowed", text="float64 (lanes, platforms): factor on the days until it is found")
SAID = memory("said", text="float64 (lanes, platforms): by how much the yield that is said exceeds the true one")


class Hidden:
    """What platforms hide today: arrays (lanes, platforms) that last over the run, to read and to write to."""

    def __init__(self, day: Day) -> None:
        self.day = day
        lanes, platforms = shape = day.state.books.shape[1:]
        self.noted: Floats = day.keep(NOTED, lambda: np.full((lanes, len(DAYS), platforms), np.nan))
        self.found_by: NDArray[np.int64] = day.keep(FOUND_BY, lambda: np.zeros(shape, np.int64))
        self.found_at: Floats = day.keep(FOUND_AT, lambda: np.full(shape, np.inf))
        self.is_private: Mask = day.keep(PRIVATE, lambda: np.zeros(shape, np.bool_))
        self.is_due: Mask = day.keep(DUE, lambda: np.zeros(shape, np.bool_))
        self.slowed: Floats = day.keep(SLOWED, lambda: np.ones(shape))
        self.said: Floats = day.keep(SAID, lambda: np.zeros(shape))

    def find(self, platform: int, where: Mask, watcher: str, *, tells: bool = True) -> None:
        """Note that a watcher finds what *platform* hides, in the lanes *where*.

        Who comes second finds nothing more; what one told the platform alone, another may make public (``tells``).
        """
        if not where.any():
            return
        first = where & np.isinf(self.found_at[:, platform])
        self.found_at[first, platform] = self.day.time
        self.is_private[where & tells, platform] = False
        self.is_private[first, platform] = not tells
        self._note(platform, first, watcher, np.zeros(len(where)))

    def has_begun(self) -> Mask:
        """Return where something has been hidden, bool (lanes, platforms)."""
        return np.asarray(~np.isnan(self.noted[:, DAYS.index("event")]))

    def is_going_on(self) -> Mask:
        """Return where something that was hidden is not over, as far as is noted, bool (lanes, platforms)."""
        return np.asarray(self.has_begun() & np.isnan(self.noted[:, DAYS.index("containment")]))

    def begin(self, platform: int, where: Mask) -> None:
        """Note that *platform* begins to hide something in the lanes *where*."""
        if where.any():
            event = self.noted[:, DAYS.index("event"), platform]
            event[where & np.isnan(event)] = self.day.time

    def go_on(self, where: Mask) -> None:
        """Note that it is not over where something is hidden, bool (lanes, platforms)."""
        self.noted[:, DAYS.index("containment")][where] = np.nan

    def let_out(self, platform: int, where: Mask, ago: Floats) -> None:
        """Note that it is told in the lanes *where*; who hid it had known *ago* days, float64 (lanes,), if nobody
        else found it."""
        where = where & self.has_begun()[:, platform]
        if not where.any():
            return
        self._note(platform, where & np.isinf(self.found_at[:, platform]), "own", ago)
        notice, containment = self.noted[:, 2, platform], self.noted[:, 3, platform]
        notice[where & np.isnan(notice)] = self.day.time
        containment[where] = self.day.time

    def _note(self, platform: int, where: Mask, watcher: str, ago: Floats) -> None:
        discovery = self.noted[:, 1, platform]
        new = where & np.isnan(discovery)
        self.found_by[new, platform] = WATCHERS.index(watcher)
        discovery[new] = (self.day.time - ago)[new]

    def waited(self, platform: int) -> Floats:
        """Return for how many days it has been known and not told, float64 (lanes,); 0 where it is not known."""
        found = self.found_at[:, platform]
        return np.where(np.isinf(found), 0.0, self.day.time - np.where(np.isinf(found), 0.0, found))


def missing(day: Day, platform: int | slice = slice(None)) -> Floats:
    """Return by how much the books exceed the truth / claims, float64 (lanes, platforms); of one platform (lanes,)."""
    hidden, claims = (day.state.books[row, :, platform] for row in (Books.MISREPORTED, Books.CLAIMS))
    return np.asarray(np.maximum(hidden, 0) / np.maximum(claims, 1))
