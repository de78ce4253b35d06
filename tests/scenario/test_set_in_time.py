"""A ``set`` with ``from``, ``until`` or ``when``: how it is read, refused, written again, described and told."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from made_up import REGISTRY as FEW

from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError
from trustsim.report.words.story import assumptions, packages
from trustsim.scenario.load import from_document, loads
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.schema import schema_of

HEAD = "trustsim: 1\nbehaviour: point\nhorizon: 30 d\nnetwork: {kind: none}\n"
STORY = HEAD + "platforms: [{name: Harbour}, {name: Bank, copies: 2}]\n"
WAITS = "when: {indicator: liquidity, platform: Harbour, below: 5 %, lasting: 2 d, lag: 1 d}"


def variant(part: str, story: str = STORY) -> Scenario:
    """Return a scenario of which one variant has this part."""
    return loads(f"{story}variants:\n  nothing: []\n  changed:\n    - {part}\n", REGISTRY)


def problem(part: str, story: str = STORY) -> tuple[str, str, str, str | None]:
    """Return where the only problem of such a scenario is, what was given, what is allowed, and what is near."""
    with pytest.raises(ScenarioError) as raised:
        variant(part, story)
    (found,) = raised.value.problems
    return found.place.path.removeprefix("variants.changed.0."), found.given, found.allowed, found.nearest


def told(scenario: Scenario) -> list[tuple[str, str, float, float | None]]:
    """Return what the changes of the variant are: kind, platform, from, until."""
    items = scenario.variants[1].items
    return [(x.kind, x.what.platform, x.timing.start, x.timing.until) for x in items]


def test_a_set_with_a_time_is_a_lever_on_each_platform_and_leaves_day_0_alone() -> None:
    part = "{set: {platforms.Harbour.payout_lag: 3 d, platforms: {Bank: {exit_friction: 2}}}, from: 10 d, until: 2 w}"
    found = variant(part)
    kind = "new_terms"
    assert told(found) == [(kind, "Harbour", 10, 14), (kind, "Bank 1", 10, 14), (kind, "Bank 2", 10, 14)]
    assert found.variants[1].items[0].what.payout_lag == 3
    assert found.variants[1].items[1].what.exit_friction == 2
    assert found.variants[1].world is found.variants[0].world


def test_day_is_another_word_for_from_and_a_trigger_may_stand_alone() -> None:
    assert told(variant("{set: {platforms.Harbour.payout_lag: 3 d}, day: 4 d}")) == [("new_terms", "Harbour", 4, None)]
    (item,) = variant("{set: {platforms.Harbour.payout_lag: 3 d}, " + WAITS + "}").variants[1].items
    assert item.timing.when is not None
    assert (item.timing.when.below, item.timing.when.lasting, item.timing.when.lag) == (0.05, 2, 1)


def test_packages_hold_sets_with_a_time_once() -> None:
    part = "{set: {platforms.Harbour.payout_lag: 3 d}, from: 4 d}"
    text = (
        f"{STORY}variants: {{nothing: [], a: [{part}], b: [a], both: [a, b, {{set: {{platforms.Harbour.equity: 0}}}}]}}"
    )
    found = loads(text, REGISTRY)
    assert [len(each.items) for each in found.variants] == [0, 1, 1, 1]
    assert found.variants[3].world.platforms[0].equity == 0


@pytest.mark.parametrize(
    "path",
    ["investors.count", "network.kind", "mechanisms.fear.contagion", "platforms.Harbour.equity",
     "platforms.Harbour.locked_share", "platforms.Harbour.custody", "platforms.Harbour.size", "regulators.Watch.lag"],
)  # fmt: skip
def test_what_cannot_change_in_the_course_of_a_run_is_refused_with_what_can(path: str) -> None:
    where, given, allowed, _ = problem(f"{{set: {{{path}: 1}}, from: 3 d}}")
    assert where == f"set.{path}"
    assert given == f"{path!r} with a time, which cannot change in the course of a run"
    assert allowed.startswith("platforms.NAME.KEY with KEY one of liquid_share, ")
    assert "promised_yield, " in allowed
    assert "locked_share" not in allowed
    assert allowed.endswith("; other paths without from, until and when")


REFUSED = {
    "a slip of the pen": ("{set: {platforms.Harbour.exit_fricton: 1}, from: 3 d}", "set.platforms.Harbour.exit_fricton",
                          "with a time, which cannot", "exit_friction"),
    "another platform": ("{set: {platforms.Harbor.exit_friction: 1}, from: 3 d}", "set.platforms.Harbor.exit_friction",
                         "'Harbor' in platforms", "Harbour"),
    "beyond the bounds": ("{set: {platforms.Harbour.exit_friction: 11}, from: 3 d}",
                          "set.platforms.Harbour.exit_friction", "11", None),
    "no value": ("{set: {platforms.Harbour.throughput: null}, from: 3 d}", "set.platforms.Harbour.throughput",
                 "nothing", None),
    "all platforms anew": ("{set: {platforms: [{name: Harbour}]}, from: 3 d}", "set.platforms",
                           "'platforms' with a time", None),
    "after the horizon": ("{set: {platforms.Harbour.exit_friction: 1}, from: 31 d}", "from",
                          "a change on day 31, after the horizon", None),
    "an end before it starts": ("{set: {platforms.Harbour.exit_friction: 1}, from: 3 d, until: 2 d}", "until",
                                "until day 2, which is not after the start on day 3", None),
    "two words for one day": ("{set: {platforms.Harbour.exit_friction: 1}, from: 3 d, day: 3 d}", "day",
                              "'day' beside 'from'", None),
    "a chance": ("{set: {platforms.Harbour.exit_friction: 1}, chance: 1 %/day}", "chance", "'chance' beside 'set'",
                 None),
    "a trigger on nothing": ("{set: {platforms.Harbour.exit_friction: 1}, when: {indicator: liquidty, below: 1}}",
                             "when.indicator", "the indicator 'liquidty', which does not exist", "liquidity"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_set_with_a_time_is_one_error_where_it_stands(name: str) -> None:
    part, where, given, near = REFUSED[name]
    found = problem(part)
    assert found[0] == where
    assert given in found[1]
    assert found[3] == near


def test_where_the_platforms_cannot_be_read_nothing_more_is_told() -> None:
    def problems(part: str) -> list[tuple[str, str]]:
        with pytest.raises(ScenarioError) as raised:
            variant(part, HEAD + "platforms: 3\n")
        return [(each.place.path, each.given) for each in raised.value.problems]

    alone = problems("{set: {mechanisms.fear: off}}")
    assert {path for path, _ in alone} == {"platforms"}
    assert problems("{set: {platforms.Harbour.exit_friction: 1}, from: 3 d}") == alone


def test_where_no_lever_sets_anything_every_set_with_a_time_is_refused() -> None:
    story = HEAD.replace("none", "complete") + "investors: {count: 9}\nplatforms: [{name: Harbour}]\n"
    with pytest.raises(ScenarioError) as raised:
        loads(story + "variants: {a: [{set: {platforms.Harbour.custody: bank}, from: 3 d}]}\n", FEW)
    assert [each.allowed for each in raised.value.problems] == ["other paths without from, until and when"]


PARTS = [
    "{set: {platforms.Harbour.promised_yield: 15 %, platforms.Bank.exit_friction: 2}, from: 10 d, until: 20 d}",
    "{set: {platforms.Harbour.report_interval: 7 d}, " + WAITS + "}",
]


@pytest.mark.parametrize("part", PARTS)
def test_a_resolved_file_says_the_same_set_with_its_time(part: str) -> None:
    scenario = variant(part)
    again = from_document(json.loads(json.dumps(scenario.document)), REGISTRY)
    assert again.variants == scenario.variants
    assert again.digest == scenario.digest
    (written,) = scenario.document["variants"]["changed"]
    assert "set" in written
    assert "from" in written
    other = variant(part.replace("10 d", "11 d").replace("lag: 1 d", "lag: 2 d"))
    assert other.digest != scenario.digest


@pytest.mark.parametrize("part", PARTS)
def test_the_schema_knows_it(part: str) -> None:
    schema = schema_of(REGISTRY)
    document: dict[str, Any] = json.loads(json.dumps(variant(part).document))
    jsonschema.validate(document, schema)
    document["variants"]["changed"][0]["lag"] = "3 d"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_the_report_tells_when_the_terms_become_others_and_lists_no_setting_that_stays() -> None:
    scenario = variant(PARTS[0])
    (package,) = packages(scenario, "nothing", ["changed"])
    event = package.events[0]
    assert (event.when, event.title) == ("day 10 to day 20", "New terms")
    assert event.details == "platform Harbour, promised yield 15 %"
    assert package.changes == ()
    own = [(a.name, a.value) for a in assumptions(scenario, "nothing", ["changed"]) if a.owner.startswith("new terms")]
    assert own == [
        ("platform", "Harbour"), ("promised_yield", "15 %"),
        ("platform", "Bank 1"), ("exit_friction", "2"), ("platform", "Bank 2"),
    ]  # fmt: skip
    (waits,) = packages(variant(PARTS[1]), "nothing", ["changed"])
    assert waits.events[0].when == "from the start, when liquidity is below 5 % for 2 days, 1 day later"
