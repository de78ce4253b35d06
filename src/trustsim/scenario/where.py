"""Where a key of a scenario is written, for what is only known after the file was read."""

from __future__ import annotations

import os

from trustsim.errors import Place, ScenarioError
from trustsim.scenario.load import whole_tree
from trustsim.scenario.merge import spot_of
from trustsim.scenario.shipped import find
from trustsim.scenario.tree import Report, clean
from trustsim.scenario.yaml_file import read_file

_NOWHERE = "<scenario>"


def place_of(source: str, path: str) -> Place:
    """Return the place of the key at a dotted *path* of the file *source*, or of the last key on the way to it."""
    spot = None
    try:
        report = Report()
        file = find(source) if source else ""
        tree = read_file(file, report) if source else None
        if tree is not None:
            spot = spot_of(whole_tree(tree, file, os.path.dirname(file), report), path)
    except ScenarioError:  # the file is gone, or changed meanwhile
        pass
    if spot is None:
        return Place(clean(source) or _NOWHERE, 1, 1, path)
    return Place(clean(spot.file), spot.line, spot.column, path)
