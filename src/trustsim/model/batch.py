"""Several replications of a scenario in lockstep, without Mesa's face: what a study runs."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.model.phases import DAY
from trustsim.model.worlds import Worlds, engine_of
from trustsim.scenario.resolved import Scenario, Variant


class Batch(Worlds):
    """Some replications of a scenario, stepped together, each in the same variants of one lockstep group.

    A day has the same phases as that of a :class:`~trustsim.model.crisis.TrustCrisisModel`, and what comes out is the
    same to the bit as that of a model of each. ``has_parts``: whether the parts of trust are measured; without, their
    series are NaN.
    """

    def __init__(
        self, scenario: Scenario, variants: Sequence[Variant], replications: Sequence[int], *, has_parts: bool = True
    ) -> None:
        self.story, self.variants, self.replications = scenario, tuple(variants), tuple(replications)
        self.dt = scenario.step
        self.engine = engine_of(scenario, self.variants, self.replications, has_parts=has_parts)

    def step(self) -> None:
        """Advance all worlds by one step."""
        self.engine.begin(self.day + 1)
        for phase in DAY:
            phase.run(self.engine)
