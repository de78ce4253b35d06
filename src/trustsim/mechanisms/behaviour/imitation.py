"""Doing what one neighbour does, whoever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.registry import REGISTRY, parameter
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.drawn import Drawn
    from trustsim.world.settings import Settings

Mask = NDArray[np.bool_]
AGREED = memory("agreed", text="float64 (lanes, platforms, clusters), the day on which all were first alike")


@REGISTRY.enter(
    "mechanism",
    "imitation",
    rows=("D6", "A10"),
    source="doi:10.1093/biomet/60.3.581; doi:10.1103/PhysRevLett.94.178701",
)
@dataclass(frozen=True)
class Imitation:
    """Let random people, one after another, be in or out as one random neighbour is: the voter model.

    On average everyone looks at somebody ``looks`` times a day. All end up alike: all N of a complete network out with
    the chance ρ of the share that was out at first, after −N · ((1 − ρ) ln(1 − ρ) + ρ ln ρ) looks of each on average.
    Known answer: a leader who copies nobody and leaves is followed by all
    (``test_a_leader_who_copies_nobody_is_followed_by_all``); where all are alike nothing happens any more
    (``test_who_copies_those_who_are_alike_stays_as_he_is``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "interaction")
    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 300  # nanoseconds an account and step, measured

    looks: float = parameter(
        1.0, unit="per_day", low=0, high=1000, source="doi:10.1093/biomet/60.3.581",
        text="how often a person copies somebody in a day, on average",
    )  # fmt: skip
    first_out: float = parameter(
        0.0, unit="share", source="assumed",
        text="share of each cluster that leaves before anyone copies, to the nearest whole number",
    )  # fmt: skip

    @staticmethod
    def decide(day: Day, settings: Settings[Imitation]) -> None:
        """Let people copy; those who are then elsewhere than they were leave or join."""
        for world in day.worlds:
            for p in range(day.state.n_platforms):
                for v, rule in settings.on(world.lanes):
                    is_out = copied(day, world, v, p, rule)
                    day.do.leave(v, p, is_out)
                    day.do.join(v, p, ~is_out)
                    note_agreement(day, world, v, p, is_out)


def copied(day: Day, world: Drawn, lane: int, platform: int, rule: Imitation) -> Mask:
    """Let random people do as a random neighbour; return bool (accounts of the platform,): who is out by then."""
    investors = world.owners(platform)
    is_out = np.full(world.network.n_nodes, 2, np.uint8)  # 2: without an account here
    is_out[investors] = ~day.holds(lane, platform)
    if day.step == 1:
        is_out[investors] |= first_out(day, world, platform, rule.first_out)
    before, now = (round(rule.looks * day.dt * step * len(investors)) for step in (day.step - 1, day.step))
    day.kernels.copy(world, is_out, now - before)
    return np.asarray(is_out[investors] == 1)


def first_out(day: Day, world: Drawn, platform: int, share: float) -> Mask:
    """Return bool (accounts of the platform,): a share of each cluster, to the nearest whole number, at random."""
    cluster = world.network.clusters[world.owners(platform)]
    order = np.lexsort((day.uniforms(world, purposes.IMITATION, platform)[3], cluster))
    begins = np.searchsorted(cluster[order], cluster[order])
    size = np.searchsorted(cluster[order], cluster[order], side="right") - begins
    is_first = np.zeros(len(cluster), np.bool_)
    is_first[order] = np.arange(len(cluster)) - begins < np.rint(share * size)
    return is_first


def note_agreement(day: Day, world: Drawn, lane: int, platform: int, is_out: Mask) -> None:
    """Take down for each cluster of the network on which day all of it were first alike."""
    state, cluster, n = day.state, world.network.clusters[world.owners(platform)], world.network.n_nodes
    since = day.keep(AGREED, lambda: np.full((state.n_lanes, state.n_platforms, n), np.nan))
    size, out = np.bincount(cluster, minlength=n), np.bincount(cluster, is_out, n)
    is_new = ((out == 0) | (out == size)) & (size > 0) & np.isnan(since[lane, platform])
    since[lane, platform][is_new] = day.step * day.dt
