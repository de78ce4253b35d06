"""The population: what is drawn stays inside what integers and shares can hold."""

from __future__ import annotations

import numpy as np

from trustsim.kernels import draws
from trustsim.units import Distribution
from trustsim.world.population import draw_population, open_accounts
from trustsim.world.sections import Investors, Segment

KEY = draws.key_of(1, 0)


def test_extreme_wealth_is_capped_before_it_overflows() -> None:
    rich = Segment(name="rich", wealth=Distribution("lognormal", (1e12, 30.0)))
    investors = Investors(segments=(rich,))
    people = draw_population(investors, 500, KEY)
    accounts = open_accounts(investors, 500, people, np.ones(2), KEY)
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
