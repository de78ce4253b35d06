"""One line of the answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """What is asked and what is found."""

    asked: str
    found: str
