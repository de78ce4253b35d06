"""What a file declares is everywhere from then on: arrays, history, forks, triggers, the file, money, attribution.

The registry is one a process, so the things of ``outside.py`` are tried in a process of their own.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from apart import in_a_process

from trustsim.errors import ModelError
from trustsim.kernels.coefficients import Weights
from trustsim.world.leaning import Law, Lean


def test_a_stock_stands_in_the_file_the_history_a_fork_a_trigger_and_a_series() -> None:
    found = in_a_process("""
scenario = story(platforms={"brand": "70 %"}, variants={
    "off": [], "on": [{"set": {"mechanisms.brand": "on"}}],
    "told": [
        {"set": {"mechanisms.brand": "on"}},
        {"kind": "redemption_fee", "when": {"indicator": "brand", "above": "73 %"}},
    ],
})
model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
for _ in range(6):
    model.step()
other = model.fork("on")
for _ in range(2):
    model.step(); other.step()
brand = model.series("brand")[:, :, 0].round(6)
print(json.dumps({
    "off": brand[:, 0].tolist(), "on": brand[:, 1].tolist(), "fork": other.series("brand")[:, 0, 0].round(6).tolist(),
    "fee": [float(x) for x in model.state.terms[int(Terms.EXIT_FEE), :, 0]],
    "written": scenario.document["platforms"][0]["brand"],
}))
""")
    assert found["off"] == pytest.approx([0.7] * 9)
    assert found["on"] == pytest.approx([0.7, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.77, 0.78])
    assert found["fork"] == found["on"]
    assert [fee > 0 for fee in found["fee"]] == [False, False, True]
    assert "70" in str(found["written"])


COLUMN = """
scenario = story(variants={
    "off": [], "on": [{"set": {"mechanisms.satisfaction": "on"}}],
    "leaning": [{"set": {"mechanisms.satisfaction": {"leave": -40}}}],
})
model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
for _ in range(4):
    model.step()
other = model.fork("on")
for _ in range(2):
    model.step(); other.step()
print(json.dumps({
    "means": model.series("satisfaction")[:, :, 0].astype(float).tolist(),
    "fork": other.series("satisfaction")[:, 0, 0].astype(float).tolist(),
    "left": model.history[1, int(Gauges.LEAVERS), :, 0].tolist(),
    "bits": model.state.columns.tobytes().hex()[:4000], "belief": model.state.beliefs.tobytes().hex()[:4000],
}))
"""


def test_a_column_of_accounts_moves_by_its_law_is_recorded_forked_and_leans_on_decisions() -> None:
    found = in_a_process(COLUMN)
    content, means = 0.5, [0.5]
    for _ in range(6):
        content = 0.9 * content + 0.1 - 0.1
        means.append(content)
    off, on, _ = (list(x) for x in zip(*found["means"], strict=True))
    assert off == pytest.approx([0.5] * 7)
    assert on == pytest.approx(means, abs=1e-6)
    assert found["fork"] == on
    assert found["left"][1] <= found["left"][0]
    assert found["left"][2] > 150  # of 200: all who hold an account


@pytest.mark.slow
def test_a_column_is_the_same_to_the_bit_without_compilation() -> None:
    assert in_a_process(COLUMN) == in_a_process(COLUMN, NUMBA_DISABLE_JIT="1")


@pytest.mark.slow
def test_a_column_takes_no_memory_where_its_mechanism_is_off() -> None:
    found = in_a_process("""
scenario = story(variants={"off": [], "on": [{"set": {"mechanisms.satisfaction": "on"}}]})
shapes = [ts.TrustCrisisModel(scenario, names, rng=0).state.columns.shape[0] for names in ("off", ["off", "on"])]
print(json.dumps(shapes))
""")
    assert found == [0, 1]


@pytest.mark.parametrize("decision", ["run", "leave"])
def test_what_a_column_adds_to_a_decision_is_attributed(decision: str) -> None:
    found = in_a_process(f"""
weights = {{"leave": 0, "run": 0, "{decision}": -50}}
scenario = story(mechanisms={{"satisfaction": {{"harm": 0, **weights}}}}, variants={{"nothing": []}})
run = simulate_with_causes(scenario, ["nothing"], 0)
print(json.dumps({{key: float(x[0]) for key, x in run.outcomes.items()}}))
""")
    whole = sum(found[channel] for channel in ("fundamentals", "herding", "fear", "first_move", "ordinary"))
    assert whole == pytest.approx(found["withdrawn"])
    assert found["fear"] > 0.8 * whole > 0.3


def test_a_term_follows_its_levers_and_a_mechanism_proposes_terms_from_its_state() -> None:
    found = in_a_process("""
scenario = story(mechanisms={"brand": {"rise": 0}}, platforms={"brand": "50 %"}, variants={
    "plain": [], "campaign": [{"kind": "name_campaign", "from": "2 d", "until": "4 d"}],
    "bad name": [{"set": {"platforms.Harbour.brand": "10 %"}}],
})
model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
for _ in range(6):
    model.step()
lag = model.state.terms[int(Terms.PAYOUT_LAG), :, 0]
print(json.dumps([model.series("brand")[-1, :, 0].round(6).tolist(), lag.tolist()]))
""")
    assert found == [pytest.approx([0.5, 0.6, 0.1]), [0.0, 0.0, 3.0]]


@pytest.mark.slow
def test_presets_from_outside_are_laid_and_a_variant_changes_them_in_the_resolved_file_too() -> None:
    found = in_a_process("""
from trustsim.scenario.load import from_document
scenario = story(culture="close", mechanisms={"media": {"reach": "7 %"}}, platforms={
    "kind": "pawnbroker", "stage": "young", "jurisdiction": "harbour_law"}, variants={
    "close": [], "open": [{"set": {"culture": ""}}], "other": [{"set": {"platforms.Harbour.stage": ""}}],
})
again = from_document(scenario.document, REGISTRY)
told = []
for each in (scenario, again):
    for variant in each.variants:
        p, mechanisms = variant.world.platforms[0], variant.world.mechanisms
        told.append([
            p.asset_term, p.recovery, p.patience, p.custody_lag, p.equity, p.brand,
            mechanisms["herding"].weight, mechanisms["media"].reach,
        ])
print(json.dumps([told, again == scenario, beginning_of(again)]))
""")
    close = [30.0, 0.9, 60.0, 3.0, 0.01, 0.2, 6.0, 0.07]
    herding = found[0][1][6]
    assert herding != 6.0
    assert found[0][:3] == [close, [*close[:6], herding, 0.07], [*close[:4], 0.04, 0.5, *close[6:]]]
    assert found[0][3:] == found[0][:3]
    assert found[1]
    assert found[2] == [3.0, 0.2]


@pytest.mark.slow
def test_an_unknown_preset_of_the_world_is_an_error_with_the_nearest_name() -> None:
    found = in_a_process("""
from trustsim.errors import ScenarioError
try:
    story(culture="clos")
except ScenarioError as error:
    print(json.dumps(str(error)))
""")
    assert "culture" in found
    assert "did you mean close?" in found


@pytest.mark.slow
def test_actors_from_outside_are_a_list_and_act_are_recorded_forked_and_run_in_workers() -> None:
    found = in_a_process("""
scenario = story(clubs=[{"name": "Watch", "below": "100 %", "dues": "5 CNY"}], variants={
    "watched": [], "alone": [{"set": {"clubs": []}}], "lax": [{"set": {"clubs.Watch.below": 0}}],
})
model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
before = model.state.total_money().tolist()
for _ in range(3):
    model.step()
fork = model.fork("watched")
fork.step()
outcomes = ts.compare(scenario, replications=2, workers=2, progress=False).study
print(json.dumps([
    before == model.state.total_money().tolist(), model.of_actors("warnings")[:, :, 0].tolist(),
    model.state.actor_purses[outside.DUES.index, :, 0].tolist(), fork.of_actors("warnings")[:, 0, 0].tolist(),
    model.state.terms[int(Terms.PAYOUT_LAG), :, 0].tolist(), len(outcomes.failed),
]))
""")
    is_whole, warnings, dues, forked, lag, n_failed = found
    assert is_whole
    assert warnings == [[0, 0, 0], [1, 0, 0], [2, 0, 0], [3, 0, 0]]
    assert dues == [1500, 0, 1500]
    assert forked == [0, 1, 2, 3, 4]
    assert lag == [4, 0, 0]
    assert n_failed == 0


def test_an_incident_from_outside_writes_only_how_it_strikes() -> None:
    found = in_a_process("""
fraud = {"kind": "fraud", "platform": "Harbour", "day": "1 d", "severity": "4 %"}
fraud |= {"discovery_lag": "2 d", "notice_lag": 0}
control = {"kind": "incident_control", "platform": "Harbour", "incident": "fraud", "severity": 0.5, "lag": 0.5}
scenario = story(shocks=[fraud], variants={"nothing": [], "controlled": [control]},
                 mechanisms={"media": {"reach": "100 %"}})
model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
trust = []
for _ in range(5):
    model.step()
    trust.append(model.history[model.engine.measured, int(Gauges.TRUST), :, 0].tolist())
taken = model.state.books[int(Books.THIEVES), :, 0] / model.history[0, int(Gauges.CLAIMS), 0, 0]
print(json.dumps([taken.tolist(), trust]))
""")
    assert found[0] == pytest.approx([0.04, 0.02], rel=0.05)
    plain, controlled = (list(x) for x in zip(*found[1], strict=True))
    fall = [[before - now > 0.01 for before, now in pairwise(x)] for x in (plain, controlled)]
    assert [x.index(True) for x in fall] == [2, 1]  # told on day 3, and with the control on day 2


@pytest.mark.slow
def test_what_is_given_for_a_day_or_for_the_whole_is_the_same_whatever_the_step() -> None:
    """The good name rises by a day's rise, content falls by a day's harm, a fraud of some days takes its severity."""
    found = in_a_process("""
told = []
fraud = {"kind": "fraud", "platform": "Harbour", "day": "1 d", "severity": "4 %", "days": "5 d"}
for step, n in (("1 d", 10), ("0.5 d", 20)):
    still = {"choice": "off", "ordinary": "off"}
    scenario = story(step=step, shocks=[fraud], variants={"nothing": []}, clubs=[{"name": "W", "dues": "5 CNY"}],
                     mechanisms={**still, "brand": "on", "satisfaction": {"fading": 0, "harm": "2 %"}})
    model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
    for _ in range(n):
        model.step()
    taken = model.state.books[int(Books.THIEVES), 0, 0] / model.history[0, int(Gauges.CLAIMS), 0, 0]
    means = [float(model.series(name)[-1, 0, 0]) for name in ("brand", "satisfaction")]
    told.append([*means, float(taken), float(model.state.actor_purses[outside.DUES.index, 0, 0])])
print(json.dumps(told))
""")
    assert found[0] == pytest.approx([0.6, 0.3, 0.04, 5000], rel=2e-3)
    assert found[1] == pytest.approx(found[0], rel=2e-3)


@pytest.mark.slow
def test_money_in_a_purse_counts_as_money() -> None:
    found = in_a_process("""
scenario = story(shocks=[{"kind": "lawsuit", "platform": "Harbour", "day": "1 d"}], variants={"nothing": []})
model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
before = model.state.total_money().tolist()
for _ in range(3):
    model.step()
fine = model.state.books[outside.COURT.index].sum() / model.history[1, int(Gauges.CLAIMS)].sum()
print(json.dumps([before, model.state.total_money().tolist(), float(fine)]))
""")
    assert found[0] == found[1]
    assert found[2] == pytest.approx(0.01, abs=1e-5)


def test_what_leans_is_attributed_to_its_channel_and_missed_when_it_is_gone() -> None:
    """A mutation: one term is added to the readiness to run; the parts still add up, and its channel has them."""
    found = in_a_process("""
parts = {}
for name, pull in (("without", 0), ("with", -40)):
    scenario = story(mechanisms={"brand": {"rise": 0, "pull": pull}}, variants={"nothing": []})
    run = simulate_with_causes(scenario, ["nothing"], 0)
    parts[name] = {key: float(x[0]) for key, x in run.outcomes.items()}
print(json.dumps(parts))
""")
    for parts in found.values():
        whole = sum(parts[channel] for channel in ("fundamentals", "herding", "fear", "first_move", "ordinary"))
        assert whole == pytest.approx(parts["withdrawn"])
    assert found["without"]["fear"] < 0.05
    assert found["with"]["fear"] > 0.4
    assert found["with"]["first_move"] == pytest.approx(found["without"]["first_move"], abs=0.02)


@pytest.mark.slow
def test_an_indicator_is_watched_where_a_trigger_asks_for_it() -> None:
    found = in_a_process("""
scenario = story(variants={
    "watched": [{"kind": "redemption_fee", "when": {"indicator": "paid_share", "above": "-1 %"}}],
    "never": [{"kind": "redemption_fee", "when": {"indicator": "paid_share", "above": "200 %"}}],
})
model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
for _ in range(3):
    model.step()
print(json.dumps([float(x) for x in model.state.terms[int(Terms.EXIT_FEE), :, 0]]))
""")
    assert [fee > 0 for fee in found] == [True, False]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_study_of_own_things_runs_in_processes_as_here(workers: int) -> None:
    found = in_a_process(f"""
scenario = story(mechanisms={{"brand": "on"}}, variants={{"plain": [], "campaign": [{{"kind": "name_campaign"}}]}})
result = ts.compare(scenario, replications=4, workers={workers}, progress=False)
print(json.dumps([len(result.study.failed), result.study.outcomes["last_brand"].round(4).tolist()]))
""")
    assert found[0] == 0
    assert found[1] == [[pytest.approx(0.6), pytest.approx(1.0)]] * 4


@pytest.mark.slow
def test_a_name_that_is_taken_is_an_error_with_both_files() -> None:
    found = in_a_process("""
from trustsim.world.rows import stock, term
from trustsim.errors import ModelError
errors = []
for declare, name in ((stock, "brand"), (stock, "liquidity"), (stock, "custody"), (term, "cover")):
    try:
        declare(name, unit="share", source="assumed", text="x", **({"start": 0} if declare is stock else {}))
    except ModelError as error:
        errors.append(str(error))
print(json.dumps(errors))
""")
    assert "outside" in found[0]
    assert "twice" in found[0]
    assert all("allowed: another name" in error for error in found)
    assert len(found) == 4


def test_a_misspelt_channel_is_an_error_whatever_leans() -> None:
    for leaning in (partial(Lean, Weights.CALM, np.zeros((1, 1))), partial(Law, None)):
        with pytest.raises(ModelError, match=r"channel: given 'herdin'; allowed: .*did you mean herding\?"):
            leaning(channel="herdin")


@pytest.mark.slow
def test_a_misspelt_name_is_an_error_with_its_file_and_the_nearest_name() -> None:
    found = in_a_process("""
from trustsim.errors import ModelError
from trustsim.world.rows import index_of
errors = []
for kind, name in (("stock", "brnd"), ("term", "covr"), ("purse", "cort")):
    try:
        index_of(kind, name, outside.Brand())
    except ModelError as error:
        errors.append(str(error))
print(json.dumps(errors))
""")
    for error, near in zip(found, ("brand", "cover", "court"), strict=True):
        assert "outside.py" in error
        assert f"did you mean {near}?" in error


def test_who_leaves_for_ordinary_needs_by_a_rule_of_ones_own_leaves_in_calm_as_well_and_is_no_run() -> None:
    """A tenth of the accounts goes on one day, in a world in which nobody else leaves: by heads a run, or none."""
    found = in_a_process("""
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
off = {name: "off" for name, entry in REGISTRY.group("mechanism").items() if getattr(entry.make, "default_on", True)}
found = {}
for ordinary in (True, False):
    scenario = story(mechanisms={**off, "rent_day": {"ordinary": ordinary}}, run={"of": "accounts"})
    model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
    while model.running:
        model.step()
    finished = Finished(model)
    outcomes = measured(finished)
    found[ordinary] = [
        finished.gauge(name).sum() / finished.gauge("holders")[0].sum() for name in ("leavers", "runners")
    ] + [float(outcomes[name][0]) for name in ("run_probability", "excess_left", "cumulative_outflow")]
print(json.dumps(found))
""")
    leavers, runners, run, excess, asked = found["true"]
    assert (runners, run, excess) == (0, 0, 0)
    assert leavers == pytest.approx(0.1, abs=0.01)
    assert asked > 0.02  # of the money: accounts are not alike
    leavers, runners, run, excess, _ = found["false"]
    assert (leavers, run) == (0, 1)
    assert runners == pytest.approx(0.1, abs=0.01)
    assert excess == pytest.approx(0.1, abs=0.01)


def test_who_leaves_by_a_rule_that_a_variant_alone_switches_on_leaves_beyond_calm_and_is_no_runner() -> None:
    """Calm has the rules of the baseline: the tenth that goes on one day is the variant's doing, a run by heads."""
    found = in_a_process("""
from trustsim.measures.finished import Finished
from trustsim.measures.measured import measured
off = {name: "off" for name, entry in REGISTRY.group("mechanism").items()}
own = {"mechanisms.rent_day.ordinary": True}
scenario = story(mechanisms=off, run={"of": "accounts"}, variants={"nothing": [], "rent": [{"set": own}]})
model = ts.TrustCrisisModel(scenario, rng=0, collects=False)
while model.running:
    model.step()
finished = Finished(model)
outcomes = measured(finished)
runners = finished.gauge("runners").sum(axis=(0, 2)).tolist()
print(json.dumps([runners, *(outcomes[name].tolist() for name in ("departed", "run_probability", "excess_left"))]))
""")
    runners, departed, run, excess = found
    assert (runners, departed, run) == ([0, 0], [0, 0], [0, 1])
    assert excess == [0, pytest.approx(0.1, abs=0.01)]
