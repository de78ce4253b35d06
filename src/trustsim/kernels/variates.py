"""Tables and draws of the account pass: words at the addresses of accounts, logistic variates, logarithms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, purposes
from trustsim.kernels.compiled import compiled, inlined

LOSS_CELLS = 1024
_GOLDEN = 2654435769  # 2³² / golden ratio: multiples of it lie evenly in the circle of 32 bits


def log_left_table() -> NDArray[np.float32]:
    """Return float32 (LOSS_CELLS + 2,): log(1 − k/LOSS_CELLS), the last cells −25 (nothing of a loss is left)."""
    left = 1 - np.arange(LOSS_CELLS + 2) / LOSS_CELLS
    return np.log(np.maximum(left, np.exp(-25))).astype(np.float32)


def steps_of(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32, as long as *table*: what each entry is short of the next; 0 for the last."""
    return np.append(table[1:] - table[:-1], np.float32(0)).astype(np.float32)


LOGIT = draws.LOGIT
LOGIT_STEP = steps_of(LOGIT)
LOG_LEFT = log_left_table()
LOG_LEFT_STEP = steps_of(LOG_LEFT)

_BITS_OF_HALF, _16, _LOW16, _ALL_BITS = np.uint32(126 << 23), np.uint32(16), np.uint32(0xFFFF), np.uint32(0xFFFFFFFF)
_REST, _SIGN = np.float32(2.0**-16), np.uint32(1 << 31)
_EIGHTH, _128TH = np.float32(0.125), np.float32(1 / 128)
_0, _HALF, _1 = np.float32(0), np.float32(0.5), np.float32(1)


@compiled
def account_words(words, entity, day, platform, purpose, key) -> None:
    """Fill ``words`` uint32 (4, ≥ n) with the words of a purpose at the accounts of these investors, int64 (n,), on
    one platform."""
    c1, c2, c3 = np.uint64(day), np.uint64(purpose), np.uint64(platform)
    for i in range(len(entity)):
        a, b, c, d = draws.philox(np.uint64(entity[i]), c1, c2, c3, key[0], key[1])
        words[0, i], words[1, i], words[2, i], words[3, i] = a, b, c, d


@compiled
def judgements(words, entity, day, lasting, platform, key) -> None:
    """Fill ``words`` uint32 (≥ n,) with the word by which each of these investors, int64 (n,), judges one platform on a
    *day*: the same for ``lasting`` steps, then another; each begins anew on a day of the own."""
    c2, c3 = np.uint64(purposes.JUDGEMENT), np.uint64(platform)
    for i in range(len(entity)):
        begins = np.float64(np.uint32(entity[i] * _GOLDEN)) * draws.UNIFORM_SCALE
        turn = np.uint64(np.float64(day) / lasting + begins) if lasting > 1.0 else np.uint64(day)
        words[i], _, _, _ = draws.philox(np.uint64(entity[i]), turn, c2, c3, key[0], key[1])


@compiled
def first_words(words, entity, day, purpose, keys) -> None:
    """Fill ``words`` uint32 (worlds, n) with the first word of a purpose at the entities int64 (n,) of every world."""
    for w in range(len(words)):
        for i in range(len(entity)):
            a, _, _, _ = draws.philox(
                np.uint64(entity[i]), np.uint64(day), np.uint64(purpose), np.uint64(0), keys[w, 0], keys[w, 1]
            )
            words[w, i] = a


@compiled
def logistic_variates(words, out, bits) -> None:
    """Turn uint32 words into logistic variates: ``out`` float32 (n,) = logit((w + ½)/2³²), by the table of draws.

    ``bits`` is ``out`` seen as uint32 (the same memory). The upper half of the words mirrors the lower half.
    """
    for i in range(len(words)):
        out[i] = np.float32(min(words[i], np.uint32(_ALL_BITS - words[i]))) + _HALF
    for i in range(len(words)):
        b = np.uint32(bits[i] - _BITS_OF_HALF)
        cell = np.uint64(b >> _16)
        out[i] = LOGIT[cell] + LOGIT_STEP[cell] * (np.float32(b & _LOW16) * _REST)
    for i in range(len(words)):
        bits[i] ^= words[i] & _SIGN  # no branch: half of all would be guessed wrong


@inlined
def rational_logistic(x):
    """Return the logistic curve in float32 without an exponential: e^a by (1 + a/8 + a²/128)^8; error below 0.0025."""
    a = abs(x)
    y = _1 + a * _EIGHTH + a * a * _128TH
    y = y * y
    y = y * y
    y = y * y
    p = y / (y + _1)
    return p if x >= _0 else _1 - p
