"""What the answer says of harm, of ties and of what is too small to matter: it never contradicts the tables."""

from dataclasses import replace

import fake
import numpy as np
import pytest

from trustsim.analysis.comparison import compare
from trustsim.analysis.intervals import Interval
from trustsim.ask.result import Result
from trustsim.report.tables import outcomes as tables
from trustsim.report.tables import page_tables
from trustsim.report.words import costs, flips, standing
from trustsim.report.words.answer import answer
from trustsim.web import answers

GATE, BOTH, INSURED = "announced gate", "both", "insured"


def changed(result, *, matters=None, rank_by=None, **changes):
    """Return the result with outcomes changed under variants: ``outcome={variant: values}``."""
    outcomes = {name: values.copy() for name, values in result.study.outcomes.items()}
    for name, by_variant in changes.items():
        for variant, values in by_variant.items():
            outcomes[name][:, fake.VARIANTS.index(variant)] = values
    scenario = replace(result.scenario, matters=matters or {})
    study = replace(result.study, outcomes=outcomes, scenario=scenario)
    return Result(study, compare(study, fake.REGISTRY, rank_by=rank_by))


def facts(result):
    return {fact.asked: fact.found for fact in answer(result).facts}


@pytest.fixture(name="frozen")
def who_freezes(result):
    """The gate ends all runs and doubles what is lost."""
    loss = result.study.outcomes["investor_loss"]
    lost = {GATE: 2 * loss[:, 0] + 1e6}
    return changed(result, rank_by="run_probability", run_probability={GATE: 0.0}, investor_loss=lost,
                   matters={"run_probability": 0.01})  # fmt: skip


def test_who_harms_is_not_the_answer_however_well_it_does_and_its_harm_stands_beside_its_gain(frozen):
    c = frozen.comparison
    assert (c.ranked_by, c.harms) == ("run_probability", {GATE: ("investor_loss",)})
    assert c.ranking[0] == BOTH
    assert c.groups[-1] == (GATE,)
    assert answer(frozen).headline.startswith("‘both’ helps most")
    worse = facts(frozen)["What makes it worse?"]
    assert "‘announced gate’: investor loss +" in worse
    assert ", though run probability −61.7 pp" in worse


def test_no_sentence_recommends_who_harms_without_saying_so(frozen):
    assert standing.named(frozen.comparison, GATE).startswith("‘announced gate’ (but investor loss +")
    by_loss = changed(frozen, rank_by="peak_outflow", peak_outflow={GATE: 0.0}, matters={"run_probability": 0.01})
    assert any("still leads" in text and GATE in text for text in flips.told(by_loss))
    told = (*flips.told(by_loss), *flips.told(frozen), *facts(frozen).values())
    for text in (answer(frozen).headline, *told):
        for part in text.split("‘announced gate’")[1:]:
            assert part.startswith((" (but investor loss +", ": investor loss +"))


def test_where_only_harm_helps_the_headline_says_both(frozen):
    alone = replace(frozen.study, variants=("nothing", GATE), outcomes={
        name: values[:, [0, fake.VARIANTS.index(GATE)]] for name, values in frozen.study.outcomes.items()
    })  # fmt: skip
    told = answer(Result(alone, compare(alone, fake.REGISTRY, rank_by="run_probability")))
    assert told.headline.startswith(
        "No variant is better than ‘nothing’ without harm, judged by run probability. ‘announced gate’"
    )
    assert "but harms: investor loss +" in told.headline


def test_the_ranking_table_marks_groups_and_harm(frozen):
    table = page_tables.ranking(frozen)
    cells = {name: row[0].text for name, row in table.rows}
    assert cells[GATE].endswith(standing.MARK)
    assert cells[BOTH] == "1"
    assert "‘announced gate’: worse than ‘nothing’ in investor loss +" in table.note
    assert "Too small to matter is less than: run probability 1 pp" in table.note


def test_the_page_marks_harm_and_says_which_answer_tells_of_it(frozen):
    page = answers.comparison(frozen)
    assert {row["variant"] for row in page["rows"] if standing.MARK in row["marks"]} == set(frozen.comparison.harms)
    assert "† worse than ‘nothing’ in a headline outcome: see ‘What makes it worse?’" in page["legend"]
    asked = {fact["asked"] for fact in page["facts"]}
    assert all(line.split("see ‘")[1].removesuffix("’") in asked for line in page["legend"])


def test_the_cheapest_of_equals_loses_no_more_than_the_best(result):
    """By runs both are one; one costs a little less and its clients lose clearly more: it is no cheaper way."""
    ran = result.study.outcomes["run_probability"][:, fake.VARIANTS.index(BOTH)]
    loss = result.study.outcomes["investor_loss"][:, fake.VARIANTS.index(BOTH)]
    wobble = np.where(np.arange(len(loss)) % 2, 1e4, -1e4)
    wobble[0] = 1e4
    for more, is_told in ((5e5, False), (wobble, True)):
        told = changed(
            result, rank_by="run_probability", run_probability={INSURED: ran}, investor_loss={INSURED: loss + more},
            policy_cost={INSURED: 0.0, BOTH: 1.0}, loss_to_others={INSURED: 0.0, BOTH: 1e4},
        )  # fmt: skip
        cost = facts(told)["What does it cost?"]
        assert (set(told.comparison.groups[0]) == {BOTH, INSURED}) is is_told
        assert ("by loss too, is ‘insured’" in cost) is is_told
        assert ("; but it is ahead by investor loss" in facts(told)["Is it really the best?"]) is not is_told


def test_the_cost_is_told_with_what_all_payers_but_the_clients_lose_and_that_sum_says_which_is_cheapest(result):
    """The guarantor of ‘insured’ owes three million: it is not the cheap one, whatever its lever costs."""
    loss = result.study.outcomes["loss_to_others"][:, 0]
    told = changed(
        result, policy_cost={INSURED: 0.0, BOTH: 2e4},
        loss_to_others={**dict.fromkeys(fake.VARIANTS, 9e6 + loss), INSURED: 3e6 + loss, BOTH: 5.0 + loss, GATE: loss},
    )  # fmt: skip
    cost = facts(told)["What does it cost?"]
    assert cost.startswith("‘both’ costs 20 000 CNY a world on average")
    assert "All payers but the clients together are 9 million CNY better off than under ‘nothing’" in cost
    assert "where owners have no more." in cost
    assert "cheapest" not in cost
    assert costs.bill(told, INSURED) == "6 million CNY better off than under ‘nothing’"
    assert costs.bill(told, "prompt notice") == "about as well off as under ‘nothing’"


def test_of_what_costs_nothing_nobody_is_told_who_bears_the_cost(result):
    told = changed(result, policy_cost=dict.fromkeys(fake.VARIANTS, 0.0))
    cost = facts(told)["What does it cost?"]
    assert cost.startswith("‘both’ costs 0 CNY a world on average; clients lose")
    assert "the cost is in that" not in cost


def test_a_cost_that_rounding_hides_is_about_the_same(result):
    """Both costs stand in the table of ranks: 2 473 and 2 475 CNY are not the same."""
    for cost, same in ((2474.8, "about the same as"), (2473.0, "the same as")):
        told = changed(result, policy_cost={"nothing": 2473.0, BOTH: cost})
        assert f"a world on average, {same} ‘nothing’" in facts(told)["What does it cost?"]


def test_the_headline_says_of_those_without_harm_where_one_that_harms_gains_more(result, frozen):
    assert answer(result).headline.startswith("‘both’ helps most: ")
    assert answer(frozen).headline.startswith("‘both’ helps most of those without harm: ")


def test_the_next_in_rank_is_told_as_such_where_the_baseline_stands_between(result):
    worse = {name: 0.9 for name in fake.VARIANTS if name != "nothing"} | {BOTH: 0.0}
    told = changed(result, rank_by="peak_outflow", peak_outflow={**worse, "nothing": 0.5})
    assert "Against the next in rank after ‘nothing’, " in facts(told)["Is it really the best?"]


def test_a_variant_that_does_not_help_is_not_said_to_be_the_best(frozen):
    gate = fake.VARIANTS.index(GATE)
    outcomes = {name: values[:, [0, gate, gate]] for name, values in frozen.study.outcomes.items()}
    three = replace(
        frozen.study,
        variants=("nothing", GATE, next(name for name in fake.VARIANTS[1:] if name != GATE)),
        outcomes=outcomes,
    )
    told = facts(Result(three, compare(three, fake.REGISTRY, rank_by="run_probability")))["Is it really the best?"]
    assert told.startswith("No: it harms, and ‘nothing’ stands before it.")


def test_a_difference_that_rounding_hides_is_no_verdict_and_a_segment_is_judged_as_the_loss(result):
    c = result.comparison
    assert standing.smallest_told(c, "run_probability") == standing.POINTS
    largest = max(abs(c.levels[name]["policy_cost"].mean) for name in c.variants)
    assert standing.smallest_told(c, "policy_cost") == pytest.approx(largest / 1000)
    measures = {**c.measures, "loss_by_segment[novice]": c.measures["investor_loss"]}
    judged = replace(c, measures=measures, matters={"investor_loss": 5e5})
    tiny = Interval(4e5, 3e5, 5e5, 120)
    assert standing.verdict(judged, "loss_by_segment[novice]", tiny) == "unclear"
    assert standing.judged(judged, "loss_by_segment[novice]", tiny) == "too small to matter"


def test_a_clear_difference_that_is_too_small_to_matter_is_no_help(result):
    run = result.study.outcomes["run_probability"]
    rows = dict.fromkeys(fake.VARIANTS[1:], run[:, 0])
    outflow = {name: result.study.outcomes["peak_outflow"][:, 0] * (0.99 if name == BOTH else 1) for name in rows}
    never = dict.fromkeys(fake.VARIANTS, np.nan)
    same = {"run_probability": rows, "investor_loss": dict.fromkeys(fake.VARIANTS, 1e6), "time_to_failure": never}
    told = changed(result, **same, peak_outflow=outflow, matters={"peak_outflow": 0.05})
    assert len(told.comparison.groups) == 1
    assert answer(told).headline.startswith("No variant is clearly better than ‘nothing’")
    table, _ = tables.differences(told, "peak_outflow")
    assert {row[0]: row[-1] for row in table.rows}[BOTH] == "too small to matter"
    assert "peak outflow 5 pp" in facts(told)["What counts?"]


def test_two_variants_that_are_the_same_in_every_world_are_said_to_be_and_have_no_interval(result):
    ran = result.study.outcomes["run_probability"][:, fake.VARIANTS.index(BOTH)]
    told = changed(result, rank_by="run_probability", run_probability={INSURED: ran})
    best = facts(told)["Is it really the best?"]
    assert "The next in rank, ‘insured’, is the same by run probability in every world; but it is ahead by" in best


def test_the_best_without_harm_is_said_to_be_that_only_where_one_that_harms_is_ahead_of_it(result):
    """It stands behind those without harm whatever it gains; whether it gains more is what the reader wants to know."""
    loss = result.study.outcomes["investor_loss"][:, 0] + 5e5
    for gain, is_ahead in ((0.0, True), (1.0, False)):
        ran = np.full(len(loss), gain)
        told = changed(result, rank_by="run_probability", run_probability={GATE: ran}, investor_loss={GATE: loss})
        assert GATE in told.comparison.harms
        best = facts(told)["Is it really the best?"]
        assert (f"Of those without harm; ahead of it by run probability: ‘{GATE}’ (but " in best) is is_ahead, best
