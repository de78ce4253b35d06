"""What becomes news, how far it carries, and to whom it spills over."""

from __future__ import annotations

import numpy as np
import pytest
from quiet_world import EACH, READY, N, Play, leave, lever

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.prepare import told_of

TRUST = {"trust": {}}
FEAR = {"fear": {"contagion": 0, "decay": "0 /day", "threshold": 100}}


def test_the_press_repeats_news_at_fading_strength(play: Play) -> None:
    press = {"media": {"reach": "30 %", "fading": "50 %"}}
    loss = [{"kind": "default_wave", "platform": "Harbour", "day": "0 d", "share": "12.5 %", "fund": 1}]
    seen = play(0, investors={"count": 4000}, shocks=loss, mechanisms={**TRUST, **press})
    heard, before = [], np.zeros(4000, np.float32)
    for strength in (1.0, 0.5, 0.25):
        seen.step()
        fell = before - seen.belief("fund")[0]
        heard.append(float((fell > 0.001).mean()))
        assert fell[fell > 0.001] == pytest.approx(strength, abs=0.002)
        before = seen.belief("fund")[0].copy()
    assert heard == pytest.approx([0.3, 0.3 * 0.7, 0.3 * 0.7**2], abs=0.04)  # who has heard it does not hear it again
    assert (seen.belief("fund", 1) == 0).all()


def test_the_press_tells_of_those_who_ran_within_a_week(play: Play) -> None:
    """All but one run from Harbour on day 1; half of that is read of it until day 8, and nothing of Quay."""
    choice = {"choice": {"calm": -20, "fund": 3}}
    seen = play(0, mechanisms={**choice, "media": {"withdrawals": "50 %"}})
    seen.belief("fund")[0, :-1] = -10.0
    told = [seen.step().state.weights[0, :, Weights.TOLD].tolist() for _ in range(10)]
    assert seen.gauge("runners")[:, 0, 0].tolist() == [0, N - 1] + [0] * 9
    assert [t[0] for t in told] == pytest.approx([0] + [0.5 * (N - 1) / N] * 7 + [0, 0])
    assert [t[1] for t in told] == [0] * 10


def test_a_run_elsewhere_is_read_of_as_far_as_the_platforms_are_alike(play: Play) -> None:
    """Row E-50: of a run on Harbour that half is told of, its clients count a fifth beside those of Quay of the same
    group, and nothing beside those of a stranger."""
    alike = {"spillover": {"weight": "20 %", "kind": "0 %", "custody": "0 %"}}
    for group, share in (("G", 0.2), ("", 0.0)):
        platforms = {"Harbour": {"exposure": "G"}, "Quay": {"exposure": group}}
        press = {"choice": {"calm": -20, "fund": 3}, "media": {"withdrawals": "50 %"}}
        seen = play(0, platforms=platforms, mechanisms={**press, **alike})
        seen.belief("fund")[0, :-1] = -10.0
        told = [seen.step().state.weights[0, 1, Weights.TOLD] for _ in range(3)]
        assert told == pytest.approx([0] + [0.5 * share * (N - 1) / (N + share * N)] * 2)


def test_a_run_at_one_of_many_that_are_alike_counts_by_its_share_of_their_accounts(play: Play) -> None:
    alike = {"spillover": {"weight": "20 %", "kind": "0 %", "custody": "0 %"}}
    platforms = {name: {"exposure": "G"} for name in ("Harbour", "Quay", "Mole", "Pier")}
    press = {"choice": {"calm": -20, "fund": 3}, "media": {"withdrawals": "50 %"}}
    seen = play(0, platforms=platforms, mechanisms={**press, **alike}, investors={"considered": 4})
    seen.belief("fund")[0, : N - 1] = -10.0
    told = seen.step(3).state.weights[0, :, Weights.TOLD]
    held, ran = seen.gauge("holders")[0, 0], seen.gauge("runners")[1, 0]
    assert (ran[0] > 0) & (ran[1:].sum() == 0)
    assert told[1] == pytest.approx(0.5 * 0.2 * ran[0] / (held[1] + 0.2 * (held[0] + held[2] + held[3])))
    assert told[0] == pytest.approx(0.5 * ran[0] / held[0])


@pytest.mark.parametrize(
    ("held", "ran", "alike", "told"),
    [
        ([100], [60], 0.5, [0.6]),
        ([50, 50], [30, 30], 0.5, [0.6, 0.6]),  # in two halves, as one
        ([100, 3], [0, 3], 1.0, [3 / 103, 1]),  # few accounts say little
        ([100, 100], [100, 100], 1.0, [1, 1]),  # never more than all
        ([100, 100], [90, 0], 0.25, [0.9, 22.5 / 125]),  # quiet ones beside it hide no run
    ],
)
def test_what_the_press_tells_does_not_depend_on_how_accounts_are_split(held, ran, alike, told) -> None:
    shares = [
        told_of(p, np.array(ran, float), np.array(held, float), np.full(len(held), alike)) for p in range(len(held))
    ]
    assert shares == pytest.approx(told)


def test_who_reads_of_a_run_runs_as_if_by_what_is_seen(play: Play) -> None:
    """The last one leaves by what it reads of the others, without knowing any of them."""
    x = 2 * np.log((0.4 * (N - 1) / N + 0.02) / 0.02)
    for nudge, follows in ((0.02, True), (-0.02, False)):
        choice = {"calm": -x + nudge, "fund": 1, "others": 2, "rule": "threshold"}
        seen = play(0, mechanisms={"choice": choice, "media": {"withdrawals": "40 %"}})
        seen.belief("fund")[0, :-1] = -12.0
        assert seen.step(2).gauge("runners")[1:, 0, 0].tolist() == [N - 1, float(follows)]


def test_what_the_press_says_counts_by_its_credibility(play: Play) -> None:
    loss = [{"kind": "default_wave", "platform": "Harbour", "day": "0 d", "share": "12.5 %", "fund": 1}]
    seen = play(1, shocks=loss, mechanisms={**TRUST, "media": {"credibility": "40 %"}})
    assert seen.belief("fund") == pytest.approx(-0.4, abs=1e-3)
    assert (play(1, shocks=loss, mechanisms=TRUST).belief("fund") == 0).all()  # no press, no news


def test_a_story_fades_in_each_variant_as_its_own_press_lets_it(play: Play) -> None:
    """A variant beside others that remember longer, or hear more, hears what it hears alone."""
    loss = [{"kind": "default_wave", "platform": "Harbour", "day": "0 d", "share": "2 %", "fund": 1}]
    press = {"set": {"mechanisms.media.fading": "30 %"}}
    loud = {"set": {"mechanisms.media.fading": "10 %", "mechanisms.media.credibility": "100 %"}}
    quiet = {"set": {"mechanisms.media.credibility": "30 %", "mechanisms.media.fading": "30 %"}}
    story = {"shocks": loss, "mechanisms": {**TRUST, "media": {"reach": "30 %"}}}
    beside = play(20, variants={"loud": [loud], "press": [press], "quiet": [quiet]}, **story)
    for name, part, v in (("loud", loud, 0), ("press", press, 1), ("quiet", quiet, 2)):
        alone = play(20, variants={name: [part]}, **story)
        assert (beside.belief("fund")[v] == alone.belief("fund")[0]).all(), name
    low = beside.belief("fund").mean(axis=1)
    assert low[0] < low[1] < low[2] < 0


def test_the_press_prints_a_false_alarm_on_its_day(play: Play) -> None:
    often = {
        "media": {"false_alarm": "0.1 /day", "alarm_risk": 2},
        "risk_view": {"salience": 1, "noise": 0},
    }
    seen = play(0, mechanisms=often)
    start, days = seen.belief("evidence")[0, 0], []
    for _ in range(50):
        days.append(float(seen.step().belief("evidence")[0, 0] - start))
    printed = np.diff([0.0, *days])
    assert set(np.round(printed, 4).tolist()) == {0.0, 2.0}
    assert 1 <= (printed > 1).sum() <= 13  # 5 of 50 days, four standard deviations


def test_a_platform_that_pays_makes_no_queue_news(play: Play) -> None:
    news = {"queue_news": {}, **TRUST, **FEAR, **READY}
    pays = {"liquid_share": "100 %"}
    seen = play(5, platforms={"Harbour": pays, "Quay": pays}, mechanisms=news, variants={"run": [leave()]})
    assert seen.gauge("outflow")[1, 0, 0] == N * EACH
    assert (seen.belief("fund") == 0).all()
    assert (seen.belief("fear") == 0).all()


def test_overdue_payments_are_news_as_far_as_the_queue_is_seen(play: Play) -> None:
    poor = {"liquid_share": "20 %", "equity": "-80 %"}
    news = {"queue_news": {"fund": 2, "fear": 1}, **TRUST, **FEAR, **READY}
    for custody, visible in (("none", 0.3), ("ledger", 1.0)):
        seen = play(
            0,
            platforms={"Harbour": {**poor, "custody": custody, "custody_cost": "0 %"}, "Quay": {}},
            mechanisms=news,
            variants={"run": [leave()]},
        )
        start = seen.belief("fund")[0, 0]
        seen.step(2)
        assert seen.gauge("overdue")[1, 0].tolist() == [0.8, 0]
        assert seen.belief("fund") - start == pytest.approx(-2 * 0.8 * visible, abs=1e-5)
        assert seen.belief("fear") == pytest.approx(0.8 * visible, abs=1e-5)
        assert (seen.belief("fund", 1) == 0).all()


def test_a_stop_and_a_failure_are_told_once(play: Play) -> None:
    news = {
        "queue_news": {"fund": 0, "fear": 0, "gate_fear": 0.6, "failure_fear": 0.25},
        "media": {},
        **TRUST,
        **FEAR,
        **READY,
    }
    stop = [{"kind": "outage", "platform": "Harbour", "day": "0 d", "days": "4 d", "service": 0, "fear": 0}]
    seen = play(6, shocks=stop, mechanisms=news)
    assert seen.belief("fear") == pytest.approx(0.6)
    assert (seen.belief("fear", 1) == 0).all()
    poor = {"liquid_share": "20 %", "equity": "-80 %", "patience": "0 d"}
    seen = play(4, platforms={"Harbour": poor, "Quay": {}}, mechanisms=news, variants={"run": [leave()]})
    assert seen.gauge("status")[-1, 0].tolist() == [3, 0]
    assert seen.belief("fear") == pytest.approx(0.25)
    assert seen.belief("fund") == pytest.approx(-0.5)
    assert (seen.belief("fear", 1) == 0).all()


def test_an_idle_desk_is_silent(play: Play) -> None:
    desk = {"service_desk": {"calm": "0.1 /day", "alarmed": 0, "waiting": 0.5, "patience": "0 /day"}, **TRUST, **FEAR}
    busy, idle = {"service_capacity": "0.08 /day"}, {"service_capacity": "0.2 /day"}
    seen = play(4, platforms={"Harbour": idle, "Quay": busy}, mechanisms=desk)
    assert seen.gauge("backlog")[1:, 0, 0].tolist() == [0, 0, 0, 0]
    assert (seen.belief("service") == 0).all()
    assert seen.gauge("backlog")[1:, 0, 1] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert seen.belief("service", 1) == pytest.approx(-0.5 * 2.5)


def test_who_waits_gives_up(play: Play) -> None:
    desk = {"service_desk": {"calm": "0.2 /day", "alarmed": 0, "patience": "0.5 /day"}}
    seen = play(30, platforms={"Harbour": {"service_capacity": "0.1 /day"}}, mechanisms=desk)
    assert seen.gauge("backlog")[1:4, 0, 0] == pytest.approx([1, 1.5, 1.75])
    assert seen.gauge("backlog")[-1, 0, 0] == pytest.approx(2)


def test_alarm_calls_and_an_answer_calms(play: Play) -> None:
    desk = {"service_desk": {"calm": 0, "alarmed": "0.4 /day", "patience": "0 /day", "answer": 0.5}}
    fear = {"fear": {"contagion": 0, "decay": "0 /day", "threshold": 1}}
    for capacity, backlog, calmed in (("0.1 /day", 3.0, 0.25 * 0.5), ("0.8 /day", 0.0, 0.5)):
        seen = play(0, platforms={"Harbour": {"service_capacity": capacity}, "Quay": {}}, mechanisms={**desk, **fear})
        seen.belief("fear")[:] = 4.0
        seen.step(2)
        assert seen.gauge("fear")[:, 0, 0].tolist() == [
            0,
            0,
            1,
        ]  # alarmed on the first day, measured, calling on the third
        seen.step()
        assert seen.gauge("backlog")[3, 0, 0] == pytest.approx(backlog)
        assert seen.belief("fear").min() == pytest.approx(4 - calmed, abs=1e-5)
        assert (seen.belief("fear", 1) == 0).all()


SPILL = {"spillover": {"weight": "50 %", "kind": "50 %", "custody": "20 %", "group": "100 %"}}


@pytest.mark.parametrize(
    ("here", "there", "share"),
    [
        ({"kind": "p2p_lending", "custody": "bank"}, {"kind": "payment_wallet", "custody": "payment_firm"}, 0.0),
        ({"kind": "p2p_lending", "custody": "none"}, {"kind": "payment_wallet", "custody": "none"}, 0.0),
        ({"kind": "p2p_lending", "custody": "bank"}, {"kind": "payment_wallet", "custody": "bank"}, 0.1),
        ({"kind": "p2p_lending", "custody": "bank"}, {"kind": "p2p_lending", "custody": "none"}, 0.25),
        ({"kind": "p2p_lending", "custody": "bank"}, {"kind": "p2p_lending", "custody": "bank"}, 0.35),
        ({"kind": "p2p_lending", "exposure": "Ocean"}, {"kind": "payment_wallet", "exposure": "Ocean"}, 0.5),
        ({"kind": "p2p_lending", "exposure": "Ocean"}, {"kind": "p2p_lending", "exposure": "Ocean"}, 0.5),
        ({"kind": "p2p_lending", "exposure": "Ocean"}, {"kind": "payment_wallet", "exposure": "Lake"}, 0.0),
    ],
)
def test_bad_news_spills_over_by_likeness(
    play: Play, here: dict[str, str], there: dict[str, str], share: float
) -> None:
    seen = play(
        0,
        platforms={"Harbour": here, "Quay": there},
        mechanisms={**SPILL, **TRUST, **FEAR, "risk_view": {"salience": 1, "noise": 0}},
    )
    risk, mine, theirs = seen.belief("evidence", 1)[0, 0], seen.belief("fund")[0, 0], seen.belief("fund", 1)[0, 0]
    seen.model.post("Harbour", reach=1.0, fund=-2.0, info=-2.0, fear=1.0, risk=2.0)
    seen.step()
    assert seen.belief("fund") - mine == pytest.approx(-2)
    assert seen.belief("fear") == pytest.approx(1)
    assert seen.belief("fund", 1) - theirs == pytest.approx(-2 * share)
    assert seen.belief("evidence", 1) - risk == pytest.approx(2 * share, abs=1e-5)
    assert (seen.belief("info", 1) == 0).all()
    assert (seen.belief("fear", 1) == 0).all()


def test_unlike_platforms_do_not_suffer(play: Play) -> None:
    """Three platforms: a theft at Harbour is heard at the one like it and not at the other; good news stays at home."""
    three = {
        "Harbour": {"custody": "bank"},
        "Quay": {"custody": "none"},
        "Wallet": {"kind": "payment_wallet", "custody": "none"},
    }
    theft = [
        {"kind": "custodian_theft", "platform": "Harbour", "day": "0 d", "discovery_lag": "0 d", "notice_lag": "0 d"}
    ]
    story = {"platforms": three, "investors": {"considered": 3}, "mechanisms": {**SPILL, **TRUST, "media": {}}}
    seen = play(0, shocks=theft, **story)
    start = seen.belief("fund")[0, 0]
    fell = seen.step().belief("fund")[0, 0] - start
    assert fell < 0
    assert seen.belief("fund", 1) == pytest.approx(0.25 * fell)
    assert (seen.belief("fund", 2) == 0).all()
    good = play(0, **story)
    good.model.post("Harbour", reach=1.0, fund=2.0)
    good.step()
    assert (good.belief("fund", 1) == 0).all()
    assert good.belief("fund") - start == pytest.approx(2)


def test_an_official_warning_spills_over_as_bad_news(play: Play) -> None:
    warn = lever("official_warning", strength=2, reach="100 %", fading="100 %")
    seen = play(1, mechanisms={**SPILL, **TRUST}, variants={"plain": [], "warned": [warn]})
    assert seen.belief("fund", 1)[1] == pytest.approx(-0.25)
    assert (seen.belief("fund", 1)[0] == 0).all()
