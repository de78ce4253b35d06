"""All jobs of a folder together may take so much of the disk, measured now and then."""

from __future__ import annotations

import math
import os
import threading
import time
from contextlib import suppress
from pathlib import Path


class Disk:
    """What the jobs below *folder* take, and may take: ``most_bytes``, infinite where nothing is said."""

    def __init__(self, folder: Path, most_bytes: float) -> None:
        self._folder, self.most_bytes = folder, most_bytes
        self._measured, self.n_bytes = 0.0, 0  # when it was measured, what they took then
        self._measuring = threading.Lock()

    def is_full(self, seconds: float) -> bool:
        """Whether all jobs take more than they may, as it was measured at most so many seconds ago."""
        if math.isinf(self.most_bytes):
            return False
        is_old = self._measured == 0.0 or time.monotonic() - self._measured > seconds
        if is_old and self._measuring.acquire(blocking=False):  # else somebody is about to know
            try:
                self._measured, self.n_bytes = time.monotonic(), _bytes_below(self._folder)
            finally:
                self._measuring.release()
        return self.n_bytes > self.most_bytes

    def forget(self) -> None:
        """Measure again the next time: something was deleted."""
        self._measured, self.n_bytes = 0.0, 0

    @property
    def allowed(self) -> str:
        """What is allowed, in words."""
        raised = f"trustsim serve --most-disk {2 * self.most_bytes / 2**30:g} raises it"
        return f"at most {self.most_bytes / 2**30:g} GiB in all: delete runs ({raised})"


def _bytes_below(folder: Path) -> int:
    """Return what the files below a folder take."""
    n_bytes = 0
    for top, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                n_bytes += os.lstat(os.path.join(top, name)).st_size
    return n_bytes
