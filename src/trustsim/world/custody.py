"""Custody regimes: who keeps the client money, and what that changes."""

from __future__ import annotations

from typing import ClassVar

from trustsim.registry import REGISTRY


class Custody:
    """Say what a regime does, against a platform that keeps the money itself.

    Misuse and loss are factors on what the platform can misuse and on a loss at the keeper; lag is days added to the
    payout lag; cost is a year / money kept; trust is log-odds added to where trust in fund safety rests; visibility is
    the share of an unpaid queue that outsiders see; throughput is the most that can be paid out in a day / claims. All
    figures are assumed; their order is that of row B3.
    """

    misuse: ClassVar[float] = 1.0  # factor on misuse by the platform (C13)
    loss: ClassVar[float] = 1.0  # factor on a loss at the keeper (C1)
    lag: ClassVar[float] = 0.0  # days added to the payout lag
    cost: ClassVar[float] = 0.0  # yearly cost / client money kept
    trust: ClassVar[float] = 0.0  # log-odds added to where trust in fund safety rests
    visibility: ClassVar[float] = 0.3  # share of an unpaid queue that outsiders see
    throughput: ClassVar[float] = float("inf")  # most that can be paid out in a day / claims


@REGISTRY.enter("custody", "none", rows=("B3",), source="B3")
class NoCustody(Custody):
    """The platform keeps the money itself."""


@REGISTRY.enter("custody", "bank", rows=("A5", "B3"), source="B3")
class BankCustody(Custody):
    """A bank keeps it: little misuse, most trust, slowest and dearest."""

    misuse, loss, lag, cost, trust, visibility = 0.2, 0.6, 1.0, 0.004, 0.4, 0.4


@REGISTRY.enter("custody", "payment_firm", rows=("A6", "B3"), source="B3")
class PaymentFirmCustody(Custody):
    """A payment firm keeps it: quick and cheap, less secure, with a ceiling on what it can pay out in a day."""

    misuse, loss, cost, trust, throughput = 0.5, 1.2, 0.0015, 0.2, 0.15


@REGISTRY.enter("custody", "several_banks", rows=("B3",), source="B3")
class SeveralBanksCustody(Custody):
    """Three banks keep a third each: one failure costs a third, at the price of co-ordination."""

    misuse, loss, lag, cost, trust, visibility = 0.15, 0.2, 1.0, 0.006, 0.45, 0.4


@REGISTRY.enter("custody", "ledger", rows=("B3",), source="B3")
class LedgerCustody(Custody):
    """An open ledger keeps it: flows and misuse are visible to all."""

    misuse, loss, cost, trust, visibility = 0.2, 0.8, 0.005, 0.2, 1.0
