"""Claims whose value follows that of the assets, and clients who see it fall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Books
from trustsim.mechanisms.balance_sheet.claims import scale_claims
from trustsim.registry import REGISTRY, parameter
from trustsim.world.ends import ended
from trustsim.world.leaning import Lean
from trustsim.world.memory import memory
from trustsim.world.rows import stock

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings
    from trustsim.world.today import Floats

FLOATS = stock(
    "floats", start=0, unit="share", source="B7", chosen=True,
    text="share of what its assets gain or lose in value that claims on it follow; 0: claims stand at par",
)  # fmt: skip
PRICE = stock("claim_price", start=1, unit="number", low=0, source="B7", text="value of a claim that floats / day 0")
USED_TO = memory("used_to", text="float64 (lanes, platforms), the price of a claim that clients are used to")
CUSHION = memory("cushion", text="float64 (lanes, platforms), what is owned beyond claims, minor units, as it was left")


@REGISTRY.enter("mechanism", "floating", rows=("B7", "B10"), source="doi:10.2139/ssrn.2596948")
@dataclass(frozen=True)
class Floating:
    """Let claims on platforms that say so float with the value of their assets, and let those who hold them see it.

    Where a platform ``floats``, claims change every day by that share of what it has gained or lost since the day
    before, beside what was paid in and out: a fall is a loss of its clients, and the rest stays with the platform. The
    price of a claim is 1 at day 0. Who looks at the account sees by how much it lies below what one is used to, ū ←
    max(price, ū + ``getting_used`` · (price − ū)): that adds ``pull`` · (1 − price / ū) to the log-odds of running. At
    par nobody sees anything. Known answer: where assets lose a tenth, claims that float lose a tenth, nobody else does,
    and ``pull`` 10 adds 1 to the log-odds (``test_a_price_fall_is_seen_by_those_whose_claims_follow_it``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing",)
    paced: ClassVar[tuple[str, ...]] = ("getting_used",)  # a step is short beside it

    pull: float = parameter(
        10.0, unit="number", low=0, high=1000, source="assumed",
        text="log-odds of running, per share of the value of a claim that is lost",
    )  # fmt: skip
    getting_used: float = parameter(
        0.05, unit="per_day", low=0, high=1, source="assumed", text="how fast clients get used to a lower price"
    )

    @staticmethod
    def each_day(day: Day, settings: Settings[Floating]) -> None:
        """Let claims follow what was gained or lost since yesterday, and clients get used to their price."""
        floats = day.stock(FLOATS)
        if not (settings.is_on[:, None] & (floats > 0)).any():
            return
        price, claims = day.stock(PRICE), day.state.books[Books.CLAIMS]
        cushion, used_to = day.keep(CUSHION, lambda: _cushion(day)), day.keep(USED_TO, price.copy)
        for p in range(day.state.n_platforms):
            follows = settings.is_on & (floats[:, p] > 0) & (claims[:, p] > 0) & ~ended(day.state, p)
            change = floats[:, p] * (_cushion(day) - cushion)[:, p] / np.maximum(claims[:, p], 1)
            for v in np.flatnonzero(follows & (change != 0)).tolist():
                share = max(1.0 + float(change[v]), 0.0)
                scale_claims(day, v, p, share)
                price[v, p] *= share
        cushion[:] = _cushion(day)
        fade = (1 - settings["getting_used"][:, None]) ** day.dt
        used_to[:] = np.maximum(price, fade * used_to + (1 - fade) * price)

    @staticmethod
    def lean(day: Day, settings: Settings[Floating]) -> Iterator[Lean]:
        """Let a price below what clients are used to push them; attribution counts it to fundamentals."""
        if (day.stock(FLOATS) > 0).any():
            price = day.stock(PRICE)
            lost = 1 - price / np.maximum(day.keep(USED_TO, price.copy), 1e-12)
            yield Lean(Weights.CALM, settings["pull"][:, None] * np.maximum(lost, 0.0), "fundamentals")


def _cushion(day: Day) -> Floats:
    """Return float64 (lanes, platforms): what platforms own beyond what they owe to clients, minor units."""
    return np.asarray(day.state.owned() - day.state.books[Books.CLAIMS], np.float64)
