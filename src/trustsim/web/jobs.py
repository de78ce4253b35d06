"""Jobs: studies in run folders, each run by a process of its own that outlives the page that asked for it.

What a job is stands in its folder: what ``trustsim compare`` writes, and ``job.json`` with the state of the page. So
the same question is the same job in any tab, another server on the folder sees it, and one that starts anew finds it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from trustsim.errors import TrustsimError
from trustsim.experiment import request as requests
from trustsim.experiment.address import addresses
from trustsim.experiment.folder import ABOUT, write_whole
from trustsim.experiment.request import REPORT, REQUEST, RUNS, Request
from trustsim.experiment.simulate import simulate
from trustsim.experiment.store import LOCK, Count, count, holder_of, is_at_work
from trustsim.experiment.study import choose_variants
from trustsim.scenario.tree import clean
from trustsim.web.page_state import Applied
from trustsim.web.refused import FULL, Refused, tells_of_full_disk

FOLDER, CARD, LOG = "runs", "job.json", "log.txt"  # of a job: its folders, what the page knows of it, what it said
FINAL = ("done", "failed", "stopped")
NICENESS = 10  # of the processes of a study, so that the page answers while all processors are busy
_ID = re.compile(r"[0-9a-f]{16}")
_SECONDS_TO_STOP = 20.0
_LOG_TAIL = 4000
_LITTLE = 2**16  # bytes that are free on a disk that is full
_WRITES = "All runs are done; the report is being written."
_STARTED, _ENDED = "The process that ran it ended before it was done", "what is finished is kept, resume goes on"


@dataclass(frozen=True)
class Card:
    """What the page knows of a job without reading its scenario."""

    id: str
    title: str
    state: Mapping[str, Any]
    variants: tuple[str, ...]
    baseline: str
    total: int  # replications, at most
    began: float  # seconds since the epoch


@dataclass(frozen=True)
class Status:
    """How a job stands: one of queued, running, done, failed, stopped; runs counted; what to tell."""

    name: str
    count: Count
    message: str | None = None
    seconds: float | None = None

    @property
    def key(self) -> tuple[str, int, int]:
        """What changes when there is something new to show."""
        return self.name, self.count.done, self.count.failed


@dataclass(frozen=True)
class _Running:
    """A process of this server, and the lock on its job's folder, by which other servers know of it."""

    process: subprocess.Popen[bytes]
    lock: BaseFileLock


class Jobs:
    """The jobs in one folder; at most ``n_at_once`` of this server run at the same time, the others wait.

    Parameters
    ----------
    workers : processes of each study; None: all processors.
    """

    def __init__(self, folder: Path, *, n_at_once: int = 2, workers: int | None = None) -> None:
        self.folder, self._n_at_once, self._workers = folder.resolve() / FOLDER, n_at_once, workers
        self._lock = threading.RLock()
        self._waiting: list[str] = []
        self._running: dict[str, _Running] = {}
        self._is_open = True

    # -- what there is ------------------------------------------------------------------------------------------------

    def place(self, id: str) -> Path:
        """Return the folder of a job. Raises Refused (404) where there is none."""
        place = self.folder / id
        if not _ID.fullmatch(id) or place.is_symlink() or not (place / CARD).is_file():
            raise Refused(404, f"the run {clean(id)[:40]!r}", "a run that is listed")
        return place

    def card(self, id: str) -> Card:
        """Return what the page knows of a job. Raises Refused (404) where there is none that can be read."""
        place = self.place(id)
        try:
            found = json.loads((place / CARD).read_text(encoding="utf-8"))
            return Card(id=id, **{**found, "variants": tuple(found["variants"])})
        except (OSError, ValueError, TypeError, KeyError) as e:
            raise Refused(404, f"the run {id!r}, whose {CARD} cannot be read", "a run that is listed") from e

    def cards(self) -> list[Card]:
        """Return all jobs, the newest first; folders that cannot be read are left out."""
        found = []
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(Refused):
                found.append(self.card(path.name))
        return sorted(found, key=lambda card: -card.began)

    def status(self, card: Card) -> Status:
        """Return how a job stands; finished runs are counted while another process writes them."""
        self.turn()
        place = self.folder / card.id
        found = self._counted(place, card)
        with self._lock:
            is_waiting, is_ours = card.id in self._waiting, card.id in self._running
        if is_waiting:
            return Status("queued", found)
        is_busy, about = is_at_work(place / RUNS), _about(place)
        if about is not None and about["interrupted"] and not is_busy:  # its report may still be written
            return Status("stopped", found)
        if is_ours or is_busy or is_at_work(place):
            is_last = found.done + found.failed == card.total * len(card.variants)
            return Status(
                "running", found, _WRITES if is_last else None, time.time() - _changed(place / LOG, card.began)
            )
        if about is not None:
            message = f"{found.failed} runs failed: {found.failures[0][1]}" if found.failures else None
            return Status("done", found, message, about["seconds"])
        name, message = _end_of(_tail(place / LOG), is_full=shutil.disk_usage(place).free < _LITTLE)
        return Status(name, found, message)

    def _counted(self, place: Path, card: Card) -> Count:
        try:
            return count(place / RUNS, requests.read(place).addresses or {}, card.total)
        except TrustsimError:  # nothing has been run yet
            return Count(0, 0, 0.0)

    # -- what can be done ---------------------------------------------------------------------------------------------

    def start(self, applied: Applied) -> Card:
        """Begin the study of a state, or go on with it, and return its card; one that is done stays as it is.

        Raises TrustsimError where the folder cannot be written.
        """
        scenario = applied.scenario
        assert scenario is not None, "a state without problems"
        names = list(applied.shown) if applied.shown else None
        where = addresses(scenario, choose_variants(scenario, names), simulate)
        id = hashlib.sha256(json.dumps([scenario.digest, scenario.title, where]).encode()).hexdigest()[:16]
        with self._lock:
            try:
                card = self.card(id)
            except Refused:
                card = self._begin(id, applied, names)
            if self.status(card).name in ("stopped", "failed"):
                self._put_in_line(id)
        return card

    def _begin(self, id: str, applied: Applied, names: list[str] | None) -> Card:
        assert applied.scenario is not None
        place = self.folder / id
        asked = requests.begin(place, applied.scenario, Request("compare", None, names))
        variants = tuple(asked.addresses)
        baseline = applied.scenario.baseline
        card = Card(id, asked.scenario.title, applied.state.to_json(), variants, baseline, asked.total, time.time())
        document = {key: value for key, value in vars(card).items() if key != "id"}
        text = json.dumps(document, ensure_ascii=False)
        write_whole({place / CARD: lambda path: path.write_text(text, encoding="utf-8")})
        return card

    def resume(self, id: str) -> Card:
        """Go on with a job that was stopped or failed. Raises Refused (409) for one that is under way or done."""
        card = self.card(id)
        with self._lock:
            name = self.status(card).name
            if name not in ("stopped", "failed"):
                raise Refused(409, f"a run that is {name}", "one that was stopped or failed")
            self._put_in_line(id)
        return card

    def _put_in_line(self, id: str) -> None:
        place = self.folder / id
        self._end(id)
        with suppress(TrustsimError):  # its runs are named as this version of trustsim names them
            asked = requests.asked(place)
            requests.begin(place, asked.scenario, asked.request)
        with suppress(OSError):
            (place / LOG).unlink()
        self._waiting.append(id)
        self.turn()

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
            threading.Thread(target=_insist, args=(ours.process,), daemon=True).start()
        return card

    def delete(self, id: str) -> None:
        """Delete a job with all that it computed. Raises Refused (409) for one that is under way."""
        card = self.card(id)
        with self._lock:
            name = self.status(card).name
            if name not in FINAL:
                raise Refused(409, f"a run that is {name}", "one that is done or stopped")
            self._end(id)
            shutil.rmtree(self.folder / id, ignore_errors=True)

    def _end(self, id: str) -> None:
        """End the process of a job that is stopped and may still write a report."""
        ours = self._running.get(id)
        if ours is not None:
            ours.process.kill()
            ours.process.wait(_SECONDS_TO_STOP)
            self.turn()

    def turn(self) -> None:
        """Take note of the processes that ended, and start those that wait as far as there is room."""
        with self._lock:
            for id, ours in list(self._running.items()):
                if ours.process.poll() is not None:
                    del self._running[id]
                    ours.lock.release()
            while self._is_open and self._waiting and len(self._running) < self._n_at_once:
                id = self._waiting.pop(0)
                lock = FileLock(self.folder / id / LOCK, thread_local=False)
                with suppress(Timeout):  # another server on this folder was quicker
                    lock.acquire(timeout=0)
                    self._running[id] = _Running(self._process(self.folder / id, lock), lock)

    def _process(self, place: Path, lock: BaseFileLock) -> subprocess.Popen[bytes]:
        """Start the command that runs what is missing; what it says goes to the job's log.

        It inherits the lock, and so holds it from its first to its last moment, also where this server is killed.
        """
        workers = [] if self._workers is None else ["--workers", str(self._workers)]
        command = [sys.executable, "-m", "trustsim.cli", "resume", str(place), "--quiet", *workers]
        with (place / LOG).open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
                pass_fds=_file_of(lock),
            )  # fmt: skip
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        return process

    def close(self) -> None:
        """Stop what this server started, and wait until it has put down what is finished."""
        with self._lock:
            self._is_open = False
            self._waiting.clear()
            running = list(self._running.values())
        for ours in running:
            with suppress(ProcessLookupError):
                ours.process.send_signal(signal.SIGINT)
        for ours in running:
            _insist(ours.process)
        self.turn()


def _file_of(lock: BaseFileLock) -> tuple[int, ...]:
    """Return the descriptor of a lock's open file, where processes can inherit it."""
    file = lock._context.lock_file_fd
    return () if file is None or os.name != "posix" else (file,)


def _insist(process: subprocess.Popen[bytes]) -> None:
    """Wait for a process that was asked to stop, and end it where it does not."""
    for act in (process.terminate, process.kill):
        try:
            process.wait(_SECONDS_TO_STOP)
            return
        except subprocess.TimeoutExpired:
            act()
    process.wait(_SECONDS_TO_STOP)


def _about(place: Path) -> dict[str, Any] | None:
    """Return what a study says of itself when it ended; None where it did not, or what is there is of before."""
    try:
        about = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        is_old = (place / ABOUT).stat().st_mtime < (place / REQUEST).stat().st_mtime
        return None if is_old else {"interrupted": bool(about["interrupted"]), "seconds": float(about["seconds"])}
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _changed(path: Path, otherwise: float) -> float:
    try:
        return path.stat().st_ctime
    except OSError:
        return otherwise


def _tail(path: Path) -> str | None:
    """Return the end of what a process said; None where none was started."""
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, os.path.getsize(path) - _LOG_TAIL))
            return stream.read(_LOG_TAIL).decode("utf-8", "replace").strip()
    except OSError:
        return None


def _end_of(said: str | None, *, is_full: bool = False) -> tuple[str, str | None]:
    """Return the status and the message of a job that is not done, by what its process said last.

    Where the disk is full there may have been no room to say so.
    """
    if said is None:
        return "stopped", None
    if tells_of_full_disk(said) or (not said and is_full):
        return "failed", f"{FULL}. What is finished is kept."
    last = next((line for line in reversed(said.splitlines()) if line.strip()), "")
    if last.startswith("interrupted") or "KeyboardInterrupt" in said:
        return "stopped", None
    if not last:
        return "stopped", f"{_STARTED} (was it killed?); {_ENDED}."
    return "failed", f"{clean(last)}; {_ENDED}."


def has_report(place: Path) -> bool:
    """Whether the report of a job is written."""
    return (place / REPORT).is_file()
