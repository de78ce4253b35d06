"""Every draw has an address: Philox4x32-10 as a pure function of (seed, purpose, day, entity).

Four 32-bit words come back for an address; nothing is consumed, so no draw depends on order, on threads, or on which
other draws are made. The generator is that of Salmon et al. (2011), doi:10.1145/2063384.2063405, and is checked
against the published test vectors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.compiled import compiled, inlined

_M0 = np.uint64(0xD2511F53)
_M1 = np.uint64(0xCD9E8D57)
_W0 = np.uint64(0x9E3779B9)
_W1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)
_ROUNDS = 10

UNIFORM_SCALE = np.float64(2.0**-32)


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Return the four words (uint64 holding 32 bits each) of counter (c0..c3) under key (k0, k1), all uint64 <
    2**32."""
    for _ in range(_ROUNDS):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0 = (p1 >> _32) ^ c1 ^ k0
        c1 = p1 & _LOW
        c2 = (p0 >> _32) ^ c3 ^ k1
        c3 = p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0, c1, c2, c3


@compiled
def fill_words(w0, w1, w2, w3, first, day, purpose, key) -> None:
    """Fill four uint32 blocks with the words of entities ``first, first + 1, …`` on *day* for *purpose*.

    ``w0..w3``: uint32 (n,). ``key``: uint64 (2,). Entities beyond 2**32 are not addressed.
    """
    c1, c2 = np.uint64(day), np.uint64(purpose)
    for i in range(len(w0)):
        a, b, c, d = philox(np.uint64(first) + np.uint64(i), c1, c2, np.uint64(0), key[0], key[1])
        w0[i] = a
        w1[i] = b
        w2[i] = c
        w3[i] = d


@inlined
def word(entity, day, purpose, key):
    """Return the first word (uint64 < 2**32) at one address."""
    a, _, _, _ = philox(np.uint64(entity), np.uint64(day), np.uint64(purpose), np.uint64(0), key[0], key[1])
    return a


@inlined
def two_words(investor, day, purpose, platform, key):
    """Return the first two words (uint64 < 2**32) at the address of one account on one day."""
    a, b, _, _ = philox(np.uint64(investor), np.uint64(day), np.uint64(purpose), np.uint64(platform), key[0], key[1])
    return a, b


def key_of(seed: int, replication: int) -> NDArray[np.uint64]:
    """Return the key, uint64 (2,), of one replication of a study with *seed*; both non-negative."""
    k = np.array([seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF], dtype=np.uint64)
    words = np.empty((4, 1), np.uint32)
    fill_words(words[0], words[1], words[2], words[3], replication, 0, purposes.REPLICATION, k)
    return words[:2, 0].astype(np.uint64)


def uniforms(n: int, purpose: int, key: NDArray[np.uint64], *, day: int = 0, first: int = 0) -> NDArray[np.float64]:
    """Return float64 (4, n): four uniforms in (0, 1) for entities ``first … first + n − 1``."""
    words = np.empty((4, n), np.uint32)
    fill_words(words[0], words[1], words[2], words[3], first, day, purpose, key)
    return (words + 0.5) * UNIFORM_SCALE


_OCTAVES, _CELLS = 32, 128  # from ½ to 2³¹


def logit_table() -> NDArray[np.float32]:
    """Return float32 (4098,): logit(w / 2³²) at the float32 numbers w whose bits are ``(126 << 23) + (j << 16)``.

    w runs from ½ to 2³¹, 128 nodes an octave; linear in between, so the relative error of the odds is below 2e-5.
    """
    bits = (np.uint32(126) << np.uint32(23)) + (np.arange(_OCTAVES * _CELLS + 2, dtype=np.uint32) << np.uint32(16))
    u = bits.view(np.float32).astype(np.float64) * UNIFORM_SCALE
    return (np.log(u) - np.log1p(-u)).astype(np.float32)


LOGIT = logit_table()
