"""Which draws are those of a platform: by its name, wherever it stands in the file."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def streams_of(names: Iterable[str]) -> NDArray[np.int64]:
    """Return of each platform the number that its draws are addressed by, int64 (platforms,), from 0.

    It is its place among all names in order, a number behind a name as a number: 'Bank 2' comes before 'Bank 10'. So
    two files that differ in the order of their platforms alone give each platform the same luck. Known answer: the
    platforms Quay and Harbour have the streams 1 and 0 (``test_a_platform_has_the_stream_of_its_name``).
    """
    order = sorted(enumerate(names), key=lambda each: _by_name(each[1]))
    streams = np.empty(len(order), np.int64)
    streams[[place for place, _ in order]] = np.arange(len(order))
    return streams


def _by_name(name: str) -> tuple[str, int, str]:
    """Return what a name is sorted by: what stands before a number at its end, and that number."""
    head, _, tail = name.rpartition(" ")
    return (head, int(tail), name) if tail.isdecimal() else (name, -1, name)
