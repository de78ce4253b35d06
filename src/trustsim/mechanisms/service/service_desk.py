"""A desk with finite capacity: worries call, waiting costs trust, an answer calms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Column, Day

_LONGEST_WAIT = 10.0  # days of backlog beyond which waiting is no worse


@REGISTRY.enter("mechanism", "service_desk", rows=("G4", "C21"), source="assumed")
@dataclass(frozen=True)
class ServiceDesk:
    """Serve contacts up to the capacity; the backlog in days of capacity lowers trust in service, answers lower fear.

    Contacts a day = ``calm`` · holders + ``alarmed`` · alarmed holders. Known answer: with capacity above the contacts the
    backlog is 0 and no message goes out (``test_an_idle_desk_is_silent``).
    """

    calm: float = parameter(0.01, unit="per_day", low=0, high=10, source="assumed", text="contacts a day of a calm client")
    alarmed: float = parameter(0.3, unit="per_day", low=0, high=10, source="assumed", text="contacts a day of an alarmed client")
    waiting: float = parameter(0.03, unit="log-odds", low=0, high=20, source="C5", text="trust in service lost by a look, per day of backlog")
    patience: float = parameter(0.2, unit="per_day", low=0, high=1, source="C5", text="share of the waiting that gives up in a day")
    answer: float = parameter(0.5, unit="number", low=0, high=20, source="assumed", text="fear that an answer takes away")

    @staticmethod
    def daily(day: Day, settings: Mapping[str, Column]) -> None:
        """Let contacts come in and be answered; tell those who look what waiting and answers do."""
        fear, backlog = day.measured("fear"), day.measured("backlog")
        contacts = settings["calm"][:, None] + settings["alarmed"][:, None] * fear
        capacity = np.maximum(day.terms("service_capacity"), 1e-9)
        kept = ((1 - settings["patience"]) ** day.dt)[:, None]
        work = day.unanswered * kept + contacts * day.dt
        done = np.minimum(work, capacity * day.dt)
        day.unanswered = work - done
        backlog[:] = day.unanswered / capacity
        if fear.max(initial=0.0) < 1e-3 and not backlog.any():
            return
        answered = done / np.maximum(contacts, 1e-9)
        for p in range(backlog.shape[1]):
            waiting = settings["waiting"] * np.minimum(backlog[:, p], _LONGEST_WAIT)
            calmed = settings["answer"] * np.minimum(answered[:, p] / day.dt, 1.0) * fear[:, p]
            day.tell(p, service=-waiting, fear=-calmed)
