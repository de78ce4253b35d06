"""What the server knows and does, apart from how it is asked: scenarios, forms, jobs, their numbers and pictures.

What is called here is quick; what is slow is handed to the lanes and comes as a future. The last of it is remembered.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Hashable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from trustsim.web import finished, pictures, tasks
from trustsim.web.beside import Beside, Does
from trustsim.web.cards import Card, has_report
from trustsim.web.files import Files
from trustsim.web.finished import Finished
from trustsim.web.jobs import Jobs
from trustsim.web.lanes import Lane
from trustsim.web.outgoing import without_paths
from trustsim.web.page_state import Limits, rankings
from trustsim.web.refused import Refused
from trustsim.web.remembered import Remembered
from trustsim.web.standing import Status
from trustsim.web.tasks import Place

_RANKING = frozenset(rankings(()))
_SECONDS_TO_READ, _SECONDS_TO_DRAW = 10.0, 180.0  # a question, a picture
_MINUTES_OF_A_WORLD = 15.0
_SECONDS_TO_CLOSE = 3.0
_NICE, _NICER, _NICEST = 3, 5, 10  # the server answers first, then come forms, pictures, worlds
Json = dict[str, Any]


@dataclass(frozen=True)
class Lanes:
    """Where what takes long is done: forms and the list, what is drawn and compared, worlds to watch."""

    forms: Does
    drawing: Does
    worlds: Does

    @classmethod
    def of(cls, limits: Limits) -> Lanes:
        """Return processes that keep these limits; none is started before it is needed."""
        most, minutes = limits.memory, min(limits.minutes, _MINUTES_OF_A_WORLD)
        return cls(
            Lane(2, seconds=_SECONDS_TO_READ, most_bytes=most, niceness=_NICE),
            Lane(1, seconds=_SECONDS_TO_DRAW, most_bytes=most, niceness=_NICER),
            Lane(2, seconds=60.0 * minutes, most_waiting=50, most_bytes=most, niceness=_NICEST),
        )

    def close(self) -> None:
        """End all that is under way, at once."""
        threads = [threading.Thread(target=each.close, daemon=True) for each in (self.forms, self.drawing, self.worlds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_SECONDS_TO_CLOSE)

    def kill(self) -> None:
        """End the processes without a word."""
        for each in (self.forms, self.drawing, self.worlds):
            each.kill()


class Site:
    """One folder that is served.

    Parameters
    ----------
    files, jobs : the scenarios and the studies in the folder.
    limits : how large a study the page may ask for.
    lanes : where what takes long is done.
    """

    def __init__(self, files: Files, jobs: Jobs, limits: Limits | None = None, lanes: Lanes | None = None) -> None:
        self.files, self.jobs, self.limits = files, jobs, limits or Limits()
        self.lanes = lanes or Lanes.of(self.limits)
        self.is_ending = False
        self._ending: list[threading.Thread] = []
        self.place = Place(files.folder, self.limits, files.is_read_only)
        self._forms, self._made = Beside(200, self.lanes.forms), Beside(100, self.lanes.drawing)
        self._worlds = Beside(12, self.lanes.worlds)
        self._paces = Remembered(50)
        self._moment = 0

    def warm(self) -> None:
        """Begin what the first request would else wait for; the first picture is prepared for afterwards."""
        self.scenarios()

    def sweep(self) -> None:
        """Let go of what nobody waits for any more, and start studies that wait in line."""
        self._moment += 1
        for each in (self._forms, self._made, self._worlds):
            each.sweep()
        if self.lanes.forms.is_warm and not self.lanes.drawing.is_warm:
            self._made.ask("warm", None, pictures.warm, again=True)
        self.jobs.turn()

    def end(self) -> None:
        """Begin to stop the studies of this server and the processes beside it; :meth:`close` waits for it."""
        if not self.is_ending:
            self.is_ending = True
            self._ending = [threading.Thread(target=act, daemon=True) for act in (self.lanes.close, self.jobs.close)]
            for each in self._ending:
                each.start()

    def close(self) -> None:
        """Stop the studies of this server and the processes beside it, within some seconds."""
        self.end()
        for each in self._ending:
            each.join(_SECONDS_TO_CLOSE)

    # -- scenarios ----------------------------------------------------------------------------------------------------

    def scenarios(self, *, again: bool = False) -> tuple[Future[bytes], bytes | None]:
        """Return what becomes of the list of scenarios, and the one before it."""
        before, stamp = self._forms.last("scenarios"), self.files.stamp()
        task = self._forms.ask("scenarios", stamp, tasks.listed, self.place, joins=True, again=again, is_urgent=True)
        return task, before

    def form(self, document: object, *, again: bool = False) -> Future[bytes]:
        """Return what becomes of the form of a state."""
        pace = next((self._paces.peek(card.id) for card in self.jobs.cards()[:3]), None)
        what = ("form", _name(document))
        return self._forms.ask(what, (self._moment, pace), tasks.form, self.place, document, pace, joins=True,
                               again=again)  # fmt: skip

    def add(self, name: str, text: str) -> Future[str]:
        """Return what becomes of a scenario that is to be kept: its id."""
        self.check_writes("a file to keep")
        return self.lanes.forms.submit(tasks.add, self.place, name, text)

    def check_writes(self, given: str) -> None:
        """Raise Refused where nothing may be changed."""
        if self.files.is_read_only:
            raise Refused(403, given, "looking and reading: the folder is served read only")

    # -- jobs ---------------------------------------------------------------------------------------------------------

    def begin(self, document: object) -> Future[Json]:
        """Return what becomes of a study that is to be started: its card, for :meth:`start`."""
        self.check_writes("a study to start")
        self.jobs.check_room()
        return self.lanes.forms.submit(tasks.begin, self.place, document, is_urgent=True)

    def renew(self, id: str) -> Future[None] | None:
        """Return what becomes of a job that is made ready to go on; None for one that is under way or done."""
        self.check_writes("a study to go on with")
        self.jobs.check_room()
        if not self.jobs.may_resume(id):
            return None
        return self.lanes.forms.submit(tasks.renew, self.jobs.place(id), is_urgent=True)

    def start(self, card: Json, by: str | None = None) -> Json:
        """Start a study that was begun and return its job."""
        begun = self.jobs.start(Card(**{**card, "variants": tuple(card["variants"])}))
        return self.job(begun.id, by)

    def stop(self, id: str) -> Json:
        """Stop a study and return its job."""
        self.check_writes("a study to stop")
        self.jobs.stop(id)
        return self.job(id)

    def resume(self, id: str) -> Json:
        """Go on with a study and return its job."""
        self.jobs.resume(id)
        return self.job(id)

    def delete(self, id: str) -> None:
        """Delete a job with all that it computed and that was made of it."""
        self.check_writes("a study to delete")
        self.jobs.delete(id)
        for kind in ("comparison", "picture", "runs", "document"):
            self._made.forget(kind, id)

    def job(self, id: str, by: str | None = None) -> Json:
        """Return a job with the last comparison that was made; ``is_current``: whether it is of what is finished now.

        ``by`` is the outcome that ranks the variants; one that cannot leaves them ranked as by default.
        """
        card = self.jobs.card(id)
        status = self.jobs.status(card)
        what = ("comparison", id, _ranking(by))
        comparison = self._made.last(what)
        job = self._job(card, status, comparison)
        return {**job, "comparison": comparison, "is_current": self._made.is_done(what, status.key)}

    def compared(self, id: str, by: str | None = None) -> tuple[Json, Future[Json | None]]:
        """Return a job without its comparison, and what becomes of the comparison of what is finished now."""
        card = self.jobs.card(id)
        status = self.jobs.status(card)
        what = ("comparison", id, _ranking(by))
        made = self._finished(card, status, _ranking(by))
        task = self._made.ask(what, status.key, finished.comparison, made, is_urgent=True)
        if status.name == "done" and status.seconds and card.work and self._paces.peek(id) is None:
            self._paces.put(id, status.seconds / card.work)
        return self._job(card, status, self._made.last(what)), task

    def listed(self) -> list[Json]:
        """Return all jobs, the newest first, without their comparisons; one that goes meanwhile is left out."""
        jobs = []
        for card in self.jobs.cards():
            with suppress(Refused, OSError):
                comparison = self._made.last(("comparison", card.id, None))
                jobs.append({**self._job(card, self.jobs.status(card), comparison), "comparison": None})
        return jobs

    def _job(self, card: Card, status: Status, comparison: Json | None) -> Json:
        done = status.count
        n_runs = card.total * len(card.variants)
        left = n_runs - done.done - done.failed
        seconds_left = left * done.seconds_a_run if done.done and status.name == "running" else None
        return {
            "id": card.id,
            "title": card.title,
            "scenario": card.state.get("scenario"),
            "status": status.name,
            "message": None if status.message is None else without_paths(status.message, self.files.folder),
            "state": card.state,
            "variants": list(card.variants),
            "baseline": card.baseline,
            "replications": card.total,
            "done": done.done,
            "failed": done.failed,
            "total": n_runs,
            "n_worlds": comparison["n"] if comparison else done.done // len(card.variants),
            "seconds": status.seconds,
            "seconds_left": seconds_left,
            "has_report": has_report(self.jobs.place(card.id)) and status.name != "running",
        }

    def _finished(self, card: Card, status: Status, by: str | None = None) -> Finished:
        return Finished(self.jobs.place(card.id), status.key, status.seconds or 0.0, by)

    # -- what a job shows ---------------------------------------------------------------------------------------------

    def picture(self, id: str, kind: str, name: str, *, again: bool = False) -> Future[bytes]:
        """Return what becomes of one chart of what is finished of a job; with ``again`` of that asked for before.

        Raises Refused (404) where there is no such job.
        """
        return self._of(("picture", id, kind, name), tasks.picture, kind, name, again=again)

    def worth_watching(self, id: str, *, again: bool = False) -> Future[bytes]:
        """Return what becomes of the list of a job's replications that are worth watching."""
        return self._of(("runs", id), tasks.worth_watching, again=again)

    def document(self, id: str) -> Future[bytes]:
        """Return what becomes of a job's numbers, as ``trustsim compare --json`` prints them."""
        return self._of(("document", id), tasks.document, str(self.files.folder), again=False)

    def _of(self, what: tuple[str, ...], task: Any, *of: str, again: bool) -> Future[bytes]:
        card = self.jobs.card(what[1])
        status = self.jobs.status(card)
        done = self._finished(card, status)
        return self._made.ask(what, status.key, task, done, *of, joins=True, again=again)

    def world(self, id: str, replication: int, names: tuple[str, ...] | None, *, again: bool = False) -> Future[bytes]:
        """Return what becomes of one world of a job to watch."""
        card = self.jobs.card(id)
        names = names or card.variants
        run = self.jobs.place(id)
        return self._worlds.ask(
            ("world", id, replication, names), None, tasks.world, self.place, run, names, replication, again=again
        )

    def world_of(self, document: object, replication: int, *, again: bool = False) -> Future[bytes]:
        """Return what becomes of one world of a state to watch, without a job."""
        self.check_writes("a world that no study here has")
        what = ("world", _name(document), replication)
        return self._worlds.ask(what, self._moment, tasks.world_of, self.place, document, replication, joins=True,
                                again=again)  # fmt: skip

    def leave(self, *what: Hashable) -> None:
        """Note that a reader waits no longer for a world."""
        self._worlds.leave(("world", *what))

    def leave_state(self, document: object, replication: int) -> None:
        """Note that a reader waits no longer for a world of a state."""
        self.leave(_name(document), replication)


def _ranking(by: str | None) -> str | None:
    return by if by in _RANKING else None


def _name(document: object) -> str:
    """Return what names a question: it may be long itself."""
    return hashlib.sha256(json.dumps(document).encode()).hexdigest()
