"""A job is a study in a run folder, run by a process of its own that outlives the page that asked for it.

What a job is stands in its folder: what ``trustsim compare`` writes, and ``job.json`` with the state of the page. So
the same question is the same job in any tab, another server on the folder sees it, and one that starts anew finds it.
"""

from __future__ import annotations

import math
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

from trustsim.experiment.lock import HOLDER, Handed
from trustsim.experiment.request import REQUEST, RUNS
from trustsim.experiment.store import holder_of, is_at_work
from trustsim.web.cards import LOG, Card, Cards
from trustsim.web.disk import Disk
from trustsim.web.refused import FULL, Refused, tells_of_full_disk
from trustsim.web.standing import ENDED, Status, about, counted, damage_of, end_of, last_words, written_at
from trustsim.web.studying import Studying, started

FINAL = ("done", "failed", "stopped")
_GOES_ON = ("failed", "stopped")
_SECONDS_TO_CLOSE = 2.0  # for what is finished to be put down when the server ends
_SECONDS_OF_SIZE = 20.0
_GONE = ".gone-"
_LITTLE = 2**16  # bytes that are free on a disk that is full
_WRITES = "All runs are done; the report is being written."


class Jobs(Cards):
    """The jobs in one folder; at most ``n_at_once`` of this server run at the same time, the others wait.

    Parameters
    ----------
    workers : processes of each study; None: all processors.
    most_waiting : jobs that may wait. most_bytes : that all jobs may take on the disk, however many there are.
    """

    def __init__(
        self,
        folder: Path,
        *,
        n_at_once: int = 2,
        workers: int | None = None,
        most_waiting: int = 20,
        most_bytes: float = math.inf,
    ) -> None:
        super().__init__(folder)
        self._n_at_once, self._workers, self._most_waiting = n_at_once, workers, most_waiting
        self.disk = Disk(self.folder, most_bytes)
        self._lock = threading.RLock()  # held for moments only: whoever asks anything waits for it
        self._waiting: list[str] = []
        self._running: dict[str, Studying] = {}
        self._ended: dict[str, tuple[str, str]] = {}  # (status, message) where the job's folder does not say why
        self._is_open = True

    def status(self, card: Card) -> Status:
        """Return how a job stands; finished runs are counted while another process writes them."""
        self.turn()
        place = self.folder / card.id
        n = counted(place, card)
        with self._lock:
            is_waiting, ours = card.id in self._waiting, self._running.get(card.id)
            ended = self._ended.get(card.id)
        if is_waiting:
            return Status("queued", n)
        is_busy, when_ended = is_at_work(place / RUNS), about(place)
        if when_ended is not None and when_ended["interrupted"] and not is_busy:  # its report may still be written
            name, message = ended or ("stopped", None)
            return Status(name, n, message)
        if ours is not None or is_busy or is_at_work(place):
            if ours is None:  # another server's now
                self._ended.pop(card.id, None)
            is_last = n.done + n.failed == card.total * len(card.variants)
            began = written_at(place / RUNS / HOLDER) if ours is None else ours.began
            return Status("running", n, _WRITES if is_last else None, None if began is None else time.time() - began)
        damage = damage_of(place)
        if damage is not None:
            return Status("failed", n, damage)
        if when_ended is not None:
            message = f"{n.failed} runs failed: {n.failures[0][1]}" if n.failures else None
            return Status("done", n, message, when_ended["seconds"])
        name, message = ended or end_of(last_words(place / LOG), is_full=shutil.disk_usage(place).free < _LITTLE)
        return Status(name, n, message)

    # -- what can be done ---------------------------------------------------------------------------------------------

    def check_room(self) -> None:
        """Raise Refused where too many jobs wait (503), or where all jobs together fill what they may (507)."""
        with self._lock:
            n = len(self._waiting)
        if n >= self._most_waiting:
            raise Refused(
                503, f"one run more than the {n} that wait", f"at most {self._most_waiting} in line; stop one"
            )
        if self.disk.is_full(_SECONDS_OF_SIZE / 4):
            raise Refused(507, f"runs that take {self.disk.n_bytes / 2**30:.2f} GiB on the disk", self.disk.allowed)

    def start(self, card: Card) -> Card:
        """Begin the study of a card, or go on with it, and return the card; one that is done stays as it is."""
        ours, name = self._stands(card)
        if name in _GOES_ON:
            self._put_in_line(card.id, ours)
        return card

    def may_resume(self, id: str) -> bool:
        """Whether a job was stopped or failed; one that still writes a report is ended for that."""
        ours, name = self._stands(self.card(id))
        if name in _GOES_ON:
            self._end(ours)
        return name in _GOES_ON

    def resume(self, id: str) -> Card:
        """Go on with a job that was stopped or failed. Raises Refused (409) for one that is under way or done."""
        card = self.card(id)
        ours, name = self._stands(card)
        if name not in _GOES_ON:
            raise Refused(409, f"a run that is {name}", "one that was stopped or failed")
        self._put_in_line(id, ours)
        return card

    def _stands(self, card: Card) -> tuple[Studying | None, str]:
        """Return the process that a job had, and then how it stands, which takes long to read: nobody waits for it."""
        with self._lock:
            ours = self._running.get(card.id)
        return ours, self.status(card).name

    def _put_in_line(self, id: str, ours: Studying | None) -> None:
        self._end(ours)
        with self._lock:
            if self._is_begun(id):  # somebody else was quicker
                return
            place = self.place(id)
            for path, act in ((place / LOG, Path.unlink), (place / REQUEST, Path.touch)):  # what was said is of before
                with suppress(OSError):
                    act(path)
            self._ended.pop(id, None)
            self._waiting.append(id)
        self.turn()

    def _is_begun(self, id: str) -> bool:
        return id in self._waiting or id in self._running

    def stop(self, id: str) -> Card:
        """Stop a job; what is finished is kept. Raises Refused (409) for one that is not under way."""
        card = self.card(id)
        with self._lock:
            if id in self._waiting:
                self._waiting.remove(id)
                return card
            ours = self._running.get(id)
        pid = ours.process.pid if ours is not None else holder_of(self.folder / id / RUNS)
        if pid is None:
            raise Refused(409, "a run that is not under way", "one that is queued or running on this machine")
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGINT)
        if ours is not None:
            ours.insist()
        return card

    def delete(self, id: str) -> None:
        """Delete a job with all that it computed. Raises Refused (409) for one that is under way."""
        ours, name = self._stands(self.card(id))
        if name in FINAL:
            self._end(ours)
        with self._lock:
            if name not in FINAL or self._is_begun(id):
                raise Refused(
                    409, f"a run that is {'running' if name in FINAL else name}", "one that is done or stopped"
                )
            self._ended.pop(id, None)
            gone = self.folder / f"{_GONE}{id}-{secrets.token_hex(4)}"  # at once, however long the rest takes
            os.rename(self.folder / id, gone)
        self.disk.forget()
        shutil.rmtree(gone, ignore_errors=True)

    def _end(self, ours: Studying | None) -> None:
        """End the process of a job that is stopped and may still write a report."""
        if ours is None:
            return
        ours.end()
        self.turn()

    def turn(self) -> None:
        """Take note of the processes that ended, and start those that wait as far as there is room."""
        is_full = bool(self._running) and self.disk.is_full(_SECONDS_OF_SIZE)
        with self._lock:
            for id, ours in list(self._running.items()):
                if ours.is_over():
                    del self._running[id]
                    ours.lock.release()
            if self._running and is_full:
                self._stop_for_room()
            while self._is_open and self._waiting and len(self._running) < self._n_at_once:
                self._begin(self._waiting.pop(0))

    def _begin(self, id: str) -> None:
        """Start the process of a job; where there can be none the job has failed, and says why."""
        place = self.folder / id
        lock = Handed(place)
        try:
            if lock.is_taken():  # else another server on this folder was quicker, and runs it
                self._running[id] = Studying(started(place, lock, self._workers), lock)
        except Exception as error:
            lock.release()
            reason = f"{FULL}. What is finished is kept." if tells_of_full_disk(str(error)) else _not_begun(error)
            self._ended[id] = "failed", reason

    def _stop_for_room(self) -> None:
        """Stop what runs and what waits: together the jobs have filled what they may."""
        why = "stopped", f"The runs filled their room: {self.disk.allowed}"
        self._ended.update(dict.fromkeys(self._waiting, why))
        self._waiting.clear()
        for id, ours in self._running.items():
            if id not in self._ended:
                self._ended[id] = why
                ours.signal(signal.SIGINT)
                ours.insist()

    def kill(self) -> None:
        """End the processes of this server's studies at once."""
        for ours in list(self._running.values()):
            ours.signal(signal.SIGKILL)

    def close(self) -> None:
        """Stop what this server started; what is finished stays. It takes no longer than SECONDS_TO_CLOSE."""
        with self._lock:
            self._is_open = False
            self._waiting.clear()
            running = list(self._running.values())
        for number, seconds in ((signal.SIGINT, _SECONDS_TO_CLOSE), (signal.SIGTERM, 0.3), (signal.SIGKILL, 0.5)):
            end = time.monotonic() + seconds
            for ours in running:
                ours.signal(number)
            for ours in running:
                with suppress(subprocess.TimeoutExpired):
                    ours.process.wait(max(0.0, end - time.monotonic()))
            running = [ours for ours in running if not ours.is_over()]
        self.turn()


def _not_begun(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"Its process could not be started ({reason}); {ENDED}."
