"""One of each thing that can be added from outside of the package, as a user's own file has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from trustsim.catalog import REGISTRY
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Books, Terms
from trustsim.mechanisms.shocks.incident import Incident, controlled
from trustsim.registry import parameter
from trustsim.scenario.presets import presets
from trustsim.world.hazards import draw
from trustsim.world.leaning import Law, Lean
from trustsim.world.rows import column, purse, stock, term
from trustsim.world.series import indicator
from trustsim.world.terms import Change, Term

BRAND = stock("brand", start=0.5, unit="share", source="B15", text="good name of the platform")
CAMPAIGN = term("campaign", unit="share", source="assumed", text="what campaigns add to a day's rise of the good name")
SATISFACTION = column(
    "satisfaction", start=0.5, unit="share", source="D16", text="how content a client is with the service"
)
COURT = purse("court", source="assumed", text="fines that a court holds")


@REGISTRY.enter("mechanism", "brand", rows=("B15",), source="assumed")
@dataclass(frozen=True)
class Brand:
    """Raise a platform's good name on quiet days, halve it while requests are overdue; a good name keeps people."""

    default_on: ClassVar[bool] = False

    rise: float = parameter(0.01, unit="share", source="assumed", text="rise on a quiet day")
    pull: float = parameter(2.0, unit="log-odds", low=-50, high=50, source="assumed", text="log-odds of staying")

    @staticmethod
    def each_day(day, settings):
        """Let the good name of yesterday rise or fall."""
        brand, overdue = day.stock(BRAND), day.gauge("overdue")
        risen = np.minimum(brand + day.dt * (settings["rise"][:, None] + day.term(CAMPAIGN.name)), 1.0)
        brand[settings.is_on] = np.where(overdue > 0, 0.5**day.dt * brand, risen)[settings.is_on]

    @staticmethod
    def lean(day, settings) -> Iterator[Lean]:
        """Let a good name keep people from running."""
        yield Lean(Weights.CALM, -settings["pull"][:, None] * day.stock(BRAND), "fear")

    @staticmethod
    def propose(day, settings) -> Iterator[Change]:
        """Let platforms without a good name pay out later."""
        yield Change(Terms.PAYOUT_LAG, np.full(1, 3.0), day.stock(BRAND) < 0.2, "at_least")


@REGISTRY.enter("mechanism", "satisfaction", rows=("D16",), source="assumed")
@dataclass(frozen=True)
class Satisfaction:
    """Let clients be less content on every day of backlog; who is discontent leaves."""

    default_on: ClassVar[bool] = False

    fading: float = parameter(
        0.1, unit="share", source="assumed", text="share of discontent that is forgotten in a day"
    )
    harm: float = parameter(0.1, unit="share", source="assumed", text="content lost in a day")
    leave: float = parameter(2.0, unit="log-odds", low=-50, high=50, source="assumed", text="log-odds of leaving")
    run: float = parameter(0.0, unit="log-odds", low=-50, high=50, source="assumed", text="log-odds of a run")

    @staticmethod
    def flow(day, settings) -> Iterator[Law]:
        """Let content rise towards one and fall by the harm."""
        keep, on = ((1 - settings["fading"]) ** day.dt)[:, None], settings.is_on[:, None]
        harm = settings["harm"][:, None] * day.dt
        yield Law(
            SATISFACTION, keep=np.where(on, keep, 1.0), add=np.where(on, 1 - keep - harm, 0.0),
            run=-settings["run"][:, None], leave=-settings["leave"][:, None], channel="fear",
        )  # fmt: skip


@REGISTRY.enter("intervention", "name_campaign", family="platform", rows=("E9",), source="assumed")
@dataclass(frozen=True)
class NameCampaign:
    """Advertise the good name."""

    platform: str = parameter("*", unit="name", refers="platform", source="assumed", text="whose name")
    strength: float = parameter(0.05, unit="share", source="assumed", text="rise that it adds to a day")

    def terms(self):
        """Return what holds while the lever acts."""
        return (Term(CAMPAIGN.name, self.strength, "add", self.platform),)


@REGISTRY.enter("shock", "lawsuit", rows=("C16",), source="assumed")
@dataclass(frozen=True)
class Lawsuit:
    """Take a fine to court."""

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who is sued")
    fine: float = parameter(0.01, unit="share", source="assumed", text="fine / claims")

    def act(self, day):
        """Pay the fine, once."""
        for p in day.platforms(self.platform):
            day.do.move(Books.CASH, COURT, p, self.fine * day.gauge("claims", p), day.reached(0.0))


@REGISTRY.enter("custody", "safe", rows=("B3",), source="assumed")
class Safe:
    """A safe keeps the money: nothing can be misused, and it is slow."""

    preset: ClassVar[dict] = {"misuse_factor": 0.0, "custody_lag": 3.0}


@REGISTRY.enter("platform_kind", "pawnbroker", rows=("B9",), source="assumed")
class Pawnbroker:
    """Lend against pledges: short loans that come back."""

    preset: ClassVar[dict] = {"asset_term": 30.0, "recovery": 0.9, "custody": "safe"}


@REGISTRY.enter("jurisdiction", "harbour_law", rows=("K6",), source="assumed")
class HarbourLaw:
    """The harbour lets arrears go on for long."""

    preset: ClassVar[dict] = {"patience": 60.0, "recovery": 0.1}


presets("stage", section="platform", source="assumed", rows=("B11",), text="how far the platform has grown")


@REGISTRY.enter("stage", "young", rows=("B11",), source="assumed")
class Young:
    """A young platform has little equity and a slow desk."""

    preset: ClassVar[dict] = {"equity": 0.01, "service_capacity": 0.01, "brand": 0.2}


presets("culture", section="world", source="assumed", rows=("K8",), text="how people hear of each other")


@REGISTRY.enter("culture", "close", rows=("K8",), source="assumed")
class Close:
    """People watch their neighbours, and the press counts for less."""

    preset: ClassVar[dict] = {"mechanisms.herding.weight": 6, "mechanisms.media.reach": "5 %"}


WARNINGS = stock("warnings", of="actor", start=0, unit="count", source="assumed", text="warnings given so far")
DUES = purse("dues", of="actor", source="assumed", text="what members paid")
SIGHT = draw("club", "sight", text="how wrong a club sees liquidity")


@REGISTRY.enter("actor", "club", plural="clubs", rows=("F10",), source="assumed")
@dataclass(frozen=True)
class Club:
    """Collect dues, and warn of members that look short of cash."""

    name: str = parameter(unit="name", source="assumed", text="what the club is called")
    mandate: str = parameter("*", unit="name", refers="platform", source="assumed", text="who is a member")
    below: float = parameter(0.05, unit="share", source="assumed", text="liquidity below which it warns")
    dues: float = parameter(0.0, unit="money", low=0, source="assumed", text="what a member pays a day")

    @staticmethod
    def each_day(day, me):
        """Look at every member, collect, and warn."""
        thin = me.is_on[:, None] & (me.sees("liquidity", SIGHT) < me["below"][:, None])
        me.stock(WARNINGS)[:] += thin.sum(axis=1)
        for p in range(day.state.n_platforms):
            me.collect(DUES, p, me["dues"] * day.dt, me.mandate[:, p])
            day.do.post(p, thin[:, p], risk=1.0)

    @staticmethod
    def propose(day, me):
        """Let members whom it warned of pay later."""
        warned = (me.stock(WARNINGS) > 0)[:, None] & me.mandate
        yield Change(Terms.PAYOUT_LAG, np.full(1, 4.0), warned, "at_least")


@REGISTRY.enter("shock", "fraud", rows=("C14",), source="assumed")
@dataclass(frozen=True)
class Fraud(Incident):
    """Clients' orders are forged; the thieves take a share of the claims while it goes on."""

    kind: ClassVar[str] = controlled("fraud")

    def strike(self, day, platform, where, severity):
        """Take the money."""
        claims = np.maximum(day.gauge("claims", platform), 1.0)
        return day.do.take_client_money(platform, self.severity * severity * claims, where) / claims


@indicator("paid_share", unit="share")
def paid_share(day):
    """Paid out yesterday / asked for yesterday."""
    return day.gauge("outflow") / np.maximum(day.gauge("requests"), 1.0)


@REGISTRY.enter("outcome", "last_brand", source="assumed", better="higher", unit="share", low=0, high=1)
def last_brand(finished):
    """Good name at the end, over all platforms."""
    return finished.series["brand"][-1, :, -1].astype(float)


@REGISTRY.enter("mechanism", "rent_day", rows=("D14",), source="assumed")
@dataclass(frozen=True)
class RentDay:
    """Let a tenth of the clients leave on the third day to pay their rent, or as many run."""

    default_on: ClassVar[bool] = False

    ordinary: bool = parameter(True, unit="flag", source="assumed", text="whether they leave for ordinary needs")

    @staticmethod
    def decide(day, settings):
        """Let every tenth of them go."""
        for world in day.worlds:
            for p in range(day.state.n_platforms):
                tenth = np.arange(len(world.owners(p))) % 10 == 0
                for v, rule in settings.on(world.lanes) if day.step == 3 else ():
                    day.do.leave(v, p, tenth, is_ordinary=rule.ordinary)
