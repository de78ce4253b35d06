"""What the server does not do, said so that a person can mend it."""

from __future__ import annotations

import errno
import os
from typing import Any

from trustsim.errors import Problem, TrustsimError

FULL = "The disk is full: make room, then try again"
_FULL_DISK = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "database or disk is full")


def tells_of_full_disk(text: str) -> bool:
    """Whether an error says that there was no room, as the system or the index of runs words it."""
    return any(each in text for each in _FULL_DISK)


class Refused(TrustsimError):
    """A request that is refused with an HTTP status; what was given and what is allowed go to the page."""

    def __init__(self, status: int, given: str, allowed: str, problems: tuple[Problem, ...] = ()) -> None:
        self.status, self.given, self.allowed, self.problems = status, given, allowed, problems
        super().__init__(f"given {given}; allowed: {allowed}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Let it be sent from one process to another."""
        return type(self), (self.status, self.given, self.allowed, self.problems)

    def to_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {"error": {"text": str(self), "given": self.given, "allowed": self.allowed}}
