"""Money that cannot be had is one thing under every rule, and nobody wins by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from counted import ONLY_A_RATE, mean, story, study

from trustsim.analysis.comparison import compare
from trustsim.analysis.unfinished import unfinished
from trustsim.catalog import REGISTRY
from trustsim.kernels.layout import FAILED, Gauges
from trustsim.measures.finished import Finished
from trustsim.measures.outcomes.waiting import needs_unmet
from trustsim.model import Batch
from trustsim.scenario.load import from_document
from trustsim.world.lockstep import calm_world

STOPPING = {
    "suspended": [{"kind": "suspension", "after": "0 %"}],
    "notice": [{"kind": "notice_period", "notice": "365 d", "fear": 0}],
    "cap": [{"kind": "withdrawal_cap", "cap": 1, "fear": 0}],
}  # announced without fright, so that they differ in name alone
FREEZING = {**STOPPING, "closed": [{"kind": "early_action", "solvency": "100 %"}]}
HOLDING = {
    "friction": [{"kind": "process_friction", "exit": 10}],
    "fee": [{"kind": "redemption_fee", "fee": "100 %"}],
}


@pytest.fixture(scope="module")
def traps():
    return study(story(variants={"nothing": [], **FREEZING, **HOLDING}), 6)


@pytest.mark.parametrize("name", STOPPING)
def test_frozen_money_is_a_loss(traps, name):
    assert mean(traps, "investor_loss", name) > mean(traps, "investor_loss") + 0.05


@pytest.fixture(scope="module")
def frozen():
    return study(story(variants={"nothing": [], **STOPPING}), 6)


@pytest.mark.parametrize("name", STOPPING)
def test_who_is_frozen_trusts_less_and_is_no_calmer(frozen, name):
    """In the last two weeks, whatever the rule is called; the platform stays open either way."""
    at = [frozen.variants.index(x) for x in ("nothing", name)]
    for series, by in (("trust", 0.05), ("trust_service", 0.1), ("trust_fund", 0.05)):
        free, stuck = frozen.series[series][:, 45:, at, 0].mean(axis=(0, 1))
        assert stuck < free - by, series
    free, stuck = frozen.series["fear"][:, 45:, at, 0].mean(axis=(0, 1))
    assert stuck > free + 0.01


def test_an_orderly_wind_down_costs_its_clients_the_wait_alone(traps):
    stuck = traps.outcomes["stuck_money"][:, traps.variants.index("closed")]
    assert np.allclose(traps.outcomes["waiting_cost"][:, traps.variants.index("closed")], 0.2 / 365 * stuck)


@pytest.mark.parametrize("name", FREEZING)
def test_frozen_money_is_waited_for(traps, name):
    for outcome in ("stuck_money", "waiting_at_end", "waiting_cost"):
        assert mean(traps, outcome, name) > mean(traps, outcome) + 0.02, outcome
    assert mean(traps, "waited_long[7 d]", name) > 0.2
    assert mean(traps, "end_state[open]", name) == 0


@pytest.mark.parametrize("name", [*FREEZING, "friction"])
def test_who_cannot_have_the_money_of_ordinary_needs_is_counted(traps, name):
    assert mean(traps, "needs_unmet", name) > 0.3
    assert mean(traps, "needs_unmet") < 0.05


def test_who_stays_for_a_better_yield_has_no_unmet_need_and_who_is_held_back_has():
    """Both keep people who would leave in calm; nobody waits for anything under either."""
    ways = {
        "better yield": [{"set": {"platforms.H.promised_yield": "60 %"}}],
        "friction": HOLDING["friction"],
        "friction, taken back": [{**HOLDING["friction"][0], "until": "10 d"}],
    }
    calm = study(story(shocks=[], variants={"nothing": [], **ways}), 4)
    assert mean(calm, "cumulative_outflow", "better yield") < mean(calm, "cumulative_outflow") - 0.02
    assert mean(calm, "needs_unmet", "better yield") < 0.01
    assert mean(calm, "needs_unmet", "friction") > 0.3
    assert mean(calm, "needs_unmet", "friction, taken back") > 0.05


def test_a_fee_is_a_loss_and_no_unmet_need():
    """Even one of all that is paid: whoever asks is served at once, and has lost it.

    Nothing is locked: a fee of all makes its platform rich, so more come back, and take back the rest of a notice.
    """
    fees = {f"fee of {fee} %": [{"kind": "redemption_fee", "fee": f"{fee} %", "fear": 0}] for fee in (5, 100)}
    free = [{"name": "H", "liquid_share": "15 %", "locked_share": "0 %"}]
    calm = study(story(shocks=[], platforms=free, variants={"nothing": [], **fees}), 4)
    for name in fees:
        assert mean(calm, "needs_unmet", name) == pytest.approx(mean(calm, "needs_unmet"), abs=0.005)
    small, all_of_it = (mean(calm, "investor_loss", name) for name in fees)
    assert 0.003 < small < 0.05
    assert all_of_it > 15 * small
    compared = compare(calm, REGISTRY)
    assert compared.groups[-1] == ("fee of 100 %",)
    assert "needs_unmet" not in compared.harms.get("fee of 5 %", ())


def test_the_same_stop_counts_the_same_whatever_it_is_called(traps):
    for outcome in ("stuck_money", "investor_loss", "waited_long[7 d]", "needs_unmet"):
        found = [mean(traps, outcome, name) for name in ("suspended", "notice", "cap")]
        assert max(found) <= 1.02 * min(found), (outcome, found)


def test_end_states_are_shares_of_the_platforms(traps):
    states = [traps.outcomes[f"end_state[{name}]"] for name in ("open", "frozen", "wound down", "failed")]
    assert np.allclose(sum(states), 1)
    assert mean(traps, "end_state[wound down]", "closed") == 1
    assert mean(traps, "end_state[frozen]", "suspended") == 1
    assert mean(traps, "end_state[open]", "nothing") == 1


def test_a_lag_that_was_agreed_is_no_waiting_by_any_measure():
    agreed = study(story(shocks=[], platforms=[{"name": "H", "liquid_share": "30 %", "payout_lag": "45 d"}]), 3)
    assert agreed.series["waiting"][:, -1].mean() > 0.05  # it is under way
    late = ("waiting_at_end", "waited_long[7 d]", "waited_long[30 d]", "waiting_cost", "stuck_money")
    for outcome in (*late, "end_state[frozen]"):
        assert mean(agreed, outcome) == 0, outcome
    assert unfinished(agreed) == {}
    added = story(
        shocks=[], platforms=[{"name": "H", "liquid_share": "30 %", "payout_lag": "1 d"}],
        variants={"nothing": [{"kind": "notice_period", "notice": "8 d"}]},
    )  # fmt: skip
    assert mean(study(added, 3), "waiting_cost") > 0


@pytest.mark.parametrize("step", ["1 d", "8 h"])
def test_who_pays_sooner_than_agreed_shortens_no_wait_and_who_pays_later_makes_one(step):
    lags = {name: [{"set": {"platforms.H.payout_lag": lag}}] for name, lag in (("short", "1 d"), ("long", "20 d"))}
    calm = story(
        shocks=[], horizon="40 d", step=step, investors={"count": 200}, platforms=[{"name": "H", "payout_lag": "10 d"}],
        mechanisms={"ordinary": {"leave": "1 %/day"}}, variants={"nothing": [], **lags},
    )  # fmt: skip
    found = study(calm, 3)
    assert not found.outcomes["waiting_at_end"][:, :2].any()
    assert mean(found, "waiting_at_end", "long") > 0.02
    told = unfinished(found)
    assert list(told) == ["long"]
    assert told["long"].waiting == pytest.approx(mean(found, "waiting_at_end", "long"))


@pytest.mark.parametrize(("step", "lag"), [("1 d", "12 h"), ("1 d", "2.25 d"), ("2 d", "1 d"), ("7 d", "1 d")])
def test_who_is_paid_at_the_first_possible_step_has_not_waited(step, lag):
    sound = {"name": "H", "liquid_share": "100 %", "equity": "10 %", "payout_lag": lag}
    found = study(story(shocks=[], step=step, horizon="56 d", platforms=[sound], mechanisms={"choice": "off"}), 2)
    assert mean(found, "cumulative_outflow") > 0.1
    for outcome in ("stuck_money", "waiting_cost"):
        assert mean(found, outcome) == 0, outcome


def test_who_was_paid_all_that_was_there_has_no_unmet_need():
    """Joining is harder, so fewer come back; or the platform pays everybody at once: nobody was refused money."""
    rich = [{"name": "H", "kind": "payment_wallet", "liquid_share": "100 %", "equity": "10 %"}]
    found = study(story(
        shocks=[], platforms=rich, variants={
            "nothing": [], "hard to join": [{"kind": "process_friction", "exit": 0, "entry": 10}],
            "closed": [{"kind": "early_action", "liquidity": "100 %", "solvency": "100 %"}],
        },
        mechanisms={"choice": "off", "ordinary": {"leave": "0.03 /day", "join": "0.1 /day"}},
    ), 3)  # fmt: skip
    assert mean(found, "end_state[wound down]", "closed") == 1
    for name in found.variants:
        assert mean(found, "needs_unmet", name) == 0, name


def test_who_was_paid_less_because_claims_were_cut_lacks_the_rest():
    """A project fails and claims are cut to next to nothing: but for the few who left before, needs are not met."""
    platform = {"name": "H", "liquid_share": 0, "payout_lag": 0, "asset_term": "3000 d", "asset_yield": 0, "equity": 0}
    found = study(story(
        platforms=[{**platform, "promised_yield": 0}],
        shocks=[{"kind": "payoff", "platform": "H", "day": 1, "success": 0}],
        mechanisms={"choice": "off"},
    ), 6)  # fmt: skip
    assert (found.outcomes["investor_loss"][:, 0] > 0.95).all()
    assert (found.outcomes["needs_unmet"][:, 0] > 0.9).all()


def test_who_was_paid_all_before_a_platform_failed_lacks_no_interest():
    """Many run, at 30 % a year, before it fails: what is lacking is lacking to those whom the failure caught."""
    platform = {
        "name": "H", "kind": "crypto_exchange", "liquid_share": "5 %", "equity": "0 %", "payout_lag": 0,
        "promised_yield": "30 %", "asset_yield": "30 %", "patience": "1 d",
    }  # fmt: skip
    document = story(
        investors={"count": 300}, horizon="150 d", platforms=[platform],
        shocks=[{"kind": "default_wave", "platform": "H", "day": 60, "share": "90 %"}],
        mechanisms={**ONLY_A_RATE, "choice": {**ONLY_A_RATE["choice"], "calm": -5}},
    )  # fmt: skip
    scenario = from_document(document, REGISTRY)
    batch, caught = Batch(scenario, scenario.variants, [0]), None
    for _ in range(150):
        before = batch.state.balance[0] > 0
        batch.step()
        if caught is None and batch.state.gauges[Gauges.STATUS, 0, 0] == FAILED:
            caught = before
    found, needed = Finished(batch), batch.calm().needed[0]
    lacking = np.maximum(needed - batch.state.paid[0], 0)[caught].sum()
    assert (lacking > 0) & (caught.mean() < 0.8)
    assert needs_unmet(found)[0] == pytest.approx(lacking / needed.sum(), abs=1e-4)


def test_waiting_costs_its_price():
    """A closing would bring all of it, and what was asked for is waited for: cost = price · money-days / 365."""
    sound = {"name": "H", "liquid_share": "30 %", "payout_lag": "0 d", "estate_cost": "0 %", "sale_impact": 0}
    document = story(
        shocks=[], horizon="20 d", platforms=[sound],
        variants={"nothing": [{"kind": "notice_period", "notice": "4 d"}]}, waiting={"price": "36.5 %"},
    )  # fmt: skip
    found = study(document, 3)
    stuck = found.outcomes["stuck_money"][:, 0]
    assert np.allclose(found.outcomes["waiting_cost"][:, 0], 0.365 / 365 * stuck)
    free = study({**document, "waiting": {"price": 0}}, 3)
    assert mean(free, "waiting_cost") == 0


def test_a_platform_that_has_ended_has_no_liquidity_no_solvency_and_no_trust():
    wave = {"kind": "default_wave", "platform": "H", "day": 3, "share": "100 %"}
    ends = story(shocks=[wave], platforms=[{"name": "H", "liquid_share": "2 %", "patience": "1 d"}, {"name": "G"}])
    found = study(ends, 3)
    status = found.series["status"][:, :, 0, 0]
    assert (status[:, -1] == 3).all()
    for name in ("liquidity", "solvency", "trust", "fear", "misperception"):
        series = found.series[name][:, :, 0]
        assert np.array_equal(np.isnan(series[:, :, 0]), status == 3), name
        assert np.isfinite(series[:, :, 1:]).all(), name


def test_trust_is_that_of_the_clients_of_day_0_wherever_they_are():
    wave = {"kind": "default_wave", "platform": "H", "day": 3, "share": "100 %"}
    document = story(horizon="30 d", shocks=[wave], platforms=[{"name": "H", "liquid_share": "2 %", "patience": "1 d"}])
    wiped = study(document, 3)
    assert mean(wiped, "failure_probability") == 1
    assert (wiped.series["trust"][:, -1, 0, -1] < 0.6).all()  # everybody was wiped out, and has not forgotten it


TRAITS = {"mechanisms.ordinary.tenure": 0.201}  # another world for calm, in which the rest stays as it was
STILL = "1e-7 /day"
DOORS = {
    "leave": [{"set": {"mechanisms.ordinary.leave": STILL}}],
    "leave and traits": [{"set": {**TRAITS, "mechanisms.ordinary.leave": STILL}}],
    "off": [{"set": {"mechanisms.ordinary": "off"}}],
}


@pytest.mark.parametrize("friction", [0, 10])
def test_a_variant_that_shapes_people_cannot_take_the_needs_of_calm_away(friction):
    """Calm has of a variant what makes its people, and all else of the baseline: needs are those of the file. Where
    nobody is kept from asking who does not ask has no unmet need, and the variant is another world and no remedy."""
    lever = [{"kind": "process_friction", "exit": friction}] if friction else []
    variants = {name: [*lever, *door] for name, door in DOORS.items()}
    found = study(story(variants={"nothing": [], **variants}, mechanisms={"choice": {"calm": -6}}), 3)
    assert mean(found, "needs_unmet") < 0.05
    assert set(compare(found, REGISTRY).other_worlds) == set(DOORS)
    for name in DOORS:
        unmet = mean(found, "needs_unmet", name)
        assert unmet > 0.85 if friction else unmet < 0.05, name  # some who need money run, and are paid


def test_calm_has_the_traits_of_a_variant_and_the_rest_of_each_rule_of_the_baseline():
    scenario = from_document(
        story(
            mechanisms={"threshold": "off", "herding": "off"},
            variants={
                "nothing": [],
                "still": [{"set": {**TRAITS, "mechanisms.ordinary.leave": STILL, "mechanisms.herding": "on"}}],
                "off": DOORS["off"],
            },
        ),
        REGISTRY,
    )
    base, still, off = (calm_world(scenario, v) for v in scenario.variants)
    usual = base.mechanisms["ordinary"]
    assert still.mechanisms["ordinary"] == replace(usual, tenure=0.201)
    assert still.mechanisms["herding"] is None
    assert off.mechanisms["ordinary"] == usual


def test_a_notice_that_was_agreed_on_is_no_waiting_and_the_same_as_a_lever_of_the_baseline_is():
    """A lever is what is done, not what was agreed: it is measured under the baseline as under any variant."""
    lever = [{"kind": "notice_period", "notice": "31 d", "fear": 0, "cost": 0}]
    agreed = [{"set": {"platforms.H.payout_lag": "31 d"}}]
    found = {name: study(story(variants={"base": base}), 3) for name, base in (("lever", lever), ("agreed", agreed))}
    assert mean(found["agreed"], "stuck_money", "base") < 0.1
    assert mean(found["agreed"], "needs_unmet", "base") < 0.05
    assert mean(found["lever"], "stuck_money", "base") > 1
    assert mean(found["lever"], "needs_unmet", "base") > 0.2
