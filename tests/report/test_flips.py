import base64
from dataclasses import replace

import numpy as np
import pytest
from test_losers import WAVE, N, made

from trustsim.analysis.comparison import compare
from trustsim.analysis.intervals import Interval
from trustsim.ask.result import Result
from trustsim.catalog import REGISTRY
from trustsim.report.page import flips
from trustsim.report.words import flips as words_of_flips
from trustsim.report.words import prices, pricing, reading, views
from trustsim.report.words.answer import answer

CLAIMS = 1e5  # of which clients lose shares
WOBBLE = 0.001 * np.cos(np.arange(3 * N)).reshape(N, 3)


def by_label(result):
    return {view.label: view for view in views.views(result)}


def priced(variants=("nothing", "gate", "cover"), *, clients, others, **columns):
    """A study in which clients lose shares of CLAIMS and others so much money, by variant."""
    share = np.asarray(clients) if np.ndim(clients) == 2 else np.asarray(clients) + WAVE
    payers = {"loss_by_payer[clients]": CLAIMS * share, "loss_to_others": np.tile(others, (N, 1))}
    return made(variants, investor_loss=share, **payers, **columns)


@pytest.fixture
def study():
    """40 worlds, a run under the baseline in 22 of them; ‘gate’ leads by loss, ‘cover’ by the outflow of a day."""
    has_run = (np.arange(N) < 22).astype(float)[:, None]
    loss = 0.3 * has_run * [1.0, 0.2, 0.5] + (1 - has_run) * [0.02, 0.05, 0.02] + WOBBLE
    return priced(clients=loss, others=[0.0, 3000.0, 1000.0], run_probability=has_run * [1.0, 0.0, 1.0],
                  peak_outflow=[0.3, 0.3, 0.1])  # fmt: skip


def test_envelope_of_three_lines_changes_where_they_cross():
    assert prices.envelope([0.0, 1.0, 3.0], [10.0, 5.0, 4.0]) == [(0, 0.0), (1, 0.2), (2, 2.0)]


def test_envelope_leaves_out_what_is_never_lowest_and_starts_with_the_safer_of_two_that_cost_the_same():
    assert prices.envelope([0.0, 2.0, 3.0], [10.0, 9.0, 4.0]) == [(0, 0.0), (2, 0.5)]
    assert prices.envelope([1.0, 1.0], [3.0, 2.0]) == [(1, 0.0)]


def test_lines_that_meet_in_one_point_change_once():
    assert [v for v, _ in prices.envelope(0.1 * np.arange(16), np.linspace(0.3, 0.1, 16))] == [0, 15]


def test_lines_that_cost_the_same_but_for_rounding_are_one_and_make_no_price():
    cost, loss = [4_636_680.0, 4_636_681.0, 4_650_000.0], [66_000.0, 12_000.0, 10_500.0]
    assert prices.envelope(cost, loss, 4_650.0) == [(1, 0.0)]
    assert prices.envelope([0.0, 100.0], [50.0, 49.9], 1.0) == [(0, 0.0)]
    assert prices.envelope([0.0, 100.0], [50.0, 40.0], 1.0) == [(0, 0.0), (1, pytest.approx(10.0))]


def test_a_study_in_which_others_lose_the_same_but_for_a_coin_has_no_price_and_no_picture_of_one():
    result = priced(clients=[0.06, 0.02, 0.05], others=[6_680.0, 6_680.4, 6_680.9])
    assert [s.variant for s in prices.stretches(result)] == ["gate"]
    assert "is worth less than" not in words_of_flips.in_short(result)
    assert [chart.key for chart in flips.chapter(result)] == ["flips-leaders"]


def test_of_many_ways_to_look_a_picture_has_as_many_as_can_be_read_and_the_table_all(study):
    """Parts, what ranks and headline outcomes stay, then those that flip; in the order of all."""
    seen = views.views(study)
    tail = [replace(seen[0], outcome="peak_outflow", label=f"other {k}", gap=None) for k in range(40)]
    tail[33] = replace(tail[33], gap=Interval(-0.1, -0.2, -0.05, N), is_clear=True)
    many = (*seen[:1], *tail, *seen[1:])
    shown = views.drawn(study, many)
    assert len(shown) == views.MOST_DRAWN
    assert [many.index(view) for view in shown] == sorted(many.index(view) for view in shown)
    assert {view.label for view in seen if view.is_part} <= {view.label for view in shown}
    assert {"investor loss", "other 0", "other 33"} <= {view.label for view in shown}
    assert "other 32" not in {view.label for view in shown}
    level = [replace(view, states=dict.fromkeys(view.states, "leads")) for view in tail[:10]]
    others = views.drawn(study, (*seen[:1], *level, *tail[10:], *seen[1:]))
    assert not any(view.is_level for view in others)
    chart = flips.leaders(study, many)
    assert f"{views.MOST_DRAWN} of {len(many)} ways to look are drawn; the table has them all." in chart.note
    assert len(chart.table.rows) == len(many)
    assert views.drawn(study, seen) == seen
    assert "are drawn" not in flips.leaders(study, seen).note


def test_who_is_ahead_by_less_than_matters_is_not_clearly_ahead():
    ahead = made(excess_withdrawn=np.tile([0.30, 0.200, 0.195], (N, 1)), investor_loss=[0.1, 0.05, 0.1])
    view = by_label(ahead)["excess withdrawn"]
    assert (view.leader, view.verdict, view.states["gate"]) == ("cover", "no clear flip", "close")
    rounded = made(peak_outflow=np.tile([0.3, 0.2, 0.1997], (N, 1)))
    assert by_label(rounded)["peak outflow"].verdict == "no clear flip"


def test_too_few_worlds_are_no_answer_to_whether_the_ranking_flips(study):
    some = {name: x[:8] for name, x in study.study.outcomes.items()}
    few = replace(study.study, outcomes=some, replications=np.arange(8))
    told = words_of_flips.in_short(Result(few, compare(few, REGISTRY)))
    assert told.startswith("Not judged: 8 worlds are too few, 20 are enough.")


@pytest.mark.parametrize("n", [1, 2, 5, 16])
def test_envelope_is_the_least_of_all_lines_at_every_price(n):
    rng = np.random.default_rng(n)
    cost, loss = rng.random(n), rng.random(n)
    corners = prices.envelope(cost, loss)
    for price in [0.0, 0.3, 1.0, 7.0, 1e4]:
        which = [v for v, start in corners if start <= price][-1]
        assert cost[which] + price * loss[which] == pytest.approx(np.min(cost + price * loss))


def test_thresholds_are_where_cost_and_priced_loss_of_two_variants_are_equal():
    loss = np.tile([0.5, 0.4, 0.2], (N, 1)) + WOBBLE * [0, 1, 1]
    found = prices.stretches(priced(clients=loss, others=[0.0, 1000.0, 9000.0]))
    assert [s.variant for s in found] == ["nothing", "gate", "cover"]
    assert found[1].start == pytest.approx(1000 / (0.1 * CLAIMS), rel=0.01)
    assert found[2].start == pytest.approx(8000 / (0.2 * CLAIMS), rel=0.01)
    assert found[0].stop == found[1].start
    assert found[2].stop == np.inf
    assert all(s.low < s.start < s.high for s in found[1:])


def test_limits_of_a_threshold_are_the_prices_at_which_the_difference_is_just_clear():
    loss = np.tile([0.5, 0.4], (N, 1)) + 0.02 * np.sin(np.arange(2 * N)).reshape(N, 2)
    result = priced(("nothing", "gate"), clients=loss, others=[0.0, 1000.0])
    low, high = prices.stretches(result)[1].low, prices.stretches(result)[1].high
    net = prices._net(result, "gate", "nothing")
    assert net(low).low == pytest.approx(0, abs=1e-6)
    assert net(high).high == pytest.approx(0, abs=1e-6)


def test_threshold_of_variants_that_may_lose_the_same_has_no_upper_limit():
    noise = np.where(np.arange(N) % 2, 0.1, -0.13)[:, None] * [0, 1]
    result = priced(("nothing", "gate"), clients=0.3 + noise, others=[0.0, 900.0])
    found = prices.stretches(result)
    assert found[1].high == np.inf
    assert "and above" in pricing.told(result, found)


def test_a_variant_that_is_cheapest_and_safest_is_best_at_any_price_and_needs_no_picture():
    result = priced(("nothing", "gate"), clients=[0.1, 0.3], others=[0.0, 900.0])
    best = "Where money alone counts ‘nothing’ is best by the means, at any price of loss"
    assert words_of_flips.told(result)[-1].startswith(f"{best}: with no other clients or others lose less")
    assert best not in words_of_flips.in_short(result)  # it is the first in rank as well
    assert [chart.key for chart in flips.chapter(result)] == ["flips-leaders"]


def test_a_variant_that_is_best_at_any_price_and_not_the_first_in_rank_is_named_in_the_answer():
    """Clients lose alike; the gate is first by runs, and its owners pay for that."""
    result = priced(("nothing", "gate"), clients=np.full((N, 2), 0.1), others=[0.0, 900.0])
    assert result.comparison.ranking[0] == "gate"
    assert words_of_flips.in_short(result).endswith(
        "Where money alone counts ‘nothing’ is best by the means, at any price of loss."
    )


def test_the_price_is_money_of_others_for_money_of_clients_and_at_one_the_least_sum_is_best(study):
    found = prices.stretches(study)
    assert [s.variant for s in found] == ["nothing", "cover", "gate"]
    told = pricing.told(study, found)
    assert told.startswith("By the price put on a CNY that clients lose, the best changes: below 0.1")
    assert told.endswith("Where money counts the same whoever loses it, it is ‘gate’.")
    outcomes = study.study.outcomes
    total = (outcomes["loss_by_payer[clients]"] + outcomes["loss_to_others"]).mean(axis=0)
    assert study.study.variants[int(np.argmin(total))] == "gate"


def test_clients_and_others_are_judged_alike_so_the_best_at_any_price_never_loses_more_in_all():
    """In points of the claims the gate costs clients too little to matter, and more than it spares others."""
    both = priced(clients=[0.200, 0.030, 0.034], others=[9000.0, 9000.0, 8700.0])
    assert [s.variant for s in prices.stretches(both)] == ["cover", "gate"]
    assert prices.stretches(both)[1].start == pytest.approx(300 / 400)
    sides = ("loss_to_others", "loss_by_payer[clients]")
    assert prices.unbeaten(both, sides, both.study.variants).tolist() == [False, True, True]
    rng = np.random.default_rng(5)
    for _ in range(20):
        found = priced(clients=rng.uniform(0.1, 0.11, 3), others=rng.uniform(10_000, 11_000, 3))
        total = CLAIMS * found.study.outcomes["investor_loss"].mean(axis=0) + found.study.outcomes["loss_to_others"][0]
        best = prices.unbeaten(found, sides, found.study.variants)
        assert total[best].min() == total.min()


def test_newcomers_are_clients_in_the_price_of_loss():
    """Those of day 0 lose less under the gate; with those who came later all lose more."""
    later = made(investor_loss=[0.2, 0.1, 0.2], loss_to_others=np.tile([0.0, 900.0, 950.0], (N, 1)), **{
        "loss_by_payer[clients]": np.tile([20_000.0, 25_000.0, 20_000.0], (N, 1)),
    })  # fmt: skip
    assert [s.variant for s in prices.stretches(later)] == ["nothing"]


def test_who_is_ahead_by_luck_beats_nobody():
    """On average the gate spares clients 1,300 of 30,000 give or take: the worlds do not show it."""
    noise = np.where(np.arange(N) % 2, 0.1, -0.126)[:, None] * [0, 1]
    luck = priced(("nothing", "gate"), clients=0.3 + noise, others=[900.0, 900.0])
    assert prices.unbeaten(luck, ("loss_to_others", "loss_by_payer[clients]"), ("nothing", "gate")).all()


def test_in_short_the_other_outcome_and_the_prices_are_named(study):
    text = words_of_flips.in_short(study)
    assert text.startswith(
        "Clearly ahead of ‘gate’: ‘cover’ by peak outflow. Where a CNY that clients lose is worth less than 0.1"
    )
    assert text.endswith(
        " CNY to others, ‘nothing’ is best. Where money counts the same whoever loses it, it is ‘gate’."
    )


def test_leader_by_every_outcome_and_whether_it_is_clearly_ahead_of_the_first(study):
    found = by_label(study)
    assert study.comparison.ranking[0] == "gate"
    assert found["run probability"].verdict == "no flip"
    outflow = found["peak outflow"]
    assert (outflow.leader, outflow.against, outflow.verdict) == ("cover", "gate", "flips")
    assert outflow.gap.mean == pytest.approx(-0.2)
    assert outflow.states == {"nothing": "behind", "gate": "behind", "cover": "leads"}
    assert "Clearly ahead of ‘gate’: ‘cover’ by peak outflow." in words_of_flips.told(study)


def test_a_leader_that_worlds_cannot_tell_from_the_first_is_no_clear_flip():
    noise = np.where(np.arange(N) % 2, 0.1, -0.102)[:, None] * [0, 0, 1]
    view = by_label(made(peak_outflow=np.array([0.3, 0.2, 0.2]) + noise))["peak outflow"]
    assert (view.leader, view.verdict, view.states["gate"]) == ("cover", "no clear flip", "close")


def test_worlds_with_a_run_are_judged_by_the_loss_and_few_without_are_not_judged(study):
    found = by_label(study)
    with_run, without = found["investor loss, with a run"], found["investor loss, without a run"]
    assert (with_run.n, with_run.leader, with_run.verdict) == (22, "gate", "no flip")
    assert (without.n, without.verdict) == (18, "only 18 worlds, not judged")
    assert set(without.states.values()) == {""}
    assert "investor loss, without a run (18 worlds)." in " ".join(words_of_flips.told(study))


def test_worlds_without_a_run_can_flip_the_order(study):
    twice = {name: np.vstack((x, x)) for name, x in study.study.outcomes.items()}
    longer = replace(study.study, outcomes=twice, replications=np.arange(2 * N))
    result = Result(longer, compare(longer, REGISTRY))
    view = by_label(result)["investor loss, without a run"]
    assert (view.n, view.against, view.verdict) == (36, "gate", "flips")
    assert view.gap.mean == pytest.approx(-0.03, abs=0.002)
    assert "In worlds without a run under ‘nothing’ (36 of 80) " in " ".join(words_of_flips.told(result))


def test_worst_tenth_is_that_of_the_baseline():
    loss = np.arange(200.0)[:, None] / 1000 + np.array([0.0, 0.01])
    has_run = np.ones((200, 2))
    base = made(("nothing", "gate"))
    long = replace(base.study, outcomes={"run_probability": has_run, "investor_loss": loss},
                   replications=np.arange(200))  # fmt: skip
    result = Result(long, compare(long, REGISTRY))
    parts = views._parts(result, "investor_loss")
    assert np.flatnonzero(parts["investor loss, worst tenth"]).tolist() == list(range(180, 200))
    assert list(parts) == ["investor loss, worst tenth"]
    assert by_label(result)["investor loss, worst tenth"].n == 20


def test_where_nobody_loses_parts_are_judged_by_the_next_outcome_and_loss_has_no_price():
    half = np.tile((np.arange(N) % 2)[:, None].astype(float), (1, 3))
    found = priced(clients=np.zeros((N, 3)), others=[1.0] * 3, peak_outflow=[0.3, 0.2, 0.1], run_probability=half)
    assert {view.outcome for view in views.views(found) if view.is_part} == {"peak_outflow"}
    assert not prices.is_priced(found)
    assert not any("price" in point for point in words_of_flips.told(found))


def test_outcome_that_is_the_same_everywhere_has_no_leader():
    found = made(failure_probability=np.zeros((N, 3)), peak_outflow=[0.3, 0.2, 0.1])
    chart = flips.leaders(found, views.views(found))
    row = next(row for row in chart.table.rows if row[0] == "failure probability")
    assert row[2] == "–"
    assert row[-1] == "all the same"


def test_downloads_hold_every_view_and_every_stretch(study):
    charts = flips.chapter(study)
    assert [chart.key for chart in charts] == ["flips-leaders", "flips-price"]
    for chart, n in zip(charts, (len(views.views(study)), len(prices.stretches(study))), strict=True):
        lines = base64.b64decode(chart.download.split(",")[1]).decode().splitlines()
        assert len(lines) == n + 1
        assert len(chart.table.rows) == n


@pytest.mark.parametrize("n", [2, 16])
def test_any_number_of_variants_is_drawn_and_named(n):
    names = tuple(f"variant {chr(97 + k)}" for k in range(n))
    found = priced(names, clients=np.linspace(0.3, 0.1, n), others=100.0 * np.arange(n))
    charts = flips.chapter(found)
    assert len(charts) == 2
    assert all(name in picture for chart in charts for picture in chart.pictures for name in names)


def test_one_variant_or_nothing_ranked_has_no_chapter(result):
    alone = made(("nothing",), peak_outflow=[0.2])
    assert flips.chapter(alone) == ()
    assert words_of_flips.told(alone) == ()
    unranked = Result(result.study, replace(result.comparison, ranked_by=None))
    assert flips.chapter(unranked) == ()


def test_versus_keeps_to_the_worlds_that_are_asked_for(study):
    some = np.arange(N) >= 22
    gap = reading.versus(study, "investor_loss", "gate", "nothing", some)
    assert gap.n == 18
    assert gap.mean == pytest.approx(0.03, abs=0.002)


def test_another_outcome_flips_nothing_where_its_difference_is_too_small_to_matter():
    """Half a point of unmet needs does not matter, two points do; both are clear."""
    for less, verdict in ((0.005, "no clear flip"), (0.02, "flips")):
        loss = np.tile([0.5, 0.1, 0.4], (N, 1)) + WOBBLE
        needs = np.tile([0.3, 0.3, 0.3 - less], (N, 1)) + WOBBLE * less
        view = by_label(made(investor_loss=loss, needs_unmet=needs))["needs unmet"]
        assert (view.leader, view.against, view.verdict) == ("cover", "gate", verdict)


def test_where_the_first_in_rank_is_unsure_the_answer_names_the_one_that_is_told_to_be_better():
    """By what leaves ‘gate’ is 3.6 pp better, give or take 40; ‘cover’ 3 pp in every world, but clients lose more."""
    wild = 0.464 + 0.4 * np.where(np.arange(N) % 2, 1.0, -1.0)
    gone = np.stack([np.full(N, 0.5), wild, np.full(N, 0.47)], axis=1) + 0.1 * WOBBLE
    told = answer(made(excess_withdrawn=gone, investor_loss=np.tile([0.3, 0.1, 0.2], (N, 1)) + WOBBLE)).headline
    assert told.startswith(
        "‘gate’ is first in rank, but by excess withdrawn not told from ‘nothing’; ‘cover’ is told to"
    )
    assert "by −3 pp (95 % interval" in told
