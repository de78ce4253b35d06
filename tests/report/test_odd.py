"""The description by ODD and STRESS: complete, in order, from what is in force, and escaped."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import trustsim as ts
from shipped import SHIPPED
from trustsim.analysis.assumed import parameters
from trustsim.analysis.comparison import compare
from trustsim.ask.result import Result
from trustsim.catalog import REGISTRY
from trustsim.experiment.study import Study
from trustsim.report.odd import concepts, odd, told
from trustsim.report.tables.markdown import escaped
from trustsim.report.words import force, sources, story, words
from trustsim.scenario.load import from_document

ROOT = Path(__file__).parents[2] / "scenarios"
ELEMENTS = (
    "1 Purpose and patterns", "2 Entities, state variables, and scales", "3 Process overview and scheduling",
    "4 Design concepts", "5 Initialization", "6 Input data", "7 Submodels",
)  # fmt: skip
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
)  # fmt: skip
STRESS = (
    "1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "2.5", "2.5.1", "2.5.2", "2.5.3", "2.5.4", "3.1", "3.2", "3.3",
    "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3", "5.4", "6.1",
)  # fmt: skip


def unrun(scenario):
    """A result without a finished replication: all of the description but the levels."""
    names = tuple(v.name for v in scenario.variants)
    nothing = {name: np.zeros((0, len(names))) for name in REGISTRY.group("outcome")}
    study = Study(scenario, names, np.zeros(0, np.int64), nothing, {}, (), 0.0)
    return Result(study, compare(study, REGISTRY))


@pytest.fixture(scope="module")
def small():
    return ts.compare(ROOT / "quickstart.yaml", replications=2, workers=1, progress=False)


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED)
def test_every_scenario_is_described_in_order_with_the_mechanisms_that_are_on_and_no_other(path):
    scenario = ts.load(path)
    text = odd.render(unrun(scenario))
    assert [h for h in re.findall(r"^## (.+)$", text, re.M) if h in ELEMENTS] == list(ELEMENTS)
    assert re.findall(r"^### 4\.\d+ (.+)$", text.partition("# STRESS")[0], re.M) == list(CONCEPTS)
    told = text.partition("### 7.2")[2].partition("### 7.3")[0]
    on = {name for v in scenario.variants for name, settings in v.world.mechanisms.items() if settings is not None}
    titles = {words.capital(words.label(name)) for name in on}
    assert set(re.findall(r"^#### (.+)$", told, re.M)) == titles
    for name in on:
        assert re.search(r"test_\w+", REGISTRY["mechanism", name].text)[0] in told, name
    for name in set(REGISTRY.group("mechanism")) - on:
        assert re.search(r"test_\w+", REGISTRY["mechanism", name].text)[0] not in told, name
    assert max(map(len, text.splitlines())) < 100_000


def test_every_item_of_stress_is_answered_or_marked(small):
    checklist = odd.render(small).partition("# STRESS-ABS checklist")[2].partition("# References")[0]
    items = re.split(r"^#{3,4} (\d\.\d(?:\.\d)?) .+$", checklist, flags=re.M)[1:]
    answers = dict(zip(items[::2], items[1::2], strict=True))
    assert tuple(answers) == STRESS
    for number, answer in answers.items():
        assert number == "2.5" or len(re.sub(r"^#.*$", "", answer, flags=re.M).strip()) > 10, number


def test_a_changed_parameter_shows_its_new_value_and_its_unit():
    scenario = ts.load(ROOT / "quickstart.yaml", overrides={"mechanisms.herding.weight": 7.25})
    text = odd.render(unrun(scenario))
    (usual,) = (p.default for p in REGISTRY["mechanism", "herding"].parameters if p.name == "weight")
    assert f"| `weight` | **7.25** | {usual:g} | number | M-02 |" in text
    assert "| `liquid_share` | **15 %** | 12 % | share |" in text


RICH = {
    "trustsim": 1, "horizon": "40 d", "currency": "EUR", "rates": {"CNY": 0.14}, "scale": 25,
    "network": {"kind": "none"},
    "platforms": [{"name": "Harbour"}, {"name": "Quay"}], "regulators": [{"name": "Watch"}],
    "run": {"of": "accounts", "share": "3 %", "within": "3 d"}, "waiting": {"price": "50 %", "frozen_after": "9 d"},
    "matters": {"excess_withdrawn": "2 pp", "policy_cost": "1000 EUR"},
    "shocks": [{"kind": "default_wave", "platform": "Quay", "day": 5, "share": "5 %"}],
    "variants": {
        "nothing": [], "gate": [{"kind": "redemption_gate"}],
        "struck": [{"kind": "rumour", "platform": "Quay", "day": 7}],
        "bounded": [{"set": {"mechanisms.bounded_confidence": {}}}],
    },
}  # fmt: skip


def test_every_number_in_force_is_in_the_one_list_that_description_and_report_have():
    """With its source: of the parts of the world, of shocks and levers, and of how a study counts."""
    result = unrun(from_document(RICH, REGISTRY))
    scenario, c = result.scenario, result.comparison
    listed = {(a.owner, a.name): a for a in story.assumptions(scenario, c.baseline, c.variants)}
    values = {
        ("", "scale"): "25", ("", "rates.CNY"): "0.14", (": run", "of"): "accounts", (": run", "share"): "3 %",
        (": run", "within"): "3 days", (": waiting", "price"): "50 %", (": waiting", "frozen_after"): "9 days",
        (": matters", "excess_withdrawn"): "2 %", (": matters", "policy_cost"): "1\u202f000 EUR",
        (": matters", "investor_loss"): "0.5 %", (": matters", "stuck_money"): "0.4 days",
    }  # fmt: skip
    values = {(f"{force.COUNTING}{owner}", name): value for (owner, name), value in values.items()}
    assert {key: listed[key].value for key in values} == values
    assert all(listed[key].source for key in values)
    assert not listed[f"{force.COUNTING}: matters", "investor_loss"].is_set
    for variant in scenario.variants:
        for item in (*scenario.shocks, *variant.shocks, *variant.items):
            named = {name for owner, name in listed if words.label(item.kind) in owner}
            assert named >= {p.name for p in parameters(item.what)}, item.kind
        for owner, thing in force.parts(variant.world):
            for p in parameters(thing):
                assert p.name == "name" or (owner, p.name) in listed, (owner, p.name)


def test_the_description_has_a_row_of_every_number_in_force():
    result = unrun(from_document(RICH, REGISTRY))
    text = odd.render(result)
    for owner, listed in odd._listed(result).items():
        for row in told.parameters(listed).splitlines():
            assert row in text, (owner, row)


def test_what_only_authors_know_is_marked_until_the_scenario_says_it():
    scenario = ts.load(ROOT / "quickstart.yaml")
    assert "`notes: {audience: …}`" in odd.render(unrun(scenario))
    notes = {"audience": "Students of a course.", "rationale": "All on the table.", "data": "None.",
             "preprocessing": "None.", "sharing": "On request."}  # fmt: skip
    said = replace(scenario, document={**scenario.document, "notes": notes})
    text = odd.render(unrun(said)).replace("**Not stated** marks", "")
    assert "Students of a course." in text
    assert re.findall(r"\*\*[Nn]ot stated\*\*: (?:add )?`(\w+)", text) == ["expect"]
    assert "notes: {" not in text


def test_two_identical_runs_have_the_same_description_but_for_the_time(small):
    again = ts.compare(ROOT / "quickstart.yaml", replications=2, workers=1, progress=False)
    one, other = (re.sub(r"The study took \S+ seconds", "", odd.render(r)) for r in (small, again))
    assert one == other


def test_levels_stand_with_their_intervals(small):
    assert re.search(r"\| nothing \| \S+ % \[\S+ to \S+ %\], n = 2 \|", odd.render(small))


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "a | b", "**bold**", "# head", "- item", "$x$", "[a](b)", "`code`", "1. one"]
)
def test_hostile_names_stay_text(name):
    scenario = ts.load(ROOT / "quickstart.yaml")
    odd_one = replace(scenario, title=name, description=f"{name}\n\n{name}",
                      variants=(replace(scenario.variants[0], name=name),), baseline=name)  # fmt: skip
    text = odd.render(unrun(odd_one))
    assert text.startswith(f"# Model description: {escaped(name)}\n")
    assert "<script" not in text.replace("\\<script", "")
    for line in text.splitlines():
        assert not line.startswith(("# head", "- item", "1. one"))


def test_every_source_of_the_registry_is_known():
    for entry in REGISTRY:
        for source in (entry.source, *(p.source for p in entry.parameters)):
            for name in sources.ids_of(source):
                assert name in sources.known() or name.startswith("https://"), f"{entry.name}: {name}"
        for row in entry.rows:
            assert row in sources.known(), f"{entry.name}: {row}"


def test_every_mechanism_belongs_to_a_design_concept():
    for name, entry in REGISTRY.group("mechanism").items():
        assert entry.make.concepts, name
        assert set(entry.make.concepts) <= set(concepts.CONCEPTS), name


def test_the_description_is_written_beside_the_report(small, tmp_path):
    assert small.odd(tmp_path / "odd.md").read_text(encoding="utf-8") == odd.render(small)


def test_figures_without_a_source_of_numbers_are_all_listed_and_those_of_a_construct_stand_out(small):
    text = odd.render(small)
    told = " ".join(text.partition("### 3.1 Data sources")[2].partition("### 3.2")[0].split())
    total, sourced, named, assumed = map(
        int,
        re.search(r"Of (\d+) figures .*? (\d+) name a publication .*? (\d+) only a row .*? (\d+) are", told).groups(),
    )
    assert total == sourced + named + assumed
    lines = [
        line for line in text.partition("### 3.4 Assumptions")[2].partition("\n## ")[0].splitlines() if line[:2] == "- "
    ]
    listed = [
        value for line in lines for value in re.split(r", (?=\*?[a-z])", line.partition(": ")[2].rpartition(": ")[2])
    ]
    assert sum(value.startswith("*") for value in listed) == named
    assert len(listed) == named + assumed
    (choice,) = (line for line in lines if line.startswith("- mechanism: choice"))
    usual = {p.name: p.default for p in REGISTRY["mechanism", "choice"].parameters}
    assert f"*tolerance {usual['tolerance']:g}*" in choice  # source: D10
    assert f" pays yield {usual['pays_yield']:g}" in choice  # source: assumed
    assert "tenure" not in choice  # source: E-38
