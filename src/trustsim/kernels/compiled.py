"""The one decorator of the compiled room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numba

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile *function* on first use, strict IEEE, without the GIL, cached on disk between processes.

    Under ``NUMBA_DISABLE_JIT=1`` the function is returned as it is.
    """
    decorated: F = numba.njit(cache=True, error_model="numpy", nogil=True)(function)
    return decorated


def inlined(function: F) -> F:
    """As :func:`compiled`, for small helpers that must vanish into their callers."""
    decorated: F = numba.njit(cache=True, error_model="numpy", nogil=True, inline="always")(function)
    return decorated
