import base64
from dataclasses import replace

import fake
import numpy as np
import pytest

from trustsim.analysis.comparison import compare
from trustsim.ask import again
from trustsim.ask.result import Result
from trustsim.catalog import REGISTRY
from trustsim.report.page import losers, page
from trustsim.report.pictures import look
from trustsim.report.pictures import losers as pictures
from trustsim.report.words import losers as words_of_losers

N = 40
WAVE = 0.01 * np.sin(np.arange(N))[:, None]  # what differs from world to world, the same for all variants


def made(variants=("nothing", "gate", "cover"), **columns):
    """A study of 40 worlds with these outcomes: a mean for each variant, or a whole column of numbers."""
    tables = {
        "run_probability": np.tile([1.0, 0.0, 1.0, *[1.0] * len(variants)][: len(variants)], (N, 1)),
        "investor_loss": np.full((N, len(variants)), 0.1) + WAVE,
        **{name: np.asarray(x) if np.ndim(x) == 2 else np.asarray(x)[None, :] + WAVE for name, x in columns.items()},
    }
    scenario = replace(fake.scenario(variants), outcomes=tuple(tables))
    study = replace(fake.result(variants, N).study, scenario=scenario, outcomes=tables, series={}, runs=())
    return Result(study, compare(study, REGISTRY))


@pytest.fixture
def hurt():
    """Novices lose 20 %, experts 10 %; a gate spares novices by 5 points, burdens experts by 3, cover does nothing."""
    return made(**{
        "loss_by_segment[novice]": [0.20, 0.15, 0.20],
        "loss_by_segment[expert]": [0.10, 0.13, 0.10],
        "late_loss_ratio": np.where(np.arange(N)[:, None] < [N, 30, 0], 2.0, np.nan),
        "zero_loss_share": [0.5, 0.4, 0.5],
        "tail_loss": [0.6, 0.7, 0.6],
    })  # fmt: skip


def downloaded(chart):
    lines = base64.b64decode(chart.download.split(",")[1]).decode().splitlines()
    return [line.split(",") for line in lines]


def test_sentence_names_who_loses_most_and_whom_the_best_variant_spares_and_burdens(hurt):
    told = " ".join(words_of_losers.told(hurt))
    assert "Under ‘nothing’ the segment ‘novice’ loses most: of its money at day 0" in told
    assert "+10 pp against the next" in told
    assert "‘gate’, first in rank, clearly spares ‘novice’ (−5 pp" in told
    assert "burdens ‘expert’ (+3 pp" in told
    assert (
        "Under ‘nothing’ those who stayed or asked late lost 2 times the share of the first half to ask in the median"
        " world, and on average 2 times (95 % interval 1.82 to 2.35), in all 40 worlds." in told
    )


def test_a_segment_is_not_said_to_lose_most_where_worlds_disagree():
    noise = np.where(np.arange(N) % 2, 0.05, -0.049)[:, None]
    told = " ".join(words_of_losers.told(made(**{
        "loss_by_segment[novice]": np.full((N, 3), 0.1) + noise, "loss_by_segment[expert]": np.full((N, 3), 0.1),
    })))  # fmt: skip
    assert "no segment clearly loses most" in told
    assert "‘gate’, first in rank, makes no clear difference to what any segment loses" in told


def test_every_variant_and_segment_has_a_row_and_a_download(hurt):
    chart = losers.by_segment(hurt)
    assert [row[:2] for row in chart.table.rows] == [
        (name, segment) for name in ("nothing (baseline)", "gate", "cover") for segment in ("novice", "expert")
    ]
    verdicts = [row[-1] for row in chart.table.rows]
    assert verdicts == ["–", "–", "better", "worse", "no clear difference", "no clear difference"]
    rows = downloaded(chart)
    assert rows[0][:3] == ["variant", "segment", "loss"]
    assert float(rows[3][5]) == pytest.approx(-0.05)
    assert len(chart.pictures) == 2
    assert all("gate" in picture and "novice" in picture for picture in chart.pictures)


def test_difference_is_filled_where_clear_and_hollow_where_it_includes_zero(hurt):
    marked = pictures.by_segment(hurt, is_wide=True).panels[1].marked
    is_filled = {round(float(x[0]), 3): inside == ink for x, _, ink, inside in marked if ink != look.BASELINE}
    assert is_filled == {-0.05: True, 0.03: True, 0.0: False}


def test_worlds_in_which_late_can_be_set_against_early_are_counted(hurt):
    chart = losers.chapter(hurt)[1]
    head = chart.table.head.index("worlds where defined")
    assert [row[head] for row in chart.table.rows] == ["40 of 40", "30 of 40", "0 of 40"]
    assert "by variant, in 0 to 40 of 40 worlds" in chart.note


def test_where_the_early_never_lost_the_sentence_says_so():
    told = " ".join(words_of_losers.told(made(**{
        "loss_by_segment[novice]": [0.2, 0.1, 0.2], "loss_by_segment[expert]": [0.1, 0.1, 0.1],
        "late_loss_ratio": np.where(np.arange(N)[:, None] < [0, 30, 0], 2.0, np.nan),
    })))  # fmt: skip
    assert "the first half to ask lost nothing, in any world" in told


def test_one_segment_has_a_sentence_and_no_chart_of_segments():
    found = made(**{"loss_by_segment[everyone]": [0.2, 0.1, 0.2], "tail_loss": [0.6, 0.7, 0.6]})
    assert words_of_losers.told(found)[0].startswith("There is one segment, ‘everyone’")
    assert [chart.key for chart in losers.chapter(found)] == ["losers-ends"]


def test_where_nobody_loses_there_is_one_sentence_and_no_chart():
    zero = np.zeros((N, 3))
    found = made(**{"loss_by_segment[a]": zero, "loss_by_segment[b]": zero, "tail_loss": zero, "investor_loss": zero})
    assert words_of_losers.told(found) == ("Nobody loses anything, in any world and under any variant.",)
    assert losers.chapter(found) == ()


@pytest.mark.parametrize("n", [1, 2, 16])
def test_any_number_of_variants_is_drawn_and_named(n):
    names = tuple(f"variant {chr(97 + k)}" for k in range(n))
    means = np.linspace(0.1, 0.3, n)
    found = made(names, **{"loss_by_segment[a]": means, "loss_by_segment[b]": means / 2, "tail_loss": means})
    charts = losers.chapter(found)
    assert len(charts) == 2
    for chart in charts:
        assert all(name in picture for name in names for picture in chart.pictures)


def test_a_study_without_losses_has_no_chapter(result):
    assert words_of_losers.told(Result(replace(result.study, outcomes={}), result.comparison)) == ()


@pytest.mark.slow
def test_page_has_the_chapter_where_losses_are_measured(hurt, result):
    text = page.render(hurt, again.nothing())
    assert 'href="#losers"' in text
    assert text.index('id="runs"') < text.index('id="losers-segments"') < text.index('id="story"')
    assert "clearly spares ‘novice’" in text
    assert 'id="losers"' not in page.render(result, again.nothing())
