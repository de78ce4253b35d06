"""Add something to what each neighbour of some people has on one platform."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.acting import TOGETHER
from trustsim.kernels.compiled import compiled


@compiled
def push(values, step, gain, senders, rows, account_at, ends) -> None:
    """Add ``step · gain[k]`` to ``values`` float32 (accounts,) of every account k of the senders' neighbours at one
    platform.

    The senders' rows of the network are looked up together first, so that memory is waited for once; ``ends`` int64
    (2, TOGETHER): room for where they begin and end.
    """
    indptr, neighbours = rows
    for start in range(0, len(senders), TOGETHER):
        together = senders[start : start + TOGETHER]
        for k in range(len(together)):
            ends[0, k], ends[1, k] = indptr[together[k]], indptr[together[k] + 1]
        for k in range(len(together)):
            for e in range(ends[0, k], ends[1, k]):
                j = account_at[neighbours[e]]
                if j >= 0:
                    values[j] += step * gain[j]


@compiled
def push_to_all(values, step, gain, senders, account_at, accounts) -> None:
    """Add ``step · gain`` for each of the *senders* to all *accounts* (first, stop) but the sender's own: everyone sees
    everyone else."""
    for k in range(len(senders)):
        j = account_at[senders[k]]
        if j >= 0:
            values[j] -= step * gain[j]
    if len(senders) > 0:
        for k in range(accounts[0], accounts[1]):
            values[k] += step * np.float32(len(senders)) * gain[k]
