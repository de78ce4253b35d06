"""Opinions and acts that move by contact: pairs who meet, people who copy, averages over all who are listened to."""

from __future__ import annotations

import numpy as np

from trustsim.kernels import draws, purposes
from trustsim.kernels.compiled import compiled, compiled_with_arrays, inlined


@inlined
def one_and_a_neighbour(number, purpose, n, indptr, neighbours, is_complete, day, key):
    """Return a random node and a random neighbour of it, at the address of a *number*; the neighbour is −1 where there
    is none."""
    a, b, _, _ = draws.philox(np.uint64(number), np.uint64(day), np.uint64(purpose), np.uint64(0), key[0], key[1])
    i = np.int64((a * np.uint64(n)) >> np.uint64(32))
    if is_complete:
        j = np.int64((b * np.uint64(n - 1)) >> np.uint64(32))
        return i, j + 1 if j >= i else j
    degree = indptr[i + 1] - indptr[i]
    if degree == 0:
        return i, np.int64(-1)
    return i, np.int64(neighbours[indptr[i] + np.int64((b * np.uint64(degree)) >> np.uint64(32))])


@compiled
def copy(is_out, n_updates, indptr, neighbours, is_complete, day, key) -> None:
    """Let random people take over whether a random neighbour is out, one after another.

    ``is_out`` uint8 (investors,): 0 in, 1 out, changed in place; who has neither takes no part. The updates of a
    day are addressed by their numbers.
    """
    for k in range(n_updates):
        i, j = one_and_a_neighbour(k, purposes.IMITATION, len(is_out), indptr, neighbours, is_complete, day, key)
        if j >= 0 and is_out[i] <= 1 and is_out[j] <= 1:
            is_out[i] = is_out[j]


@compiled
def meet(opinion, confidence, speed, n_meetings, indptr, neighbours, is_complete, day, key) -> None:
    """Let random people meet a random neighbour, one meeting after another: both move by a share ``speed`` of their
    difference towards each other where it is below ``confidence``.

    ``opinion`` float64 (investors,), changed in place. Meetings are addressed by their number in the day.
    """
    for k in range(n_meetings):
        i, j = one_and_a_neighbour(k, purposes.OPINION, len(opinion), indptr, neighbours, is_complete, day, key)
        if j < 0:
            continue
        gap = opinion[j] - opinion[i]
        if abs(gap) < confidence:
            opinion[i] += speed * gap
            opinion[j] -= speed * gap


@compiled_with_arrays
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
