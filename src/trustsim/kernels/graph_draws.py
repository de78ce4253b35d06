"""Words for the links of a network, every one at an address, and picks of distinct nodes by them.

Draws are made at (NETWORK, stage, number): numbers in bulk, four to a counter (:func:`numbered_words`), or single
ones where a pick must be repeated. A pick among ``k`` things takes one 32-bit word, so the chance of each differs
from 1/k by less than one part in 2**32 / k: 0.02 % for a million.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.compiled import compiled_with_arrays, inlined
from trustsim.kernels.draws import UNIFORM_SCALE, fill_words, word
from trustsim.kernels.graph_rows import Nodes, Starts, holds
from trustsim.kernels.purposes import NETWORK

# Stages: the day coordinate of a network's draws. From AGAIN on, one stage an attempt; from NEWCOMER on, one a link.
COUNT = 0
PICK = 1
AGAIN = 2
NEWCOMER = 2**31

Words = NDArray[np.uint32]
Key = NDArray[np.uint64]

_32 = np.uint64(32)
_HALF = np.float64(0.5)


@inlined
def below(bits: np.uint32 | np.uint64, size: int | np.int64) -> np.int64:
    """Return an int64 in [0, size) from a 32-bit word."""
    return np.int64((np.uint64(bits) * np.uint64(size)) >> _32)


@inlined
def unit(bits: np.uint32 | np.uint64) -> np.float64:
    """Return a float64 in (0, 1) from a 32-bit word: the middle of its cell."""
    return (np.float64(bits) + _HALF) * UNIFORM_SCALE


@compiled_with_arrays
def numbered_words(n: int | np.int64, stage: int, key: Key) -> Words:
    """Return uint32 (4, ⌈n / 4⌉): number ``e`` has the word ``[e & 3, e >> 2]``."""
    words = np.empty((4, (n + 3) >> 2), np.uint32)
    fill_words(words[0], words[1], words[2], words[3], 0, stage, NETWORK, key)
    return words


@inlined
def numbered_word(number: int | np.int64, stage: int | np.int64, key: Key) -> np.uint64:
    """Return one word at one address, for what is drawn seldom."""
    return word(number, stage, NETWORK, key)  # type: ignore[no-any-return]


@compiled_with_arrays
def picked(first: Starts, low: Nodes, size: Nodes, words: Words) -> Nodes:
    """Return int32 (first[-1],): for each span ``s``, ``first[s + 1] − first[s]`` distinct nodes, in no order.

    Spans are ``low[s] … low[s] + size[s] − 1`` and each of their subsets is equally likely (Floyd's sampling,
    doi:10.1145/30401.315746, one draw a node, no rejection). ``words``: see :func:`numbered_words`, one a pick.
    """
    nodes = np.empty(first[-1], np.int32)
    for s in range(len(low)):
        start, end = first[s], first[s + 1]
        last = low[s] + size[s] - (end - start)
        for e in range(start, end):
            node = low[s] + below(words[e & 3, e >> 2], last - low[s] + 1)
            nodes[e] = last if holds(nodes, start, e, node) else node
            last += 1
    return nodes
