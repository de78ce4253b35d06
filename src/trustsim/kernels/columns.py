"""Columns that mechanisms declare: one number an account, moved by one law, leaning on the account's decisions.

The law of a day is x ← clip(keep · x + add, low, high); ``run``, ``leave`` and ``join`` times x is added to the
log-odds of these decisions. All five are given for each lane and platform. What happens to single accounts is
written into the column by its mechanism.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import HOLDS, Laws

_0 = np.float32(0)


@compiled
def move_columns(tail, lean, place, start, stop) -> None:
    """Move every column of the accounts ``start:stop`` of ``place`` (v, p); fill ``lean`` float32 (3, ≥ n) with what
    all columns add to running, leaving, joining."""
    v, p = place
    to_run, to_leave, to_join = lean[0, : stop - start], lean[1, : stop - start], lean[2, : stop - start]
    to_run[:] = _0
    to_leave[:] = _0
    to_join[:] = _0
    for c in range(len(tail.columns)):
        x = tail.columns[c, v, start:stop]
        law, low, high = tail.laws[c, v, p], tail.bounds[c, 0], tail.bounds[c, 1]
        keep, add = law[Laws.KEEP], law[Laws.ADD]
        run, leave, join = law[Laws.RUN], law[Laws.LEAVE], law[Laws.JOIN]
        for i in range(len(x)):
            y = min(max(keep * x[i] + add, low), high)
            x[i] = y
            to_run[i] += run * y
            to_leave[i] += leave * y
            to_join[i] += join * y


@compiled
def means_of_columns(tail, flags, first) -> None:
    """Fill ``tail.means`` float64 (columns, v, p): the mean of each column over the holders; 0 without any."""
    n_variants = len(flags) // len(first)
    for c in range(len(tail.columns)):
        for v in range(len(flags)):
            begins = first[v // n_variants]
            for p in range(len(begins) - 1):
                total, n = 0.0, 0
                for i in range(begins[p], begins[p + 1]):
                    if flags[v, i] & np.uint8(HOLDS):
                        total += np.float64(tail.columns[c, v, i])
                        n += 1
                tail.means[c, v, p] = total / max(n, 1)
