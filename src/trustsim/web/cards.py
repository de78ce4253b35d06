"""A card says of a job what the page knows without reading its scenario; the job's folder holds it as ``job.json``."""

from __future__ import annotations

import hashlib
import json
import re
import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trustsim.errors import TrustsimError
from trustsim.experiment import request as requests
from trustsim.experiment.address import addresses
from trustsim.experiment.folder import ABOUT, write_whole
from trustsim.experiment.plan import choose_variants
from trustsim.experiment.request import REPORT, REQUEST, RESOLVED, Request
from trustsim.experiment.simulate import simulate
from trustsim.scenario.tree import clean
from trustsim.web.page_state import Applied
from trustsim.web.refused import Refused

FOLDER, CARD, LOG = "runs", "job.json", "log.txt"  # of a job: its folders, what the page knows of it, what it said
OUTCOMES = "outcomes.csv"
UNREADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError)
_READ = (CARD, LOG, REQUEST, RESOLVED, ABOUT, REPORT, OUTCOMES)  # by the page, some of it shown as it stands
_ID = re.compile(r"[0-9a-f]{16}")
_MOST_WORLDS = 10**12  # that a card can tell of


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


class Cards:
    """The cards of the jobs below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve() / FOLDER

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
            return _card_of(id, read_json(place / CARD))
        except UNREADABLE as e:
            raise Refused(404, f"the run {id!r}, whose {CARD} cannot be read", "a run that is listed") from e

    def cards(self) -> list[Card]:
        """Return all jobs, the newest first; folders that cannot be read are left out."""
        cards = []
        for path in self.folder.iterdir() if self.folder.is_dir() else ():
            with suppress(Refused):
                cards.append(self.card(path.name))
        return sorted(cards, key=lambda card: -card.began)


def begin(folder: Path, applied: Applied, work: float = 0.0) -> Card:
    """Write down the study of a state under *folder*, unless it is there as this version names it; return its card.

    Raises TrustsimError where the folder cannot be written.
    """
    scenario = applied.scenario
    assert scenario is not None, "a state without problems"
    names = list(applied.shown) if applied.shown else None
    where = addresses(scenario, choose_variants(scenario, names), simulate)
    id = hashlib.sha256(json.dumps([scenario.digest, scenario.title, where]).encode()).hexdigest()[:16]
    cards = Cards(folder)
    with suppress(Refused):
        return cards.card(id)
    place = cards.folder / id
    study = requests.begin(place, scenario, Request("compare", None, names))
    card = Card(id, study.scenario.title, applied.state.to_json(), tuple(study.addresses), scenario.baseline,
                study.total, time.time(), work)  # fmt: skip
    document = {key: value for key, value in vars(card).items() if key != "id"}
    text = json.dumps(document, ensure_ascii=False)
    write_whole({place / CARD: lambda path: path.write_text(text, encoding="utf-8")})
    return card


def renew(place: Path) -> None:
    """Name the runs of a job as this version of trustsim names them; who runs one that is broken says so."""
    with suppress(TrustsimError):
        study = requests.study_of(place)
        requests.begin(place, study.scenario, study.request)


def read_json(path: Path) -> Any:
    """Return what a file of a job holds. Raises one of UNREADABLE, also where a number is none that can be told."""
    content = json.loads(path.read_text(encoding="utf-8"))
    json.dumps(content, allow_nan=False)
    return content


def _card_of(id: str, content: dict[str, Any]) -> Card:
    """Return a card as it was written. Raises one of UNREADABLE where it is not of that form."""
    numbers = {key: float(content.get(key, 0.0)) for key in ("began", "work")}
    card = Card(id=id, **{**content, **numbers, "variants": tuple(content["variants"])})
    texts = (card.title, card.baseline, *card.variants)
    is_card = isinstance(card.state, dict) and card.variants and all(isinstance(each, str) for each in texts)
    if not is_card or not isinstance(card.total, int) or not 0 <= card.total <= _MOST_WORLDS:
        raise ValueError("a card of another form")
    return card


def _is_own(path: Path) -> bool:
    """Whether a file, where there is one, lies here itself: a link leads anywhere, and a pipe never ends."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except FileNotFoundError:
        return True


def has_report(place: Path) -> bool:
    """Whether the report of a job is written."""
    return (place / REPORT).is_file()
