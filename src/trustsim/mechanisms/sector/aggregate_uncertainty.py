"""What nobody knows of a world beforehand: how worlds differ that are the same by their file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Dials
from trustsim.kernels.layout import Traits
from trustsim.kernels.times import DAYS_A_YEAR
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import Draw, Unknown, draw, normal

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.owners import Owners
    from trustsim.world.settings import Settings

Floats = NDArray[np.float64]

_KIND = "aggregate_uncertainty"
INTENSITY = draw(_KIND, "intensity", text="how strong public messages are in this world")
REACH = draw(_KIND, "reach", text="how far they go")
SIGNAL = draw(_KIND, "signal", text="how wrong what platforms publish is, for all readers alike")
ATTENTION = draw(_KIND, "attention", text="how closely all look")
TRUST = draw(_KIND, "trust", text="how much all trust on day 0")
LOSS = draw(_KIND, "loss", text="how large losses are")
SUNSPOT = draw(_KIND, "sunspot", text="whether fear without a cause comes today")
_TO_ALL = 1.0
_SURE = 1e-4  # a share is taken to be at least this far from 0 and from 1, as prior trust is


@REGISTRY.enter("mechanism", "aggregate_uncertainty", rows=("C18", "K8"), source="E-07; E-43")
@dataclass(frozen=True)
class AggregateUncertainty:
    """Let worlds of one file differ by what nobody knows beforehand, drawn once for each world, alike in all variants.

    With independent standard normal z of the world, the strength of public messages is multiplied by exp(s·z − s²/2),
    s = ``intensity``, and what shocks cost by the same of ``loss`` (mean 1 each; no more is taken than is there);
    ``reach`` · z is added to the log-odds of the reach of these messages in a day, ``signal`` · z to the risk that
    every platform publishes, an error that all readers share, ``attention`` · z and ``trust`` · z to the log-odds of
    everybody's attention and prior trust. Messages are those that go out to people; pages that clients open, and what
    neighbours tell, stay. On the day of a sunspot, of which there are ``sunspot`` a year on average, everybody is told
    ``fear`` about every platform, without a cause. So the share of worlds with a run is a curve of the fundamentals
    that stays wide in a large population, in place of a step at a threshold: the aggregate noise of a global game
    (Morris and Shin), and what Cipriani, Eisenbach and Kovner find of banks with like fundamentals, of which some were
    run on.
    Known answer: over worlds the mean log-odds of prior trust have the spread ``trust``
    (``test_mean_prior_trust_has_the_spread``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("sensing",)
    neutral: ClassVar[dict[str, float]] = {
        "intensity": 0, "reach": 0, "signal": 0, "attention": 0, "trust": 0, "loss": 0, "sunspot": 0,
    }  # fmt: skip
    unknowns: ClassVar[tuple[Unknown, ...]] = (
        Unknown(INTENSITY, "intensity", "strength of the news"),
        Unknown(REACH, "reach", "reach of the news"),
        Unknown(SIGNAL, "signal", "risk as published"),
        Unknown(ATTENTION, "attention", "attention"),
        Unknown(TRUST, "trust", "prior trust"),
        Unknown(LOSS, "loss", "size of losses"),
    )
    #: what makes the traits: the same in all variants of a pass
    fixes: ClassVar[tuple[str, ...]] = ("attention", "trust")

    intensity: float = parameter(
        0.3, unit="number", low=0, high=3, source="assumed",
        text="standard deviation over worlds of ln the strength of public messages",
    )  # fmt: skip
    reach: float = parameter(
        0.3, unit="log-odds", low=0, high=5, source="assumed", text="standard deviation over worlds of their reach"
    )
    signal: float = parameter(
        0.3, unit="log-odds", low=0, high=5, source="assumed",
        text="standard deviation over worlds of the error in the risk that platforms publish",
    )  # fmt: skip
    attention: float = parameter(
        0.2, unit="log-odds", low=0, high=5, source="assumed", text="standard deviation over worlds of attention"
    )
    trust: float = parameter(
        0.2, unit="log-odds", low=0, high=5, source="assumed", text="standard deviation over worlds of prior trust"
    )
    loss: float = parameter(
        0.3, unit="number", low=0, high=3, source="assumed",
        text="standard deviation over worlds of ln what shocks cost",
    )  # fmt: skip
    sunspot: float = parameter(
        0.005, unit="number", low=0, high=3650, source="doi:10.2139/ssrn.4924699; doi:10.1093/qje/qjaa034",
        text="how often a year, on average, fear comes without a cause; 1: once a year, 365: once a day",
    )  # fmt: skip
    fear: float = parameter(
        0.8, unit="number", low=0, high=20, source="assumed", text="fear of everybody on the day of a sunspot"
    )

    @staticmethod
    def vary(day: Day, settings: Settings[AggregateUncertainty]) -> Mapping[Dials, Floats]:
        """Return by how much news, published risk and losses of each world differ."""
        return {
            Dials.NEWS_STRENGTH: _ln_of_mean_1(settings["intensity"], _normal(day, INTENSITY)),
            Dials.NEWS_REACH: settings["reach"] * _normal(day, REACH),
            Dials.PUBLISHED_ERROR: settings["signal"] * _normal(day, SIGNAL),
            Dials.LOSS_SIZE: _ln_of_mean_1(settings["loss"], _normal(day, LOSS)),
        }

    def traits(self, owners: Owners) -> Mapping[Traits, Floats]:
        """Return everybody's attention and prior trust in this world, where they differ between worlds."""
        made: dict[Traits, Floats] = {}
        if self.trust > 0:
            made[Traits.PRIOR] = _log_odds(owners.trait("prior_trust")) + self.trust * normal(owners.luck(TRUST))
        if self.attention > 0:
            attention = owners.trait("attention")
            odds = np.exp(_log_odds(attention) + self.attention * normal(owners.luck(ATTENTION)))
            looks = np.where((attention > 0) & (attention < 1), odds / (1 + odds), attention)
            made[Traits.ATTENTION] = 1 - (1 - looks) ** owners.dt
        return made

    @staticmethod
    def each_day(day: Day, settings: Settings[AggregateUncertainty]) -> None:
        """Let fear come without a cause, where the day's draw says so."""
        chance = -np.expm1(-settings["sunspot"] * day.dt / DAYS_A_YEAR)
        comes = day.chance(SUNSPOT) < chance
        for p in range(day.state.n_platforms):
            day.do.post(p, comes, reach=_TO_ALL, fear=settings["fear"])


def _normal(day: Day, what: Draw) -> Floats:
    """Return a standard normal number of each world, float64 (lanes,)."""
    return np.array([normal(u) for u in day.chance(what, once=True).tolist()])


def _ln_of_mean_1(spread: Floats, z: Floats) -> Floats:
    """Return the logarithm of a lognormal factor with mean 1."""
    return spread * z - spread * spread / 2


def _log_odds(share: Floats) -> Floats:
    inside = np.clip(share, _SURE, 1 - _SURE)
    return np.asarray(np.log(inside / (1 - inside)))
