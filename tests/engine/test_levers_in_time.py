"""The agenda, the terms and the board: when a lever acts, how proposals combine, how long news is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import crisis

from trustsim.errors import ModelError
from trustsim.kernels import layout
from trustsim.kernels.layout import Targets, Terms
from trustsim.kernels.named import row_of
from trustsim.model import TrustCrisisModel
from trustsim.scenario.resolved import Item
from trustsim.world.board import Board
from trustsim.world.terms import Proposal, Term, combined

HOWS = ["set", "multiply", "add", "at_least", "at_most"]
FUND, RISK = row_of(Targets, "fund"), row_of(Targets, "risk")


# -- terms -----------------------------------------------------------------------------------------------------------


@given(st.floats(-10, 10), st.lists(st.tuples(st.sampled_from(HOWS), st.floats(-10, 10)), max_size=8), st.randoms())
def test_proposals_combine_to_the_same_bits_in_any_order(base: float, proposals: list[Any], chance: Any) -> None:
    shuffled = list(proposals)
    chance.shuffle(shuffled)
    assert under(base, proposals) == under(base, shuffled)


def under(base: float, proposals: list[Any]) -> float:
    """Return a term under proposals in the first of two lanes; in the second nobody proposes anything."""
    here = np.array([True, False])
    first, second = combined(np.full(2, base), [Proposal(how, value, here) for how, value in proposals])
    assert second == base
    return float(first)


def test_proposals_combine_by_the_rule_that_the_docs_give() -> None:
    proposals: list[Any] = [
        ("add", 1.0),
        ("multiply", 3.0),
        ("set", 2.0),
        ("set", 4.0),
        ("at_most", 10.0),
        ("at_least", 5.0),
    ]
    assert under(100.0, proposals) == 10.0  # min(max(4 · 3 + 1, 5), 10)
    assert under(7.0, []) == 7.0


def test_of_what_is_set_the_highest_rank_counts_where_it_holds() -> None:
    here, there = np.array([True, False, False]), np.array([True, True, False])
    proposals = [Proposal("set", 9.0, there), Proposal("set", 2.0, here, rank=1.0), Proposal("add", 1.0, there)]
    for each in (proposals, proposals[::-1]):
        assert combined(np.full(3, 5.0), each).tolist() == [3.0, 10.0, 5.0]


# -- agenda ----------------------------------------------------------------------------------------------------------


def friction(timing: dict[str, Any], horizon: int = 14, step: float = 1.0, **changes: Any) -> list[int]:
    """Return the steps in which a lever with this timing acts on Quay, from which nobody runs."""
    lever = {"kind": "process_friction", "exit": 3, "platform": "Quay", **timing}
    scenario = crisis(
        variants={"lever": [lever]}, shocks=changes.pop("shocks", []), horizon=horizon, step=step,
        mechanisms={"choice": "off"}, **changes,
    )  # fmt: skip
    model = TrustCrisisModel(scenario, rng=0)
    found = []
    for step_number in range(1, scenario.n_days + 1):
        model.step()
        terms, base = (x[Terms.EXIT_FRICTION, 0, 1] for x in (model.state.terms, model.state.base_terms))
        assert terms in (base, base + 3)
        if terms != base:
            found.append(step_number)
    return found


def test_a_lever_acts_from_its_start_while_before_its_end() -> None:
    """Day 3 to day 6 are the steps that begin then: the fourth, fifth and sixth."""
    assert friction({}) == list(range(1, 15))
    assert friction({"from": 3}) == list(range(4, 15))
    assert friction({"from": 3, "until": 6}) == [4, 5, 6]
    assert friction({"from": 3, "until": 6}, step=0.5, horizon=7) == [7, 8, 9, 10, 11, 12]
    assert friction({"from": 2.5, "until": 2.6}) == []


OUT = [{"kind": "outage", "platform": "Quay", "day": 4, "days": 3}]  # steps 5 to 7: status 1 is seen on steps 6 to 8
STOPPED = {"indicator": "status", "platform": "Quay", "above": 0}


def test_a_trigger_fires_on_what_was_measured_the_day_before_and_stays() -> None:
    assert friction({"when": STOPPED}, shocks=OUT) == list(range(6, 15))
    assert friction({"when": STOPPED, "until": 9}, shocks=OUT) == [6, 7, 8, 9]
    assert friction({"when": {**STOPPED, "platform": "Harbour"}}, shocks=OUT) == []
    assert friction({"when": {**STOPPED, "platform": "*"}}, shocks=OUT) == list(range(6, 15))


def test_a_trigger_waits_until_its_indicator_has_lasted() -> None:
    assert friction({"when": {**STOPPED, "lasting": 3}}, shocks=OUT) == list(range(8, 15))
    assert friction({"when": {**STOPPED, "lasting": 4}}, shocks=OUT) == []


def test_a_trigger_lags_by_its_lag() -> None:
    assert friction({"when": {**STOPPED, "lag": 2}}, shocks=OUT) == list(range(8, 15))
    assert friction({"when": {**STOPPED, "lasting": 3, "lag": 5}}, shocks=OUT) == [13, 14]
    assert (
        friction({"when": {**STOPPED, "lag": 1}}, shocks=OUT, step=0.5, horizon=7)[0] == 12
    )  # steps 9 …, seen 10, + 2


def test_a_trigger_is_not_watched_before_its_start() -> None:
    assert friction({"when": STOPPED, "from": 7}, shocks=OUT) == list(range(8, 15))
    assert friction({"when": STOPPED, "from": 8}, shocks=OUT) == []


def test_variants_whose_triggers_fire_on_other_days_are_both_told() -> None:
    """An announcement is made on each variant's own first day, however long it is out of date in another."""
    cap = {"kind": "withdrawal_cap", "platform": "Harbour", "cap": 1e9, "fear": 8}
    when = {"indicator": "status", "platform": "*", "above": 0}
    shocks = [{"kind": "outage", "platform": name, "day": day, "days": 1} for name, day in (("Quay", 3), ("Mole", 10))]
    variants = {
        name: [{**cap, "when": {**when, "platform": place}}] for name, place in (("early", "Quay"), ("late", "Mole"))
    }
    model = TrustCrisisModel(crisis(shocks=shocks, variants={"nothing": [], **variants}, horizon=14), rng=0)
    for _ in range(14):
        model.step()
    fear = model.series("fear")[:, :, 0]
    assert fear[6, 1] > fear[6, 0] + 0.1  # stopped on day 4, fired and told on 5, counted on 6
    assert fear[13, 2] > fear[13, 0] + 0.1


def test_equal_levers_of_one_variant_count_once() -> None:
    twice = [{"kind": "process_friction", "exit": 1}] * 2
    model = TrustCrisisModel(
        crisis(variants={"twice": twice, "other": [{"kind": "process_friction", "exit": 1.5}]}), rng=0
    )
    model.step()
    added = model.state.terms[Terms.EXIT_FRICTION] - model.state.base_terms[Terms.EXIT_FRICTION]
    assert added[:, 0].tolist() == [1.0, 1.5]


# -- board -----------------------------------------------------------------------------------------------------------


def board_with(n_variants: int = 1, n_platforms: int = 1, likeness: Any = None, **how: Any) -> Board:
    alike = np.zeros((n_variants, n_platforms, n_platforms)) if likeness is None else np.asarray(likeness, np.float64)
    board = Board(alike, np.ones(n_platforms, bool), np.ones(alike.shape[:2]))
    evidence = np.zeros((n_variants, n_platforms, len(Targets)))
    evidence[:, 0, FUND] = -2.0 / (1 + np.arange(n_variants))
    reach = np.zeros((n_variants, n_platforms))
    reach[:, 0] = 0.5
    board.post(evidence, reach, **how)
    return board


def told(board: Board, days: int) -> list[float]:
    """Return what is said about trust in fund safety of platform 0 in variant 0, day by day; 0 is silence."""
    found = []
    for day in range(1, days + 1):
        rows, *_ = board.bulletin(day)
        found.append(float(rows[:, 0, 0, FUND].sum()))
    return found


def test_a_message_is_told_once_without_keep_and_fades_with_it() -> None:
    assert told(board_with(), 3) == [-2.0, 0.0, 0.0]
    assert told(board_with(keep=0.5), 4) == [-2.0, -1.0, -0.5, -0.25]


def test_a_story_that_has_faded_to_a_hundredth_is_no_longer_told() -> None:
    """2 · ½⁷ = 0.0156 is told, 2 · ½⁸ = 0.0078 is not."""
    days = told(board_with(keep=0.5), 12)
    assert days[7] == -(2.0**-6)
    assert days[8:] == [0.0] * 4


def test_how_long_a_story_is_told_does_not_depend_on_the_variants_beside() -> None:
    two = board_with(n_variants=2, keep=0.5)
    for day in range(1, 9):
        rows, *_ = two.bulletin(day)
    assert (rows[:, 0] != 0).any()
    assert not rows[:, 1].any()  # half as strong, a day shorter


def test_bad_news_spills_over_by_likeness_and_good_news_does_not() -> None:
    likeness = [[[0.0, 0.4], [0.0, 0.0]]]
    rows, *_ = board_with(n_platforms=2, likeness=likeness).bulletin(1)
    assert rows[0, 0, 1, FUND] == pytest.approx(-0.8)
    assert rows[0, 0, 1, layout.REACH] == 0.5
    board = Board(np.array(likeness), np.ones(2, bool), np.ones(np.shape(likeness)[:2]))
    evidence = np.zeros((1, 2, len(Targets)))
    evidence[0, 0, FUND], evidence[0, 0, RISK] = 1.0, -1.0
    board.post(evidence, np.array([[0.5, 0.0]]))
    rows, *_ = board.bulletin(1)
    assert not rows[0, 0, 1].any()


def test_news_about_a_dwarf_is_little_news_about_a_giant() -> None:
    """Split into ten, what is told of each part counts a tenth; a giant's news counts in full for a dwarf."""
    alike = np.array([[[0.0, 0.4], [0.4, 0.0]]])
    for sizes, heard in (((1.0, 1.0), 0.8), ((0.1, 1.0), 0.08), ((1.0, 0.1), 0.8), ((1e-6, 1.0), 8e-7)):
        board = Board(alike, np.ones(2, bool), np.array([sizes]))
        evidence = np.zeros((1, 2, len(Targets)))
        evidence[0, 0, FUND] = -2.0
        board.post(evidence, np.array([[0.5, 0.0]]))
        assert board.bulletin(1)[0][0, 0, 1, FUND] == pytest.approx(-heard), sizes


def test_silence_costs_nothing() -> None:
    board = Board(np.zeros((2, 2, 2)), np.ones(2, bool), np.ones((2, 2)))
    board.post(np.zeros((2, 2, len(Targets))), np.ones((2, 2)))
    assert len(board.bulletin(1)[0]) == 0


@dataclass(frozen=True)
class Misspelt:
    """A lever on a platform that there is not."""

    def terms(self) -> tuple[Term, ...]:
        return (Term("exit_fee", 0.1, "set", "Quai"),)


def test_a_lever_on_a_misspelt_platform_is_an_error_with_its_file_and_the_platforms() -> None:
    scenario = crisis(variants={"lever": []})
    variant = replace(scenario.variants[0], items=(Item("misspelt", Misspelt()),))
    model = TrustCrisisModel(replace(scenario, variants=(variant,)), rng=0)
    told = r"platform: given 'Quai' in .*test_levers_in_time\.py; allowed: one of .*Quay.*, \*; did you mean Quay\?"
    with pytest.raises(ModelError, match=told):
        model.step()
