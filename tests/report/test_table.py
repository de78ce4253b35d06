import io
import math
from dataclasses import replace

import pytest
from rich.console import Console

from trustsim.analysis.comparison import Comparison, Difference
from trustsim.analysis.intervals import Interval
from trustsim.analysis.measures import Measure
from trustsim.experiment.run import FailedRun
from trustsim.report.tables.table import compact, print_ranked_table, ranked_table
from trustsim.report.words import standing

SHARE = Measure("share", "lower", True, "Whether a run happened.")
MONEY = Measure("money", "lower", False, "What investors lost.")
NAN = math.nan
NAMES = (
    "nothing", "prompt notice", "insured", "both", "redemption gate announced in advance", "segregation", "buffer",
    "rumour rebuttal", "a package whose author could not find a short name for it",
)  # fmt: skip


def comparison(
    names=NAMES, *, ranked_by="excess_withdrawn", failed=(), n=200, groups=None, harms=None, unfinished=None
):
    measures = {"excess_withdrawn": SHARE, "investor_loss": MONEY, "policy_cost": MONEY}
    level = Interval(0.465, 0.397, 0.534, n)
    loss = Interval(123_456_789.0, 1e8, 2e8, n)
    changes = {
        "excess_withdrawn": Difference(-0.31, -0.382, -0.241, n, 0.33, 0.65, 2.345),
        "investor_loss": Difference(-4.5678e7, -5e7, 1e4, n, 0.9, 0.0, NAN),
        "policy_cost": Difference(1.2e6, 1.2e6, 1.2e6, n, 0.0, 0.0, NAN),
    }
    return Comparison(
        title="A theft", digest="d" * 64, source="theft.yaml", currency="CNY", seed=1, baseline="nothing",
        variants=names, measures=measures, asked=tuple(measures),
        levels={name: {"excess_withdrawn": level, "investor_loss": loss, "policy_cost": loss} for name in names},
        differences={name: changes for name in names if name != "nothing"},
        costs={name: 0.0 if name == "nothing" else 1.25e6 for name in names},
        happened={name: {} for name in names}, rank_by=None, ranked_by=ranked_by, passed_over=(),
        groups=tuple((name,) for name in names[::-1]) if groups is None else groups,
        matters={"excess_withdrawn": 0.01, "investor_loss": 0.0},
        usual=("excess_withdrawn",), harms=harms or {}, shifts={}, unmeasured={},
        unfinished=unfinished or {}, n=n,
        n_incomplete=len({f.replication for f in failed}),
        n_failed=dict.fromkeys(names, 0), failed=tuple(failed), seconds=3.0, interrupted=False,
    )  # fmt: skip


@pytest.mark.parametrize("ranked_by", ["excess_withdrawn", "investor_loss", None])
def test_the_table_fits_80_columns_for_nine_variants(ranked_by):
    text = ranked_table(comparison(ranked_by=ranked_by))
    assert max(map(len, text.splitlines())) <= 80
    for word in " ".join(NAMES[:4]).split():
        assert word in text


def test_plain_text_has_no_escape_codes():
    assert "\x1b" not in ranked_table(comparison())
    assert "\x1b[" in _on_a_terminal(comparison())


def _on_a_terminal(c):
    console = Console(file=io.StringIO(), force_terminal=True, width=80, color_system="standard")
    print_ranked_table(c, console)
    return console.file.getvalue()


def test_the_sentence_above_says_what_is_ranked_and_against_what():
    text = " ".join(ranked_table(comparison()).split())
    assert (
        "Best first by excess withdrawn (lower is better); differences are to ‘nothing’ in the same 200 worlds." in text
    )
    assert "Variants as in the file" in ranked_table(comparison(ranked_by=None))


def test_the_sentence_above_says_by_what_variants_stand_that_what_ranks_cannot_tell_apart():
    """Else levels that do not rise from row to row look like a mistake."""
    names = ("nothing", "insured", "both", "buffer")
    tied = replace(comparison(names), parted_by=("excess_withdrawn", "investor_loss", ""))
    text = " ".join(ranked_table(tied).split())
    assert "Best first by excess withdrawn (lower is better), of those it cannot tell apart by investor loss; " in text
    assert "cannot tell apart by" not in " ".join(ranked_table(comparison(names)).split())


def test_a_row_shows_level_change_interval_better_share_gain_and_cost():
    (row,) = (line for line in ranked_table(comparison()).splitlines() if line.startswith("insured"))
    assert row.split() == ["insured", "46.5", "−31.0", "[−38.2,", "−24.1]", "33", "2.3×", "1.25m"]


def test_level_change_better_share_and_gain_are_all_of_the_outcome_that_ranks_and_of_no_other():
    assert "change, pp" in ranked_table(comparison())
    text = ranked_table(comparison(ranked_by="investor_loss"))
    above, _, head = text.split("─")[0].partition("same 200 worlds.")
    assert "Best first by investor loss" in above
    assert head.index("level,") < head.index("change, CNY") < head.index("better,")
    assert "prob" not in head
    (row,) = (line for line in text.splitlines() if line.startswith("insured"))
    assert row.split() == ["insured", "123m", "−45.7m", "[−50m,", "+10k]", "90", "–", "1.25m"]


def test_money_is_shown_short():
    (row,) = (
        line for line in ranked_table(comparison(ranked_by="investor_loss")).splitlines() if line.startswith("both")
    )
    assert "−45.7m [−50m, +10k]" in row
    assert row.split()[:2] == ["both", "123m"]
    assert row.split()[-2:] == ["–", "1.25m"]
    assert "CNY" in ranked_table(comparison(ranked_by="investor_loss"))


def test_how_equals_stand_and_why_there_is_no_gain_is_said_where_it_is_so():
    c = comparison(("nothing", "both"))
    text = " ".join(ranked_table(c).split())
    assert "equal in" not in text
    assert "pairing gain –" not in text
    same = {"excess_withdrawn": replace(c.differences["both"]["excess_withdrawn"], mean=0.0, variance_reduction=NAN)}
    text = " ".join(ranked_table(replace(c, differences={"both": same})).split())
    assert "pairing gain –: the difference is the same in every world." in text
    assert "equal in excess withdrawn: by investor loss, then as in the file." in text


def test_empty_lines_part_groups_that_can_be_told_apart():
    c = comparison(("nothing", "insured", "both"), groups=(("both", "insured"), ("nothing",)))
    lines = ranked_table(c).splitlines()
    rows = [next(k for k, line in enumerate(lines) if line.startswith(name)) for name in ("both", "insured", "nothing")]
    assert [lines[k] for k in range(rows[0], rows[2])][2:] == [""]
    assert rows[1] == rows[0] + 1
    assert "empty lines part groups" in " ".join(lines)
    one = comparison(("nothing", "both"), groups=(("both", "nothing"),))
    assert "no two variants can be told apart" in " ".join(ranked_table(one).split())


def test_harm_has_a_mark_beside_the_name_and_a_line_that_says_which_and_what_is_gained():
    c = comparison(("nothing", "insured", "both"), harms={"both": ("investor_loss",)})
    worse = replace(c.differences["both"]["investor_loss"], mean=2e6, low=1e6, high=3e6)
    c = replace(c, differences={**c.differences, "both": {**c.differences["both"], "investor_loss": worse}})
    text = " ".join(ranked_table(c).split())
    assert "both † 46.5" in text
    assert "insured 46.5" in text
    assert (
        "† ‘both’: worse than ‘nothing’ in investor loss +2 million CNY; its gain is excess withdrawn −31 pp." in text
    )


def test_what_is_too_small_to_matter_and_what_was_passed_over_is_printed():
    text = " ".join(ranked_table(replace(comparison(), passed_over=("investor_loss",))).split())
    assert "investor loss tells no variant from ‘nothing’ as better." in text
    assert (
        "too small to matter is less than: excess withdrawn 1 pp (assumed); of other outcomes what rounding hides"
        in text
    )


def test_how_often_the_event_happened_stands_beside_the_mean_time_to_it():
    c = comparison(("nothing", "both"), ranked_by="excess_withdrawn")
    time = Measure("duration", "higher", False, "Days to it.", censored=True)
    levels = {name: {**found, "time": Interval(50.9, 40.0, 60.0, 200)} for name, found in c.levels.items()}
    gap = {"both": {**c.differences["both"], "time": Difference(37.0, 30.0, 41.0, 200, 0.9, 0.1, 1.5)}}
    c = replace(c, measures={**c.measures, "time": time}, levels=levels, differences=gap, ranked_by="time",
                happened={"nothing": {"time": 0.875}, "both": {"time": 0.25}})  # fmt: skip
    text = ranked_table(c)
    (row,) = (line for line in text.splitlines() if line.startswith("both"))
    assert row.split()[:3] == ["both", "50.9", "25.0"]
    assert "happened," in text
    assert "a world without the event of time counts with the horizon" in " ".join(text.split())


def test_the_baseline_has_no_difference_to_itself():
    (row,) = (line for line in ranked_table(comparison()).splitlines() if line.startswith("nothing"))
    assert row.split() == ["nothing", "46.5", "baseline", "0"]


def test_failed_runs_are_in_a_footnote_with_the_first_reason():
    failed = [FailedRun(k, ("both",), "simulate", "ValueError", "no [bank] left", "") for k in (3, 9)]
    text = " ".join(ranked_table(comparison(failed=failed, n=198)).split())
    assert "2 runs failed; compared are those 198 of 200 replications of which all variants finished." in text
    assert "First: replication 3, ValueError: no [bank] left" in text
    assert "failed" not in ranked_table(comparison())


def test_a_partly_defined_outcome_and_an_interruption_are_said():
    c = comparison()
    short = {name: {**d, "excess_withdrawn": replace(d["excess_withdrawn"], n=40)} for name, d in c.differences.items()}
    text = " ".join(ranked_table(replace(c, differences=short, interrupted=True)).split())
    assert "excess withdrawn is defined for both in 40 of 200 worlds only." in text
    assert "Interrupted" in text


def test_a_study_in_which_nothing_finished_still_has_a_table():
    c = replace(comparison(("nothing", "both")), measures={}, levels={}, matters={}, ranked_by=None, n=0)
    assert "both" in ranked_table(replace(c, costs={"nothing": NAN, "both": NAN}))


def test_names_with_square_brackets_are_shown_as_they_are():
    assert "[bold]gate[/]" in ranked_table(comparison(("nothing", "[bold]gate[/]")))


@pytest.mark.parametrize(
    ("value", "measure", "text"),
    [
        (0.12345, SHARE, "12.3"), (0.0, SHARE, "0"), (4e-4, SHARE, "0"), (1e-9, MONEY, "0"),
        (NAN, SHARE, "–"), (-0.5, SHARE, "−50.0"),
        (999.5, MONEY, "1k"), (123_456_789.0, MONEY, "123m"), (5e11, MONEY, "500bn"), (0.5, MONEY, "0.5"),
        (99.96e6, MONEY, "100m"), (999.6e3, MONEY, "1m"), (1e14, MONEY, "100t"), (4e16, MONEY, "40,000t"),
    ],
)  # fmt: skip
def test_numbers_are_written_in_few_characters(value, measure, text):
    assert compact(value, measure) == text


def test_a_gain_that_is_no_change_has_no_sign():
    assert compact(0.0, SHARE, signed=True) == "0"
    assert compact(0.01, SHARE, signed=True) == "+1.0"


def test_where_no_world_differs_on_a_scale_that_is_said_in_place_of_an_interval_never_of_a_yes_or_no():
    """So many alike worlds say of a scale what they are, of an event only how rare it is."""
    alike = Difference(0.0, -0.06, 0.06, 200, 0.0, 1.0, NAN)
    c = comparison(ranked_by="investor_loss")
    same = {name: {**row, "investor_loss": alike, "excess_withdrawn": alike} for name, row in c.differences.items()}
    told = replace(c, differences=same)
    (row,) = (line for line in ranked_table(told).splitlines() if line.startswith("insured"))
    assert "0, no world differs" in row
    (row,) = (
        line for line in ranked_table(replace(told, ranked_by="excess_withdrawn")).splitlines() if "insured" in line
    )
    assert "0 [−6.0, +6.0]" in row
    assert standing.span(told, "investor_loss", alike) == "no world differs"
    assert standing.span(told, "excess_withdrawn", alike) == "−6.0 to +6.0 pp"
    nearly = replace(alike, tie_share=0.995)
    assert standing.span(told, "investor_loss", nearly) != "no world differs"
    assert standing.span(told, "investor_loss", replace(alike, n=1, low=NAN, high=NAN)) == "–"
