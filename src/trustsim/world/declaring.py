"""Where a declaration stands, so that a name that is declared twice is told from a file that is run again."""

from __future__ import annotations

import sys
import weakref
from dataclasses import dataclass
from types import CodeType

from trustsim.errors import ModelError


@dataclass(frozen=True)
class Spot:
    """One statement of a file as it is run: its module, its file, the code that runs and the place in it.

    A file that is imported again, or a cell that is run again, is other code.
    """

    module: str
    file: str
    code: weakref.ref[CodeType]
    at: int
    line: int

    def is_again(self, before: Spot) -> bool:
        """Whether this is another statement of the same run of a file as *before*."""
        return self.code() is before.code() and self.at != before.at


def spot(depth: int) -> Spot:
    """Return the spot of the caller *depth* calls up from who asks."""
    frame = sys._getframe(depth + 1)
    module = str(frame.f_globals.get("__name__", ""))
    file = str(frame.f_globals.get("__file__", module))
    return Spot(module, file, weakref.ref(frame.f_code), frame.f_lasti, frame.f_lineno)


def check_once(what: str, before: Spot | None, now: Spot, *, is_same: bool) -> None:
    """Raise ModelError with both places where *what* was declared elsewhere, or earlier in the same run of a file.

    The same file may be run again, as a notebook's cell is; what it says then counts. ``is_same``: it says the same as
    before, as a function that is called again does.
    """
    if before is None:
        return
    if before.module != now.module or now.is_again(before) or (now.code() is before.code() and not is_same):
        given = f"a name that is declared twice, before in {before.file}, line {before.line}"
        raise ModelError(f"{what} in {now.file}, line {now.line}: given {given}; allowed: another name")
