"""The smallest parts, against published numbers: draws, logistic variates, the logistic curve, fire sales."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from trustsim.kernels import draws, purposes
from trustsim.kernels.compiled import compiled
from trustsim.kernels.sales import sale
from trustsim.kernels.variates import logistic_variates, rational_logistic

# Random123 1.14, kat_vectors, philox 4x32 10: counter, key, result
PUBLISHED = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]  # fmt: skip


@compiled
def philox_at(counter, key):
    return draws.philox(counter[0], counter[1], counter[2], counter[3], key[0], key[1])


@compiled
def rational_logistic_of(x, out):
    for i in range(len(x)):
        out[i] = rational_logistic(x[i])


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_philox_gives_the_published_words(
    counter: tuple[int, ...], key: tuple[int, ...], words: tuple[int, ...]
) -> None:
    assert tuple(philox_at(np.array(counter, np.uint64), np.array(key, np.uint64))) == words


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**31), st.integers(0, 2**31), st.integers(1, 40))
def test_a_draw_depends_on_its_address_alone(seed: int, first: int, day: int, n: int) -> None:
    key = draws.key_of(seed, 1)
    block = draws.uniforms(n, purposes.USER, key, day=day, first=first)
    one = draws.uniforms(1, purposes.USER, key, day=day, first=first + n - 1)
    assert np.array_equal(block[:, -1:], one)


def test_seeds_replications_purposes_and_days_give_other_draws() -> None:
    keys = [draws.key_of(seed, replication) for seed in (0, 1, 2**32, 2**62) for replication in range(50)]
    assert len({k.tobytes() for k in keys}) == len(keys)
    found = [draws.uniforms(4, purpose, keys[0], day=day) for purpose in range(14) for day in range(20)]
    assert len({x.tobytes() for x in found}) == len(found)


def test_uniforms_are_uniform_and_independent_between_words() -> None:
    """Kolmogorov–Smirnov at 1e-4 on each word; correlations of 200,000 pairs within five standard errors, 0.0112."""
    u = draws.uniforms(200_000, purposes.USER, draws.key_of(1, 0))
    assert u.min() > 0
    assert u.max() < 1
    assert min(stats.kstest(word, "uniform").pvalue for word in u) > 1e-4
    assert np.abs(np.corrcoef(u) - np.eye(4)).max() < 5 / np.sqrt(u.shape[1])


def test_the_smallest_and_the_largest_uniform_lie_inside_the_interval() -> None:
    least, most = (np.array([0, 2**32 - 1]) + 0.5) * draws.UNIFORM_SCALE
    assert least > 0
    assert most < 1


def variates(words: np.ndarray) -> np.ndarray:
    out = np.empty(len(words), np.float32)
    logistic_variates(words, out, out.view(np.uint32))
    return out


def test_logistic_variates_are_the_logit_of_the_words() -> None:
    """The odds are right to 1e-4: linear between 128 nodes an octave gives 2e-5, float32 at |x| ≤ 22 adds 2e-6."""
    edges = np.array([0, 1, 2, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1], np.uint32)
    octaves = np.concatenate([np.arange(2**k, 2**k + 300) for k in range(9, 31)]).astype(np.uint32)
    spread = (draws.uniforms(100_000, purposes.USER, draws.key_of(3, 3))[0] * 2**32).astype(np.uint32)
    words = np.concatenate([edges, octaves, ~octaves, spread])
    exact = special.logit((words.astype(np.float64) + 0.5) * 2.0**-32)
    assert np.abs(np.expm1(variates(words).astype(np.float64) - exact)).max() < 1e-4


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=50))
def test_logistic_variates_mirror_exactly(words: list[int]) -> None:
    w = np.array(words, np.uint32)
    assert np.array_equal(variates(w), -variates(~w))


def test_logistic_variates_never_fall_where_the_words_rise() -> None:
    w = np.sort((draws.uniforms(100_000, purposes.USER, draws.key_of(5, 0))[1] * 2**32).astype(np.uint32))
    assert (np.diff(variates(w)) >= 0).all()


def test_the_rational_logistic_is_near_the_logistic() -> None:
    """Its docstring promises 0.0025; it rises, is symmetric, and stays in [0, 1] far out."""
    x = np.linspace(-60, 60, 120_001).astype(np.float32)
    y = np.empty_like(x)
    rational_logistic_of(x, y)
    assert np.abs(y - special.expit(x.astype(np.float64))).max() < 0.0025
    assert np.diff(y).min() > -2e-7  # float32
    assert 0 <= y.min() <= y.max() <= 1
    assert np.abs(y + y[::-1] - 1).max() < 1e-6  # float32


@pytest.mark.parametrize(("need", "impact", "sold"), [(0.2, 1.0, 0.2592), (0.0, 1.0, 0.0), (0.3, 0.0, 0.3)])
def test_a_fire_sale_sells_what_lambert_w_says(need: float, impact: float, sold: float) -> None:
    """Row T-41: x·exp(−x) = 0.2 at x = −W(−0.2) = 0.2592, to the four digits given."""
    assert sale(need, impact) == pytest.approx(sold, abs=5e-5)


@given(st.floats(1e-6, 1.0), st.floats(1e-3, 50.0))
def test_a_fire_sale_agrees_with_scipy(need: float, impact: float) -> None:
    """Newton stops at steps of 1e-13; at the end of the range the root is double and half the digits are lost."""
    x = sale(need, impact)
    if need * impact * np.e >= 1:
        assert x == pytest.approx(1 / impact)
    else:
        exact = -special.lambertw(-need * impact).real / impact
        assert x == pytest.approx(exact, rel=1e-6)
        assert x * np.exp(-impact * x) == pytest.approx(need, rel=1e-9)
