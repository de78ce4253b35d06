"""Run folders of every kind of study: written, gone on with, counted and verified by one mechanism.

A command that runs a study writes down what it is asked for, and goes on with what is written: so does ``resume``.
:data:`KINDS` says for each of these commands how it goes on, and which runs its studies are made of.
"""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trustsim.cli import common
from trustsim.cli.how import How
from trustsim.errors import TrustsimError, one_of
from trustsim.experiment.stop import may_go_on

if TYPE_CHECKING:
    from trustsim.experiment.request import Request
    from trustsim.experiment.store import Store
    from trustsim.experiment.verify import Part
    from trustsim.scenario.resolved import Scenario


@dataclass(frozen=True)
class Folder:
    """A run folder with what it is for; ``store``: its run store, where it is held to be written."""

    place: Path
    request: Request
    scenarios: tuple[Scenario, ...]
    store: Store | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario of a study of one."""
        return self.scenarios[0]

    @property
    def resume(self) -> str:
        """The line that goes on with it."""
        return f"trustsim resume {shlex.quote(str(self.place))}"


@dataclass(frozen=True)
class Counts:
    """What is counted of a study: what it is, in a few words, its parts, and how many runs it asks for in all."""

    what: str
    parts: Sequence[Part]
    n_runs: int


@dataclass(frozen=True)
class Kind:
    """A command that runs studies: goes on with one in a folder; says what runs it is made of."""

    go_on: Callable[[Folder, How], None]
    counts: Callable[[Folder], Counts]


KINDS: dict[str, Kind] = {}


def new(file: str, end: str, out: str | None) -> Path:
    """Return the run folder of a scenario file: *out*, else its name with *end*, in this folder.

    Where a folder of that name holds the study of another file, a number follows.
    """
    from trustsim.ask.running import say
    from trustsim.experiment.folder import expanded
    from trustsim.experiment.request import is_of_another

    if out is not None:
        return expanded(out)
    first = Path(f"{Path(file).stem}-{end}")
    for k in itertools.count(2):
        place = first if k == 2 else Path(f"{first}-{k - 1}")
        if not is_of_another(place, file):
            break
    if place != first:
        say(f"{first} holds the study of another file of this name; this one goes to {place}")
    return place


def go(
    place: Path, how: How, scenarios: Sequence[Scenario], request: Request, texts: dict[str, str] | None = None,
    *, reads_back: bool = True,
) -> None:  # fmt: skip
    """Write down in a folder what is asked for and run what is missing, while no other process does.

    Without ``reads_back`` the scenarios are taken as they are given, not read again from the folder: of many files that
    takes as long as to read them.
    """
    from trustsim.ask.running import say
    from trustsim.experiment.request import RUNS, write_down
    from trustsim.experiment.store import Store

    with Store(place / RUNS, waits=say) as store:
        written = write_down(place, scenarios, request, texts or {})
        _begin(read(place, store) if reads_back else Folder(place, written, tuple(scenarios), store), how)


def go_on(place: Path, how: How) -> None:
    """Run what is missing of the study in a folder, while no other process does."""
    from trustsim.ask.running import say
    from trustsim.experiment.folder import can_write
    from trustsim.experiment.request import RUNS, write_down
    from trustsim.experiment.request import read as request_of
    from trustsim.experiment.store import Store

    _kind(place, request_of(place).command)
    if not can_write(place):
        raise TrustsimError(
            f"{place}: given a folder that cannot be written; allowed: trustsim status, verify, and report or export "
            "with --out elsewhere; to go on, copy it to a place with room that you may write to"
        )
    with Store(place / RUNS, waits=say) as store:
        study = read(place, store)
        request = renewed(study)
        if request != study.request:
            study = replace(study, request=write_down(place, study.scenarios, request, _texts(study)))
        _begin(study, how)


def _begin(study: Folder, how: How) -> None:
    """Run what is missing; whoever stops the program from now on is told how to go on."""
    may_go_on(f"go on with: {study.resume}")
    _kind(study.place, study.request.command).go_on(study, how)


def read(place: Path, store: Store | None = None, *, checks: bool = True) -> Folder:
    """Return what a folder is for. Raises TrustsimError where that is not as it was written, unless without checks."""
    from trustsim.experiment import request as requests

    request = requests.read(place)
    scenarios = requests.scenarios(place, request, lambda path: common.read_scenario(str(path), ()), checks=checks)
    return Folder(place, request, tuple(scenarios), store)


def counts(study: Folder) -> Counts:
    """Return what is counted of the study in a folder."""
    return _kind(study.place, study.request.command).counts(study)


def renewed(study: Folder) -> Request:
    """Return what is asked for in a folder as this version of trustsim writes it: runs are kept under its addresses."""
    from trustsim.experiment.address import addresses, engine
    from trustsim.experiment.simulate import simulate

    request = replace(study.request, engine=engine())
    if request.addresses is None:
        return request
    return replace(request, addresses=addresses(study.scenario, list(request.addresses), simulate))


def _texts(study: Folder) -> dict[str, str]:
    """Return the files of a study that are neither scenarios nor what these name."""
    from trustsim.experiment.inputs import INPUTS

    names = [name for name in study.request.files if name not in study.request.scenarios]
    texts = [name for name in names if not name.startswith(f"{INPUTS}/")]
    return {name: (study.place / name).read_text(encoding="utf-8") for name in texts}


def _kind(place: Path, command: str) -> Kind:
    if command not in KINDS:
        raise TrustsimError(f"{place}: given a folder of {command!r}; allowed: one of a study, {one_of(KINDS)}")
    return KINDS[command]
