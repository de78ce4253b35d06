"""The sections of a scenario file that describe who and what exists at day 0: investors, segments, platforms.

Declarations only, so that checking a file stays quick; :mod:`trustsim.world.population` and
:mod:`trustsim.world.state` make arrays of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from trustsim.errors import Misfit, UnitError, nearest, one_of
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.scenario.presets import Declared, Extended
from trustsim.scenario.resolved import World
from trustsim.units import ALL_MONEY, LARGEST_MONEY, Distribution, show

YUAN = 100  # minor units


@REGISTRY.enter("section", "segment", rows=("A1", "A2", "D1", "D9", "D10", "D20"), source="assumed")
@dataclass(frozen=True)
class Segment(Extended):
    """A group of investors: its share of the population and how its traits are spread."""

    name: str = parameter(unit="name", source="assumed", text="what the group is called in results")
    share: float = parameter(1.0, unit="share", source="assumed", text="share of the investors")
    wealth: float | Distribution = parameter(
        Distribution("lognormal", (60_000 * YUAN, 1.0)), unit="money", low=0, spread=True, source="E-20",
        text="all the money of an investor, in accounts and safe")  # fmt: skip
    invested: float | Distribution = parameter(
        Distribution("beta", (4, 4)), unit="share", spread=True, source="assumed",
        text="share of the wealth that is on platforms at day 0")  # fmt: skip
    prior_trust: float | Distribution = parameter(
        Distribution("beta", (16, 4)), unit="share", spread=True, source="assumed",
        text="trust before anything is heard; also where repair leads back to")  # fmt: skip
    literacy: float | Distribution = parameter(
        Distribution("beta", (2, 3)), unit="share", spread=True, source="E-60",
        text="precision of reading reports; discount on rumours and advertising; less herding")  # fmt: skip
    attention: float | Distribution = parameter(
        Distribution("beta", (2, 6)), unit="share", spread=True, source="assumed",
        text="chance to look at the account on a calm day")  # fmt: skip
    resilience: float | Distribution = parameter(
        Distribution("beta", (3, 3)), unit="share", spread=True, source="assumed",
        text="how fast fear fades and how much it takes to be alarmed")  # fmt: skip
    risk_tolerance: float | Distribution = parameter(
        Distribution("beta", (3, 3)), unit="share", spread=True, source="assumed",
        text="0: runs early; 1: stays long")  # fmt: skip
    tenure: float | Distribution = parameter(
        Distribution("exponential", (500.0,)), unit="duration", low=0, high=1e6, spread=True, source="E-38",
        text="time as a client; long relationships run less")  # fmt: skip
    herding: float | Distribution = parameter(
        1.0, unit="number", low=0, high=10, spread=True, source="assumed",
        text="factor on the weight of neighbours who left")  # fmt: skip
    privacy: float | Distribution = parameter(
        1.0, unit="number", low=0, high=10, spread=True, source="assumed",
        text="factor on news about personal data")  # fmt: skip
    declared: Declared = ()
    said: tuple[str, ...] = field(default=(), compare=False, repr=False)


@REGISTRY.enter("section", "investors", rows=("A1", "A12", "D21"), source="assumed")
@dataclass(frozen=True)
class Investors(Extended):
    """The population: how many, of which segments, and how their money is spread over platforms."""

    count: int | None = parameter(
        None, unit="count", low=0, high=10_000_000, source="assumed",
        text="investors at day 0; where it is left out, as many as a network file has nodes, or 1000",
    )  # fmt: skip
    newcomers: int = parameter(
        0, unit="count", low=0, high=10_000_000, source="assumed",
        text="people appended to the population who hold nothing at day 0 and may join")  # fmt: skip
    members: float = parameter(
        0.8,
        unit="share",
        source="assumed",
        text="share of the accounts open at day 0; the rest are prospects or former clients",
    )
    second_platform: float = parameter(
        0.5, unit="share", source="E-34", text="chance to hold one more platform, again for each further one"
    )
    considered: int = parameter(
        3, unit="count", low=1, high=50, source="assumed", text="platforms that an investor would hold or switch to"
    )
    newcomer_links: float = parameter(
        4.0, unit="number", low=0, high=1000, source="assumed", text="mean links of a newcomer to earlier investors"
    )
    segments: tuple[Segment, ...] = (Segment(name="investors"),)
    declared: Declared = ()
    said: tuple[str, ...] = field(default=(), compare=False, repr=False)

    def misfits(self, world: World) -> Iterator[Misfit]:
        """Say where all investors together would own more than can be counted to the last unit."""
        means = [(s.wealth.mean if isinstance(s.wealth, Distribution) else s.wealth) * s.share for s in self.segments]
        owned = (self.count or 0) * sum(means)
        if owned > ALL_MONEY:
            given = f"{show(owned, 'money')} as the wealth of {self.count} investors"
            yield Misfit("segments", given, f"at most {show(ALL_MONEY, 'money')} together")


@REGISTRY.enter("section", "platform", rows=("A4", "B1", "B2", "B3", "E1", "E2", "E3", "G3", "G10"), source="assumed")
@dataclass(frozen=True)
class Platform(Extended):
    """One money platform: its balance sheet at day 0, its custody, its terms, its disclosure."""

    name: str = parameter(unit="name", source="assumed", text="what the platform is called")
    kind: str = parameter(
        "p2p_lending", unit="name", refers="platform_kind", source="assumed", text="preset of the settings below"
    )
    size: float = parameter(
        1.0, unit="number", low=1e-6, high=1e6, source="E-33", text="weight in investors' choice of platforms"
    )
    # balance sheet
    liquid_share: float = choice(
        0.12, unit="share", source="assumed", text="cash and client money at the custodian / claims; also the target"
    )
    equity: float = choice(
        0.04, unit="share", low=-1, high=5, source="assumed", text="(all assets − claims) / claims at day 0"
    )
    asset_yield: float = parameter(
        0.12, unit="share", low=-1, high=5, source="E-20", text="yearly return on lent money"
    )
    promised_yield: float = choice(
        0.08, unit="share", low=0, high=5, source="E-20", text="yearly yield credited to accounts"
    )
    safe_yield: float = parameter(
        0.02, unit="share", low=-1, high=5, source="assumed",
        text="yearly yield of the safe account that investors compare with, and of the platform's liquid money",
    )  # fmt: skip
    asset_term: float = choice(
        360.0, unit="duration", low=1, high=1e9, source="E-20",
        text="longest time to maturity of the assets; the ladder is even at day 0",
    )  # fmt: skip
    default_rate: float = parameter(
        0.054,
        unit="share",
        source="assumed",
        text="share of the assets that defaults in a year; so that the plain platform earns what it promises",
    )
    recovery: float = parameter(0.4, unit="share", source="assumed", text="share of a defaulted loan that comes back")
    volatility: float = parameter(
        0.0, unit="share", low=0, high=2, source="assumed", text="daily standard deviation of the asset price"
    )
    asset_market: str = parameter(
        "", unit="name", source="assumed",
        text="platforms with the same market push down each other's sale price; empty: its own",
    )  # fmt: skip
    sale_impact: float = parameter(
        1.2, unit="number", low=0, high=50, source="doi:10.1162/jeea.2005.3.2-3.556",
        text="log price fall when all assets of the market are sold",
    )  # fmt: skip
    sale_limit: float = parameter(
        0.05, unit="share", source="assumed", text="share of the assets that can be sold in a day"
    )
    credit_line: float = choice(
        0.0, unit="share", low=0, high=5, source="assumed", text="cash that can be borrowed / claims at day 0"
    )
    patience: float = parameter(
        10.0, unit="duration", low=0, high=3650, source="assumed",
        text="how long payments may be overdue, due and lacking the money, before the platform is failed",
    )  # fmt: skip
    estate_cost: float = parameter(
        0.1, unit="share", source="doi:10.1111/j.1540-6261.1991.tb04616.x",
        text="share of the estate that the liquidation costs",
    )  # fmt: skip
    own_cash: float = choice(
        0.0, unit="money", low=0, source="assumed", text="cash at day 0 besides clients' money and what equity asks for"
    )
    outside_debt: float = parameter(
        0.0, unit="money", low=0, source="assumed", text="of that cash, what is borrowed from outside lenders"
    )
    owes: str = parameter(
        "", unit="text", source="doi:10.1287/mnsc.47.2.236.9835",
        text="what it owes to other platforms, in major units: 'Beta 10, Gamma 4.5'; see the mechanism obligations",
    )  # fmt: skip
    copies: int = parameter(
        1, unit="count", low=1, high=10_000, source="assumed",
        text="how many platforms like this there are, named with a number behind: 'Bank 1', 'Bank 2', …",
    )  # fmt: skip
    # custody
    custody: str = choice("none", unit="name", refers="custody", source="B3", text="who keeps the client money")
    segregated_share: float = choice(
        0.0, unit="share", source="assumed",
        text="share of the client money kept apart: cannot be misused, pays whoever asks, is returned at failure",
    )  # fmt: skip
    misuse_factor: float = parameter(
        1.0, unit="number", low=0, high=10, source="B3", text="factor on what the platform can misuse"
    )
    loss_factor: float = parameter(
        1.0, unit="number", low=0, high=10, source="B3", text="factor on a loss at the keeper"
    )
    custody_lag: float = choice(
        0.0, unit="duration", low=0, high=365, source="B3", text="what the keeper adds to the payout lag"
    )
    custody_cost: float = parameter(
        0.0, unit="share", low=0, high=1, source="B3", text="yearly cost / client money kept"
    )
    custody_trust: float = parameter(
        0.0, unit="log-odds", low=-10, high=10, source="B3", text="added to where trust in fund safety rests"
    )
    visibility: float = choice(0.3, unit="share", source="B3", text="share of an unpaid queue that outsiders see")
    throughput: float | None = choice(
        None, unit="share", low=0, high=100, source="B3",
        text="most that can be paid out in a day / claims, the rest waits; without it no ceiling",
    )  # fmt: skip
    # terms
    locked_share: float = choice(
        0.0, unit="share", source="assumed", text="share of each balance that cannot be asked for before maturity"
    )
    lock_term: float = choice(
        90.0, unit="duration", low=1, high=3650, source="E-20", text="time between two maturities of a locked balance"
    )
    payout_lag: float = choice(
        1.0, unit="duration", low=0, high=365, source="assumed", text="days from request to payment in calm"
    )
    exit_friction: float = choice(
        1.0, unit="log-odds", low=-5, high=10, source="assumed", text="effort of leaving, log-odds against"
    )
    entry_friction: float = choice(
        1.0, unit="log-odds", low=-5, high=10, source="assumed", text="effort of joining, log-odds against"
    )
    # disclosure
    report_interval: float = choice(
        30.0, unit="duration", low=0, high=3650, source="assumed", text="days between reports; 0: none"
    )
    report_lag: float = choice(
        15.0, unit="duration", low=0, high=3650, source="assumed", text="age of the figures in a report"
    )
    report_scope: float = choice(
        0.5, unit="share", source="assumed",
        text="share of the relevant items that a report holds; cuts the noise of its reading",
    )  # fmt: skip
    report_bias: float = choice(
        0.0, unit="log-odds", low=0, high=10, source="assumed", text="risk that a report talks away, log-odds"
    )
    # service and exposure
    service_capacity: float = choice(
        0.05, unit="per_day", low=0, high=10, source="assumed",
        text="contacts that the desk can answer in a day / clients",
    )  # fmt: skip
    exposure: str = choice(
        "", unit="name", source="assumed",
        text="brand or group whose name it shares; trouble spills over inside a group",
    )  # fmt: skip

    declared: Declared = ()
    said: tuple[str, ...] = field(default=(), compare=False, repr=False)  # keys that the file gives itself

    def __post_init__(self) -> None:
        owed(self.owes)

    def misfits(self, world: World) -> Iterator[Misfit]:
        """Say what it owes to nobody, or to itself, and where all platforms together could not add up their money."""
        most = ALL_MONEY // len(world.platforms)
        for key, amount in (("own_cash", self.own_cash), ("outside_debt", self.outside_debt)):
            if amount > most:
                given = f"{show(amount, 'money')} on each of {len(world.platforms)} platforms"
                yield Misfit(key, given, f"at most {show(most, 'money')} with so many platforms")
        if not self.owes:
            return
        names = dict.fromkeys(platform.name for platform in world.platforms)
        mine = {self.name} if self.copies == 1 else {f"{self.name} {k + 1}" for k in range(self.copies)}
        others = [name for name in names if name not in mine]
        for to in owed(self.owes):
            if to in mine:
                yield Misfit("owes", f"a debt of {to!r} to itself", _to_whom(others))
            elif to not in names:
                near = nearest(to, others[:_MOST_COMPARED])
                yield Misfit("owes", f"a debt to {to!r}, which does not exist", _to_whom(others), near)


_MOST_COMPARED = 50
_OWES = re.compile(r"\s*(.+?)\s+(\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*")


def owed(text: str) -> dict[str, int]:
    """Return what ``'Beta 10, Gamma 4.5'`` says is owed to whom, minor units; raises UnitError where it is no list."""
    found: dict[str, int] = {}
    for part in filter(str.strip, text.split(",")):
        match = _OWES.fullmatch(part)
        if match is None:
            raise UnitError(f"owes {text!r}", "names of platforms with amounts, as 'Beta 10, Gamma 4.5'")
        amount = float(match[2]) * YUAN
        if sum(found.values()) + amount > LARGEST_MONEY:
            raise UnitError(f"owes {text!r}", f"money up to {LARGEST_MONEY // YUAN} in all")
        found[match[1]] = found.get(match[1], 0) + round(amount)
    return found


def _to_whom(others: Sequence[str]) -> str:
    """Say which platforms there are to owe to."""
    return one_of(others) if others else "no debt, where there is no other platform"


def but_for_its_name(platform: Platform) -> tuple[object, ...]:
    """Return what a platform has but its name: copies of one are looked at once."""
    return tuple(value for key, value in vars(platform).items() if key != "name")
