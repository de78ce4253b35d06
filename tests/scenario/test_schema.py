"""The JSON Schema accepts what the loader accepts and points at what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import FULL, REGISTRY
from test_problems import CASES, SMALL

from trustsim import catalog, units
from trustsim.scenario.load import loads
from trustsim.scenario.schema import SUFFIXES, schema_of
from trustsim.scenario.shipped import find
from trustsim.scenario.starter import STARTER
from trustsim.scenario.tree import Report, plain
from trustsim.scenario.yaml_file import read_text

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = schema_of(REGISTRY)


def errors(text: str, schema: dict[str, Any] = SCHEMA) -> list[str]:
    report = Report()
    node = read_text(text, "s.yaml", report)
    assert node is not None
    assert not report.problems
    found = jsonschema.Draft202012Validator(schema).iter_errors(plain(node))
    return [".".join(map(str, error.absolute_path)) for error in found]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_the_starter_shows_the_outcomes_of_the_quickstart_and_says_how_to_have_all() -> None:
    """Of all of them a first study had 213 columns and a hundred charts."""
    assert catalog.loads(STARTER).outcomes == catalog.load(find("quickstart")).outcomes
    assert "take the key away, and they show every outcome" in STARTER
    assert errors(STARTER, schema_of(catalog.REGISTRY)) == []


@pytest.mark.parametrize("text", [FULL, SMALL, "extends: base.yaml\n+shocks: []\nseed: 2\n"])
def test_right_files_pass(text: str) -> None:
    assert errors(text) == []


def test_what_resolve_prints_passes() -> None:
    assert list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(loads(FULL, REGISTRY).document)) == []


@pytest.mark.parametrize(
    "case",
    [
        "unknown key at the top",
        "unknown parameter",
        "unknown mechanism",
        "unknown network kind",
        "unknown intervention kind",
        "wrong unit",
        "wrong choice",
        "bad version",
        "no horizon",
        "platform without a name",
        "unknown outcome",
        "expect without a source",
        "trigger with an unknown key",
        "negative seed",
    ],
)
def test_wrong_files_do_not_pass(case: str) -> None:
    assert errors(CASES[case][0])


def test_hover_says_unit_bounds_default_and_source() -> None:
    liquid = SCHEMA["$defs"]["platform"]["properties"]["liquid_share"]
    assert liquid["description"] == (
        "cash over claims. a share such as 15 %, from 0 % to 100 %. default 10 %. source: assumed."
    )
    assert liquid["default"] == "10 %"


@pytest.mark.parametrize(("unit", "suffix"), [(u, s) for u, all_of in SUFFIXES.items() for s in all_of if u != "money"])
def test_every_suffix_that_the_schema_accepts_is_a_unit(unit: Any, suffix: str) -> None:
    assert units.parse(f"1 {suffix}", unit)


CHANGES = """\
extends: base.yaml
shocks: {rumour: null}
variants: {insured: null, both: {prompt notice: null}}
platforms: {Harbour: {liquid_share: 5 %}}
mechanisms: {herding: null}
expect: {2: null}
"""
TERMS = """\
extends: base.yaml
+expect:
  - {outcome: "peak_outflow[some]", less: [{variant: nothing, file: other.yaml}], humps: two, source: here}
expect:
  - {difference: peak_outflow, variant: a, less: {variant: b, against: c}, statistic: sd, below: 1 %, source: here}
"""


@pytest.mark.parametrize("text", [CHANGES, TERMS])
def test_what_changes_a_file_that_is_extended_passes(text: str) -> None:
    assert errors(text) == []


def test_a_term_with_a_key_that_no_term_has_is_pointed_at() -> None:
    assert errors(TERMS.replace("less: {variant:", "less: {variants:")) == ["expect"]
