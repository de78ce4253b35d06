"""The layout of a scenario file: which keys stand at the top and in the small fixed mappings, and what each holds.

These tables say what is *structure*; what the registry adds (networks, platforms, shocks, …) is declared there. The
loader and the JSON Schema are both made from them. They are plain data, because a validation library would take
longer to import than a scenario takes to check.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from trustsim.errors import choice, one_of
from trustsim.registry import REQUIRED, Parameter
from trustsim.scenario.tree import Node, Report, join, kind_of

FORMAT = 1
DESIGNS = ("grid", "zip", "lhs", "sobol")

Holds = Literal["anything", "text", "whole", "mapping", "list", "pair", "texts"]


@dataclass(frozen=True)
class Key:
    """One key: what it holds, what it is for, its default; ``low``, ``high`` of a whole number; ``choices`` of text;
    ``allowed``: what it may be, in the words of an error, where its form does not say it."""

    holds: Holds
    text: str
    default: Any = None
    is_required: bool = False
    low: int = 0
    high: int = 2**63 - 1
    choices: tuple[str, ...] = ()
    allowed: str = ""


BEHAVIOURS = (
    "point, ensemble, or member and its number, from 1 on, such as member 7; the last two also with 'from FILE'"
)
Layout: TypeAlias = Mapping[str, Key]


def _duration(name: str, default: float | None, low: float, text: str, high: float | None = None) -> Parameter:
    return Parameter(name, "duration", default, low, high, "", text)


HORIZON = _duration("horizon", None, 0.0, "How long a run lasts.")
STEP = _duration("step", 1.0, 1 / 1440, "Length of one step of the clock.", high=365.0)
START = _duration("from", 0.0, 0.0, "When it starts; `day` says the same.")
CHANCE = Parameter(
    "chance", "per_day", REQUIRED, 0.0, 1.0, "",
    "Of a shock, in place of a day: the chance a day that it strikes, on each platform for itself, once.",
)  # fmt: skip
UNTIL = _duration("until", None, 0.0, "When it ends; without it never.")
LASTING = _duration("lasting", 0.0, 0.0, "How long the indicator must stay past the threshold.")
LAG = _duration("lag", 0.0, 0.0, "How long the answer takes.")

FILE: Layout = {
    "trustsim": Key("anything", f"Version of the file format: {FORMAT}."),
    "title": Key("text", "One line that names the story.", ""),
    "description": Key("text", "What happens and why it matters.", ""),
    "horizon": Key("anything", HORIZON.text),
    "step": Key("anything", STEP.text),
    "currency": Key("text", "The currency of all money: a code of three capital letters.", "CNY"),
    "rates": Key("mapping", "What one of another currency is worth in this one: `{CNY: 0.14}`; defaults are in CNY."),
    "scale": Key(
        "whole",
        "How many real clients one investor stands for: sums of money are of the real platforms.",
        1,
        low=1,
        high=10**6,
    ),
    "network": Key("mapping", "Who hears from whom."),
    "investors": Key("mapping", "Who has money on the platforms: number, segments, traits."),
    "platforms": Key("list", "The platforms: balance sheet, custody, terms."),
    "mechanisms": Key("mapping", "Settings of the rules of the world; `off` switches one off."),
    "behaviour": Key(
        "text",
        "How people behave where the file does not say: `ensemble` (the default: a member drawn for each world),"
        " `point` (every parameter at its default), `member 7`; `ensemble` and `member` also with `from FILE`.",
        allowed=BEHAVIOURS,
    ),
    "shocks": Key("list", "What strikes from outside, and when.", []),
    "variants": Key("mapping", "Named packages of interventions to compare; the first is the baseline."),
    "baseline": Key("text", "The variant to compare with; without it the first."),
    "run": Key("mapping", "What is called a run: how large a share leaves beyond calm, within how long."),
    "waiting": Key("mapping", "What waiting for money costs, and from when on it is called frozen."),
    "replications": Key("anything", "Number of worlds, or the precision to reach.", 200),
    "seed": Key("whole", "The number that all draws follow from.", 1),
    "outcomes": Key(
        "texts",
        "What tables, pictures and files show, beside what is expected and the headline outcomes in which variants"
        " differ; without it everything.",
    ),
    "matters": Key(
        "mapping", "By outcome, the smallest difference that matters, in its unit: `{investor_loss: 0.5 pp}`."
    ),
    "sweep": Key("mapping", "Dotted paths and the values to try for each."),
    "expect": Key("list", "What this file must show; `trustsim evidence` checks it."),
    "notes": Key("mapping", "Free text: where numbers come from, what was left out."),
}

WHEN: Layout = {
    "indicator": Key("text", "What is watched.", is_required=True),
    "platform": Key("text", "Where it is watched; '*' is any platform.", "*"),
    "above": Key("anything", "Fires above this."),
    "below": Key("anything", "Fires below this."),
    "lasting": Key("anything", LASTING.text),
    "lag": Key("anything", LAG.text),
}

PRECISION: Layout = {
    "precision": Key(
        "anything", "Half width of the 95 % interval to reach, in the unit of the outcome.", is_required=True
    ),
    "of": Key("text", "The outcome whose level is to be that precise."),
    "difference": Key("text", "In its place: the outcome whose paired difference to the baseline is."),
    "variant": Key("text", "This variant alone; without it all of them."),
    "budget": Key("whole", "At most this many replications.", 2000, low=1, high=10**9),
}

TERM: Layout = {
    "outcome": Key("text", "The outcome that is measured, or `name[group]`; for `order` the one that orders."),
    "difference": Key("text", "In its place: the outcome whose paired difference from another variant is."),
    "ratio": Key("text", "In its place: the outcome whose mean is divided by that under another variant."),
    "series": Key("text", "In its place: the series whose value on `day` is."),
    "variant": Key("text", "Under which variant; without it the baseline."),
    "against": Key("text", "The other variant of a difference or a ratio; without it the baseline."),
    "file": Key("text", "Another scenario file, whose variant it is; relative to this one."),
    "platform": Key("text", "At which platform; of a series, without it all together."),
    "group": Key("text", "Of an outcome by group, which one: a segment, a class of size, …."),
    "day": Key("anything", "When a series is looked at, without it at the horizon; or a span, [first, last]."),
    "over": Key(
        "text",
        "Over a span: its change from first to last; its sum, mean, peak or lowest over the steps, both included.",
        choices=("change", "sum", "mean", "peak", "low"),
    ),
    "plus": Key("anything", "A term that is added, or a list of them: each says in what it differs from this one."),
    "less": Key("anything", "A term that is taken away, or a list of them; a difference of differences has it."),
    "per": Key("anything", "A term that divides, or a list of them whose sum does; by their means over the worlds."),
}

EXPECT: Layout = {
    "id": Key("text", "A short name of this entry; without it its number."),
    **TERM,
    "sum": Key("text", "In place of `outcome`: the outcome that is added up over all worlds."),
    "statistic": Key("text", "What of the worlds' values: mean (without it), sd, total, or quantile and a share."),
    "between": Key("pair", "The two bounds."),
    "above": Key("anything", "It is above this."),
    "below": Key("anything", "It is below this."),
    "equals": Key("anything", "It is this, within `tolerance`; without one in every world, exactly."),
    "tolerance": Key("anything", "Allowed distance from `equals`, or from zero."),
    "sign": Key(
        "text", "Its sign; without `tolerance` zero means every world.", choices=("positive", "negative", "zero")
    ),
    "order": Key("texts", "Variants, from the smallest to the largest."),
    "humps": Key("text", "How many humps its distribution over worlds has, by the dip test.", choices=("one", "two")),
    "worlds": Key(
        "anything", "How many worlds it holds in: a number, all, or a share of them between two, [low, high]."
    ),
    "source": Key("text", "Id of the evidence table, DOI, or 'assumed'.", is_required=True),
    "note": Key("text", "Anything to add."),
}


def broken_keys(node: Node, layout: Layout, path: str, report: Report) -> frozenset[str]:
    """Check a mapping against its layout; report what is wrong and return the keys that cannot be read."""
    if node.mapping is None:
        report.add(node.spot, path, kind_of(node), "a mapping of keys to values")
        return frozenset(layout)
    broken = set()
    for name, child in node.mapping.items():
        where = join(path, name)
        if name not in layout:
            given = f"the unknown key {name!r}"
            report.add(child.key or child.spot, where, given, *choice(name, layout, "trustsim schema"))
            broken.add(name)
        elif not _holds(child, layout[name], where, report):
            broken.add(name)
    for name, key in layout.items():
        if key.is_required and name not in node.mapping:
            report.absent(node.key or node.spot, path, f"no {name!r}", f"{name}: {key.text}")
            broken.add(name)
    return frozenset(broken)


def _holds(node: Node, key: Key, path: str, report: Report) -> bool:
    """Whether a value is of the form that its key holds; reported where it is not."""
    if key.holds == "texts" and node.items is not None:
        told = [_holds(item, Key("text", ""), join(path, k), report) for k, item in enumerate(node.items)]
        return all(told)
    is_good = {
        "anything": True,
        "text": isinstance(node.value, str) and (not key.choices or node.value in key.choices),
        "whole": type(node.value) is int and key.low <= node.value <= key.high,
        "mapping": node.mapping is not None,
        "list": node.items is not None,
        "pair": node.items is not None and len(node.items) == 2,
        "texts": False,
    }[key.holds]
    if not is_good:
        report.add(node.spot, path, kind_of(node), _wanted(key))
    return is_good


def _wanted(key: Key) -> str:
    if key.choices:
        return one_of(key.choices)
    return (
        key.allowed
        or {
            "anything": "any value",
            "text": "text (in quotes where it looks like a number)",
            "whole": f"a whole number from {key.low} to {key.high}",
            "mapping": "a mapping of keys to values",
            "list": "a list",
            "pair": "a list of two values",
            "texts": "a list of texts",
        }[key.holds]
    )
