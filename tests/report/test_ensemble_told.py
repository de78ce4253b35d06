"""What a report says of an ensemble of behaviours: under what share of the members the answer holds, their range."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import trustsim as ts
from trustsim.analysis.by_member import SMALL, ByMember, Span, between, span_by_member, worlds_to_tell
from trustsim.analysis.history import Matched
from trustsim.analysis.intervals import Interval
from trustsim.analysis.left import Seen
from trustsim.catalog import REGISTRY
from trustsim.report.pictures.members import marginals
from trustsim.report.words import caveats, flips, members, story, words
from trustsim.report.words.answer import answer
from trustsim.scenario.load import loads
from trustsim.scenario.targets import FreeParameter

LEAVE, HERDING = "mechanisms.ordinary.leave", "mechanisms.herding.weight"
STORY = """
trustsim: 1
horizon: 20 d
network: {kind: none}
investors: {count: 200}
platforms: [{name: Harbour, liquid_share: 50 %}]
shocks: [{kind: rumour, platform: Harbour, day: 5, seeds: 50 %, risk: 6, fear: 3}]
variants:
  nothing: []
  slower: [{kind: process_friction, exit: 2}]
outcomes: [excess_withdrawn]
"""


def result(place: Path, way: str) -> ts.Result:
    sets = [{LEAVE: "0.1 %/day", HERDING: 1}, {LEAVE: "0.5 %/day", HERDING: 6}]
    document = {"behaviour": 1, "made": {}, "parameters": {LEAVE: {}, HERDING: {}}, "members": sets}
    (place / "members.json").write_text(json.dumps(document), "utf-8")
    scenario = loads(f"{STORY}behaviour: {way}\n", REGISTRY, file=str(place / "story.yaml"))
    return ts.compare(scenario, replications=20, workers=1, progress=False)


def test_the_report_says_under_how_many_members_the_first_is_ahead(tmp_path: Path) -> None:
    found = result(tmp_path, "ensemble from members.json")
    line = members.told(found)
    assert line.startswith("‘slower’ is ahead of ‘nothing’ by excess withdrawn under 100 % of the 2 members")
    assert line in flips.told(found)


def test_the_answer_says_how_far_the_difference_moves_with_behaviour_beside_its_interval(tmp_path: Path) -> None:
    """Of two members that leave at unlike rates: the range over members, and that the interval is of the mean."""
    found = result(tmp_path, "ensemble from members.json")
    line = members.span(found)
    sure = next(fact.found for fact in answer(found).facts if fact.asked == "How sure is that?")
    assert sure.endswith(line)
    assert line in flips.told(found)
    told = span_by_member(found.study, np.diff(found.study.outcomes["excess_withdrawn"], axis=1)[:, 0])
    assert ("cannot be told from luck" in line) != told.is_told
    assert ("That interval is of the mean over all worlds." in line) == told.is_told
    low, high = (told.low.mean, told.high.mean) if told.is_told else (told.low.low, told.high.high)
    assert words.interval(low, high, "share", signed=True) in line


def test_where_an_order_cannot_be_told_under_some_members_it_stands_under_when_is_this_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = result(tmp_path, "ensemble from members.json")
    for chances, is_said in (([1.0, 1.0], False), ([1.0, 0.5], True), ([1.0, 0.0], True)):
        drawn = np.linspace(0, 1, 1000, endpoint=False)[:, None] < np.array(chances)
        by_member = ByMember(("slower", "nothing"), drawn, 2, "excess_withdrawn")
        monkeypatch.setattr(members, "order_by_member", lambda *_, by=by_member: by)
        wrong = next(fact.found for fact in answer(found).facts if fact.asked == "When is this wrong?")
        assert (members.told(found) in wrong) == is_said


@pytest.mark.parametrize(
    ("way", "how"), [("point", "by the defaults of the rules"), ("member 2 from members.json", "as one member")]
)
def test_where_behaviour_is_held_fixed_report_terminal_and_json_say_so(tmp_path: Path, way: str, how: str) -> None:
    plain = result(tmp_path, way)
    assert (members.told(plain), members.span(plain), members.doubts(plain)) == ("", "", "")
    line = members.fixed(plain)
    short = way.partition(" from ")[0]
    assert line.startswith(f"How people behave is held fixed, {how}")
    assert f"(behaviour: {short})" in line
    facts = {fact.asked: fact.found for fact in answer(plain).facts}
    assert line in facts["How sure is that?"]
    assert line in facts["When is this wrong?"]
    assert line in caveats.below(plain)
    assert plain.to_json()["behaviour"] == short
    varied = result(tmp_path, "ensemble from members.json")
    assert members.fixed(varied) == ""
    assert varied.to_json()["behaviour"] == "ensemble"


@pytest.mark.parametrize(("share", "n"), [(0.05, 50), (0.2, 50), (0.2, 10)])
def test_so_many_worlds_tell_members_from_luck_in_four_studies_of_five(share: float, n: int) -> None:
    """Of 300 planted studies 80 %, give or take 6 (two and a half standard errors); with a quarter of them, fewer."""
    rng = np.random.default_rng(1)

    def told(worlds: int) -> float:
        seen = []
        for _ in range(300):
            each = np.arange(worlds) % n
            values = np.sqrt(share) * rng.standard_normal(n)[each] + np.sqrt(1 - share) * rng.standard_normal(worlds)
            seen.append(between(values, each).low > 0)
        return float(np.mean(seen))

    enough = worlds_to_tell(share, n)
    assert told(enough) == pytest.approx(0.8, abs=0.06)
    assert told(max(enough // 4, 2 * n)) < 0.74


def test_a_doubt_that_luck_hides_says_how_many_worlds_would_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = result(tmp_path, "ensemble from members.json")
    ends = Interval(-0.1, -0.2, 0.1, 20)
    for share, much in ((0.3, "as much as is seen, 30 %"), (0.01, "at least 5 %")):
        span = Span(ends, ends, Interval(share, 0.0, 0.5, 20), 50)
        monkeypatch.setattr(members, "span_by_member", lambda *_, span=span: span)
        n = worlds_to_tell(max(share, SMALL), 50)
        assert f"--replications {n}, in Python replications={n}, would tell in 80 % of studies" in members.span(found)
        assert f"if behaviour makes up {much} of how worlds differ." in members.span(found)


@pytest.mark.parametrize(
    ("chances", "says"),
    [
        ([1.0, 1.0], ""),
        ([1.0, 0.0], "; it flips under member 2"),
        ([0.0, 0.5, 0.0], "; it flips under member 1 and 3; under 1 member alone it cannot be told"),
        ([0.0] * 8, "; it flips under member 1, 2, 3, 4, 5, 6 and 2 more"),
    ],
)
def test_members_under_which_it_flips_are_named(chances: list[float], says: str) -> None:
    drawn = np.linspace(0, 1, 1000, endpoint=False)[:, None] < np.array(chances)
    assert members._flips(ByMember(("a", "b"), drawn, 2)) == says


def test_parameters_in_force_are_told_with_their_range(tmp_path: Path) -> None:
    found = result(tmp_path, "ensemble from members.json")
    told = {a.name: a.value for a in story.assumptions(found.scenario, "nothing", ("nothing",))}
    assert told["behaviour"] == "ensemble from members.json"
    assert told["leave"] == "0.001 /day to 0.005 /day, by world"


def test_the_picture_has_a_panel_for_each_parameter_over_its_whole_range() -> None:
    free = (FreeParameter("mechanisms.a.b", 1.0, 9.0), FreeParameter("mechanisms.a.c", 0.01, 1.0, "%/day", log=True))
    at = np.random.default_rng(1).random((50, 2))
    rows = np.stack([1 + 8 * at[:, 0], 0.01 * 100 ** at[:, 1]], axis=1)
    nothing, seen = np.zeros((1, 1)), Seen(np.zeros((50, 1)), np.zeros((50, 1)), np.zeros(1), np.ones(1))
    panels = marginals(Matched(free, ("x",), rows, seen, (), 50, np.ones(1), nothing, nothing.astype(np.int64)))
    assert [ax.get_title(loc="left") for ax in panels] == ["a.b", "a.c"]
    assert [ax.get_xlim() for ax in panels] == [(1, 9), (0.01, 1)]
    for ax, heights in zip(panels, (np.histogram(at[:, k], 10, (0, 1))[0] for k in range(2)), strict=True):
        assert ax.patches[0].get_data().values.tolist() == heights.tolist()
