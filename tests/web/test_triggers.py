"""A lever's trigger is edited like all else: from the registry and the file's layout, with errors beside the field."""

from __future__ import annotations

import pytest

from trustsim.catalog import REGISTRY, load
from trustsim.scenario.layout import WHEN

DRY = {"indicator": "liquidity", "platform": "Harbour", "below": "10 %", "lasting": "2 d", "lag": "1 d"}


def form(client, when, **more):
    part = {"kind": "redemption_gate", **({} if when is None else {"when": when})}
    told = client.post("/api/scenario", json={"scenario": "small.yaml", "variants": {"mine": [part]}, **more}).json()
    mine = next(each for each in told["variants"] if each["name"] == "mine")
    return told, {each["name"]: each for each in mine["parts"][0]["fields"] if each["name"].startswith("when.")}


def test_a_lever_without_a_trigger_offers_what_can_be_watched(client):
    told, fields = form(client, None)
    assert told["problems"] == []
    assert list(fields) == ["when.indicator"]
    assert fields["when.indicator"]["choices"] == ["", *REGISTRY.group("indicator")]
    assert fields["when.indicator"]["value"] is None
    assert fields["when.indicator"]["holds"] == "variants.mine.0.when"


@pytest.mark.parametrize("name", REGISTRY.group("indicator"))
def test_every_indicator_can_be_watched_in_its_unit(client, name):
    unit = REGISTRY["indicator", name].unit
    value = {"share": "10 %", "duration": "3 d"}.get(unit, "2")
    told, fields = form(client, {"indicator": name, "above": value})
    assert told["problems"] == []
    assert list(fields) == [f"when.{key}" for key in WHEN]
    assert (fields["when.above"]["unit"], fields["when.above"]["value"]) == (unit, value)
    assert fields["when.above"]["slider"]["value"] == float(value.split()[0])
    assert fields["when.lag"]["low"] == "0 d"
    assert fields["when.platform"]["choices"] == ["*", "Harbour"]


def test_a_trigger_is_taken_away_with_the_file(client, folder):
    told, fields = form(client, DRY)
    assert {name.removeprefix("when."): each["value"] for name, each in fields.items()} == {**DRY, "above": None}
    (folder / "taken.yaml").write_text(told["yaml"], encoding="utf-8")
    mine = next(each for each in load(folder / "taken.yaml").variants if each.name == "mine")
    when = mine.items[0].timing.when
    assert (when.indicator, when.platform, when.below, when.lasting, when.lag) == ("liquidity", "Harbour", 0.1, 2, 1)


@pytest.mark.parametrize(
    ("changed", "name", "holder"),
    [
        ({"lag": "-1 d"}, "when.lag", False),
        ({"below": "3 d"}, "when.below", False),
        ({"platform": "Nowhere"}, "when.platform", False),
        ({"below": None}, "when.indicator", True),
    ],
)
def test_what_is_wrong_with_a_trigger_stands_beside_its_field(client, changed, name, holder):
    told, fields = form(client, {**DRY, **changed})
    assert [each["path"] for each in told["problems"]] == [fields[name]["holds" if holder else "path"]]


def test_a_shock_can_wait_for_something_too(client):
    changed = {"shocks.0.when.indicator": "fear", "shocks.0.when.above": "20 %"}
    told, _ = form(client, None, set=changed)
    assert told["problems"] == []
    shock = next(group for group in told["groups"] if group["key"] == "shocks.0")
    assert {each["path"]: each["value"] for each in shock["fields"] if each["is_changed"]} == changed


def test_a_shock_can_have_a_chance_in_place_of_its_day(client):
    told, _ = form(client, None, set={"shocks.0.chance": "1 %/day"})
    assert told["problems"] == []
    shock = next(group for group in told["groups"] if group["key"] == "shocks.0")
    chance = next(each for each in shock["fields"] if each["name"] == "chance")
    assert (chance["value"], chance["is_changed"]) == ("1 %/day", True)
    assert next(each for each in shock["more"] if each["label"] == "From")["value"] is None
    assert "chance: 1 %/day" in told["yaml"]
