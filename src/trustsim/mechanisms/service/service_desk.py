"""A desk with finite capacity: worries call, waiting costs trust, an answer calms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.kernels.layout import CALM_FEAR, Gauges
from trustsim.kernels.times import SAME_TIME
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.memory import memory

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

UNANSWERED = memory("unanswered", text="float64 (lanes, platforms), contacts per client that wait at the desk")
FREE_AT = memory("free at", text="float64 (lanes, platforms, agents), days")
CONTACTS = memory("waits", text="float64 (lanes, platforms, 3), contacts, those that waited, their waits in days")
_LONGEST_WAIT = 10.0  # days of backlog beyond which waiting is no worse


@REGISTRY.enter("mechanism", "service_desk", rows=("G4", "C5"), source="assumed; doi:10.1090/S0002-9947-1955-0066587-3")
@dataclass(frozen=True)
class ServiceDesk:
    """Serve contacts up to the capacity; the backlog in days of capacity lowers trust in service, answers lower fear.

    Contacts a day = ``calm`` · holders + ``alarmed`` · alarmed holders; of those that wait a share ``patience`` gives
    up a day. Who looks loses ``waiting`` · min(backlog, 10 days) of trust in service and ``answer`` · min(answered /
    contacts, 1) · the alarmed share of fear. Without ``agents`` the desk is a fluid that answers the platform's
    ``service_capacity`` a day. With ``agents`` contacts come one by one (Poisson) and take an exponential time, at each
    platform; the backlog is then the time that the next one would wait, exactly for any step. Without giving up,
    P(wait) is Erlang's C formula and the mean wait that / (agents − load) handling times. Known answer: with capacity
    above the contacts the backlog is 0 and no message goes out (``test_an_idle_desk_is_silent``); a load of 8 on 10
    agents waits with chance 0.41 (``test_a_desk_of_agents_waits_as_erlang_says``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing", "interaction")

    calm: float = parameter(
        0.01, unit="per_day", low=0, high=10, source="assumed", text="contacts a day of a calm client"
    )
    alarmed: float = parameter(
        0.3, unit="per_day", low=0, high=10, source="assumed", text="contacts a day of an alarmed client"
    )
    waiting: float = parameter(
        0.03, unit="log-odds", low=0, high=20, source="C5", text="trust in service lost by a look, per day of backlog"
    )
    patience: float = parameter(
        0.2, unit="per_day", low=0, high=1, source="C5", text="share of the waiting that gives up in a day"
    )
    agents: int = choice(
        0, unit="count", low=0, high=10000, source="assumed",
        text="people at the desk of each platform; 0: a fluid of the platform's capacity",
    )  # fmt: skip
    handling: float = parameter(
        1 / 144, unit="duration", low=1e-6, high=365, source="assumed",
        text="mean time that an agent takes for a contact",
    )  # fmt: skip
    warm_up: float = parameter(
        0.0, unit="duration", low=0, high=36500, source="assumed", text="days before waits are counted for the outcomes"
    )
    answer: float = parameter(
        0.5, unit="number", low=0, high=20, source="assumed", text="fear that an answer takes away"
    )

    @property
    def effort(self) -> float:
        """Nanoseconds an account and step, measured: agents take one contact after the other."""
        return 110.0 * self.calm if self.agents else 0.0

    @staticmethod
    def each_day(day: Day, settings: Settings[ServiceDesk]) -> None:
        """Let contacts come in and be answered; tell those who look what waiting and answers do."""
        fear = day.gauge("fear")
        unanswered = day.keep(UNANSWERED, lambda: np.zeros(fear.shape))
        contacts = settings["calm"][:, None] + settings["alarmed"][:, None] * fear
        kept = ((1 - settings["patience"]) ** day.dt)[:, None]
        work = unanswered * kept + contacts * day.dt
        capacity = np.maximum(day.term("service_capacity"), 1e-9)
        done = np.minimum(work, capacity * day.dt)
        left, wait = work - done, (work - done) / capacity
        for v, rule in settings.on(range(len(settings))) if settings["agents"].any() else ():
            for p in range(day.state.n_platforms if rule.agents else 0):
                wait[v, p] = serve(day, v, p, contacts[v, p], rule, int(settings["agents"].max()))
                left[v, p] = wait[v, p] * rule.agents / rule.handling / max(day.gauge("holders", p)[v], 1.0)
                done[v, p] = max(unanswered[v, p] + contacts[v, p] * day.dt - left[v, p], 0.0)
        unanswered[:], day.state.gauges[Gauges.BACKLOG] = left, wait
        is_heard = (fear.max(axis=1, initial=0.0) >= CALM_FEAR) | wait.any(axis=1)
        if not is_heard.any():
            return
        answered = done / np.maximum(contacts, 1e-9)
        for p in range(day.state.n_platforms):
            waiting = settings["waiting"] * np.minimum(wait[:, p], _LONGEST_WAIT)
            calmed = settings["answer"] * np.minimum(answered[:, p] / day.dt, 1.0) * fear[:, p]
            day.do.tell(p, service=-waiting * is_heard, fear=-calmed * is_heard)


def serve(day: Day, lane: int, platform: int, contacts: float, desk: ServiceDesk, most: int) -> float:
    """Let the contacts of a step, per client and day, be taken by the agents of a desk; return the next one's wait.

    ``most``: how many agents a desk has in any variant.
    """
    shape = (day.state.n_lanes, day.state.n_platforms)
    free_at = day.keep(FREE_AT, lambda: np.zeros((*shape, most)))
    if free_at.shape[2] < most:
        free_at = day.kept[FREE_AT] = np.pad(free_at, ((0, 0), (0, 0), (0, most - free_at.shape[2])))
    agents = free_at[lane, platform, : desk.agents]
    waits = day.keep(CONTACTS, lambda: np.zeros((*shape, 3)))[lane, platform]
    came = day.kernels.serve(
        day.state.world_of(lane), platform, agents, rate=contacts * day.gauge("holders", platform)[lane],
        handling=desk.handling,
        giving_up=-np.log1p(-min(desk.patience, 1 - 1e-12)),
    )  # fmt: skip
    if day.time >= desk.warm_up - SAME_TIME:
        waits += came
    return float(max(agents.min() - day.time - day.dt, 0.0))
