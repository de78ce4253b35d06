"""Custody regimes: who keeps the client money, and what that changes, against a platform that keeps it itself.

All figures are assumed; their order is that of row B3.
"""

from __future__ import annotations

from typing import Any, ClassVar

import trustsim.world.sections  # noqa: F401  # whose keys these are
from trustsim.registry import REGISTRY
from trustsim.scenario.presets import presets

presets("custody", section="platform", rank=0, source="B3", text="who keeps the client money")


@REGISTRY.enter("custody", "none", rows=("B3",), source="B3")
class NoCustody:
    """The platform keeps the money itself."""

    preset: ClassVar[dict[str, Any]] = {}


@REGISTRY.enter("custody", "bank", rows=("A5", "B3"), source="B3")
class BankCustody:
    """A bank keeps it: less misuse and more trust than with a payment firm, slower and dearer."""

    preset: ClassVar[dict[str, Any]] = {
        "misuse_factor": 0.2, "loss_factor": 0.6, "custody_lag": 1.0, "custody_cost": 0.004, "custody_trust": 0.4,
        "visibility": 0.4,
    }  # fmt: skip


@REGISTRY.enter("custody", "payment_firm", rows=("A6", "B3"), source="B3")
class PaymentFirmCustody:
    """A payment firm keeps it: quick and cheap, less secure, with a ceiling on what it can pay out in a day."""

    preset: ClassVar[dict[str, Any]] = {
        "misuse_factor": 0.5, "loss_factor": 1.2, "custody_cost": 0.0015, "custody_trust": 0.2, "throughput": 0.15,
    }  # fmt: skip


@REGISTRY.enter("custody", "several_banks", rows=("B3",), source="B3")
class SeveralBanksCustody:
    """Three banks keep a third each: one failure costs a third, at the price of co-ordination."""

    preset: ClassVar[dict[str, Any]] = {
        "misuse_factor": 0.15, "loss_factor": 0.2, "custody_lag": 1.0, "custody_cost": 0.006, "custody_trust": 0.45,
        "visibility": 0.4,
    }  # fmt: skip


@REGISTRY.enter("custody", "ledger", rows=("B3", "H10"), source="B3")
class LedgerCustody:
    """An open ledger keeps it: flows and what is missing are visible to all on the first day."""

    preset: ClassVar[dict[str, Any]] = {
        "misuse_factor": 0.2, "loss_factor": 0.8, "custody_cost": 0.005, "custody_trust": 0.2, "visibility": 1.0,
    }  # fmt: skip
