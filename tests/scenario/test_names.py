"""A name is the same wherever it goes, or is refused with its place: one rule for variants, segments and platforms."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import REGISTRY
from pandas._libs.parsers import STR_NA_VALUES

from trustsim import names
from trustsim.errors import Problem, ScenarioError
from trustsim.scenario.load import from_document, loads
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.yaml_writer import write

#: whatever another program reads as markup, a formula, a path or a word of its own
RIGHT = (
    "港湾", "الميناء", "חוף", "बंदरगाह", "ท่าเรือ", "harbour 🚢", "👩\u200d🚀", "می\u200cخواهم", "é", "가",
    "$5", "fee $5 (2% above $500)", "$a$b$", r"\alpha_1^2", "a_b", "[red]x[/red]", "[/]", "[link=x]y", "<b>bold</b>",
    "</script><script>alert(1)</script>", "a | b", "*", "* bold *", "`code`", "# head", "- item", "{{ 7*7 }}",
    "${HOME}", "$(touch x)", "; rm -rf /", "it's", '"quoted"', 'a "b" c', "a, b", "a.b.c", "a: b", "key = value",
    "=1+1", "+1+1", "-1-1", "@SUM(1)", "＝1+1", "'=1", "all", "nothing", "none", "na", "total", "sector", "baseline",
    "yes", "off", "~", "2", "0.5", "1.2 from out", "constructor", "__proto__", "loss[a]]", "CON", "../up", "a/b",
    "a\\b", "%s %d", "&amp;", "e",
)  # fmt: skip

#: what is refused -> what the message says, and the nearest name
WRONG: dict[str, tuple[str, str | None]] = {
    "": ("a name of 1 to 100", None),
    "   ": ("a name of 1 to 100", None),
    "x" * 101: ("a name of 1 to 100", None),
    "a\tb": ("U+0009", None),
    "a\nb": ("U+000A", None),
    "\x1b[31mred": ("U+001B", None),
    "a\u202eb": ("RIGHT-TO-LEFT OVERRIDE", "'ab'"),
    "a\u2066b\u2069": ("LEFT-TO-RIGHT ISOLATE", "'ab'"),
    "\u200b": ("ZERO WIDTH SPACE", None),
    "\u200d\u200d": ("nothing is to be seen", None),
    "\u3164": ("HANGUL FILLER", None),
    "a\u00a0b": ("NO-BREAK SPACE", "'a b'"),
    "a\u3000b": ("IDEOGRAPHIC SPACE", "'a b'"),
    "\ufeffa": ("ZERO WIDTH NO-BREAK SPACE", "'a'"),
    " a": ("a space at an end", "'a'"),
    "a ": ("a space at an end", "'a'"),
    "e\u0301": ("NFC", "'é'"),
    "NA": ("a missing value", None),
    "None": ("a missing value", None),
    "nan": ("a missing value", None),
    "null": ("a missing value", None),
    "True": ("yes or no", None),
    "false": ("yes or no", None),
    "007": ("a number", None),
    "1.0": ("a number", None),
    "1e5": ("a number", None),
    "inf": ("a number", None),
    "-1": ("a number", None),
}


def document(variant: str = "gate", platform: str = "Harbour", segment: str = "novice") -> dict[str, Any]:
    return {
        "trustsim": 1,
        "horizon": 10,
        "network": {"kind": "small_world"},
        "investors": {"count": 10, "segments": [{"name": segment, "share": 1}]},
        "platforms": [{"name": platform}],
        "variants": {"nothing": [], variant: []},
    }


def names_of(scenario: Scenario) -> tuple[str, str, str]:
    world = scenario.variants[0].world
    return scenario.variants[-1].name, world.platforms[0].name, world.investors.segments[0].name


def problems_of(**changed: str) -> tuple[Problem, ...]:
    with pytest.raises(ScenarioError) as caught:
        loads(write(document(**changed)), REGISTRY, file="s.yaml")
    return caught.value.problems


def test_a_name_is_read_and_written_as_it_is_whatever_others_take_it_for() -> None:
    taken = {name for words in names.TAKEN.values() for name in words}
    for name in RIGHT:
        other = name if name not in taken else f"{name} x"
        scenario = loads(write(document(name, other, other)), REGISTRY)
        again = loads(write(scenario.document), REGISTRY)
        assert names_of(scenario) == names_of(again) == (name, other, other)
        assert again == scenario
        names.check(name)


def test_a_name_that_others_could_not_tell_is_refused_with_its_place() -> None:
    for name, (said, near) in WRONG.items():
        for what, place in (("variant", "variants."), ("platform", "platforms."), ("segment", "investors.segments.")):
            if name == "" and what == "variant":
                continue  # no key of a mapping, says the reader of the file
            (problem,) = problems_of(**{what: name})
            assert problem.place.path.startswith(place), name
            assert problem.place.line > 1
            assert said in f"{problem.given}; {problem.allowed}", name
            assert problem.nearest == near, name


def test_what_pandas_reads_as_missing_is_no_name() -> None:
    assert STR_NA_VALUES - {""} <= names.MISSING


def test_a_word_that_stands_for_all_is_no_name_of_one() -> None:
    for platform in ("*", "all", "All"):
        (problem,) = problems_of(platform=platform)
        assert "platform" in problem.allowed
        assert f"the name {platform!r}" in problem.given
    for segment in ("*", "everyone", "clients", "Clients"):
        (problem,) = problems_of(segment=segment)
        assert problem.given == f"the name {segment!r}"
        assert "another name" in problem.allowed


def test_names_that_look_alike_are_refused_and_names_that_differ_in_case_are_not() -> None:
    cyrillic, greek = ("Harbour", "H\u0430rbour"), ("AB", "\u0391\u0392")
    for one, other in (cyrillic, greek, ("ab", "a\u200db"), ("fi", "ﬁ"), ("a b", "a  b"), ("①", "1"), ("☂", "☂\ufe0f")):
        whole = document()
        whole["variants"] = {one: [], other: []}
        whole["platforms"] = [{"name": one}, {"name": other}]
        with pytest.raises(ScenarioError) as caught:
            from_document(whole, REGISTRY)
        assert [problem.place.path.split(".")[0] for problem in caught.value.problems] == ["platforms", "variants"]
        assert all("looks like" in problem.given for problem in caught.value.problems)
    assert names_of(from_document(document("Nothing"), REGISTRY))[0] == "Nothing"


def test_a_copy_has_a_name_of_its_own() -> None:
    whole = document()
    whole["platforms"] = [{"name": "Bank", "copies": 2}, {"name": "Bank 2"}]
    with pytest.raises(ScenarioError, match="two platforms named 'Bank 2'"):
        from_document(whole, REGISTRY)


def test_a_plus_appends_to_a_variant_that_is_there_and_begins_a_name_else(tmp_path: Any) -> None:
    base = document("+1+1")
    assert names_of(loads(write(base), REGISTRY))[0] == "+1+1"
    (tmp_path / "base.yaml").write_text(write(document("gate")), "utf-8")
    above = {"extends": str(tmp_path / "base.yaml"), "variants": {"+gate": ["nothing"], "+1+1": []}}
    found = loads(write(above), REGISTRY)
    assert [variant.name for variant in found.variants] == ["nothing", "gate", "+1+1"]


def test_a_title_is_one_line_that_no_terminal_acts_on() -> None:
    for title in ("a\nb", "a\u202eb"):
        with pytest.raises(ScenarioError, match="title"):
            from_document({**document(), "title": title}, REGISTRY)
    told = from_document({**document(), "title": "危机 $x$ [b]", "description": "two\nlines"}, REGISTRY)
    assert told.title == "危机 $x$ [b]"
