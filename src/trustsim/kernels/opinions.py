"""Opinions that move by contact: pairs who meet, and averages over all who are listened to."""

from __future__ import annotations

import numpy as np

from trustsim.kernels import draws, purposes
from trustsim.kernels.compiled import compiled


@compiled
def meet(opinion, confidence, speed, n_meetings, indptr, neighbours, is_complete, day, key) -> None:
    """Let random people meet a random neighbour, one meeting after another: both move by a share ``speed`` of their
    difference towards each other where it is below ``confidence``.

    ``opinion`` float64 (investors,), changed in place. Meetings are addressed by their number in the day.
    """
    n = np.uint64(len(opinion))
    for k in range(n_meetings):
        a, b, _, _ = draws.philox(
            np.uint64(k), np.uint64(day), np.uint64(purposes.OPINION), np.uint64(0), key[0], key[1]
        )
        i = np.int64((a * n) >> np.uint64(32))
        if is_complete:
            j = np.int64((b * (n - np.uint64(1))) >> np.uint64(32))
            j += 1 if j >= i else 0
        else:
            degree = np.uint64(indptr[i + 1] - indptr[i])
            if degree == 0:
                continue
            j = np.int64(neighbours[indptr[i] + np.int64((b * degree) >> np.uint64(32))])
        gap = opinion[j] - opinion[i]
        if abs(gap) < confidence:
            opinion[i] += speed * gap
            opinion[j] -= speed * gap


@compiled
def listened(opinion, oneself, is_sum, weights, own_weights, indptr, neighbours, is_complete, out) -> None:
    """Fill ``out`` float64 (investors,) with the mean opinion of all whom each listens to, or with their sum.

    ``weights`` float64 (entries,): of the links; ``own_weights`` float64 (investors,): of the own opinion, to which
    ``oneself`` is added. Who listens to nobody keeps the own opinion.
    """
    n = len(opinion)
    total = np.zeros(n)
    out[:] = 0.0
    if is_complete:
        everyone = 0.0
        for i in range(n):
            everyone += opinion[i]
        for i in range(n):
            out[i], total[i] = everyone - opinion[i], np.float64(n - 1)
    for j in range(n):
        for e in range(indptr[j], indptr[j + 1]):
            out[neighbours[e]] += weights[e] * opinion[j]
            total[neighbours[e]] += weights[e]
    for i in range(n):
        own = own_weights[i] + oneself
        out[i] += own * opinion[i]
        total[i] += own
        if total[i] == 0.0:
            out[i] = opinion[i]
        elif not is_sum:
            out[i] /= total[i]
