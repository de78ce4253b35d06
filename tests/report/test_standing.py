"""What the answer says of harm, of ties and of what is too small to matter: it never contradicts the tables."""

from dataclasses import replace

import fake
import numpy as np
import pytest

from trustsim.analysis.comparison import compare
from trustsim.ask.result import Result
from trustsim.report.tables import outcomes as tables
from trustsim.report.tables import page_tables
from trustsim.report.words import standing
from trustsim.report.words.answer import answer

GATE, BOTH, INSURED = "announced gate", "both", "insured"


def changed(result, *, matters=None, **changes):
    """Return the result with outcomes changed under variants: ``outcome={variant: values}``."""
    outcomes = {name: values.copy() for name, values in result.study.outcomes.items()}
    for name, by_variant in changes.items():
        for variant, values in by_variant.items():
            outcomes[name][:, fake.VARIANTS.index(variant)] = values
    scenario = replace(result.scenario, matters=matters or {})
    study = replace(result.study, outcomes=outcomes, scenario=scenario)
    return Result(study, compare(study, fake.REGISTRY))


def facts(result):
    return {fact.asked: fact.found for fact in answer(result, np.nan).facts}


@pytest.fixture(name="frozen")
def who_freezes(result):
    """The gate ends all runs and doubles what is lost."""
    loss = result.study.outcomes["investor_loss"]
    return changed(result, run_probability={GATE: 0.0}, investor_loss={GATE: 2 * loss[:, 0] + 1e6})


def test_who_harms_is_not_the_answer_however_well_it_does_and_its_harm_stands_beside_its_gain(frozen):
    c = frozen.comparison
    assert (c.ranked_by, c.harms) == ("run_probability", {GATE: ("investor_loss",)})
    assert c.ranking[0] == BOTH
    assert c.groups[-1] == (GATE,)
    assert answer(frozen, np.nan).headline.startswith("‘both’ helps most")
    worse = facts(frozen)["What makes it worse?"]
    assert "‘announced gate’: investor loss +" in worse
    assert ", though run probability −61.7 pp" in worse


def test_no_sentence_recommends_who_harms_without_saying_so(frozen):
    assert standing.named(frozen.comparison, GATE).startswith("‘announced gate’ (but investor loss +")
    for text in (answer(frozen, np.nan).headline, *facts(frozen).values()):
        for part in text.split("‘announced gate’")[1:]:
            assert part.startswith((" (but investor loss +", ": investor loss +"))


def test_where_only_harm_helps_the_headline_says_both(frozen):
    alone = replace(frozen.study, variants=("nothing", GATE), outcomes={
        name: values[:, [0, fake.VARIANTS.index(GATE)]] for name, values in frozen.study.outcomes.items()
    })  # fmt: skip
    told = answer(Result(alone, compare(alone, fake.REGISTRY)), np.nan)
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
    assert "Too small to matter is less than: run probability 1 pp (assumed)" in table.note


def test_the_cheapest_of_equals_loses_no_more_than_the_best(result):
    """By runs both are one; one costs a little less and its clients lose clearly more: it is no cheaper way."""
    ran = result.study.outcomes["run_probability"][:, fake.VARIANTS.index(BOTH)]
    loss = result.study.outcomes["investor_loss"][:, fake.VARIANTS.index(BOTH)]
    wobble = np.where(np.arange(len(loss)) % 2, 1e4, -1e4)
    wobble[0] = 1e4
    for more, is_told in ((5e5, False), (wobble, True)):
        told = changed(
            result, run_probability={INSURED: ran}, investor_loss={INSURED: loss + more},
            policy_cost={INSURED: 0.0, BOTH: 1.0},
        )  # fmt: skip
        cost = facts(told)["What does it cost?"]
        assert (set(told.comparison.groups[0]) == {BOTH, INSURED}) is is_told
        assert ("by loss too, is ‘insured’" in cost) is is_told
        assert ("with +500 thousand CNY of investor loss against ‘both’" in cost) is not is_told
        assert ("; but it is ahead by investor loss" in facts(told)["Is it really the best?"]) is not is_told


def test_a_clear_difference_that_is_too_small_to_matter_is_no_help(result):
    run = result.study.outcomes["run_probability"]
    rows = dict.fromkeys(fake.VARIANTS[1:], run[:, 0])
    outflow = {name: result.study.outcomes["peak_outflow"][:, 0] * (0.99 if name == BOTH else 1) for name in rows}
    never = dict.fromkeys(fake.VARIANTS, np.nan)
    same = {"run_probability": rows, "investor_loss": dict.fromkeys(fake.VARIANTS, 1e6), "time_to_failure": never}
    told = changed(result, **same, peak_outflow=outflow, matters={"peak_outflow": 0.05})
    assert len(told.comparison.groups) == 1
    assert answer(told, np.nan).headline.startswith("No variant is clearly better than ‘nothing’")
    table, _ = tables.differences(told, "peak_outflow")
    assert {row[0]: row[-1] for row in table.rows}[BOTH] == "too small to matter"
    assert "peak outflow 5 pp" in facts(told)["What counts?"]
