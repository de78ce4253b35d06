"""Doing what one neighbour does, whoever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings


@REGISTRY.enter("mechanism", "imitation", rows=("D6", "A10"), source="doi:10.1093/biomet/60.3.581; doi:10.1103/PhysRevLett.94.178701")
@dataclass(frozen=True)
class Imitation:
    """Let random people, one after another, be in or out as one random neighbour is: the voter model.

    On average everyone looks at somebody ``looks`` times a day. All end up alike: all N of a complete network out with the
    chance ρ of the share that was out at first, after −N · ((1 − ρ) ln(1 − ρ) + ρ ln ρ) looks of each on average.
    Known answer: a leader who copies nobody and leaves is followed by all (``test_a_leader_who_copies_nobody_is_followed_by_all``);
    where all are alike nothing happens any more (``test_who_copies_those_who_are_alike_stays_as_he_is``).
    """

    default_on: ClassVar[bool] = False
    effort: ClassVar[float] = 300  # nanoseconds an account and step, measured

    looks: float = parameter(1.0, unit="per_day", low=0, high=1000, source="doi:10.1093/biomet/60.3.581", text="how often a person copies somebody in a day, on average")
    first_out: float = parameter(0.0, unit="share", source="assumed", text="share of each cluster that leaves before anyone copies, to the nearest whole number")

    @staticmethod
    def decide(day: Day, settings: Settings[Imitation]) -> None:
        """Let people copy; those who are then elsewhere than they were leave or join."""
        for p in range(day.state.n_platforms):
            for v, rule in enumerate(settings):
                if rule is not None:
                    is_out = day.copied(v, p, looks=rule.looks, first_out=rule.first_out)
                    day.do.leave(v, p, is_out)
                    day.do.join(v, p, ~is_out)
                    day.note_agreement(v, p, is_out)
