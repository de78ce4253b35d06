"""Where this user's compiled code and caches of libraries are kept, and where libraries do not look for settings.

Compiled code that is read back is run, so a folder counts only if it is this user's own, and no file of the current
folder may name another one.
"""

from __future__ import annotations

import os
import stat
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = "trustsim"
_lock = threading.RLock()
_MOST_KEPT = 8  # folders of compiled code of other versions


def cache_folder(name: str, kind: str = "") -> Path | None:
    """Return the folder *name* of this user's cache, made where there is none; None where none can be written.

    It lies in ``$NUMBA_CACHE_DIR``, in the user's cache folder, or under the temporary one. Of those that are called
    *kind* and more in the same place the oldest are removed.
    """
    for top in _tops():
        place = top / name
        is_new = not place.is_dir()
        if _is_own(top) and _is_own(place):
            if is_new and kind:
                _remove_oldest(top, kind)
            return place
    return None


def _tops() -> Iterator[Path]:
    wanted = os.environ.get("NUMBA_CACHE_DIR")
    if wanted:
        yield Path(wanted).absolute() / _NAME
    usual = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    if usual.is_absolute():  # without a home there is none
        yield usual / _NAME
    yield Path(tempfile.gettempdir()) / (f"{_NAME}-{os.getuid()}" if hasattr(os, "getuid") else _NAME)


def _is_own(place: Path) -> bool:
    """Whether *place* is a folder, made where there was none, into which this user can write and no other one."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = place.lstat()
    except OSError:
        return False
    is_mine = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
    return stat.S_ISDIR(found.st_mode) and is_mine and os.access(place, os.W_OK | os.X_OK)


def _remove_oldest(top: Path, kind: str) -> None:
    with suppress(OSError):
        places = sorted(top.glob(f"{kind}*"), key=lambda place: place.stat().st_mtime, reverse=True)
        for place in places[_MOST_KEPT:]:
            for file in place.iterdir():
                file.unlink()
            place.rmdir()


@contextmanager
def elsewhere(*files: str) -> Iterator[None]:
    """Run the body in another folder where one of *files*, which what is imported would read, lies in this one."""
    if not any(map(os.path.exists, files)):
        yield
        return
    with _lock:
        here = os.getcwd()
        os.chdir(os.sep)
        try:
            yield
        finally:
            os.chdir(here)
