"""What the processes beside the server do of a folder: read a question, list scenarios, begin a study, run a world.

Everything comes and goes as plain data, so that the server itself reads no scenario.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from trustsim.experiment.estimate import Estimate, estimate
from trustsim.scenario.resolved import Scenario
from trustsim.web import cards, finished, play
from trustsim.web.files import Files
from trustsim.web.form import form_of
from trustsim.web.outgoing import encoded
from trustsim.web.page_state import Applied, Limits, apply, beyond, state_of
from trustsim.web.refused import Refused
from trustsim.web.remembered import Remembered

MOST_PLAYED = 8  # variants in one world to watch
MOST_INVESTORS_PLAYED = 20_000
SECONDS_TO_LIST = 4.0
Json = dict[str, Any]
_STUDIES = Remembered(20)


@dataclass(frozen=True)
class Place:
    """The folder that is served, what may be asked in it, and whether anything may be written."""

    folder: Path
    limits: Limits
    is_read_only: bool = False


@cache
def files_of(place: Place) -> Files:
    """Return the scenario files of a folder, as this process knows them."""
    return Files(place.folder, is_read_only=place.is_read_only)


def listed(place: Place) -> bytes:
    """Return the list of scenarios; of those that it has no time to read the names alone."""
    entries = files_of(place).listed(SECONDS_TO_LIST)
    document = {"folder": place.folder.name, "is_read_only": place.is_read_only, "scenarios": entries}
    return encoded(document)


def form(place: Place, document: object, pace: float | None) -> bytes:
    """Return the form of a state; *pace*: seconds a piece of work took, where that is known."""
    applied = _applied(place, document)
    content = form_of(applied, str(place.folder))
    needs = applied.needs
    content["seconds_estimate"] = None if needs is None else needs.seconds if pace is None else pace * work_of(needs)
    content["needs"] = None if needs is None else needs.to_json()
    return encoded({**content, "is_read_only": place.is_read_only})


def add(place: Place, name: str, text: str) -> str:
    """Keep a scenario that was sent and return its id."""
    return files_of(place).add(name, text).id


def begin(place: Place, document: object) -> Json:
    """Write down the study of a state, unless it is there, and return its card as plain data."""
    applied, _ = _whole(place, document)
    assert applied.needs is not None, "a scenario without problems"
    return asdict(cards.begin(place.folder, applied, work_of(applied.needs)))


def renew(run: Path) -> None:
    """Get a run folder ready to go on."""
    cards.renew(run)


def world_of(place: Place, document: object, replication: int) -> bytes:
    """Return one world of a state to watch."""
    applied, scenario = _whole(place, document)
    names = applied.shown or tuple(variant.name for variant in scenario.variants)
    return _watched(place, scenario, names, replication)


def world(place: Place, run: Path, names: tuple[str, ...], replication: int) -> bytes:
    """Return one world of a run folder to watch."""
    scenario: Scenario = _STUDIES.get(run, lambda: finished.study_of(run)).scenario
    return _watched(place, scenario, names, replication)


def _applied(place: Place, document: object) -> Applied:
    return apply(state_of(document), files_of(place), place.limits)


def _whole(place: Place, document: object) -> tuple[Applied, Scenario]:
    """Return the scenario of a state in which nothing is wrong. Raises Refused (422) with all that is wrong."""
    applied = _applied(place, document)
    if applied.scenario is None:
        raise Refused(422, "a scenario with problems", "one without", applied.problems)
    return applied, applied.scenario


def _watched(place: Place, scenario: Scenario, names: tuple[str, ...], replication: int) -> bytes:
    known = {variant.name: variant for variant in scenario.variants}
    chosen = tuple(name for name in dict.fromkeys(names) if name in known)[:MOST_PLAYED]
    if not chosen:
        raise Refused(404, "a world that there is not", "variants of the scenario, and a number from 0")
    needs = estimate(scenario, variants=chosen, replications=1, workers=1)
    if needs.people > MOST_INVESTORS_PLAYED:
        raise Refused(422, f"{needs.people} investors to watch", f"at most {MOST_INVESTORS_PLAYED}")
    too_much = beyond(needs, place.limits, "a world")
    if too_much:
        raise Refused(422, too_much[0].given, too_much[0].allowed, too_much)
    return encoded(play.watch(scenario, chosen, replication))


def work_of(needs: Estimate) -> float:
    """Return what the time of a study grows with: people, days, variants and worlds, all multiplied."""
    return float(needs.people * needs.steps * needs.variants * needs.replications)


# -- of what is finished ----------------------------------------------------------------------------------------------


def document(done: finished.Finished, folder: str) -> bytes:
    """Return the comparison as ``trustsim compare --json`` prints it."""
    return encoded(finished.document(done, Path(folder)))


def picture(done: finished.Finished, kind: str, name: str) -> bytes:
    """Return one chart."""
    return encoded(finished.picture(done, kind, name))


def worth_watching(done: finished.Finished) -> bytes:
    """Return which worlds to watch."""
    return encoded(finished.worth_watching(done))
