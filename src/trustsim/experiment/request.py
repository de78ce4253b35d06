"""A run folder says what it is for: its scenarios and what was asked beside them, so that it goes on from there alone.

Everything that decides a study lies in the folder: the resolved scenarios, copies of the network files that they name,
and ``request.json`` with the command, its arguments and the hash of each of these files. So a folder can be moved, and
is believed only where the hashes agree. The command line and the page write the same folders through here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trustsim.catalog import load
from trustsim.errors import TrustsimError
from trustsim.experiment import folder
from trustsim.experiment.address import addresses, engine
from trustsim.experiment.inputs import INPUTS, beside, portable, sha256_of, source_of
from trustsim.experiment.plan import choose_variants, total_of
from trustsim.experiment.shards import Damaged
from trustsim.experiment.simulate import simulate
from trustsim.experiment.stored import Addresses
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.yaml_writer import write

FORMAT = 2
RESOLVED, REQUEST = "resolved.yaml", "request.json"
RUNS, REPORT = "runs", "report.html"  # the run store, and what compare writes of it
ROBUSTNESS = "robustness"  # of the options of compare: how many other sets of assumptions, or whether any
_TABLES = tuple(f"{name}.{end}" for name in ("outcomes", "runs") for end in ("csv", "parquet"))
_OF_VARIANTS = (*_TABLES, "series.csv.gz", "series.parquet", "study.nc", folder.ABOUT, REPORT, "odd.md")
WRITTEN: Mapping[str, tuple[str, ...]] = {  # what each command writes of a study into its folder
    "compare": _OF_VARIANTS,
    "run": _OF_VARIANTS,
    "sweep": ("points.csv", "regret.csv", "regret.png", "fragility.csv", "fragility.png"),
    "sensitivity": ("points.csv", "indices.csv", "indices.png", "tornado.png", "scatter.png"),
    "calibrate": ("calibrated.yaml", "calibration.csv", "calibration.png"),
    "attribute": ("attribution.csv", "attribution.png"),
}
_CHECK = "check"
_Write = Callable[[Path], object]


@dataclass(frozen=True)
class Request:
    """What a study was asked for, as the run folder keeps it for ``resume``.

    Attributes
    ----------
    addresses : of the variants when it began, for ``verify``; None where it has others beside them.
    engine : the hash of the source that made its numbers when it began.
    options : what else the command was asked for, plain data.
    scenarios : its scenario files in the folder.
    sources : where each of them came from, seen from the folder.
    files : the SHA-256 of everything in the folder that decides the study, by its place there.
    """

    command: str
    replications: int | None = None
    variants: list[str] | None = None
    addresses: dict[str, str] | None = None
    rank_by: str | None = None
    engine: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    scenarios: list[str] = field(default_factory=lambda: [RESOLVED])
    sources: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """The study of ``compare`` or ``run`` that a run folder is for; ``has_rule``: whether it stops at a precision."""

    scenario: Scenario
    request: Request
    addresses: dict[str, str]
    total: int
    has_rule: bool


def begin(place: Path, scenario: Scenario, request: Request) -> Asked:
    """Write down what is asked of one scenario, so that the study can be resumed from its folder alone.

    Raises TrustsimError for a variant that is unknown, and where the folder cannot be written.
    """
    where = addresses(scenario, choose_variants(scenario, request.variants), simulate)
    written = write_down(place, [scenario], replace(request, addresses=where, engine=engine()))
    return _study(scenario, written, where)


def write_down(
    place: Path, scenarios: Sequence[Scenario], request: Request, texts: Mapping[str, str] = MappingProxyType({})
) -> Request:
    """Write down what is asked for, whole or not at all, and return it as it is kept.

    Whoever calls this for a folder that others may write to holds the lock of its run store.

    ``texts``: further files of the study by their place in the folder. Tables and reports of another study that the
    folder held give way; its runs are kept.
    """
    folder.make(place)
    names = [RESOLVED] if len(scenarios) == 1 else [f"{INPUTS}/{k:03d}.yaml" for k in range(len(scenarios))]
    copies: dict[str, Path] = {}
    contents = dict(texts)
    for name, scenario in zip(names, scenarios, strict=True):
        contents[name] = write(portable(scenario, INPUTS if name == RESOLVED else ".", copies))
        contents |= {other: write(document) for other, document in beside(scenario, copies).items()}
    files = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in contents.items()}
    files |= {name: sha256_of(path) for name, path in copies.items()}
    sources = request.sources or [source_of(place, scenario.source) for scenario in scenarios]
    written = replace(request, scenarios=names, sources=sources, files=files)
    others = _of_another(place, written)
    writers: dict[Path, _Write] = {place / name: _copies(path) for name, path in copies.items()}
    writers |= {place / name: _writes(text) for name, text in contents.items()}
    for path in writers:
        folder.make(path.parent)
    folder.write_whole({**writers, place / REQUEST: _writes(_text(written))})
    try:
        for path in others:
            path.unlink(missing_ok=True)
    except OSError as e:
        raise folder.cannot("write", place, e) from e
    return written


def _writes(text: str) -> _Write:
    return lambda path: path.write_text(text, encoding="utf-8")


def _copies(source: Path) -> _Write:
    return lambda path: path.write_bytes(source.read_bytes())


def _text(request: Request) -> str:
    document = {"format": FORMAT, **asdict(request)}
    return json.dumps({**document, _CHECK: _check(document)}, ensure_ascii=False)


def _check(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def is_of_another(place: Path, source: str) -> bool:
    """Whether a folder holds the study of another scenario file than *source*."""
    try:
        sources = read(place).sources
    except TrustsimError:
        return False
    return bool(sources) and sources != [source_of(place, source)]


def _of_another(place: Path, request: Request) -> list[Path]:
    """Return the tables and reports in a folder that are of another study than the one that begins."""
    try:
        before = read(place)
    except TrustsimError:
        return []
    decisive = ("command", "variants", "addresses", "options", "files")
    if all(getattr(before, name) == getattr(request, name) for name in decisive):
        return []
    return [place / name for name in WRITTEN.get(before.command, ())]


def read(place: Path) -> Request:
    """Return what is asked for in a run folder; raises TrustsimError where there is none that is as it was written."""
    try:
        document = json.loads((place / REQUEST).read_text(encoding="utf-8"))
    except FileNotFoundError as e:
        if (place / RUNS).exists():
            raise _not_as_written(place, "no such file") from e
        raise TrustsimError(
            f"{place}: given a folder without a whole {REQUEST}; allowed: one that trustsim wrote"
        ) from e
    except (OSError, ValueError, RecursionError) as e:
        raise _not_as_written(place, f"a file that cannot be read ({getattr(e, 'strerror', None) or e})") from e
    if isinstance(document, dict) and "format" not in document and _CHECK not in document and "command" in document:
        raise _not_as_written(place, "one without its hash, of an earlier version of trustsim or written by hand")
    is_whole = isinstance(document, dict) and document.get("format") == FORMAT
    if not is_whole or document.pop(_CHECK, None) != _check(document):
        raise _not_as_written(place, "one that is not as it was written")
    del document["format"]
    known = {each.name for each in fields(Request)}
    if document.keys() != known:
        raise _not_as_written(place, "one of another version of trustsim")
    return Request(**document)


def _not_as_written(place: Path, what: str) -> Damaged:
    return Damaged(f"{place / REQUEST}: given {what}; allowed: the one that trustsim wrote. {_still(place)}")


def _still(place: Path) -> str:
    """Say what is still good and what to do where a file that decides a study is not as it was written."""
    return (
        f"The runs in {place / RUNS} are as they were: put a copy of the file back; or give the command that began the "
        f"study again, with --out {place}, and it goes on"
    )


def changed(place: Path, request: Request) -> Iterator[str]:
    """Yield the files of a folder that decide its study and are not as they were written."""
    for name, sha256 in request.files.items():
        try:
            with (place / name).open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
                    yield name
        except OSError:
            yield name


def check(place: Path, request: Request) -> None:
    """Raise Damaged where a file that decides the study of a folder is not as it was written."""
    for name in changed(place, request):
        what = "one that is not as it was written" if (place / name).exists() else "no such file"
        raise Damaged(
            f"{place / name}: given {what}; allowed: the one that trustsim wrote. {_still(place)}. To run a scenario "
            "that was changed by hand, give its file to a command, with another --out"
        )


def scenarios(
    place: Path, request: Request, load: Callable[[Path], Scenario] = load, *, checks: bool = True
) -> list[Scenario]:
    """Return the scenarios of a folder; ``load`` reads a file. Raises TrustsimError for files that were changed."""
    if checks:
        check(place, request)
    return [load(place / name) for name in request.scenarios]


def study_of(place: Path, load: Callable[[Path], Scenario] = load) -> Asked:
    """Return the study that a run folder is for, with the addresses that this version of trustsim gives its runs.

    Raises TrustsimError where there is none, or where it is no study of variants of one scenario.
    """
    request = read(place)
    if request.command not in ("compare", "run"):
        raise TrustsimError(
            f"{place}: given a folder of {request.command}; allowed: one of compare or run. Its tables and "
            f"pictures are written again by: trustsim resume {place}"
        )
    (scenario,) = scenarios(place, request, load)
    return _study(scenario, request, addresses(scenario, choose_variants(scenario, request.variants), simulate))


def _study(scenario: Scenario, request: Request, where: Addresses) -> Asked:
    total = total_of(scenario, request.replications)
    has_rule = request.replications is None and not isinstance(scenario.replications, int)
    return Asked(scenario, request, dict(where), total, has_rule)
