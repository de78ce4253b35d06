"""What the server knows and does, apart from how it is asked: scenarios, forms, jobs, their numbers and pictures.

Everything here is called in threads. What is slow is remembered: the last results that were read and drawn.
"""

from __future__ import annotations

from collections.abc import Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from trustsim.experiment.address import addresses
from trustsim.experiment.request import Asked
from trustsim.experiment.simulate import simulate
from trustsim.scenario.resolved import Scenario
from trustsim.web import finished, pictures, play
from trustsim.web.beside import PROCESS, Beside
from trustsim.web.files import Files
from trustsim.web.finished import Finished
from trustsim.web.form import form_of
from trustsim.web.jobs import Card, Jobs, Status, has_report
from trustsim.web.page_state import Applied, Limits, apply, rankings, state_of
from trustsim.web.refused import Refused
from trustsim.web.remembered import Remembered

MOST_PLAYED = 8  # variants in one world to watch
MOST_INVESTORS_PLAYED = 20_000
_RANKING = frozenset(rankings(()))
Json = dict[str, Any]


@dataclass
class Site:
    """One folder that is served.

    Attributes
    ----------
    files, jobs : the scenarios and the studies in the folder.
    limits : how large a study the page may ask for.
    """

    files: Files
    jobs: Jobs
    limits: Limits = field(default_factory=Limits)
    _asked: Remembered = field(default_factory=lambda: Remembered(50))
    _paces: Remembered = field(default_factory=lambda: Remembered(50))
    _beside: Beside = field(default_factory=lambda: Beside(100))
    _played: Beside = field(default_factory=lambda: Beside(6))

    @property
    def folder(self) -> str:
        return str(self.files.folder)

    def warm(self) -> None:
        """Do once what the first request and the first picture would else wait for."""
        self._beside.ask("warm", None, pictures.warm)
        for each in self.files.listed():
            if each["error"] is None:
                applied, scenario = self.whole({"scenario": each["id"]})
                addresses(scenario, (scenario.baseline,), simulate)
                form_of(applied, self.folder)
                return

    def close(self) -> None:
        """Stop the studies of this server and the process beside it."""
        PROCESS.close()
        self.jobs.close()

    def applied(self, document: object) -> Applied:
        """Return the scenario of a state. Raises Refused where the state is none or its file cannot be found."""
        return apply(state_of(document), self.files, self.limits)

    def whole(self, document: object) -> tuple[Applied, Scenario]:
        """Return the scenario of a state in which nothing is wrong. Raises Refused (422) with all that is wrong."""
        found = self.applied(document)
        if found.scenario is None:
            raise Refused(422, "a scenario with problems", "one without", found.problems)
        return found, found.scenario

    def form(self, document: object) -> Json:
        """Return the form of a state."""
        found = self.applied(document)
        form = form_of(found, self.folder)
        form["seconds_estimate"] = self._estimate(found)
        return form

    def _estimate(self, applied: Applied) -> float | None:
        """Return how long a study may take, by the pace of the newest study that is done; None before there is one."""
        if applied.scenario is None:
            return None
        work = _work(applied.scenario, applied.shown)
        for card in self.jobs.cards()[:3]:
            pace = self._paces.peek(card.id)
            if pace is not None:
                return float(pace) * work
        return None

    # -- jobs ---------------------------------------------------------------------------------------------------------

    def start(self, document: object) -> Json:
        """Start the study of a state and return its job."""
        applied, _ = self.whole(document)
        return self.job(self.jobs.start(applied).id, applied.state.ranked_by)

    def job(self, id: str, by: str | None = None, *, waits: bool = False) -> Json:
        """Return a job with the last comparison that was made, or with ``waits`` that of what is finished now.

        ``is_current`` says that it is the latter.
        ``by`` is the outcome that ranks the variants; one that cannot leaves them ranked as by default.
        """
        card = self.jobs.card(id)
        status = self.jobs.status(card)
        by = by if by in _RANKING else None
        what = ("comparison", id, by)
        if waits:
            task = self._beside.ask(what, status.key, finished.comparison, self._finished(card, status, by))
            told = task.result()
            self._note_pace(card, status)
        else:
            told = self._beside.last(what)
        is_current = waits or self._beside.is_done(what, status.key)
        return {**self._job(card, status, told), "comparison": told, "is_current": is_current}

    def listed(self) -> list[Json]:
        """Return all jobs, the newest first, without their comparisons."""
        known = ((card, self._beside.last(("comparison", card.id, None))) for card in self.jobs.cards())
        return [{**self._job(card, self.jobs.status(card), told), "comparison": None} for card, told in known]

    def delete(self, id: str) -> None:
        """Delete a job with all that it computed and that was made of it."""
        self.jobs.delete(id)
        for kind in ("comparison", "picture", "runs", "document"):
            self._beside.forget(kind, id)

    def _job(self, card: Card, status: Status, told: Json | None) -> Json:
        found = status.count
        n_runs = card.total * len(card.variants)
        left = n_runs - found.done - found.failed
        seconds_left = left * found.seconds_a_run if found.done and status.name == "running" else None
        return {
            "id": card.id,
            "title": card.title,
            "scenario": card.state.get("scenario"),
            "status": status.name,
            "message": status.message,
            "state": card.state,
            "variants": list(card.variants),
            "baseline": card.baseline,
            "replications": card.total,
            "done": found.done,
            "failed": found.failed,
            "total": n_runs,
            "n_worlds": told["n"] if told else found.done // len(card.variants),
            "seconds": status.seconds,
            "seconds_left": seconds_left,
            "has_report": has_report(self.jobs.place(card.id)) and status.name != "running",
        }

    def _note_pace(self, card: Card, status: Status) -> None:
        if status.name == "done" and status.seconds and self._paces.peek(card.id) is None:
            self._paces.put(card.id, status.seconds / _work(self.asked(card).scenario, card.variants))

    def _finished(self, card: Card, status: Status, by: str | None = None) -> Finished:
        return Finished(self.jobs.place(card.id), status.key, status.seconds or 0.0, by)

    def asked(self, card: Card) -> Asked:
        """Return the study of a job, with the addresses under which its runs were kept."""
        return self._asked.get(card.id, lambda: finished.asked(self.jobs.place(card.id)))

    # -- what a job shows ---------------------------------------------------------------------------------------------

    def picture(self, id: str, kind: str, name: str, *, again: bool = False) -> Future[Json]:
        """Return what becomes of one chart of what is finished of a job; with ``again`` of that asked for before.

        Raises Refused (404) where there is no such job.
        """
        return self._of(("picture", id, kind, name), finished.picture, kind, name, again=again)

    def worth_watching(self, id: str, *, again: bool = False) -> Future[list[Json]]:
        """Return what becomes of the list of a job's replications that are worth watching."""
        return self._of(("runs", id), finished.worth_watching, again=again)

    def document(self, id: str) -> Future[Json]:
        """Return what becomes of a job's numbers, as ``trustsim compare --json`` prints them."""
        return self._of(("document", id), finished.document, again=False)

    def _of(self, what: tuple[str, ...], task: Any, *of: str, again: bool) -> Future[Any]:
        card = self.jobs.card(what[1])
        status = self.jobs.status(card)
        done = self._finished(card, status)
        return self._beside.ask(what, status.key, task, done, *of, joins=True, again=again)

    def world(self, id: str, replication: int, names: tuple[str, ...] | None, *, again: bool = False) -> Future[Json]:
        """Return what becomes of one world of a job to watch."""
        card = self.jobs.card(id)
        return self._watch(self.asked(card).scenario, names or card.variants, replication, again)

    def world_of(self, document: object, replication: int, *, again: bool = False) -> Future[Json]:
        """Return what becomes of one world of a state to watch, without a job."""
        applied, scenario = self.whole(document)
        names = applied.shown or tuple(v.name for v in scenario.variants)
        return self._watch(scenario, names, replication, again)

    def _watch(self, scenario: Scenario, names: tuple[str, ...], replication: int, again: bool) -> Future[Json]:
        known = {variant.name: variant for variant in scenario.variants}
        chosen = tuple(name for name in dict.fromkeys(names) if name in known)[:MOST_PLAYED]
        if not chosen or not 0 <= replication < 10**9:
            raise Refused(404, "a world that there is not", "variants of the scenario, and a number from 0")
        people = known[chosen[0]].world.investors
        if (people.count or 0) + people.newcomers > MOST_INVESTORS_PLAYED:
            raise Refused(422, f"{people.count} investors to watch", f"at most {MOST_INVESTORS_PLAYED}")
        what: Hashable = (scenario.digest, replication, chosen)
        return self._played.ask(what, None, play.watch, scenario, chosen, replication, again=again)


def _work(scenario: Scenario, names: tuple[str, ...] | None) -> float:
    """Return what the time of a study grows with: accounts, days, variants and worlds, all multiplied."""
    people = scenario.variants[0].world.investors
    budget = scenario.replications if isinstance(scenario.replications, int) else scenario.replications.budget
    n_people = float((people.count or 1000) + people.newcomers)
    return n_people * scenario.n_days * len(names or scenario.variants) * budget
