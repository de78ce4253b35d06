"""What rules of social influence are worth for people whom the fit has not seen: communities held out, one by one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from made.adopting import Floats, Memory, Network, Periods, fitted, for_good, periods_of, score


def lately(age: np.typing.NDArray[np.int64]) -> Floats:
    """Return what an adoption counts: in the period after it, and never again."""
    return (age == 1).astype(float)


def fading(keep: float) -> Memory:
    """Return a memory of which a share *keep* is left a period later."""
    return lambda age: keep ** (np.maximum(age, 1) - 1.0)


class Rule(NamedTuple):
    """How contacts count: candidates for γ and for the memory, of which each fit takes the likeliest pair."""

    name: str
    gammas: Sequence[float]
    memories: Sequence[Memory] = (for_good,)


_KEEPS = (0.25, 0.5, 0.7, 0.8, 0.9, 1.0)
RULES = (
    Rule("share of contacts, γ = 1", (1.0,)), Rule("half-way, γ = ½", (0.5,)),
    Rule("number of contacts, γ = 0", (0.0,)), Rule("γ fitted", np.linspace(0, 1, 21).tolist()),
    Rule("half-way, who adopted in the last period", (0.5,), (lately,)),
    Rule("half-way, half forgotten in a period", (0.5,), (fading(0.5),)),
    Rule("half-way, forgetting fitted", (0.5,), tuple(fading(keep) for keep in _KEEPS)),
)  # fmt: skip


def gains(networks: Sequence[Network], usual: float, rule: Rule) -> list[Floats]:
    """Return by network float64 (communities,): the log score held out, less that of no influence at all.

    Weights and period effects are fitted to the other communities of the network; γ and the memory, the same in all
    networks, to these and to the other networks.
    """
    candidates = list(product(rule.gammas, rule.memories))
    data = [[periods_of(network, memory) for network in networks] for memory in rule.memories]
    of = {(k, m): data[j][k] for j, m in enumerate(rule.memories) for k in range(len(networks))}
    whole = np.array(
        [
            [fitted(of[k, m], of[k, m].exposure(g, usual), network.last).log_likelihood for g, m in candidates]
            for k, network in enumerate(networks)
        ]
    )
    found = []
    for k, network in enumerate(networks):
        others = np.delete(whole, k, axis=0).sum(axis=0)
        out = [_gain({m: of[k, m] for m in rule.memories}, c, candidates, (others, usual, network.last))
               for c in np.unique(of[k, rule.memories[0]].community)]  # fmt: skip
        found.append(np.array(out))
    return found


def _gain(
    data: dict[Memory, Periods], community: int, candidates: list[tuple[float, Memory]],
    rest: tuple[Floats, float, int],
) -> float:  # fmt: skip
    """Return what a rule gains in one community; ``rest``: likelihoods of the others, usual contacts, periods."""
    others, usual, last = rest
    fits = []
    for gamma, memory in candidates:
        seen = data[memory].of(data[memory].community != community)
        fits.append(fitted(seen, seen.exposure(gamma, usual), last))
    best = int(np.argmax(others + np.array([fit.log_likelihood for fit in fits])))
    gamma, memory = candidates[best]
    unseen, seen = (data[memory].of((data[memory].community == community) == out) for out in (True, False))
    alone = fitted(seen, np.zeros(len(seen.period)), last)
    nothing = score(unseen, np.zeros(len(unseen.period)), alone.periods, 0.0)
    return score(unseen, unseen.exposure(gamma, usual), fits[best].periods, fits[best].weight) - nothing
