"""Scenarios that nobody wrote: shipped ones, changed at random as people and programs get them wrong."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from random import Random
from typing import Any

from trustsim.catalog import REGISTRY, load
from trustsim.errors import ScenarioError
from trustsim.registry import Entry, Parameter
from trustsim.scenario.shipped import shipped

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2, 1e-300, 1e300, -1e300, math.inf, math.nan, 10**18, 2**53, -(2**63), 2**64, "", " ",
    "0", "-0", "1e400", "1e-400", "nan", "inf", "100 %", "-5 %", "101 %", "0 d", "-1 d", "1e9 d", "5 y", "1 s",
    "0.5 min", "1 CNY", "-1 CNY", "1e15 CNY", "9e13 CNY", "1 USD", "0 /day", "1e9 /day", "*", "off", "on", [], {}, [1],
    {"a": 1}, "beta(0.001, 0.001)", "beta(1e9, 1e9)", "normal(0, 1e9)", "lognormal(1e12 CNY, 50)", "pareto(1, 0.01)",
    "pareto(1e10, 0.001)", "gamma(1e-9, 1e9)", "exponential(1e-12)", "choice(1)", "choice()", "beta(2", "beta(nan, 1)",
    "normal(1e300,1e300)", "uniform(1, 1)", "lognormal(50000 CNY, 0)", "\x1b[31mred", "\ud800", "é" * 50, "a" * 301,
    "<script>alert(1)</script>", "../../etc/passwd", "=1+1", "２０ 天", "１５ ％",
)  # fmt: skip
STEPS = ("1 h", "1 min", 1, 2, 7, 365, 0.3, 1 / 1440, "6 h")
HORIZONS = (1, 5, 0.5, "1 h", 1e6, "10 y", 0, 30, 1e-9, 7.3)
REPLICATIONS = (
    1, 0, -1, 10**9, {"precision": "1 pp", "of": "run_probability"}, {"precision": 0, "of": "investor_loss"}, "5", 1.5,
)  # fmt: skip
HEAD = (
    "seed", "currency", "baseline", "outcomes", "title", "description", "notes", "expect", "sweep", "trustsim", "rates",
)  # fmt: skip
HELD = (
    ["run_probability"], {"network.mean_degree": [2, 4]}, {"platforms.0.liquid_share": ["1 %", "2 %"], "design": "lhs"},
    {"design": "sobol", "samples": 10**9, "seed": [1, 2]}, "EUR",
)  # fmt: skip


def originals() -> dict[str, dict[str, Any]]:
    """Return the documents of all shipped scenarios that can be read here."""
    found = {}
    for name, path in shipped().items():
        try:
            found[name] = dict(load(path).document)
        except ScenarioError:  # its network is not here
            continue
    return found


class Mutator:
    """Changes documents in place, by a seeded generator."""

    def __init__(self, rnd: Random) -> None:
        self.rnd = rnd
        self.ways = (
            self.shock, self.variant, self.mechanism, self.platform, self.investors, self.segment, self.network,
            self.horizon, self.step, self.strange, self.removed, self.moved, self.set_mechanism, self.set_platform,
            self.another_platform, self.replications, self.head,
        )  # fmt: skip

    def mutate(self, document: dict[str, Any], n: int) -> None:
        """Change a document in *n* ways; a way that a broken one no longer has is skipped."""
        for _ in range(n):
            try:
                self.rnd.choice(self.ways)(document)
            except (KeyError, IndexError, TypeError, AttributeError, ValueError):
                continue

    def shock(self, document: dict[str, Any]) -> None:
        document.setdefault("shocks", []).append(self.item("shock", document))

    def variant(self, document: dict[str, Any]) -> None:
        items = [self.item("intervention", document) for _ in range(self.rnd.randint(1, 3))]
        document.setdefault("variants", {"nothing": []})[self.rnd.choice(("v1", "v2", "z"))] = items

    def mechanism(self, document: dict[str, Any]) -> None:
        entry = self.entry("mechanism")
        settings = self.settings(entry, document, 0.5)
        document.setdefault("mechanisms", {})[entry.name] = self.rnd.choice(["on", "off", settings])

    def platform(self, document: dict[str, Any]) -> None:
        self.one(self.rnd.choice(document["platforms"]), "platform", document)

    def investors(self, document: dict[str, Any]) -> None:
        self.one(document.setdefault("investors", {}), "investors", document)

    def segment(self, document: dict[str, Any]) -> None:
        self.one(self.rnd.choice(document["investors"]["segments"]), "segment", document)

    def network(self, document: dict[str, Any]) -> None:
        entry = self.entry("network_kind")
        document["network"] = {"kind": entry.name, **self.settings(entry, document, 0.6)}

    def horizon(self, document: dict[str, Any]) -> None:
        document["horizon"] = self.rnd.choice(HORIZONS)

    def step(self, document: dict[str, Any]) -> None:
        document["step"] = self.rnd.choice(STEPS)

    def strange(self, document: dict[str, Any]) -> None:
        holder, key = self.rnd.choice(list(places(document)))
        holder[key] = copy.deepcopy(self.rnd.choice(STRANGE))

    def removed(self, document: dict[str, Any]) -> None:
        holder, key = self.rnd.choice(list(places(document)))
        del holder[key]

    def moved(self, document: dict[str, Any]) -> None:
        (holder, key), (other, from_key) = (self.rnd.choice(list(places(document))) for _ in range(2))
        holder[key] = copy.deepcopy(other[from_key])

    def set_mechanism(self, document: dict[str, Any]) -> None:
        entry = self.entry("mechanism")
        p = self.rnd.choice(entry.parameters)
        value = self.value(p, names_of(document))
        document.setdefault("variants", {"nothing": []})["s"] = [{"set": {f"mechanisms.{entry.name}.{p.name}": value}}]

    def set_platform(self, document: dict[str, Any]) -> None:
        p = self.rnd.choice(REGISTRY["section", "platform"].parameters)
        names = names_of(document)
        path = f"platforms.{self.rnd.choice(names)}.{p.name}"
        document.setdefault("variants", {"nothing": []})["s2"] = [{"set": {path: self.value(p, names)}}]

    def another_platform(self, document: dict[str, Any]) -> None:
        name = self.rnd.choice(["New", "X.y", "a=b", names_of(document)[0]])
        copies = {"copies": self.rnd.choice([1, 2, 5, 50, 10_000])} if self.rnd.random() < 0.2 else {}
        document["platforms"].append({"name": name, "kind": self.entry("platform_kind").name, **copies})

    def replications(self, document: dict[str, Any]) -> None:
        document["replications"] = copy.deepcopy(self.rnd.choice(REPLICATIONS))

    def head(self, document: dict[str, Any]) -> None:
        document[self.rnd.choice(HEAD)] = copy.deepcopy(self.rnd.choice((*STRANGE, *HELD)))

    def one(self, holder: dict[str, Any], section: str, document: dict[str, Any]) -> None:
        """Give one parameter of a section another value."""
        p = self.rnd.choice(REGISTRY["section", section].parameters)
        holder[p.name] = self.value(p, names_of(document))

    def entry(self, group: Any) -> Entry:
        return self.rnd.choice(list(REGISTRY.group(group).values()))

    def settings(self, entry: Entry, document: dict[str, Any], share: float) -> dict[str, Any]:
        names = names_of(document)
        chosen = [p for p in entry.parameters if p.is_required or self.rnd.random() < share]
        return {p.name: self.value(p, names) for p in chosen}

    def item(self, group: Any, document: dict[str, Any]) -> dict[str, Any]:
        """Return a shock or an intervention with a time and, at times, a trigger."""
        rnd, names, horizon = self.rnd, names_of(document), horizon_of(document)
        entry = self.entry(group)
        item: dict[str, Any] = {"kind": entry.name, **self.settings(entry, document, 0.5)}
        if rnd.random() < 0.3 and "day" not in item:
            item["from"] = rnd.choice([0, horizon / 2, horizon, 0.01, "1 h", horizon - 1e-9])
        if group == "intervention":
            if rnd.random() < 0.3:
                item["until"] = rnd.choice([1, horizon, horizon * 2, 1e-9, 1e9])
            if rnd.random() < 0.35:
                item["when"] = self.trigger(names)
        return item

    def trigger(self, names: list[str]) -> dict[str, Any]:
        rnd = self.rnd
        more = {
            "platform": rnd.choice([*names, "*"]),
            "lasting": rnd.choice([0, 1, 100, "1 h"]),
            "lag": rnd.choice([0, 1, 100, 1e9]),
        }
        return {
            "indicator": self.entry("indicator").name,
            rnd.choice(["above", "below"]): rnd.choice([0, 0.5, 1, -1, 1e9, "5 %", "1 d", "100 CNY"]),
            **{key: value for key, value in more.items() if rnd.random() < 0.4},
        }

    def value(self, p: Parameter, names: list[str]) -> Any:
        """Return a value for a parameter: mostly one that its bounds allow, often at one of them."""
        rnd = self.rnd
        if rnd.random() < 0.08:
            return copy.deepcopy(rnd.choice(STRANGE))
        if p.refers == "platform":
            return rnd.choice([*names, "*"])
        if p.refers == "file":
            return rnd.choice(["/etc/passwd", "net.csv", "../x.csv", ".", "weights.csv"])
        if allowed := REGISTRY.allowed(p):
            return rnd.choice(allowed)
        if p.unit == "flag":
            return rnd.choice([True, False])
        if p.unit in ("text", "name"):
            debts = (
                f"{names[0]} 10",
                f"{names[-1]} 1e12",
                "Nobody 4",
                f"{names[0]} 1e300",
                f"{names[0]} 1, {names[-1]} 2",
            )
            return rnd.choice(["", "x", "market", names[0], "0..99", "0, 1, 0.5", "1..999999999", *debts])
        return self.number(p)

    def number(self, p: Parameter) -> Any:
        rnd = self.rnd
        low, high = (-1e6 if p.low is None else p.low), (1e6 if p.high is None else p.high)
        if p.unit == "count":
            usual = [0, 1, 2, 3, 5, 10, 100, 1000, 10**6, 10**9, 2**31, 2**32, 2**53]
            most = min(high, 2**53)
            return int(rnd.choice([low, most, min(most, max(low, rnd.choice(usual))), low + 1]))
        if p.unit == "money":
            amount = rnd.choice([0, 1, 100, 1e4, 1e6, 1e9, 1e11, 9e13, low / 100])
            return (
                self.spread_money(amount) if p.spread and rnd.random() < 0.5 else rnd.choice([amount, f"{amount} CNY"])
            )
        usual = p.default if isinstance(p.default, int | float) else low
        number = rnd.choice(
            [low, high, low + (high - low) * rnd.random(), low + (high - low) * 1e-9, usual, 0.0, 1e-12, 1e-6]
        )
        if p.spread and rnd.random() < 0.5:
            return self.spread(number, low, high)
        if p.unit == "share" and rnd.random() < 0.3:
            return f"{100 * number} %"
        return f"{number} d" if p.unit == "duration" and rnd.random() < 0.3 else number

    def spread_money(self, amount: float) -> str:
        least, rnd = max(amount, 1), self.rnd
        return rnd.choice([
            f"lognormal({least} CNY, {rnd.choice([0, 0.01, 1, 5, 20])})", f"uniform(0 CNY, {amount + 1} CNY)",
            f"pareto({least} CNY, {rnd.choice([0.01, 0.5, 1, 3])})", f"uniform({amount} CNY, {amount} CNY)",
            f"exponential({least} CNY)", f"gamma(0.01, {least} CNY)",
        ])  # fmt: skip

    def spread(self, number: float, low: float, high: float) -> str:
        rnd, least = self.rnd, max(number, 1e-9)
        a, b = rnd.choice([1e-3, 0.5, 2, 50]), rnd.choice([1e-3, 0.5, 2, 50])
        return rnd.choice([
            f"beta({a}, {b})", f"uniform({low}, {min(high, max(low + 1e-3, number))})", f"uniform({number}, {number})",
            f"normal({number}, {rnd.choice([0, 1e-3, 1, 100])})", f"exponential({least})", f"gamma({a}, {least})",
            f"lognormal({least}, {rnd.choice([0, 0.01, 1, 10])})", f"pareto({least}, {rnd.choice([0.01, 1, 5])})",
            f"choice({number}, {low})",
        ])  # fmt: skip


def names_of(document: dict[str, Any]) -> list[str]:
    try:
        return [str(platform["name"]) for platform in document["platforms"]] or ["x"]
    except (KeyError, TypeError):
        return ["x"]


def horizon_of(document: dict[str, Any]) -> float:
    try:
        return float(str(document["horizon"]).split()[0])
    except (KeyError, IndexError, ValueError):
        return 10.0


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield (container, key) of every value in a document."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, child in pairs:
        yield value, key
        yield from places(child)


def cut(document: dict[str, Any], rnd: Random) -> None:
    """Make a story short and its world small, so that a run takes a moment."""
    document["horizon"], document["step"] = rnd.choice([3, 10, 30, 7.5]), rnd.choice([1, 1, 1, 0.25, 2])
    for key in ("expect", "sweep"):
        document.pop(key, None)
    if document["network"].get("kind") not in ("named", "file"):
        document.setdefault("investors", {})["count"] = rnd.choice([1, 2, 20, 60])
    for platform in document["platforms"]:
        platform["copies"] = min(platform.get("copies", 1), 3)
    for shock in document.get("shocks", ()):
        shock.update({key: rnd.choice([0, 1, 2]) for key in ("day", "from") if key in shock})
    variants = document.get("variants", {})
    if all(isinstance(part, dict) for parts in variants.values() for part in parts):
        kept = dict.fromkeys([*list(variants)[:3], document.get("baseline") or next(iter(variants))])
        document["variants"] = {name: variants[name] for name in kept}


def cut_again(document: dict[str, Any]) -> None:
    """Take back what mutations made large, where it is of the right kind."""
    people = document.get("investors")
    if isinstance(people, dict):
        for key, most in (("count", 300), ("newcomers", 200)):
            if isinstance(people.get(key), int | float) and people[key] > most:
                people[key] = most
    platforms = document.get("platforms")
    for platform in platforms if isinstance(platforms, list) else ():
        if isinstance(platform, dict) and type(platform.get("copies")) is int:
            platform["copies"] = min(platform["copies"], 5)
    if horizon_of(document) > 60:
        document["horizon"] = 30
    if document.get("step") in ("1 min", 1 / 1440):
        document["step"] = "1 h"
