"""Every lever alone: what it does, to the unit where that is exact, and only on its platform, in its variant."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, Played, leave, lever

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import FAILED, Gauges, Terms
from trustsim.kernels.named import names_of
from trustsim.world.closing import close_platforms

ALL = N * EACH
RICH = {"liquid_share": "100 %"}
NO_ASSETS = {"liquid_share": "20 %", "equity": "-80 %"}
SLOW = {"payout_lag": "2 d"}


def runs_with(*levers: dict[str, object]) -> dict[str, object]:
    """Return two variants in which everyone runs from both platforms on day 0: without and with *levers* on Harbour."""
    run = [leave(), leave(platform="Quay")]
    return {"plain": run, "lever": [*run, *levers]}


def same_but_for_harbour(seen: Played) -> None:
    """Check that at Quay, and in the variant without the lever, nothing differs."""
    name = "cost"
    for gauge in ("outflow", "requests", "claims", "liquidity", "solvency", "risk", "trust", "fear", name):
        rows = seen.gauge(gauge)
        assert (rows[:, 0, 1] == rows[:, 1, 1]).all(), gauge


# what leaves


def test_gate_stops_payments_on_its_platform_only(play: Play) -> None:
    gate = lever("redemption_gate", trigger="50 %", duration="5 d", reopening="0 d", announced=False)
    both = {"Harbour": NO_ASSETS, "Quay": NO_ASSETS}
    seen = play(
        12,
        platforms={"Harbour": {**RICH, **SLOW}, "Quay": {**RICH, **SLOW}},
        mechanisms=READY,
        variants=runs_with({**gate, "trigger": "100 %"}),
    )
    assert list(np.flatnonzero(seen.gauge("outflow")[:, 0, 0])) == [3]
    assert list(np.flatnonzero(seen.gauge("outflow")[:, 1, 0])) == [
        7
    ]  # hit on day 2, once requests wait, for five days
    assert list(np.flatnonzero(seen.gauge("status")[:, 1, 0])) == [2, 3, 4, 5, 6]
    same_but_for_harbour(seen)
    kept = play(8, platforms=both, mechanisms=READY, variants=runs_with({**gate, "trigger": "0 %"}))
    assert (kept.gauge("status")[2:7, 1, 0] == 1).all()
    assert kept.gauge("status")[7, 1, 0] == 0


def test_a_gate_falls_once(play: Play) -> None:
    gate = lever("redemption_gate", trigger="10 %", duration="3 d", announced=False, cost=5)
    few_assets = {"liquid_share": "20 %", "equity": "-79 %"}  # to pay the cost from
    seen = play(9, platforms={"Harbour": few_assets, "Quay": NO_ASSETS}, mechanisms=READY, variants=runs_with(gate))
    assert list(np.flatnonzero(seen.gauge("status")[:, 1, 0])) == [2, 3, 4]
    assert seen.gauge("cost")[-1].tolist() == [[0, 0], [500, 0]]


def test_a_gate_reopens_when_the_lever_ends(play: Play) -> None:
    gate = lever("redemption_gate", trigger="100 %", duration="50 d", announced=False, until="5 d")
    seen = play(7, platforms={"Harbour": {**RICH, **SLOW}, "Quay": RICH}, mechanisms=READY, variants=runs_with(gate))
    assert list(np.flatnonzero(seen.gauge("outflow")[:, 1, 0])) == [6]


def test_an_announced_gate_draws_a_rush_near_its_trigger(play: Play) -> None:
    rush = {"choice": {"calm": -3.2, "others": 1, "gate_rush": 1, "gate_margin": "10 %"}}
    for liquidity, announced, runs in (("14 %", True, N), ("17 %", True, 0), ("14 %", False, 0)):
        gate = lever("redemption_gate", trigger="10 %", announced=announced)
        at = {"liquid_share": liquidity, "equity": "0 %"}
        seen = play(2, platforms={"Harbour": at, "Quay": at}, mechanisms=rush, variants={"plain": [], "lever": [gate]})
        assert seen.gauge("runners")[:, 1, 0].sum() == runs
        assert seen.gauge("runners")[:, 0].sum() == 0
        assert seen.gauge("runners")[:, 1, 1].sum() == 0


def test_notice_delays_payment(play: Play) -> None:
    seen = play(
        10,
        platforms={"Harbour": RICH, "Quay": RICH},
        mechanisms=READY,
        variants=runs_with(lever("notice_period", notice="7 d")),
    )
    assert list(np.flatnonzero(seen.gauge("outflow")[:, 0, 0])) == [1]
    assert list(np.flatnonzero(seen.gauge("outflow")[:, 1, 0])) == [8]
    assert seen.gauge("overdue").max() == 0  # nothing is late that is not yet due
    same_but_for_harbour(seen)


def test_a_cap_pays_in_instalments(play: Play) -> None:
    cap = lever("withdrawal_cap", cap=EACH / 100 / 2.5)
    seen = play(5, platforms={"Harbour": RICH, "Quay": RICH}, mechanisms=READY, variants=runs_with(cap))
    assert [int(x) for x in seen.gauge("outflow")[1:, 1, 0]] == [
        N * EACH * 2 // 5,
        N * EACH * 2 // 5,
        N * EACH // 5,
        0,
        0,
    ]
    same_but_for_harbour(seen)


def test_a_fee_stays_with_the_platform(play: Play) -> None:
    seen = play(
        1,
        platforms={"Harbour": RICH, "Quay": RICH},
        mechanisms=READY,
        variants=runs_with(lever("redemption_fee", fee="2 %")),
    )
    assert seen.book("cash")[:, 0].tolist() == [0, ALL // 50]
    assert seen.state.loss.sum(axis=1).tolist() == [0, ALL // 50]
    assert seen.book("lost")[:, 0].tolist() == [0, ALL // 50]
    assert seen.book("claims").tolist() == [[0, 0], [0, 0]]
    same_but_for_harbour(seen)


def test_a_fee_holds_back(play: Play) -> None:
    on = {"choice": {"calm": 0.5, "fee": 50}}
    seen = play(
        1,
        mechanisms=on,
        variants={
            "plain": [],
            "dear": [lever("redemption_fee", fee="2 %")],
            "cheap": [lever("redemption_fee", fee="0.5 %")],
        },
    )
    assert seen.gauge("runners")[1].tolist() == [[N, N], [0, N], [N, N]]


def test_pro_rata_pays_every_request_the_same_share(play: Play) -> None:
    poor = {"liquid_share": "50 %", "equity": "-50 %"}
    seen = play(
        1, platforms={"Harbour": poor, "Quay": poor}, mechanisms=READY, variants=runs_with(lever("pro_rata_payout"))
    )
    assert (seen.balance()[1] == EACH // 2).all()
    assert sorted(set(seen.balance()[0].tolist())) == [0, EACH]  # first come, first served
    assert (seen.balance(1)[0] == seen.balance(1)[1]).all()
    same_but_for_harbour(seen)


def test_first_come_first_served_follows_one_draw_for_all_variants(play: Play) -> None:
    poor, poorer = {"liquid_share": "50 %", "equity": "-50 %"}, {"liquid_share": "25 %", "equity": "-75 %"}
    paid = [
        play(
            1, rng=rng, platforms={"Harbour": how, "Quay": {}}, mechanisms=READY, variants={"run": [leave()]}
        ).balance()[0]
        == 0
        for how, rng in ((poor, 0), (poorer, 0), (poor, 1))
    ]
    assert [int(p.sum()) for p in paid] == [N // 2, N // 4, N // 2]
    assert (paid[0] | ~paid[1]).all()  # who is paid out of little is paid out of more
    assert (paid[0] != paid[2]).any()


def test_who_asked_first_is_paid_first(play: Play) -> None:
    on = {"choice": {"calm": -0.5, "fund": 1}}
    seen = play(
        0,
        platforms={"Harbour": {**NO_ASSETS, "payout_lag": "3 d"}, "Quay": {}},
        mechanisms=on,
        variants={"run": [leave("1 d")]},
    )
    seen.belief("fund")[0, 10:] = -5.0  # half ask on the first day, the others a day later
    seen.step(6)
    assert (seen.balance()[0, :10] == EACH).all()
    assert (seen.balance()[0, 10:] == 0).sum() == N // 5


def test_friction_never_makes_the_same_person_leave(play: Play) -> None:
    friction = [0.0, 0.3, 1.0, 4.0]
    variants = {f"{x:g}": [lever("process_friction", exit=x)] for x in friction}
    on = {"choice": {"rule": "logit", "calm": 0}, "ordinary": {"leave": "0.2 /day", "tenure": 0}}
    seen = play(1, platforms={"Harbour": {}, "Quay": {}}, investors={"count": 500}, mechanisms=on, variants=variants)
    asked = seen.state.asked_day[:, : seen.state.accounts.first[1]] >= 0
    for less, more in itertools.pairwise(asked):
        assert (less | ~more).all()
        assert less.sum() > more.sum()
    assert (seen.gauge("requests")[1, :, 1] == seen.gauge("requests")[1, 0, 1]).all()


def test_friction_on_entry_and_a_delay(play: Play) -> None:
    more = {"count": 10, "newcomers": 1000, "second_platform": "0 %", "considered": 1}
    on = {"ordinary": {"join": "0.2 /day", "leave": "1e-9 /day", "trust": 0, "tenure": 0}}
    seen = play(
        1,
        platforms={"Harbour": {}},
        investors=more,
        mechanisms=on,
        variants={"plain": [], "hard": [lever("process_friction", exit=0, entry=1)]},
    )
    plain, hard = seen.gauge("joiners")[1, :, 0]
    assert plain / 1000 == pytest.approx(0.2, abs=0.06)
    assert hard / 1000 == pytest.approx(1 / (1 + 4 * np.e), abs=0.05)
    slow = play(
        6,
        platforms={"Harbour": RICH, "Quay": RICH},
        mechanisms=READY,
        variants=runs_with(lever("process_friction", exit=0, delay="4 d")),
    )
    assert list(np.flatnonzero(slow.gauge("outflow")[:, 1, 0])) == [5]
    same_but_for_harbour(slow)


# where money stands


def test_a_credit_line_is_drawn_before_assets_are_sold(play: Play) -> None:
    at = {"liquid_share": "90 %", "equity": "0 %", "sale_limit": "100 %"}
    line = lever("credit_line", size="10 %")
    seen = play(1, platforms={"Harbour": at, "Quay": at}, mechanisms=READY, variants=runs_with(line))
    assert seen.gauge("outflow")[1].tolist() == [[ALL, ALL], [ALL, ALL]]
    assert seen.gauge("sold")[1, 0, 0] > 0.09 * ALL
    assert seen.gauge("sold")[1, 1, 0] == 0
    assert seen.book("debt")[1, 0] == pytest.approx(0.1 * ALL, abs=100)
    assert seen.book("debt")[1, 0] == -seen.book("lender")[1, 0]
    same_but_for_harbour(seen)


def test_a_credit_line_has_its_limit_and_is_paid_back(play: Play) -> None:
    at = {"liquid_share": "0 %", "equity": "0 %", "asset_term": "12 d"}  # a twelfth of the assets is repaid a day
    seen = play(
        1,
        platforms={"Harbour": at, "Quay": at},
        mechanisms=READY,
        variants=runs_with(lever("credit_line", size="30 %")),
    )
    assert seen.book("debt")[1, 0] == 0.3 * ALL
    seen.step(14)
    assert seen.book("debt")[1, 0] == 0
    assert seen.book("lender")[1, 0] == 0
    assert seen.book("claims")[1, 0] == 0


def test_a_credit_line_is_senior_in_the_estate(play: Play) -> None:
    at = {"liquid_share": "0 %", "equity": "0 %", "patience": "1 d"}
    seen = play(
        5,
        platforms={"Harbour": at, "Quay": at},
        mechanisms=READY,
        variants=runs_with(lever("credit_line", size="30 %")),
    )
    assert seen.gauge("status")[-1].tolist() == [[3, 3], [3, 3]]
    assert seen.book("lender")[1, 0] == 0
    assert seen.book("debt")[1, 0] == 0
    assert seen.state.loss.sum(axis=1) == pytest.approx(
        [0, 0], abs=2 * N
    )  # assets at par: 30 % paid, 70 % in the estate


def test_a_buffer_at_once_is_there_at_once(play: Play) -> None:
    at_once, slowly = lever("liquidity_buffer", target="50 %"), lever("liquidity_buffer", target="50 %", at_once=False)
    seen = play(1, variants={"plain": [], "at once": [at_once], "slowly": [slowly]})
    assert seen.gauge("liquidity")[1, :, 0] == pytest.approx([0.2, 0.5, 0.2], abs=1e-4)
    assert seen.gauge("liquidity")[1, :, 1] == pytest.approx(0.2, abs=1e-4)
    assert (seen.book("owners") == 0).all()
    assert seen.gauge("solvency")[1] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("kind", ["reserve_requirement", "liquidity_buffer"])
def test_reserve_requirement_stops_lending_below_it(play: Play, kind: str) -> None:
    settings = {"reserve_requirement": {"ratio": "30 %"}, "liquidity_buffer": {"target": "30 %", "at_once": False}}[
        kind
    ]
    at = {"liquid_share": "12 %", "equity": "0 %", "asset_term": "60 d"}  # a sixtieth of the assets comes back a day
    seen = play(15, platforms={"Harbour": at, "Quay": at}, variants={"plain": [], "lever": [lever(kind, **settings)]})
    liquidity = seen.gauge("liquidity")
    assert np.diff(liquidity[:12, 1, 0]) == pytest.approx(0.88 / 60, abs=1e-3)  # all of it stays as cash
    assert liquidity[-1, 1, 0] == pytest.approx(0.30, abs=0.06)
    assert liquidity[-1, 1, 0] < 0.12 + 15 * 0.88 / 60
    assert (liquidity[:, 0] < 0.2).all()
    assert (liquidity[:, 1, 1] == liquidity[:, 0, 1]).all()


def test_owners_pay_in_the_missing_capital(play: Play) -> None:
    at = {"equity": "4 %"}
    seen = play(
        1,
        platforms={"Harbour": at, "Quay": at},
        variants={"plain": [], "lever": [lever("capital_requirement", ratio="10 %")]},
    )
    paid_in = seen.book("owners")[1, 0] - seen.book("owners")[0, 0]
    assert paid_in == pytest.approx(-0.06 * ALL, abs=1)
    assert seen.gauge("solvency")[1, :, 0] == pytest.approx([0.04, 0.10], abs=1e-6)
    assert seen.gauge("solvency")[1, :, 1] == pytest.approx(0.04, abs=1e-6)
    rich = {"equity": "20 %"}
    lever_on = {"lever": [lever("capital_requirement", ratio="10 %")]}
    enough = play(1, platforms={"Harbour": rich, "Quay": rich}, variants=lever_on)
    assert enough.book("owners")[0, 0] == pytest.approx(-0.2 * ALL, abs=1)  # the equity of day 0


def test_custody_mandate_moves_client_money_into_custody(play: Play) -> None:
    mandate = lever("custody_mandate", custody="several_banks", segregated_share="100 %")
    seen = play(1, variants={"plain": [], "lever": [mandate]})
    assert seen.book("custody")[1, 0] == pytest.approx(0.2 * ALL, abs=200)
    assert seen.book("cash")[1, 0] == 0
    assert seen.book("custody")[0, 0] == 0
    assert (seen.book("custody")[:, 1] == 0).all()
    keeper = REGISTRY["custody", "several_banks"].make.preset
    assert seen.term("misuse_factor")[1, 0] == keeper["misuse_factor"]
    assert seen.term("loss_factor")[1, 0] == keeper["loss_factor"]
    assert (seen.term("misuse_factor")[0, 0], seen.term("loss_factor")[1, 1]) == (1.0, 1.0)


def test_a_mandated_keeper_is_as_slow_and_as_dear_as_one_by_choice(play: Play) -> None:
    bank = lever("custody_mandate", custody="bank", segregated_share="0 %")
    chosen = play(1, platforms={"Harbour": {"custody": "bank"}, "Quay": {}}, variants={"plain": [], "again": [bank]})
    forced = play(1, variants={"plain": [], "lever": [bank]})
    for term in ("misuse_factor", "loss_factor", "custody_trust", "visibility", "custody_lag"):
        assert chosen.term(term)[0, 0] == chosen.term(term)[1, 0] == forced.term(term)[1, 0], term
        assert forced.term(term)[1, 1] == forced.term(term)[0, 0], term
    paid = play(4, platforms={"Harbour": RICH, "Quay": RICH}, mechanisms=READY, variants=runs_with(bank))
    assert list(np.flatnonzero(paid.gauge("outflow")[:, 1, 0])) == [2]


@pytest.mark.parametrize(("apart", "back"), [("0 %", 0.2), ("50 %", 0.3), ("100 %", 0.4)])
def test_segregated_money_is_returned_at_failure(play: Play, apart: str, back: float) -> None:
    """Claims of 100 against 40 in cash: what is apart comes back in full, the rest after an estate cost of half."""
    at = {"liquid_share": "40 %", "equity": "-60 %", "estate_cost": "50 %", "segregated_share": apart}
    seen = play(1, platforms={"Harbour": at, "Quay": at})
    before = seen.state.safe.copy()
    close_platforms(seen.state, 0, np.array([0]), seen.model.engine.clock)
    assert seen.state.gauges[Gauges.STATUS].tolist() == [[FAILED, 0]]
    assert (seen.state.safe - before).sum() / ALL == pytest.approx(back, abs=1e-3)
    assert seen.state.loss.sum() == ALL - (seen.state.safe - before).sum()


def test_a_guarantee_is_believed_as_far_as_the_money_behind_it_reaches(play: Play) -> None:
    """Full cover with a fund of half of the claims counts as half a cover, and with next to none as none."""
    full = lever("guarantee", cover="100 %", limit=1e6, credibility="100 %", cost=0)
    funds = {"ample": 1e9, "half": ALL / 200, "none": 0.01}  # CNY, of which a claim has 100 parts
    variants = {"plain": [], **{name: [{**full, "fund": fund}] for name, fund in funds.items()}}
    for calm, runs in ((0.5, [N, 0, 0, N]), (1.0, [N, 0, N, N])):  # ln ½ lies between
        seen = play(1, mechanisms={"choice": {"calm": calm}}, variants=variants)
        assert seen.gauge("runners").sum(axis=0)[:, 0].tolist() == runs


def test_full_credible_cover_ends_running(play: Play) -> None:
    at = {"liquid_share": "20 %", "equity": "-80 %", "patience": "3 d"}
    full = lever("guarantee", cover="100 %", limit=1e6, credibility="100 %")
    nearly = lever("guarantee", cover="100 %", limit=1e6, credibility="90 %")
    on = {"choice": {"calm": 20}, "ordinary": {"leave": "1e-9 /day"}}
    seen = play(
        6,
        platforms={"Harbour": at, "Quay": at},
        mechanisms=on,
        variants={"plain": [], "full": [full], "nearly": [nearly]},
    )
    assert seen.gauge("runners").sum(axis=0).tolist() == [[N, N], [0, N], [N, N]]
    lost = seen.state.loss.sum(axis=1)
    assert lost.tolist() == [1.6 * ALL, 0.8 * ALL, 0.8 * ALL]
    assert seen.book("guarantor").tolist() == [[0, 0], [0, 0], [-0.8 * ALL, 0]]


def test_cover_has_its_share_and_its_limit(play: Play) -> None:
    at = {"liquid_share": "20 %", "equity": "-80 %", "patience": "0 d"}
    fair = lever("pro_rata_payout")
    variants = {
        "none": [leave(), fair],
        "half": [leave(), fair, lever("guarantee", cover="50 %", limit=1e6)],
        "limit": [leave(), fair, lever("guarantee", cover="100 %", limit=EACH / 100 / 4)],
    }
    seen = play(2, platforms={"Harbour": at, "Quay": {}}, mechanisms={"choice": {"calm": 49}}, variants=variants)
    assert seen.gauge("status")[-1, :, 0].tolist() == [3, 3, 3]
    left = 0.8 * EACH
    assert (seen.state.loss[0] == left).all()
    assert (seen.state.loss[1] == left / 2).all()  # topped up to half of what was still held
    assert (seen.state.loss[2] == left - EACH / 4).all()


def test_a_fund_that_runs_out_pays_everyone_the_same_share(play: Play) -> None:
    at = {"liquid_share": "0 %", "equity": "-100 %", "patience": "0 d"}
    small = lever("guarantee", cover="100 %", limit=1e6, fund=ALL / 100 / 10, credibility="0 %")
    seen = play(
        1,
        platforms={"Harbour": at, "Quay": at},
        mechanisms=READY,
        variants={"plain": [leave()], "small": [leave(), small]},
    )
    assert seen.book("guarantor")[1].tolist() == [-ALL / 10, 0]
    assert (seen.state.loss[1] == 0.9 * EACH).all()
    assert (seen.state.loss[0] == EACH).all()


def test_a_believed_guarantee_holds_back_by_its_credible_part(play: Play) -> None:
    """The expected loss shrinks to 1 − cover · credibility within the limit: a threshold at its logarithm. What lies
    above the limit is not covered: its threshold is where it is without a guarantee."""
    within, wide, half = -np.log(1 - 0.8 * 0.5).item(), 1e6, EACH / 100 / 2
    for limit, calm, runs, share in (
        (wide, within + 0.01, N, 1.0), (wide, within - 0.01, 0, 0.0),
        (half, within + 0.01, N, 1.0), (half, within - 0.01, N, 0.5), (half, 0.01, N, 0.5), (half, -0.01, 0, 0.0),
    ):  # fmt: skip
        promise = lever("guarantee", cover="80 %", credibility="50 %", limit=limit)
        seen = play(1, mechanisms={"choice": {"calm": calm}}, variants={"plain": [], "lever": [promise]})
        elsewhere = N if calm > 0 else 0
        assert seen.gauge("runners")[1].tolist() == [[elsewhere, elsewhere], [runs, elsewhere]]
        assert seen.gauge("requests")[1, 1, 0] == share * ALL


# closing in order


def test_winding_down_sells_nothing(play: Play) -> None:
    at = {"liquid_share": "10 %", "equity": "0 %", "asset_term": "24 d", "sale_limit": "100 %", "sale_impact": 1}
    act = lever("early_action", liquidity="15 %", solvency="-100 %", cost="1 %")
    seen = play(30, platforms={"Harbour": at, "Quay": at}, variants={"plain": [], "lever": [act]})
    assert seen.gauge("sold").sum() == 0
    assert (seen.gauge("status")[1:, 1, 0] == 2).all()
    assert (seen.gauge("status")[:, 0] == 0).all()
    assert seen.gauge("status")[:, 1, 1].max() == 0
    assert seen.book("claims")[1, 0] == 0
    assert seen.state.loss.sum() == 0
    assert seen.gauge("cost")[1, 1, 0] == pytest.approx(0.01 * ALL)
    assert seen.gauge("cost")[1, 0, 0] == 0


def test_an_orderly_wind_down_pays_everyone_the_same_share_as_assets_run_off(play: Play) -> None:
    at = {"liquid_share": "10 %", "equity": "-20 %", "asset_term": "24 d"}
    act = lever("early_action", liquidity="15 %", solvency="-100 %")
    seen = play(10, platforms={"Harbour": at, "Quay": {}}, variants={"lever": [act]})
    held = seen.balance()[0]
    assert held.max() - held.min() <= 10  # rounding, a unit a day
    assert held.mean() == pytest.approx(EACH * (0.9 - 0.7 * 10 / 24), rel=0.01)
    seen.step(20)
    assert seen.book("claims")[0, 0] == 0
    assert seen.gauge("status")[-1, 0, 0] == 2
    assert seen.state.loss[0] == pytest.approx(0.2 * EACH, abs=40)
    assert np.isnan(seen.gauge("failure_day")[-1, 0, 1])


def test_early_action_waits_for_its_indicators(play: Play) -> None:
    poor = {"liquid_share": "50 %", "equity": "-50 %"}
    waits = lever("early_action", liquidity="0 %", solvency="-100 %")
    seen = play(
        1,
        platforms={"Harbour": poor, "Quay": {}},
        mechanisms=READY,
        variants={"plain": [leave()], "lever": [leave(), waits]},
    )
    assert (seen.balance()[0] == seen.balance()[1]).all()  # until then the queue is paid in its order
    insolvent = lever("early_action", liquidity="0 %", solvency="-10 %")
    hidden = [{"kind": "default_wave", "platform": "Harbour", "day": "0 d", "share": "30 %", "told": False}]
    shown = [{**hidden[0], "told": True}]
    for shocks, status in ((hidden, 0), (shown, 2)):
        assert play(3, shocks=shocks, variants={"lever": [insolvent]}).gauge("status")[-1, 0, 0] == status


# what is told


def test_live_transparency_of_nothing_changes_nothing(play: Play) -> None:
    on = {"risk_view": {}, "health": {}, "queue_news": {}, "fear": {}, "trust": {}, **READY}
    told = {"report_interval": "3 d", **NO_ASSETS}
    seen = play(
        6,
        platforms={"Harbour": told, "Quay": told},
        mechanisms=on,
        variants=runs_with(lever("live_transparency", strength="0 %")),
    )
    assert np.array_equal(seen.model.history[:, :, 0], seen.model.history[:, :, 1], equal_nan=True)


def test_live_figures_are_read_every_day_and_show_the_queue(play: Play) -> None:
    view = {"report_weight": "100 %", "noise": 1, "salience": 1}
    live = lever("live_transparency", strength="100 %")
    on = {
        "risk_view": view,
        "health": {"base": -2, "equity": 0, "liquidity": 0},
        "trust": {},
        "queue_news": {"fund": 1, "fear": 0},
        **READY,
    }
    seen = play(1, platforms={"Harbour": NO_ASSETS, "Quay": NO_ASSETS}, mechanisms=on, variants=runs_with(live))
    assert (seen.belief("risk")[1] == -2).all()
    assert (seen.belief("risk")[0] != -2).any()
    seen.step()
    assert seen.belief("fund")[1] == pytest.approx(-0.8)
    assert seen.belief("fund")[0] == pytest.approx(-0.8 * 0.3)
    assert (seen.belief("fund", 1) == seen.belief("fund", 1)[0, 0]).all()


def test_report_accuracy_caps_the_bias(play: Play) -> None:
    at = {"report_bias": 2}
    on = {"health": {"base": 0, "equity": 0, "liquidity": 0}}
    variants = {"plain": [], "honest": [lever("report_accuracy")], "lax": [lever("report_accuracy", bias=5)]}
    seen = play(1, platforms={"Harbour": at, "Quay": at}, mechanisms=on, variants=variants)
    assert seen.gauge("published_risk")[1].tolist() == [[-2, -2], [0, -2], [-2, -2]]


def test_disclosure_scope_sets_the_scope(play: Play) -> None:
    at = {"report_interval": "1 d", "report_lag": "0 d", "report_scope": "50 %"}
    view = {"report_weight": "100 %", "noise": 1, "salience": 1}
    on = {"risk_view": view, "health": {"base": -2, "equity": 0, "liquidity": 0}}
    seen = play(
        1,
        platforms={"Harbour": at, "Quay": at},
        mechanisms=on,
        variants={"plain": [], "full": [lever("disclosure_scope", scope="100 %")]},
    )
    assert (seen.belief("risk")[1] == -2).all()
    assert seen.belief("risk")[0].std() > 0.05
    assert (seen.belief("risk", 1)[0] == seen.belief("risk", 1)[1]).all()
    less = play(1, platforms={"Harbour": at, "Quay": at}, variants={"less": [lever("disclosure_scope", scope="10 %")]})
    assert less.term("report_scope")[0].tolist() == [0.1, 0.5]


def test_disclosure_mandate_is_a_floor(play: Play) -> None:
    good = {"report_scope": "90 %", "report_interval": "7 d", "report_bias": 0}
    bad = {"report_scope": "10 %", "report_interval": "0 d", "report_bias": 3}
    mandate = {"kind": "disclosure_mandate", "scope": "80 %", "interval": "30 d", "bias": 0.2}
    seen = play(1, platforms={"Harbour": good, "Quay": bad}, variants={"plain": [], "lever": [mandate]})
    plain, lever_on = seen.state.terms[: len(Terms), :2, 0].T
    changed = {t for t, a, b in zip(names_of(Terms), plain, lever_on, strict=True) if a != b}
    assert changed == set()  # nor does it cost anything
    assert [seen.term(t)[1, 1] for t in ("report_scope", "report_interval", "report_bias")] == [0.8, 30, 0.2]


def test_a_mandate_makes_a_silent_platform_report(play: Play) -> None:
    view = {"report_weight": "100 %", "noise": 0, "salience": 1}
    mandate = lever("disclosure_mandate", scope="100 %", interval="5 d")
    seen = play(
        0,
        mechanisms={"risk_view": view, "health": {"base": -2, "equity": 0, "liquidity": 0}},
        variants={"plain": [], "lever": [mandate]},
    )
    seen.belief("risk")[:] = 1.0
    assert (seen.step(4).belief("risk") == 1).all()
    assert (seen.step().belief("risk")[1] == -2).all()
    assert (seen.belief("risk")[0] == 1).all()


def test_report_schedule_sets_interval_and_lag(play: Play) -> None:
    """Half of Harbour's assets are lost on days 3 and 6 (step numbers): the report of day 7 shows day 6 or 4."""
    loss = [
        {"kind": "default_wave", "platform": "Harbour", "day": f"{d} d", "share": "50 %", "fund": 0} for d in (2, 5)
    ]
    view = {"report_weight": "100 %", "noise": 0, "salience": 1}
    on = {"risk_view": view, "health": {"base": 0, "equity": 5, "liquidity": 0}}
    levers = {
        "fresh": [lever("report_schedule", interval="7 d", lag="0 d")],
        "stale": [lever("report_schedule", interval="7 d", lag="2 d")],
        "none": [lever("report_schedule", interval="0 d")],
    }
    seen = play(
        0,
        platforms={"Harbour": {"report_scope": "100 %", "equity": "50 %"}, "Quay": {}},
        shocks=loss,
        mechanisms=on,
        variants=levers,
    )
    seen.belief("risk")[:] = 0.0
    seen.step(7)
    published = seen.gauge("published_risk")[:, :, 0]
    assert published[6, 0] != published[4, 0]
    assert (seen.belief("risk")[0] == np.float32(published[6, 0])).all()
    assert (seen.belief("risk")[1] == np.float32(published[4, 1])).all()
    assert (seen.belief("risk")[2] == 0).all()


def test_incident_notice_moves_the_day_of_telling(play: Play) -> None:
    theft = [
        {
            "kind": "custodian_theft",
            "platform": p,
            "day": "1 d",
            "share": "10 %",
            "discovery_lag": "3 d",
            "notice_lag": "5 d",
        }
        for p in ("Harbour", "Quay")
    ]
    variants = {
        "plain": [],
        "at once": [lever("incident_notice", delay="0 d")],
        "two days": [lever("incident_notice", delay="2 d")],
        "later": [lever("incident_notice", delay="9 d")],
        "midway": [lever("incident_notice", delay="0 d", **{"from": "6 d"})],
    }
    seen = play(0, shocks=theft, mechanisms={"trust": {}, "media": {}}, variants=variants)
    told: dict[tuple[int, int], int] = {}
    for day in range(1, 15):
        seen.step()
        for p in (0, 1):
            for v in range(5):
                if seen.belief("fund", p)[v, 0] < 0:
                    told.setdefault((v, p), day)
    assert [told[v, 0] for v in range(5)] == [10, 5, 7, 10, 7]  # struck on the second day, known three days on
    assert [told[v, 1] for v in range(5)] == [10] * 5
    assert seen.belief("integrity")[:, 0] == pytest.approx([-0.75, 0, -0.3, -0.75, 0])
    assert seen.belief("fund")[:, 0] == pytest.approx(-1.2, abs=1e-5)


def test_a_warning_of_nothing_changes_nothing(play: Play) -> None:
    on = {"trust": {}, "risk_view": {}, "ordinary": {}, **READY}
    seen = play(5, mechanisms=on, variants=runs_with(lever("official_warning", strength=0, cost=0)))
    assert np.array_equal(seen.model.history[:, :, 0], seen.model.history[:, :, 1], equal_nan=True)


def test_a_warning_reaches_its_share_fades_and_keeps_new_money_away(play: Play) -> None:
    many = {"count": 4000, "newcomers": 4000, "second_platform": "0 %", "considered": 1}
    warn = lever("official_warning", strength=4, reach="50 %", fading="50 %", cost=7)
    on = {
        "trust": {},
        "risk_view": {"salience": 1, "noise": 0},
        "ordinary": {"join": "0.2 /day", "leave": "1e-9 /day", "trust": 1, "tenure": 0},
    }
    seen = play(1, platforms={"Harbour": {}}, investors=many, mechanisms=on, variants={"plain": [], "lever": [warn]})
    heard = seen.belief("fund")[1] < 0
    assert heard.mean() == pytest.approx(0.5, abs=0.03)
    assert seen.belief("fund")[1, heard] == pytest.approx(-2)
    assert (seen.belief("evidence")[1] - seen.belief("evidence")[0])[heard] == pytest.approx(4)
    assert seen.gauge("joiners")[1, 1, 0] < 0.75 * seen.gauge("joiners")[1, 0, 0]
    assert seen.gauge("cost")[1, :, 0].tolist() == [0, 700]
    seen.step()
    assert seen.belief("fund")[1, heard] == pytest.approx(-2)  # who has heard it does not hear it again
    late = (seen.belief("fund")[1] < 0) & ~heard
    assert late.mean() == pytest.approx(0.25, abs=0.03)
    assert seen.belief("fund")[1, late] == pytest.approx(-1)  # at half its weight


@pytest.mark.parametrize(
    ("kind", "fear"),
    [("notice_period", 0.1), ("withdrawal_cap", 0.3), ("redemption_fee", 0.05), ("pro_rata_payout", 0.1)],
)
def test_new_terms_frighten_once_on_their_platform(play: Play, kind: str, fear: float) -> None:
    on = {"media": {}, "fear": {"contagion": 0, "decay": "0 /day", "threshold": 100}}
    seen = play(
        4,
        mechanisms=on,
        variants={"plain": [], "lever": [lever(kind, **{"from": "2 d"})], "mild": [lever(kind, fear=fear / 2)]},
    )
    assert seen.belief("fear")[1] == pytest.approx(fear)
    assert seen.belief("fear")[2] == pytest.approx(fear / 2)
    assert (seen.belief("fear")[0] == 0).all()
    assert (seen.belief("fear", 1) == 0).all()


def test_education_fills_the_missing_literacy(play: Play) -> None:
    view = {"report_weight": "100 %", "noise": 1, "salience": 1}
    at = {"report_interval": "1 d", "report_lag": "0 d", "report_scope": "0.1 %"}
    full = lever("user_education", coverage="100 %", effect="100 %")
    half = lever("user_education", coverage="50 %", effect="100 %")
    on = {"risk_view": view, "health": {"base": 0, "equity": 0, "liquidity": 0}, "trust": {}}
    story = {
        "platforms": {"Harbour": at, "Quay": at},
        "mechanisms": on,
        "variants": {"plain": [], "full": [full], "half": [half]},
    }
    taught = play(0, segment={"literacy": "20 %"}, **story)
    literate = play(0, segment={"literacy": "100 %"}, **story)
    for seen in (taught, literate):
        seen.belief("evidence")[:] = 0.0
        seen.model.post("Harbour", reach=1.0, fund=-1.0)
        seen.step()
    assert np.allclose(taught.belief("evidence")[1], literate.belief("evidence")[0], rtol=1e-5)
    assert np.allclose(taught.belief("evidence")[0], taught.belief("evidence")[1] * 0.9 / 0.5, rtol=1e-4)
    assert np.allclose(taught.belief("evidence")[2], taught.belief("evidence")[1] * 0.7 / 0.5, rtol=1e-4)
    assert (taught.belief("evidence", 1)[1] == taught.belief("evidence", 1)[0]).all()


def test_education_lessens_herding_and_the_pull_of_advertising(play: Play) -> None:
    full = lever("user_education", coverage="100 %", effect="100 %")
    for nudge, runs in ((-0.05, [1, 0]), (0.05, [1, 1])):
        choice = {"calm": nudge - math.log(0.52 / 0.02), "fund": 1, "others": 1}
        on = {"choice": choice, "herding": {"weight": 1, "normal": "0 %", "fading": "0 /day"}}
        seen = play(0, network={"kind": "complete"}, mechanisms=on, variants={"plain": [], "lever": [full]})
        seen.belief("fund")[:, :-1] = -10.0
        assert seen.step(2).gauge("runners")[2, :, 0].tolist() == runs
    advert = [{"kind": "advertising_exposed", "platform": "Harbour", "day": "0 d", "gap": "10 %", "pull": 1}]
    seen = play(1, shocks=advert, mechanisms={"trust": {}, "media": {}}, variants={"plain": [], "lever": [full]})
    assert seen.belief("fund")[:, 0] == pytest.approx([1, 0])


# the desk


def test_service_capacity_works_off_the_backlog(play: Play) -> None:
    at = {"service_capacity": "0.1 /day"}
    desk = {"service_desk": {"calm": "0.2 /day", "alarmed": 0, "patience": "0 /day", "answer": 0}}
    more = lever("service_capacity", capacity="0.5 /day", **{"from": "5 d"})
    seen = play(5, platforms={"Harbour": at, "Quay": at}, mechanisms=desk, variants={"plain": [], "lever": [more]})
    assert seen.gauge("backlog")[-1] == pytest.approx(5.0)  # a day of work more every day
    seen.step()
    assert seen.gauge("backlog")[-1, 1] == pytest.approx([(0.5 + 0.2 - 0.5) / 0.5, 6])
    seen.step(2)
    assert seen.gauge("backlog")[-1, 1, 0] == 0
    assert seen.gauge("backlog")[-1, 0] == pytest.approx(8.0)
