"""Adjacency lists: a person a line, then those who are linked to; a line of one name is a person without links."""

from __future__ import annotations

from trustsim.world.graph_files.links import Gathering, Links


def read(text: str, file: str) -> Links:
    """Return the links of an adjacency list; ``#`` begins a comment."""
    gathering = Gathering(file)
    for place, line in enumerate(text.split("\n"), 1):
        names = line.partition("#")[0].split()
        if names:
            first, *others = [gathering.person(name, place) for name in names]
            for other in others:
                gathering.link(first, other, place)
    return gathering.done()
