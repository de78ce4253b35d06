"""What ties clients to a platform: a loan, a job, no other bank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw
from trustsim.world.leaning import Law
from trustsim.world.memory import memory
from trustsim.world.rows import column, stock

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

BORROWERS = stock(
    "borrowers", start=0, unit="share", source="E-38", text="share of the clients who have a loan from it (ties)"
)
EMPLOYEES = stock(
    "employees", start=0, unit="share", source="E-38", text="share of the clients who are employed by it (ties)"
)
EXCLUSIVE = stock(
    "exclusive", start=0, unit="share", source="E-38", text="share of the clients who have no other bank (ties)"
)
TIED = column(
    "tied", start=0, unit="log-odds", low=0, source="E-38", text="what ties of the owner add to the price of leaving"
)
INSIDER = column(
    "insider", start=0, unit="share", source="E-38", text="whether the owner sees from inside how the platform stands"
)
WHO = draw("ties", "who", text="which clients have a loan, are employed, have no other bank")
TOLD = memory("ties", text="bool (lanes,), whether the ties of its clients are drawn")


@REGISTRY.enter("mechanism", "ties", rows=("D20", "D21"), source="doi:10.1257/aer.102.4.1414; E-38")
@dataclass(frozen=True)
class Ties:
    """Let a loan from the platform, a job there, or having no other bank raise the price of leaving it.

    A share ``borrowers``, ``employees`` and ``exclusive`` of a platform's clients, by one draw each, has each tie; ties
    add up. Each lowers the log-odds of running and of ordinary leaving by ``loan``, ``job`` or ``only``. Who has a loan
    or a job there sees how the platform stands: while its assets are worth less than its claims, that adds ``insight``
    to the log-odds of running. So on a sound platform the tied run less, and on an insolvent one more. Known answer: at
    a loan of 1 and an insight of 3 the log-odds of borrowers are lower by 1 on a sound platform and higher by 2 on an
    insolvent one (``test_borrowers_run_less_on_a_sound_platform_and_more_on_an_insolvent_one``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "sensing")
    default_on: ClassVar[bool] = False

    loan: float = parameter(
        0.7, unit="log-odds", low=0, high=20, source="assumed", text="log-odds against leaving, of who has a loan"
    )
    job: float = parameter(
        0.7, unit="log-odds", low=0, high=20, source="assumed", text="log-odds against leaving, of who is employed"
    )
    only: float = parameter(
        0.5,
        unit="log-odds",
        low=0,
        high=20,
        source="assumed",
        text="log-odds against leaving, of who has no other bank",
    )
    insight: float = parameter(
        2.0, unit="log-odds", low=0, high=20, source="assumed",
        text="log-odds of running, of who has a loan or a job, where assets are worth less than claims",
    )  # fmt: skip

    @staticmethod
    def flow(day: Day, settings: Settings[Ties]) -> Iterator[Law]:
        """Draw who is tied, once; lean on running and leaving."""
        told = day.keep(TOLD, lambda: np.zeros(day.state.n_lanes, np.bool_))
        for world in day.worlds:
            for v, rule in settings.on(world.lanes):
                if not told[v]:
                    tie(day, v, rule)
                    told[v] = True
        is_insolvent = settings.is_on[:, None] & (day.gauge("solvency") < 0)
        yield Law(TIED, run=-1.0, leave=-1.0, channel="ordinary")
        yield Law(INSIDER, run=settings["insight"][:, None] * is_insolvent, channel="fundamentals")


def tie(day: Day, lane: int, rule: Ties) -> None:
    """Draw the ties of all clients of one lane; the same people are tied in all variants, as far as shares allow."""
    world, state = day.state.world_of(lane), day.state
    tied, insider = state.column(TIED)[lane], state.column(INSIDER)[lane]
    weights = np.array([rule.loan, rule.job, rule.only])
    for p in range(state.n_platforms):
        luck = day.uniforms_at(world, WHO.purpose(day.occurrence), world.owners(p), step=0, platform=p)[:3]
        shares = np.array([day.stock(row)[lane, p] for row in (BORROWERS, EMPLOYEES, EXCLUSIVE)])
        has = luck < shares[:, None]
        tied[world.mine(p)] = weights @ has
        insider[world.mine(p)] = has[0] | has[1]
