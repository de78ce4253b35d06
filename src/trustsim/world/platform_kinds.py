"""Platform kinds: presets of a platform's settings, that say what differs from the plain platform."""

from __future__ import annotations

from typing import Any, ClassVar

import trustsim.world.custody  # which these name
import trustsim.world.sections  # noqa: F401  # whose keys these are
from trustsim.registry import REGISTRY
from trustsim.scenario.presets import presets

presets("kind", group="platform_kind", section="platform", rank=2, source="assumed", text="what kind of platform it is")


@REGISTRY.enter("platform_kind", "p2p_lending", rows=("B5",), source="E-20")
class P2PLending:
    """Lending platform: long loans, claims half locked, early exit against cash at hand; that makes it runnable."""

    preset: ClassVar[dict[str, Any]] = {"locked_share": 0.5, "lock_term": 90.0}


@REGISTRY.enter("platform_kind", "money_market_fund", rows=("B7",), source="E-10")
class MoneyMarketFund:
    """Fund sold like a cash account: redemption on demand at a constant price, short assets, little equity."""

    preset: ClassVar[dict[str, Any]] = {
        "liquid_share": 0.3, "equity": 0.002, "asset_yield": 0.0365, "promised_yield": 0.03, "asset_term": 60.0,
        "default_rate": 0.0005, "recovery": 0.6, "sale_impact": 0.15, "sale_limit": 0.25, "patience": 3.0,
        "custody": "bank", "exit_friction": 0.5, "report_interval": 7.0, "report_lag": 1.0,
        "report_scope": 0.8,
    }  # fmt: skip


@REGISTRY.enter("platform_kind", "payment_wallet", rows=("B4",), source="assumed")
class PaymentWallet:
    """Wallet: nearly all cash, no yield nor any to compare with, quick in and out; client money is apart at a bank."""

    preset: ClassVar[dict[str, Any]] = {
        "liquid_share": 0.95, "equity": 0.03, "asset_yield": 0.05, "promised_yield": 0.0, "safe_yield": 0.0,
        "asset_term": 30.0,
        "default_rate": 0.0, "sale_impact": 0.05, "sale_limit": 0.5, "patience": 2.0, "custody": "bank",
        "segregated_share": 0.9, "payout_lag": 0.0, "exit_friction": 0.0, "entry_friction": 0.0,
        "service_capacity": 0.02,
    }  # fmt: skip


@REGISTRY.enter("platform_kind", "crypto_exchange", rows=("B10",), source="E-14")
class CryptoExchange:
    """Exchange that keeps its clients' coins, and books in coins: no cover scheme, withdrawals at all hours."""

    preset: ClassVar[dict[str, Any]] = {
        "liquid_share": 0.4, "equity": 0.05, "asset_yield": 0.02, "promised_yield": 0.02, "asset_term": 90.0,
        "default_rate": 0.0, "volatility": 0.002, "sale_impact": 0.6, "sale_limit": 0.2, "patience": 2.0,
        "payout_lag": 0.0, "exit_friction": 0.0, "report_interval": 90.0, "report_scope": 0.3, "report_lag": 30.0,
    }  # fmt: skip
