"""Whom the messages of a shock or lever are for."""

from __future__ import annotations

from typing import Any

from trustsim.names import EVERYONE
from trustsim.registry import parameter


def audience() -> Any:
    """Declare whom its messages are for: everyone, the clients, or a segment. It hands ``self.to`` to its verbs."""
    return parameter(
        EVERYONE, unit="name", refers="audience", source="assumed",
        text="whom it is told: everyone, the clients of the platform, or the name of a segment",
    )  # fmt: skip
