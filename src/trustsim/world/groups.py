"""Groups of the clients of day 0: by segment, and by how much they held; trust of each of them, day by day.

A grouping has a row of ``state.group_of``, and its groups stand behind those of the one before: segments first, then
classes of size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.layout import N_SIZES, Sums

if TYPE_CHECKING:
    from trustsim.world.drawn import Drawn

#: parts of those who held money at day 0, in order of what they held
SIZES = {"small": (0.0, 0.5), "middle": (0.5, 0.9), "large": (0.9, 1.0)}
assert len(SIZES) == N_SIZES


def size_of(at_start: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.int32]:
    """Return the class of size of each investor, int32 (investors,), by what each held at day 0; −1 who held nothing.

    Who held the same stand in one class, that of their mean rank.
    """
    held = at_start > 0
    _, sum_of, n_alike = np.unique(at_start[held], return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(n_alike) - (n_alike + 1) / 2
    place = mean_rank[sum_of] / max(int(held.sum()), 1)
    of_all = np.full(len(at_start), -1, np.int32)
    of_all[held] = np.searchsorted([low for low, _ in SIZES.values()], place, side="right") - 1
    return of_all


def groups_of(drawn: Sequence[Drawn], n_segments: int) -> NDArray[np.int32]:
    """Return in which group each account is by each grouping, int32 (groupings, worlds, accounts); −1: in none."""
    found = np.empty((2, len(drawn), drawn[0].accounts.n_accounts), np.int32)
    for w, world in enumerate(drawn):
        opened = world.accounts
        held = np.bincount(opened.investor, opened.balance, world.population.n_investors)
        size = size_of(held)
        found[0, w] = world.population.segment[opened.investor]
        found[1, w] = np.where(size < 0, -1, n_segments + size)[opened.investor]
    return found


def note_trough(trough: NDArray[np.int64], by_group: NDArray[np.int64], sums: NDArray[np.int64]) -> None:
    """Let ``trough`` int64 (lanes, groups) be the least so far of ``by_group``, what the account pass adds up of the
    trust of each group. It leaves out the last group of each grouping, which has what is left of all, by ``sums`` int64
    (lanes, platforms, Sums)."""
    of_all = sums[:, :, Sums.COHORT_TRUST].sum(axis=1)
    for grouping in (by_group[:, :-N_SIZES], by_group[:, -N_SIZES:]):
        grouping[:, -1] = of_all - grouping[:, :-1].sum(axis=1)
    np.minimum(trough, by_group, out=trough)
