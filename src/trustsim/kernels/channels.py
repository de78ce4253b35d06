"""What makes people leave, and which of it each part of a decision counts to."""

from __future__ import annotations

from enum import auto
from functools import cache
from typing import get_type_hints

from trustsim.kernels.named import Rows


class Channels(Rows):
    """What makes people leave, for attribution."""

    FUNDAMENTALS = auto()
    NEWS = auto()
    HERDING = auto()
    FEAR = auto()
    FIRST_MOVE = auto()
    ORDINARY = auto()


@cache
def channels_of(parts: type) -> tuple[Channels | None, ...]:
    """Return what each part counts to, in order: *parts* is a named tuple of ``Annotated[float, channel]``.

    None: who adds to the part says what it counts to. Raises AttributeError where a part has no channel.
    """
    return tuple(hint.__metadata__[0] for hint in get_type_hints(parts, include_extras=True).values())
