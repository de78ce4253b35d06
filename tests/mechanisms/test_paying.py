"""Platforms pay as they can: what a rule holds back is delay, client money pays whoever asks, a gate uses its time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, Played, leave, lever

import trustsim as ts
from trustsim.catalog import REGISTRY
from trustsim.experiment.study import run_study
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import FAILED
from trustsim.scenario.load import from_document

ALL = N * EACH
RICH = {"liquid_share": "100 %", "patience": "0 d"}
RUN = {"run": [leave()]}


def outflow(seen: Played) -> Any:
    """Return what Harbour paid by day in the first variant, float64 (steps + 1,)."""
    return seen.gauge("outflow")[:, 0, 0]


# overdue is what lacks the money


HOLDS_BACK: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "ceiling": ({"throughput": "15 %"}, [], []),
    "cap": ({}, [lever("withdrawal_cap", cap=EACH / 100 / 20)], []),
    "notice": ({}, [lever("notice_period", notice="10 d")], []),
    "suspension": ({}, [lever("suspension", after="25 %")], []),
    "cooling off": ({}, [lever("cooling_off", delay="10 d", second_thoughts="0 /day")], []),
    "gate": ({"payout_lag": "1 d"}, [lever("redemption_gate", trigger="100 %", duration="10 d")], []),
    "lag of the keeper": ({"custody_lag": "10 d"}, [], []),
    "outage": ({}, [], [{"kind": "outage", "platform": "Harbour", "day": "0 d", "days": "10 d"}]),
    "locked": ({"locked_share": "50 %", "lock_term": "90 d"}, [], []),
    "equal shares": ({"throughput": "7.77 %"}, [lever("pro_rata_payout")], []),
}


@pytest.mark.parametrize("rule", HOLDS_BACK)
def test_what_a_rule_holds_back_is_delay_and_no_arrears(play: Play, rule: str) -> None:
    terms, levers, shocks = HOLDS_BACK[rule]
    harbour = {"Harbour": {**RICH, **terms}, "Quay": {}}
    seen = play(9, platforms=harbour, mechanisms=READY, shocks=shocks, variants={"run": [leave(), *levers]})
    assert seen.state.balance[0, :N].sum() > 0.2 * ALL
    assert seen.gauge("overdue").max() == 0
    assert seen.gauge("arrears").max() == 0
    assert (seen.gauge("status")[:, 0] < FAILED).all()
    if rule != "locked":
        assert seen.gauge("queue")[-1, 0, 0] == 1  # the delay is seen as a queue of all that is left


def test_a_liquid_wallet_at_a_payment_firm_survives_a_run_of_all(play: Play) -> None:
    wallet = {"liquid_share": "95 %", "equity": "3 %", "sale_limit": "50 %", "patience": "2 d"}
    kept = {"custody": "payment_firm", "segregated_share": "90 %"}
    seen = play(30, platforms={"Harbour": {**wallet, **kept}, "Quay": {}}, mechanisms=READY, variants=RUN)
    ceiling = REGISTRY["custody", "payment_firm"].make.preset["throughput"]
    assert (seen.gauge("status") == 0).all()
    assert outflow(seen)[1:4] == pytest.approx(ceiling * ALL * (1 - ceiling) ** np.arange(3), rel=1e-5)
    assert seen.book("claims")[0, 0] == pytest.approx(ALL * (1 - ceiling) ** 30, rel=0.01)


def test_what_lacks_the_money_is_overdue_under_a_ceiling_too(play: Play) -> None:
    poor = {"liquid_share": "5 %", "equity": "-95 %", "patience": "3 d", "throughput": "15 %"}
    seen = play(6, platforms={"Harbour": poor, "Quay": {}}, mechanisms=READY, variants=RUN)
    assert outflow(seen)[1] == 0.05 * ALL
    assert seen.gauge("overdue")[1, 0, 0] == pytest.approx(0.10)
    assert np.flatnonzero(seen.gauge("status")[:, 0, 0] == FAILED).tolist() == [4, 5, 6]


def test_arrears_stand_still_while_payments_are_stopped(play: Play) -> None:
    poor = {"liquid_share": "0 %", "equity": "-100 %", "patience": "3 d"}
    stop = [{"kind": "outage", "platform": "Harbour", "day": "2 d", "days": "4 d"}]
    seen = play(9, platforms={"Harbour": poor, "Quay": {}}, shocks=stop, mechanisms=READY, variants=RUN)
    assert seen.gauge("arrears")[:8, 0, 0].tolist() == [0, 1, 2, 2, 2, 2, 2, 3]
    assert seen.gauge("overdue")[3:7].max() == 0
    assert np.flatnonzero(seen.gauge("status")[:, 0, 0] == FAILED).tolist() == [8, 9]


# a gate uses its time


THIN = {"liquid_share": "20 %", "sale_limit": "100 %", "patience": "0 d", "payout_lag": "2 d"}


def gated(play: Play, days: int, harbour: dict[str, Any], **settings: Any) -> Played:
    """Play a run of all on Harbour, whose gate falls on day 2."""
    gate = lever("redemption_gate", trigger="100 %", duration="4 d", announced=False, **settings)
    return play(days, platforms={"Harbour": harbour, "Quay": {}}, mechanisms=READY, variants={"run": [leave(), gate]})


def test_a_gate_sells_what_the_queue_lacks_and_pays_it_in_equal_parts(play: Play) -> None:
    seen = gated(play, 12, THIN, reopening="4 d")
    assert np.flatnonzero(seen.gauge("status")[:, 0, 0]).tolist() == [2, 3, 4, 5]
    assert seen.gauge("sold")[2:10, 0, 0] == pytest.approx(0.8 * ALL / 8, rel=1e-3)
    assert outflow(seen)[6:10] == pytest.approx(ALL / 4, abs=4)
    assert outflow(seen).sum() == ALL
    assert seen.gauge("arrears").max() == 0


def test_a_gate_sells_no_more_than_may_be_sold_in_a_day(play: Play) -> None:
    seen = gated(play, 5, {**THIN, "sale_limit": "2 %", "sale_impact": 0.5}, reopening="4 d")
    held = 0.8 * ALL * 0.98 ** np.arange(4)
    assert seen.gauge("sold")[2:6, 0, 0] == pytest.approx(0.02 * held, rel=1e-3)
    price = seen.gauge("price")[2:6, 0, 0]
    assert (np.diff(price) < 0).all()
    assert seen.book("cash")[0, 0] == pytest.approx(0.2 * ALL + (0.02 * held * price).sum(), rel=1e-3)


def test_a_queue_at_the_gate_is_paid_in_order(play: Play) -> None:
    seen = gated(play, 5, THIN, reopening="4 d")
    order = seen.state.queue[0, :N].copy()
    for day in range(1, 5):
        seen.step()
        assert (seen.balance()[0][order] == np.where(np.arange(N) < day * N // 4, 0, EACH)).all()


def test_a_reopening_pays_as_far_as_money_is_there_and_then_all_falls_due(play: Play) -> None:
    hollow = {**THIN, "equity": "-80 %", "patience": "1 d"}
    seen = gated(play, 13, hollow, reopening="4 d")
    assert outflow(seen)[6:10] == pytest.approx([0.2 * ALL, 0, 0, 0])
    assert seen.gauge("arrears")[:10].max() == 0
    assert seen.gauge("overdue")[10, 0, 0] == pytest.approx(0.8)
    assert np.flatnonzero(seen.gauge("status")[:, 0, 0] == FAILED).tolist() == [11, 12, 13]


def test_nothing_is_sold_in_an_outage(play: Play) -> None:
    out = [{"kind": "outage", "platform": "Harbour", "day": "1 d", "days": "4 d"}]
    seen = play(5, platforms={"Harbour": THIN, "Quay": {}}, shocks=out, mechanisms=READY, variants=RUN)
    assert seen.gauge("sold").max() == 0


def test_a_gate_that_has_fallen_draws_no_rush(play: Play) -> None:
    """Liquidity is below the trigger all the time, and nobody runs from a gate that can fall no more."""
    rush = {"choice": {"calm": -1, "others": 1, "gate_rush": 3, "gate_margin": "10 %"}}
    gate = lever("redemption_gate", trigger="30 %", duration="2 d", reopening="0 d")
    harbour = {"Harbour": {"payout_lag": "1 d"}, "Quay": {}}
    seen = play(0, platforms=harbour, mechanisms=rush, variants={"gate": [gate]})
    expected = [float(seen.step().state.weights[0, 0, Weights.QUEUE]) for _ in range(6)]
    assert seen.gauge("status")[1:, 0, 0].tolist() == [0, 1, 1, 0, 0, 0]
    assert expected == [3, 0, 0, 0, 0, 0]


def test_a_gate_does_not_make_a_solvent_platform_fail() -> None:
    """Row P-05. A platform that can bear what is lost by selling in a hurry, but not at once: without a gate it fails
    in most of eight worlds, after a long one in none, after shorter ones in no more, the longer the fewer."""
    harbour = {"name": "Harbour", "locked_share": 0, "liquid_share": 0.15, "patience": 2, "sale_limit": 0.03}
    rumour = {"kind": "rumour", "platform": "Harbour", "day": 5, "seeds": 0.02, "broadcast": 0.2, "risk": 6, "fear": 2}
    gates = {f"{d} d": [{"kind": "redemption_gate", "trigger": 0.08, "duration": d}] for d in (5, 14, 45)}
    story = {
        "trustsim": 1, "behaviour": "point", "horizon": 75, "network": {"kind": "small_world", "mean_degree": 16},
        "investors": {"count": 400, "members": 1}, "platforms": [{**harbour, "exit_friction": 0.5, "equity": 0.3}],
        "mechanisms": {"aggregate_uncertainty": False}, "shocks": [rumour], "variants": {"nothing": [], **gates},
    }  # fmt: skip
    study = run_study(from_document(story, REGISTRY), replications=8, workers=1)
    failed = study.outcomes["failure_probability"]
    assert failed[:, 0].mean() > 0.5
    assert (np.diff(failed.mean(axis=0)) <= 0).all()
    assert failed[:, -1].max() == 0
    assert np.nanmin(study.series["solvency"]) > 0.1  # solvent to the last
    assert (study.series["status"][:, :, 1:, 0] == 1).any(axis=1).all()  # each gate fell


# client money


def test_full_segregation_sells_nothing_in_calm() -> None:
    shares = {f"{s:.0%}": [{"set": {"platforms.Harbour.segregated_share": s}}] for s in (0.0, 0.5, 1.0)}
    story = {
        "trustsim": 1, "horizon": 60, "network": {"kind": "small_world"}, "investors": {"count": 300},
        "platforms": [{"name": "Harbour", "custody": "bank"}], "variants": shares,
    }  # fmt: skip
    study = run_study(from_document(story, REGISTRY), replications=2, workers=1)
    assert study.series["price"].min() == 1
    liquidity = study.series["liquidity"][:, -1, :, 0]
    assert liquidity[:, 1:] == pytest.approx(np.repeat(liquidity[:, :1], 2, axis=1), abs=0.01)
    assert liquidity == pytest.approx(0.12, abs=0.03)  # the target, and what the queue of the day asks for


@pytest.mark.parametrize("apart", ["0 %", "50 %", "100 %"])
def test_client_money_pays_whoever_asks(play: Play, apart: str) -> None:
    kept = {"liquid_share": "20 %", "segregated_share": apart, "throughput": "15 %", "sale_limit": "100 %"}
    seen = play(1, platforms={"Harbour": kept, "Quay": {}}, mechanisms=READY, variants=RUN)
    assert outflow(seen)[1] == 0.15 * ALL
    assert seen.gauge("sold").max() == 0
    left = seen.book("cash")[0, 0] + seen.book("custody")[0, 0]
    assert left == pytest.approx(0.05 * ALL, rel=1e-3)  # and what a loan repays
    assert seen.book("custody")[0, 0] == pytest.approx(float(apart[:-2]) / 100 * left, rel=1e-3)


def test_client_money_comes_back_when_its_share_falls(play: Play) -> None:
    mandate = lever("custody_mandate", custody="bank", segregated_share="100 %", until="3 d")
    seen = play(3, variants={"lever": [mandate]})
    assert seen.book("custody")[0, 0] == pytest.approx(0.2 * ALL, rel=1e-3)
    seen.step()
    assert seen.book("custody")[0, 0] == 0
    assert seen.book("cash")[0, 0] == pytest.approx(0.2 * ALL, rel=1e-3)


def lost_by_share(play: Play, shock: dict[str, Any], days: int) -> Any:
    """Return what the investors lost, and what the thieves have, by share kept apart: 0, 50, 90, 100 %."""
    frail = {"liquid_share": "20 %", "equity": "5 %", "sale_limit": "10 %", "sale_impact": 1, "estate_cost": "50 %"}
    shares = {f"{s} %": [{"set": {"platforms.Harbour.segregated_share": s / 100}}] for s in (0, 50, 90, 100)}
    run = {name: [*part, leave("8 d")] for name, part in shares.items()}
    harbour = {"Harbour": {**frail, "patience": "3 d"}, "Quay": {}}
    seen = play(days, platforms=harbour, shocks=[{"platform": "Harbour", **shock}], mechanisms=READY, variants=run)
    assert (seen.gauge("status")[-1, :, 0] == FAILED).all()
    return seen.state.loss.sum(axis=1), seen.book("thieves")[:, 0]


def test_loss_by_misuse_falls_with_the_share_kept_apart(play: Play) -> None:
    loss, stolen = lost_by_share(play, {"kind": "misuse", "rate": "0.03 /day", "audit": "0 /day"}, 16)
    assert (np.diff(loss) < 0).all()
    assert (np.diff(stolen) < 0).all()
    assert stolen[-1] == 0


def test_loss_by_theft_does_not_rise_with_the_share_kept_apart(play: Play) -> None:
    loss, stolen = lost_by_share(play, {"kind": "custodian_theft", "day": "1 d", "share": "10 %"}, 16)
    assert stolen.tolist() == [0.1 * ALL] * 4
    assert (np.diff(loss) <= 4 * N).all()  # what is rounded down, for each account and payment


def test_misuse_leaves_what_is_kept_apart(play: Play) -> None:
    """A thief takes all the cash, again and again; nothing of what stands apart fills it up."""
    misuse = [{"kind": "misuse", "platform": "Harbour", "rate": "1 /day", "audit": "0 /day"}]
    seen = play(10, platforms={"Harbour": {"segregated_share": "50 %"}, "Quay": {}}, shocks=misuse)
    assert seen.book("thieves")[0, 0] == pytest.approx(0.1 * ALL, rel=0.01)  # and half of what loans repay
    assert seen.book("custody")[0, 0] >= 0.1 * ALL


def test_segregation_does_not_add_to_the_loss_at_a_custodian_bank() -> None:
    """Case C1, ten worlds; nothing is sold, so the loss is what was stolen, shared by who is left (± 0.2 points)."""
    shares = {f"variants.{s}": [{"set": {"platforms.Harbour.segregated_share": s / 100}}] for s in (0, 90, 100)}
    story = ts.load("scenarios/cases/C1_custodian_bank.yaml", overrides={**shares, "investors.count": 1000})
    study = run_study(story, variants=["0", "90", "100"], replications=10, workers=1)
    none, most, whole = study.outcomes["investor_loss"].mean(axis=0)
    assert most <= none + 0.002
    assert whole <= most + 0.002


def test_liquid_money_earns_the_safe_yield(play: Play) -> None:
    paid = {"safe_yield": "3.65 %", "liquid_share": "20 %", "segregated_share": "50 %"}
    seen = play(0, platforms={"Harbour": paid, "Quay": {}})
    before = seen.state.total_money()
    seen.step()
    assert seen.gauge("solvency")[1, 0] == pytest.approx([0.2 * 0.0001, 0], abs=2 / ALL)
    assert seen.state.total_money() == before


# one keeper at a time


KEPT = ("misuse_factor", "loss_factor", "custody_lag", "custody_cost", "custody_trust", "visibility", "throughput")


@pytest.mark.parametrize("before", sorted(REGISTRY.group("custody")))
def test_a_mandated_keeper_takes_the_place_of_the_one_before_in_all_it_lays(play: Play, before: str) -> None:
    keepers = REGISTRY.names("custody")
    forced = {k: [lever("custody_mandate", custody=k, segregated_share="0 %")] for k in keepers}
    chosen = {f"at {k}": [{"set": {"platforms.Harbour.custody": k}}] for k in keepers}
    seen = play(1, platforms={"Harbour": {"custody": before}, "Quay": {}}, variants={**forced, **chosen})
    for term in KEPT:
        of_each = seen.term(term)[:, 0]
        assert of_each[: len(keepers)].tolist() == of_each[len(keepers) :].tolist(), term


def test_of_two_mandates_one_keeper_counts_whole(play: Play) -> None:
    two = [lever("custody_mandate", custody=k) for k in ("payment_firm", "several_banks")]
    seen = play(1, variants={"one": [two[1]], "two": two, "turned": two[::-1]})
    for term in (*KEPT, "segregated_share"):
        assert len(set(seen.term(term)[:, 0].tolist())) == 1, term
