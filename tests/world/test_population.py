"""The population: what is drawn stays inside what integers and shares can hold."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustsim.catalog import REGISTRY
from trustsim.distributions import DISTRIBUTIONS, Distribution
from trustsim.errors import ModelError, ScenarioError
from trustsim.kernels import draws
from trustsim.registry import Parameter
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario
from trustsim.units import MINOR_PER_MAJOR
from trustsim.world.population import draw_population, open_accounts
from trustsim.world.sections import Investors, Segment

KEY = draws.key_of(1, 0)


def test_extreme_wealth_is_capped_before_it_overflows() -> None:
    rich = Segment(name="rich", wealth=Distribution("lognormal", (1e12, 30.0)))
    investors = Investors(segments=(rich,))
    people = draw_population(investors, 500, KEY)
    accounts = open_accounts(investors, 500, people, (np.ones(2), np.arange(2)), KEY)
    assert accounts.balance.min() >= 0
    assert accounts.safe.min() >= 0
    total = sum(int(x) for x in accounts.balance) + sum(int(x) for x in accounts.safe)
    assert 0 < total < 2**62


def test_segments_have_their_shares() -> None:
    two = (Segment(name="a", share=0.3), Segment(name="b", share=0.7))
    people = draw_population(Investors(segments=two), 20_000, KEY)
    # binomial: one standard error is 0.0032, four are allowed
    assert abs((people.segment == 0).mean() - 0.3) < 0.013


def test_newcomers_change_nothing_for_those_who_were_there() -> None:
    before = draw_population(Investors(), 300, KEY)
    after = draw_population(Investors(newcomers=50), 300, KEY)
    assert after.n_investors == 350
    for name, column in before.traits.items():
        assert np.array_equal(column, after.traits[name][:300])


SPREADS = [(entry, p) for entry in REGISTRY for p in entry.parameters if p.spread]
numbers = st.sampled_from([0.0, 1e-300, 1e-12, 1e-9, 1e-3, 0.5, 1.0, 2.0, 50.0, 1e6, 1e9, 1e12, 1e300]) | st.floats(
    0, 100
)


def with_trait(name: str, value: object, count: int = 50) -> Scenario:
    document = {
        "trustsim": 1, "horizon": 3, "network": {"kind": "none"}, "platforms": [{"name": "Harbour"}],
        "investors": {"count": count, "segments": [{"name": "all", "share": 1, name: value}]},
    }  # fmt: skip
    return from_document(document, REGISTRY)


def accepted(name: str, value: str) -> Scenario | None:
    """Return the scenario, or None where it is refused at the place of the trait, or for the sum of all money."""
    try:
        return with_trait(name, value)
    except ScenarioError as error:
        places = {problem.place.path for problem in error.problems}
    assert places <= {f"investors.segments.all.{name}", "investors.segments"}
    return None


def test_only_traits_of_segments_may_be_distributions() -> None:
    """Else the tests below would leave some out."""
    assert {entry.name for entry, _ in SPREADS} == {"segment"}


@pytest.mark.parametrize("parameter", [p for _, p in SPREADS], ids=lambda p: p.name)
@given(data=st.data())
def test_every_distribution_that_is_accepted_is_drawn_as_finite_numbers_within_bounds(
    parameter: Parameter, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(DISTRIBUTIONS)))
    n_args = DISTRIBUTIONS[name][0]
    args = data.draw(st.lists(numbers, min_size=max(n_args, 1), max_size=max(n_args, 3 if n_args < 0 else n_args)))
    given_text = f"{name}({', '.join(map(repr, args))})"
    scenario = accepted(parameter.name, given_text)
    if scenario is None:
        return
    people = draw_population(scenario.variants[0].world.investors, 50, KEY)
    drawn = people.traits[parameter.name]
    assert np.isfinite(drawn).all()
    assert (drawn >= (-math.inf if parameter.low is None else parameter.low)).all()
    assert (drawn <= (math.inf if parameter.high is None else parameter.high)).all()
    accounts = open_accounts(scenario.variants[0].world.investors, 50, people, (np.ones(1), np.arange(1)), KEY)
    assert accounts.balance.min(initial=0) >= 0 <= accounts.safe.min(initial=0)
    value = getattr(scenario.variants[0].world.investors.segments[0], parameter.name)
    smallest, largest = value.extremes
    low, high = np.clip([smallest, largest], parameter.low, parameter.high)
    near = 1e-9 * max(abs(low), abs(high))
    assert low - near <= drawn.min() <= drawn.max() <= high + near


@pytest.mark.parametrize("name", ["uniform({0}, {0})", "normal({0}, 0)", "lognormal({0}, 0)", "choice({0})", "{0}"])
def test_a_distribution_without_spread_is_a_point(name: str) -> None:
    for parameter, value, computed in (("wealth", "50000 CNY", 50_000 * MINOR_PER_MAJOR), ("prior_trust", "0.8", 0.8)):
        investors = with_trait(parameter, name.format(value)).variants[0].world.investors
        assert (draw_population(investors, 50, KEY).traits[parameter] == computed).all()


def test_what_is_drawn_beyond_a_bound_becomes_the_bound() -> None:
    drawn = draw_population(with_trait("herding", "normal(9, 5)").variants[0].world.investors, 500, KEY).traits[
        "herding"
    ]
    assert drawn.min() >= 0
    assert 0.3 < (drawn == 10).mean() < 0.5


@pytest.mark.parametrize(
    ("trait", "value", "allowed"),
    [
        ("wealth", "pareto(1 CNY, 0.01)", "with less spread"),
        ("wealth", "lognormal(1e12 CNY, 50)", "no draw in 16384 above"),
        ("tenure", "lognormal(1 d, 1e9)", "with less spread"),
        ("prior_trust", "gamma(1e6, 1)", "from 0 % to 100 %"),
        ("literacy", "beta(1e-300, 1)", "with shapes from 1e-09 to 1e+09"),
        ("literacy", "normal(0.5, -1)", "a spread (the second argument) of at least 0"),
    ],
)
def test_arguments_that_cannot_give_numbers_within_bounds_are_refused(trait: str, value: str, allowed: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        with_trait(trait, value)
    (problem,) = caught.value.problems
    assert problem.place.path == f"investors.segments.all.{trait}"
    assert value in problem.given
    assert allowed in problem.allowed


def test_more_money_than_can_be_counted_is_refused() -> None:
    with pytest.raises(
        ScenarioError, match=r"investors\.segments\n.*as the wealth of 100000 investors\n.*at most 1\.15"
    ):
        with_trait("wealth", "1e12 CNY", count=100_000)


def test_what_is_no_number_is_refused_after_drawing() -> None:
    """A scenario made in Python does not pass the checks of a file."""
    odd = Segment(name="odd", tenure=Distribution("lognormal", (1.0, 1e6)))
    with pytest.raises(ModelError, match=r"investors\.segments\.odd\.tenure: given lognormal"):
        draw_population(Investors(segments=(odd,)), 10, KEY)
