"""The one parameter that all levers share."""

from __future__ import annotations

from typing import Any

from trustsim.registry import parameter


def on_platform() -> Any:
    """Declare on which platform a lever works."""
    return parameter("*", unit="name", refers="platform", source="assumed", text="on which platform; '*': all")
