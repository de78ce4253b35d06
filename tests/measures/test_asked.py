"""What is asked for waits from its own day, is money of day 0 once, and its owner is one head."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from counted import ONLY_A_RATE, story, study
from numpy.typing import NDArray

from trustsim.catalog import REGISTRY
from trustsim.experiment.study import Study
from trustsim.kernels.layout import COHORT, RAN, Books, Gauges
from trustsim.measures.finished import Finished
from trustsim.measures.outcomes.runs import cascade_size, departed, ran_share
from trustsim.model import Batch
from trustsim.scenario.load import from_document

EVERYBODY = {"members": "100 %", "segments": [{"name": "all", "attention": "100 %"}]}
RICH: dict[str, Any] = {"kind": "crypto_exchange", "liquid_share": "100 %", "equity": "10 %", "payout_lag": 0}
REASONS = slice(Gauges.RAN_FOR_FUNDAMENTALS, Gauges.RAN_FOR_ORDINARY + 1)


def rate(calm: float, part: str = "100 %", **more: Any) -> dict[str, Any]:
    """Return the rules of a world in which whoever looks runs at one rate, and asks for half or all."""
    choice = {**ONLY_A_RATE["choice"], "calm": calm, "part": part}
    return {**ONLY_A_RATE, "choice": choice, "ordinary": "off", **more}


def stepped(document: dict[str, Any], days: int) -> Batch:
    """Return one world after some days."""
    scenario = from_document(document, REGISTRY)
    batch = Batch(scenario, scenario.variants, [0])
    for _ in range(days):
        batch.step()
    return batch


def by_days(found: Study) -> NDArray[np.float64]:
    """Return the sum over the days of what waits, of each world, in claims of day 0 times days."""
    return found.series["waiting"][:, :-1, 0, -1].astype(np.float64).sum(axis=1)


@pytest.mark.parametrize("locked", ["0 %", "80 %"])
def test_money_is_waited_for_from_the_day_on_which_it_is_asked_for(locked: str) -> None:
    """Halves, locked money that matures, and interest: the sum over the days, series being float32."""
    stops = story(
        investors={"count": 150}, variants={"nothing": [{"kind": "suspension", "after": "0 %"}]},
        platforms=[{"name": "H", "liquid_share": "15 %", "payout_lag": 0, "locked_share": locked}],
    )  # fmt: skip
    found = study(stops, 2)
    assert (by_days(found) > 1).all()
    assert found.outcomes["stuck_money"][:, 0] == pytest.approx(by_days(found), rel=2e-3)


def test_what_is_called_after_a_request_waits_from_the_day_of_the_call() -> None:
    closes = story(
        investors={"count": 150, **EVERYBODY}, shocks=[], horizon="30 d", mechanisms=rate(-3.0, spillover="off"),
        platforms=[{**RICH, "name": "H", "liquid_share": "1 %", "sale_limit": "0 %", "patience": "99 d"}],
        variants={"nothing": [{"kind": "early_action", "solvency": "100 %", "liquidity": "100 %", "from": "20 d"}]},
    )  # fmt: skip
    found = study(closes, 2)
    assert (found.outcomes["end_state[wound down]"] == 1).all()
    assert found.outcomes["stuck_money"][:, 0] == pytest.approx(by_days(found), rel=2e-3)


@pytest.mark.parametrize(("liquid", "success", "gross"), [("50 %", 0, 1), ("15 %", 1, 3)])
def test_what_a_change_of_claims_takes_or_adds_is_waited_for_as_long_as_it_was_asked_for(
    liquid: str, success: float, gross: float
) -> None:
    """Nobody is paid; on day 15 all claims are cut to what is left, or raised to it, the asked ones among them."""
    stops = story(
        investors={"count": 150}, horizon="30 d", variants={"nothing": [{"kind": "suspension", "after": "0 %"}]},
        platforms=[{"name": "H", "liquid_share": liquid, "payout_lag": 0, "promised_yield": 0}],
        shocks=[{"kind": "payoff", "platform": "H", "day": 15, "success": success, "gross": gross}],
        mechanisms={"ordinary": {"leave": "2 %/day"}},
    )  # fmt: skip
    found = study(stops, 2)
    assert (by_days(found) > 1).all()
    assert found.outcomes["stuck_money"][:, 0] == pytest.approx(by_days(found), rel=2e-3)


def test_of_whom_a_cut_leaves_nothing_nobody_waits_or_holds_an_account() -> None:
    ruined = story(
        investors={"count": 150}, horizon="30 d", variants={"nothing": [{"kind": "suspension", "after": "0 %"}]},
        platforms=[{"name": "H", "liquid_share": 0, "equity": 0, "asset_term": "3000 d", "asset_yield": 0}],
        shocks=[{"kind": "payoff", "platform": "H", "day": 15, "success": 0}],
        mechanisms={"ordinary": {"leave": "2 %/day", "join": "1e-9 /day"}},
    )  # fmt: skip
    batch = stepped(ruined, 0)
    ladder = batch.state.ladder[:, 0, 0]
    ladder[:] = [0] * 11 + [ladder.sum()]  # so that no money comes back before
    most = 0
    for _ in range(17):
        batch.step()
        most = max(most, batch.state.queue_n[0, 0])
    assert most > 10
    assert batch.state.books[Books.CLAIMS, 0, 0] == batch.state.queue_n[0, 0] == 0
    assert batch.history[17, Gauges.HOLDERS, 0, 0] == 0


def test_a_second_half_has_the_whole_lag_before_it() -> None:
    """Of an account that asks twice at most, nothing is paid before it was asked for ten days ago."""
    slow = story(
        investors={"count": 300, **EVERYBODY}, shocks=[], mechanisms=rate(-2.0),
        platforms=[{**RICH, "name": "H", "payout_lag": "10 d"}],
    )  # fmt: skip
    batch, days = stepped(slow, 0), 25
    state = batch.state
    asked, paid = np.zeros((2, days + 1, state.balance.shape[1]))
    for day in range(1, days + 1):
        batch.step()
        paid[day] = state.paid[0]
        asked[day] = state.paid[0] + state.requested[0]
    twice = (np.diff(asked, axis=0) > 0).sum(axis=0) <= 2
    second = (np.diff(asked, axis=0) > 0).sum(axis=0) == 2
    assert second.sum() > 20
    assert (paid[10:, twice] <= asked[:-10, twice]).all()
    assert (paid[-1, second] > 0).any()
    lags = study({**slow, "horizon": "25 d"}, 1)
    assert lags.outcomes["stuck_money"][:, 0] == pytest.approx(0, abs=1e-3)


@pytest.fixture(scope="module")
def halves() -> Batch:
    """Everybody runs by halves, again and again, and nothing comes back."""
    return stepped(
        story(
            investors={"count": 200, **EVERYBODY}, shocks=[], horizon="20 d", mechanisms=rate(0.0),
            platforms=[{**RICH, "name": "H"}], run={"of": "accounts", "share": "30 %"},
        ),
        20,
    )  # fmt: skip


def test_who_runs_by_halves_is_one_head(halves: Batch) -> None:
    found = Finished(halves)
    requests = (np.diff(halves.history[:, Gauges.REQUESTS, 0, 0]) != 0).sum()
    assert requests > 5
    assert found.gauge("runners").sum() == (halves.state.first_asked >= 0).sum() == 200
    share = found.beyond.share_within(found.model.story.counted.run)
    assert 0.9 < share.max() <= 1
    assert all(run.withdrawn <= 1 for run in found.episodes[0])


def test_runners_by_what_they_acted_on_add_up_to_the_runners(halves: Batch) -> None:
    assert np.array_equal(halves.history[:, REASONS].sum(axis=1), halves.history[:, Gauges.RUNNERS])
    locked = story(investors={"count": 150}, platforms=[{"name": "H", "liquid_share": "15 %", "locked_share": "80 %"}])
    history = stepped(locked, 60).history
    assert history[:, Gauges.RUNNERS].sum() > 10
    assert np.array_equal(history[:, REASONS].sum(axis=1), history[:, Gauges.RUNNERS])


def test_who_comes_back_and_runs_again_counts_again() -> None:
    returns = story(
        investors={"count": 100, **EVERYBODY}, shocks=[], horizon="40 d", platforms=[{**RICH, "name": "H"}],
        mechanisms=rate(0.0, "0 %", reentry={"after": "10 d"}),
    )  # fmt: skip
    history = stepped(returns, 40).history
    runners, joiners, holders = (history[1:, row, 0, 0] for row in (Gauges.RUNNERS, Gauges.JOINERS, Gauges.HOLDERS))
    assert runners.sum() > 200
    assert runners.sum() - joiners.sum() == 100 - holders[-1]


def test_shares_of_those_who_ran_are_of_the_people_of_day_0() -> None:
    """Two platforms, and newcomers who run: nobody counts twice, and newcomers not at all."""
    open_to_all = story(
        investors={"count": 300, "members": "60 %", "second_platform": "50 %", "considered": 2}, shocks=[],
        platforms=[{**RICH, "name": "A"}, {**RICH, "name": "B"}], horizon="40 d",
        mechanisms={**rate(0.0), "ordinary": {"leave": "1e-9 /day", "join": "0.05 /day"}},
    )  # fmt: skip
    found = Finished(stepped(open_to_all, 40))
    state, people = found.model.state, found.people[0]
    ran = state.flags[0] & (RAN | COHORT) == RAN | COHORT
    assert ran_share(found)[0] == ran.sum() / found.gauge("cohort")[0].sum() <= 1
    heads = {int(who) for who in people.world.accounts.investor[ran]}
    assert cascade_size(found)[0] == len(heads) / people.held.sum() <= 1
    assert departed(found)[0] > people.held.sum()  # newcomers, and those with two accounts


def test_money_that_comes_from_another_platform_is_no_money_of_day_0() -> None:
    """Of no account more is counted than it held then, though three platforms hand money round."""
    hand_round = story(
        investors={"count": 200, "considered": 3, "second_platform": "100 %", **EVERYBODY}, shocks=[],
        platforms=[{**RICH, "name": name} for name in "ABC"], horizon="30 d",
        mechanisms=rate(-1.0, "30 %", switching={"appeal": 10}),
    )  # fmt: skip
    batch = stepped(hand_round, 0)
    start = batch.state.balance[0].copy()
    for _ in range(30):
        batch.step()
    state = batch.state
    assert (state.paid[0] > start).sum() > 20
    for p in range(3):
        mine = state.drawn[0].mine(p)
        most = start[mine][state.first_asked[0, mine] >= 0].sum()
        counted = batch.history[-1, Gauges.COHORT_ASKED, 0, p]
        assert 0.8 * most < counted <= most
    withdrawn = batch.history[:, Gauges.COHORT_ASKED].sum(axis=2)
    assert (np.diff(withdrawn, axis=0) >= 0).all()


def test_who_was_paid_a_part_and_takes_back_the_rest_has_asked() -> None:
    capped = story(
        investors={"count": 200, **EVERYBODY}, shocks=[], horizon="30 d", mechanisms=rate(-2.0, "0 %"),
        platforms=[{**RICH, "name": "H"}],
        variants={"nothing": [
            {"kind": "withdrawal_cap", "cap": "2000 CNY"},
            {"kind": "cooling_off", "delay": "10 d", "second_thoughts": 0.3, "from": "8 d"},
        ]},
    )  # fmt: skip
    batch = stepped(capped, 30)
    state = batch.state
    assert batch.history[:, Gauges.STAYERS].sum() > 20
    assert (state.first_asked[state.paid > 0] >= 0).all()
    assert batch.history[-1, Gauges.COHORT_LEFT].sum() == (state.first_asked >= 0).sum()
    assert state.books[Books.QUEUED].sum() == state.requested.sum()
    had, start = state.paid + state.requested, state.drawn[0].accounts.balance
    assert batch.history[-1, Gauges.COHORT_ASKED].sum() == np.minimum(had, start).sum()
