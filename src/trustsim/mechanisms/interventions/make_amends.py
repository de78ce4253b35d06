"""Making good after harm was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from trustsim.kernels.layout import Books
from trustsim.mechanisms.behaviour.forgiveness import APOLOGISED, MADE_GOOD, WELL_BEHAVED, of_platforms
from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice
from trustsim.world.ends import stands
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.today import Floats


@REGISTRY.enter("intervention", "make_amends", family="platform", rows=("E10", "G11"), source="E-59; P-46")
@dataclass(frozen=True)
class MakeAmends:
    """Make good what was taken from clients, apologise, and behave well from then on.

    The owners pay the share ``compensation`` of the stolen money that clients know of into the cash of the platform,
    once, and later what more is found; a platform that has ended is paid nothing. What that, an ``apology`` and steady
    good ``conduct`` do to trust is said by the mechanism ``forgiveness``. Good conduct is
    counted in days on which all requests are paid and nothing more is stolen; with the first other day the count begins
    anew. Known answer: of 80,000 stolen and told, a compensation of one half brings 40,000 from the owners
    (``test_owners_make_good_what_clients_know_of``).
    """

    neutral: ClassVar[dict[str, Any]] = {"compensation": 0, "apology": False, "conduct": False, "cost": 0}

    platform: str = on_platform()
    compensation: float = choice(
        1.0, unit="share", source="E-59", text="share of what was stolen that the owners put back"
    )
    apology: bool = choice(True, unit="flag", source="E-59", text="whether the platform apologises")
    conduct: bool = choice(
        True, unit="flag", source="E-59", text="whether it shows from then on that it behaves well, day by day"
    )
    cost: float = choice(
        50.0, unit="money", low=0, source="assumed", text="cost per client and year of showing and saying it"
    )

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (Term("cost_per_client", self.cost, "add", self.platform),)

    def act(self, day: Day) -> None:
        """Pay, say sorry, and count the good days."""
        apologised, made_good, well = (of_platforms(day, row) for row in (APOLOGISED, MADE_GOOD, WELL_BEHAVED))
        books = day.state.books
        for p in day.platforms(self.platform):
            acts = day.active & stands(day.state, p)
            taken = np.maximum(books[Books.THIEVES, :, p] - np.maximum(books[Books.MISREPORTED, :, p], 0), 0)
            before = _kept(day, ("taken", p))
            paid = _kept(day, ("paid", p))
            missing = np.maximum(np.floor(self.compensation * taken) - paid, 0.0)
            paid += day.do.move(Books.OWNERS, Books.CASH, p, missing, acts)
            told = acts & (taken > 0)
            made_good[told, p] = (paid / np.maximum(taken, 1))[told]
            apologised[acts & self.apology, p] = 1.0
            is_good = acts & (day.gauge("overdue", p) <= 0) & (taken <= before) & self.conduct
            well[acts, p] = np.where(is_good, well[:, p] + day.dt, 0.0)[acts]
            before[acts] = taken[acts]


def _kept(day: Day, key: object) -> Floats:
    """Return what the lever remembers of every lane under *key*, float64 (lanes,), minor units, to be written to."""
    money: Floats = day.memory.setdefault(key, np.zeros(len(day.active)))
    return money
