"""The JSON Schema (draft 2020-12) of scenario files, for completion, hover and checks in an editor.

Made from the layout and the registry, so that it knows what the loader knows: descriptions, units, bounds,
defaults, sources, and the parameters of each ``kind``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from trustsim.distributions import DISTRIBUTIONS
from trustsim.registry import Entry, Group, Parameter, Registry
from trustsim.scenario import layout
from trustsim.scenario.at_top import WORLD, layout_of
from trustsim.scenario.counted import ways
from trustsim.scenario.document import readable, text_of
from trustsim.scenario.entries import wanted
from trustsim.scenario.presets import presets_of
from trustsim.units import MINOR_PER_MAJOR, Unit

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = r"[+-]?(\d[\d_]*\.?\d*|\.\d+)([eE][+-]?\d+)?"
SUFFIXES: Mapping[Unit, tuple[str, ...]] = {
    "share": ("%", "pp", "bp"),
    "duration": (
        "s",
        "min",
        "h",
        "hour",
        "hours",
        "d",
        "day",
        "days",
        "w",
        "week",
        "weeks",
        "month",
        "months",
        "y",
        "year",
        "years",
    ),
    "per_day": ("/day", "/d", "/h", "/hour", "/week", "/month", "/year", "/y", "%/day"),
    "money": ("[A-Z]{3}",),
}
_CALLS = r"\s*(" + "|".join(DISTRIBUTIONS) + r")\s*\(.*\)\s*"
_FORMS: Mapping[layout.Holds, Schema] = {
    "anything": {},
    "text": {"type": "string"},
    "whole": {"type": "integer"},
    "mapping": {"type": "object"},
    "list": {"type": "array"},
    "pair": {"type": "array", "minItems": 2, "maxItems": 2},
    "texts": {"type": "array", "items": {"type": "string"}},
}
_APPENDS = {"^\\+.": {"type": "array", "description": "Appends to the list of the file that this one extends."}}


def schema_of(registry: Registry) -> Schema:
    """Return the JSON Schema of a scenario file for what *registry* holds."""
    top = _layout(layout_of(registry))
    properties = top["properties"]
    properties["trustsim"] = {"const": layout.FORMAT, "description": layout.FILE["trustsim"].text}
    properties["extends"] = {
        "description": "File or files, relative to this one, that this one is laid over.",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    properties["horizon"] |= _value(layout.HORIZON)
    properties["step"] |= _value(layout.STEP)
    properties["currency"]["pattern"] = "^[A-Z]{3}$"
    properties["network"] |= _kinds(registry, "network_kind", {}, required=())
    properties["investors"] |= _investors(registry)
    properties["platforms"] |= {"type": "array", "items": {"$ref": "#/$defs/platform"}}
    properties["mechanisms"] |= _mechanisms(registry)
    properties["shocks"] |= {"type": "array", "items": {"$ref": "#/$defs/shock"}}
    properties["variants"] |= {"additionalProperties": _changed({"type": "array", "items": {"$ref": "#/$defs/part"}})}
    properties["replications"] |= {"anyOf": [{"type": "integer", "minimum": 1}, _layout(layout.PRECISION)]}
    for name in ways(registry):
        properties[name] |= _entry(registry, registry["section", name], {}, required=())
    properties["outcomes"]["items"] = _named(registry.group("outcome"))
    sided = {name: entry for name, entry in registry.group("outcome").items() if entry.better}
    properties["matters"]["propertyNames"] = _named(sided)
    for each in presets_of(registry, WORLD):
        properties[each.key] |= {"anyOf": [{"const": ""}, _named(registry.group(each.group))]}
    for entry in registry.group("actor").values():
        properties[entry.plural]["items"] = _entry(registry, entry, {}, None)
    properties["sweep"] |= {
        "properties": {"design": {"enum": list(layout.DESIGNS)}, "samples": {"type": "integer", "minimum": 1}}
    }
    properties["expect"] |= {"type": "array", "items": _measured(registry, layout.EXPECT)}
    for name in ("platforms", "shocks", "expect", *(entry.plural for entry in registry.group("actor").values())):
        properties[name] = _changed(properties[name])
    return {
        "$schema": DRAFT,
        "title": "Scenario of trustsim",
        "description": "A trust crisis on money platforms, and the remedies to compare.",
        **top,
        "patternProperties": _APPENDS,
        "if": {"not": {"required": ["extends"]}},
        "then": {"required": ["trustsim", "horizon", "network", "platforms"]},
        "$defs": _definitions(registry),
    }


def _changed(items: Schema) -> Schema:
    """A list, or what changes in that of the file that this one extends."""
    inner = {key: items[key] for key in ("type", "items") if key in items}
    text = "By name, id, kind or place: what changes in an item of the file that this one extends; null removes it."
    change = {"type": "object", "description": text, "additionalProperties": {"type": ["object", "null"]}}
    return {key: value for key, value in items.items() if key not in inner} | {
        "anyOf": [inner, change, {"type": "null"}]
    }


def _definitions(registry: Registry) -> Schema:
    timing = {
        "from": _value(layout.START),
        "day": _value(layout.START),
        "until": _value(layout.UNTIL),
        "when": {"$ref": "#/$defs/when"},
    }
    when = _layout(layout.WHEN)
    when["properties"] |= {"lasting": _value(layout.LASTING), "lag": _value(layout.LAG)}
    when["properties"]["indicator"] |= _named(registry.group("indicator"))
    platform = _entry(registry, registry["section", "platform"], {}, required=("name",))
    setting = {
        "type": "object",
        "properties": {
            "set": {"type": "object", "description": "Dotted paths into the world and their values."},
            **timing,
        },
        "required": ["set"],
        "additionalProperties": False,
    }
    return {
        "when": when,
        "platform": platform,
        "segment": _entry(registry, registry["section", "segment"], {}, required=("name", "share")),
        "shock": {
            **_kinds(registry, "shock", {**timing, "chance": _value(layout.CHANCE)}, required=("kind",)),
            "not": {
                "required": ["chance"],
                "anyOf": [{"required": [key]} for key in ("day", "from", "when")],
            },
        },
        "intervention": _kinds(registry, "intervention", timing, required=("kind",)),
        "term": _measured(registry, layout.TERM),
        "part": {
            "description": "An intervention, a shock, the name of another variant, or changes to the world.",
            "if": {"type": "object", "not": {"required": ["set"]}},
            "then": {"anyOf": [{"$ref": "#/$defs/intervention"}, {"$ref": "#/$defs/shock"}]},
            "else": {"anyOf": [{"type": "string"}, setting]},
        },
    }


def _layout(keys: layout.Layout) -> Schema:
    return {
        "type": "object",
        "properties": {name: _key(key) for name, key in keys.items()},
        "required": [name for name, key in keys.items() if key.is_required],
        "additionalProperties": False,
    }


def _key(key: layout.Key) -> Schema:
    schema: Schema = {"description": key.text}
    if key.default is not None:
        schema["default"] = key.default
    if key.choices:
        schema["enum"] = list(key.choices)
    return schema | _FORMS[key.holds] | ({"minimum": key.low, "maximum": key.high} if key.holds == "whole" else {})


def _named(entries: Mapping[str, Entry]) -> Schema:
    if not entries:
        return {"type": "string"}
    return {"type": "string", "enum": list(entries), "enumDescriptions": [entry.summary for entry in entries.values()]}


def _measured(registry: Registry, keys: layout.Layout) -> Schema:
    """An entry of ``expect``, or a term of one; an outcome may have a group behind it, ``name[group]``."""
    schema = _layout(keys)
    grouped = {"type": "string", "pattern": r"^[a-z][a-z0-9_]*\[.+\]$"}
    for key in schema["properties"].keys() & {"outcome", "difference", "ratio", "sum"}:
        described = schema["properties"][key]
        schema["properties"][key] = described | {"anyOf": [_named(registry.group("outcome")), grouped]}
    schema["properties"]["series"] |= _named(registry.group("series"))
    term = {"$ref": "#/$defs/term"}
    for key in ("plus", "less", "per"):
        schema["properties"][key] |= {"anyOf": [term, {"type": "array", "items": term}]}
    return schema


def _investors(registry: Registry) -> Schema:
    segments = {
        "type": "array",
        "items": {"$ref": "#/$defs/segment"},
        "description": "Groups of investors; their shares add to 100 %.",
    }
    return {
        **_entry(registry, registry["section", "investors"], {"segments": _changed(segments)}, required=()),
        "patternProperties": _APPENDS,
    }


def _mechanisms(registry: Registry) -> Schema:
    switch = {"enum": ["on", "off", True, False]}
    return {
        "properties": {
            name: {
                "description": entry.text,
                "anyOf": [switch, _entry(registry, entry, {}, required=()), {"type": "null"}],
            }
            for name, entry in registry.group("mechanism").items()
        },
        "additionalProperties": False,
    }


def _kinds(registry: Registry, group: Group, beside: Mapping[str, Schema], required: Sequence[str]) -> Schema:
    """A mapping whose ``kind`` decides which other keys it has."""
    kinds = registry.group(group)
    kind = {**_named(kinds), "description": f"Which {group.removesuffix('_kind')}."}
    return {
        "type": "object",
        "properties": {"kind": kind},
        "required": list(required),
        "allOf": [
            {
                "if": {"properties": {"kind": {"const": name}}, "required": ["kind"]},
                "then": _entry(registry, entry, {"kind": {"const": name, "description": entry.text}, **beside}, None),
            }
            for name, entry in kinds.items()
        ],
    }


def _entry(registry: Registry, entry: Entry, beside: Mapping[str, Schema], required: Sequence[str] | None) -> Schema:
    """The mapping of one entry; ``required`` None means: the parameters without a default."""
    needed = [p.name for p in entry.parameters if p.is_required] if required is None else list(required)
    return {
        "type": "object",
        "title": entry.name,
        "description": entry.text,
        "properties": {
            **beside,
            **{p.name: _value(p, registry.allowed(p)) | _told(p, registry) for p in entry.parameters},
        },
        "required": needed,
        "additionalProperties": False,
    }


def _told(parameter: Parameter, registry: Registry) -> Schema:
    """What an editor says of each name that a parameter may have."""
    told = {name: entry.summary for name, entry in registry.group(parameter.refers).items()}
    return {"enumDescriptions": [told.get(name, "none") for name in registry.allowed(parameter)]} if told else {}


def _value(parameter: Parameter, allowed: Sequence[str] = ()) -> Schema:
    """The schema of one parameter: one of the *allowed* names, plain number in the computed unit, or text with a
    unit."""
    default = (
        None if parameter.is_required else text_of(parameter.default, parameter.unit, "CNY", spread=parameter.spread)
    )
    said = [parameter.text.rstrip("."), wanted(parameter)]
    if default is not None:
        said += [f"default {readable(parameter.default, parameter.unit, 'CNY', spread=parameter.spread)}"]
    said += [f"source: {parameter.source}"] if parameter.source else []
    schema: Schema = {"description": ". ".join(said) + "."}
    if default is not None:
        schema["default"] = default
    choices = [_plain_schema(parameter, allowed)]
    if parameter.unit not in ("flag", "text", "name"):
        choices.append({"type": "string", "pattern": _pattern(parameter)})
    if parameter.default is None:
        choices.append({"type": "null"})
    return schema | (choices[0] if len(choices) == 1 else {"anyOf": choices})


def _plain_schema(parameter: Parameter, allowed: Sequence[str]) -> Schema:
    if parameter.unit == "flag":
        return {"type": "boolean"}
    if parameter.unit in ("text", "name"):
        return {"type": "string", "enum": list(allowed)} if allowed else {"type": "string"}
    scale = MINOR_PER_MAJOR if parameter.unit == "money" else 1
    bounds = {"minimum": parameter.low, "maximum": parameter.high}
    kind = "integer" if parameter.unit == "count" else "number"
    return {"type": kind, **{key: bound / scale for key, bound in bounds.items() if bound is not None}}


def _pattern(parameter: Parameter) -> str:
    suffixes = SUFFIXES.get(parameter.unit, ())
    pattern = rf"\s*{_NUMBER}\s*" + (rf"({'|'.join(suffixes)})?\s*" if suffixes else "")
    return f"^({pattern}|{_CALLS})$" if parameter.spread else f"^{pattern}$"
