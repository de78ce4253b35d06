"""How investors feel, believe and choose: each rule alone, against the number that its docstring names."""

from __future__ import annotations

import math

import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, leave, lever

from trustsim.kernels.choose import logarithm
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Gauges, Traits
from trustsim.kernels.named import row_of

LOGIT = {"choice": {"rule": "logit", "calm": -1}}
BACK = {"service": 0, "info": 0, "trust": 0, "tenure": 0}


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def test_the_choice_is_a_logit(play: Play) -> None:
    many = {"count": 20_000, "second_platform": "0 %", "considered": 1}
    seen = play(1, platforms={"Harbour": {}}, investors=many, mechanisms=LOGIT)
    assert seen.gauge("runners")[1, 0, 0] / 20_000 == pytest.approx(
        logistic(-1), abs=0.01
    )  # five standard deviations: 0.016


def test_the_choice_weighs_trust_and_yield(play: Play) -> None:
    """Prior trust 50 % is 0 log-odds; a point on every other term moves the logit by its weight."""
    many = {"count": 20_000, "second_platform": "0 %", "considered": 1}
    choice = {"choice": {"rule": "logit", "calm": 0, "fund": 1, "pays_yield": 10, "segregation": "50 %"}}
    for segment, platform, x in (
        ({"prior_trust": "75 %"}, {}, -math.log(3)),
        ({}, {"promised_yield": "10 %"}, -1.0),
        ({}, {"segregated_share": "100 %", "liquid_share": "40 %", "custody": "none"}, math.log(1 - 0.5 * 0.4)),
        ({}, {"exit_friction": 0.7}, -0.7),
    ):
        seen = play(1, platforms={"Harbour": platform}, segment=segment, investors=many, mechanisms=choice)
        assert seen.gauge("runners")[1, 0, 0] / 20_000 == pytest.approx(logistic(x), abs=0.016)


def test_only_the_attentive_choose_and_fear_wakes_the_others(play: Play) -> None:
    asleep = {"attention": "25 %"}
    many = {"count": 4000, "second_platform": "0 %", "considered": 1}
    awake = {"choice": {"calm": 50}}
    calm = play(1, platforms={"Harbour": {}}, segment=asleep, investors=many, mechanisms=awake)
    assert calm.gauge("runners")[1, 0, 0] / 4000 == pytest.approx(0.25, abs=0.03)
    afraid = play(
        0,
        platforms={"Harbour": {}},
        segment=asleep,
        investors=many,
        mechanisms={**awake, "fear": {"attention": 2, "decay": "0 /day"}},
    )
    afraid.belief("fear")[:] = 0.5
    afraid.step()
    assert afraid.gauge("runners")[1, 0, 0] / 4000 == pytest.approx(0.5, abs=0.04)


def test_a_run_takes_half_with_the_chance_of_a_part(play: Play) -> None:
    seen = play(1, mechanisms={"choice": {"calm": 50, "part": "100 %"}})
    assert seen.gauge("requests")[1, 0, 0] == N * EACH / 2


def test_fear_fades_by_resilience(play: Play) -> None:
    fear = {"fear": {"contagion": 0, "decay": "0.3 /day", "threshold": 100}}
    for resilience in (0.0, 0.5, 1.0):
        seen = play(0, segment={"resilience": resilience}, mechanisms=fear)
        seen.belief("fear")[:] = 1.0
        seen.step()
        assert seen.belief("fear") == pytest.approx(1 - 0.3 * (0.5 + resilience), abs=1e-6)


def test_an_alarm_frightens_every_neighbour_once(play: Play) -> None:
    """In a complete network one alarmed person adds contagion · (1½ − resilience) to the others, on its platform."""
    story = {
        "network": {"kind": "complete"},
        "mechanisms": {"fear": {"contagion": 0.1, "decay": "0 /day", "threshold": 1}},
    }
    for resilience, alarm in ((0.0, 0.5), (0.5, 1.0)):
        seen = play(0, segment={"resilience": resilience}, **story)
        seen.belief("fear")[0, 0] = alarm + 0.01
        seen.step()
        assert seen.belief("fear")[0, 1:] == pytest.approx(0.1 * (1.5 - resilience), abs=1e-6)
        assert (seen.belief("fear", 1) == 0).all()
        seen.step()
        assert seen.belief("fear")[0, 1:] == pytest.approx(0.1 * (1.5 - resilience), abs=1e-6)


def test_who_is_calm_again_at_half_the_threshold_can_alarm_anew(play: Play) -> None:
    seen = play(0, mechanisms={"fear": {"contagion": 0, "decay": "0.3 /day", "threshold": 1}})
    seen.belief("fear")[:] = 1.01
    counts = [int(seen.step().gauge("alarms")[-1, 0, 0]) for _ in range(3)]
    assert counts == [0, 0, 0]  # it faded to 0.7 before anyone looked
    seen.belief("fear")[:] = 2.0
    assert [int(seen.step().gauge("alarms")[-1, 0, 0]) for _ in range(5)] == [N, 0, 0, 0, 0]
    seen.belief("fear")[:] = 2.0
    assert int(seen.step().gauge("alarms")[-1, 0, 0]) == N


def test_fear_heeds_what_was_heard_lately_and_blinds_to_reports(play: Play) -> None:
    fear = {"fear": {"heed": 0.5, "blinding": "50 %", "decay": "0 /day", "contagion": 0, "threshold": 100}}
    for calm, runs in ((-1.99, True), (-2.01, False)):  # 1½ times 1 of evidence, and half of 1 of risk
        seen = play(0, mechanisms={"choice": {"calm": calm, "risk": 1}, "risk_view": {}, **fear})
        for belief in ("fear", "evidence", "risk"):
            seen.belief(belief)[:] = 1.0
        assert (seen.step().gauge("runners")[1, 0, 0] == N) == runs


def test_fear_alone_makes_nobody_run(play: Play) -> None:
    fear = {"fear": {"decay": "0 /day", "contagion": 0, "threshold": 100}}
    seen = play(0, mechanisms={"choice": {"calm": -0.01}, "risk_view": {}, **fear})
    seen.belief("fear")[:] = 8.0
    assert seen.step(3).gauge("runners")[:, 0, 0].sum() == 0


def beyond_calm(exposure: float, heeds: float = 1.0, normal: float = 0.1, queue: float = 0.0) -> float:
    """E-folds of the share of others expected to leave, with a fiftieth that may leave unseen."""
    return math.log((heeds * exposure + queue + 0.02) / (heeds * normal + 0.02))


def test_herding_adds_its_weight(play: Play) -> None:
    """All neighbours but the last one leave Harbour on day 1; it leaves on day 2 if their exposure is enough."""
    herding = {"weight": 1, "normal": "10 %", "fading": "0 /day", "degree_exponent": 1}
    for nudge, follows in ((0.02, True), (-0.02, False)):
        for watched in (100, 50):
            story = {
                "network": {"kind": "complete"},
                "mechanisms": {
                    "choice": {"calm": -2 * beyond_calm(1.0) + nudge, "fund": 1, "others": 2},
                    "herding": {**herding, "observed": f"{watched} %"},
                },
            }
            seen = play(0, **story)
            seen.belief("fund")[0, :-1] = -10.0
            seen.step(2)
            assert list(seen.gauge("runners")[1:, 0, 0]) == [N - 1, float(follows and watched == 100)]
            assert (seen.gauge("runners")[:, 0, 1] == 0).all()
            assert seen.belief("seen")[0, -1] == pytest.approx((N - 1) * watched / 100)


@pytest.mark.parametrize(
    ("segment", "fading", "exposure", "heeds"),
    [
        ({}, 0.25, 0.75, 1.0),
        ({"literacy": "100 %"}, 0.0, 1.0, 0.5),
        ({"herding": 3}, 0.0, 1.0, 3.0),
    ],
)
def test_the_memory_of_leavers_fades_and_literacy_weighs_it(
    play: Play, segment: dict[str, object], fading: float, exposure: float, heeds: float
) -> None:
    x = beyond_calm(exposure, heeds, 0.0)
    for nudge, follows in ((0.06, True), (-0.06, False)):
        on = {
            "choice": {"calm": -x + nudge, "fund": 1, "others": 1},
            "herding": {"weight": 1, "normal": "0 %", "fading": f"{fading} /day", "degree_exponent": 1},
        }
        seen = play(0, segment=segment, mechanisms=on, network={"kind": "complete"})
        seen.belief("fund")[0, :-1] = -10.0
        assert (seen.step(2).gauge("runners")[2, 0, 0] == 1) == follows


def test_the_logarithm_of_the_pass_rises_and_is_near_the_true_one() -> None:
    x = np.exp(np.linspace(-5, 5, 2001)).astype(np.float32)
    found = np.array([logarithm(each) for each in x])
    assert (np.diff(found) > 0).all()
    assert np.abs(found - np.log(x)).max() < 0.06
    assert np.abs(found - np.log(x))[400:1601].max() < 0.006  # from e⁻³ to e³


def test_the_logarithm_of_the_pass_ends_at_twelve_either_way() -> None:
    """As docs/model.md says: where the logarithm has no end it goes to 12, and is the formula that stands there."""
    assert logarithm(np.float32(0)) == -12
    assert 11.9 < logarithm(np.float32(1e38)) <= 12
    q = np.exp(np.linspace(-20, 20, 401))
    formula = 12 * (np.sqrt(q) - 1) / (np.sqrt(q) + 4 * q**0.25 + 1)
    assert [logarithm(np.float32(each)) for each in q] == pytest.approx(formula, abs=1e-4)


def test_who_stays_once_stays_until_more_speaks_for_leaving(play: Play) -> None:
    """One draw lasts: with no news only those leave whose days with that draw are over, a thirtieth of them a day."""
    many = {"count": 20_000, "second_platform": "0 %", "considered": 1}
    on = {"choice": {"rule": "logit", "calm": -1, "lasting": "30 d"}}
    seen = play(6, platforms={"Harbour": {}}, investors=many, mechanisms=on)
    ran = seen.gauge("runners")[1:, 0, 0] / 20_000
    assert ran[0] == pytest.approx(logistic(-1), abs=0.016)
    stays = 1 - logistic(-1)
    assert ran[1:] == pytest.approx(stays * logistic(-1) / 30, abs=0.004)  # five standard deviations


def test_cash_and_a_line_speak_against_running(play: Play) -> None:
    """log-odds against, per e-fold of cash, line and what is raised by who has none, over the usual fifth and that."""
    line = lever("credit_line", size="18 %")
    stories = (
        ("20 %", [], 0.2, 0.02),
        ("5 %", [], 0.05, 0.02),
        ("5 %", [line], 0.23, 0.02),
        ("5 %", [line], 0.23, 0.1),
    )
    for liquid, levers, cash, some in stories:
        x = -math.log((cash + some) / (0.2 + some))
        weights = {"cash": "100 %", "others": 1, "usual_cash": "20 %", "some_cash": some}
        for nudge, runs in ((0.01, True), (-0.01, False)):
            on = {"choice": {"calm": nudge - x, **weights}}
            story = {"platforms": {"Harbour": {"liquid_share": liquid}}, "variants": {"one": levers}}
            seen = play(1, mechanisms=on, investors={"second_platform": "0 %", "considered": 1}, **story)
            assert (seen.gauge("runners")[1, 0, 0] == N) == runs


def test_payments_that_fail_show_that_the_cash_is_gone(play: Play) -> None:
    """16 of 20 ask on day 1 for four times what is there. Three quarters of what was due stay unpaid, four fifths of
    that is seen, so six tenths of the cash of the last report are taken to be gone; half as much with half of
    ``unpaid``."""
    alone = {"investors": {"second_platform": "0 %", "considered": 1}}
    for part in (1.0, 0.5):
        m = 0.2 * (1 - 0.6 * part)
        x = -math.log((m + 0.02) / 0.22)
        weights = {"cash": "100 %", "others": 1, "usual_cash": "20 %", "some_cash": "2 %", "unpaid": part, "fund": 5}
        for nudge, runs in ((0.01, True), (-0.01, False)):
            choice = {"choice": {"calm": nudge - x, **weights}}
            seen = play(
                0, mechanisms=choice, platforms={"Harbour": {"liquid_share": "20 %", "visibility": "80 %"}}, **alone
            )
            seen.belief("fund")[0, :16] = -12.0
            seen.belief("fund")[0, 16:] = 0.0
            assert seen.step(2).gauge("runners")[1:, 0, 0].tolist() == [16, 4 * runs]


def test_of_a_guarantee_that_has_stood_a_share_of_the_illiterate_do_not_know(play: Play) -> None:
    """At a literacy of a quarter a quarter knows of a guarantee that stood from day 1, and all know of one that comes,
    is raised or has been raised for a day; that it is cut tells nobody of it; education by three fifths makes seven
    tenths of a quarter."""
    full = {
        "kind": "guarantee",
        "platform": "Harbour",
        "limit": 1e6,
        "credibility": "100 %",
        "cost": 0,
        "cover": "80 %",
    }
    half, taught = (
        {**full, "cover": "40 %"},
        {"kind": "user_education", "coverage": "100 %", "effect": "60 %", "cost": 0},
    )
    stories = {
        "stood": ([full], 15), "new": ([{**full, "from": "2 d"}], 0), "raised": ([half, {**full, "from": "2 d"}], 0),
        "raised for a day": ([{**full, "until": "1 d"}, {**full, "cover": "90 %", "from": "1 d", "until": "2 d"},
                              {**full, "from": "2 d"}], 0),
        "cut": ([full, {**full, "credibility": "95 %", "from": "1 d"}], 15),
        "taught": ([full, taught], 6),
    }  # fmt: skip
    choice = {"choice": {"calm": 0.8, "uninformed": "100 %", "fund": 5}}  # who knows is at 0.8 − 1.6
    for name, (levers, runs) in stories.items():
        seen = play(0, mechanisms=choice, segment={"literacy": "25 %"}, variants={"one": levers})
        seen.state.traits[Traits.AWARE] = (np.arange(seen.state.traits.shape[-1]) % N + 0.5) / N
        seen.belief("fund")[0] = 12.0
        seen.step(2)
        seen.belief("fund")[0] = 0.0
        found = seen.step().gauge("runners")[:, 0, 0].tolist()
        assert found == [0, 0, 0, runs], name


def test_the_cash_of_a_variant_speaks_for_it_whether_it_is_set_or_added(play: Play) -> None:
    """Each platform is known by its own cash: that of the baseline, that of a variant, and what the owners put in."""
    weights = {"cash": "100 %", "others": 1, "usual_cash": "20 %", "some_cash": "2 %", "calm": 0}
    variants = {
        "as it is": [],
        "rich": [{"set": {"platforms.Harbour.liquid_share": "60 %"}}],
        "owners": [{"set": {"platforms.Harbour.own_cash": 0.4 * N * EACH / 100}}],
    }
    platforms = {"Harbour": {"liquid_share": "20 %"}, "Quay": {}}
    seen = play(1, platforms=platforms, mechanisms={"choice": weights}, variants=variants)
    speaks = seen.state.weights[:, 0, Weights.CALM] + seen.state.weights[:, 0, Weights.STATE]
    assert speaks - speaks[0] == pytest.approx([0, -math.log(0.62 / 0.22), -math.log(0.62 / 0.22)], abs=1e-3)


def test_bad_news_counts_in_full_and_good_news_by_less(play: Play) -> None:
    news = {
        "variants": {
            "nothing": [],
            "warned": [lever("official_warning", strength=4, reach="100 %", fading="100 %", cost=0)],
        }
    }
    still = play(1, mechanisms={"trust": {}}, **news)
    assert still.belief("fund")[1] == pytest.approx(-2.0)
    assert (still.belief("fund")[0] == 0).all()
    assert (still.belief("fund", 1) == 0).all()
    mends = play(1, mechanisms={"trust": {"repair": "0.05 /day"}}, **news)
    start = mends.belief("fund")[1].copy()
    assert start == pytest.approx(-2.0 * 0.95)
    mends.step(round(math.log(2) / -math.log(0.95)))
    assert mends.belief("fund")[1] == pytest.approx(start / 2, rel=0.03)
    praised = play(0, mechanisms={"trust": {"good_news": "40 %"}})
    praised.model.post("Harbour", reach=1.0, fund=2.0)
    assert praised.step().belief("fund") == pytest.approx(0.8)


def test_scars_stay_and_weigh_later_bad_news(play: Play) -> None:
    seen = play(0, mechanisms={"trust": {"scarring": "25 %", "scar_bad": 2, "repair": "0 /day"}})
    seen.model.post("Harbour", reach=1.0, integrity=-2.0)
    assert seen.step().belief("scar") == pytest.approx(0.5)
    seen.model.post("Harbour", reach=1.0, integrity=-1.0)
    assert seen.step().belief("integrity") == pytest.approx(-2 - (1 + 2 * 0.5))
    mended = play(0, mechanisms={"trust": {"scarring": "25 %", "repair": "0.5 /day"}})
    mended.model.post("Harbour", reach=1.0, fund=-2.0)
    assert mended.step(60).belief("fund") == pytest.approx(-0.5, abs=1e-4)  # comes back to the prior less the scar
    assert (mended.belief("fund", 1) == 0).all()


def test_trust_is_the_weighted_mix_of_its_parts(play: Play) -> None:
    mix = {"fund": "10 %", "integrity": "20 %", "info": "30 %", "service": "40 %"}
    for part, weight in (("fund", 0.1), ("integrity", 0.2), ("info", 0.3), ("service", 0.4)):
        seen = play(0, mechanisms={"trust": mix})
        seen.belief(part)[:] = 2.0
        assert seen.step().gauge("trust")[1, 0, 0] == pytest.approx(logistic(2 * weight), abs=0.003)
        assert seen.gauge("trust")[1, 0, 1] == pytest.approx(0.5, abs=0.003)


def test_privacy_weighs_news_about_personal_data(play: Play) -> None:
    seen = play(0, segment={"privacy": 2}, mechanisms={"trust": {}})
    seen.model.post("Harbour", reach=1.0, info=-1.0, fund=-1.0)
    seen.step()
    assert seen.belief("info") == pytest.approx(-2.0)
    assert seen.belief("fund") == pytest.approx(-1.0)


@pytest.mark.parametrize("wanted", [0.02, 0.2])
def test_ordinary_leaving_has_its_rate(play: Play, wanted: float) -> None:
    many = {"count": 20_000, "second_platform": "0 %", "considered": 1}
    seen = play(
        1, platforms={"Harbour": {}}, investors=many, mechanisms={"ordinary": {**BACK, "leave": f"{wanted} /day"}}
    )
    assert seen.gauge("leavers")[1, 0, 0] / 20_000 == pytest.approx(wanted, rel=0.12)
    assert seen.gauge("runners")[1, 0, 0] == 0
    spread = play(
        1,
        platforms={"Harbour": {}},
        investors=many,
        segment={"tenure": "exponential(500 d)"},
        mechanisms={"ordinary": {**BACK, "tenure": 0.3, "leave": f"{wanted} /day"}},
    )
    assert spread.gauge("leavers")[1, 0, 0] / 20_000 == pytest.approx(
        wanted, rel=0.12
    )  # tenure moves who leaves, not how many


def test_lost_trust_in_service_and_data_safety_raises_ordinary_leaving(play: Play) -> None:
    many = {"count": 20_000, "second_platform": "0 %", "considered": 1}
    for part in ("service", "info"):
        seen = play(
            0,
            platforms={"Harbour": {}},
            investors=many,
            mechanisms={"ordinary": {**BACK, part: 1, "leave": "0.1 /day"}},
        )
        seen.belief(part)[:] = -1.0
        assert seen.step().gauge("leavers")[1, 0, 0] / 20_000 == pytest.approx(logistic(math.log(1 / 9) + 1), rel=0.05)


def test_newcomers_join_when_trust_is_there(play: Play) -> None:
    more = {"count": 2000, "newcomers": 2000, "second_platform": "0 %", "considered": 1}
    story = {"platforms": {"Harbour": {}}, "investors": more}
    seen = play(1, mechanisms={"ordinary": {**BACK, "join": "0.2 /day", "leave": "1e-9 /day"}}, **story)
    joined = seen.gauge("joiners")[1, 0, 0]
    assert joined / 2000 == pytest.approx(0.2, abs=0.045)
    assert seen.gauge("inflow")[1, 0, 0] == joined * 2 * EACH
    assert seen.book("claims")[0, 0] == (2000 + joined) * 2 * EACH
    wary = play(0, mechanisms={"ordinary": {**BACK, "trust": 1, "join": "0.2 /day"}}, **story)
    wary.belief("integrity")[:] = -1.0
    assert wary.step().gauge("joiners")[1, 0, 0] / 2000 == pytest.approx(logistic(math.log(0.25) - 1), abs=0.03)


def test_who_left_can_come_back(play: Play) -> None:
    seen = play(
        20,
        mechanisms={"ordinary": {**BACK, "leave": "0.3 /day", "join": "0.3 /day"}},
        platforms={"Harbour": {"liquid_share": "100 %"}},
    )
    assert seen.gauge("joiners")[:, 0, 0].sum() > 0
    assert seen.gauge("leavers")[:, 0, 0].sum() > seen.gauge("joiners")[:, 0, 0].sum()


def test_half_switch_when_nothing_speaks_for_either(play: Play) -> None:
    many = {"count": 4000}
    nothing = {"appeal": 0, "trust": 0, "pays_yield": 0, "fear": 0}
    rich = {"Harbour": {"liquid_share": "100 %"}, "Quay": {}}
    seen = play(
        1, platforms=rich, investors=many, mechanisms={**READY, "switching": nothing}, variants={"run": [leave()]}
    )
    paid = seen.gauge("outflow")[1, 0, 0]
    assert paid == 4000 * EACH
    assert seen.gauge("inflow")[1, 0, 1] / paid == pytest.approx(0.5, abs=0.04)
    assert seen.state.flows[0, 0].sum() == paid
    assert seen.state.flows[0, 0, 1] == seen.gauge("inflow")[1, 0, 1]


@pytest.mark.parametrize(
    ("weight", "setup", "utility"),
    [
        ({"appeal": 1}, {}, 1.0),
        ({"trust": 1}, {"integrity": 1.0}, 1.0),
        ({"pays_yield": 10}, {"promised_yield": "10 %"}, 1.0),
        ({"fear": 1}, {"fear": 1.0}, -1.0),
        ({}, {"entry_friction": 1.0}, -1.0),
    ],
)
def test_switching_weighs_what_it_says(
    play: Play, weight: dict[str, float], setup: dict[str, object], utility: float
) -> None:
    how = {"appeal": 0, "trust": 0, "pays_yield": 0, "fear": 0, **weight}
    beliefs = {k: v for k, v in setup.items() if k in ("integrity", "fear")}
    quay = {k: v for k, v in setup.items() if k not in beliefs}
    fear = {"fear": {"decay": "0 /day", "contagion": 0, "threshold": 100}}
    seen = play(
        0, platforms={"Harbour": {"liquid_share": "100 %"}, "Quay": quay}, investors={"count": 4000},
        mechanisms={**READY, **fear, "switching": how}, variants={"run": [leave()]},
    )  # fmt: skip
    for name, value in beliefs.items():
        seen.belief(name, 1)[:] = value
    seen.step()
    assert seen.state.flows[0, 0, 1] / seen.state.flows[0, 0].sum() == pytest.approx(logistic(utility), abs=0.04)


def test_money_flows_to_no_platform_that_does_not_pay(play: Play) -> None:
    sure = {"appeal": 50, "trust": 0, "pays_yield": 0, "fear": 0}
    shocks = [{"kind": "outage", "platform": "Quay", "day": "0 d"}]
    for struck, arrives in ((shocks, 0), ([], N * EACH)):
        seen = play(
            1,
            platforms={"Harbour": {"liquid_share": "100 %"}, "Quay": {}},
            shocks=struck,
            mechanisms={**READY, "switching": sure},
            variants={"run": [leave()]},
        )
        assert seen.state.flows[0, 0, 1] == arrives


def test_an_exact_report_is_believed(play: Play) -> None:
    told = {"Harbour": {"report_interval": "7 d", "report_scope": "100 %", "report_lag": "0 d"}, "Quay": {}}
    view = {"report_weight": "100 %", "noise": 0, "salience": 1}
    seen = play(0, platforms=told, mechanisms={"risk_view": view, "health": {"base": -2, "equity": 0, "liquidity": 0}})
    seen.belief("risk")[:] = 1.0
    seen.belief("risk", 1)[:] = 1.0
    seen.step(6)
    assert (seen.belief("risk") == 1).all()
    seen.step()
    assert (seen.belief("risk") == -2).all()
    assert (seen.belief("risk", 1) == 1).all()


def test_a_report_moves_by_weight_and_scope_with_an_error_by_literacy(play: Play) -> None:
    many = {"count": 20_000, "second_platform": "0 %", "considered": 1}
    health = {"base": -2, "equity": 0, "liquidity": 0}
    for literacy in (0.0, 1.0):
        told = {"Harbour": {"report_interval": "1 d", "report_scope": "40 %", "report_lag": "0 d"}}
        view = {"report_weight": "50 %", "noise": 1, "salience": 1}
        seen = play(
            0,
            platforms=told,
            investors=many,
            segment={"literacy": literacy},
            mechanisms={"risk_view": view, "health": health},
        )
        seen.belief("risk")[:] = 0.0
        seen.step()
        assert seen.belief("risk").mean() == pytest.approx(-2 * 0.5 * 0.4, abs=0.01)
        assert seen.belief("risk").std() == pytest.approx(0.5 * 0.4 * 1 * (1 - 0.4) * (1 - literacy / 2), rel=0.03)


def test_a_bad_report_is_salient_in_the_risk_view(play: Play) -> None:
    told = {"Harbour": {"report_interval": "1 d", "report_scope": "100 %", "report_lag": "0 d"}}
    view = {"report_weight": "100 %", "noise": 0, "salience": 3}
    for risk, moved in ((-1.0, 3.0), (1.0, -1.0)):
        seen = play(
            0, platforms=told, mechanisms={"risk_view": view, "health": {"base": 0, "equity": 0, "liquidity": 0}}
        )
        seen.belief("risk")[:] = risk
        assert seen.step().belief("risk") - risk == pytest.approx(moved)


def test_news_is_evidence_once_for_who_hears_it_and_is_forgotten(play: Play) -> None:
    """A message adds risk and fear that are told, less fund safety and integrity, each by its weight."""
    view = {"news": 1, "fund": 2, "integrity": 3, "fear": 4, "salience": 2, "forgetting": "0.25 /day"}
    seen = play(0, mechanisms={"risk_view": view, "fear": {"decay": "0 /day"}})
    seen.model.post("Harbour", reach=1.0, fund=-0.5, integrity=-0.5, risk=0.5, fear=0.5)
    assert seen.step().belief("evidence") == pytest.approx(1 + 2 + 3 + 4)
    assert seen.step().belief("evidence") == pytest.approx(10 * 0.75)
    assert (seen.belief("evidence", 1) == 0).all()
    praised = play(0, mechanisms={"risk_view": view})
    praised.model.post("Harbour", reach=1.0, fund=1.0)
    assert praised.step().belief("evidence") == pytest.approx(-2)


def test_a_story_that_is_told_again_is_heard_once(play: Play) -> None:
    """A third hear it a day: what nobody has forgotten is one message for all who have heard it."""
    many = {"count": 20_000, "second_platform": "0 %", "considered": 1}
    media = {"media": {"reach": "30 %", "fading": "1 %"}}
    loss = [{"kind": "default_wave", "platform": "Harbour", "day": "1 d", "share": "10 %", "fund": 1}]
    seen = play(
        0, platforms={"Harbour": {}}, investors=many, shocks=loss, mechanisms={"risk_view": {"fund": 1}, **media}
    )
    told = [(seen.step().belief("evidence")[0] > 0).mean() for _ in range(6)]
    assert told == pytest.approx([1 - 0.7**k for k in range(6)], abs=0.02)
    most, least = seen.belief("evidence").max(), seen.belief("evidence")[seen.belief("evidence") > 0].min()
    assert most <= least / 0.99**6 * 1.001


def test_a_risk_view_that_is_off_does_not_hear_rumours(play: Play) -> None:
    seen = play(0, mechanisms={})
    seen.model.post("Harbour", reach=1.0, risk=1.0)
    assert (seen.step().belief("evidence") == 0).all()


def test_without_a_new_report_the_view_returns_to_the_last_one(play: Play) -> None:
    """What was never published cannot be known: without a report a platform that loses assets looks as on day 0."""
    loss = [{"kind": "default_wave", "platform": "*", "day": "2 d", "share": "50 %", "fund": 0}]
    told = {"Harbour": {"report_interval": "0 d"}, "Quay": {"report_interval": "5 d", "report_lag": "0 d"}}
    on = {
        "risk_view": {"report_weight": "0 %", "noise": 0, "drift": "0.5 /day"},
        "health": {"base": 0, "equity": 10, "liquidity": 0},
    }
    seen = play(4, platforms=told, shocks=loss, mechanisms=on)
    assert np.abs(seen.belief("risk")).max() < 1e-6
    assert np.abs(seen.belief("risk", 1)).max() < 1e-6
    seen.step(36)
    assert np.abs(seen.belief("risk")).max() < 1e-6
    assert seen.belief("risk", 1) == pytest.approx(3.0, abs=0.01)


FAILS = {"fails_base": -1, "fails_equity": 12, "fails_hole": 2, "fails_cash": 4, "fails_arrears": 3}


def test_risk_of_an_empty_balance_sheet_is_its_base(play: Play) -> None:
    empty = {"liquid_share": "0 %", "equity": "0 %"}
    on = {"health": {"base": -1.5, "equity": 15, "liquidity": 3, "overdue": 10, **FAILS}}
    seen = play(0, platforms={"Harbour": empty, "Quay": {"liquid_share": "20 %", "equity": "10 %"}}, mechanisms=on)
    assert seen.gauge("published_risk")[0, 0, 0] == pytest.approx(-1.5)
    assert seen.gauge("published_risk")[0, 0, 1] == pytest.approx(-1.5 - 15 * 0.1 - 3 * 0.2)
    assert seen.gauge("risk")[0, 0, 0] == pytest.approx(-1)
    assert seen.gauge("risk")[0, 0, 1] == pytest.approx(-1 - 12 * 0.1 - 4 * 0.2)


def test_overdue_payments_raise_the_published_risk_and_arrears_the_true_one(play: Play) -> None:
    on = {**READY, "health": {"base": 0, "equity": 0, "liquidity": 0, "overdue": 4, **FAILS, "fails_equity": 0}}
    seen = play(
        1,
        mechanisms=on,
        platforms={"Harbour": {"liquid_share": "20 %", "equity": "-80 %", "patience": "10 d"}, "Quay": {}},
        variants={"run": [leave()]},
    )
    assert seen.gauge("published_risk")[1, 0, 0] == pytest.approx(4 * 0.8, abs=1e-3)
    assert seen.gauge("published_risk")[1, 0, 1] == 0
    # no assets (a quarter of the claims counts), no cash, all that is owed waits, a tenth of the patience is used up
    assert seen.gauge("risk")[1, 0, 0] == pytest.approx(-1 + 2 * 0.25 + 4 + 3 * 0.1, abs=1e-6)
    assert seen.gauge("risk")[1, 0, 1] == pytest.approx(-1 - 4 * 0.2, abs=1e-3)


def test_nobody_reads_the_true_risk(play: Play) -> None:
    worlds = {"sound": [], "doomed": [{"set": {"mechanisms.health.fails_base": 20}}]}
    on = {"choice": {"calm": -3}, "health": {}, "risk_view": {}, "trust": {}, "fear": {}, "queue_news": {}}
    seen = play(40, mechanisms=on, variants=worlds)
    changes = {row_of(Gauges, name) for name in ("risk", "misperception")}
    history = np.delete(seen.model.history, sorted(changes), axis=1)
    np.testing.assert_array_equal(history[:, :, 0], history[:, :, 1])
    assert (seen.gauge("risk")[:, 0] < seen.gauge("risk")[:, 1]).all()
