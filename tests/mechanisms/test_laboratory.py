"""The numbers of the rules that laboratories have tried are those that their published figures ask for."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from trustsim.mechanisms.behaviour.best_response import BestResponse
from trustsim.mechanisms.behaviour.observation import Observation

#: Arifovic, Jiang and Xu: η, mean of the sessions' means of who waits of ten, their s.d., number of sessions
SESSIONS = np.array([
    (0.1, 9.85, 0.15, 10), (0.2, 9.88, 0.17, 9), (0.3, 9.74, 0.38, 20), (0.4, 9.80, 0.43, 12), (0.5, 9.28, 0.81, 20),
    (0.6, 6.50, 4.09, 12), (0.7, 3.93, 3.98, 20), (0.8, 1.37, 1.12, 20), (0.9, 1.01, 0.77, 20),
])  # fmt: skip
DISCREPANCY = 0.3  # players: a game of a few looks is no session of ten rounds in which people learn
GAMES, LOOKS = 3000, 5
#: Anderson and Holt: decisions with a lead of so many against the own signal, who followed it, of how many
FOLLOWED = ((0, 86, 90), (1, 57, 68), (2, 15, 56))


def waiting(rule: BestResponse, eta: float, doubt: float = 0.0) -> float:
    """Return the mean number who wait of ten, by what the rule says of each look; b = 1 − η / 2.

    With a ``doubt`` that part of those who were expected to leave is expected still, of whoever has not.
    """
    luck = np.random.default_rng(1).random((GAMES, 10))
    taste, left = np.log(luck / (1 - luck)), np.zeros((GAMES, 10), bool)
    f = np.full((GAMES, 1), rule.expected)
    for _ in range(LOOKS):
        left |= rule.leaves(f, 1 - eta / 2, np.zeros(1), taste)
        g = left.mean(axis=1, keepdims=True)
        f = g + (1 - g) * doubt * rule.expected
    return 10 - float(left.sum(axis=1).mean())


def distance(noise: float, expected: float, doubt: float = 0.0) -> float:
    """Return the squared distance from the sessions in standard errors, with a discrepancy of the model."""
    rule = BestResponse(noise=noise, expected=expected, impatient=0)
    eta, mean, sd, n = SESSIONS.T
    found = np.array([waiting(rule, each, doubt) for each in eta])
    return float(((found - mean) ** 2 / (sd**2 / n + DISCREPANCY**2)).sum())


def test_errors_and_expectation_are_those_of_ten_players() -> None:
    """Of a grid the default is best or next to it; nobody erring, or expecting many to leave, is far off."""
    default = BestResponse()
    mine = distance(default.noise, default.expected)
    grid = {
        (x, y): distance(x, y) for x, y in itertools.product((0.01, 0.08, 0.13, 0.21, 0.26), (0.0, 0.05, 0.1, 0.2, 0.4))
    }
    assert mine < 8  # of nine figures
    assert mine < min(grid.values()) + 1
    assert min(far for (_, expected), far in grid.items() if expected == 0.2) > mine + 3  # more than one in ten
    assert all(far > mine + 20 for (noise, expected), far in grid.items() if noise == 0.01 or expected == 0.4)


@pytest.mark.parametrize("expected", [0.1, 0.2])
def test_a_doubt_that_lasts_fits_ten_players_worse(expected: float) -> None:
    gone, lasts = (min(distance(x, expected, doubt) for x in (0.13, 0.15, 0.17, 0.19, 0.21)) for doubt in (0, 0.5))
    assert lasts > gone + 2


def log_likelihood(noise: float, own_weight: float) -> float:
    rule = Observation(accuracy=2 / 3, noise=noise, own_weight=own_weight)
    lead, k, n = np.array(FOLLOWED, float).T
    p = np.clip(rule.p_leave(own_weight - lead), 1e-12, 1 - 1e-12)  # the chance to follow the own signal
    return float((k * np.log(p) + (n - k) * np.log(1 - p)).sum())


def test_errors_and_the_weight_of_the_own_signal_are_those_of_cascades() -> None:
    """41 of 56 are periods, taken here for decisions at a lead of two; the default stands half-way to periods."""
    default = Observation()
    mine = log_likelihood(default.noise, default.own_weight)
    best = max(log_likelihood(x, y) for x in np.arange(0.06, 0.4, 0.02) for y in np.arange(1, 3, 0.05))
    assert mine > best - 1.7
    assert mine > log_likelihood(default.noise, 1.0) + 10  # as much as one seen
    assert mine > log_likelihood(1e-3, default.own_weight) + 100  # nobody errs
    rule = Observation(accuracy=2 / 3)
    follows = rule.p_leave(rule.own_weight - np.array([0.0, 1.0]))
    assert follows == pytest.approx([86 / 90, 57 / 68], abs=0.025)


@pytest.mark.parametrize("noise", [1e-9, 1e-4])
def test_errors_that_vanish_leave_reason_alone(noise: float) -> None:
    leaning = np.array([-2.0, -1.0, 0.0, 1.0, 3.0])
    exact = Observation(noise=0, own_weight=1).p_leave(leaning)
    assert exact.tolist() == [0, 0, 0.5, 1, 1]
    assert Observation(noise=noise, own_weight=1).p_leave(leaning) == pytest.approx(exact, abs=1e-12)
    f, cover = np.array([0.1, 0.5, 0.7, 0.9]), np.zeros(4)
    exact = BestResponse(noise=0).leaves(f, 0.8, cover, np.full(4, 3.0))
    assert exact.tolist() == [False, False, True, True]  # f* = 0.6
    assert (BestResponse(noise=noise).leaves(f, 0.8, cover, np.full(4, 3.0)) == exact).all()


def test_each_term_moves_the_chance_of_an_own_signal_one_way() -> None:
    """More accuracy, more weight of one's own and less noise make the first in line follow the own signal more."""
    follows = [
        [Observation(accuracy=a).p_leave(np.array([1.75]))[0] for a in (0.5, 0.55, 0.6, 0.7, 0.9, 1.0)],
        [Observation(accuracy=0.6).p_leave(np.array([w]))[0] for w in (0.0, 0.5, 1.0, 2.0)],
        [Observation(accuracy=0.6, noise=x).p_leave(np.array([1.75]))[0] for x in (5.0, 1.0, 0.3, 0.1)],
    ]
    for row in follows:
        assert row == sorted(row)
        assert row[0] < row[-1]
