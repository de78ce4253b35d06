"""Who is insolvent, and known to be, is closed; who is solvent, or whose gap nobody has found, is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from quiet_world import EACH, N, Play, Played, document, lever

from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import FAILED, WINDING, Gauges
from trustsim.measures.finished import Finished
from trustsim.measures.outcomes.platforms import closed_as_insolvent, failure_probability
from trustsim.mechanisms.sector.closure import CLOSED
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document

SURE = {"closure": {"rate": "100 /day", "steepness": 0}}  # whatever the depth: closed on the first day
REPORTS = {"report_interval": "10 d", "report_lag": "3 d"}
WAVE = {"kind": "default_wave", "platform": "Harbour", "day": "2 d", "share": "20 %"}
UNSEEN = {"audit": 0, "live": 0, "records": 0, "reports": 0, "unpaid": 0}


def closed_on(seen: Played, platform: int = 0) -> float:
    """Return the day on which it was closed in the first variant, NaN where it was not."""
    closed = seen.model.engine.day.kept.get(CLOSED)
    return float("nan") if closed is None else float(closed[0, platform])


@pytest.mark.parametrize(("step", "depth"), [("1 d", 10), ("0.5 d", 10), ("2 d", 10), ("1 d", 5)])
def test_the_insolvent_are_closed_at_the_rate(step: str, depth: int) -> None:
    n = 400
    told = document(
        platforms={"Bank": {"copies": n, "equity": f"-{depth} %", "report_interval": "30 d"}},
        mechanisms={"closure": {"rate": "5 %/day", "steepness": 2}},
        investors={"count": 20 * n, "second_platform": "0 %", "considered": 1},
        step=step,
    )
    model = TrustCrisisModel(from_document(told, REGISTRY), rng=0, collects=False)
    assert (model.history[0, Gauges.CLAIMS, 0] > 0).sum() == n
    for day in (10, 40):
        while model.day * model.dt < day:
            model.step()
        expected = 1 - np.exp(-0.05 * (depth / 10) ** 2 * day)
        failed = (model.history[model.day, Gauges.STATUS, 0] == FAILED).mean()
        assert abs(failed - expected) < 4 * np.sqrt(expected * (1 - expected) / n)  # four standard errors


def test_a_closing_that_sells_at_once_loses_more_than_was_missing(play: Play) -> None:
    """A tenth is missing and nothing else to speak of: 0.9 · exp(−1.2 / 2) · 0.9 = 44 % come back."""
    bank = {"equity": "-10 %", "liquid_share": "0 %", "estate_cost": "10 %", "sale_impact": 1.2, **REPORTS}
    seen = play(3, platforms={"Harbour": bank, "Quay": {}}, mechanisms=SURE)
    assert closed_on(seen) == 1
    assert 1 - seen.book("lost")[0, 0] / (N * EACH) == pytest.approx(0.9 * np.exp(-0.6) * 0.9, abs=2e-5)


def test_it_is_closed_as_one_that_cannot_pay(play: Play) -> None:
    """The estate is sold, what it brings is shared out, the rest is lost and remembered; it is news the day after."""
    seen = play(
        3,
        platforms={"Harbour": {"equity": "-10 %", "estate_cost": "0 %", **REPORTS}, "Quay": {}},
        mechanisms={**SURE, "trust": {"loss_scar": 2.0}, "queue_news": {"failure_fear": 1.0}, "media": {}},
    )
    assert closed_on(seen) == 1
    assert np.isnan(closed_on(seen, 1))
    assert seen.gauge("failure_day")[-1, 0, 0] == 1
    assert (seen.balance() == 0).all()
    lost = seen.state.loss[0] / 100_000
    assert lost == pytest.approx(0.1, abs=1e-4)
    assert seen.belief("scar", 1)[0] == pytest.approx(2.0 * lost, rel=1e-4)
    assert (seen.belief("fund", 1) == 0).all()
    assert (seen.belief("fund") < -1.9).all()
    finished = Finished(seen.model)
    assert failure_probability(finished).tolist() == closed_as_insolvent(finished).tolist() == [1.0]


@given(
    equity=st.integers(-30, 30),
    share=st.integers(0, 60),
    interval=st.sampled_from(["0 d", "5 d", "30 d"]),
    live=st.sampled_from([0, 30, 100]),
    told=st.booleans(),
    step=st.sampled_from(["1 d", "0.5 d", "2 d"]),
)
def test_the_solvent_are_never_closed(equity: int, share: int, interval: str, live: int, told: bool, step: str) -> None:
    wave = {**WAVE, "day": "4 d", "share": f"{share} %", "told": told}
    shown = {"kind": "live_transparency", "platform": "Harbour", "strength": f"{live} %", "cost": 0}
    story = document(
        platforms={"Harbour": {"equity": f"{equity} %", "report_interval": interval, "report_lag": "3 d"}, "Quay": {}},
        mechanisms={**SURE, "discovery": {}},
        shocks=[wave],
        variants={"v": [shown]},
        step=step,
    )
    model = TrustCrisisModel(from_document(story, REGISTRY), rng=0, collects=False)
    for _ in range(40):
        model.step()
    solvency, status = (model.history[: model.day + 1, row, 0] for row in (Gauges.SOLVENCY, Gauges.STATUS))
    for p in range(2):
        ends = np.flatnonzero(status[:, p] == FAILED)
        if len(ends):
            assert solvency[max(ends[0] - 1, 0), p] < 0
        elif np.nanmin(solvency[:, p]) < 0:
            assert not told or interval == "0 d"  # or it is known, and closed


def test_what_nobody_has_found_closes_nobody(play: Play) -> None:
    hidden = {"shocks": [{**WAVE, "told": False}], "platforms": {"Harbour": REPORTS, "Quay": {}}}
    seen = play(50, mechanisms={**SURE, "discovery": UNSEEN}, **hidden)
    assert seen.gauge("solvency")[-1, 0, 0] < -0.1
    assert np.isnan(closed_on(seen))
    found = play(
        50, mechanisms={**SURE, "discovery": {**UNSEEN, "audit": "100 %/day", "notice_lag": "3650 d"}}, **hidden
    )
    assert found.gauge("hidden_gap")[3, 0, 0] > 0  # an audit has told the platform, and the platform nobody
    assert closed_on(found) == 3


def test_what_is_told_is_known_without_a_report(play: Play) -> None:
    theft = {
        "kind": "custodian_theft", "platform": "Harbour", "day": "2 d", "share": "10 %", "discovery_lag": "5 d",
        "notice_lag": "4 d",
    }  # fmt: skip
    seen = play(30, mechanisms=SURE, shocks=[theft])
    assert closed_on(seen) == 12  # struck in the third step, told nine days later


def test_a_report_tells_when_it_comes_out(play: Play) -> None:
    """The wave of the third step is in the figures that are three days old on day 10."""
    assert closed_on(play(30, mechanisms=SURE, shocks=[WAVE], platforms={"Harbour": REPORTS, "Quay": {}})) == 10
    late = {"report_interval": "10 d", "report_lag": "15 d"}
    assert closed_on(play(30, mechanisms=SURE, shocks=[WAVE], platforms={"Harbour": late, "Quay": {}})) == 20
    assert np.isnan(closed_on(play(30, mechanisms=SURE, shocks=[WAVE])))  # who never reports
    live = {"v": [lever("live_transparency", strength="100 %")]}
    assert closed_on(play(30, mechanisms=SURE, shocks=[WAVE], variants=live)) == 4


def test_money_for_everybody_does_not_save_the_insolvent(play: Play) -> None:
    """The same luck in all variants: it is closed on the same day."""
    variants: dict[str, Any] = {"nothing": [], "line": [lever("credit_line", size="100 %")]}
    seen = play(
        60,
        platforms={"Harbour": {"equity": "-10 %", **REPORTS}, "Quay": {}},
        mechanisms={"closure": {}},
        variants=variants,
    )
    closed = seen.model.engine.day.kept[CLOSED][:, 0]
    assert closed[0] == closed[1]
    assert 1 < closed[0] < 60


@pytest.mark.parametrize("rng", range(6))
def test_the_deeper_is_closed_no_later(play: Play, rng: int) -> None:
    days = []
    for depth in (20, 10, 5):
        platforms = {"Harbour": {"equity": f"-{depth} %", **REPORTS}, "Quay": {}}
        days.append(closed_on(play(200, rng, platforms=platforms, mechanisms={"closure": {}}, horizon="200 d")))
    assert days == sorted(days)  # NaN last, if anywhere
    assert days[0] < days[-1] or np.isnan(days[-1])


def test_one_that_is_wound_down_in_order_is_left_to_that(play: Play) -> None:
    early = {"v": [lever("early_action", liquidity="0 %", solvency="-2 %")]}
    seen = play(
        20,
        platforms={"Harbour": {"equity": "-10 %", **REPORTS}, "Quay": {}},
        mechanisms={"closure": {"rate": "100 /day"}},
        variants=early,
    )
    assert seen.gauge("status")[-1, 0, 0] == WINDING
    assert np.isnan(closed_on(seen))
    assert closed_as_insolvent(Finished(seen.model)).tolist() == [0.0]


def test_bad_figures_wear_trust_down_as_long_as_they_are_bad(play: Play) -> None:
    """Half of what it comes to is lost after ln 2 / repair days; once it is reported that owners have filled the hole
    it comes back."""
    repair, days = 0.05, 14
    assert (1 - repair) ** days == pytest.approx(0.5, abs=0.02)
    filled = {"v": [lever("capital_requirement", ratio="0 %", **{"from": f"{days} d"})]}
    for step, per_day in (("1 d", 1), ("0.5 d", 2)):
        seen = play(
            days * per_day,
            platforms={"Harbour": {"equity": "-10 %", "report_interval": "1 d", "report_lag": "0 d"}, "Quay": {}},
            mechanisms={"trust": {"repair": f"{repair} /day", "figures": 4.0}},
            variants=filled,
            step=step,
        )
        lost = -seen.belief("fund")[0]
        assert lost == pytest.approx(4.0 * (1 - (1 - repair) ** days), rel=1e-3)
        assert (seen.belief("fund", 1) == 0).all()
        assert (seen.belief("integrity") == 0).all()
        bad = days + 1 / per_day  # days, the last until the report
        left = 4.0 * (1 - (1 - repair) ** bad) * (1 - repair) ** (2 * days - bad)
        assert -seen.step(days * per_day).belief("fund")[0] == pytest.approx(left, rel=1e-3)
