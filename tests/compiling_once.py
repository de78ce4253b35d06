"""Test processes side by side compile no kernel twice: one compiles it, the others wait and read what is kept."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from trustsim.kernels.compiled import FOLDER, _RoomCache

_SECONDS = 120.0  # after which a process compiles all the same: the other one may have failed at it


def compile_once() -> None:
    """Let this process share the work of compiling with all others that call this."""
    if FOLDER is None:
        return
    load, save = _RoomCache.load_overload, _RoomCache.save_overload
    taken: dict[str, FileLock] = {}

    def place_of(cache: _RoomCache) -> str:
        return str(FOLDER / f"{Path(cache._cache_file._index_path).stem}.lock")

    def load_or_take(self: _RoomCache, sig: Any, target_context: Any) -> Any:
        kept, place = load(self, sig, target_context), place_of(self)
        if kept is not None or place in taken:
            return kept
        lock = FileLock(place)
        with suppress(Timeout):
            lock.acquire(timeout=_SECONDS)
        kept = load(self, sig, target_context)
        if kept is None:
            taken[place] = lock
        else:
            lock.release()
        return kept

    def save_and_give_back(self: _RoomCache, sig: Any, data: Any) -> None:
        save(self, sig, data)
        if (lock := taken.pop(place_of(self), None)) is not None:
            lock.release()

    _RoomCache.load_overload, _RoomCache.save_overload = load_or_take, save_and_give_back
