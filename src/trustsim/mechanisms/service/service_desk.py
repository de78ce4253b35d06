"""A desk with finite capacity: worries call, waiting costs trust, an answer calms."""

from __future__ import annotations

from dataclasses import dataclass

from trustsim.registry import REGISTRY, parameter


@REGISTRY.enter("mechanism", "service_desk", rows=("G4", "C21"), source="assumed")
@dataclass(frozen=True)
class ServiceDesk:
    """Serve contacts up to the capacity; the backlog in days of capacity lowers trust in service, answers lower fear.

    Contacts a day = ``calm`` · holders + ``alarmed`` · alarmed holders. Known answer: with capacity above the contacts the
    backlog is 0 and no message goes out (``test_an_idle_desk_is_silent``).
    """

    calm: float = parameter(0.01, unit="per_day", low=0, high=10, source="assumed", text="contacts a day of a calm client")
    alarmed: float = parameter(0.3, unit="per_day", low=0, high=10, source="assumed", text="contacts a day of an alarmed client")
    waiting: float = parameter(0.03, unit="log-odds", low=0, high=20, source="C5", text="trust in service lost a day by those who look, per day of backlog")
    patience: float = parameter(0.2, unit="per_day", low=0, high=1, source="C5", text="share of the waiting that gives up in a day")
    answer: float = parameter(0.5, unit="number", low=0, high=20, source="assumed", text="fear that an answer takes away")
