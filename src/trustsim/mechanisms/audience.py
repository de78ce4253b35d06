"""Whom the messages of a shock or lever are for, and how much attention they draw."""

from __future__ import annotations

from typing import Any

from trustsim.names import EVERYONE
from trustsim.registry import choice, parameter


def audience() -> Any:
    """Declare whom its messages are for: everyone, the clients, or a segment. It hands ``self.to`` to its verbs."""
    return choice(
        EVERYONE, unit="name", refers="audience", source="assumed",
        text="whom it is told: everyone, the clients of the platform, or the name of a segment",
    )  # fmt: skip


def drawing() -> Any:
    """Declare by how much its message raises the rate at which those look who hear it, whatever it says (the mechanism
    ``publicity``)."""
    return parameter(
        0.0, unit="number", low=0, high=100, source="P-27",
        text="by how much it raises the rate at which those look at their account who hear it; 1 doubles it",
    )  # fmt: skip
