"""A process runs the study of a job; it outlives the page that asked for it, and holds the lock of the job's folder."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from trustsim.experiment import child
from trustsim.experiment.lock import Handed
from trustsim.web.cards import LOG

NICENESS = 10  # of the processes of a study, so that the page answers while all processors are busy
_SECONDS_TO_STOP = 20.0


@dataclass(frozen=True)
class Studying:
    """A process of this server, and the lock on its job's folder, by which other servers know of it."""

    process: subprocess.Popen[bytes]
    lock: Handed
    began: float = field(default_factory=time.time)  # seconds since the epoch

    def is_over(self) -> bool:
        """Whether the process has ended."""
        return self.process.poll() is not None

    def signal(self, number: int) -> None:
        """Signal the process; where it must end, all that it started with it."""
        with suppress(ProcessLookupError, PermissionError):
            if number == signal.SIGKILL and hasattr(os, "killpg"):
                os.killpg(self.process.pid, number)
            else:
                self.process.send_signal(number)

    def end(self) -> None:
        """End the process at once, which may still write a report, and wait until it has."""
        if not self.is_over():
            self.signal(signal.SIGKILL)
            self.process.wait(_SECONDS_TO_STOP)

    def insist(self) -> None:
        """Wait, in a thread, for the process that was asked to stop, and end it where it does not."""
        threading.Thread(target=_insist, args=(self.process,), daemon=True).start()


def started(place: Path, lock: Handed, workers: int | None) -> subprocess.Popen[bytes]:
    """Start the command that runs what is missing; what it says goes to the job's log.

    It inherits the lock, and so holds it from its first to its last moment, also where this server is killed.
    """
    command = child.command(
        "trustsim", "resume", str(place), "--quiet", *([] if workers is None else ["--workers", str(workers)])
    )
    with (place / LOG).open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
            pass_fds=lock.files, env=child.environment(),
        )  # fmt: skip
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
    return process


def _insist(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that was asked to stop, and end it where it does not."""
    for act in (process.terminate, process.kill):
        try:
            process.wait(_SECONDS_TO_STOP)
            return
        except subprocess.TimeoutExpired:
            act()
    process.wait(_SECONDS_TO_STOP)
