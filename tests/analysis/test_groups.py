"""What ranks variants, which of them are told apart, what matters and what harms: on outcomes made by hand."""

import itertools
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest

from trustsim.analysis.comparison import compare
from trustsim.analysis.headlines import HEADLINES, smallest
from trustsim.analysis.measures import Measure
from trustsim.analysis.ranking import simultaneous
from trustsim.experiment.study import Study
from trustsim.registry import Registry
from trustsim.scenario.resolved import Item, Scenario, Variant

UNITS = {name: usual.unit for name, usual in HEADLINES.items()} | {"trust_trough": "share", "policy_cost": "money"}
PAYERS = {name: f"loss_by_payer[{name}]" for name in ("clients", "owners", "guarantors")}
N = 200


def registry(names):
    r = Registry()
    for name in names:

        def outcome():
            """Text."""

        better = "higher" if name == "trust_trough" else "lower"
        stem = name.partition("[")[0]
        if stem not in {entry.name for entry in r}:
            r.enter("outcome", stem, source="assumed", better=better, unit=UNITS.get(stem, "money"))(outcome)
    r.enter("outcome", "n_messages", source="assumed")(outcome)
    return r


def ranked(outcomes, *, rank_by=None, asked=(), matters=None, names=None):
    """Compare variants a, b, c, …, the first the baseline: ``outcomes`` by name a column of worlds for each."""
    values = {name: np.array(columns, float).T for name, columns in outcomes.items()}
    n, k = next(iter(values.values())).shape
    names = names or tuple("abcdefgh"[:k])
    scenario = Scenario(
        title="", description="", horizon=90.0, step=1.0, currency="CNY", shocks=(),
        variants=tuple(Variant(name, (Item(name, None),), SimpleNamespace(platforms=())) for name in names),
        baseline=names[0], replications=n, seed=1, outcomes=asked, expect=(), sweep={}, document={}, digest="",
        matters=matters or {},
    )  # fmt: skip
    return compare(Study(scenario, names, np.arange(n), values, {}, (), 1.0), registry(outcomes), rank_by=rank_by)


def around(mean, spread=0.01, seed=0, n=N):
    return mean + spread * np.random.default_rng(seed).standard_normal(n)


def test_the_first_headline_that_tells_the_variants_apart_ranks_and_what_it_passed_over_is_said():
    c = ranked(
        {"excess_withdrawn": [np.ones(N)] * 3, "investor_loss": [around(0.3), around(0.1, seed=1), around(0.3, seed=2)]}
    )
    assert (c.ranked_by, c.passed_over) == ("investor_loss", ("excess_withdrawn",))
    assert c.groups == (("b",), c.groups[1])
    assert set(c.groups[1]) == {"a", "c"}
    document = c.to_json()
    assert document["passed_over"] == ["excess_withdrawn"]
    assert document["groups"][0] == ["b"]


def test_an_outcome_that_shows_harm_only_is_passed_over_for_one_that_shows_help():
    """By run probability c is worse and nothing is better; by loss b is: b is the answer, and c's harm is named."""
    run = [around(0.3), around(0.3, seed=1), around(0.6, seed=2)]
    loss = [around(0.2), around(0.1, seed=1), around(0.2, seed=2)]
    c = ranked({"excess_withdrawn": run, "investor_loss": loss})
    assert (c.ranked_by, c.passed_over) == ("investor_loss", ("excess_withdrawn",))
    assert c.harms == {"c": ("excess_withdrawn",)}
    only = ranked({"excess_withdrawn": run, "investor_loss": [around(0.2)] * 3})
    assert (only.ranked_by, only.groups) == ("excess_withdrawn", (("b", "a"), ("c",)))


def test_what_is_asked_for_ranks_whether_or_not_it_can_tell():
    outcomes = {"excess_withdrawn": [np.ones(N)] * 2, "investor_loss": [around(0.3), around(0.1, seed=1)]}
    c = ranked(outcomes, rank_by="excess_withdrawn")
    assert (c.ranked_by, c.passed_over, c.rank_by) == ("excess_withdrawn", (), "excess_withdrawn")


def test_an_outcome_that_the_scenario_picks_ranks_where_no_headline_can_tell_but_never_its_cost():
    trust = [around(0.5), around(0.7, seed=1)]
    same = {"excess_withdrawn": [np.zeros(N)] * 2, "policy_cost": [np.zeros(N), around(9, seed=3)]}
    c = ranked({**same, "trust_trough": trust}, asked=("policy_cost", "trust_trough"))
    assert (c.ranked_by, c.passed_over) == ("trust_trough", ("excess_withdrawn",))
    assert ranked({**same, "trust_trough": trust}).ranked_by == "excess_withdrawn"


def test_variants_that_cannot_be_told_apart_are_one_group_and_three_zeros_have_no_order():
    zero = np.zeros(N)
    run = [np.arange(N) % 2, zero, zero, zero]
    c = ranked({"excess_withdrawn": run})
    assert c.groups == (("b", "c", "d"), ("a",))


def test_equals_by_what_ranks_are_parted_by_the_loss_where_that_tells_them_apart():
    """Two remedies end all runs and one of them gives up a tenth of the money: they are no equals."""
    run = [around(0.8), np.zeros(N), np.zeros(N), np.zeros(N)]
    loss = [around(0.3), around(0.15, seed=1), around(0.05, seed=2), around(0.05, seed=3)]
    c = ranked({"excess_withdrawn": run, "investor_loss": loss})
    assert c.ranked_by == "excess_withdrawn"
    assert [set(group) for group in c.groups] == [{"c", "d"}, {"b"}, {"a"}]


def test_a_difference_below_what_matters_tells_nothing_apart_however_clear_it_is():
    loss = [around(0.3, 1e-5), around(0.297, 1e-5, 1)]
    assert ranked({"investor_loss": loss}).groups == (("b", "a"),)  # 0.3 pp; 0.5 pp matter by default
    c = ranked({"investor_loss": loss}, matters={"investor_loss": 0.002})
    assert c.groups == (("b",), ("a",))
    assert c.matters == {"investor_loss": 0.002}
    assert c.to_json()["matters"] == {"investor_loss": 0.002}


def test_who_harms_by_a_headline_outcome_never_stands_before_who_does_not():
    """Freezing everybody's money ends all runs: the best by what ranks, and behind those that freeze nobody."""
    run = [around(0.8), around(0.5, seed=1), np.zeros(N)]
    stuck = [np.zeros(N), np.zeros(N), around(40.0, seed=2)]
    c = ranked({"excess_withdrawn": run, "stuck_money": stuck})
    assert c.harms == {"c": ("stuck_money",)}
    assert c.groups == (("b",), ("a",), ("c",))
    assert c.to_json()["harms"] == {"c": ["stuck_money"]}
    alone = ranked({"excess_withdrawn": [run[0], run[2]], "stuck_money": [stuck[0], stuck[2]]})
    assert alone.ranking == ("a", "b")


@pytest.mark.parametrize("headline", HEADLINES)
def test_harm_by_any_headline_is_harm_and_one_that_is_too_small_to_matter_is_not(headline):
    least = HEADLINES[headline].value
    help_ = {"trust_trough": [around(0.3), around(0.9, seed=1)]}
    for factor, is_harm in ((2.0, True), (0.5, False)):
        worse = {headline: [np.full(N, 5 * least), 5 * least + around(factor * least, least / 50, 3)]}
        c = ranked({**help_, **worse}, rank_by="trust_trough")
        assert c.harms == ({"b": (headline,)} if is_harm else {})
        assert c.ranking == (("a", "b") if is_harm else ("b", "a"))


def test_what_a_scenario_says_that_matters_takes_the_place_of_the_default_and_holds_for_its_groups():
    assert smallest("investor_loss", "share", {}, 90) == HEADLINES["investor_loss"].value
    assert smallest("investor_loss", "money", {}, 90) == 0
    assert smallest("loss_by_segment[novice]", "share", {"loss_by_segment": 0.02}, 90) == 0.02
    assert smallest("investor_loss", "share", {"investor_loss": 0.0}, 90) == 0
    assert [smallest("stuck_money", "duration", {}, days) for days in (200, 3)] == [1, 0.03]


SHARES = np.array([0.05, 0.1, 0.2, 0.2, 0.4])
SCALES = np.array([0.4, 0.6, 1.0, 1.0, 1.5])


def worlds_of(kind, seed, n=100):
    """Return float64 (worlds, variants) of five variants in the same worlds, and their true means."""
    rng = np.random.default_rng(seed)
    if kind == "share":
        luck = np.where(rng.random((n, 5)) < 0.6, rng.random((n, 1)), rng.random((n, 5)))
        return (luck < SHARES).astype(float), SHARES
    lost = rng.beta(1.5, 6, (n, 1)) * rng.uniform(0.6, 1.4, (n, 5))
    return np.where(rng.random((n, 1)) < 0.3, lost * SCALES / 2.1, 0.0), 0.3 * (1.5 / 7.5) * SCALES / 2.1


@pytest.mark.parametrize("kind", ["share", "loss"])
def test_simultaneous_intervals_cover_all_pairs_at_once_in_95_of_100_studies(kind):
    """400 studies: 95 % less 2.7 standard errors of 1.1 points is 92 %."""
    measure = Measure("share", "lower", kind == "share", "", 0.0, 1.0)
    covered = 0
    for seed in range(400):
        values, truth = worlds_of(kind, seed)
        gaps = {
            (a, b): measure.paired(values[:, a], values[:, b], simultaneous(5))
            for a, b in itertools.combinations(range(5), 2)
        }
        covered += all(gap.low <= truth[a] - truth[b] <= gap.high for (a, b), gap in gaps.items())
    assert covered / 400 >= 0.92


def test_five_variants_that_are_the_same_are_told_apart_in_at_most_5_of_100_studies():
    """200 studies of worlds in which nothing differs but luck; 5 % and 2.6 standard errors of 1.5 points are 9 %."""
    wrong = 0
    for seed in range(200):
        luck = np.random.default_rng(seed).random((5, 60))
        c = ranked({"excess_withdrawn": (luck < 0.3).astype(float)})
        wrong += len([group for group in c.groups if not set(group) & set(c.harms)]) > 1
    assert wrong / 200 <= 0.09


def test_the_confidence_of_a_pair_is_that_of_bonferroni():
    assert simultaneous(1) == simultaneous(2) == pytest.approx(0.95)
    assert simultaneous(5) == pytest.approx(float(1 - Fraction(5, 100) / 10))
    assert simultaneous(5, 3) == pytest.approx(float(1 - Fraction(5, 100) / 30))


def test_where_nothing_is_measured_nothing_ranks_and_there_is_no_group():
    nan = np.full(N, np.nan)
    for rank_by in (None, "investor_loss"):
        c = ranked({"investor_loss": [nan] * 3, "stuck_money": [nan] * 3}, rank_by=rank_by)
        assert (c.ranked_by, c.groups, c.ranking, c.harms) == (None, (), ("a", "b", "c"), {})
        assert not any(c.helps(name) or c.fails(name) for name in "bc")
        document = c.to_json()
        assert (document["ranked_by"], document["groups"]) == (None, [])


def test_an_outcome_that_is_nowhere_measured_is_passed_over_for_one_that_is():
    c = ranked({"excess_withdrawn": [np.full(N, np.nan)] * 2, "investor_loss": [around(0.3), around(0.1, seed=1)]})
    assert (c.ranked_by, c.passed_over) == ("investor_loss", ("excess_withdrawn",))
    same = ranked({"excess_withdrawn": [np.full(N, np.nan)] * 2, "investor_loss": [around(0.3)] * 2})
    assert same.ranked_by == "investor_loss"


def paid(clients, guarantors, owners=(9.0, 9.0)):
    """Compare two variants by what their payers lose: means, with the same noise over worlds in both."""
    lost = {"clients": clients, "guarantors": guarantors, "owners": owners}
    noise = {name: around(0, 1.0, k) for k, name in enumerate(lost)}
    wobble = around(0, 0.5, 9)
    return ranked({
        PAYERS[name]: [means[0] + noise[name], means[1] + noise[name] + wobble] for name, means in lost.items()
    }, rank_by=PAYERS["clients"])  # fmt: skip


def test_a_loss_that_a_guarantor_bears_in_place_of_clients_is_moved_and_named_and_is_no_harm():
    c = paid(clients=(50, 20), guarantors=(0, 30))
    (name, shift), *none = c.shifts.items()
    assert (name, none, list(shift.to), c.harms) == ("b", [], ["guarantors"], {})
    assert shift.moved == pytest.approx(30, abs=0.5)
    assert abs(shift.destroyed.mean) < 0.5
    assert c.helps("b")
    assert c.to_json()["shifts"]["b"]["moved"] == shift.moved


def test_what_moves_a_loss_and_destroys_more_is_a_shift_and_what_saves_a_tenth_of_it_is_none():
    more = paid(clients=(50, 20), guarantors=(0, 45)).shifts["b"]
    assert (more.moved, more.destroyed.mean) == (pytest.approx(30, abs=0.5), pytest.approx(15, abs=0.5))
    assert paid(clients=(50, 20), guarantors=(0, 25)).shifts == {}  # five of thirty are saved
    assert set(paid(clients=(50, 20), guarantors=(0, 28.5)).shifts) == {"b"}  # a twentieth is
    assert paid(clients=(50, 50), guarantors=(0, 25)).shifts == {}  # clients gain nothing
    assert paid(clients=(50, 20), guarantors=(0, 0)).shifts == {}  # all of it is saved


def test_a_shift_saves_or_destroys_where_the_interval_of_all_together_excludes_zero():
    """By two or by one and a half of thirty: the noise of their sum is 0.07."""
    for guarantors, side in ((32, -1), (30, 0), (28.5, 1)):
        assert paid(clients=(50, 20), guarantors=(0, guarantors)).shifts["b"].side == side


def test_whether_something_is_saved_is_told_where_the_interval_is_narrow_against_what_is_moved():
    shift = paid(clients=(50, 20), guarantors=(0, 30)).shifts["b"]
    assert (shift.side, shift.is_told) == (0, True)
    wide = replace(shift, destroyed=replace(shift.destroyed, low=-4.0, high=5.0))
    assert (wide.side, wide.is_told) == (0, False)


def test_who_spares_the_clients_of_day_0_by_luring_others_in_moves_their_loss():
    """Of 50 that clients lose, newcomers bear a fifth, and then all but a fifth."""
    clients = around(50, 1.0)
    shares = {"investor_loss": (0.4, 0.1), "newcomer_loss": (0.1, 0.4)}
    c = ranked({PAYERS["clients"]: [clients, clients + around(0, 0.1, 3)]} | {
        name: [x + around(0, 0.001, 5) for x in means] for name, means in shares.items()
    })  # fmt: skip
    shift = c.shifts["b"]
    assert list(shift.to) == ["newcomers"]
    assert shift.moved == pytest.approx(30, abs=0.5)
    assert shift.side == 0


def test_to_whom_a_loss_is_moved_are_those_who_clearly_lose_more():
    shift = paid(clients=(50, 20), guarantors=(0, 20), owners=(9, 19)).shifts["b"]
    assert {name: round(x) for name, x in shift.to.items()} == {"guarantors": 20, "owners": 10}


def test_of_groups_that_what_ranks_cannot_part_it_is_known_which_outcome_did():
    """By what leaves ‘b’ is first by its mean, and nobody is told; ‘a’ loses clearly less."""
    wild = [around(0.30, 0.3, 1), around(0.25, 0.3, 2), around(0.9, 0.001, 3)]
    c = ranked({"excess_withdrawn": wild, "investor_loss": [around(0.1), around(0.3, seed=4), around(0.3, seed=5)]})
    pairs = dict(zip(itertools.pairwise(c.groups), c.parted_by, strict=True))
    assert pairs[("a",), ("b",)] == "investor_loss"
    assert pairs[("b",), ("c",)] == "excess_withdrawn"


def test_who_gains_where_its_harm_has_no_value_stands_behind_those_whose_harm_is_known_and_does_not_help():
    gone = [around(0.3), around(0.1, seed=1), around(0.2, seed=2), around(0.25, seed=3)]
    needs = [around(0.0), np.full(N, np.nan), around(0.0, seed=1), around(0.5, seed=2)]
    c = ranked({"excess_withdrawn": gone, "needs_unmet": needs})
    assert c.unmeasured == {"b": ("needs_unmet",)}
    assert c.groups == (("c",), ("a",), ("d",), ("b",))
    assert (c.helps("b"), c.helps("c")) == (False, True)
    assert c.to_json()["unmeasured"] == {"b": ["needs_unmet"]}
    assert "unmeasured" not in c.levels_json()
