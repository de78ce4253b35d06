"""The lock of a run store: one process writes at a time, and a file system without locks is told, not waited for."""

from __future__ import annotations

import errno
import os
import re
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

if sys.platform != "win32":
    import fcntl

LOCK, HOLDER = "lock", "holder.txt"
_HELD = re.compile(r"process (\d+) on (.+)")
_SECONDS_TO_LOOK = 1.0  # between two looks at whether the file system still has locks
_SECONDS_OF_PATIENCE = 20.0  # with one that answers "permission denied", which some say of a lock that is held


class Held:
    """The lock of a folder, held from :meth:`acquire` until :meth:`release`."""

    def __init__(self, folder: Path) -> None:
        self._holder, self._path = folder / HOLDER, folder / LOCK
        self._lock = FileLock(self._path)

    def acquire(self, waits: Callable[[str], object]) -> None:
        """Wait for the lock; *waits* is told in a line who has it. Raises OSError where there can be none."""
        if not self._is_had():
            waits(f"{self._path.parent} is in use by {self._who()}; waiting for it (Ctrl-C stops this)")
            while not self._is_had(_SECONDS_TO_LOOK):
                pass
        self._holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")

    def _is_had(self, seconds: float = 0.0) -> bool:
        _look(self._path)
        try:
            self._lock.acquire(timeout=seconds)
        except Timeout:
            return False
        return True

    def _who(self) -> str:
        try:
            return self._holder.read_text(encoding="utf-8", errors="replace").strip() or "another process"
        except OSError:
            return "another process"

    def release(self) -> None:
        """Give the lock back; where it is not held, nothing happens."""
        if self._lock.is_locked:
            try:
                self._holder.unlink(missing_ok=True)
            except OSError:  # it only says who holds a lock, and nobody does
                pass
            finally:
                self._lock.release()


def _look(path: Path) -> None:
    """Raise OSError where the file system has no locks; what waits for one would wait for ever.

    A lock that somebody holds is no error.
    """
    if sys.platform == "win32":
        return
    began = time.monotonic()
    while True:
        with path.open("a") as stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as e:
                if e.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                    return
                if e.errno != errno.EACCES or time.monotonic() - began > _SECONDS_OF_PATIENCE:
                    raise OSError(e.errno, f"its file system gives no locks: {os.strerror(e.errno or 0)}") from e
        time.sleep(_SECONDS_TO_LOOK)


def is_at_work(folder: str | os.PathLike[str]) -> bool:
    """Whether some process holds the lock of *folder* now."""
    lock = Path(folder) / LOCK
    try:
        if lock.exists():
            _look(lock)
            FileLock(lock, timeout=0).acquire().lock.release()
    except Timeout:
        return True
    except OSError:
        return False
    return False


def holder_of(folder: str | os.PathLike[str]) -> int | None:
    """Return the number of the process on this machine that holds the store in *folder*; None where none does."""
    if not is_at_work(folder):
        return None
    try:
        found = _HELD.fullmatch((Path(folder) / HOLDER).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return int(found[1]) if found and found[2] == socket.gethostname() else None
