"""What platforms owe each other: clearing, defaults, money."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quiet_world import QUIET, document

from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError
from trustsim.kernels.layout import FAILED, OPEN, WINDING, Books, Gauges
from trustsim.mechanisms.sector.obligations import CLEARED, DEBTS
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document
from trustsim.world.clearing import clearing

LENDER = {**QUIET, "liquid_share": "0 %"}


def stepped(told: dict[str, Any], days: int) -> TrustCrisisModel:
    """Return the model of a story after some days, on none of which money came or went."""
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    total = model.state.total_money()
    for _ in range(days):
        model.step()
        assert (model.state.total_money() == total).all()
    return model


def played(platforms: dict[str, dict[str, object]], days: int = 3, **rule: object) -> TrustCrisisModel:
    told = document(
        mechanisms={"obligations": rule},
        platforms={name: {**LENDER, **settings} for name, settings in platforms.items()},
        investors={"count": 1, "members": "0 %", "second_platform": "0 %"},
    )
    return stepped(told, days)


def test_a_chain_pays_what_its_links_have() -> None:
    model = played({"A": {"own_cash": 4, "owes": "B 10"}, "B": {"own_cash": 2, "owes": "C 10"}, "C": {}})
    paid, left = model.kept[CLEARED][0]
    assert paid.tolist() == [400, 600, 0]
    assert left.tolist() == [0, 0, 600]
    assert model.state.gauges[Gauges.STATUS, 0].tolist() == [FAILED, FAILED, OPEN]
    assert model.state.books[Books.CASH, 0, 2] + model.state.ladder[:, 0, 2].sum() == 600


@given(st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_what_is_paid_is_a_fixed_point_and_the_greatest(n: int, seed: int) -> None:
    u = np.random.default_rng(seed).random
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j and u() < 0.5]
    debts = np.array([(i, j, int(1 + 999 * u())) for i, j in pairs], np.int64).reshape(-1, 3).T
    own = np.floor(500 * u(n)) * (u(n) < 0.7)
    paid = clearing(debts, own)
    due = np.bincount(debts[0], debts[2], n)
    part = debts[2] / np.maximum(due, 1)[debts[0]]
    again = np.minimum(due, own + np.bincount(debts[1], part * paid[debts[0]], n))
    assert paid == pytest.approx(again, abs=1e-6)
    assert (paid <= due + 1e-9).all()
    more = np.minimum(paid + 1.0, due)  # from above: whoever starts higher comes down to no less
    for _ in range(2000):
        more = np.minimum(due, own + np.bincount(debts[1], part * more[debts[0]], n))
    assert (more <= paid + 1e-3).all()


def test_a_bank_falls_by_one_default_where_the_loan_exceeds_its_capital() -> None:
    rich = {"own_cash": 100, "outside_debt": 100, "owes": "B 11, C 9"}  # owes more than it is worth
    model = played({"A": rich, "B": {"own_cash": 10, "outside_debt": 11}, "C": {"own_cash": 10, "outside_debt": 10}},
                   pro_rata=False)  # fmt: skip
    assert model.state.gauges[Gauges.STATUS, 0].tolist() == [FAILED, FAILED, OPEN]


def test_lending_at_random_changes_no_net_worth() -> None:
    told = document(
        mechanisms={"obligations": {"pro_rata": False, "links": 3, "first": 0}},
        platforms={"Bank": {**LENDER, "copies": 300, "own_cash": 1000, "outside_debt": 960}},
        investors={"count": 1, "members": "0 %", "second_platform": "0 %"},
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    assert [p.name for p in model.state.platforms][:2] == ["Bank 1", "Bank 2"]
    model.step()
    debtor, creditor, amount = model.kept[DEBTS][0]
    lent = np.bincount(creditor, amount, 300)
    assert np.abs(lent[lent > 0] - 20000).max() <= 60  # a fifth of what each has, parts rounded down
    assert (debtor != creditor).all()
    assert len(set(zip(debtor.tolist(), creditor.tolist(), strict=True))) == len(debtor)
    assert abs(len(debtor) - 900) < 5 * 30  # five standard deviations
    assert (model.state.gauges[Gauges.STATUS, 0] == OPEN).all()


@pytest.mark.parametrize(
    ("owes", "told"),
    [
        ("Bee 3", "a debt to 'Bee', which does not exist\n    allowed: one of B\n"),
        ("A 3", "a debt of 'A' to itself\n    allowed: one of B"),
        ("3 Bee", "names of platforms with amounts"),
        ("B 1e300", "money up to"),
        ("B 5e13, B 5e13", "money up to"),
    ],
)
def test_a_debt_that_cannot_be_is_refused_with_its_place(owes: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        played({"A": {"owes": owes}, "B": {}})
    assert told in str(caught.value) + "\n"
    assert "platforms.A" in caught.value.problems[0].place.path


def test_money_that_goes_round_and_hardly_leaks_is_cleared_at_once() -> None:
    """A owes B all but a cent and C that cent; B owes A. Nothing is there, so in the end nobody pays anything."""
    debts = np.array([(0, 1, 10**12), (0, 2, 1), (1, 0, 10**12)], np.int64).T
    assert clearing(debts, np.zeros(3)) == pytest.approx(np.zeros(3), abs=1.0)
    rich = clearing(debts, np.array([5e11, 0.0, 0.0]))
    assert rich == pytest.approx([1e12 + 1, 1e12, 0.0], rel=1e-9)


LINKED = {"pro_rata": True, "links": 3}


def in_calm(days: int, *, shocks: tuple[dict[str, object], ...] = (), **rule: object) -> TrustCrisisModel:
    """Step eight ordinary platforms that lend to each other under *rule*, beside the same without loans.

    They have the cash to pay whoever leaves in calm, so that nothing is sold in a hurry.
    """
    told = {
        "trustsim": 1, "horizon": f"{days} d", "network": {"kind": "none"}, "investors": {"count": 200},
        "platforms": [{"name": "House", "copies": 8, "liquid_share": "40 %"}],
        "mechanisms": {"obligations": {**LINKED, **rule}},
        "shocks": list(shocks), "variants": {"linked": [], "alone": [{"set": {"mechanisms.obligations": False}}]},
    }  # fmt: skip
    return stepped(told, days)


@pytest.mark.parametrize("rule", [{}, {"day": "20 d"}, {"pro_rata": False}], ids=["day 1", "day 20", "none paid"])
def test_what_is_lent_is_an_asset_from_the_first_day_and_in_calm_nobody_loses(rule: dict[str, object]) -> None:
    model = in_calm(30, **rule)
    linked, alone = (model.history[:, Gauges.SOLVENCY, v] for v in range(2))
    assert linked[0].tolist() == alone[0].tolist()
    assert linked[1] == pytest.approx(alone[1], abs=1e-4)  # the yield of a day on what is lent
    assert linked == pytest.approx(alone, abs=0.005)  # what is lent or kept in cash for a month earns less
    assert (model.history[:, Gauges.STATUS] == OPEN).all()
    assert (model.state.loss == 0).all()


def test_what_a_failed_platform_owes_is_lost_to_its_creditors_on_the_next_day() -> None:
    hit = {"kind": "default_wave", "platform": "House 1", "day": "5 d", "share": "60 %", "told": False}
    model = in_calm(7, shocks=(hit,), pro_rata=False, day="6 d", interbank="6 %")
    status, solvency = model.history[:, Gauges.STATUS, 0], model.history[:, Gauges.SOLVENCY]
    assert status[6:, 0].tolist() == [FAILED, FAILED]
    debtor, creditor, amount = model.kept[DEBTS][0]
    assert (amount[debtor == 0] == 0).all()
    owed_by_it = np.unique(creditor[debtor == 0])
    assert len(owed_by_it) > 0
    fell = solvency[7, 1] - solvency[7, 0]
    assert (fell[owed_by_it] > 0.01).all()
    others = np.setdiff1d(np.arange(1, 8), owed_by_it)
    assert fell[others] == pytest.approx(0, abs=0.001)
    borrowed, lent = (model.state.books[row, 0].sum() for row in (Books.BORROWED, Books.LENT))
    assert borrowed - lent == amount[creditor == 0].sum() > 0  # what is owed to the buyers of the failed platform


def test_what_is_said_to_be_owed_stands_in_the_books_on_day_0() -> None:
    model = played({"A": {"own_cash": 40, "owes": "B 10"}, "B": {"own_cash": 2}}, days=0)
    assert model.state.books[Books.BORROWED, 0].tolist() == [1000, 0]
    assert model.state.books[Books.LENT, 0].tolist() == [0, 1000]
    model = played({"A": {"own_cash": 40, "owes": "B 10"}, "B": {"own_cash": 2}}, days=2)
    assert model.state.books[Books.BORROWED, 0].tolist() == model.state.books[Books.LENT, 0].tolist() == [0, 0]


def test_what_others_owe_a_failed_platform_is_the_buyers() -> None:
    model = played({"A": {"own_cash": 4, "owes": "B 10"}, "B": {"own_cash": 40, "owes": "C 100"}, "C": {}}, days=3)
    assert model.state.gauges[Gauges.STATUS, 0].tolist() == [FAILED, FAILED, OPEN]
    assert model.state.books[Books.LENT, 0].tolist() == [0, 0, 0]
    assert (model.history[:, Gauges.SALE_LOSS] >= 0).all()  # claims on others are sold too


def wound_down(days: int, *, shocks: tuple[dict[str, object], ...] = (), **owing: object) -> TrustCrisisModel:
    """Step two platforms without people who leave of which A, short of a twelfth, is wound down on day 5."""
    act = {"kind": "early_action", "platform": "A", "solvency": "100 %", "liquidity": "100 %", "from": "5 d", "cost": 0}
    told = {
        "trustsim": 1, "horizon": f"{days} d", "network": {"kind": "none"}, "investors": {"count": 200},
        "platforms": [
            {"name": "A", "liquid_share": "40 %", "asset_term": "20 d", "equity": "-8 %", "locked_share": 0},
            {"name": "B", "liquid_share": "50 %", "equity": "10 %", "locked_share": 0, "patience": "2 d"},
        ],
        "mechanisms": {"choice": "off", "ordinary": "off", "obligations": {"day": "50 d"}},
        "shocks": list(shocks), "variants": {"wound down": [act]},
    }  # fmt: skip
    for p, name in enumerate("AB"):
        told["platforms"][p].update(owing.get(name, {}))
    return stepped(told, days)


def test_a_wind_down_waits_for_what_others_owe_and_pays_it_out_and_sells_nothing() -> None:
    owed = {"B": {"owes": "A 30000"}}
    before, after = wound_down(45, **owed), wound_down(55, **owed)
    claims, lent = (before.state.books[row, 0, 0] for row in (Books.CLAIMS, Books.LENT))
    assert claims > lent == 3_000_000
    assert before.state.ladder[:, 0, 0].sum() + before.state.books[Books.CASH, 0, 0] < 1000  # spent but for that
    assert after.state.books[[Books.CLAIMS, Books.LENT], 0, 0].tolist() == [0, 0]
    assert after.state.books[Books.LOST, 0, 0] == pytest.approx(claims - 3_000_000, abs=1000)  # rounded, each account
    assert after.state.gauges[Gauges.STATUS, 0].tolist() == [WINDING, OPEN]
    assert abs(after.state.books[Books.BUYERS, 0, 0]) <= 200  # less than a unit for each account


def test_what_a_platform_owes_that_is_wound_down_to_nothing_is_written_off_for_good() -> None:
    model = wound_down(55, A={"owes": "B 30000"})
    assert model.state.gauges[Gauges.STATUS, 0].tolist() == [WINDING, OPEN]  # and does not fail when debts are cleared
    assert model.state.books[[Books.CLAIMS, Books.BORROWED], 0, 0].tolist() == [0, 0]
    assert model.state.books[Books.LENT, 0, 1] == 0
    assert model.kept[DEBTS][0][2].tolist() == [0]
