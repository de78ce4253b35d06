"""The catalogue tells everything that a scenario can hold."""

from __future__ import annotations

import json
import re

import pytest
from made_up import REGISTRY

import trustsim as ts
from trustsim import units
from trustsim.scenario.catalog import catalog_json, catalog_text
from trustsim.scenario.document import readable, text_of


def test_every_entry_is_in_the_catalogue() -> None:
    entries = catalog_json(REGISTRY)["entries"]
    assert {(e["group"], e["name"]) for e in entries} == {(e.group, e.name) for e in REGISTRY}
    json.dumps(entries)


def test_a_parameter_carries_unit_bounds_default_source_and_text() -> None:
    (guarantee,) = catalog_json(REGISTRY, "intervention", "guarantee")["entries"]
    assert guarantee["rows"] == ["G11"]
    assert guarantee["family"] == "regulatory"
    assert guarantee["parameters"][1] == {
        "name": "limit",
        "unit": "money",
        "low": "0",
        "high": None,
        "default": "50000",
        "required": False,
        "source": "assumed",
        "text": "a person",
        "choices": [],
        "refers": "",
        "spread": False,
    }


def test_the_text_fits_80_columns_and_says_the_same() -> None:
    text = catalog_text(REGISTRY)
    assert max(map(len, text.splitlines())) <= 80
    assert "guarantee (regulatory, G11, source: 10.1086/261155)" in text
    assert "default beta(2, 5)" in text
    for entry in REGISTRY:
        assert entry.name in text


def test_a_group_can_be_chosen() -> None:
    text = catalog_text(REGISTRY, "network_kind")
    assert text.startswith("NETWORK KIND\n============\n\ncomplete (source: assumed)\n    Everybody hears everybody.\n")
    assert "guarantee" not in text


def test_numbers_are_written_without_the_tail_of_their_binary_fraction() -> None:
    """Of all that ships; where the last bit counts, in a resolved file, it is written still."""
    shipped = json.dumps(catalog_json(ts.catalog.REGISTRY), ensure_ascii=False)
    assert re.findall(r"\d\.\d*(?:0{6}|9{6})\d*(?= ?[%\"])", shipped) == []
    for share in (0.0903, 0.118, 0.07, 1 / 3, 1e-9):
        assert units.parse(readable(share, "share", ""), "share") == pytest.approx(share, rel=1e-11)
        assert units.parse(text_of(share, "share", ""), "share") == share
    assert (readable(0.0903, "share", ""), readable(0.118, "share", "")) == ("9.03 %", "11.8 %")
    spread = units.parse("uniform(9.03 %, 11.8 %)", "share", spread=True)
    assert readable(spread, "share", "", spread=True) == "uniform(9.03 %, 11.8 %)"
