"""Who bears a loss, to the minor unit: owners first, then clients or their guarantor, then lenders."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from quiet_world import EACH, READY, N, document, leave, lever

from trustsim.catalog import REGISTRY, load
from trustsim.kernels.layout import Books
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
from trustsim.measures.shortfall import shortfall
from trustsim.model import TrustCrisisModel
from trustsim.model.batch import Batch
from trustsim.scenario.load import from_document
from trustsim.units import MINOR_PER_MAJOR
from trustsim.world.closing import close_platforms

HELD = N * EACH / MINOR_PER_MAJOR  # claims on a platform, units of the currency
SCENARIOS = Path(__file__).parents[2] / "scenarios"
PAYERS = ("clients", "owners", "guarantors", "lenders", "public")


def after(days: int, at: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """Return the outcomes of a quiet world of two platforms after some days; ``at``: settings of Harbour."""
    story = from_document(document(platforms={"Harbour": at, "Quay": {}}, horizon=f"{days} d", **rest), REGISTRY)
    model = TrustCrisisModel(story, rng=0, collects=False)
    for _ in range(days):
        model.step()
    return measured(Finished(model))


def by_payer(found: dict[str, Any]) -> list[float]:
    """Return the losses of all payers in the first variant, as shares of the claims on a platform."""
    return [found[f"loss_by_payer[{payer}]"][0] / HELD for payer in PAYERS]


def theft(share: str) -> list[dict[str, Any]]:
    return [{"kind": "custodian_theft", "platform": "Harbour", "day": "0 d", "share": share, "discovery_lag": "90 d"}]


def test_owners_bear_a_loss_first_and_clients_what_is_beyond() -> None:
    at = {"equity": "10 %", "liquid_share": "100 %"}
    for share, owners, clients in (("5 %", 0.05, 0.0), ("30 %", 0.1, 0.2)):
        found = after(2, at, shocks=theft(share))
        stolen = found["value_gone[theft]"][0] / HELD
        assert stolen == pytest.approx(owners + clients, abs=1e-6)
        assert by_payer(found) == pytest.approx([clients, owners, 0, 0, 0], abs=1e-6)
        assert sum(by_payer(found)) == pytest.approx(stolen, abs=1e-12)


def test_a_guarantor_owes_what_it_would_pay_while_the_platform_still_stands() -> None:
    """0.3 of the claims is gone; half is promised, within a limit of half of each balance, from a fund of 0.05."""
    at = {"liquid_share": "100 %"}
    for limit, fund, owed in ((10**9, 10**9, 0.15), (EACH / 200, 10**9, 0.075), (10**9, 0.05 * HELD, 0.05)):
        promise = lever("guarantee", cover="50 %", limit=limit, fund=fund, credibility="100 %")
        found = after(2, at, shocks=theft("30 %"), variants={"insured": [promise]})
        assert by_payer(found) == pytest.approx([0.3 - owed, 0, owed, 0, 0], abs=1e-5)


def test_a_guarantor_owes_the_same_whether_the_platform_stands_or_has_failed() -> None:
    promise = lever("guarantee", cover="50 %", credibility="0 %")
    at = {"liquid_share": "100 %", "patience": "1 d"}
    standing = after(6, at, shocks=theft("30 %"), variants={"insured": [promise]})
    failing = after(6, at, shocks=theft("30 %"), variants={"insured": [promise, leave("1 d")]}, mechanisms=READY)
    assert (standing["failure_probability"][0], failing["failure_probability"][0]) == (0, 1)
    assert standing["loss_by_payer[guarantors]"][0] == pytest.approx(failing["loss_by_payer[guarantors]"][0], rel=0.05)
    assert failing["loss_by_payer[guarantors]"][0] > 0.1 * HELD


def test_a_fund_pays_for_what_is_missing_and_what_is_frozen_no_more_than_it_has() -> None:
    frozen, at = [lever("suspension", after="0 %"), leave()], {"liquid_share": "30 %", "sale_impact": 0.4}
    lost_in_a_sale = 0.7 * (1 - math.exp(-0.4 / 2))
    for fund, owed in ((10**9, 0.3 + lost_in_a_sale), (0.35 * HELD, 0.35)):
        promise = lever("guarantee", cover="100 %", fund=fund, credibility="0 %")
        told = {"waiting": {"price": "0 %", "frozen_after": "4 d"}, "mechanisms": READY}
        found = after(12, at, shocks=theft("30 %"), variants={"insured": [promise, *frozen]}, **told)
        assert found["end_state[frozen]"][0] == 0.5
        assert by_payer(found)[PAYERS.index("guarantors")] == pytest.approx(owed, abs=1e-3)


def test_lenders_come_first_and_lose_what_a_closed_estate_cannot_pay_back() -> None:
    at = {"liquid_share": "0 %", "equity": "-100 %", "outside_debt": 0.2 * HELD, "patience": "1 d"}
    found = after(5, at, variants={"run": [leave()]}, mechanisms=READY)
    assert found["failure_probability"][0] == 1
    assert by_payer(found)[PAYERS.index("lenders")] == pytest.approx(0.2)
    assert by_payer(found)[0] == pytest.approx(1.0, rel=1e-3)  # and the price of waiting
    assert by_payer(found)[1] == pytest.approx(-1.2)  # they had taken it before day 0


def test_client_money_in_custody_is_no_lenders_whether_the_platform_stands_or_is_closed() -> None:
    """0.9 of the claims in custody, assets of 0.05, a debt of 0.3: clients lose 0.1 and lenders 0.25 either way."""
    at = {"liquid_share": "95 %", "sale_impact": 0, "estate_cost": "0 %"}
    story = from_document(document(platforms={"Harbour": at}, horizon="3 d"), REGISTRY)
    model = TrustCrisisModel(story, rng=0, collects=False)
    state, claims = model.state, model.state.books[Books.CLAIMS, 0, 0]
    for row, share in ((Books.CUSTODY, 0.9), (Books.CASH, 0.0), (Books.DEBT, 0.3)):
        state.books[row, 0, 0] = share * claims
    state.ladder[:, 0, 0] = 0
    state.ladder[0, 0, 0] = 0.05 * claims
    stands = shortfall(state)
    assert stands.clients[0].sum() == pytest.approx(0.1 * claims)
    assert stands.lenders[0, 0] == pytest.approx(0.25 * claims)
    close_platforms(state, 0, np.array([0]), model.engine.clock)
    assert state.loss[0].sum() == pytest.approx(0.1 * claims)
    assert state.books[Books.LENDER, 0, 0] == pytest.approx(0.05 * claims)


def test_a_fee_of_leaving_goes_from_clients_to_owners() -> None:
    at = {"liquid_share": "100 %"}
    fee = lever("redemption_fee", fee="10 %")
    found = after(3, at, variants={"fee": [fee, leave()]}, mechanisms=READY)
    assert by_payer(found) == pytest.approx([0.1, -0.1, 0, 0, 0], abs=1e-6)


def test_interest_that_is_credited_is_no_loss_of_the_clients_but_a_margin_of_the_owners() -> None:
    at = {"asset_yield": "36.5 %", "promised_yield": "18.25 %", "liquid_share": "0 %"}
    found = after(30, at)
    assert by_payer(found)[0] == 0
    assert by_payer(found)[1] == pytest.approx(-0.015, rel=0.03)  # with interest on interest
    assert found["value_gone[margin]"][0] == found["loss_by_payer[owners]"][0]


@pytest.mark.parametrize("ends", [False, True])
def test_to_pay_half_the_yield_is_no_gain_of_the_clients(ends: bool) -> None:
    """1.5 % of the claims is credited by the usual terms and half of it by the variant: the other half is lost, whether
    the platform stands, and its owners keep it, or fails with what it owes beyond the assets."""
    at = {"asset_yield": "36.5 %", "promised_yield": "18.25 %", "liquid_share": "0 %", "patience": "1 d"}
    at, run = ({**at, "equity": "-60 %"}, [leave("31 d")]) if ends else (at, [])
    half = {"set": {"platforms.Harbour.promised_yield": "9.125 %"}}
    found = after(
        35, at, variants={"usual": run, "half": [half, *run]}, mechanisms=READY if ends else {},
        waiting={"price": "0 %"},
    )  # fmt: skip
    assert found["failure_probability"].tolist() == [ends, ends]
    clients, owners = (found[f"loss_by_payer[{payer}]"] / HELD for payer in ("clients", "owners"))
    unpaid = 0.0075
    assert clients[1] - clients[0] == pytest.approx(0 if ends else unpaid, abs=1e-5)  # each account is rounded down
    assert ends or owners[1] - owners[0] == pytest.approx(-unpaid, abs=1e-5)
    gone = sum(x[1] for name, x in found.items() if name.startswith("value_gone"))
    assert gone == pytest.approx(sum(found[f"loss_by_payer[{payer}]"][1] for payer in PAYERS))


def test_half_the_yield_for_half_the_month_is_a_quarter_that_is_not_paid() -> None:
    """As above, from the fifteenth day to the thirtieth: a set with a time leaves what was agreed on as it is."""
    at = {"asset_yield": "36.5 %", "promised_yield": "18.25 %", "liquid_share": "0 %"}
    half = {"set": {"platforms.Harbour.promised_yield": "9.125 %"}, "from": "15 d", "until": "30 d"}
    found = after(35, at, variants={"usual": [], "half": [half]}, mechanisms={}, waiting={"price": "0 %"})
    clients, owners = (found[f"loss_by_payer[{payer}]"] / HELD for payer in ("clients", "owners"))
    assert clients[1] - clients[0] == pytest.approx(0.00375, abs=2e-5)  # each account is rounded down
    assert owners[1] - owners[0] == pytest.approx(-0.00375, abs=2e-5)
    gone = sum(x[1] for name, x in found.items() if name.startswith("value_gone"))
    assert gone == pytest.approx(sum(found[f"loss_by_payer[{payer}]"][1] for payer in PAYERS))


def test_the_insured_of_the_quickstart_shows_what_the_guarantor_owes() -> None:
    """What clients keep because they are insured somebody pays: the rest is another run, within a fifth of it."""
    story = load(SCENARIOS / "quickstart.yaml", overrides={"investors.count": 500}, behaviour="point")
    chosen = [v for v in story.variants if v.name in ("nothing", "insured")]
    batch = Batch(story, chosen, range(3))
    for _ in range(story.n_days):
        batch.step()
    found = {k: x.reshape(3, 2).sum(axis=0) for k, x in measured(Finished(batch)).items() if x.dtype == np.float64}
    saved = -np.diff(found["loss_by_payer[clients]"])[0]
    owed = found["loss_by_payer[guarantors]"]
    assert owed[0] == 0
    assert owed[1] == pytest.approx(saved, rel=0.2)
    assert owed[1] > 10 * found["policy_cost"][1]
    segments = [found[f"loss_of_segment[{s.name}]"] for s in story.variants[0].world.investors.segments]
    assert sum(segments) == pytest.approx(found["loss_by_payer[clients]"], abs=0.001)  # to the minor unit
    others = sum(found[f"loss_by_payer[{p}]"] for p in PAYERS[1:])
    assert found["loss_to_others"] == pytest.approx(others, abs=0.001)
    costs = sum(found[f"cost_by_payer[{p}]"] for p in ("platforms", "owners", "public"))
    assert found["policy_cost"] == pytest.approx(costs, abs=0.001)
