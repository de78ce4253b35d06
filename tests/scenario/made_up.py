"""A small registry of made-up entries, so that the scenario room is tested without the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from trustsim.distributions import Distribution
from trustsim.registry import Registry, parameter
from trustsim.scenario.presets import presets

REGISTRY = Registry()
enter = REGISTRY.enter


@enter("network_kind", "small_world", rows=("A1",), source="10.1038/30918")
@dataclass(frozen=True)
class SmallWorld:
    """Watts–Strogatz ring with rewired ties."""

    degree: int = parameter(10, unit="count", low=0, source="assumed", text="ties an investor")
    rewiring: float = parameter(0.1, unit="share", source="assumed", text="share of ties rewired")


@enter("network_kind", "complete", source="assumed")
@dataclass(frozen=True)
class Complete:
    """Everybody hears everybody."""


@enter("network_kind", "file", source="assumed")
@dataclass(frozen=True)
class NetworkFile:
    """A network that a file holds."""

    path: str = parameter(unit="text", refers="file", source="assumed", text="edge list")


@enter("section", "segment", source="assumed")
@dataclass(frozen=True)
class Segment:
    """A group of investors alike."""

    name: str = parameter(unit="name", source="assumed", text="its name")
    share: float = parameter(unit="share", source="assumed", text="its share of all investors")
    literacy: float | Distribution = parameter(
        Distribution("beta", (2.0, 5.0)), unit="share", spread=True, source="10.1/x", text="financial literacy"
    )
    wealth: float | Distribution = parameter(
        Distribution("lognormal", (5_000_000.0, 1.0)), unit="money", low=0, spread=True, source="assumed", text="wealth"
    )


@enter("section", "investors", source="assumed")
@dataclass(frozen=True)
class Investors:
    """Who has money on the platforms."""

    considered: ClassVar[int] = 3
    newcomer_links: ClassVar[float] = 4.0
    count: int = parameter(unit="count", low=0, source="assumed", text="number of investors")
    newcomers: int = parameter(0, unit="count", low=0, source="assumed", text="who join")
    segments: tuple[Segment, ...] = ()


@enter("section", "platform", source="assumed")
@dataclass(frozen=True)
class Platform:
    """A money platform."""

    size: ClassVar[float] = 1.0
    lock_term: ClassVar[float] = 90.0
    locked_share: ClassVar[float] = 0.0
    asset_market: ClassVar[str] = ""
    owes: ClassVar[str] = ""
    name: str = parameter(unit="name", source="assumed", text="its name")
    kind: str = parameter("p2p_lending", unit="name", refers="platform_kind", source="assumed", text="the preset")
    custody: str = parameter(
        "bank", unit="name", choices=("bank", "payment_firm", "none"), source="assumed", text="who holds the money"
    )
    liquid_share: float = parameter(0.1, unit="share", source="assumed", text="cash over claims")
    equity: int = parameter(1_000_000_00, unit="money", low=0, source="assumed", text="own funds")
    notice: float = parameter(0.0, unit="duration", low=0, high=365, source="assumed", text="notice period")
    limit: int | None = parameter(None, unit="money", low=0, source="assumed", text="largest withdrawal a day")


presets(
    "kind", group="platform_kind", section="platform", rank=2, source="assumed", text="the preset", registry=REGISTRY
)


@enter("platform_kind", "p2p_lending", rows=("B5",), source="assumed")
@dataclass(frozen=True)
class Lending:
    """P2P lending: illiquid loans."""

    preset: ClassVar[Mapping[str, Any]] = {"liquid_share": 0.05}


@enter("platform_kind", "payment_wallet", rows=("B4",), source="assumed")
@dataclass(frozen=True)
class Wallet:
    """A payment wallet: all cash."""

    preset: ClassVar[Mapping[str, Any]] = {"liquid_share": 1.0, "custody": "payment_firm"}


@enter("mechanism", "herding", rows=("D6",), source="10.1/h")
@dataclass(frozen=True)
class Herding:
    """Follow the neighbours who left."""

    weight: float = parameter(2.0, unit="log-odds", low=0, high=50, source="assumed", text="pull of neighbours")
    memory: float = parameter(7.0, unit="duration", low=0, source="assumed", text="half life")


@enter("mechanism", "averaging", rows=("D8",), source="assumed")
@dataclass(frozen=True)
class Averaging:
    """Average opinions over neighbours."""

    default_on: ClassVar[bool] = False
    speed: float = parameter(0.1, unit="per_day", low=0, source="assumed", text="speed")
    is_bounded: bool = parameter(False, unit="flag", source="assumed", text="bounded confidence")


@enter("shock", "custodian_theft", rows=("C1",), source="assumed")
@dataclass(frozen=True)
class CustodianTheft:
    """A custodian steals a share of what it keeps."""

    platform: str = parameter("*", unit="name", refers="platform", source="assumed", text="whose custodian")
    day: float = parameter(30.0, unit="duration", low=0, source="assumed", text="when")
    share: float = parameter(0.08, unit="share", source="assumed", text="what is stolen")
    discovery_lag: float = parameter(10.0, unit="duration", low=0, source="assumed", text="until discovered")
    notice_lag: float = parameter(5.0, unit="duration", low=0, source="assumed", text="until told")


@enter("shock", "rumour", rows=("C18",), source="assumed")
@dataclass(frozen=True)
class Rumour:
    """A rumour starts."""

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="about whom")
    segment: str = parameter("*", unit="name", refers="segment", source="assumed", text="where it starts")
    reach: float = parameter(0.01, unit="share", source="assumed", text="who hears first")


@enter("intervention", "incident_notice", rows=("E4",), source="assumed", family="communication")
@dataclass(frozen=True)
class IncidentNotice:
    """Tell investors of an incident."""

    delay: float = parameter(0.0, unit="duration", low=0, source="assumed", text="after discovery")


@enter("intervention", "guarantee", rows=("G11",), source="10.1086/261155", family="regulatory")
@dataclass(frozen=True)
class Guarantee:
    """Guarantee deposits."""

    cover: float = parameter(0.8, unit="share", source="assumed", text="covered share")
    limit: int = parameter(50_000_00, unit="money", low=0, source="assumed", text="a person")
    credibility: float = parameter(0.9, unit="share", source="assumed", text="believed")

    def __post_init__(self) -> None:
        if self.cover > 0 and self.limit == 0:
            raise ValueError("cover without a limit above zero")


@enter("outcome", "run_probability", source="assumed", better="lower", unit="share")
def run_probability() -> None:
    """Whether a run happened."""


@enter("outcome", "peak_outflow", source="assumed", better="lower", unit="share")
def peak_outflow() -> None:
    """Largest share that left on a day."""


@enter("outcome", "investor_loss", source="assumed", better="lower", unit="money")
def investor_loss() -> None:
    """Money lost by investors."""


@enter("outcome", "time_to_failure", source="assumed", better="higher", unit="duration")
def time_to_failure() -> None:
    """Day of the first failure."""


@enter("indicator", "outflow", source="assumed", unit="share")
def outflow() -> None:
    """Share of claims that left today."""


FULL = """\
trustsim: 1
title: Custodian theft at a lending platform
description: A story.
horizon: 180 d
network: {kind: small_world, degree: 8}
investors:
  count: 1000
  segments:
    - {name: novice, share: 70 %, literacy: beta(2, 5)}
    - {name: professional, share: 30 %, wealth: lognormal(300000 CNY, 1.2)}
platforms:
  - {name: Harbour, kind: p2p_lending, custody: bank, liquid_share: 12 %}
  - {name: Quay, kind: payment_wallet, limit: 5000.50 CNY}
mechanisms:
  herding: {weight: 1.5}
shocks:
  - {kind: custodian_theft, platform: Harbour, day: 30, share: 8 %}
  - {kind: rumour, platform: Quay, from: 40 d, until: 60 d, when: {indicator: outflow, above: 2 %, lasting: 2 d}}
variants:
  nothing: []
  prompt notice: [{kind: incident_notice, delay: 0 d}]
  insured: [{kind: guarantee, cover: 80 %, limit: 50000 CNY, credibility: 0.9}]
  both: [prompt notice, insured]
  paid through: [{set: {platforms.Harbour.custody: payment_firm}}]
replications: {precision: 1 pp, of: run_probability, budget: 2000}
seed: 7
outcomes: [run_probability, peak_outflow, investor_loss]
sweep: {platforms.Harbour.liquid_share: [5 %, 10 %, 20 %]}
expect:
  - {outcome: peak_outflow, variant: nothing, between: [20 %, 35 %], source: E-01}
  - {difference: investor_loss, variant: insured, sign: negative, source: P-01}
notes: {herding: "from E-02"}
"""
