"""A batch is several replications of the same variants, which the engine runs together: how large, and in which order.

Nothing depends on how a study is cut into batches, but the time that it takes. Nothing heavy is imported here.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

Pass = tuple[int, tuple[str, ...]]  # a replication and the variants that share its world

MOST_WORLDS = 64
_BYTES = 2e7  # of state: what 32 variants of 10,000 people have
_LIVELY = 2.0  # seconds
_ALONE = 2  # replications
_LARGEST_PIECE, _PIECES_PER_WORKER = 16, 8  # where worlds are run one by one
_SHARES = 2  # of what is left, for each worker


def worlds_together(state_bytes: int, seconds: float) -> int:
    """Return how many worlds a batch has, from 1 to MOST_WORLDS, for what one of them has and takes.

    Worlds share what a step costs whatever their size. Their state stays within that of a pass of 32 variants of 10,000
    people: beyond, a step's own cost is nothing beside state that streams through the cache.
    What comes back together takes two seconds at most, by the *seconds* that one world is estimated to take, so that
    progress and Ctrl-C stay lively.
    """
    by_size = int(_BYTES // max(state_bytes, 1))
    by_time = int(_LIVELY / seconds) if seconds > 0 else MOST_WORLDS
    return max(1, min(MOST_WORLDS, by_size, by_time))


def batches(passes: Sequence[Pass], worlds: int) -> Iterator[list[Pass]]:
    """Yield *passes*, which come by replication, in batches of at most so many *worlds*.

    All variants of some replications come before the next ones. The first two replications are on their own: somebody
    sees progress soon, kernels are compiled once, and where all runs fail alike nothing more is tried.
    """
    numbers = dict.fromkeys(replication for replication, _ in passes)
    window = {number: k if k < _ALONE else _ALONE + (k - _ALONE) // worlds for k, number in enumerate(numbers)}
    for _, together in itertools.groupby(passes, key=lambda one: window[one[0]]):
        by_variants: dict[tuple[str, ...], list[Pass]] = {}
        for one in together:
            by_variants.setdefault(one[1], []).append(one)
        yield from by_variants.values()


def pieces(passes: Sequence[Pass], worlds: int, n_workers: int) -> Iterator[list[Pass]]:
    """Yield what workers are handed, one piece after the other: the first is one pass.

    A piece is a batch, or several passes where worlds are run one by one. Towards the end pieces become smaller, so
    that all workers are busy to the end.
    """
    left = len(passes)
    for batch in batches(passes, worlds) if worlds > 1 else _in_order(passes, n_workers):
        while batch:
            n = max(1, min(len(batch), left // (n_workers * _SHARES)))
            yield batch[:n]
            batch, left = batch[n:], left - n


def _in_order(passes: Sequence[Pass], n_workers: int) -> Iterator[list[Pass]]:
    size = max(1, min(_LARGEST_PIECE, len(passes) // (n_workers * _PIECES_PER_WORKER)))
    yield list(passes[:1])
    for k in range(1, len(passes), size):
        yield list(passes[k : k + size])
