"""A network file of any format that can be read: what it holds, read once in a process while it is the same."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable

from trustsim.errors import UnitError, nearest, one_of
from trustsim.world.graph_files import adjacency, gexf, gml, graph6, graphml, node_link, pajek, tables
from trustsim.world.graph_files.content import COMPRESSED, content_of, text_of
from trustsim.world.graph_files.links import Links

READERS: dict[str, Callable[[str, str], Links]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt", ".edges", ".edgelist"), tables.read),
    ".ncol": functools.partial(tables.read, is_spaced=True),
    ".graphml": graphml.read,
    ".gml": gml.read,
    ".gexf": gexf.read,
    ".adjlist": adjacency.read,
    **dict.fromkeys((".net", ".pajek", ".paj"), pajek.read),
    **dict.fromkeys((".g6", ".s6"), graph6.read),
    ".json": node_link.read,
}
_MOST_HELD = 4  # networks of different files that are held at once


def read(path: str) -> Links:
    """Return what a network file holds.

    Raises
    ------
    UnitError : for a file that cannot be read, with its name and, where there is one, the line.
    """
    file = os.path.basename(path)
    if os.path.isdir(path):
        raise UnitError(f"{file}, a folder", "a network file")
    if not os.path.isfile(path):
        folder = os.path.dirname(path) or "."
        there = os.listdir(folder) if os.path.isdir(folder) else []
        raise UnitError(f"the file {file}, which is not there", "an edge list or graph file", nearest(file, there))
    status = os.stat(path)
    return _read(os.path.realpath(path), file, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


@functools.lru_cache(maxsize=_MOST_HELD)
def _read(path: str, file: str, *state: int) -> Links:
    """Return the links in a file; ``state`` only tells one state of the file from another."""
    suffix = os.path.splitext(file.lower().removesuffix(COMPRESSED))[1]
    if suffix not in READERS:
        allowed = [*READERS]
        raise UnitError(f"the network file {file}", f"a name that ends in {one_of(allowed)}", nearest(suffix, allowed))
    data = content_of(path)
    known = (hashlib.sha256(data).digest(), suffix)
    if known not in _HELD:
        links = READERS[suffix](text_of(data, file), file)
        while len(_HELD) >= _MOST_HELD:
            del _HELD[next(iter(_HELD))]
        _HELD[known] = links
    return _HELD[known]


_HELD: dict[tuple[bytes, str], Links] = {}
