"""Every shock alone: what it takes, when it is told, and that it strikes its platform only."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, leave, lever

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import Gauges
from trustsim.kernels.named import row_of

ALL = N * EACH


def shock(kind: str, day: int = 0, platform: str = "Harbour", **settings: object) -> dict[str, object]:
    return {"kind": kind, "platform": platform, "day": f"{day} d", **settings}


HEARD = {
    "trust": {},
    "media": {},
    "fear": {"contagion": 0, "decay": "0 /day", "threshold": 100},
    "risk_view": {"salience": 1, "noise": 0},
}


# theft


def test_theft_takes_its_share_of_the_claims(play: Play) -> None:
    """Claims of 1,000,000 in major units are 50,000 for each of 20: a share of 8 % leaves 80,000 with the thieves."""
    rich = {"segment": {"wealth": 100_000}}
    seen = play(2, shocks=[shock("custodian_theft", 1, share="8 %")], **rich)
    assert seen.book("claims").tolist() == [[100_000_000, 100_000_000]]
    assert seen.book("thieves")[0] == pytest.approx([8_000_000, 0], abs=1)
    assert seen.gauge("solvency")[:, 0, 0] == pytest.approx([0, 0, -0.08], abs=1e-6)
    assert seen.gauge("reported_solvency")[:, 0, 0] == pytest.approx([0, 0, 0], abs=1e-6)
    assert seen.gauge("hidden_gap")[2, 0, 0] == pytest.approx(0.08, abs=1e-6)


@pytest.mark.parametrize("own_cash", [0, 200, 800, 5000])  # major units; claims are 20,000
@pytest.mark.parametrize("apart", ["0 %", "50 %", "100 %"])
def test_a_theft_of_a_tenth_is_a_tenth_of_the_claims_whatever_cash_the_platform_owns(
    play: Play, own_cash: float, apart: str
) -> None:
    platform = {"Harbour": {"own_cash": own_cash, "segregated_share": apart}, "Quay": {}}
    seen = play(1, shocks=[shock("custodian_theft", share="10 %")], platforms=platform)
    assert seen.book("thieves")[0].tolist() == [ALL // 10, 0]


def test_theft_is_limited_by_the_money_there_and_by_the_keeper(play: Play) -> None:
    seen = play(1, shocks=[shock("custodian_theft", share="50 %")])
    assert seen.book("thieves")[0, 0] == pytest.approx(0.2 * ALL, abs=200)
    factor = REGISTRY["custody", "several_banks"].make.preset["loss_factor"]
    assert 0 < factor < 1
    several = play(
        1,
        shocks=[shock("custodian_theft", share="8 %")],
        platforms={"Harbour": {"custody": "several_banks"}, "Quay": {}},
    )
    assert several.book("thieves")[0, 0] == pytest.approx(factor * 0.08 * ALL, abs=1)
    mandate = lever("custody_mandate", custody="several_banks")
    forced = play(1, shocks=[shock("custodian_theft", share="8 %")], variants={"plain": [], "lever": [mandate]})
    assert forced.book("thieves")[:, 0] == pytest.approx([0.08 * ALL, 0.2 * 0.08 * ALL], abs=1)


def test_theft_is_hidden_then_told_with_a_price_on_waiting(play: Play) -> None:
    theft = shock(
        "custodian_theft", 1, share="5 %", discovery_lag="2 d", notice_lag="3 d", fund=2, integrity=0.5, fear=0.7
    )
    seen = play(6, shocks=[theft], mechanisms=HEARD)
    assert (seen.belief("fund") == 0).all()
    assert (seen.belief("integrity") == 0).all()
    risk = seen.belief("evidence").copy()
    assert seen.gauge("hidden_gap")[-1, 0, 0] == pytest.approx(0.05, abs=1e-4)
    seen.step()
    assert seen.belief("fund") == pytest.approx(-1.0, abs=1e-4)
    assert seen.belief("integrity") == pytest.approx(-1.5)
    assert seen.belief("fear") == pytest.approx(0.7)
    assert seen.belief("evidence") - risk == pytest.approx(0.5, abs=1e-4)
    assert seen.gauge("hidden_gap")[-1, 0, 0] == 0
    assert all((seen.belief(part, 1) == 0).all() for part in ("fund", "integrity", "fear"))
    seen.step(5)
    assert seen.belief("fund") == pytest.approx(-1.0, abs=1e-4)  # told once


def test_a_triggered_theft_strikes_each_variant_on_its_own_day(play: Play) -> None:
    """Beside a variant that is struck earlier, one that is struck later fares as alone."""
    when = {"indicator": "liquidity", "platform": "Harbour", "below": 0.15}
    theft = {
        "kind": "custodian_theft",
        "platform": "Harbour",
        "share": "5 %",
        "discovery_lag": "1 d",
        "notice_lag": "2 d",
        "when": when,
    }
    early = [lever("process_friction", exit=-1, cost=0, **{"from": "1 d", "until": "2 d"})]
    late = [lever("process_friction", exit=-1, cost=0, **{"from": "4 d", "until": "5 d"})]
    few = {"choice": {"calm": -0.5, "fund": 1}}
    story = {"shocks": [theft], "mechanisms": {**HEARD, **few}}

    def told(variants: dict[str, object]) -> np.ndarray:
        seen = play(0, variants=variants, **story)
        seen.belief("fund")[:, 3:] = 10.0
        return seen.step(12).model.history

    both, alone = told({"early": early, "late": late}), told({"late": late})
    assert np.array_equal(both[:, :, 1], alone[:, :, 0], equal_nan=True)
    gap = both[:, row_of(Gauges, "hidden_gap"), :, 0]
    first = [int(np.flatnonzero(gap[:, v])[0]) for v in (0, 1)]
    assert first[1] == first[0] + 3
    assert (gap[-1] == 0).all()


# breach, outage, advertising, defaults


def test_a_breach_moves_no_money(play: Play) -> None:
    breach = shock("data_breach", 1, discovery_lag="1 d", notice_lag="2 d")
    with_it, without = play(6, shocks=[breach], mechanisms=HEARD), play(6, mechanisms=HEARD)
    assert (with_it.state.books == without.state.books).all()
    assert (with_it.state.ladder == without.state.ladder).all()


def test_a_breach_is_told_to_the_exposed_and_to_the_public(play: Play) -> None:
    breach = shock(
        "data_breach",
        1,
        exposed="25 %",
        discovery_lag="1 d",
        notice_lag="2 d",
        direct=3,
        indirect=1,
        integrity=0.5,
        fear=0.4,
    )
    seen = play(4, shocks=[breach], mechanisms=HEARD, investors={"count": 2000})
    assert (seen.belief("info") == 0).all()
    seen.step()
    info = seen.belief("info")[0]
    assert set(np.round(info, 3).tolist()) == {-4.0, -1.0}  # all read of it, the exposed hear it in person as well
    assert (info < -2).mean() == pytest.approx(0.25, abs=0.05)
    assert seen.belief("integrity") == pytest.approx(-1.0)
    assert seen.belief("fear") == pytest.approx(0.4)
    assert (seen.belief("fund") == 0).all()
    assert (seen.belief("info", 1) == 0).all()


def test_an_outage_blocks_payments_on_its_platform_only(play: Play) -> None:
    rich = {"liquid_share": "100 %"}
    out = shock("outage", 0, days="3 d", service=0.5, fear=0.25)
    run = [leave(), leave(platform="Quay")]
    seen = play(
        5, platforms={"Harbour": rich, "Quay": rich}, shocks=[out], mechanisms={**READY, **HEARD}, variants={"run": run}
    )
    assert np.flatnonzero(seen.gauge("outflow")[:, 0, 0]).tolist() == [4]
    assert np.flatnonzero(seen.gauge("outflow")[:, 0, 1]).tolist() == [1]
    assert seen.gauge("queue")[1:, 0, 0] == pytest.approx([1, 1, 1, 0, 0])  # requests pile up
    assert seen.belief("service") == pytest.approx(-1.5)
    assert seen.belief("fear") == pytest.approx(0.75)
    assert (seen.belief("service", 1) == 0).all()
    assert (seen.belief("fear", 1) == 0).all()
    assert seen.gauge("arrears").max() == 0  # an outage is no default


def test_an_outage_ends_early_with_until(play: Play) -> None:
    seen = play(6, shocks=[shock("outage", 1, days="50 d", until="3 d")])
    assert np.flatnonzero(seen.gauge("status")[:, 0, 0]).tolist() == [2, 3]


def test_honest_advertising_is_no_news(play: Play) -> None:
    seen = play(8, shocks=[shock("advertising_exposed", 1, gap="0 %", exposure_lag="3 d")], mechanisms=HEARD)
    quiet = play(8, mechanisms=HEARD)
    assert (seen.state.beliefs == quiet.state.beliefs).all()


def test_advertising_pulls_the_less_literate_and_backfires(play: Play) -> None:
    advert = shock("advertising_exposed", 1, gap="20 %", exposure_lag="3 d", pull=0.5, integrity=2, fear=0.3)
    for literacy in (0.0, 0.5):
        seen = play(2, shocks=[advert], mechanisms=HEARD, segment={"literacy": literacy})
        assert seen.belief("fund") == pytest.approx(1 - literacy)
        before = seen.step(2).belief("evidence").copy()
        seen.step()
        assert seen.belief("integrity") == pytest.approx(-4)
        assert seen.belief("fear") == pytest.approx(0.6)
        assert seen.belief("evidence") - before == pytest.approx(2)
        assert seen.belief("fund") == pytest.approx(1 - literacy - 1.6, abs=1e-5)
        assert (seen.belief("integrity", 1) == 0).all()


def test_a_default_wave_takes_its_share(play: Play) -> None:
    at = {"liquid_share": "0 %", "equity": "0 %"}
    for over, steps in (("1 d", 1), ("4 d", 4)):
        seen = play(0, platforms={"Harbour": at, "Quay": at}, shocks=[shock("default_wave", share="10 %", over=over)])
        seen.step(steps)
        assert seen.assets[0, 0] + seen.book("cash")[0, 0] == pytest.approx(0.9 * ALL, abs=60)
        assert seen.book("market")[0, 0] == pytest.approx(0.1 * ALL, abs=60)
        assert seen.book("market")[0, 1] == 0
        before = seen.assets.copy()
        assert (seen.step(3).assets + seen.book("cash"))[0, 0] == pytest.approx(
            before[0, 0] + seen.book("cash")[0, 0], abs=2000
        )
        assert seen.book("market")[0, 0] == pytest.approx(0.1 * ALL, abs=60)


def test_a_wave_is_told_or_hidden(play: Play) -> None:
    for told in (True, False):
        seen = play(1, shocks=[shock("default_wave", share="10 %", told=told, fund=0.5)], mechanisms=HEARD)
        assert seen.belief("fund") == pytest.approx(-0.4 if told else 0, abs=1e-6)  # assets are 80 % of the claims
        assert (seen.belief("fund", 1) == 0).all()
        assert seen.gauge("hidden_gap")[1, 0, 0] == pytest.approx(0 if told else 0.08, abs=1e-4)


def test_a_wave_hits_platforms_together_and_each_alone(play: Play) -> None:
    def losses(correlation: str, rng: int) -> np.ndarray:
        seen = play(1, rng=rng, shocks=[shock("default_wave", 0, "*", share="10 %", correlation=correlation)])
        return seen.book("market")[0] / (0.8 * ALL)

    assert losses("100 %", 0) == pytest.approx([0.1, 0.1], abs=1e-4)
    own = np.array([losses("0 %", rng) for rng in range(60)])
    assert own.mean(axis=0) == pytest.approx([0.1, 0.1], abs=0.03)  # mean of a uniform on [0, 20 %], 4 standard errors
    assert abs(np.corrcoef(own.T)[0, 1]) < 0.4
    half = np.array([losses("50 %", rng) for rng in range(5)])
    assert half == pytest.approx(0.05 + own[:5] / 2, abs=1e-4)


# misuse


SLY = {"rate": "0.01 /day", "audit": "0 /day"}


def test_segregated_money_cannot_be_misused(play: Play) -> None:
    apart = play(5, shocks=[shock("misuse", **SLY)], platforms={"Harbour": {"segregated_share": "100 %"}, "Quay": {}})
    assert apart.book("thieves").sum() == 0
    half = play(5, shocks=[shock("misuse", **SLY)], platforms={"Harbour": {"segregated_share": "50 %"}, "Quay": {}})
    assert half.book("thieves")[0] == pytest.approx([5 * 0.005 * ALL, 0], rel=1e-3)


def test_misuse_is_hidden_until_it_is_found(play: Play) -> None:
    hidden = play(10, shocks=[shock("misuse", 1, **SLY)], mechanisms=HEARD)
    assert hidden.gauge("solvency")[-1, 0, 0] == pytest.approx(-0.09, abs=1e-3)
    assert hidden.gauge("reported_solvency")[-1, 0, 0] == pytest.approx(0, abs=1e-3)
    assert hidden.gauge("hidden_gap")[-1, 0, 0] == pytest.approx(0.09, abs=1e-3)
    assert (hidden.belief("fund") == 0).all()
    found = play(
        10,
        shocks=[shock("misuse", 1, rate="0.01 /day", audit="1 /day", fund=2, integrity=1.5, fear=0.6)],
        mechanisms=HEARD,
    )
    assert found.book("thieves")[0, 0] == pytest.approx(0.01 * ALL, abs=2)  # found on its first day, and then it ends
    assert found.belief("fund") == pytest.approx(-0.2, abs=1e-3)
    assert found.belief("integrity") == pytest.approx(-1.5)
    assert found.belief("fear") == pytest.approx(0.6)
    assert (found.belief("integrity", 1) == 0).all()
    assert found.gauge("hidden_gap")[2:, 0, 0] == pytest.approx(0, abs=1e-9)


def test_an_audit_a_free_press_and_live_figures_shorten_misuse(play: Play) -> None:
    def found_on(rng: int, press: str, audit: str, levers: list[dict[str, object]]) -> float:
        seen = play(
            40,
            rng=rng,
            shocks=[shock("misuse", rate="0.004 /day", audit=audit)],
            mechanisms={"media": {"discovery": press}, "discovery": {"audit": "0 /day", "records": 0}},
            variants={"v": levers},
        )
        gap = seen.gauge("hidden_gap")[1:, 0, 0]
        return float((gap > 0).sum())

    days = {
        "nobody": [found_on(r, "0 /day", "0 /day", []) for r in range(8)],
        "audit": [found_on(r, "0 /day", "0.2 /day", []) for r in range(8)],
        "press": [found_on(r, "0.2 /day", "0 /day", []) for r in range(8)],
        "live": [found_on(r, "0 /day", "0 /day", [lever("live_transparency", strength="100 %")]) for r in range(8)],
    }
    assert days["nobody"] == [40.0] * 8
    assert all(np.mean(days[how]) < 20 for how in ("audit", "press", "live"))


# rumours


def believers(seen: object) -> np.ndarray:
    """Return bool (variants, investors): who hold evidence that waiting costs."""
    return seen.belief("evidence") > 1.0  # type: ignore[attr-defined]


def from_ring(play: Play, days: int, n: int = 60, **settings: object):  # type: ignore[no-untyped-def]
    story = {"infectiousness": "100 %", "tiring": "0 /day", "seeds": "1 %", "risk": 2, "fear": 0.5, **settings}
    ring = {"kind": "small_world", "mean_degree": 2, "rewire": "0 %"}
    variants = story.pop("variants", {"nothing": []})
    investors = {"count": n, "considered": 2}
    seen = play(0, network=ring, investors=investors, shocks=[shock("rumour", **story)], variants=variants)
    return seen.step(days)


def test_a_rumour_walks_one_link_a_day(play: Play) -> None:
    for days in (1, 4, 9):
        seen = from_ring(play, days)
        who = np.flatnonzero(believers(seen)[0])
        assert len(who) == 1 + 2 * days
        assert seen.belief("evidence")[0, who] == pytest.approx(2)
        assert seen.belief("evidence", 1).max() == 0


def test_a_rumour_stops_with_who_do_not_believe_or_tell(play: Play) -> None:
    assert believers(from_ring(play, 9, infectiousness="0 %")).sum() == 1
    assert believers(from_ring(play, 9, tiring="1 /day")).sum() == 19  # everyone tells for one day
    grid = {"kind": "complete"}
    story = {"infectiousness": "50 %", "tiring": "1 /day", "seeds": "0.1 %", "risk": 2}
    for literacy, share in ((0.0, 0.5), (1.0, 0.25)):
        seen = play(
            0,
            network=grid,
            investors={"count": 1500},
            segment={"literacy": literacy},
            shocks=[shock("rumour", **story)],
        )
        assert believers(seen.step()).mean() == pytest.approx(1 - (1 - share) ** 2, abs=0.06)  # two seeds tell everyone


def test_who_hears_a_forgotten_rumour_again_is_not_alarmed_again(play: Play) -> None:
    """Findings B10: a rumour that is forgotten frightened more than one that is not."""
    keeps = {"fear": {"decay": "0 %/day", "contagion": 0}}
    fears = {}
    for forgetting in ("0 %/day", "60 %/day"):
        story = {"infectiousness": "100 %", "tiring": "0 /day", "risk": 2, "fear": 0.5, "forgetting": forgetting}
        seen = play(0, network={"kind": "complete"}, shocks=[shock("rumour", **story)], mechanisms=keeps)
        seen.step(20)
        fears[forgetting] = seen.belief("fear")[0]
        evidence = seen.belief("evidence")[0]
        assert set(np.round(evidence, 4).tolist()) <= {0.0, 2.0}  # who hears it again believes it again, once
        assert evidence.max() > 1
    assert fears["60 %/day"] == pytest.approx(0.5)
    assert (fears["60 %/day"] == fears["0 %/day"]).all()


def test_a_rumour_starts_with_anyone_with_hubs_or_in_one_neighbourhood(play: Play) -> None:
    net = {"kind": "preferential", "links": 2}
    still = {"infectiousness": "0 %", "seeds": "10 %", "risk": 2}
    seeds = {}
    for where in ("random", "hubs", "community"):
        seen = play(0, network=net, investors={"count": 100}, shocks=[shock("rumour", where=where, **still)])
        seen.step()
        seeds[where] = np.flatnonzero(believers(seen)[0])
        network = seen.state.network
    degree = np.asarray(network.degree)
    assert [len(s) for s in seeds.values()] == [10, 10, 10]
    assert degree[seeds["hubs"]].min() >= np.sort(degree)[-10]
    graph = nx.Graph(
        (i, int(j)) for i in range(100) for j in network.neighbours[network.indptr[i] : network.indptr[i + 1]]
    )
    assert nx.is_connected(graph.subgraph(seeds["community"].tolist()))
    assert not nx.is_connected(graph.subgraph(seeds["random"].tolist()))
    assert len(set(seeds["random"]) & set(seeds["hubs"])) < 6


def test_media_can_broadcast_a_rumour(play: Play) -> None:
    seen = from_ring(play, 1, n=2000, infectiousness="0 %", seeds="0.01 %", broadcast="30 %")
    assert believers(seen).mean() == pytest.approx(0.3, abs=0.05)


def test_a_perfect_rebuttal_leaves_no_believer(play: Play) -> None:
    perfect = {"reach": "100 %", "credibility": "100 %"}
    variants = {
        "none": [],
        "day 3": [lever("rumour_rebuttal", lag="3 d", **perfect)],
        "at once": [lever("rumour_rebuttal", lag="0 d", **perfect)],
        "unheard": [lever("rumour_rebuttal", lag="3 d", reach="0 %")],
        "elsewhere": [{**lever("rumour_rebuttal", lag="0 d", **perfect), "platform": "Quay"}],
    }
    seen = from_ring(play, 3, variants=variants)
    assert believers(seen).sum(axis=1).tolist() == [7, 7, 0, 7, 7]
    seen.step()
    assert believers(seen).sum(axis=1).tolist() == [9, 0, 0, 9, 9]
    seen.step(10)
    assert believers(seen).sum(axis=1).tolist() == [29, 0, 0, 29, 29]


def test_a_rebuttal_takes_back_the_risk_and_leaves_the_fear(play: Play) -> None:
    answer = lever("rumour_rebuttal", lag="2 d", reach="100 %", credibility="100 %")
    story = {"infectiousness": "100 %", "tiring": "0 /day", "seeds": "1 %", "risk": 2, "fear": 0.5}
    calm = {"fear": {"contagion": 0, "decay": "0 /day", "threshold": 100}}
    seen = play(
        6, network={"kind": "complete"}, mechanisms=calm, shocks=[shock("rumour", **story)], variants={"v": [answer]}
    )
    assert seen.belief("evidence") == pytest.approx(seen.belief("evidence", 1)[0, 0])
    assert seen.belief("fear") == pytest.approx(0.5)


def test_a_believer_is_put_right_with_reach_times_credibility_a_day(play: Play) -> None:
    answer = lever("rumour_rebuttal", lag="2 d", reach="50 %", credibility="60 %")
    story = {"infectiousness": "0 %", "tiring": "0 /day", "seeds": "100 %", "risk": 2}
    seen = play(0, investors={"count": 4000}, shocks=[shock("rumour", **story)], variants={"v": [answer]})
    shares = [float(believers(seen.step()).mean()) for _ in range(5)]
    assert shares == pytest.approx([1, 1, 0.7, 0.49, 0.343], abs=0.035)


def test_a_true_rumour_shows_and_a_rebuttal_of_it_costs_twice(play: Play) -> None:
    true = shock("rumour", true_loss="10 %", revealed_after="5 d", seeds="1 %", infectiousness="0 %")
    variants = {
        "plain": [],
        "denied": [lever("rumour_rebuttal", lag="1 d", reach="100 %", credibility="100 %")],
        "in part": [lever("rumour_rebuttal", lag="3 d", reach="50 %", credibility="60 %")],
        "too late": [lever("rumour_rebuttal", lag="30 d")],
    }
    seen = play(5, shocks=[true], mechanisms=HEARD, variants=variants)
    assert seen.gauge("solvency")[1:, 0, 0] == pytest.approx(-0.08, abs=1e-3)
    assert seen.gauge("hidden_gap")[1:6, 0, 0] == pytest.approx(0.08, abs=1e-3)
    assert (seen.belief("integrity") == 0).all()
    seen.step()
    assert seen.gauge("hidden_gap")[6, :, 0].tolist() == [0, 0, 0, 0]
    loss = seen.belief("integrity")[:, 0]
    assert loss[1] == pytest.approx(2 * loss[0])
    assert loss[2] == pytest.approx((2 - 0.7**2) * loss[0])  # 51 % put right within two days
    assert loss[3] == loss[0] < 0
    assert seen.belief("fund")[:, 0] == pytest.approx(-6 * 0.08, abs=1e-3)
    false = play(8, shocks=[{**true, "true_loss": "0 %"}], mechanisms=HEARD)
    assert (false.belief("integrity") == 0).all()
    assert false.gauge("solvency")[-1, 0, 0] == pytest.approx(0, abs=1e-9)


def test_a_rumour_adds_no_more_than_beliefs_hold_and_takes_back_what_it_has_added(play: Play) -> None:
    told = {"kind": "rumour", "platform": "Harbour", "risk": 20, "seeds": "100 %", "fear": 0}
    rebuttal = {
        "kind": "rumour_rebuttal",
        "platform": "Harbour",
        "lag": "3 d",
        "reach": "100 %",
        "credibility": "100 %",
        "cost": 0,
    }
    seen = play(2, shocks=[told], mechanisms={"risk_view": {}}, variants={"nothing": [], "rebutted": [rebuttal]})
    assert seen.belief("evidence") == pytest.approx(12)
    assert seen.step(8).belief("evidence")[1] == pytest.approx(0, abs=1e-5)
