"""The layout of a scenario file: which keys stand at the top and in the small fixed mappings, and what each holds.

These models say what is *structure*; what the registry adds (networks, platforms, shocks, …) is read by
:mod:`trustsim.scenario.entries`. The loader and the JSON Schema are both made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trustsim.errors import nearest, one_of
from trustsim.registry import Parameter
from trustsim.scenario.tree import Node, Report, join, kind_of, plain

FORMAT = 1


def _duration(name: str, default: float | None, low: float, text: str, high: float | None = None) -> Parameter:
    return Parameter(name, "duration", default, low, high, "", text)


HORIZON = _duration("horizon", None, 0.0, "How long a run lasts.")
STEP = _duration("step", 1.0, 1 / 1440, "Length of one step of the clock.", high=365.0)
START = _duration("from", 0.0, 0.0, "When it starts; `day` says the same.")
UNTIL = _duration("until", None, 0.0, "When it ends; without it never.")
LASTING = _duration("lasting", 0.0, 0.0, "How long the indicator must stay past the threshold.")
LAG = _duration("lag", 0.0, 0.0, "How long the answer takes.")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class File(_Part):
    """A scenario of trustsim: a trust crisis on money platforms, and the remedies to compare."""

    trustsim: Any = Field(None, description="Version of the file format: 1.")
    title: str = Field("", description="One line that names the story.")
    description: str = Field("", description="What happens and why it matters.")
    horizon: Any = Field(None, description=HORIZON.text)
    step: Any = Field(1.0, description=STEP.text)
    currency: str = Field("CNY", description="The currency of all money: a code of three capital letters.")
    network: dict[str, Any] = Field({}, description="Who hears from whom.")
    investors: dict[str, Any] = Field({}, description="Who has money on the platforms: number, segments, traits.")
    platforms: list[Any] = Field([], description="The platforms: balance sheet, custody, terms.")
    mechanisms: dict[str, Any] = Field({}, description="Settings of the rules of the world; `off` switches one off.")
    shocks: list[Any] = Field([], description="What strikes from outside, and when.")
    variants: dict[str, Any] = Field(
        {"nothing": []}, description="Named packages of interventions to compare; the first is the baseline."
    )
    baseline: str = Field("", description="The variant to compare with; without it the first.")
    replications: Any = Field(200, description="Number of worlds, or the precision to reach.")
    seed: int = Field(1, ge=0, lt=2**63, description="The number that all draws follow from.")
    outcomes: list[str] = Field([], description="What to measure; without it everything.")
    sweep: dict[str, Any] = Field({}, description="Dotted paths and the values to try for each.")
    expect: list[Any] = Field([], description="What this file must show; `trustsim evidence` checks it.")
    notes: dict[str, Any] = Field({}, description="Free text: where numbers come from, what was left out.")


class When(_Part):
    """A trigger: the item acts only after an indicator has passed a threshold."""

    indicator: str = Field(description="What is watched.")
    platform: str = Field("*", description="Where it is watched; '*' is all platforms together.")
    above: Any = Field(None, description="Fires above this.")
    below: Any = Field(None, description="Fires below this.")
    lasting: Any = Field(0.0, description=LASTING.text)
    lag: Any = Field(0.0, description=LAG.text)


class Precise(_Part):
    """Replications as many as a precision needs."""

    precision: Any = Field(description="Half width of the 95 % interval to reach, in the unit of the outcome.")
    of: str = Field(description="The outcome.")
    budget: int = Field(2000, ge=1, le=10**9, description="At most this many replications.")


class Expect(_Part):
    """One thing that the scenario must show."""

    outcome: str = Field("", description="The outcome whose level is checked.")
    difference: str = Field("", description="The outcome whose paired difference from the baseline is checked.")
    variant: str = Field("", description="The variant that is checked; without it the baseline.")
    against: str = Field("", description="What a difference is taken from; without it the baseline.")
    between: list[Any] = Field([], min_length=2, max_length=2, description="The two bounds of the mean.")
    above: Any = Field(None, description="The mean is above this.")
    below: Any = Field(None, description="The mean is below this.")
    equals: Any = Field(None, description="The mean is this, within `tolerance`.")
    tolerance: Any = Field(None, description="Allowed distance from `equals`.")
    sign: str = Field("", pattern="^(positive|negative|zero)$", description="positive, negative or zero.")
    source: str = Field(description="Id of the evidence table, DOI, or 'assumed'.")
    note: str = Field("", description="Anything to add.")


DESIGNS = ("grid", "zip", "lhs", "sobol")

_WANTED = {
    "string_type": "text (in quotes where it looks like a number)",
    "string_unicode": "text",
    "int_type": "a whole number",
    "dict_type": "a mapping of keys to values",
    "model_type": "a mapping of keys to values",
    "list_type": "a list",
    "string_pattern_mismatch": "one of positive, negative, zero",
}


def broken_keys(node: Node, model: type[BaseModel], path: str, report: Report) -> frozenset[str]:
    """Check a mapping against its model; report what is wrong and return the keys that cannot be read."""
    if node.mapping is None:
        report.add(node.spot, path, kind_of(node), "a mapping of keys to values")
        return frozenset(model.model_fields)
    try:
        model.model_validate(plain(node))
    except ValidationError as error:
        for each in error.errors(include_url=False, include_context=True):
            _tell(each["type"], each["loc"], each.get("ctx", {}), node, model, path, report)
        return frozenset(str(each["loc"][0]) for each in error.errors(include_url=False))
    return frozenset()


def _tell(
    what: str,
    loc: tuple[int | str, ...],
    context: Mapping[str, Any],
    node: Node,
    model: type[BaseModel],
    path: str,
    report: Report,
) -> None:
    where = path
    for key in loc[: -1 if what == "missing" else None]:
        where = join(where, key)
        if node.mapping is not None:
            node = node.mapping[str(key)]
        elif node.items is not None:
            node = node.items[int(key)]
    names = list(model.model_fields)
    if what == "extra_forbidden":
        name = str(loc[-1])
        report.add(node.key or node.spot, where, f"the unknown key {name!r}", one_of(names), nearest(name, names))
    elif what == "missing":
        report.absent(
            node.key or node.spot, where, f"no {loc[-1]!r}", model.model_fields[str(loc[-1])].description or ""
        )
    else:
        report.add(node.spot, where, kind_of(node), _WANTED.get(what) or _bound(what, context))


def _bound(what: str, context: Mapping[str, Any]) -> str:
    limits = {
        "greater_than_equal": ("at least", "ge"),
        "less_than": ("below", "lt"),
        "less_than_equal": ("at most", "le"),
    }
    if what in limits:
        word, name = limits[what]
        return f"a whole number {word} {context[name]}"
    return "a list of two values"
