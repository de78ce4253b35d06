"""Whatever is in a scenario file, it is loaded or refused with places: never a crash."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from made_up import FULL, REGISTRY

from trustsim.errors import ScenarioError
from trustsim.scenario.load import from_document, loads, overrides_from
from trustsim.scenario.tree import Report, plain
from trustsim.scenario.yaml_file import read_text
from trustsim.scenario.yaml_writer import write

DOCUMENT: dict[str, Any] = dict(loads(FULL, REGISTRY).document)

words = st.sampled_from([
    "off", "on", "*", "Harbour", "nothing", "set", "kind", "name", "guarantee", "rumour", "small_world", "15 %", "30 d",
    "50000 CNY", "7 USD", "beta(2, 5)", "uniform(1, 0)", "choice()", "run_probability", "outflow", "1e400", "nan", "",
    "platforms.Harbour.notice", "\x1b[31m", "\ud800", "a" * 400, "9" * 500,
])  # fmt: skip
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words | st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
keys = st.sampled_from([*DOCUMENT, "extends", "+shocks"]) | words


def loaded_or_refused(load: Any) -> None:
    scenario, told = None, ""
    try:
        scenario = load()
    except ScenarioError as error:
        told = str(error)
    if scenario is None:
        assert "allowed: " in told
        assert all(character.isprintable() or character == "\n" for character in told)
        return
    again = from_document(scenario.document, REGISTRY, file=scenario.source)
    assert again == scenario
    assert again.digest == scenario.digest
    assert loads(write(scenario.document), REGISTRY, file=scenario.source) == scenario


@given(st.dictionaries(keys, values, max_size=6))
def test_any_document_is_loaded_or_refused(document: dict[str, Any]) -> None:
    loaded_or_refused(lambda: from_document(document, REGISTRY))


@given(values)
def test_any_value_is_loaded_or_refused(document: Any) -> None:
    loaded_or_refused(lambda: from_document(document, REGISTRY))


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a document."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, child in list(pairs) for place in [(value, key), *places(child)]]


@given(st.data())
def test_a_mutated_document_is_loaded_or_refused(data: st.DataObject) -> None:
    document = copy.deepcopy(DOCUMENT)
    for _ in range(data.draw(st.integers(1, 3))):
        spots = places(document)
        container, key = spots[data.draw(st.integers(0, len(spots) - 1))]
        match data.draw(st.sampled_from(["replace", "remove", "rename", "copy"])):
            case "replace":
                container[key] = data.draw(values)
            case "remove":
                del container[key]
            case "rename" if isinstance(container, dict):
                container[data.draw(words)] = container.pop(key)
            case _:
                other, other_key = spots[data.draw(st.integers(0, len(spots) - 1))]
                container[key] = copy.deepcopy(other[other_key])
    loaded_or_refused(lambda: from_document(document, REGISTRY))


@given(st.text(max_size=200) | st.text(alphabet="[]{}:,-?*&!|>'\"%@#\n \tab1\\x", max_size=60))
@example("a: !<")
@example("? ? ?")
@example("%YAML 1.1\n%YAML 1.1\n---\na")
@example("&a : *a")
@example('a: "\\UFFFFFFFF"')
@example('a: "\\U00110000"')
@example("%YAML 1.99\n---\na: 1")
def test_any_text_is_loaded_or_refused(text: str) -> None:
    loaded_or_refused(lambda: loads(text, REGISTRY))


@given(st.integers(0, len(FULL)), st.integers(0, 6), st.text(alphabet="[]{}:,-?*&!|>'\"%@#\n \tab1\\x", max_size=4))
def test_a_mutated_text_is_loaded_or_refused(start: int, length: int, new: str) -> None:
    loaded_or_refused(lambda: loads(FULL[:start] + new + FULL[start + length :], REGISTRY))


@given(
    st.dictionaries(
        st.sampled_from(["platforms.0", "shocks.0.kind", "variants.both", "a..b", ".", "notes.x"]) | words,
        values,
        max_size=3,
    )
)
def test_any_override_is_applied_or_refused(overrides: dict[str, Any]) -> None:
    loaded_or_refused(lambda: loads(FULL, REGISTRY, overrides=overrides))


@given(st.lists(st.text(max_size=20) | words.map(lambda word: f"seed={word}"), max_size=3))
def test_any_setting_is_read_or_refused(settings: list[str]) -> None:
    with contextlib.suppress(ScenarioError):
        assert isinstance(overrides_from(settings), dict)


legible = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
plain_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | legible,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(legible.filter(bool), inner, max_size=3),
    max_leaves=15,
)


@given(plain_data)
def test_what_is_written_is_read_back(data: Any) -> None:
    report = Report()
    node = read_text(write(data) if data not in ([], {}) else "null", "x", report)
    assert not report.problems
    assert node is not None
    assert plain(node) == (data if data not in ([], {}) else None)
