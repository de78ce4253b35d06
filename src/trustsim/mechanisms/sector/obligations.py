"""What platforms owe each other: clearing, and defaults that spread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings


@REGISTRY.enter("mechanism", "obligations", rows=("A4", "K1"), source="doi:10.1287/mnsc.47.2.236.9835; doi:10.1098/rspa.2009.0410")
@dataclass(frozen=True)
class Obligations:
    """Let platforms owe each other: what their ``owes`` say, and ``interbank`` of their assets lent to random others.

    Paid ``pro_rata``: on ``day`` all is cleared, each paying min(what it owes, its cash beyond its clients' claims and what
    it is paid), the most that is consistent (Eisenberg and Noe); who cannot pay all fails. Else: from ``day`` on, whoever
    owes more than it has and is owed fails and pays nothing, a round a day; ``first`` random platforms fail before (Gai and
    Kapadia: with j debtors, one default is too much where interbank / j exceeds the capital). Known answer: a chain pays
    what its links have (``test_a_chain_pays_what_its_links_have``).
    """

    default_on: ClassVar[bool] = False

    pro_rata: bool = parameter(True, unit="flag", source="doi:10.1287/mnsc.47.2.236.9835", text="whether a platform that cannot pay all pays each a part; else it pays nothing")
    links: float = parameter(0.0, unit="number", low=0, high=1000, source="doi:10.1098/rspa.2009.0410", text="platforms that one lends to, on average (a directed Poisson network); 0: none")
    interbank: float = parameter(0.2, unit="share", source="doi:10.1098/rspa.2009.0410", text="share of its assets that a platform lends to them, in equal parts")
    day: float = parameter(1.0, unit="duration", low=1, high=36500, source="assumed", text="when debts are cleared, or defaults begin")
    first: int = parameter(0, unit="count", low=0, high=10_000, source="doi:10.1098/rspa.2009.0410", text="random platforms that fail on that day, where nothing is paid")

    @staticmethod
    def each_day(day: Day, settings: Settings[Obligations]) -> None:
        """Clear, or let those fail who have become insolvent."""
        for v, rule in enumerate(settings):
            if rule is None:
                continue
            day.borrow(v, links=rule.links, interbank=rule.interbank)
            begins = (day.step - 1) * day.dt < rule.day <= day.step * day.dt
            if rule.pro_rata and begins:
                day.clear_debts(v)
            elif not rule.pro_rata and day.step * day.dt >= rule.day:
                day.default(v, first=rule.first if begins else 0)
