"""What a mechanism hands over is checked before it does anything: rows of their kind, shapes, numbers, money."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
from apart import in_a_process
from small_worlds import crisis

from trustsim.errors import ModelError
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Books, Gauges, Terms
from trustsim.mechanisms.actors.regulator import FEES, ORDERS
from trustsim.model import TrustCrisisModel
from trustsim.units import ALL_MONEY
from trustsim.world.actors import check_stocks
from trustsim.world.beginnings import fill_traits
from trustsim.world.leaning import Law, Lean
from trustsim.world.rows import Kind, Row
from trustsim.world.settings import Settings
from trustsim.world.terms import Change, held
from trustsim.world.weights import Stood, weigh

KINDS: tuple[Kind, ...] = ("stock", "term", "purse", "column", "actor_stock", "actor_purse")
ROWS = {kind: Row(kind, f"some_{kind}", "number", 0.0, None, None, "assumed", "x", __name__) for kind in KINDS}
EVERYWHERE = np.ones(2, np.bool_)


@pytest.fixture
def model() -> TrustCrisisModel:
    """Return a model of two variants and two platforms, whom an authority supervises."""
    platforms = [{"name": "Harbour", "segregated_share": "50 %"}, {"name": "Quay"}]
    scenario = crisis(platforms=platforms, shocks=[], regulators=[{"name": "Watch"}], variants={"a": [], "b": []})
    return TrustCrisisModel(scenario, rng=0, collects=False)


TAKES: dict[str, tuple[Kind, Any]] = {
    "day.stock": ("stock", lambda day, me, row: day.stock(row)),
    "me.stock": ("actor_stock", lambda day, me, row: me.stock(row)),
    "me.purse": ("actor_purse", lambda day, me, row: me.purse(row)),
    "me.collect": ("actor_purse", lambda day, me, row: me.collect(row, 0, 1.0, EVERYWHERE)),
    "me.pay": ("actor_purse", lambda day, me, row: me.pay(row, 0, 1.0, EVERYWHERE)),
    "move": ("purse", lambda day, me, row: day.do.move(Books.CASH, row, 0, 1.0, EVERYWHERE)),
    "day.state.column": ("column", lambda day, me, row: day.state.column(row)),
    "Law": ("column", lambda day, me, row: Law(row)),
    "Change": ("term", lambda day, me, row: Change(row, np.ones(1), np.ones(1, np.bool_))),
    "Lean": ("term", lambda day, me, row: Lean(row, 0.0, "fear")),
}


@pytest.mark.parametrize("what", TAKES)
def test_a_row_of_another_kind_is_an_error_with_its_name_kind_and_file(model: TrustCrisisModel, what: str) -> None:
    kind, take = TAKES[what]
    before = model.state.total_money().tolist(), model.state.gauges.copy(), model.state.books.copy()
    others = [row for row in ROWS.values() if row.kind != kind or what == "Lean"]
    for row in (*others, Gauges.STATUS, 3, "brand"):
        with pytest.raises(ModelError) as error:
            take(model.engine.day, model.engine.actors[0], row)
        told = str(error.value)
        assert told.startswith(f"{what}: given ")
        assert "; allowed: " in told
        if isinstance(row, Row):
            assert f"'{row.name}', a {row.kind.split('_')[-1]}" in told
            assert "test_handed.py" in told
    assert model.state.total_money().tolist() == before[0]
    assert np.array_equal(model.state.gauges, before[1], equal_nan=True)
    assert np.array_equal(model.state.books, before[2])


def test_a_column_whose_mechanism_is_off_is_an_error_that_says_so(model: TrustCrisisModel) -> None:
    for ask in (model.state.column, lambda row: model.state.set_laws([Law(row)])):
        with pytest.raises(
            ModelError, match=r"'some_column', a column .*test_handed\.py; allowed: where a mechanism of"
        ):
            ask(ROWS["column"])


@pytest.mark.parametrize("entry", [Books.CLAIMS, Books.MISREPORTED, Books.LOST, 0, -1, Terms.COVER])
def test_only_money_is_moved(model: TrustCrisisModel, entry: Any) -> None:
    for source, target in ((Books.CASH, entry), (entry, Books.CASH)):
        with pytest.raises(
            ModelError, match=r"move: given .*; allowed: one of Books\.CASH, .*, or a purse of platforms"
        ):
            model.engine.day.do.move(source, target, 0, 1.0, EVERYWHERE)


@pytest.mark.parametrize("amount", [np.nan, np.inf, -1.0, np.array([1.0, np.nan])])
def test_an_amount_that_is_none_or_negative_is_refused_and_nothing_moves(model: TrustCrisisModel, amount: Any) -> None:
    day, me, before = model.engine.day, model.engine.actors[0], model.state.books.copy()
    for what, pay in (
        ("me.collect", lambda: me.collect(FEES, 0, amount, EVERYWHERE)),
        ("me.pay", lambda: me.pay(FEES, 0, amount, EVERYWHERE)),
        ("move", lambda: day.do.move(Books.CASH, Books.OWNERS, 0, amount, EVERYWHERE)),
        ("move", lambda: day.do.move(Books.OWNERS, Books.CASH, 0, amount, EVERYWHERE)),
        ("sell_to_owners", lambda: day.do.sell_to_owners(0, amount, EVERYWHERE)),
    ):
        with pytest.raises(ModelError, match=f"^{what}: given an amount of .*; allowed: finite numbers, not negative"):
            pay()
    assert np.array_equal(model.state.books, before)
    me.collect(FEES, 0, np.array([1.0, np.nan]), np.array([True, False]))  # where nothing is asked for, nothing counts
    assert me.purse(FEES).tolist() == [1, 0]


def test_no_more_is_paid_than_there_is_but_by_accounts_outside(model: TrustCrisisModel) -> None:
    day, me, books = model.engine.day, model.engine.actors[0], model.state.books
    money, cash, custody = model.state.total_money(), books[Books.CASH, :, 0].copy(), books[Books.CUSTODY, :, 0].copy()
    assert cash.all()
    assert custody.all()
    paid_in = books[Books.OWNERS, :, 0].copy()
    assert day.do.move(Books.CUSTODY, Books.THIEVES, 0, 1e30, EVERYWHERE).tolist() == custody.tolist()
    assert me.collect(FEES, 0, 1e30, EVERYWHERE).tolist() == cash.tolist()
    assert me.collect(FEES, 0, 1.0, EVERYWHERE).tolist() == [0, 0]
    assert me.pay(FEES, 0, 2.0 * cash, EVERYWHERE).tolist() == cash.tolist()
    assert me.pay(FEES, 0, 1.0, EVERYWHERE).tolist() == [0, 0]
    assert day.do.move(Books.OWNERS, Books.CASH, 0, 7.9, np.array([True, False])).tolist() == [7, 0]
    assert (books[Books.OWNERS, :, 0] - paid_in).tolist() == [-7, 0]
    with pytest.raises(ModelError, match=f"allowed: at most {ALL_MONEY} at once"):
        day.do.move(Books.OWNERS, Books.CASH, 0, 1e30, EVERYWHERE)
    assert (model.state.total_money() == money).all()


def test_a_purse_of_platforms_gives_what_it_holds() -> None:
    found = in_a_process("""
model = ts.TrustCrisisModel(story(variants={"a": []}), rng=0, collects=False)
do, everywhere = model.engine.day.do, np.ones(1, bool)
moved = [do.move(*pair, 0, 5.0, everywhere).tolist() for pair in (
    (outside.COURT, Books.CASH), (Books.CASH, outside.COURT), (outside.COURT, Books.CASH), (outside.COURT, Books.CASH))]
print(json.dumps(moved))
""")
    assert found == [[0], [5], [5], [0]]


SHAPES = [(2,), (1, 2), (2, 2, 1), (3, 2), (2, 3)]


@pytest.mark.parametrize("shape", SHAPES)
def test_one_number_a_lane_is_not_laid_along_platforms(model: TrustCrisisModel, shape: tuple[int, ...]) -> None:
    array = np.zeros(shape)
    told = r"given an array of shape .*; allowed: one number, \(lanes, 1\) or \(lanes, platforms\), here 2 and 2"
    for handed in (
        lambda: Lean(Weights.CALM, array, "fear").spread((2, 2)),
        lambda: Law(ROWS["column"], keep=array).spread("keep", (2, 2)),
        lambda: list(Change(Terms.COVER, array, np.ones(1, np.bool_)).by_platform((2, 2))),
        lambda: list(Change(Terms.COVER, np.ones(1), array > 1).by_platform((2, 2))),
    ):
        with pytest.raises(ModelError, match=told):
            handed()


def test_one_number_one_a_lane_and_one_a_platform_of_each_are_spread() -> None:
    lanes = np.array([[1.0], [2.0]])
    for value, all_of_them in ((3.0, [[3, 3], [3, 3]]), (lanes, [[1, 1], [2, 2]]), (lanes @ lanes.T, [[1, 2], [2, 4]])):
        assert Lean(Weights.CALM, value, "fear").spread((2, 2)).tolist() == all_of_them


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_leans_is_finite(value: float) -> None:
    with pytest.raises(ModelError, match=r"Lean on Weights\.CALM: given .*; allowed: finite numbers"):
        Lean(Weights.CALM, value, "fear").spread((2, 2))
    with pytest.raises(ModelError, match=r"add of the Law of 'some_column': given .*; allowed: finite numbers"):
        Law(ROWS["column"], add=value).spread("add", (2, 2))


def test_a_term_that_is_no_number_is_an_error_and_an_endless_one_where_that_means_no_limit() -> None:
    with pytest.raises(ModelError, match=r"term 'payout_lag': given .*nan.*; allowed: finite numbers"):
        held(Terms.PAYOUT_LAG, np.array([0.0, np.nan]))
    with pytest.raises(ModelError, match=r"term 'throughput': given .*nan"):
        held(Terms.THROUGHPUT, np.array([np.inf, np.nan]))
    with pytest.raises(ModelError, match=r"term 'payout_lag': given .*inf"):
        held(Terms.PAYOUT_LAG, np.array([0.0, np.inf]))
    assert held(Terms.THROUGHPUT, np.array([np.inf, 1.0])).tolist() == [np.inf, 1.0]
    assert held(Terms.REPORT_INTERVAL, np.array([np.inf])).tolist() == [np.inf]
    assert held(Terms.COVER, np.array([-1.0, 0.5, 50.0])).tolist() == [0.0, 0.5, 1.0]
    assert held(Terms.ENTRY_FRICTION, np.array([50.0])).tolist() == [50.0]


def test_levers_together_stay_within_the_bounds_of_a_term_and_a_misspelt_one_says_where() -> None:
    found = in_a_process("""
from dataclasses import dataclass
from trustsim.errors import ModelError
from trustsim.registry import parameter
from trustsim.world.terms import Term
@REGISTRY.enter("intervention", "odd", source="assumed")
@dataclass(frozen=True)
class Odd:
    \"\"\"Propose what it is told.\"\"\"
    which: str = parameter(unit="text", source="assumed", text="x")
    def terms(self):
        return ({"way": Term("cover", 1.0, "plus"), "platform": Term("cover", 1.0, "add", "Harbor"),
                 "nan": Term("payout_lag", float("nan"))}[self.which],)
def after_a_day(*levers):
    model = ts.TrustCrisisModel(story(variants={"a": list(levers)}), rng=0, collects=False)
    model.step()
    return model.engine.day
both = [{"kind": "name_campaign", "strength": share} for share in ("80 %", "90 %")]
control = {"kind": "incident_control", "incident": "fraud", "hazard": 10, "severity": 10, "lag": 10}
found = [after_a_day(*both).term("campaign").tolist()]
found.append(after_a_day(control, control | {"cost": 5}).term("fraud_lag").tolist())
for which in ("way", "platform", "nan"):
    try:
        after_a_day({"kind": "odd", "which": which})
    except ModelError as error:
        found.append(str(error))
print(json.dumps(found))
""")
    campaign, lag, way, platform, nan = found
    assert campaign == [[1.0]]
    assert lag == [[10.0]]
    assert "term 'cover' in __main__: given the way 'plus'; allowed: one of set, multiply, add" in way
    assert "platform: given 'Harbor' in __main__; allowed: one of Harbour, *; did you mean Harbour?" in platform
    assert "term 'payout_lag': given [nan]; allowed: finite numbers" in nan


def test_a_stock_of_an_actor_that_cannot_be_is_an_error_with_its_place(model: TrustCrisisModel) -> None:
    stock = model.engine.actors[0].stock(ORDERS)
    check_stocks(model.engine.day)
    for value in (np.nan, np.inf, -1.0):
        stock[:] = (0.0, value)
        told = (
            rf"'orders', .*regulator\.py, of the regulator 'Watch', lane 1, day 0: given {value:g}; allowed: at least 0"
        )
        with pytest.raises(ModelError, match=told):
            check_stocks(model.engine.day)
    with pytest.raises(ModelError, match="of the regulator 'Watch', lane 1, day 1: given -1"):
        model.step()


def test_a_setting_that_a_mechanism_does_not_have_is_an_error_with_those_that_it_has(model: TrustCrisisModel) -> None:
    with pytest.raises(ModelError, match=r"setting: given 'fe' in .*regulator\.py; allowed: one of name, .*mean fee\?"):
        model.engine.actors[0]["fe"]


def test_a_reach_is_a_share_where_a_message_is_posted(model: TrustCrisisModel) -> None:
    post, here = model.engine.day.do.post, np.array([True, False])
    for reach, allowed in ((np.array([5.0, 0.0]), "shares"), (-1.0, "shares"), (np.array([np.nan, 0.0]), "finite")):
        with pytest.raises(ModelError, match=rf"post: given reach of .*; allowed: {allowed}"):
            post(0, here, reach=reach, fear=1.0)
    with pytest.raises(ModelError, match=r"post: given fading of .*; allowed: shares from 0 to 1"):
        post(0, here, reach=1.0, fading=2.0, fear=1.0)
    post(0, here, reach=np.array([1.0, np.nan]), fear=np.array([1.0, np.nan]))
    evidence = model.engine.day.board.bulletin(1)[0]
    assert np.isfinite(cast(Any, evidence)).all()


class Astray:
    """Say something of rows that are none of those that it is asked for."""

    fixes = ()

    def on_terms(self, terms: Any, agreed_terms: Any) -> Any:
        """Give a term for a weight."""
        yield Terms.COVER, 0.0

    def traits(self, owners: Any) -> Any:
        """Give a weight for a trait."""
        return {Weights.HEED: 0.0}


def test_what_terms_add_and_what_traits_are_made_go_to_rows_of_their_own(model: TrustCrisisModel) -> None:
    astray = {"astray": Settings([Astray(), Astray()])}
    with pytest.raises(ModelError, match=r"given <Terms\.COVER: .* in .*test_handed\.py; allowed: rows of Weights"):
        weigh(model.state, astray, model.engine.said, Stood(np.zeros((2, 2)), np.ones((2, 2)), np.zeros((3, 2, 2))))
    with pytest.raises(ModelError, match=r"given <Weights\.HEED: .* in .*test_handed\.py; allowed: rows of Traits"):
        fill_traits(model.state, astray, 1.0)
