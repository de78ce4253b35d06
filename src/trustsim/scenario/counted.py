"""How a study counts: what is called a run, and what waiting for money is worth. Keys at the top of a scenario file."""

from __future__ import annotations

from dataclasses import dataclass, fields

from trustsim.registry import REGISTRY, Registry, parameter

OF_WHAT = ("claims", "accounts")  # what the share of a run may be of


def step_name(share: float) -> str:
    """Return how outcomes by share are named: ``'2.5%'``."""
    return f"{100 * share:g}%"


@REGISTRY.enter("section", "run", rows=("C15", "J2"), source="assumed")
@dataclass(frozen=True)
class RunRule:
    """What is called a run: a net outflow beyond that of calm, of so large a share, within so many days.

    Calm is the same world without shocks and levers, in which people come and go but nobody runs. The default share is
    that at which money market funds in the United States must charge for leaving (17 CFR 270.2a-7, 2023: net
    redemptions beyond 5 % of the assets, there within a day).
    """

    of: str = parameter("claims", unit="name", choices=OF_WHAT, source="E-07", text="what the share is of")
    share: float = parameter(
        0.05, unit="share", low=1e-6, high=1, source="https://www.ecfr.gov/current/title-17/section-270.2a-7",
        text="net outflow beyond calm / what was held before, there or in calm, whichever is more",
    )  # fmt: skip
    within: float = parameter(
        5.0, unit="duration", low=1 / 1440, high=365, source="assumed", text="length of time in which it flows out"
    )


@REGISTRY.enter("section", "waiting", rows=("J2", "J4"), source="assumed")
@dataclass(frozen=True)
class Waiting:
    """What waiting for money costs those who have asked for it, and from when on their money is called frozen.

    What waits at the horizon is valued at what would come back if the platform were closed on that day, in proportion
    to how long it has waited of ``frozen_after``; in an orderly wind-down at book value. Where the horizon is short,
    platforms are called frozen where money has waited for half of it.
    """

    price: float = parameter(
        0.2, unit="share", low=0, high=100, source="assumed",
        text="cost a year of a unit of money that is asked for and not had: about what a credit card asks for",
    )  # fmt: skip
    frozen_after: float = parameter(
        30.0, unit="duration", low=0, high=3650, source="assumed",
        text="how long money has waited at the horizon that is called frozen",
    )  # fmt: skip


@dataclass(frozen=True)
class Counted:
    """The ways of counting of a scenario."""

    run: RunRule = RunRule()
    waiting: Waiting = Waiting()


def ways(registry: Registry) -> list[str]:
    """Return the ways of counting that a registry knows: the keys at the top of a file."""
    return [each.name for each in fields(Counted) if each.name in registry.names("section")]
