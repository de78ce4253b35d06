"""The scenarios that ship with trustsim: their names, where they lie, and a copy of one to start from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from trustsim.errors import Place, Problem, ScenarioError, TrustsimError
from trustsim.scenario.merge import extended
from trustsim.scenario.tree import Node, Report, Spot, plain
from trustsim.scenario.yaml_file import read_file
from trustsim.scenario.yaml_writer import write

_HERE = Path(__file__).resolve()
_FOLDERS = (_HERE.parents[1] / "scenarios", _HERE.parents[3] / "scenarios")  # of an installed wheel, of a checkout
_MOST_NEAR = 3


def shipped() -> dict[str, Path]:
    """Return the file of every shipped scenario by its name, such as ``cases/C1_custodian_bank``, sorted."""
    folder = next((folder for folder in _FOLDERS if folder.is_dir()), _FOLDERS[0])
    found = {file.relative_to(folder).with_suffix("").as_posix(): file for file in folder.rglob("*.yaml")}
    return dict(sorted(found.items()))


def titles() -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the titles by name of all shipped scenarios that can be read here, and the names of the others.

    Those read a network that does not ship; their ``notes`` say where it is to be had.
    """
    found, lacking = {}, []
    for name, file in shipped().items():
        whole = _merged(file)
        path = _network_of(whole)
        if path is not None and not (Path(path.spot.file).parent / str(path.value)).is_file():
            lacking.append(name)
        else:
            found[name] = str(whole["title"].value) if "title" in whole else ""
    return found, tuple(lacking)


def _network_of(whole: Mapping[str, Node]) -> Node | None:
    return (whole["network"].mapping or {}).get("path") if "network" in whole else None


def find(file: str) -> str:
    """Return *file*, or the file of the shipped scenario of that name where no such file exists.

    Raises ScenarioError, with the names most like it, where there is neither.
    """
    if os.path.lexists(file):
        return file
    found = shipped()
    if file in found:
        return str(found[file])
    given = f"{file!r}, neither a file nor a shipped scenario"
    allowed = "the path of a YAML file, or a name that `trustsim init --list` shows"
    raise ScenarioError([Problem(Place(file, 1, 1, ""), given, allowed, _near(file, found))])


def copy_of(name: str) -> tuple[str, tuple[Path, ...]]:
    """Return a shipped scenario as a text that stands alone, and the files that must lie beside it.

    One that extends others is merged with them. Raises TrustsimError for a name that none has, and where a file that
    it names does not ship.
    """
    file = _named(name)
    text = file.read_text(encoding="utf-8")
    whole = _merged(file)
    if _read(file).keys() & {"extends"}:
        keys = {key: plain(child) for key, child in whole.items()}
        text = f"# {name} of trustsim, merged with what it extends\n{write(keys)}"
    return text, _beside(name, whole)


def _beside(name: str, whole: Mapping[str, Node]) -> tuple[Path, ...]:
    """Return the files that a scenario names; all it can name is a network."""
    path = _network_of(whole)
    if path is None:
        return ()
    file = Path(path.spot.file).parent / str(path.value)
    if file.name == path.value and file.is_file():
        return (file,)
    raise TrustsimError(
        f"given {name!r}, which reads {path.value}, a file that does not ship with trustsim; "
        "allowed: a scenario whose files ship too"
    )


def _named(name: str) -> Path:
    found = shipped()
    if name not in found:
        near = _near(name, found)
        raise TrustsimError(
            f"given {name!r}, not a shipped scenario; allowed: a name that `trustsim init --list` shows"
            + (f"; did you mean {near}?" if near else "")
        )
    return found[name]


def _near(given: str, names: Mapping[str, Path]) -> str | None:
    """Return the names most like what was given, with or without folder and suffix, in one phrase."""
    stem = Path(given).stem.lower()
    alike = {name.lower(): name for name in names} | {Path(name).name.lower(): name for name in names}
    close = get_close_matches(given.lower(), alike, _MOST_NEAR) + get_close_matches(stem, alike, _MOST_NEAR)
    within = [name for name in names if stem and stem in name.lower()]
    return " or ".join(list(dict.fromkeys([alike[key] for key in close] + within))[:_MOST_NEAR]) or None


def _merged(file: Path) -> dict[str, Node]:
    """Return the keys of a shipped file laid over those that it extends; raises ScenarioError."""
    report = Report()
    tree = extended(Node(_read(file), Spot(str(file))), str(file.parent), report, (os.path.realpath(file),))
    report.stop_if_any()
    return tree.mapping or {}


def _read(file: Path) -> dict[str, Node]:
    report = Report()
    tree = read_file(str(file), report)
    report.stop_if_any()
    return (tree and tree.mapping) or {}
