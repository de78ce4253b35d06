"""What a run folder is for: the resolved scenario and what was asked beside it, so that a study goes on from it alone.

The command line and the page write the same folders through here, so each goes on with what the other began.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from trustsim.catalog import load
from trustsim.errors import TrustsimError
from trustsim.experiment import folder
from trustsim.experiment.address import addresses
from trustsim.experiment.simulate import simulate
from trustsim.experiment.study import choose_variants, planned
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.yaml_file import write

RESOLVED, REQUEST = "resolved.yaml", "request.json"
RUNS, REPORT = "runs", "report.html"  # the run store, and what compare writes of it


@dataclass(frozen=True)
class Request:
    """What a study was asked for beside its scenario, as the run folder keeps it for ``resume``."""

    command: str
    replications: int | None
    variants: list[str] | None
    addresses: dict[str, str] | None = None  # of the variants when it began, for ``verify``
    rank_by: str | None = None


@dataclass(frozen=True)
class Asked:
    """The study that a run folder is for; ``has_rule``: whether it stops at a precision."""

    scenario: Scenario
    request: Request
    addresses: dict[str, str]
    total: int
    has_rule: bool


def begin(place: Path, scenario: Scenario, request: Request) -> Asked:
    """Write down what is asked for, so that the study can be resumed from its folder alone.

    Raises TrustsimError for a variant that is unknown, and where the folder cannot be written.
    """
    where = addresses(scenario, choose_variants(scenario, request.variants), simulate)
    request = replace(request, addresses=where)
    asked = json.dumps(asdict(request), ensure_ascii=False)
    folder.write_whole(
        {
            folder.make(place) / RESOLVED: lambda path: path.write_text(write(scenario.document), encoding="utf-8"),
            place / REQUEST: lambda path: path.write_text(asked, encoding="utf-8"),
        }
    )
    return _asked(scenario, request, where)


def read(place: Path) -> Request:
    """Return what is asked for in a run folder; raises TrustsimError where there is no whole one."""
    try:
        return Request(**json.loads((place / REQUEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as e:
        raise TrustsimError(
            f"{place}: given a folder without a whole {REQUEST}; allowed: one that trustsim wrote"
        ) from e


def asked(place: Path, load: Callable[[Path], Scenario] = load) -> Asked:
    """Return the study that a run folder is for, with the addresses that this version of trustsim gives its runs.

    ``load`` reads the scenario file. Raises TrustsimError where there is none.
    """
    scenario, request = load(place / RESOLVED), read(place)
    return _asked(scenario, request, addresses(scenario, choose_variants(scenario, request.variants), simulate))


def _asked(scenario: Scenario, request: Request, where: dict[str, str]) -> Asked:
    total = planned(scenario) if request.replications is None else request.replications
    has_rule = request.replications is None and not isinstance(scenario.replications, int)
    return Asked(scenario, request, where, total, has_rule)
