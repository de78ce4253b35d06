"""Those who stay are seen, clients bind themselves, prompts make people look, and what was made good is forgiven."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from quiet_world import ALIKE, EACH, READY, N, Play, Played, leave, lever

from trustsim.catalog import load
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import LEAVES, RUNS, Beliefs, Gauges, Terms
from trustsim.measures.finished import Finished
from trustsim.mechanisms.behaviour.commitment import BOUND
from trustsim.mechanisms.behaviour.forgiveness import WELL_BEHAVED
from trustsim.mechanisms.behaviour.stayers import left_lately
from trustsim.model import TrustCrisisModel

QUICKSTART = Path(__file__).parents[2] / "scenarios/quickstart.yaml"
CLAIMS = N * EACH
THEFT = {
    "kind": "custodian_theft", "platform": "Harbour", "day": "0 d", "share": "4 %", "discovery_lag": "0 d",
    "notice_lag": "0 d",
}  # fmt: skip


def readiness(seen: Played) -> list[float]:
    """What Harbour adds today to the log-odds of running in each variant, beyond the first."""
    calm = seen.state.weights[:, 0, Weights.CALM].astype(float)
    return [float(x) for x in calm - calm[0]]


# who stays is shown


SHOWN = {"nothing": [], "stayers": [lever("stayers_shown")], "gone": [lever("stayers_shown", shown="withdrawals")]}


def shown_when(play: Play, gone: float, **settings: Any) -> list[float]:
    """What the show of stayers, and of withdrawals, adds to running on the day after a share has *gone*."""
    seen = play(1, mechanisms={"choice": {}, "stayers": settings}, variants=SHOWN)
    assert readiness(seen)[1:] == pytest.approx([-settings.get("weight", 1.0), 0.0])  # nobody was gone
    seen.model.history[1, Gauges.RUNNERS, :, 0] = gone * N
    return readiness(seen.step())[1:]


@pytest.mark.parametrize("weight", [0.5, 1.0, 4.0])
def test_who_stays_is_good_news_until_most_leave(play: Play, weight: float) -> None:
    """To show stayers turns from good news to bad where most leave; to show withdrawals only ever alarms."""
    table = {gone: shown_when(play, gone, weight=weight) for gone in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)}
    for gone, (stayers, withdrawals) in table.items():
        assert stayers == pytest.approx(weight * (gone / 0.5 - 1), abs=1e-5)
        assert withdrawals == pytest.approx(weight * gone / 0.5, abs=1e-5)


@pytest.mark.parametrize("n_gone", [0, 2, 6, 10, 12, 19])
def test_in_a_run_in_which_most_leave_to_show_who_stays_alarms(play: Play, n_gone: int) -> None:
    """So many lose their trust and run; on the next day the others read of it."""
    mechanisms = {"choice": {"calm": -3, "fund": 1}, "stayers": {}}
    seen = play(0, mechanisms=mechanisms, platforms={"Harbour": {}}, variants=SHOWN)
    seen.belief("fund")[:, :n_gone] = -10.0
    seen.step(2)
    assert (seen.gauge("runners")[1, :, 0] == n_gone).all()
    assert readiness(seen)[1:] == pytest.approx([n_gone / N / 0.5 - 1, n_gone / N / 0.5], abs=1e-5)


def test_where_the_news_turns_is_a_setting(play: Play) -> None:
    assert shown_when(play, 0.25, most="25 %") == pytest.approx([0.0, 1.0], abs=1e-5)
    assert shown_when(play, 0.5, most="25 %") == pytest.approx([1.0, 2.0], abs=1e-5)


def test_who_left_counts_for_the_window_and_who_took_it_back_does_not(play: Play) -> None:
    seen = play(1, variants={"nothing": []})
    seen.model.history[1, Gauges.RUNNERS, 0, 0] = 6
    seen.model.history[1, Gauges.LEAVERS, 0, 0] = 2
    seen.model.history[1, Gauges.STAYERS, 0, 0] = 3
    counted = [float(left_lately(seen.step().model.engine.day, np.array([3.0]))[0, 0]) for _ in range(4)]
    assert counted == [5 / N, 5 / N, 5 / N, 0.0]
    assert left_lately(seen.model.engine.day, np.array([60.0]))[0].tolist() == [5 / N, 0.0]


def test_what_is_shown_half_as_plainly_counts_half_and_costs_half(play: Play) -> None:
    variants = {"nothing": [], "half": [lever("stayers_shown", strength=0.5, cost="73 CNY")],
                "all": [lever("stayers_shown", cost="73 CNY")]}  # fmt: skip
    seen = play(50, mechanisms={"choice": {}, "stayers": {}}, variants=variants)
    assert readiness(seen)[1:] == pytest.approx([-0.5, -1.0])
    costs = seen.book("costs")[:, 0]
    assert costs[0] == 0
    assert costs[1] == pytest.approx(costs[2] / 2, abs=2)


# clients bind themselves


SURE = {"prior_trust": "99.99 %"}
WILLING = {"choice": {"calm": -0.5}, "trust": {}, "commitment": {"willing": 1}}
OFFER = lever("stay_commitment", binds="10 d", until="5 d")


def test_who_is_bound_stays_until_the_day_and_no_longer(play: Play) -> None:
    """All are bound on the first day, want to leave on the third, and leave on the eleventh."""
    variants = {"plain": [leave("2 d")], "bound": [leave("2 d"), OFFER]}
    seen = play(1, mechanisms=WILLING, segment=SURE, variants=variants, platforms={"Harbour": {}, "Quay": {}})
    assert (seen.model.kept[BOUND][:, :N] > 0).sum(axis=1).tolist() == [0, N]
    assert readiness(seen)[1] == pytest.approx(-1.0)  # all of them are seen to be bound
    runners = seen.step(14).gauge("runners")[:, :, 0]
    assert np.flatnonzero(runners[:, 0]).tolist() == [3]
    assert np.flatnonzero(runners[:, 1]).tolist() == [11]
    assert runners.sum(axis=0).tolist() == [N, N]


def test_money_that_matures_while_it_is_bound_stays(play: Play) -> None:
    locked = {"locked_share": "50 %", "lock_term": "3 d"}
    variants = {"plain": [leave("2 d")], "bound": [leave("2 d"), OFFER]}
    seen = play(10, mechanisms=WILLING, segment=SURE, variants=variants, platforms={"Harbour": locked, "Quay": {}})
    assert seen.gauge("requests")[:, 1, 0].sum() == 0
    assert seen.gauge("requests")[:, 0, 0].sum() == CLAIMS
    assert seen.step(6).gauge("requests")[:, 1, 0].sum() == CLAIMS


@pytest.mark.parametrize(
    ("changed", "bound"),
    [({}, N), ({"prior_trust": "0.01 %"}, 0), ({"attention": "0.0001 %"}, 0), ({"prior_trust": "50 %"}, N // 2)],
    ids=["sure", "without trust", "who never look", "half sure"],
)
def test_who_does_not_trust_or_look_is_not_bound(play: Play, changed: dict[str, Any], bound: int) -> None:
    seen = play(1, mechanisms=WILLING, segment={**SURE, **changed}, variants={"offer": [OFFER]})
    assert np.count_nonzero(seen.model.kept[BOUND][0, :N]) == pytest.approx(bound, abs=5 if 0 < bound < N else 0)


@pytest.mark.parametrize("shock", ["rumour", "custodian_theft", "default_wave"])
def test_a_bound_account_asks_for_nothing_in_a_crisis(shock: str) -> None:
    """Whatever the day brings, day by day, with the default behaviour; what is called by a closure is no request."""
    story = {"shocks": [{"kind": shock, "platform": "Harbour", "day": "5 d"}], "investors.count": 400, "variants": {
        "nothing": [], "offer": [{"kind": "stay_commitment", "from": "3 d"}]}}  # fmt: skip
    model = TrustCrisisModel(load(QUICKSTART, overrides=story), rng=1, collects=False)
    n_bound = 0
    for _ in range(40):
        model.step()
        bound = model.kept[BOUND] > 0 if BOUND in model.kept else np.zeros(model.state.balance.shape, bool)
        n_bound += int(bound.sum())
        asks = (model.state.actions[:, : bound.shape[1]] & (RUNS | LEAVES)) > 0
        assert not (asks & bound).any()
    assert n_bound > 100


def test_to_see_others_bound_keeps_those_who_are_not(play: Play) -> None:
    """Half of the clients trust and are bound; the rest, who would run, stay as long as they see it."""
    unsure = {**ALIKE, "name": "unsure", "share": 0.5, "prior_trust": "0.01 %"}
    halves = {"segments": [{**ALIKE, "name": "sure", "share": 0.5, **SURE}, unsure]}
    mechanisms = {"choice": {"calm": 0.25, "fund": 0}, "trust": {}, "commitment": {"willing": 1}}
    seen = play(
        8, mechanisms=mechanisms, investors=halves, platforms={"Harbour": {}},
        variants={"plain": [], "bound": [lever("stay_commitment", binds="5 d", until="1 d")]},
    )  # fmt: skip
    runners = seen.gauge("runners")[1:, :, 0]
    assert runners[0].tolist() == [N, 0]  # 0.25 − a weight of 1 · one half of them
    assert runners[1:5].sum() == 0
    assert runners[5].tolist() == [0, N]


# prompts


LOOKS: dict[str, Any] = {
    "investors": {"count": 4000, "members": "100 %", "second_platform": "0 %"},
    "platforms": {"Harbour": {}},
}
STRENGTHS = {f"{s:g}": [leave(), lever("prompts", strength=s)] for s in (0, 0.5, 1, 3)}


def lookers(play: Play, literacy: float) -> list[float]:
    """The share that runs on the first day, which is who looks, without prompts and under stronger and stronger."""
    segment = {"attention": "50 %", "literacy": literacy}
    seen = play(1, mechanisms=READY, segment=segment, variants=STRENGTHS, **LOOKS)
    acts = (seen.state.actions[:, :4000] & RUNS) > 0
    assert not (acts[:-1] & ~acts[1:]).any(), "who looks without prompts looks with them"
    return [float(x) for x in acts.mean(axis=1)]


@pytest.mark.parametrize(
    ("literacy", "looks"),
    [
        (0.0, [0.5, 1 - 0.5**1.5, 0.75, 1 - 0.5**4]), (0.5, [0.5, 1 - 0.5**1.25, 1 - 0.5**1.5, 1 - 0.5**2.5]),
        (1.0, [0.5] * 4),
    ],
)  # fmt: skip
def test_prompts_raise_the_rate_at_which_the_illiterate_look(play: Play, literacy: float, looks: list[float]) -> None:
    found = lookers(play, literacy)
    assert found == pytest.approx(looks, abs=3 * 0.5 / np.sqrt(4000))
    if literacy == 1.0:
        assert len(set(found)) == 1


@pytest.mark.parametrize("news", [-1.0, 1.0])
def test_prompts_move_people_more_by_news_of_either_sign(play: Play, news: float) -> None:
    variants = {"nothing": [], "prompts": [lever("prompts")]}
    seen = play(0, mechanisms={"trust": {}}, segment={"attention": "30 %"}, variants=variants, **LOOKS)
    seen.model.engine.day.step = 1
    seen.model.engine.day.do.tell(0, fund=np.full(2, news))
    calm, prompted = np.abs(seen.step().belief("fund")).mean(axis=1)
    assert calm == pytest.approx(0.3, abs=0.025)
    assert prompted == pytest.approx(1 - 0.7**2, abs=0.025)


def test_prompts_do_the_same_in_steps_of_hours(play: Play) -> None:
    """Who has looked at all by the end of a day: the rate is that of a day, whatever the step."""
    variants = {"prompts": [leave(), lever("prompts")]}
    daily, hourly = (
        play(n, mechanisms=READY, segment={"attention": "50 %"}, variants=variants, step=step, horizon="2 d", **LOOKS)
        for n, step in ((1, "1 d"), (24, "1 h"))
    )
    shares = [seen.gauge("runners")[:, 0, 0].sum() / 4000 for seen in (daily, hourly)]
    assert shares == pytest.approx([0.75, 0.75], abs=3 * 0.43 / np.sqrt(4000))


# amends


MENDS = {"trust": {"repair": "0.01 /day"}, "media": {}}


def amends(**settings: Any) -> dict[str, Any]:
    return lever("make_amends", **{"compensation": 0, "apology": False, "conduct": False, **settings})


def test_owners_make_good_what_clients_know_of(play: Play) -> None:
    """A theft of 80,000 is told at once, or after six days: half of it comes from the owners then, to the unit."""
    hidden = {**THEFT, "discovery_lag": "6 d"}
    for theft, first in ((THEFT, 0), (hidden, 6)):
        variants = {"nothing": [], "half": [amends(compensation=0.5)]}
        seen = play(0, shocks=[theft], mechanisms={**MENDS, "forgiveness": {}}, variants=variants)
        before = seen.state.total_money().copy()
        paid = [int((seen.step().book("owners")[0] - seen.book("owners")[1])[0]) for _ in range(9)]
        assert paid == [0] * first + [CLAIMS * 4 // 100 // 2] * (9 - first)
        assert (seen.state.total_money() == before).all()
        finished = Finished(seen.model)
        lost = finished.ledger.by_payer()
        for v in range(2):
            assert sum(int(x[v]) for x in lost.values()) == sum(int(x[v]) for x in finished.ledger.gone.values())
        assert int(lost["owners"][1] - lost["owners"][0] + lost["clients"][1] - lost["clients"][0]) == 0


def test_what_was_made_good_comes_back_faster(play: Play) -> None:
    """Four times the rate: the gap to where trust rests shrinks as in four days of the other variant."""
    variants = {"nothing": [], "paid": [amends(compensation=1)]}
    forgiving = {"forgiveness": {"compensated": 3}}
    seen = play(4, shocks=[THEFT], mechanisms={**MENDS, **forgiving}, variants=variants)
    gap = seen.belief("fund")[:, 0].astype(float)
    now = seen.step().belief("fund")[:, 0].astype(float)
    assert gap[0] < -0.4
    assert now / gap == pytest.approx([0.99, 0.99**4], abs=1e-5)


@pytest.mark.parametrize(("lost", "faster"), [(0.0, 2.0), (0.05, 1.5), (0.1, 1.0), (0.4, 1.0), (-0.2, 2.0)])
def test_an_apology_counts_only_while_little_trust_is_lost(play: Play, lost: float, faster: float) -> None:
    variants = {"nothing": [], "sorry": [amends(apology=True)]}
    seen = play(3, mechanisms={**MENDS, "forgiveness": {"apology": 1, "anger": "10 %"}}, variants=variants)
    seen.model.history[3, Gauges.COHORT_TRUST] = seen.model.history[0, Gauges.COHORT_TRUST] - lost
    mending = seen.step().state.terms[Terms.MENDING, :, 0]
    assert mending == pytest.approx([1.0, faster])


def test_good_conduct_counts_by_the_day_and_begins_anew(play: Play) -> None:
    variants = {"nothing": [], "good": [amends(conduct=True)]}
    again = {**THEFT, "day": "12 d"}
    forgiving = {"forgiveness": {"conduct": 2, "steady": "10 d"}}
    seen = play(6, shocks=[again], mechanisms={**MENDS, **forgiving}, variants=variants)
    assert seen.state.terms[Terms.MENDING, :, 0] == pytest.approx([1.0, 2.0])  # five days were good up to yesterday
    assert seen.step(5).state.terms[Terms.MENDING, 1, 0] == pytest.approx(3.0)
    well = [float(seen.step().model.kept[WELL_BEHAVED][1, 0]) for _ in range(5)]
    assert 0.0 in well
    assert well[-1] < 5


def test_nobody_is_forgiven_faster_who_did_nothing(play: Play) -> None:
    seen = play(
        8, shocks=[THEFT], mechanisms={**MENDS, "forgiveness": {}}, variants={"nothing": [], "none": [amends()]}
    )
    assert (seen.state.terms[Terms.MENDING] == 1).all()
    assert (seen.state.beliefs[Beliefs.FUND, 0] == seen.state.beliefs[Beliefs.FUND, 1]).all()
