"""Whatever a platform hides is found by whoever looks, told once, and the four days are noted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from quiet_world import Play, Played, lever

from trustsim.measures.finished import Finished
from trustsim.measures.outcomes.discovery import days_to_containment, days_to_discovery, days_to_notice, found_by
from trustsim.mechanisms.disclosure.hidden import FOUND_AT, NOTED

BLIND = {"audit": 0, "live": 0, "records": 0, "reports": 0, "unpaid": 0}  # nobody looks
HEARD = {"trust": {}, "media": {}, "fear": {"contagion": 0, "decay": "0 /day", "threshold": 100}, "risk_view": {}}
WAVE = {"kind": "default_wave", "platform": "Harbour", "day": "2 d", "share": "12.5 %", "told": False}
GAPS = {  # what hides a gap; each day 2 on Harbour, where assets are 80 % of the claims
    "an untold default wave": WAVE,
    "a theft": {
        "kind": "custodian_theft", "platform": "Harbour", "day": "2 d", "share": "10 %", "discovery_lag": "99 d",
    },
    "misuse": {"kind": "misuse", "platform": "Harbour", "day": "2 d", "rate": "2 %/day"},
    "a true rumour": {
        "kind": "rumour", "platform": "Harbour", "day": "2 d", "true_loss": "12.5 %", "revealed_after": "99 d",
        "risk": 0, "fear": 0,
    },
}  # fmt: skip
WATCHERS: dict[str, dict[str, Any]] = {  # each alone, and sure
    "press": {"mechanisms": {"media": {"discovery": "100 %/day"}}},
    "live": {"looks": {"live": "100 %/day"}, "variants": {"v": [lever("live_transparency")]}},
    "records": {
        "looks": {"records": 1}, "platforms": {"Harbour": {"custody": "ledger", "custody_trust": 0}, "Quay": {}},
    },
    "reports": {
        "looks": {"reports": "100 %"},
        "platforms": {"Harbour": {"report_interval": "1 d", "report_scope": "100 %", "report_bias": 0}, "Quay": {}},
    },
    "audit": {"looks": {"audit": "100 %/day", "notice_lag": "3 d"}},
}  # fmt: skip


def watched(play: Play, shocks: list[dict[str, Any]], watcher: str = "", days: int = 20, **more: Any) -> Played:
    """Let one watcher look, and nobody else."""
    given = {**WATCHERS.get(watcher, {}), **more}
    looks, mechanisms = {**BLIND, **given.pop("looks", {})}, given.pop("mechanisms", {})
    on = {**HEARD, **mechanisms, "discovery": looks}
    return play(days, shocks=shocks, mechanisms=on, **given)


def outcome(seen: Played, name: str) -> float:
    finished = Finished(seen.model)
    told = {f.__name__: f for f in (days_to_discovery, days_to_notice, days_to_containment)}
    return float(told[name](finished)[0]) if name in told else float(found_by(finished)[name][0])


@pytest.mark.parametrize("made", GAPS)
@pytest.mark.parametrize("watcher", WATCHERS)
def test_every_watcher_finds_any_gap_whatever_made_it(play: Play, watcher: str, made: str) -> None:
    seen = watched(play, [GAPS[made]], watcher)
    assert seen.gauge("hidden_gap")[3, 0, 0] > 0.003
    assert seen.gauge("hidden_gap")[-1, 0, 0] == pytest.approx(0, abs=1e-9)
    assert outcome(seen, watcher) == 1.0
    assert outcome(seen, "days_to_discovery") <= 9  # the press: a chance of 10 · gap, which misuse lets grow
    assert (seen.belief("fund") < 0).all()
    assert (seen.belief("fund", 1) == 0).all()
    fund = seen.belief("fund").copy()
    assert (seen.step(8).belief("fund") == fund).all()  # told once


@pytest.mark.parametrize("made", GAPS)
def test_what_nobody_looks_for_stays_hidden(play: Play, made: str) -> None:
    seen = watched(play, [GAPS[made]])
    assert (seen.gauge("hidden_gap")[3:, 0, 0] > 0).all()
    assert outcome(seen, "nobody") == 1.0
    assert outcome(seen, "days_to_discovery") == 18  # of 20 days, to the horizon
    assert (seen.belief("fund") == 0).all()


@pytest.mark.parametrize("made", GAPS)
def test_an_open_ledger_finds_any_gap_on_the_first_day(play: Play, made: str) -> None:
    seen = watched(play, [GAPS[made]], "records", looks={"records": 0.01})
    assert outcome(seen, "days_to_discovery") == 0
    assert outcome(seen, "days_to_notice") == 1
    assert np.flatnonzero(seen.gauge("hidden_gap")[:, 0, 0]).tolist() == [3]


def test_an_audit_tells_the_platform_and_it_tells_after_its_notice_or_a_rule(play: Play) -> None:
    rule = {"variants": {"plain": [], "at once": [lever("incident_notice", delay="0 d")]}}
    seen = watched(play, [WAVE], "audit", **rule)
    days = seen.model.kept[NOTED][:, :, 0]
    assert days.tolist() == [[2, 2, 5, 5], [2, 2, 3, 3]]
    assert seen.belief("integrity")[0] == pytest.approx(-2.0 - 3 * 0.15, abs=1e-3)
    assert seen.belief("integrity")[1] == pytest.approx(-2.0 - 1 * 0.15, abs=1e-3)


def test_late_payments_make_somebody_look(play: Play) -> None:
    run = [{"kind": "process_friction", "platform": "Harbour", "exit": -1, "cost": 0, "from": "4 d"}]
    ready = {"choice": {"calm": -0.5}}
    seen = watched(play, [WAVE], looks={"unpaid": "100 %/day"}, mechanisms=ready, variants={"v": run})
    assert outcome(seen, "unpaid") == 1.0
    assert outcome(seen, "days_to_discovery") == 3  # asked for and not paid on day 4, known on day 5
    assert watched(play, [WAVE], looks={"unpaid": "100 %/day"}).gauge("hidden_gap")[-1, 0, 0] > 0


def test_what_is_found_weighs_by_the_gap_per_claims(play: Play) -> None:
    for share, tenths in (("12.5 %", 1.0), ("2.5 %", 0.2)):
        seen = watched(play, [{**WAVE, "share": share}], "live")
        assert seen.belief("fund") == pytest.approx(-1.2 * tenths, abs=1e-3)
        assert seen.belief("fear") == pytest.approx(tenths, abs=1e-3)


def test_a_gap_of_a_thousandth_is_found_no_faster_by_the_press(play: Play) -> None:
    media = {"media": {"discovery": "20 %/day"}}
    small, large = (
        [outcome(watched(play, [{**WAVE, "share": s}], mechanisms=media, rng=r), "days_to_discovery") for r in range(8)]
        for s in ("0.1 %", "50 %")
    )
    assert np.mean(large) < 4 < np.mean(small)  # chances of 0.2 and of 80 % a day


def test_a_regulator_finds_what_its_inspection_reads_of_the_truth(play: Play) -> None:
    watch = {"name": "Watch", "interval": "4 d", "finds": "100 %", "threshold": "-100 %"}
    seen = watched(play, [WAVE], regulators=[watch])
    assert outcome(seen, "regulator") == 1.0
    assert seen.model.kept[NOTED][0, :, 0].tolist() == [2, 4, 9, 9]  # inspected on day 4, told five days later
    blind = watched(play, [WAVE], regulators=[{**watch, "finds": "0 %"}])
    assert outcome(blind, "nobody") == 1.0


def test_an_untrue_yield_is_found_by_who_reads_and_not_by_who_counts(play: Play) -> None:
    advert = {"kind": "advertising_exposed", "platform": "Harbour", "day": "2 d", "gap": "20 %", "exposure_lag": "12 d"}
    days = {watcher: outcome(watched(play, [advert], watcher), "days_to_notice") for watcher in ("", *WATCHERS)}
    assert days == {"": 12, "press": 1, "live": 1, "records": 12, "reports": 1, "audit": 12}
    seen = watched(play, [advert], "live")
    assert seen.belief("integrity") == pytest.approx(-6.0, abs=1e-3)  # its own message, once


def test_two_gaps_are_told_each_by_its_maker(play: Play) -> None:
    """A theft that tells of itself leaves a wave hidden that is nobody's news yet."""
    theft = {**GAPS["a theft"], "discovery_lag": "1 d", "notice_lag": "1 d"}
    seen = watched(play, [theft, WAVE], days=10)
    assert seen.gauge("hidden_gap")[5, 0, 0] == pytest.approx(0.1, abs=1e-3)
    assert seen.belief("fund") == pytest.approx(-1.2, abs=1e-3)


def test_discovery_leaves_a_world_without_a_gap_as_it_is(play: Play) -> None:
    theft = {**GAPS["a theft"], "share": "0 %"}
    for shocks in ([], [theft]):
        on, off = (play(30, shocks=shocks, mechanisms={**HEARD, **d}) for d in ({"discovery": {}}, {}))
        assert np.array_equal(on.model.history, off.model.history, equal_nan=True)
        assert (on.state.beliefs == off.state.beliefs).all()
    assert FOUND_AT not in play(5, mechanisms={"discovery": {}}).model.kept


def test_who_winds_a_platform_up_finds_what_it_hid(play: Play) -> None:
    closing = [{"kind": "early_action", "platform": "Harbour", "liquidity": "100 %", "from": "5 d"}]
    seen = watched(play, [WAVE], variants={"v": closing})
    assert (outcome(seen, "liquidator"), outcome(seen, "unpaid")) == (1, 0)
    assert seen.gauge("hidden_gap")[-1, 0, 0] == 0


@pytest.mark.parametrize("looks", [{"discovery": BLIND}, {}], ids=["nobody sees", "nobody looks"])
def test_a_theft_that_is_told_by_its_own_lags_has_its_four_days_whoever_looks(
    play: Play, looks: dict[str, Any]
) -> None:
    theft = {**GAPS["a theft"], "discovery_lag": "3 d", "notice_lag": "4 d"}
    seen = play(15, shocks=[theft], mechanisms={**HEARD, **looks})
    assert seen.model.kept[NOTED][0, :, 0].tolist() == [2, 5, 9, 9]
    assert outcome(seen, "own") == 1.0


def test_a_second_gap_is_found_as_the_first_and_moves_the_containment(play: Play) -> None:
    again = {**WAVE, "day": "10 d"}
    seen = watched(play, [WAVE, again], "live")
    assert seen.model.kept[NOTED][0, :, 0].tolist() == [2, 2, 3, 11]
    assert np.flatnonzero(seen.gauge("hidden_gap")[:, 0, 0]).tolist() == [3, 11]
