"""The inputs of a study lie in its run folder: copies of the network files that its scenarios name, called by content.

So a folder can be moved, and whoever reads it finds out where each scenario came from.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trustsim.catalog import REGISTRY, load
from trustsim.errors import TrustsimError
from trustsim.scenario.behaviour import from_file, members_file
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.shipped import find, shipped

INPUTS = "inputs"  # of a run folder: copies of what its scenarios name, and the scenarios of a study of several
SHIPPED = "shipped:"  # before the name of a scenario that ships, in place of where its file lies
_COPY = re.compile("^[0-9a-f]{16}-")
_LONGEST_END = 120  # bytes of a copied file's name; file systems allow 255 for a whole name


def sha256_of(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as e:
        raise TrustsimError(f"{path}: cannot be read ({e.strerror}); allowed: the file as it was") from e


def portable(scenario: Scenario, inside: str, copies: dict[str, Path]) -> dict[str, Any]:
    """Return a scenario's document in which network files and members are named as they lie in the folder *inside*.

    They come into *copies*: where each lies, by its place in the run folder.
    """
    base = os.path.dirname(os.path.abspath(_file(scenario.source)))

    def moved(key: str, value: Any) -> Any:
        is_file = isinstance(value, str) and key in _file_keys() and os.path.isfile(os.path.join(base, value))
        return taken_along(Path(base) / value) if is_file else value

    def taken_along(path: Path) -> str:
        digest = sha256_of(path)[:16]
        copy = path.name if path.name.startswith(digest) else f"{digest}-{_end(path.name)}"
        copies[f"{INPUTS}/{copy}"] = path
        return os.path.normpath(os.path.join(inside, copy))

    def network(value: Any) -> Any:
        return {key: moved(key, each) for key, each in value.items()} if isinstance(value, Mapping) else value

    def part(value: Any) -> Any:
        if not (isinstance(value, Mapping) and isinstance(value.get("set"), Mapping)):
            return value
        settings = {
            path: network(each) if path == "network" else moved(path.removeprefix("network."), each)
            for path, each in value["set"].items()
        }
        return {**value, "set": settings}

    document = {**scenario.document}
    if isinstance(document.get("expect"), list):
        document["expect"] = _as_it_lies(document["expect"], inside)
    if (members := members_file(document["behaviour"])) is not None:
        document["behaviour"] = from_file(document["behaviour"], taken_along(members))
    if "network" in document:
        document["network"] = network(document["network"])
    if isinstance(document.get("variants"), Mapping):
        document["variants"] = {
            key: [part(each) for each in parts] if isinstance(parts, list) else parts
            for key, parts in document["variants"].items()
        }
    return document


def _as_it_lies(value: Any, inside: str) -> Any:
    """Return a part of ``expect`` in which other scenarios are named as they lie in the folder *inside*."""
    if isinstance(value, list):
        return [_as_it_lies(each, inside) for each in value]
    if not isinstance(value, Mapping):
        return value
    told = {key: _as_it_lies(each, inside) for key, each in value.items()}
    if isinstance(told.get("file"), str):
        told["file"] = os.path.normpath(os.path.join(inside, copy_of(told["file"])))
    return told


def copy_of(file: str) -> str:
    """Return the name under which a run folder keeps a scenario file that another one names."""
    name = os.path.basename(file)
    return name if _COPY.match(name) else f"{hashlib.sha256(file.encode()).hexdigest()[:16]}-{_end(name)}"


def beside(scenario: Scenario, copies: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """Return the documents of the other scenarios that one names in ``expect``, by their place in a run folder.

    Files that they name come into *copies*, as of :func:`portable`. Raises ScenarioError for what is wrong with one.
    """
    found = {}
    for file in dict.fromkeys(r.file for e in scenario.expect for r in e.readings if r.file):
        document = portable(load(file), ".", copies)
        found[f"{INPUTS}/{copy_of(file)}"] = {key: each for key, each in document.items() if key != "expect"}
    return found


def called(path: str) -> str:
    """Return what the file of a scenario is called, also where a run folder holds a copy of it."""
    return _COPY.sub("", os.path.basename(path))


def _end(name: str) -> str:
    """Return the end of a file's name, which says its format, short enough to have more before it."""
    return name.encode()[-_LONGEST_END:].decode(errors="ignore")


def _file_keys() -> set[str]:
    """Return what parameters of networks that name a file are called."""
    kinds = REGISTRY.group("network_kind").values()
    return {parameter.name for entry in kinds for parameter in entry.parameters if parameter.refers == "file"}


def _file(source: str) -> str:
    """Return where the file of a scenario lies, also of one that ships."""
    return source if os.path.lexists(source) or source not in shipped() else find(source)


def source_of(place: Path, source: str) -> str:
    """Return where a scenario came from, seen from the folder *place*: a path, or its name where it ships."""
    file = os.path.realpath(_file(source))
    for name, path in shipped().items():
        if os.path.realpath(path) == file:
            return SHIPPED + name
    try:
        return Path(os.path.relpath(file, os.path.realpath(place))).as_posix()
    except ValueError:  # on another drive
        return file
