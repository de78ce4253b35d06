"""The one decorator of the compiled room."""

from __future__ import annotations

import hashlib
import multiprocessing
import pickle
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from trustsim.kernels.place import cache_folder, elsewhere

_SETTINGS = ".numba_config.yaml"  # numba reads it from the current folder; it may name a folder of code to be run

with elsewhere(_SETTINGS):
    import numba
    from numba.core import types
    from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator
numba.core.config._config_fname = ""  # nor before it compiles

F = TypeVar("F", bound=Callable[..., object])

#: compiled code holds the constants and the helpers of the whole room, so it is stale when any of its files changes
_ROOM = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()
_KEY = hashlib.sha256(f"{_ROOM} {numba.__version__} {sys.version}".encode()).hexdigest()[:16]
#: where compiled code is kept between processes: by content, so that installing the same version again costs nothing
FOLDER = cache_folder(f"kernels-{_KEY}", kind="kernels-")

if FOLDER is None and multiprocessing.parent_process() is None:
    warnings.warn(
        "compiled code cannot be kept: every process compiles it anew; allowed: a folder that can be written in "
        "NUMBA_CACHE_DIR, or a home",
        RuntimeWarning,
        stacklevel=2,
    )


def holds_array(kind: Any) -> bool:
    """Return whether a type of numba is an array, or a tuple with one."""
    return isinstance(kind, types.Array) or (
        isinstance(kind, types.containers.BaseTuple) and any(map(holds_array, kind))
    )


class _Locator(_CacheLocator):  # type: ignore[misc]
    """Finds the compiled code of a function of this room in :data:`FOLDER`."""

    def __init__(self, function: Callable[..., object], file: str) -> None:
        self._py_file, self._line = file, function.__code__.co_firstlineno

    def get_cache_path(self) -> str:
        return str(FOLDER)

    def get_source_stamp(self) -> str:
        return _ROOM

    def get_disambiguator(self) -> str:
        return str(self._line)

    @classmethod
    def from_function(cls, function: Callable[..., object], file: str) -> _Locator | None:
        return cls(function, file) if Path(file).parent == Path(__file__).parent and FOLDER is not None else None


class _RoomImpl(CompileResultCacheImpl):  # type: ignore[misc]
    _locator_classes = (_Locator, *CompileResultCacheImpl._locator_classes)  # a function of another room: as numba does


class _RoomCache(FunctionCache):  # type: ignore[misc]
    """Numba's cache on disk, which by itself would look at a function's own file only, and fail with the disk."""

    _impl_class = _RoomImpl
    counts_references = False

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            return super().load_overload(sig, target_context)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):  # damaged: it is compiled and written anew
            self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        if not self.counts_references and holds_array(data.signature.return_type):
            raise TypeError(f"{self._py_func.__name__}: given an array to return; allowed: with @compiled_with_arrays")
        with suppress(OSError):  # no room, say: it is compiled again next time
            super().save_overload(sig, data)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()

    def is_compiled(self, target_context: Any) -> bool:
        """Whether compiled code is kept for this machine's processor."""
        target_context.refresh()
        try:
            kept = self._cache_file._load_index()
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            return False
        here = target_context.codegen().magic_tuple()
        return any(key[1] == here for key in kept)


def compiled(function: F) -> F:
    """Compile *function* on first use, strict IEEE, without the GIL, cached on disk between processes.

    It may neither make arrays nor return one, and does not compile if it does: references to arrays are not counted,
    which at a call with groups of arrays takes longer than most kernels. See :func:`compiled_with_arrays`. Under
    ``NUMBA_DISABLE_JIT=1`` the function is returned as it is.
    """
    return _with_cache(function, inline="never", _nrt=False)


def compiled_with_arrays(function: F) -> F:
    """As :func:`compiled`, for what makes arrays or returns one; best called once for all lanes."""
    return _with_cache(function, inline="never", _nrt=True)


def inlined(function: F) -> F:
    """As :func:`compiled`, for small helpers that must vanish into their callers."""
    return _with_cache(function, inline="always")


def is_compiled(function: Callable[..., object]) -> bool:
    """Whether calling *function* compiles nothing: its code is kept, or it is plain Python."""
    cache = getattr(function, "_cache", None)
    return not hasattr(function, "py_func") or (
        isinstance(cache, _RoomCache) and cache.is_compiled(function.targetctx)  # type: ignore[attr-defined]
    )


def _with_cache(function: F, **options: Any) -> F:
    decorated: Any = numba.njit(error_model="numpy", nogil=True, no_cfunc_wrapper=True, **options)(function)
    if hasattr(decorated, "py_func"):
        with suppress(RuntimeError):  # there is no folder for it
            decorated._cache = _RoomCache(function)
            decorated._cache.counts_references = options.get("_nrt", True)
    result: F = decorated
    return result
