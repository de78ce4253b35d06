"""What the server knows and does, apart from how it is asked: scenarios, forms, jobs, their numbers and pictures.

Everything here is called in threads. What is slow is remembered: the last results that were read and drawn.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment import request as requests
from trustsim.experiment.address import addresses
from trustsim.experiment.request import Asked
from trustsim.experiment.simulate import simulate
from trustsim.report import result as results
from trustsim.report.result import Result
from trustsim.scenario.resolved import Scenario
from trustsim.web import answers, pictures, play
from trustsim.web.files import Files
from trustsim.web.form import form_of
from trustsim.web.jobs import Card, Jobs, Status, has_report
from trustsim.web.page_state import Applied, Limits, apply, state_of
from trustsim.web.refused import Refused

MOST_PLAYED = 8  # variants in one world to watch
MOST_INVESTORS_PLAYED = 20_000
Json = dict[str, Any]
T = TypeVar("T")


class Remembered:
    """The last few values by key, each made once: who asks for one that is being made waits for it."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made where it is not there; what raises is not remembered."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            if key not in self._values:
                self.put(key, make())
            value: T = self._values[key]
        with self._lock:
            self._making.pop(key, None)
        return value

    def put(self, key: Hashable, value: object) -> None:
        """Remember a value in place of the one before."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def peek(self, key: Hashable) -> Any:
        """Return the value of a key if it is there, without waiting; else None."""
        return self._values.get(key)


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
    _results: Remembered = field(default_factory=lambda: Remembered(6))
    _told: Remembered = field(default_factory=lambda: Remembered(30))
    _drawn: Remembered = field(default_factory=lambda: Remembered(60))
    _played: Remembered = field(default_factory=lambda: Remembered(6))

    @property
    def folder(self) -> str:
        return str(self.files.folder)

    def warm(self) -> None:
        """Do once what the first request would else wait for."""
        for each in self.files.listed():
            if each["error"] is None:
                applied, scenario = self.whole({"scenario": each["id"]})
                addresses(scenario, (scenario.baseline,), simulate)
                form_of(applied, self.folder)
                return

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
            pace = self._told.peek(("pace", card.id))
            if pace is not None:
                return float(pace) * work
        return None

    # -- jobs ---------------------------------------------------------------------------------------------------------

    def start(self, document: object) -> Json:
        """Start the study of a state and return its job."""
        applied, _ = self.whole(document)
        return self.job(self.jobs.start(applied).id)

    def job(self, id: str, *, waits: bool = False) -> Json:
        """Return a job with the last comparison that was made, or with ``waits`` that of what is finished now."""
        card = self.jobs.card(id)
        status = self.jobs.status(card)
        told = self._comparison(card, status) if waits else self._told.peek(("last", id))
        return {**self._job(card, status), "comparison": told}

    def listed(self) -> list[Json]:
        """Return all jobs, the newest first, without their comparisons."""
        return [{**self._job(card, self.jobs.status(card)), "comparison": None} for card in self.jobs.cards()]

    def _job(self, card: Card, status: Status) -> Json:
        found = status.count
        n_runs = card.total * len(card.variants)
        left = n_runs - found.done - found.failed
        seconds_left = left * found.seconds_a_run if found.done and status.name == "running" else None
        told = self._told.peek(("last", card.id))
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
            "n_worlds": told["n"] if told else 0,
            "seconds": status.seconds,
            "seconds_left": seconds_left,
            "has_report": has_report(self.jobs.place(card.id)) and status.name != "running",
        }

    def _comparison(self, card: Card, status: Status) -> Json | None:
        """Return what the finished worlds say; None before there is one."""
        key = ("comparison", card.id, status.key)

        def make() -> Json | None:
            result = self.result(card, status)
            if status.name == "done" and status.seconds:
                pace = status.seconds / _work(result.scenario, card.variants)
                self._told.put(("pace", card.id), pace)
            return answers.comparison(result)

        try:
            told = self._told.get(key, make)
        except TrustsimError:  # no world of which all variants finished
            return None
        self._told.put(("last", card.id), told)
        return told

    def result(self, card: Card, status: Status | None = None) -> Result:
        """Return what is finished of a job. Raises TrustsimError where nothing is."""
        status = status or self.jobs.status(card)
        place = self.jobs.place(card.id)
        asked = self.asked(card)
        return self._results.get(
            (card.id, status.key),
            partial(
                results.kept, place, asked, REGISTRY,
                rank_by=card.state.get("ranked_by"), seconds=status.seconds or 0.0,
            ),
        )  # fmt: skip

    def asked(self, card: Card) -> Asked:
        """Return the study of a job, with the addresses under which its runs were kept."""

        def make() -> Asked:
            found = requests.asked(self.jobs.place(card.id))
            return Asked(found.scenario, found.request, found.request.addresses or found.addresses, found.total,
                         found.has_rule)  # fmt: skip

        return self._asked.get(card.id, make)

    # -- what a job shows ---------------------------------------------------------------------------------------------

    def picture(self, id: str, kind: str, name: str) -> Json:
        """Return one chart of what is finished of a job. Raises Refused (404) for one that there is not."""
        card = self.jobs.card(id)
        status = self.jobs.status(card)

        def make() -> Json:
            return pictures.picture(self.result(card, status), kind, name)

        return self._drawn.get((id, status.key, kind, name), make)

    def world(self, id: str, replication: int, names: tuple[str, ...] | None) -> Json:
        """Return one world of a job to watch."""
        card = self.jobs.card(id)
        return self._watch(self.asked(card).scenario, names or card.variants, replication)

    def world_of(self, document: object, replication: int) -> Json:
        """Return one world of a state to watch, without a job."""
        applied, scenario = self.whole(document)
        return self._watch(scenario, applied.shown or tuple(v.name for v in scenario.variants), replication)

    def _watch(self, scenario: Scenario, names: tuple[str, ...], replication: int) -> Json:
        known = {variant.name: variant for variant in scenario.variants}
        chosen = tuple(name for name in dict.fromkeys(names) if name in known)[:MOST_PLAYED]
        if not chosen or not 0 <= replication < 10**9:
            raise Refused(404, "a world that there is not", "variants of the scenario, and a number from 0")
        people = known[chosen[0]].world.investors
        if (people.count or 0) + people.newcomers > MOST_INVESTORS_PLAYED:
            raise Refused(422, f"{people.count} investors to watch", f"at most {MOST_INVESTORS_PLAYED}")
        key = (scenario.digest, replication, chosen)
        return self._played.get(key, lambda: play.watch(scenario, chosen, replication))

    def worth_watching(self, id: str) -> list[Json]:
        """Return the replications of a job that are worth watching."""
        card = self.jobs.card(id)
        return play.worth_watching(self.result(card))


def _work(scenario: Scenario, names: tuple[str, ...] | None) -> float:
    """Return what the time of a study grows with: accounts, days, variants and worlds, all multiplied."""
    people = scenario.variants[0].world.investors
    budget = scenario.replications if isinstance(scenario.replications, int) else scenario.replications.budget
    n_people = float((people.count or 1000) + people.newcomers)
    return n_people * scenario.n_days * len(names or scenario.variants) * budget
