"""Rules for every lever and shock: timing, triggers, order, variants beside each other, and where money goes."""

from __future__ import annotations

import itertools
from typing import get_args

import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, leave, lever

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import Terms
from trustsim.kernels.named import names_of
from trustsim.world.terms import How, Term

ALL = N * EACH
RICH = {"liquid_share": "100 %"}


def test_every_proposed_term_exists() -> None:
    for entry in REGISTRY.group("intervention").values():
        if hasattr(entry.make, "terms"):
            for term in entry.make().terms():
                assert isinstance(term, Term), entry.name
                assert term.name in (*names_of(Terms), *REGISTRY.names("term")), entry.name
                assert term.how in get_args(How), entry.name


LEVERS = [
    {"kind": "guarantee", "cover": "50 %"},
    {"kind": "guarantee", "cover": "90 %", "limit": 100},
    {"kind": "process_friction", "exit": 0.7},
    {"kind": "process_friction", "exit": 0.2, "delay": "2 d"},
    {"kind": "notice_period"},
    {"kind": "official_warning"},
    {"kind": "withdrawal_cap"},
    {"kind": "redemption_fee"},
    {"kind": "disclosure_scope"},
    {"kind": "disclosure_mandate"},
]
BUSY = {
    "choice": {"rule": "logit", "calm": -2, "fund": 0.5},
    "trust": {},
    "media": {"reach": "60 %", "fading": "40 %"},
    "fear": {},
    "risk_view": {},
    "health": {},
    "ordinary": {},
    "herding": {},
    "queue_news": {},
    "switching": {},
    "spillover": {},
}


def test_the_order_of_levers_changes_nothing(play: Play) -> None:
    some = {"investors": {"count": 200}, "mechanisms": BUSY, "network": {"kind": "small_world"}}
    there, back = (play(15, variants={"v": levers}, **some) for levers in (LEVERS, LEVERS[::-1]))
    assert np.array_equal(there.model.history, back.model.history, equal_nan=True)
    assert (there.state.beliefs == back.state.beliefs).all()
    assert (there.state.terms == back.state.terms).all()


def test_a_variant_alone_equals_the_same_beside_others(play: Play) -> None:
    shocks = [
        {"kind": "custodian_theft", "platform": "Harbour", "day": "2 d", "discovery_lag": "2 d"},
        {"kind": "rumour", "platform": "Harbour", "day": "1 d"},
        {"kind": "outage", "platform": "Quay", "day": "6 d"},
        {"kind": "misuse", "platform": "Quay", "audit": "0.1 /day"},
        {"kind": "default_wave", "correlation": "30 %", "day": "8 d"},
    ]
    gate = {"kind": "redemption_gate", "trigger": "15 %", "when": {"indicator": "queue", "above": 0.01, "lag": "1 d"}}
    packages = {"none": [], "all": LEVERS, "back": LEVERS[::-1], "gate": [gate], "few": LEVERS[3:5]}
    story = {"investors": {"count": 300}, "mechanisms": BUSY, "network": {"kind": "small_world"}, "shocks": shocks}
    together = play(25, variants=packages, **story)
    for v, name in enumerate(packages):
        alone = play(25, variants={name: packages[name]}, **story)
        assert np.array_equal(together.model.history[:, :, v], alone.model.history[:, :, 0], equal_nan=True), name
        assert (together.state.beliefs[:, v] == alone.state.beliefs[:, 0]).all(), name


# timing


def test_a_lever_acts_from_its_start_until_its_end(play: Play) -> None:
    for start, until, days in (("0 d", "2 d", [1, 2]), ("3 d", "5 d", [4, 5]), ("2.5 d", "4 d", [4])):
        seen = play(0, variants={"v": [lever("redemption_fee", fee="9 %", **{"from": start, "until": until})]})
        active = [d for d in range(1, 9) if seen.step().term("exit_fee")[0, 0] > 0]
        assert active == days


def test_a_shorter_step_starts_on_the_same_day(play: Play) -> None:
    for step, first in (("1 d", 4), ("12 h", 7), ("6 h", 13)):
        seen = play(
            0,
            step=step,
            horizon="10 d",
            shocks=[{"kind": "default_wave", "platform": "Harbour", "day": "3 d", "share": "10 %"}],
        )
        hit = next(d for d in range(1, 41) if seen.step().book("market")[0, 0] > 0)
        assert hit == first


def test_a_trigger_fires_after_it_lasted_and_with_its_lag_for_good(play: Play) -> None:
    rich = {"Harbour": RICH, "Quay": RICH}
    when = {"indicator": "liquidity", "platform": "Harbour", "below": 0.9}
    for more, first in (({}, 3), ({"lasting": "2 d"}, 4), ({"lag": "3 d"}, 6), ({"lasting": "2 d", "lag": "1 d"}, 5)):
        fee = lever("redemption_fee", fee="9 %", when={**when, **more})
        loss = [{"kind": "custodian_theft", "platform": "Harbour", "day": "1 d", "share": "50 %"}]
        seen = play(0, platforms=rich, shocks=loss, variants={"v": [fee], "w": []})
        active = [d for d in range(1, 12) if seen.step().term("exit_fee")[0, 0] > 0]
        assert active == list(range(first, 12)), more
        assert seen.term("exit_fee")[1, 0] == 0


def test_a_trigger_on_another_platform_or_side_stays_quiet(play: Play) -> None:
    loss = [{"kind": "custodian_theft", "platform": "Harbour", "day": "1 d", "share": "50 %"}]
    for when in ({"platform": "Quay", "below": 0.1}, {"platform": "Harbour", "above": 0.9}):
        fee = lever("redemption_fee", fee="9 %", when={"indicator": "liquidity", **when})
        assert play(8, shocks=loss, variants={"v": [fee]}).term("exit_fee").max() == 0


def test_a_triggered_lever_announces_itself_in_every_variant(play: Play) -> None:
    """The one whose trigger fires weeks later is heard as well."""
    fear = {"fear": {"contagion": 0, "decay": "0 /day", "threshold": 100}, "media": {}}
    cap = lever("withdrawal_cap", fear=0.3, when={"indicator": "liquidity", "platform": "Harbour", "below": 0.9})
    pull = [lever("process_friction", exit=-1, **{"from": start}) for start in ("1 d", "9 d")]
    seen = play(
        14,
        platforms={"Harbour": {"liquid_share": "95 %"}, "Quay": {}},
        mechanisms={**fear, "choice": {"calm": -0.5}},
        variants={"early": [cap, pull[0]], "late": [cap, pull[1]]},
    )
    assert (seen.term("account_cap")[:, 0] < np.inf).all()
    assert seen.belief("fear") == pytest.approx(0.3)


# money


def total_is_constant(seen: object, days: int) -> None:
    before = seen.state.total_money()  # type: ignore[attr-defined]
    for _ in range(days):
        seen.step()  # type: ignore[attr-defined]
        assert (seen.state.total_money() == before).all()  # type: ignore[attr-defined]
        assert (seen.state.claims_gap() == 0).all()  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", sorted(REGISTRY.group("intervention")))
def test_money_is_neither_made_nor_lost_under_a_lever(play: Play, kind: str) -> None:
    shocks = [
        {"kind": "custodian_theft", "platform": "Harbour", "day": "1 d", "discovery_lag": "1 d", "notice_lag": "1 d"},
        {"kind": "misuse", "platform": "Quay", "rate": "0.01 /day", "audit": "0.2 /day"},
        {"kind": "default_wave", "day": "3 d"},
        {"kind": "rumour", "platform": "Harbour", "true_loss": "5 %", "revealed_after": "4 d"},
        {"kind": "outage", "platform": "Quay", "day": "5 d"},
    ]
    live = {
        "kind": "p2p_lending",
        "asset_term": "24 d",
        "asset_yield": "10 %",
        "promised_yield": "5 %",
        "default_rate": "3 %",
        "volatility": "1 %",
        "sale_limit": "10 %",
        "sale_impact": 1,
        "patience": "3 d",
        "segregated_share": "30 %",
    }
    story = {
        "mechanisms": BUSY,
        "shocks": shocks,
        "investors": {"count": 150, "newcomers": 20},
        "platforms": {"Harbour": live, "Quay": live},
    }
    total_is_constant(play(0, variants={"plain": [], "lever": [{"kind": kind}]}, **story), 35)


def test_flows_add_up_to_what_was_paid(play: Play) -> None:
    three = {
        name: {"liquid_share": "60 %", "equity": "0 %", "sale_limit": "5 %"} for name in ("Harbour", "Quay", "Wharf")
    }
    on = {**BUSY, "switching": {"appeal": 0}}
    fees = [{"kind": "redemption_fee", "platform": "Quay", "fee": "3 %"}]
    seen = play(
        30,
        platforms=three,
        mechanisms=on,
        investors={"count": 300, "considered": 3, "newcomers": 50},
        variants={"plain": [], "fee": fees},
    )
    flows = seen.state.flows
    out, into, lost = seen.gauge("outflow").sum(axis=0), seen.gauge("inflow").sum(axis=0), seen.book("lost")
    assert (flows[:, :3].sum(axis=2) + lost == out).all()
    assert out.min() > 0
    joined = into - flows[:, :3, :3].sum(axis=1)
    assert (joined >= 0).all()
    assert joined.sum() > 0
    assert (np.diagonal(flows[:, :3, :3], axis1=1, axis2=2) == 0).all()
    assert lost[0].tolist() == [0, 0, 0]
    assert lost[1, 1] > 0
    assert lost[1, [0, 2]].sum() == 0
    start = seen.gauge("claims_at_start")[0]
    assert (seen.book("claims") == start - out + into).all()


def test_locked_balances_are_free_only_at_maturity(play: Play) -> None:
    locked = {**RICH, "locked_share": "60 %", "lock_term": "10 d"}
    seen = play(1, platforms={"Harbour": locked, "Quay": locked}, mechanisms=READY, variants={"run": [leave()]})
    phase = (seen.state.accounts.phase[:N] * 10) >> 32
    matures = np.where(phase == 0, 10, phase)
    free = np.where(matures == 1, 0, EACH * 6 // 10)
    assert (seen.balance()[0] == free).all()
    for day in range(2, 12):
        seen.step()
        assert (seen.balance()[0] == np.where(matures <= day, 0, free)).all(), day
    assert (seen.balance(1)[0] == EACH).all()


def test_a_part_is_locked_again_for_who_stays(play: Play) -> None:
    """Who asks after the day of maturity has to wait for the next one."""
    locked = {**RICH, "locked_share": "100 %", "lock_term": "5 d"}
    seen = play(0, platforms={"Harbour": locked, "Quay": {}}, mechanisms=READY, variants={"run": [leave("7 d")]})
    phase = (seen.state.accounts.phase[:N] * 5) >> 32
    seen.step(8)
    first = np.array([next(d for d in range(8, 14) if d % 5 == f) for f in phase])
    assert (seen.balance()[0] == np.where(first == 8, 0, EACH)).all()
    for day in range(9, 14):
        seen.step()
        waits = first > day
        assert (seen.balance()[0][waits] == EACH).all()


def test_platforms_of_one_market_push_down_each_others_price(play: Play) -> None:
    at = {"liquid_share": "0 %", "equity": "0 %", "sale_impact": 1, "sale_limit": "10 %"}
    for market, falls in (("loans", True), ("", False)):
        both = {"Harbour": {**at, "asset_market": market}, "Quay": {**at, "asset_market": market}}
        seen = play(1, platforms=both, mechanisms=READY, variants={"run": [leave()]})
        price = seen.gauge("price")[1, 0]
        assert (price[1] < 1) == falls
        assert price[0] < 1
        assert seen.gauge("sold")[1, 0, 1] == 0
        assert seen.gauge("sold")[1, 0, 0] == pytest.approx(0.1 * ALL, rel=1e-3)


def test_a_sale_pays_what_the_price_leaves(play: Play) -> None:
    """A tenth of all assets at impact 1: the price is exp(−0.1), or exp(−0.05) where the market is twice as deep."""
    at = {"liquid_share": "0 %", "equity": "0 %", "sale_impact": 1, "sale_limit": "10 %"}
    seen = play(1, platforms={"Harbour": at, "Quay": at}, mechanisms=READY, variants={"run": [leave()]})
    assert seen.gauge("price")[1, 0, 0] == pytest.approx(np.exp(-0.1), rel=1e-3)
    assert seen.gauge("outflow")[1, 0, 0] == pytest.approx(0.1 * ALL * np.exp(-0.1), rel=2e-3)
    assert seen.gauge("sale_loss")[1, 0, 0] == pytest.approx(0.1 * ALL * (1 - np.exp(-0.1)), rel=2e-3)


def test_a_gate_or_an_outage_is_no_arrears_but_a_queue_is(play: Play) -> None:
    poor = {"liquid_share": "0 %", "equity": "-100 %", "patience": "3 d"}
    seen = play(6, platforms={"Harbour": poor, "Quay": {}}, mechanisms=READY, variants={"run": [leave()]})
    assert np.flatnonzero(seen.gauge("status")[:, 0, 0] == 3).tolist() == [4, 5, 6]  # unpaid for more than three days
    out = [{"kind": "outage", "platform": "Harbour", "day": "0 d", "days": "6 d"}]
    assert (
        play(
            6, platforms={"Harbour": poor, "Quay": {}}, shocks=out, mechanisms=READY, variants={"run": [leave()]}
        ).gauge("status")[-1, 0, 0]
        == 1
    )


def test_pairs_of_levers_do_not_depend_on_which_came_first(play: Play) -> None:
    kinds = sorted(REGISTRY.group("intervention"))
    pairs = list(itertools.combinations(kinds, 2))[::9]
    both = {f"{a} {b}": [{"kind": a}, {"kind": b}] for a, b in pairs}
    turned = {name: parts[::-1] for name, parts in both.items()}
    there, back = (play(3, variants=v).state.terms for v in (both, turned))
    assert (there == back).all()
