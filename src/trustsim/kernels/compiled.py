"""The one decorator of the compiled room."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core.caching import FunctionCache

F = TypeVar("F", bound=Callable[..., object])

#: compiled code holds the constants and the helpers of the whole room, so it is stale when any of its files changes
_ROOM = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()


class _RoomCache(FunctionCache):  # type: ignore[misc]
    """Numba's cache on disk, which by itself would look at a function's own file only."""

    def _index_key(self, sig: Any, codegen: Any) -> tuple[Any, ...]:
        return (*super()._index_key(sig, codegen), _ROOM)


def compiled(function: F) -> F:
    """Compile *function* on first use, strict IEEE, without the GIL, cached on disk between processes.

    Under ``NUMBA_DISABLE_JIT=1`` the function is returned as it is.
    """
    return _with_cache(function, inline="never")


def inlined(function: F) -> F:
    """As :func:`compiled`, for small helpers that must vanish into their callers."""
    return _with_cache(function, inline="always")


def _with_cache(function: F, inline: str) -> F:
    decorated: Any = numba.njit(error_model="numpy", nogil=True, inline=inline)(function)
    if hasattr(decorated, "py_func"):
        decorated._cache = _RoomCache(function)
    result: F = decorated
    return result
