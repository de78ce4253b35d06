"""What the server does not do, said so that a person can mend it."""

from __future__ import annotations

from typing import Any

from trustsim.errors import Problem, TrustsimError


class Refused(TrustsimError):
    """A request that is refused with an HTTP status; what was given and what is allowed go to the page."""

    def __init__(self, status: int, given: str, allowed: str, problems: tuple[Problem, ...] = ()) -> None:
        self.status, self.given, self.allowed, self.problems = status, given, allowed, problems
        super().__init__(f"given {given}; allowed: {allowed}")

    def to_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {"error": {"text": str(self), "given": self.given, "allowed": self.allowed}}
