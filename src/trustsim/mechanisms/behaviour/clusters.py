"""Clusters of people that decide as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trustsim.kernels import purposes
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings


@REGISTRY.enter("mechanism", "clusters", rows=("D6", "A10"), source="doi:10.1017/S1365100500015029")
@dataclass(frozen=True)
class Clusters:
    """Let all who are linked, directly or through others, run together, a cluster with chance ``activity`` a day.

    On a Poisson network of mean degree c < 1 the cluster of a random member has the Borel law P(s) = exp(−c s) (c s)^(s
    − 1) / s! with the mean 1 / (1 − c) (Cont and Bouchaud). Known answer: two groups without a link between them leave
    each as a whole (``test_a_cluster_leaves_as_a_whole``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("emergence", "adaptation", "collectives")
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 30  # nanoseconds an account and step, measured

    activity: float = parameter(
        0.01, unit="per_day", low=0, high=1, source="doi:10.1017/S1365100500015029",
        text="chance that a cluster runs in a day",
    )  # fmt: skip

    @staticmethod
    def decide(day: Day, settings: Settings[Clusters]) -> None:
        """Let the clusters whose day it is run."""
        for world in day.worlds:
            for p in range(day.state.n_platforms):
                clusters = world.network.clusters[world.owners(p)]
                luck = day.uniforms_at(world, purposes.CLUSTER, clusters, step=day.step, platform=p)[0]
                for v, rule in settings.on(world.lanes):
                    day.do.leave(v, p, luck < 1 - (1 - rule.activity) ** day.dt)
