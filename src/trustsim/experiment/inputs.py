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

from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
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
    """Return a scenario's document in which network files are named as they lie in the folder *inside*.

    They come into *copies*: where each lies, by its place in the run folder.
    """
    base = os.path.dirname(os.path.abspath(_file(scenario.source)))

    def moved(key: str, value: Any) -> Any:
        if not (isinstance(value, str) and key in _file_keys() and os.path.isfile(os.path.join(base, value))):
            return value
        path = Path(base) / value
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
    if "network" in document:
        document["network"] = network(document["network"])
    if isinstance(document.get("variants"), Mapping):
        document["variants"] = {
            key: [part(each) for each in parts] if isinstance(parts, list) else parts
            for key, parts in document["variants"].items()
        }
    return document


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
