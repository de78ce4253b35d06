"""The minimal rule as an ordinary Mesa model, one agent object per investor: what the engine is compared with."""

from __future__ import annotations

import math
from collections.abc import Sequence

import mesa

from trustsim.bench.worlds import HERDING, signal_on


class Investor(mesa.Agent):  # type: ignore[misc]
    """Leaves for good when trust, less what the neighbours who are out take away, is below 0."""

    def __init__(self, model: Crowd, trust: float) -> None:
        super().__init__(model)
        self.trust = trust
        self.neighbours: list[Investor] = []
        self.is_out = False
        self.wants_out = False

    def decide(self) -> None:
        """Look at the neighbours as they were yesterday."""
        if self.is_out:
            return
        self.trust -= self.model.signal
        out = sum(neighbour.is_out for neighbour in self.neighbours)
        share = out / len(self.neighbours) if self.neighbours else 0.0
        self.wants_out = HERDING * logarithm(1 + share) - self.trust > 0

    def leave(self) -> None:
        """Do what was decided."""
        self.is_out = self.wants_out


def logarithm(x: float) -> float:
    """Return the natural logarithm as the engine has it (kernels/choose.py), so that both take one course."""
    t = math.sqrt(math.sqrt(x))
    return 12 * (t * t - 1) / (t * t + 4 * t + 1)


class Crowd(mesa.Model):  # type: ignore[misc]
    """All investors; one step is a day. ``trust`` by investor in log-odds, ``neighbours`` by investor."""

    def __init__(self, trust: Sequence[float], neighbours: Sequence[Sequence[int]]) -> None:
        super().__init__(rng=1)
        self.day = 0
        self.signal = 0.0
        investors = [Investor(self, x) for x in trust]
        for investor, known in zip(investors, neighbours, strict=True):
            investor.neighbours = [investors[j] for j in known]

    def step(self) -> None:
        """Let everyone decide on what stood yesterday, then act."""
        self.day += 1
        self.signal = signal_on(self.day)
        self.agents.do("decide")
        self.agents.do("leave")

    def n_out(self) -> int:
        """Return how many are out."""
        return sum(agent.is_out for agent in self.agents)
