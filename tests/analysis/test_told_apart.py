"""Whoever can be told apart counts, not the best mean alone: what ranks, the groups, and who comes first in one."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from test_groups import N, around, ranked

from trustsim.analysis import ranking
from trustsim.analysis.measures import Measure, difference_of
from trustsim.analysis.ranking import Field, simultaneous

LOSS = Measure("share", "lower", False, "", 0.0, 1.0)


def unsure(mean, gain):
    """A column of losses *gain* below *mean* on average: 0.4 less in half of the worlds, 0.4 more in the others."""
    return mean - gain + 0.4 * np.where(np.arange(N) % 4 < 2, 1.0, -1.0)


STEADY = {"nothing": around(0.5, 0.001), "wild": unsure(0.5, 0.036), "steady": around(0.47, 0.001, seed=2)}


def test_an_outcome_can_tell_where_any_variant_is_better_and_the_best_mean_is_unsure():
    """Steady is 3 pp better in every world; wild is 3.6 pp better on average and not told from the baseline."""
    losses = [around(0.3, 0.001, seed=3), around(0.29, 0.001, seed=4), around(0.29, 0.001, seed=5)]
    c = ranked({"excess_withdrawn": list(STEADY.values()), "investor_loss": losses}, names=tuple(STEADY))
    assert not (c.differences["wild"]["excess_withdrawn"].high < 0)
    assert (c.ranked_by, c.passed_over) == ("excess_withdrawn", ())
    assert [name for name in c.variants if c.helps(name)] == ["steady"]


def test_the_baseline_is_no_equal_of_a_variant_that_is_told_from_it_and_that_one_comes_first():
    c = ranked({"excess_withdrawn": list(STEADY.values())}, names=tuple(STEADY))
    assert c.groups == (("steady", "wild"), ("nothing",))


def test_where_nothing_helps_an_outcome_that_tells_any_two_apart_ranks():
    """c and d lie on either side of the baseline, each too near to be told from it; b has the best mean and is wild."""
    base = around(0.5, 1e-4)
    side = 0.04 * np.where(np.arange(N) % 2, 1.0, -1.0)
    wild = unsure(0.5, 0.036)
    trust = [base, 1 - wild, base + 0.006 + side, base - 0.006 + side]
    c = ranked({"investor_loss": [np.zeros(N)] * 4, "trust_trough": trust}, asked=("trust_trough",))
    assert not any(c.helps(name) for name in c.variants)
    assert (c.ranked_by, c.passed_over) == ("trust_trough", ("investor_loss",))


def test_a_share_that_differs_by_less_than_a_point_ranks_only_where_the_file_says_that_it_matters():
    """Else a gain too small to be looked at would be bought with harm that is just below what matters."""
    outcomes = {"investor_loss": [np.zeros(N)] * 2, "trust_trough": [around(0.3, 1e-4), around(0.3, 1e-4) + 0.006]}
    names, asked = ("nothing", "gate"), ("trust_trough",)
    assert ranked(outcomes, names=names, asked=asked).groups == (names,)
    assert ranked(outcomes, names=names, asked=asked, matters={"trust_trough": 0.0}).helps("gate")


def field_of_chance(seed):
    """Five variants whose losses differ as much as they are unsure, in 40 worlds."""
    rng = np.random.default_rng(seed)
    values = np.clip(0.4 + rng.normal(0, 0.03, 5) + rng.uniform(0.005, 0.2, 5) * rng.standard_normal((40, 5)), 0, 1)
    return field_of(values)


def field_of(values):
    """Return the field of the losses of five variants, a the baseline; float64 (worlds, 5)."""
    names = tuple("abcde")
    differences = {
        name: {"investor_loss": difference_of(values[:, k], values[:, 0], LOSS, is_alike=False)}
        for k, name in enumerate(names)
        if k
    }
    return Field(names, "a", {"investor_loss": LOSS}, {"investor_loss": values}, differences, {"investor_loss": 0.005})


def test_no_two_of_a_group_are_told_apart_and_who_is_told_to_be_better_stands_in_an_earlier_one():
    """60 fields made by chance; in many of them the best mean is told from nobody and others are told apart."""
    told = 0
    for seed in range(60):
        field = field_of_chance(seed)
        groups = field.groups("investor_loss", field.variants)
        place = {name: k for k, group in enumerate(groups) for name in group}
        for ours, theirs in itertools.permutations(field.variants, 2):
            if field.ahead("investor_loss", ours, theirs) > 0:
                assert place[ours] < place[theirs], seed
                told += not field.ahead("investor_loss", groups[0][0], theirs)
    assert told > 0


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.7))
@settings(max_examples=60)
def test_who_is_told_to_be_better_stands_earlier_also_where_worlds_have_no_value(seed, missing):
    """Which worlds have no value depends on how good these would be, so that each pair may tell another story."""
    rng = np.random.default_rng(seed)
    luck = np.where(np.arange(60) % 3 == 0, rng.choice([-0.2, 0, 0.2], (5, 1)), rng.choice([-0.2, 0, 0.2], (5, 1)))
    values = 0.5 + luck.T + rng.normal(0, 0.01, (60, 5))
    is_gone = rng.random((3, 5)) < missing
    field = field_of(np.where(is_gone[np.arange(60) % 3], np.nan, values))
    groups = field.groups("investor_loss", field.variants)
    place = {name: k for k, group in enumerate(groups) for name in group}
    for ours, theirs in itertools.permutations(field.variants, 2):
        side = field.ahead("investor_loss", ours, theirs)
        assert side == -field.ahead("investor_loss", theirs, ours)
        assert side <= 0 or place[ours] < place[theirs]


def test_a_pair_that_says_the_reverse_of_the_order_is_not_told_apart():
    """Against the baseline, which has a value in 20 worlds, b gains 0.2 and c 0.1; in 40 others c is better by far."""
    values = np.full((60, 5), np.nan)
    values[:20, 0] = around(0.5, 0.01, n=20)
    values[:20, 1:] = values[:20, :1] - np.array([0.2, 0.1, 0.0, 0.0])
    values[20:, 1:3] = np.array([0.6, 0.1]) + around(0, 0.01, 1, 80).reshape(40, 2)
    field = field_of(values)
    gap = LOSS.paired(values[:, 1], values[:, 2], simultaneous(5))
    assert gap.low > 0  # alone, the pair says that c is better
    assert field.ahead("investor_loss", "c", "b") == field.ahead("investor_loss", "b", "c") == 0
    assert field.groups("investor_loss", field.variants)[0] == ("b", "c")
    assert field.ahead("investor_loss", "b", "a") == 1


def test_what_ranks_and_all_headlines_hold_together_where_another_outcome_ranks(monkeypatch):
    """Two headlines and trust are three outcomes: the intervals of all of them are those of three."""
    seen = []
    monkeypatch.setattr(ranking, "simultaneous", lambda k, n: seen.append(n) or simultaneous(k, n))
    same = {"excess_withdrawn": [around(0.3)] * 3, "investor_loss": [around(0.2), around(0.1, seed=1), around(0.2)]}
    ranked({**same, "trust_trough": [around(0.5)] * 3}, rank_by="trust_trough")
    assert set(seen) == {3}
