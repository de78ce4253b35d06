"""Jobs: studies in run folders, each run by a process of its own that outlives the page that asked for it.

What a job is stands in its folder: what ``trustsim compare`` writes, and ``job.json`` with the state of the page. So
the same question is the same job in any tab, another server on the folder sees it, and one that starts anew finds it.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import secrets
import shutil
import signal
import stat
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import BaseFileLock, FileLock, Timeout

from trustsim.errors import TrustsimError
from trustsim.experiment import child
from trustsim.experiment import request as requests
from trustsim.experiment.address import addresses
from trustsim.experiment.folder import ABOUT, write_whole
from trustsim.experiment.lock import HOLDER, SECONDS_TO_TAKE
from trustsim.experiment.plan import choose_variants
from trustsim.experiment.request import REPORT, REQUEST, RESOLVED, RUNS, Request
from trustsim.experiment.simulate import simulate
from trustsim.experiment.store import INDEX, LOCK, Count, Damaged, count, holder_of, is_at_work, reading_of
from trustsim.scenario.tree import clean
from trustsim.web.page_state import Applied
from trustsim.web.refused import FULL, Refused, tells_of_full_disk

FOLDER, CARD, LOG = "runs", "job.json", "log.txt"  # of a job: its folders, what the page knows of it, what it said
OUTCOMES = "outcomes.csv"
FINAL = ("done", "failed", "stopped")
_GOES_ON = ("failed", "stopped")
_READ = (CARD, LOG, REQUEST, RESOLVED, ABOUT, REPORT, OUTCOMES)  # by the page, some of it shown as it stands
NICENESS = 10  # of the processes of a study, so that the page answers while all processors are busy
_ID = re.compile(r"[0-9a-f]{16}")
_SECONDS_TO_STOP = 20.0
_SECONDS_TO_CLOSE = 2.0  # for what is finished to be put down when the server ends
_SECONDS_OF_SIZE = 20.0
_GONE = ".gone-"
_LOG_TAIL = 4000
_LITTLE = 2**16  # bytes that are free on a disk that is full
_MOST_WORLDS = 10**12  # that a card can tell of
_UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)
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
    work: float = 0.0  # what its time grows with


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
    began: float  # seconds since the epoch


class Jobs:
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
        self.folder, self._n_at_once, self._workers = folder.resolve() / FOLDER, n_at_once, workers
        self._most_waiting, self._most_bytes = most_waiting, most_bytes
        self._size = (0.0, 0)  # when it was measured, bytes
        self._measuring = threading.Lock()
        self._lock = threading.RLock()  # held for moments only: whoever asks anything waits for it
        self._waiting: list[str] = []
        self._running: dict[str, _Running] = {}
        self._sound: dict[str, tuple[object, str | None]] = {}
        self._ended: dict[str, tuple[str, str]] = {}  # (status, message) where the job's folder does not say why
        self._is_open = True

    # -- what there is ------------------------------------------------------------------------------------------------

    def place(self, id: str) -> Path:
        """Return the folder of a job. Raises Refused (404) where there is none, or one with links in place of files."""
        place = self.folder / id
        is_job = _ID.fullmatch(id) and not place.is_symlink() and (place / CARD).is_file()
        if not is_job or not all(_is_own(place / name) for name in _READ):
            raise Refused(404, f"the run {clean(id)[:40]!r}", "a run that is listed")
        return place

    def card(self, id: str) -> Card:
        """Return what the page knows of a job. Raises Refused (404) where there is none that can be read."""
        place = self.place(id)
        try:
            return _card_of(id, _read(place / CARD))
        except _UNREADABLE as e:
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
            is_waiting, ours = card.id in self._waiting, self._running.get(card.id)
            ended = self._ended.get(card.id)
        if is_waiting:
            return Status("queued", found)
        is_busy, about = is_at_work(place / RUNS), _about(place)
        if about is not None and about["interrupted"] and not is_busy:  # its report may still be written
            name, message = ended or ("stopped", None)
            return Status(name, found, message)
        if ours is not None or is_busy or is_at_work(place):
            if ours is None:  # another server's now
                self._ended.pop(card.id, None)
            is_last = found.done + found.failed == card.total * len(card.variants)
            began = _written(place / RUNS / HOLDER) if ours is None else ours.began
            return Status(
                "running", found, _WRITES if is_last else None, None if began is None else time.time() - began
            )
        damage = self._damage(card)
        if damage is not None:
            return Status("failed", found, damage)
        if about is not None:
            message = f"{found.failed} runs failed: {found.failures[0][1]}" if found.failures else None
            return Status("done", found, message, about["seconds"])
        name, message = ended or _end_of(_tail(place / LOG), is_full=shutil.disk_usage(place).free < _LITTLE)
        return Status(name, found, message)

    def _damage(self, card: Card) -> str | None:
        """Say what of a job that is not under way is not as it was written; read again where its index changed."""
        place = self.folder / card.id
        stamp = _stamp(place / RUNS / INDEX), _stamp(place / REQUEST)
        if self._sound.get(card.id, ())[:1] != (stamp,):
            self._sound[card.id] = (stamp, _damage_in(place))
        return self._sound[card.id][1]

    def _counted(self, place: Path, card: Card) -> Count:
        try:
            return count(place / RUNS, requests.read(place).addresses or {}, card.total)
        except TrustsimError:  # nothing has been run yet
            return Count(0, 0, 0.0)

    # -- what can be done ---------------------------------------------------------------------------------------------

    def check_room(self) -> None:
        """Raise Refused where too many jobs wait (503), or where all jobs together fill what they may (507)."""
        with self._lock:
            n = len(self._waiting)
        if n >= self._most_waiting:
            raise Refused(
                503, f"one run more than the {n} that wait", f"at most {self._most_waiting} in line; stop one"
            )
        if self._is_too_large(_SECONDS_OF_SIZE / 4):
            raise Refused(507, f"runs that take {self._size[1] / 2**30:.2f} GiB on the disk", self._room())

    def _room(self) -> str:
        raised = f"trustsim serve --most-disk {2 * self._most_bytes / 2**30:g} raises it"
        return f"at most {self._most_bytes / 2**30:g} GiB in all: delete runs ({raised})"

    def _is_too_large(self, seconds: float) -> bool:
        """Whether all jobs take more than they may, as it was measured at most so many seconds ago."""
        if math.isinf(self._most_bytes):
            return False
        is_old = self._size[0] == 0.0 or time.monotonic() - self._size[0] > seconds
        if is_old and self._measuring.acquire(blocking=False):  # else somebody is about to know
            try:
                self._size = (time.monotonic(), _bytes_below(self.folder))
            finally:
                self._measuring.release()
        return self._size[1] > self._most_bytes

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

    def _stands(self, card: Card) -> tuple[_Running | None, str]:
        """Return the process that a job had, and then how it stands, which takes long to read: nobody waits for it."""
        with self._lock:
            ours = self._running.get(card.id)
        return ours, self.status(card).name

    def _put_in_line(self, id: str, ours: _Running | None) -> None:
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
            threading.Thread(target=_insist, args=(ours.process,), daemon=True).start()
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
        self._size = (0.0, 0)
        shutil.rmtree(gone, ignore_errors=True)

    def _end(self, ours: _Running | None) -> None:
        """End the process of a job that is stopped and may still write a report."""
        if ours is None:
            return
        if ours.process.poll() is None:
            _signal(ours.process, signal.SIGKILL)
            ours.process.wait(_SECONDS_TO_STOP)
        self.turn()

    def turn(self) -> None:
        """Take note of the processes that ended, and start those that wait as far as there is room."""
        is_full = bool(self._running) and self._is_too_large(_SECONDS_OF_SIZE)
        with self._lock:
            for id, ours in list(self._running.items()):
                if ours.process.poll() is not None:
                    del self._running[id]
                    ours.lock.release()
            if self._running and is_full:
                self._stop_for_room()
            while self._is_open and self._waiting and len(self._running) < self._n_at_once:
                self._begin(self._waiting.pop(0))

    def _begin(self, id: str) -> None:
        """Start the process of a job; where there can be none the job has failed, and says why."""
        place = self.folder / id
        lock = FileLock(place / LOCK, thread_local=False)
        try:
            lock.acquire(timeout=SECONDS_TO_TAKE)
            self._running[id] = _Running(self._process(place, lock), lock, time.time())
        except Timeout:  # another server on this folder was quicker, and runs it
            return
        except Exception as error:
            lock.release()
            reason = f"{FULL}. What is finished is kept." if tells_of_full_disk(str(error)) else _not_begun(error)
            self._ended[id] = "failed", reason

    def _stop_for_room(self) -> None:
        """Stop what runs and what waits: together the jobs have filled what they may."""
        why = "stopped", f"The runs filled their room: {self._room()}"
        self._ended.update(dict.fromkeys(self._waiting, why))
        self._waiting.clear()
        for id, ours in self._running.items():
            if id not in self._ended:
                self._ended[id] = why
                _signal(ours.process, signal.SIGINT)
                threading.Thread(target=_insist, args=(ours.process,), daemon=True).start()

    def _process(self, place: Path, lock: BaseFileLock) -> subprocess.Popen[bytes]:
        """Start the command that runs what is missing; what it says goes to the job's log.

        It inherits the lock, and so holds it from its first to its last moment, also where this server is killed.
        """
        workers = [] if self._workers is None else ["--workers", str(self._workers)]
        command = child.command("trustsim", "resume", str(place), "--quiet", *workers)
        with (place / LOG).open("wb") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True,
                pass_fds=_file_of(lock), env=child.environment(),
            )  # fmt: skip
        if hasattr(os, "setpriority"):
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        return process

    def kill(self) -> None:
        """End the processes of this server's studies at once."""
        for ours in list(self._running.values()):
            _signal(ours.process, signal.SIGKILL)

    def close(self) -> None:
        """Stop what this server started; what is finished stays. It takes no longer than SECONDS_TO_CLOSE."""
        with self._lock:
            self._is_open = False
            self._waiting.clear()
            running = list(self._running.values())
        for number, seconds in ((signal.SIGINT, _SECONDS_TO_CLOSE), (signal.SIGTERM, 0.3), (signal.SIGKILL, 0.5)):
            end = time.monotonic() + seconds
            for ours in running:
                _signal(ours.process, number)
            for ours in running:
                with suppress(subprocess.TimeoutExpired):
                    ours.process.wait(max(0.0, end - time.monotonic()))
            running = [ours for ours in running if ours.process.poll() is None]
        self.turn()


def begin(folder: Path, applied: Applied, work: float = 0.0) -> Card:
    """Write down the study of a state under *folder*, unless it is there as this version names it; return its card.

    Raises TrustsimError where the folder cannot be written.
    """
    scenario = applied.scenario
    assert scenario is not None, "a state without problems"
    names = list(applied.shown) if applied.shown else None
    where = addresses(scenario, choose_variants(scenario, names), simulate)
    id = hashlib.sha256(json.dumps([scenario.digest, scenario.title, where]).encode()).hexdigest()[:16]
    jobs = Jobs(folder)
    with suppress(Refused):
        return jobs.card(id)
    place = jobs.folder / id
    asked = requests.begin(place, scenario, Request("compare", None, names))
    card = Card(id, asked.scenario.title, applied.state.to_json(), tuple(asked.addresses), scenario.baseline,
                asked.total, time.time(), work)  # fmt: skip
    document = {key: value for key, value in vars(card).items() if key != "id"}
    text = json.dumps(document, ensure_ascii=False)
    write_whole({place / CARD: lambda path: path.write_text(text, encoding="utf-8")})
    return card


def renew(place: Path) -> None:
    """Name the runs of a job as this version of trustsim names them; who runs one that is broken says so."""
    with suppress(TrustsimError):
        asked = requests.asked(place)
        requests.begin(place, asked.scenario, asked.request)


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """Signal a study; where it must end, all that it started with it."""
    with suppress(ProcessLookupError, PermissionError):
        if number == signal.SIGKILL and hasattr(os, "killpg"):
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)


def _bytes_below(folder: Path) -> int:
    """Return what the files below a folder take."""
    found = 0
    for top, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):
                found += os.lstat(os.path.join(top, name)).st_size
    return found


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


def _damage_in(place: Path) -> str | None:
    try:
        addresses = requests.read(place).addresses or {}
        with reading_of(place / RUNS) as records:
            records.check(addresses)
    except Damaged as error:
        return str(error).replace(f"{place}{os.sep}", "").replace(str(place), "the folder of the run")
    except TrustsimError:  # nothing has been run yet
        return None
    return None


def _stamp(path: Path) -> tuple[int, int]:
    """Return what changes with a file: when it was written, how large it is."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


def _read(path: Path) -> Any:
    """Return what a file of a job holds. Raises one of _UNREADABLE, also where a number is none that can be told."""
    found = json.loads(path.read_text(encoding="utf-8"))
    json.dumps(found, allow_nan=False)
    return found


def _card_of(id: str, found: dict[str, Any]) -> Card:
    """Return a card as it was written. Raises one of _UNREADABLE where it is not of that form."""
    numbers = {key: float(found.get(key, 0.0)) for key in ("began", "work")}
    card = Card(id=id, **{**found, **numbers, "variants": tuple(found["variants"])})
    texts = (card.title, card.baseline, *card.variants)
    is_card = isinstance(card.state, dict) and card.variants and all(isinstance(each, str) for each in texts)
    if not is_card or not isinstance(card.total, int) or not 0 <= card.total <= _MOST_WORLDS:
        raise ValueError("a card of another form")
    return card


def _about(place: Path) -> dict[str, Any] | None:
    """Return what a study says of itself when it ended; None where it did not, or what is there is of before."""
    try:
        about = _read(place / ABOUT)
        is_old = (place / ABOUT).stat().st_mtime < (place / REQUEST).stat().st_mtime
        return None if is_old else {"interrupted": bool(about["interrupted"]), "seconds": float(about["seconds"])}
    except _UNREADABLE:
        return None


def _written(path: Path) -> float | None:
    """Return when a file was written, in seconds since the epoch; None where there is none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _is_own(path: Path) -> bool:
    """Whether a file, where there is one, lies here itself: a link leads anywhere, and a pipe never ends."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return True


def _not_begun(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"Its process could not be started ({reason}); {_ENDED}."


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
    if last.startswith(("interrupted", "stopped by")) or "KeyboardInterrupt" in said:
        return "stopped", None
    if not last:
        return "stopped", f"{_STARTED} (was it killed?); {_ENDED}."
    return "failed", f"{clean(last)}; {_ENDED}."


def has_report(place: Path) -> bool:
    """Whether the report of a job is written."""
    return (place / REPORT).is_file()
