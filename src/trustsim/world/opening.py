"""Day 0 of the platforms: terms without levers, and balance sheets."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.arrays import Platforms
from trustsim.kernels.layout import NEUTRAL, RUNGS, Books, Gauges, Terms
from trustsim.kernels.named import names_of
from trustsim.scenario.resolved import World
from trustsim.world import rows
from trustsim.world.debts import debts_of
from trustsim.world.drawn import Drawn
from trustsim.world.sections import Platform, but_for_its_name


def base_terms(by_variant: Sequence[World]) -> NDArray[np.float64]:
    """Return the terms of every platform without levers, float64 (Terms, variants, platforms)."""
    terms = np.zeros((rows.count("term"), len(by_variant), len(by_variant[0].platforms)))
    for declared in rows.declared("term"):
        terms[declared.index] = declared.start
    for row, value in NEUTRAL.items():
        terms[row] = value
    seen: dict[object, dict[int, float]] = {}
    for v, world in enumerate(by_variant):
        if world.platforms is by_variant[0].platforms and v > 0:
            terms[:, v] = terms[:, 0]
            continue
        for p, platform in enumerate(world.platforms):
            key = but_for_its_name(platform)
            given = seen[key] = seen[key] if key in seen else _given(platform)
            terms[list(given), v, p] = list(given.values())
    return terms


def _given(platform: Platform) -> dict[int, float]:
    """Return what a platform says, by row of the terms; reports that never come have no interval."""
    given = ((k, getattr(platform, name, None)) for k, name in enumerate(names_of(Terms)))
    said = {k: float(value) for k, value in given if value is not None}
    return said if platform.report_interval else {**said, Terms.REPORT_INTERVAL: math.inf}


def open_books(platforms: Platforms, by_variant: Sequence[World], drawn: Sequence[Drawn], scale: int) -> None:
    """Fill the balance sheets of day 0: claims from the balances, liquidity and assets by their shares of them.

    Lenders have lent the debt. One investor stands for ``scale`` clients, so fixed sums are divided by it.
    """
    books, ladder, gauges = platforms.books, platforms.ladder, platforms.gauges
    claims = np.array([_sums(each.accounts.balance, each.accounts.first) for each in drawn])
    n_accounts = np.array([np.diff(each.accounts.first) for each in drawn])
    n_held = np.array([_sums(each.accounts.balance > 0, each.accounts.first) for each in drawn])
    for v, world in enumerate(by_variant):
        lanes = slice(v, None, len(by_variant))  # of this variant, in all worlds

        def setting(name: str, of: Sequence[Platform] = world.platforms) -> NDArray[np.float64]:
            return np.array([getattr(platform, name) for platform in of], np.float64)

        owned = (1.0 + setting("equity")) * claims
        liquid = np.minimum(setting("liquid_share") * claims, np.rint(owned)).astype(np.int64)
        assets = np.maximum(owned.astype(np.int64) - liquid, 0)
        apart = (setting("segregated_share") * liquid).astype(np.int64)
        books[Books.CLAIMS, lanes] = claims
        books[Books.CUSTODY, lanes] = apart
        debtor, creditor, amount = debts_of(world.platforms, scale)
        books[Books.BORROWED, lanes] = np.bincount(debtor, amount, len(world.platforms))
        books[Books.LENT, lanes] = np.bincount(creditor, amount, len(world.platforms))
        books[Books.CASH, lanes] = liquid - apart + (setting("own_cash") / scale).astype(np.int64)
        books[Books.DEBT, lanes] = (setting("outside_debt") / scale).astype(np.int64)
        books[Books.LENDER, lanes] = -books[Books.DEBT, lanes]
        ladder[:, lanes] = assets // RUNGS
        ladder[-1, lanes] += assets % RUNGS
        gauges[Gauges.CLAIMS_AT_START, lanes] = claims
        gauges[Gauges.DEPTH, lanes] = np.maximum(assets, 1)
        gauges[Gauges.ACCOUNTS, lanes] = n_accounts
        gauges[Gauges.HOLDERS, lanes] = gauges[Gauges.COHORT, lanes] = n_held
        for row in rows.declared("stock"):
            gauges[row.index, lanes] = [getattr(x, row.name, row.start) for x in world.platforms]
    gauges[Gauges.PRICE] = 1.0
    gauges[Gauges.FAILURE_DAY] = np.nan


def _sums(of: NDArray[np.int64] | NDArray[np.bool_], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return int64 (platforms,): sums over the accounts of each."""
    return np.asarray(np.diff(np.concatenate([[0], np.cumsum(of)])[first]), np.int64)
