"""Client money must be kept apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from trustsim.kernels.layout import Terms
from trustsim.kernels.named import names_of
from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.terms import Term

#: what every regime lays, if only by leaving it as it is without one
_LAID = (
    "misuse_factor", "loss_factor", "custody_lag", "custody_cost", "custody_trust", "visibility", "throughput",
)  # fmt: skip


@REGISTRY.enter(
    "intervention", "custody_mandate", family="regulatory", rows=("F4", "B2", "B3"), source="F4; E-31; P-17"
)
@dataclass(frozen=True)
class CustodyMandate:
    """Require a custody regime and a segregated share.

    The keeper takes the place of the one before, in all that a regime lays: what can be taken, what a loss takes, trust
    by name, cost, lag, ceiling, and how far the queue is seen. Of two mandates at once the keeper under whom least can
    be misused keeps the money. Known answer: with a segregated share of 1 all client money stands in custody from the
    next day on (``test_custody_mandate_moves_client_money_into_custody``).
    """

    neutral: ClassVar[None] = None  # a keeper has no size

    platform: str = on_platform()
    custody: str = choice("bank", unit="name", refers="custody", source="F4", text="who must keep the client money")
    segregated_share: float = choice(0.9, unit="share", source="F4", text="least share of the client money kept apart")
    loss_factor: float = parameter(
        1.0, unit="number", low=0.1, high=10, source="assumed",
        text="what is lost of what is stolen at the new keeper, against what its kind says",
    )  # fmt: skip

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        plain = {p.name: p.default for p in REGISTRY["section", "platform"].parameters if p.name in _LAID}
        regime = {**plain, **REGISTRY["custody", self.custody].make.preset}
        regime["loss_factor"] *= self.loss_factor
        laid = {name: math.inf if x is None else x for name, x in regime.items() if name in names_of(Terms)}
        rank = _safety(self.custody)
        return (
            Term("segregated_share", self.segregated_share, "at_least", self.platform),
            *(Term(name, value, "set", self.platform, rank) for name, value in laid.items()),
        )


def _safety(keeper: str) -> float:
    """Return the place of a keeper, from 1, among all: the less can be misused, and lost, the higher."""

    def danger(name: str) -> tuple[float, float, str]:
        preset = REGISTRY["custody", name].make.preset
        return preset.get("misuse_factor", 1.0), preset.get("loss_factor", 1.0), name

    return 1.0 + sorted(REGISTRY.names("custody"), key=danger, reverse=True).index(keeper)
