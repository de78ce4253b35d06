import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustsim.analysis.measures import Measure
from trustsim.report.tables.table import compact
from trustsim.report.words import words


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.2341, "share", "23.4 %"),
        (0.2, "share", "20 %"),
        (0.0, "share", "0 %"),
        (-0.05, "share", "−5 %"),
        (0.00042, "share", "0.042 %"),
        (1.0, "share", "100 %"),
        (1_200_000, "money", "1.2 million CNY"),
        (123_456_789, "money", "123 million CNY"),
        (99_999, "money", "99\u202f999 CNY"),
        (150_000, "money", "150 thousand CNY"),
        (2.5, "money", "2.5 CNY"),
        (0, "money", "0 CNY"),
        (-3_400_000_000, "money", "−3.4 billion CNY"),
        (12.0, "duration", "12 days"),
        (1.0, "duration", "1 day"),
        (12.345, "duration", "12.3 days"),
        (0.2, "per_day", "0.2 per day"),
        (7624, "count", "7\u202f624"),
        (math.nan, "share", "–"),
        (math.inf, "money", "–"),
        (None, "duration", "–"),
    ],
)
def test_quantity_reads_as_people_say_it(value, unit, text):
    assert words.quantity(value, unit, "CNY") == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (99_999.4, "money", "99\u202f999 CNY"),
        (99_999.6, "money", "100 thousand CNY"),
        (999_499, "money", "999 thousand CNY"),
        (999_600, "money", "1 million CNY"),
        (999_999, "money", "1 million CNY"),
        (-999_999, "money", "−1 million CNY"),
        (999_999_999, "money", "1 billion CNY"),
        (999_999_999_999, "money", "1 trillion CNY"),
        (1e15, "money", "1\u202f000 trillion CNY"),  # there is no larger word
        (9.9996, "money", "10 CNY"),
        (0.9996, "duration", "1 day"),
        (1.001, "duration", "1 day"),
        (-1.001, "duration", "−1 day"),
        (1.01, "duration", "1.01 days"),
        (0.0, "duration", "0 days"),
        (0.999, "share", "99.9 %"),
        (0.001, "share", "0.1 %"),
        (0.0009999, "share", "0.1 %"),
        (0.0005, "share", "0.05 %"),
        (0.00004, "share", "0.004 %"),
        (0.9996, "per_day", "1 per day"),
        (999.6, "count", "1\u202f000"),
        (-0.00001, "number", "0"),
        (9.9996, "number", "10"),
        (1.001, "log-odds", "1 log-odds"),
    ],
)
def test_quantity_is_named_by_what_it_is_rounded_to(value, unit, text):
    assert words.quantity(value, unit, "CNY") == text


@given(st.floats(1e5, 9.99e14))
def test_money_with_a_word_for_its_size_is_never_a_thousand_of_it(value):
    number, word, _ = words.quantity(value, "money", "CNY").split(" ")
    assert (100 if word == "thousand" else 0.999) <= float(number) <= 999


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (-0.123, "share", "−12.3 pp"),
        (0.05, "share", "+5 pp"),
        (0.0, "share", "0 pp"),
        (0.00002, "share", "+0.002 pp"),
        (0.0048, "share", "+0.48 pp"),  # less than the half of a point that matters, and does not read like it
        (0.005, "share", "+0.5 pp"),
        (-0.00996, "share", "−1 pp"),
        (1_200_000, "money", "+1.2 million CNY"),
        (-1_200_000, "money", "−1.2 million CNY"),
        (2.5, "duration", "+2.5 days"),
        (0.369, "duration", "+0.369 days"),
        (-0.369, "duration", "−0.369 days"),
        (0.0, "duration", "0 days"),
        (math.nan, "share", "–"),
    ],
)
def test_change_carries_its_sign_and_percentage_points(value, unit, text):
    assert words.change(value, unit, "CNY") == text


@pytest.mark.parametrize(
    ("low", "high", "unit", "signed", "text"),
    [
        (0.201, 0.267, "share", False, "20.1 to 26.7 %"),
        (-0.15, -0.096, "share", True, "−15.0 to −9.6 pp"),
        (-0.05, 0.02, "share", True, "−5.0 to +2.0 pp"),
        (-2_490_000, -936_000, "money", True, "−2.49 to −0.94 million CNY"),
        (1.5, 12.25, "duration", False, "1.5 to 12.2 days"),
        (0.0027, 0.0031, "share", True, "+0.27 to +0.31 pp"),
        (-0.0003, 0.0019, "share", True, "−0.03 to +0.19 pp"),  # it includes zero, and shows it
        (0.0109, 0.0112, "share", False, "1.09 to 1.12 %"),  # ends that differ are not written alike
        (999_000, 999_999, "money", False, "0.999 to 1.000 million CNY"),
        (0, 0, "money", False, "0 to 0 CNY"),
        (math.nan, 0.2, "share", False, "–"),
        (None, None, "share", False, "–"),
    ],
)
def test_interval_says_its_unit_once_and_is_equally_fine_at_both_ends(low, high, unit, signed, text):
    assert words.interval(low, high, unit, "CNY", signed=signed) == text


def test_column_of_bare_numbers_is_as_fine_as_its_largest_entry():
    column = [words.bare(x, "money", 11_000_000, signed=True) for x in (-7_090_000, 2_050_000, 0, math.nan)]
    assert column == ["−7.1", "+2.0", "0", "–"]


def test_a_small_number_in_a_column_of_large_ones_is_never_rounded_to_twice_itself():
    column = [words.bare(x, "money", 254_000_000) for x in (254e6, -508e3, -400e3, 2.4e6)]
    assert column == ["254", "−0.51", "−0.40", "2"]
    assert words.bare(0.00004, "share", 0.5) == "0.004"


@pytest.mark.parametrize(
    ("low", "high", "better", "verdict"),
    [
        (-2.0, -1.0, "lower", "better"),
        (1.0, 2.0, "lower", "worse"),
        (1.0, 2.0, "higher", "better"),
        (-2.0, -1.0, "higher", "worse"),
        (-1.0, 1.0, "lower", "unclear"),
        (0.0, 1.0, "lower", "unclear"),
        (math.nan, math.nan, "lower", "unclear"),
        (1.0, 2.0, "", "higher"),
        (-2.0, -1.0, "", "lower"),
    ],
)
def test_only_an_interval_without_zero_is_a_verdict(low, high, better, verdict):
    assert words.verdict(low, high, better) == verdict


def test_a_variant_whose_interval_includes_zero_makes_no_clear_difference():
    assert words.verb(-3.0, -4.0, -2.0) == "lowers"
    assert words.verb(3.0, 2.0, 4.0) == "raises"
    assert words.verb(-3.0, -7.0, 1.0) == "makes no clear difference to"


def test_share_of_worlds_is_also_a_count():
    assert words.share_of_worlds(0.965, 200) == "193 of 200 worlds (96.5 %)"
    assert words.share_of_worlds(math.nan, 200) == "–"


def test_names_are_joined_cut_and_spelt_as_prose():
    assert words.listing([]) == ""
    assert words.listing(["a"]) == "a"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.plural(1, "run") == "1 run"
    assert words.too_few(1, "set") == "1 set is too few"
    assert words.too_few(2, "other set", "other sets") == "2 other sets are too few"
    assert words.plural(1200, "run") == "1\u202f200 runs"
    assert words.label("peak_outflow") == "peak outflow"


def test_a_failure_after_a_shock_of_a_day_is_not_said_to_have_come_without_a_shock():
    assert words.label("failure_day[without a shock]") == "failure day (not struck by a shock drawn by chance)"
    assert words.label("failures_a_month[after a shock]") == "failures a month (struck by a shock drawn by chance)"
    assert words.label("failure_day[out of cash]") == "failure day (out of cash)"
    assert words.label("loss_by_segment[without a shock]") == "loss by segment (without a shock)"  # a reader's own name
    assert words.shortened("a short name", 20) == "a short name"
    cut = words.shortened("a very long name of a package of interventions", 20)
    assert len(cut) <= 20
    assert cut.startswith("a very")
    assert cut.endswith("tions")


def test_axis_of_money_takes_the_scale_of_its_largest_value():
    assert words.axis("money", "CNY", 3e6) == (1e6, "million CNY")
    assert words.axis("money", "CNY", 50) == (1.0, "CNY")
    assert words.axis("share") == (0.01, "%")
    assert words.tick(-0.25) == "−0.25"


@pytest.mark.parametrize("nothing", [0.0, -0.0, 1e-9, -1e-9])
@pytest.mark.parametrize("unit", ["share", "money", "duration", "number"])
def test_a_zero_is_written_one_way_in_tables_sentences_and_pictures(nothing: float, unit: Any) -> None:
    """It is 0, with no decimals, sign or power of ten, whatever stands behind it."""
    of_unit = Measure(unit, "", False, "")
    written = [
        words.quantity(nothing, unit, "CNY"), words.change(nothing, unit, "CNY"), words.bare(nothing, unit),
        words.bare(nothing, unit, signed=True), words.tick(nothing), compact(nothing, of_unit),
        compact(nothing, of_unit, signed=True),
    ]  # fmt: skip
    assert {text.split()[0] for text in written} == {"0"}
