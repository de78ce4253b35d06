"""The form shows all that the registry declares; what the page changes comes out the same wherever it is taken."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trustsim.catalog import REGISTRY, load
from trustsim.scenario.load import overrides_from
from trustsim.web.files import Files
from trustsim.web.form import form_of
from trustsim.web.page_state import Limits, apply, state_of

MINE = [{"kind": "guarantee", "cover": "50 %", "from": "3 d"}, "prompt notice"]
STATES = [
    {},
    {"set": {"platforms.Harbour.liquid_share": "20 %", "horizon": "20 d"}},
    {"set": {"mechanisms.fear": "off", "investors.segments.novice.literacy": "beta(3, 3)"}, "seed": 7},
    {"variants": {"mine": MINE, "insured": [{"kind": "guarantee", "cover": "10 %"}]}, "replications": 9},
    {"variants": {"a: 'b' <c>": [{"set": {"platforms.Harbour.liquid_share": "30 %"}}]}, "show": ["a: 'b' <c>"]},
    {"set": {"title": "\"It's: a 'title' & <b>\""}, "show": ["insured"], "replications": 3},
]
REMOVED = [{"variants": {"both": None}}, {"variants": {"v1.5": MINE}}, {"variants": {"x=y": []}}]


def applied(folder, state):
    return apply(state_of({"scenario": "small.yaml", **state}), Files(folder), Limits())


def form(folder, state):
    found = applied(folder, state)
    assert found.problems == ()
    return found, form_of(found, str(folder))


def fields(group):
    return [*group["fields"], *group["more"]]


@pytest.mark.parametrize("state", [*STATES, *REMOVED])
def test_the_yaml_gives_the_same_scenario(folder, state):
    found, told = form(folder, state)
    (folder / "taken.yaml").write_text(told["yaml"], encoding="utf-8")
    assert load(folder / "taken.yaml").digest == found.scenario.digest
    assert told["digest"] == found.scenario.digest
    assert len(told["yaml"]) < 4000, "short: not every default"


@pytest.mark.parametrize("state", STATES)
def test_the_command_gives_the_same_scenario(folder, state):
    found, told = form(folder, state)
    words = shlex.split(told["command"])
    assert words[:3] == ["trustsim", "compare", "small.yaml"]
    sets = [words[k + 1] for k, word in enumerate(words) if word == "--set"]
    scenario = load(folder / words[2], overrides=overrides_from(sets))
    assert scenario.digest == found.scenario.digest
    assert scenario.title == found.scenario.title
    assert ("--variants" in words) == (found.shown is not None)


@pytest.mark.parametrize("state", [*STATES, *REMOVED])
def test_the_lines_of_python_give_the_same_scenario(folder, state, monkeypatch):
    found, told = form(folder, state)
    (folder / "scenario.yaml").write_text(told["yaml"], encoding="utf-8")
    monkeypatch.chdir(folder)
    lines = told["python"].split("result = ")[0]
    names = {}
    exec(lines, names)  # our own lines
    assert names["scenario"].digest == found.scenario.digest


@pytest.mark.parametrize("by", [None, "policy_cost"])
def test_what_ranks_is_taken_along(folder, by):
    _, told = form(folder, {"ranked_by": by})
    assert ("--rank-by policy_cost" in told["command"]) == (by is not None)
    assert ("rank_by='policy_cost'" in told["python"]) == (by is not None)
    assert told["yaml"].startswith("# for the same table: --rank-by policy_cost\n") == (by is not None)


@pytest.mark.parametrize("state", REMOVED)
def test_where_a_command_cannot_say_it_the_file_is_to_be_saved_first(folder, state):
    _, told = form(folder, state)
    assert told["command"].splitlines()[0].startswith("# first save the scenario file")
    assert shlex.split(told["command"].splitlines()[1])[:3] == ["trustsim", "compare", "scenario.yaml"]


def test_a_scenario_that_extends_another_stands_alone_when_taken(folder):
    (folder / "child.yaml").write_text(
        "extends: small.yaml\ntitle: Child\n+shocks:\n  - {kind: outage, platform: Harbour, day: 9}\n"
    )
    found, told = form(folder, {"scenario": "child.yaml"})
    assert "extends" not in told["yaml"]
    (folder / "taken.yaml").write_text(told["yaml"])
    assert load(folder / "taken.yaml").digest == found.scenario.digest
    assert len(found.scenario.shocks) == 2


def test_every_parameter_is_there_with_unit_bounds_source_and_text(folder):
    _, told = form(folder, {})
    groups = {group["key"]: {each["name"]: each for each in fields(group)} for group in told["groups"]}
    wanted = {
        "platforms.Harbour": REGISTRY["section", "platform"],
        "investors": REGISTRY["section", "investors"],
        "investors.segments.novice": REGISTRY["section", "segment"],
        "investors.segments.old hand": REGISTRY["section", "segment"],
        "network": REGISTRY["network_kind", "small_world"],
        "shocks.0": REGISTRY["shock", "custodian_theft"],
        **{
            f"mechanisms.{name}": entry
            for name, entry in REGISTRY.group("mechanism").items()
            if getattr(entry.make, "default_on", True)
        },
    }
    assert set(groups) == {"study", *wanted, *(f"mechanisms.{name}" for name in REGISTRY.group("mechanism"))}
    for key, entry in wanted.items():
        for parameter in entry.parameters:
            if parameter.name == "name":
                continue
            field = groups[key][parameter.name]
            assert field["path"] == f"{key}.{parameter.name}"
            assert field["unit"] == parameter.unit
            assert field["source"] == parameter.source
            assert parameter.text.lower() in field["text"].lower()
            assert (field["low"] is None) == (parameter.low is None)
            assert (field["high"] is None) == (parameter.high is None)


def test_every_value_and_every_end_of_a_slider_can_be_set_again(folder):
    """What the form shows, the form takes: no value is refused, and the value shown changes nothing."""
    found, told = form(folder, {"set": {"behaviour": "point"}})  # else what members say is no value of the file
    shown = {
        each["path"]: each["value"]
        for group in told["groups"]
        for each in fields(group)
        if each["value"] is not None and each["path"] not in ("network.kind", "platforms.Harbour.kind")
    }
    assert len(shown) > 80
    again = applied(folder, {"set": shown})
    assert again.problems == ()
    assert again.scenario.variants == found.scenario.variants
    assert again.scenario.shocks == found.scenario.shocks


def test_a_slider_lies_inside_the_bounds_and_shows_the_value(folder):
    _, told = form(folder, {})
    sliders = [each for group in told["groups"] for each in fields(group) if each["slider"]]
    assert len(sliders) > 60
    for each in sliders:
        slider = each["slider"]
        assert slider["min"] < slider["max"], each["path"]
        assert slider["min"] <= slider["value"] <= slider["max"], each["path"]
        assert 20 <= (slider["max"] - slider["min"]) / slider["step"] <= 250 or each["unit"] == "count", each["path"]
    for end in ("min", "max"):
        changed = {each["path"]: f"{each['slider'][end]:.10g}{each['slider']['suffix']}" for each in sliders}
        wrong = {problem.place.path for problem in applied(folder, {"set": changed}).problems}
        assert wrong & set(changed) <= {"horizon", "shocks.0.day", "platforms.Harbour.copies"}


@pytest.mark.parametrize("kind", REGISTRY.group("intervention"))
def test_every_intervention_can_be_added_as_the_form_offers_it(folder, kind):
    _, told = form(folder, {})
    lever = next(each for each in told["interventions"] if each["kind"] == kind)
    assert {"until"} < {each["name"] for each in lever["fields"]}
    assert {each["name"] for each in lever["fields"]} & {"from", "day"}
    values = {each["name"]: each["value"] for each in lever["fields"] if each["value"] not in (None, "")}
    found, again = form(folder, {"variants": {"mine": [{"kind": kind, **values}]}})
    mine = next(each for each in again["variants"] if each["name"] == "mine")
    assert mine["from"] == "page"
    assert mine["parts"][0]["kind"] == kind
    assert all(each["path"].startswith("variants.mine.0.") for each in mine["parts"][0]["fields"])
    required = {each["name"]: each["value"] for each in lever["fields"] if each["is_required"]}
    bare, _ = form(folder, {"variants": {"mine": [{"kind": kind, **required}]}})
    assert bare.scenario.digest == found.scenario.digest


def test_a_set_with_a_time_shows_its_time_and_keeps_it_when_that_is_changed(folder):
    part = {"set": {"platforms.Harbour.exit_friction": "2"}, "from": "5 d", "until": "9 d"}
    found, told = form(folder, {"variants": {"mine": [part, {"set": {"platforms.Harbour.equity": "9 %"}}]}})
    timed, plain = next(each for each in told["variants"] if each["name"] == "mine")["parts"]
    assert timed["values"] == {"from": "5 d", "until": "9 d"}
    assert [each["path"] for each in timed["fields"]] == [
        "variants.mine.0.from", "variants.mine.0.until", "variants.mine.0.when.indicator",
    ]  # fmt: skip
    assert plain["fields"] == []
    assert [item.timing.until for item in found.scenario.variants[-1].items] == [9]
    later, _ = form(folder, {"variants": {"mine": [{**part, "until": "8 d"}]}})
    assert [item.timing.until for item in later.scenario.variants[-1].items] == [8]
    wrong = applied(folder, {"variants": {"mine": [{**part, "until": "4 d"}]}})
    assert [problem.place.path for problem in wrong.problems] == ["variants.mine.0.until"]


@pytest.mark.parametrize(
    ("state", "path"),
    [
        ({"set": {"platforms.Harbour.liquid_share": "150 %"}}, "platforms.Harbour.liquid_share"),
        ({"set": {"platforms.Harbour.liquid_share": "[1, "}}, "platforms.Harbour.liquid_share"),
        ({"set": {"shocks.0.day": "500 d"}}, "shocks.0.day"),
        ({"set": {"investors.segments.novice.literacy": "beta(0, 1)"}}, "investors.segments.novice.literacy"),
        ({"set": {"mechanisms.fear.contagion": "many"}}, "mechanisms.fear.contagion"),
        ({"variants": {"mine": [{"kind": "guarantee", "cover": "200 %"}]}}, "variants.mine.0.cover"),
        ({"variants": {"mine": [{"kind": "guarantee"}, "nobody"]}}, "variants.mine.1"),
        ({"set": {"horizon": "soon"}}, "horizon"),
    ],
)
def test_a_problem_stands_beside_the_field_that_it_concerns(client, folder, state, path):
    told = client.post("/api/scenario", json={"scenario": "small.yaml", **state}).json()
    assert path in [each["path"] for each in told["problems"]]
    paths = {each["path"] for group in told["groups"] for each in fields(group)}
    paths |= {each["path"] for variant in told["variants"] for part in variant["parts"] for each in part["fields"]}
    assert path in paths or path == "variants.mine.1", "the fields stay there while something is wrong"
    assert told["yaml"] == ""


def test_a_mechanism_can_be_switched_off_and_on_again(folder):
    off, told = form(folder, {"set": {"mechanisms.fear": "off", "mechanisms.fear.contagion": "0.9"}})
    assert off.scenario.variants[0].world.mechanisms["fear"] is None
    group = next(group for group in told["groups"] if group["key"] == "mechanisms.fear")
    assert [each["value"] for each in fields(group)] == ["off"]
    on, _ = form(folder, {"set": {"mechanisms.fear": "on"}})
    assert on.scenario.digest == applied(folder, {}).scenario.digest, "the file's own settings stay"


def test_the_baseline_is_run_whatever_is_shown(folder):
    assert applied(folder, {"show": ["both"]}).shown == ("nothing", "both")
    assert applied(folder, {"show": ["both", "nothing", "insured", "prompt notice"]}).shown is None


leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner))
paths = st.one_of(
    st.sampled_from(["platforms.Harbour", "variants", "investors.segments", "mechanisms", "shocks.0", "network", ""]),
    st.text(max_size=20),
)


@pytest.mark.slow
@given(
    changed=st.dictionaries(paths, trees, max_size=3),
    variants=st.dictionaries(st.text(max_size=9), st.none() | st.lists(trees, max_size=3), max_size=3),
)
def test_no_state_brings_the_form_down(folder, changed, variants):
    found = applied(folder, {"set": changed, "variants": variants})
    told = form_of(found, str(folder))
    assert (told["yaml"] == "") == bool(found.problems)


def test_help_is_quick_because_nothing_of_the_page_is_imported():
    code = "import sys, trustsim.cli; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"starlette", "uvicorn", "trustsim.web"} & set(done.stdout.split()) == set()


def test_an_actor_and_a_jurisdiction_stand_on_the_form(folder):
    watch = {"name": "Watch", "lag": "9 d"}
    text = (folder / "small.yaml").read_text()
    (folder / "watched.yaml").write_text(f"{text}regulators: [{{name: Watch, lag: 9 d}}]\n")
    state = {"scenario": "watched.yaml", "set": {"platforms.Harbour.jurisdiction": "strict", "regulators.Watch.fee": 5}}
    found, told = form(folder, state)
    groups = {group["key"]: {each["name"]: each for each in fields(group)} for group in told["groups"]}
    assert groups["regulators.Watch"]["lag"]["value"] == watch["lag"]
    assert groups["regulators.Watch"]["fee"]["is_changed"]
    assert groups["platforms.Harbour"]["jurisdiction"]["choices"] == ["", "light", "strict"]
    assert groups["platforms.Harbour"]["patience"]["default"] == "5 d"
    assert found.scenario.variants[0].world.actors["regulator"][0].fee == 500
