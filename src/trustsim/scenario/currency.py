"""Money in more than one currency: rates of exchange, and the defaults that stand in a currency of their own.

Defaults with a source are in OWN. A scenario in another currency gives a rate, ``rates: {CNY: 0.14}`` (what one of that
currency is worth in the scenario's); without one the defaults are taken as numbers only, and it is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from trustsim.distributions import Distribution, scales
from trustsim.registry import Parameter, Registry
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.tree import Node, Report, join, kind_of
from trustsim.units import LARGEST_MONEY

OWN = "CNY"
_CODE = "a code of three capital letters such as CNY or EUR"
_RATE = "what one of it is worth in the currency of the scenario: a number from 1e-9 to 1e9"


def is_code(text: str) -> bool:
    """Whether a text is a code of a currency."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def read_currency(node: Node | None, report: Report) -> str:
    """Return the currency of a scenario; what is no code is reported."""
    if node is None:
        return OWN
    if not is_code(str(node.value)):
        report.add(node.spot, "currency", kind_of(node), _CODE)
        return OWN
    return str(node.value)


def read_rates(node: Node | None, currency: str, report: Report) -> dict[str, float]:
    """Return what one of other currencies is worth in that of the scenario; what is wrong is reported and left out."""
    rates = {}
    for code, rate in ((node.mapping or {}) if node is not None else {}).items():
        path = join("rates", code)
        if not is_code(code) or code == currency:
            allowed = f"{_CODE}, other than {currency}"
            report.add(rate.key or rate.spot, path, f"a rate of {code!r}", allowed)
        elif isinstance(rate.value, bool) or not isinstance(rate.value, int | float) or not 1e-9 <= rate.value <= 1e9:
            report.add(rate.spot, path, kind_of(rate), _RATE)
        else:
            rates[code] = float(rate.value)
    return rates


def is_amount(parameter: Parameter) -> bool:
    """Whether a parameter has a default that is so much money."""
    return parameter.unit == "money" and isinstance(parameter.default, int | float | Distribution) and (
        isinstance(parameter.default, Distribution) or parameter.default != 0
    )  # fmt: skip


def converted(parameter: Parameter, rates: Mapping[str, float]) -> Any:
    """Return the default of a parameter in the currency of the scenario; None where it stays as it is."""
    rate = rates.get(OWN)
    if rate is None or not is_amount(parameter):
        return None
    default = parameter.default
    if isinstance(default, Distribution):
        money = scales(default.name, len(default.args))
        return replace(default, args=tuple(round(a * rate) if k in money else a for k, a in enumerate(default.args)))
    return default if math.isinf(default) else min(round(default * rate), LARGEST_MONEY)


def numbers_only(scenario: Scenario, registry: Registry) -> tuple[str, ...]:
    """Return the paths of money that was left at its default in another currency, without a rate."""
    if scenario.currency == OWN or OWN in (scenario.document.get("rates") or {}):
        return ()
    return tuple(dict.fromkeys(_at_default(scenario, registry)))


def _at_default(scenario: Scenario, registry: Registry) -> Iterator[str]:
    segment = registry["section", "segment"].parameters
    for variant in scenario.variants:
        for each in variant.world.investors.segments:
            yield from _left(segment, each, f"investors.segments.{each.name}")
        for item in (*variant.items, *variant.shocks):
            group = registry.of_item(item.kind)
            if (group, item.kind) in registry:
                yield from _left(registry[group, item.kind].parameters, item.what, item.kind)


def _left(parameters: tuple[Parameter, ...], thing: Any, path: str) -> Iterator[str]:
    for p in parameters:
        if is_amount(p) and getattr(thing, p.name, None) == p.default:
            yield join(path, p.name)
