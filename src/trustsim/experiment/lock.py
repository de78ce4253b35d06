"""The lock of a folder lets one process write at a time; a file system without locks is told, not waited for.

Every lock of trustsim is taken here; all are the system's (``flock``), which takes them from a process that is dead.
filelock takes one and waits for it, on Windows too. Two things it cannot do, and ``fcntl`` does: look at a lock without
taking it from anybody, in a folder that may only be read; and lock a file that is open already, so that none is made in
a folder that may be somebody else's.
"""

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
SECONDS_TO_TAKE = 0.5  # a lock that is free, and that somebody may just be looking at
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
        self._path.touch()
        if _is_held(self._path) or not self._is_had(SECONDS_TO_TAKE):
            waits(f"{self._path.parent} is in use by {self._who()}; waiting for it (Ctrl-C stops this)")
            while not self._is_had(_SECONDS_TO_LOOK):
                pass
        self._holder.write_text(f"process {os.getpid()} on {socket.gethostname()}", encoding="utf-8")

    def _is_had(self, seconds: float) -> bool:
        _is_held(self._path)  # raises where it would be waited for in vain
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


class Handed:
    """The lock of a folder, taken for a process that inherits it, and so holds it as long as it lives."""

    def __init__(self, folder: Path) -> None:
        self._lock = FileLock(folder / LOCK, thread_local=False)

    def is_taken(self) -> bool:
        """Take the lock; whether it is had. Raises OSError where there can be none."""
        try:
            self._lock.acquire(timeout=SECONDS_TO_TAKE)
        except Timeout:
            return False
        return True

    @property
    def files(self) -> tuple[int, ...]:
        """The descriptors that a process must inherit, where it can."""
        file = self._lock._context.lock_file_fd
        return () if file is None or os.name != "posix" else (file,)

    def release(self) -> None:
        """Give the lock back, unless a process that inherited it still holds it."""
        self._lock.release()


def lock_open(file: int) -> None:
    """Lock a file that is open. Raises OSError where another process has it, and where there are no locks."""
    if sys.platform == "win32":
        raise OSError(errno.ENOSYS, "no locks of open files")
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_held(path: Path) -> bool:
    """Whether somebody holds this lock; those who ask at the same time see nothing of each other.

    Raises OSError where the file system has no locks: what waits for one would wait for ever.
    """
    if not path.exists():
        return False
    if sys.platform == "win32":
        try:
            FileLock(path, timeout=0).acquire().lock.release()
        except Timeout:
            return True
        return False
    began = time.monotonic()
    with path.open("rb") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError as e:
                if e.errno in (errno.EAGAIN, errno.EWOULDBLOCK):
                    return True
                if e.errno != errno.EACCES or time.monotonic() - began > _SECONDS_OF_PATIENCE:
                    raise OSError(e.errno, f"its file system gives no locks: {os.strerror(e.errno or 0)}") from e
                time.sleep(_SECONDS_TO_LOOK)
            else:
                return False


def is_at_work(folder: str | os.PathLike[str]) -> bool:
    """Whether some process holds the lock of *folder* now; one that may only be read can be asked too."""
    try:
        return _is_held(Path(folder) / LOCK)
    except OSError:
        return False


def holder_of(folder: str | os.PathLike[str]) -> int | None:
    """Return the number of the process on this machine that holds the store in *folder*; None where none does."""
    if not is_at_work(folder):
        return None
    try:
        match = _HELD.fullmatch((Path(folder) / HOLDER).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return None
    return int(match[1]) if match and match[2] == socket.gethostname() else None
