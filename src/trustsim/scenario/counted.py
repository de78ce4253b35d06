"""How a study counts: what is called a run, and what waiting for money is worth. Keys at the top of a scenario file."""

from __future__ import annotations

from dataclasses import dataclass

from trustsim.registry import REGISTRY, parameter

COUNTED = ("run", "waiting")


@REGISTRY.enter("section", "run", rows=("C15", "J2"), source="assumed")
@dataclass(frozen=True)
class RunRule:
    """What is called a run: a net outflow beyond that of calm, of so large a share, within so many days.

    Calm is the same world without shocks and levers, in which people come and go but nobody runs. The default share is
    that at which money market funds in the United States must charge for leaving (17 CFR 270.2a-7, 2023: net
    redemptions beyond 5 % of the assets, there within a day).
    """

    of: str = parameter(
        "claims", unit="name", choices=("claims", "accounts"), source="E-07", text="what the share is of"
    )
    share: float = parameter(
        0.05, unit="share", low=1e-6, high=1, source="17 CFR 270.2a-7",
        text="net outflow beyond calm / what calm holds",
    )  # fmt: skip
    within: float = parameter(
        5.0, unit="duration", low=1 / 1440, high=365, source="assumed", text="length of time in which it flows out"
    )


@REGISTRY.enter("section", "waiting", rows=("J2", "J4"), source="assumed")
@dataclass(frozen=True)
class Waiting:
    """What waiting for money costs those who have asked for it, and from when on their money is called frozen.

    What is frozen at the horizon is valued at what would come back if the platform were closed on that day. Where the
    horizon is short, money is frozen that has waited for half of it.
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
