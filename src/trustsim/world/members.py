"""Which member of an ensemble of behaviours each world takes, and the rules of every lane under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws
from trustsim.kernels.purposes import purpose_of
from trustsim.scenario.resolved import Scenario, World
from trustsim.world.drawn import Drawn

MEMBER = purpose_of("behaviour", "member")


def member_of(n_members: int, key: NDArray[np.uint64]) -> int:
    """Return the member, from 0, of the world with a key, uint64 (2,): all are as likely, and all variants share it."""
    return int(draws.uniforms(1, MEMBER, key)[0, 0] * n_members)


def members_of(scenario: Scenario, replications: Iterable[int]) -> NDArray[np.int64] | None:
    """Return the member of each replication, int64 (replications,), from 1 as files name them; None where behaviour is
    the same in all worlds."""
    n = n_members_of(scenario)
    if n == 0:
        return None
    return np.array([1 + member_of(n, draws.key_of(scenario.seed, int(r))) for r in replications], np.int64)


def n_members_of(scenario: Scenario) -> int:
    """Return how many members its worlds draw from, 0 where behaviour is the same in all of them."""
    each = (variant.world.members for variant in scenario.variants)
    return next((len(members.values) for members in each if members is not None), 0)


def by_lane(by_variant: Sequence[World], drawn: Sequence[Drawn]) -> list[World]:
    """Return what is said of the world in each lane: of each world that is *drawn*, variant by variant.

    What is alike is one object.
    """
    made: dict[tuple[int, int], World] = {}
    lanes = []
    for each in drawn:
        for world in by_variant:
            member = -1 if world.members is None else member_of(len(world.members.values), each.key)
            key = (id(world), member)
            if key not in made:
                made[key] = world if world.members is None else world.members.laid(world, member)
            lanes.append(made[key])
    return lanes
