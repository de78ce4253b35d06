"""What the shipped stories showed: a chapter says what the answer says, and no picture is of nothing."""

from __future__ import annotations

import re
from dataclasses import replace

import fake
import numpy as np
import pytest
from test_losers import N, made

from trustsim.analysis.measures import measure_of
from trustsim.ask.result import Result
from trustsim.catalog import REGISTRY
from trustsim.report.page import charts, network_chart, page
from trustsim.report.page.again import nothing
from trustsim.report.page.fan_chart import fan
from trustsim.report.pictures import look, scales, survival
from trustsim.report.pictures.panel import SMALL
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.pictures.spread import Moment, Spread
from trustsim.report.words import losers, reading
from trustsim.report.words.answer import answer

CLIENTS, OTHERS = "loss_by_payer[clients]", "loss_to_others"
ALIKE = {CLIENTS: [1e6, 5e5, 6e5], OTHERS: np.tile([4e6, 4e6 + 0.8, 7e6], (N, 1))}


def gains(result):
    return {fact.asked: fact.found for fact in answer(result).facts}["Who gains, who loses?"]


def with_series(result, **series):
    """Return the result with some series of one number each, or of an array of all worlds, steps, variants, columns."""
    shape = next(iter(result.study.series.values())).shape
    found = {name: np.broadcast_to(np.float32(x), shape) for name, x in series.items()}
    return Result(replace(result.study, series={**result.study.series, **found}), result.comparison)


def test_a_coin_of_others_beats_nobody_in_the_picture_of_cost():
    """Nothing is beaten by the gate, which costs others 0.8 more of 4 million and saves clients half."""
    chart = charts.cost_and_loss(made(**ALIKE), CLIENTS, OTHERS)
    assert [row[-1] for row in chart.table.rows] == ["no", "yes", "no"]
    assert chart.note.endswith("No variant does clearly better in one and no worse in the other than ‘gate’.")
    dearer = {**ALIKE, OTHERS: np.tile([4e6, 5e6, 7e6], (N, 1))}
    both = charts.cost_and_loss(made(**dearer), CLIENTS, OTHERS)
    assert both.note.endswith("than ‘nothing’ and ‘gate’, which the line joins.")


def test_the_picture_of_cost_shows_what_others_lose_and_none_where_clients_lose_alike():
    chapters = page._chapters(made(**ALIKE), nothing(), None)
    assert "Loss by payer (clients) against loss to others" in {chart.title for chart in chapters["price"].shown}
    same = {**ALIKE, CLIENTS: np.zeros((N, 3))}
    assert page._chapters(made(**same), nothing(), None)["price"].shown == ()


def test_a_series_that_is_one_number_everywhere_is_named_and_not_drawn(result):
    still = with_series(result, fear=0.0, price=1.0)
    assert [reading.stands_still(still, name) for name in ("fear", "price", "outflow")] == [True, True, False]
    told = page._chapters(still, nothing(), None)["course"]
    assert told.told == ("One number on all days, in all worlds, so not drawn: fear and price.",)
    assert not {"fear", "price"} & {chart.name for chart in (*told.shown, *told.more)}
    assert page._chapters(result, nothing(), None)["course"].told == ()


def test_a_fan_says_that_platforms_end_where_days_have_no_number(result):
    ended = np.array(result.study.series["outflow"])
    ended[:, ended.shape[1] // 2 :, 1] = np.nan
    said = "Over the worlds whose platforms have not ended; where all have, the line ends."
    assert fan(with_series(result, outflow=ended), "outflow").note.endswith(said)
    assert said not in fan(result, "outflow").note


@pytest.mark.parametrize("width", [look.NARROW, look.WIDE])
def test_names_at_the_ends_of_curves_stay_within_the_picture(width):
    """Three that are alike have one name, two of which are cut."""
    times = np.where(np.arange(N)[:, None] < [[9, 9, 9, 30]], 5.0, np.nan)
    names = ("nothing", "insured and prompt", "slower exit", "a longer name of another variant")
    result = made(names, time_to_failure=times)
    sheet = Sheet(width, 3.4)
    survival.draw(sheet.panel, result, "time_to_failure", names)
    left, right = 72 * width - sheet.panel.frame()[[0, 2]]
    drawn = re.findall(r'<text x="([\d.]+)"[^>]*>([^<]+ more|a lon[^<]*)</text>', sheet.written("k", "t", "d"))
    assert len(drawn) == 2
    assert left > right >= 0
    assert all(float(x) + scales.width(text, 8.0) <= 72 * width for x, text in drawn)


def test_a_time_that_is_the_same_in_all_worlds_has_no_curve():
    for days, drawn in ((np.zeros((N, 3)), []), (np.arange(N)[:, None] + np.zeros(3), ["trust recovery by day"])):
        runs = page._chapters(made(trust_recovery=days), nothing(), None)["runs"]
        assert [chart.name for chart in (*runs.shown, *runs.more) if chart.name.endswith("by day")] == drawn


def test_the_first_number_of_an_axis_without_names_is_not_cut():
    sheet = Sheet(look.NARROW, 2.0)
    sheet.panel.line([1.75, 3.0], [0, 1], look.INK, 1.0)
    sheet.panel.limit("x", 1.75, 3.0)
    sheet.panel.at("y", [], [])
    sheet.panel.at("x", [1.75], ["1.75"])
    assert sheet.panel.needs()[0] >= scales.width("1.75", SMALL) / 2


def test_where_nobody_loses_under_the_baseline_no_segment_loses_most():
    columns = {"loss_by_segment[a]": np.tile([0.0, 0.2, 0.0], (N, 1)), "loss_by_segment[b]": np.zeros((N, 3))}
    assert "Under ‘nothing’ no segment loses anything." in losers.told(made(**columns))


def test_late_over_early_is_the_same_median_in_answer_and_chapter():
    """A mean of ratios is what a few worlds make it."""
    late = np.full((N, 3), 0.5)
    late[0] = 80.0
    result = made(**{"late_loss_ratio": late, "loss_by_segment[a]": [0.1, 0.2, 0.1]})
    assert "0.5 times under ‘nothing’" in gains(result)
    assert any(
        "lost 0.5 times the share of the first half to ask in the median world" in x for x in losers.told(result)
    )


@pytest.mark.parametrize(
    ("outcome", "most"),
    [("late_loss_ratio", np.inf), ("mean_wait", np.inf), ("opinion_spread", np.inf), ("found_by", 1)],
)
def test_no_interval_of_a_ratio_or_a_wait_reaches_below_zero(outcome, most):
    """In one world of forty 30 times as much is lost by the late: by its tail alone −0.3 to 8.5 times."""
    found = measure_of(REGISTRY.outcome(outcome))
    assert (found.low, found.high) == (0, most)
    rare = np.array([min(30.0, most), *[0.0] * (N - 1)]) + 1e-3 * np.arange(N) / N * (most > 1)
    assert found.level(rare).low >= 0


@pytest.mark.parametrize(
    ("loss", "said"),
    [
        ([0.1, 0.02, 0.1], "clearly less is lost by the segment ‘a’ (−8 pp) of what they held."),
        ([0.1, 0.18, 0.1], "clearly more is lost by the segment ‘a’ (+8 pp) of what they held."),
        ([0.1, 0.1001, 0.1], "What a segment of the clients loses differs from ‘nothing’ too little to matter"),
    ],
)
def test_who_gains_and_who_loses_is_one_sentence_without_nobody(loss, said):
    text = gains(made(**{"loss_by_segment[a]": loss, "peak_outflow": [0.3, 0.2, 0.3]}))
    assert said in text
    assert "nobody" not in text


def test_moments_of_the_network_are_said_to_be_those_of_the_baseline(result):
    states = np.ones((2, 1, 4), np.uint8)
    spread = Spread(3, 9, True, "excess_withdrawn", fake.VARIANTS[:2], (Moment(1, 1.0, "onset"),), np.arange(4),
                    np.zeros((0, 2), np.int64), 1, states, np.ones(4, bool))  # fmt: skip
    assert "The moments are those of ‘nothing’, for both." in network_chart.note(result, spread)
    assert "The moments are" not in network_chart.note(result, replace(spread, variants=fake.VARIANTS[:1]))
    left = "left without running, for ordinary needs or for less trust in service or in what becomes of data."
    assert left in network_chart.note(result, spread)  # a leak of data moves many, and hardly one of them runs
