"""What stands at the top of a file is told apart when it is registered, and the error names both files."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from trustsim.catalog import REGISTRY
from trustsim.errors import ModelError
from trustsim.mechanisms.actors import regulator
from trustsim.registry import Parameter, Registry, parameter
from trustsim.scenario import layout
from trustsim.scenario.presets import presets


@dataclass(frozen=True)
class Named:
    """Have a name."""

    name: str = parameter(unit="name", source="assumed", text="what it is called")


@dataclass(frozen=True)
class Nameless:
    """Have none."""

    size: float = parameter(1.0, unit="number", source="assumed", text="how large it is")


@pytest.mark.parametrize("key", [*layout.FILE, "extends"])
def test_a_key_of_every_file_is_no_list_of_actors_and_names_no_presets(key: str) -> None:
    both = rf"given the key '{key}' in {__file__}, .* by {layout.__file__}; allowed: another name"
    with pytest.raises(ModelError, match=f"^actor 'pool': {both}"):
        REGISTRY.enter("actor", "pool", plural=key, source="assumed")(Named)
    with pytest.raises(ModelError, match=f"^presets '{key}': {both}"):
        presets(key, section="world", source="assumed", text="x")
    assert ("actor", "pool") not in REGISTRY
    assert ("presets", key) not in REGISTRY


def test_two_kinds_of_actors_have_no_plural_in_common() -> None:
    with pytest.raises(ModelError, match=f"'regulators' in {__file__}, .* by {regulator.__file__}; allowed: "):
        REGISTRY.enter("actor", "watchdog", plural="regulators", source="assumed")(Named)
    with pytest.raises(ModelError, match=f"'regulators' in {__file__}, .* by {regulator.__file__}; allowed: "):
        presets("regulators", section="world", source="assumed", text="x")


def test_a_list_of_actors_has_a_plain_word() -> None:
    with pytest.raises(ModelError, match=r"given the key 'a\.b' .* allowed: letters, digits and underscores"):
        REGISTRY.enter("actor", "pool", plural="a.b", source="assumed")(Named)


@pytest.mark.parametrize("name", ["platform", "segment", "variant", "custody", "jurisdiction", "shock"])
def test_an_actor_is_called_as_nothing_that_parameters_refer_to(name: str) -> None:
    with pytest.raises(ModelError, match=f"actor '{name}': given in {__file__}, .*; allowed: another name"):
        REGISTRY.enter("actor", name, plural="pools", source="assumed")(Named)


def test_an_actor_without_a_name_is_refused() -> None:
    with pytest.raises(ModelError, match=f"actor 'pool': given no name in {__file__}; allowed: name: str = parameter"):
        REGISTRY.enter("actor", "pool", plural="pools", source="assumed")(Nameless)


def test_what_was_entered_before_the_check_is_looked_at_too() -> None:
    registry = Registry()
    registry.enter("actor", "pool", plural="pools", source="assumed")(Nameless)
    with pytest.raises(ModelError, match="pool"):
        registry.check("actor", lambda entry: check_name(entry.name))


def check_name(name: str) -> None:
    raise ModelError(name)


def test_a_name_that_is_taken_in_a_group_names_both_files() -> None:
    with pytest.raises(
        ModelError, match=f"'regulator' in {__file__}: given a name .*: it stands for .* in {regulator.__file__}; "
    ):
        REGISTRY.enter("actor", "regulator", plural="pools", source="assumed")(Named)


def test_a_stock_is_not_called_as_a_key_that_names_presets() -> None:
    before = REGISTRY["section", "platform"]
    with pytest.raises(ModelError, match=r"platform with 'jurisdiction' .*: it has one already .the law under which"):
        REGISTRY.extend("section", "platform", Parameter("jurisdiction", "share", 0.5, 0, 1, "assumed", "x"))
    assert REGISTRY["section", "platform"] is before
