"""Temporary folders that go with the process that made them, however it ends.

Each holds a file that its process keeps locked, and the system takes a lock from a process that is dead. So the next
process that makes one finds the folders whose lock is free, and deletes those, of the same user, and nothing else.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import weakref
from contextlib import suppress
from functools import cache
from pathlib import Path

from trustsim.experiment.lock import lock_open

PREFIX = "trustsim-"
_LOCK = ".in-use-by-trustsim"


class Passing:
    """A folder that is deleted with this object, at the end of ``with``, or after its process was killed."""

    def __init__(self) -> None:
        _clean(tempfile.gettempdir(), os.getpid())
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._delete = weakref.finalize(self, _deleted, self.path, _locked(self.path), os.getpid())

    def __enter__(self) -> Passing:
        return self

    def __exit__(self, *_: object) -> None:
        self._delete()


def _deleted(path: Path, lock: int | None, process: int) -> None:
    if process != os.getpid():  # a copy of the process that made it, which ends first
        return
    shutil.rmtree(path, ignore_errors=True)
    if lock is not None:
        os.close(lock)


def _locked(path: Path) -> int | None:
    """Lock a file in the folder and give it its name then, so that nobody sees it free; None where there are no
    locks."""
    if sys.platform == "win32":
        return None
    beside = path / f"{_LOCK}-beside"
    lock = os.open(beside, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock_open(lock)
        beside.rename(path / _LOCK)
    except OSError:
        os.close(lock)
        return None
    return lock


@cache
def _clean(where: str, process: int) -> None:
    """Delete what processes of this user left in *where* that are dead; once in a process."""
    if sys.platform == "win32":
        return
    for path in Path(where).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if path.is_symlink() or path.stat().st_uid != os.geteuid():
                continue
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                lock_open(lock)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
