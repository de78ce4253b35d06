import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trustsim.analysis import intervals


def ones(n_ones, n):
    return np.repeat([1.0, 0.0], [n_ones, n - n_ones])


def pairs(both, ours_only, theirs_only, neither):
    counts = [both, ours_only, theirs_only, neither]
    return np.repeat([1.0, 1.0, 0.0, 0.0], counts), np.repeat([1.0, 0.0, 1.0, 0.0], counts)


# --- one proportion ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n_ones", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_examples(n_ones, n, low, high):
    """Newcombe (1998), doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3."""
    found = intervals.proportion(ones(n_ones, n))
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)  # four published decimals


@pytest.mark.parametrize("n", [1, 2, 7, 200])
def test_wilson_agrees_with_scipy_for_every_count(n):
    for k in range(n + 1):
        theirs = stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
        found = intervals.proportion(ones(k, n))
        assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-12)
        assert 0 <= found.low <= found.mean <= found.high <= 1


def test_wilson_is_symmetric_in_ones_and_zeros():
    a, b = intervals.proportion(ones(3, 40)), intervals.proportion(ones(37, 40))
    assert (a.low, a.high) == pytest.approx((1 - b.high, 1 - b.low), abs=1e-15)


def test_a_proportion_of_nothing_is_undefined():
    found = intervals.proportion(np.empty(0))
    assert found.n == 0
    assert np.isnan([found.mean, found.low, found.high]).all()


# --- difference of paired proportions ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        ((1, 1, 7, 12), -0.517, -0.026),  # airway hyper-responsiveness before and after transplantation
        ((59, 6, 16, 80), -0.1240, -0.0054),  # complete response before and after consolidation
    ],
)
def test_tango_gives_the_published_examples(table, low, high):
    """Fagerland, Lydersen & Laake (2014), doi:10.1002/sim.6148, and their book of 2017, chapter 8: both tables."""
    found = intervals.paired_proportions(*pairs(*table))
    tolerance = 5e-4 if abs(low) > 0.2 else 5e-5  # the decimals printed
    assert (found.low, found.high) == pytest.approx((low, high), abs=tolerance)
    assert found.mean == pytest.approx((table[1] - table[2]) / sum(table))


def test_tango_excludes_zero_exactly_when_mcnemars_test_rejects():
    for ours in range(12):
        for theirs in range(12):
            found = intervals.paired_proportions(*pairs(5, ours, theirs, 20))
            z = abs(ours - theirs) / math.sqrt(max(ours + theirs, 1))
            assert (found.low > 0 or found.high < 0) == (z > 1.959964)


@pytest.mark.parametrize("n", [1, 5, 200])
def test_tango_has_known_limits_where_no_world_or_every_world_disagrees(n):
    z2 = stats.norm.ppf(0.975) ** 2
    agree = intervals.paired_proportions(*pairs(n, 0, 0, 0))
    assert (agree.mean, agree.low, agree.high) == pytest.approx((0, -z2 / (n + z2), z2 / (n + z2)), abs=1e-9)
    differ = intervals.paired_proportions(*pairs(0, n, 0, 0))
    assert (differ.mean, differ.low, differ.high) == pytest.approx((1, (n - z2) / (n + z2), 1), abs=1e-9)


def test_tango_changes_sign_when_the_two_change_places():
    ours, theirs = pairs(4, 9, 2, 30)
    a, b = intervals.paired_proportions(ours, theirs), intervals.paired_proportions(theirs, ours)
    assert (a.mean, a.low, a.high) == pytest.approx((-b.mean, -b.high, -b.low), abs=1e-9)


def test_tango_of_no_pairs_is_undefined():
    assert np.isnan(intervals.paired_proportions(np.empty(0), np.empty(0)).mean)


def test_tango_covers_what_it_says():
    """400 studies of 100 worlds: 92 to 99 is 95 within about three standard errors (1.1 points each)."""
    rng = np.random.default_rng(11)
    p_both, p_ours, p_theirs = 0.3, 0.02, 0.12
    inside = 0
    for _ in range(400):
        counts = rng.multinomial(100, [p_both, p_ours, p_theirs, 1 - p_both - p_ours - p_theirs])
        found = intervals.paired_proportions(*pairs(*counts))
        inside += found.low <= p_ours - p_theirs <= found.high
    assert 0.92 <= inside / 400 <= 0.99


# --- means ------------------------------------------------------------------------------------------------------------


def test_a_symmetric_sample_gets_students_interval():
    values = np.array([-3.0, -1.0, 0.0, 1.0, 3.0])
    low, high = stats.t.interval(0.95, 4, loc=0, scale=stats.sem(values))
    found = intervals.mean(values)
    assert (found.mean, found.low, found.high) == pytest.approx((0, low, high), abs=1e-12)


def test_the_limits_solve_halls_cubic():
    values = np.random.default_rng(3).lognormal(size=40)
    n, g, found = 40, stats.skew(values), intervals.mean(values)
    for limit, q in ((found.low, stats.t.ppf(0.975, n - 1)), (found.high, stats.t.ppf(0.025, n - 1))):
        t = (values.mean() - limit) / values.std(ddof=1)
        assert t + g * t**2 / 3 + g**2 * t**3 / 27 + g / (6 * n) == pytest.approx(q / math.sqrt(n), abs=1e-12)


def test_the_interval_leans_to_the_side_of_the_tail():
    values = np.where(np.arange(200) % 20 == 0, 1000.0, 0.0)
    right, left = intervals.mean(values), intervals.mean(-values)
    assert right.high - right.mean > right.mean - right.low > 0
    assert (left.low, left.high) == pytest.approx((-right.high, -right.low))


def test_a_little_skewness_changes_little():
    even = np.linspace(-1, 1, 50)
    nearly = even + 1e-9 * even**2
    a, b = intervals.mean(even), intervals.mean(nearly)
    assert (a.low, a.high) == pytest.approx((b.low, b.high), abs=1e-8)


def test_the_interval_scales_and_shifts_with_its_values():
    values = np.random.default_rng(5).lognormal(size=60)
    a, b = intervals.mean(values), intervals.mean(1e8 * values + 5e7)
    assert (b.low, b.high) == pytest.approx((1e8 * a.low + 5e7, 1e8 * a.high + 5e7), rel=1e-9)


def test_equal_values_one_value_and_none_are_defined():
    same = intervals.mean(np.full(7, 0.1))
    assert (same.mean, same.n) == (0.1, 7)
    assert same.low < 0.1 < same.high
    one = intervals.mean(np.array([4.0]))
    assert (one.mean, one.n) == (4.0, 1)
    assert np.isnan([one.low, one.high]).all()
    none = intervals.mean(np.empty(0))
    assert none.n == 0
    assert np.isnan([none.mean, none.low, none.high]).all()


def test_two_values_and_one_that_stands_out_stay_finite_and_ordered():
    for values in (np.array([0.0, 1.0]), np.append(np.zeros(199), 1.0), np.array([1e15, 1e15 + 1])):
        found = intervals.mean(values)
        assert np.isfinite([found.low, found.high]).all()
        assert found.low <= found.mean <= found.high


def test_limits_are_cut_at_the_bounds_of_the_quantity():
    values = np.append(np.zeros(199), 1.0)
    assert intervals.mean(values).low < 0
    assert intervals.mean(values, at_least=0.0).low == 0.0


# --- the same in every world ------------------------------------------------------------------------------------------

UNIT = {"low": 0.0, "high": 1.0}


@pytest.mark.parametrize("n", [2, 3, 20, 200])
def test_an_outcome_of_0_or_1_has_one_interval_whether_or_not_it_is_called_binary(n):
    """Where all worlds are alike; elsewhere Hall's interval stands in for Wilson's."""
    for k in (0, n):
        named, unnamed = (intervals.level(ones(k, n), binary=binary, **UNIT) for binary in (True, False))
        assert (unnamed.low, unnamed.high) == pytest.approx((named.low, named.high), abs=1e-12)
    for table in ((n, 0, 0, 0), (0, n, 0, 0), (0, 0, n, 0), (0, 0, 0, n)):
        named, unnamed = (intervals.paired(*pairs(*table), binary=binary, **UNIT) for binary in (True, False))
        assert (unnamed.low, unnamed.high) == pytest.approx((named.low, named.high), abs=1e-9)


def test_without_bounds_the_largest_value_seen_stands_for_them():
    z2 = stats.norm.ppf(0.975) ** 2
    unlike = z2 / (50 + z2)
    loss = intervals.level(np.zeros(50), low=0.0, scale=intervals.size("share", np.zeros(50)))
    assert (loss.low, loss.high) == pytest.approx((0, unlike))
    cost = intervals.level(np.zeros(50), low=0.0, scale=2e8)
    assert (cost.low, cost.high) == pytest.approx((0, 2e8 * unlike))
    gap = intervals.paired(np.full(50, 7e8), np.full(50, 7e8), low=0.0)
    assert (gap.mean, gap.low, gap.high) == pytest.approx((0, -7e8 * unlike, 7e8 * unlike))


def test_where_all_that_was_seen_is_zero_and_nothing_bounds_it_there_are_no_limits():
    found = intervals.level(np.zeros(50), low=0.0)
    assert (found.mean, found.n) == (0, 50)
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize("n", [2, 3, 4, 5, 100])
def test_the_same_difference_in_all_worlds_is_clear_from_four_worlds_on(n):
    for a, b in ((5e8, 4e8), (0.101, 0.1)):
        found = intervals.paired(np.full(n, a), np.full(n, b), low=0.0)
        assert (found.low > 0) == (n >= 4)
        assert found.low < found.mean < found.high


def test_values_that_differ_by_rounding_are_the_same():
    nearly = np.where(np.arange(40) % 2, 0.1 + 0.2, 0.3)
    assert intervals.mean(nearly).high == pytest.approx(intervals.mean(np.full(40, 0.3)).high)
    gap = intervals.paired(nearly, np.full(40, 0.3), **UNIT)
    assert gap.high > 0.05


samples = st.integers(0, 12).flatmap(
    lambda n: st.tuples(*(st.lists(st.sampled_from([0.0, 0.0, 1.0, 0.5, 1e-9, math.nan]) | st.floats(0, 1),
                                   min_size=n, max_size=n).map(np.array) for _ in range(2)))
)  # fmt: skip


@given(samples, st.booleans(), st.sampled_from([1.0, 1e-8, 3e12]))
@settings(max_examples=5 * settings().max_examples)  # they are cheap
def test_every_interval_holds_its_mean_and_has_a_width(both, is_bounded, factor):
    """The sample may be of nothing, of one world, all NaN, all the same."""
    bounds = {"low": 0.0, "high": factor} if is_bounded else {}
    ours, theirs = (np.asarray(x, float) * factor for x in both)
    gap = ours - theirs
    pairs = np.where(np.isnan(gap), 0.0, np.abs([ours, theirs]))
    for found, seen, size in (
        (intervals.level(ours, **bounds), ours, np.nanmax(np.abs([*ours, 0]))),
        (intervals.paired(ours, theirs, **bounds), gap, np.max(pairs, initial=0.0)),
    ):
        n = int((~np.isnan(seen)).sum())
        assert found.n == n
        assert math.isnan(found.mean) == (n == 0)
        if n >= 2 and (is_bounded or size > 0):
            assert found.low <= found.mean <= found.high
            assert found.low < found.high
        elif not math.isnan(found.low):
            assert found.low <= found.mean <= found.high


@pytest.mark.parametrize(
    ("draw", "truth", "least"),
    [
        (lambda rng: rng.normal(size=100), 0.0, 0.93),
        (lambda rng: rng.lognormal(size=100), math.exp(0.5), 0.90),
        (lambda rng: np.where(rng.random(100) < 0.3, rng.lognormal(size=100), 0.0), 0.3 * math.exp(0.5), 0.90),
    ],
    ids=["normal", "lognormal", "zero in 70 %"],
)
def test_the_mean_is_covered_about_as_often_as_it_says(draw, truth, least):
    """1,000 samples of 100: ±0.7 points is one standard error. The skewed cases are known to reach about 94, not 95."""
    rng = np.random.default_rng(7)
    found = [intervals.mean(draw(rng)) for _ in range(1000)]
    share = np.mean([i.low <= truth <= i.high for i in found])
    assert least <= share <= 0.975
