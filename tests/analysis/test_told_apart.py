"""Whoever can be told apart counts, not the best mean alone: what ranks, the groups, and who comes first in one."""

import itertools

import numpy as np
from test_groups import N, around, ranked

from trustsim.analysis.measures import Measure, difference_of
from trustsim.analysis.ranking import Field

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
    side = 0.004 * np.where(np.arange(N) % 2, 1.0, -1.0)
    wild = unsure(0.5, 0.03)
    trust = [base, 1 - wild, base + 0.0005 + side, base - 0.0005 + side]
    c = ranked({"investor_loss": [np.zeros(N)] * 4, "trust_trough": trust}, asked=("trust_trough",))
    assert not any(c.helps(name) for name in c.variants)
    assert (c.ranked_by, c.passed_over) == ("trust_trough", ("investor_loss",))


def field_of_chance(seed):
    """Five variants whose losses differ as much as they are unsure, in 40 worlds."""
    rng = np.random.default_rng(seed)
    values = np.clip(0.4 + rng.normal(0, 0.03, 5) + rng.uniform(0.005, 0.2, 5) * rng.standard_normal((40, 5)), 0, 1)
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
