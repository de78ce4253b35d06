"""Quantities are read as people write them in scenario files, and checked.

``'15 %'``, ``'30 d'``, ``'2 h'``, ``'50000 CNY'``, ``'0.2 /day'``, ``'beta(2, 5)'`` become plain numbers in
the unit that the code computes in: shares in [0, 1], durations in days, money in integer minor units
(cents), rates per day. A bare number is taken in that unit (money: in major units). Results say money in major units
again (:func:`major`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeVar, get_args

from trustsim.distributions import CELLS as CELLS  # world/ asks for it here: its source is in the addresses of runs
from trustsim.distributions import DISTRIBUTIONS, check_args, scales
from trustsim.distributions import Distribution as Distribution
from trustsim.errors import ModelError, UnitError, nearest, one_of

Unit = Literal["share", "duration", "money", "per_day", "number", "count", "log-odds", "flag", "text", "name"]

Computed = TypeVar("Computed")  # a number, or an array of numbers

MINOR_PER_MAJOR = 100
LARGEST_MONEY = 2**53  # minor units: exact both as int64 and as a float read from YAML
ALL_MONEY = 2**60  # minor units that all investors, or all platforms, may have together: no sum overflows an int64

_NUMBER = r"[+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"^\s*({_NUMBER})\s*(.*?)\s*$")
_CALL = re.compile(r"^\s*([A-Za-z_]\w*)\s*\((.*)\)\s*$")

#: what keyboards for Chinese write in place of the signs of this file: full-width forms, and the minus sign
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2212: 0x2D, 0x2010: 0x2D}
_DURATION = {
    "s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "w": 7.0, "month": 30.0, "y": 365.0,
    "day": 1.0, "days": 1.0, "hour": 1 / 24, "hours": 1 / 24, "week": 7.0, "weeks": 7.0,
    "months": 30.0, "year": 365.0, "years": 365.0,
    "秒": 1 / 86400, "分钟": 1 / 1440, "小时": 1 / 24, "天": 1.0, "日": 1.0, "周": 7.0, "星期": 7.0,
    "个月": 30.0, "年": 365.0,
}  # fmt: skip
_RATE = {
    "/day": 1.0, "/d": 1.0, "/h": 24.0, "/hour": 24.0, "/week": 1 / 7, "/month": 1 / 30, "/year": 1 / 365,
    "/y": 1 / 365, "/天": 1.0, "/日": 1.0, "/小时": 24.0, "/周": 1 / 7, "/月": 1 / 30, "/年": 1 / 365,
}  # fmt: skip
_SHARE = {"%": 0.01, "pp": 0.01, "bp": 0.0001, "": 1.0}


def _scaled(given: object, text: str, scale: dict[str, float], unit: str) -> float:
    match = _QUANTITY.match(text)
    if match is None or match[2] not in scale:
        suffix = match[2] if match else text
        allowed = "a number" + (f" with {one_of(k for k in scale if k and k.isascii())}" if any(scale) else "")
        raise UnitError(f"{given!r} as a {unit}", allowed, nearest(suffix, [k for k in scale if k]))
    number, factor = float(match[1].replace("_", "")), scale[match[2]]
    parts = 1 / factor if 0 < factor < 1 else 0.5
    return number / round(parts) if abs(parts - round(parts)) < 1e-9 * parts else number * factor


def plain(text: str) -> str:
    """Return *text* with full-width letters, digits and signs as plain ones: ``１５％`` as ``15%``."""
    return text.translate(_WIDE)


def _scale_of(unit: Unit, currency: str, rates: Mapping[str, float]) -> dict[str, float]:
    if unit == "share":
        return _SHARE
    if unit == "duration":
        return {"": 1.0, **_DURATION}
    if unit == "per_day":
        return {"": 1.0, "%/day": 0.01, **_RATE}
    if unit == "money":
        others = {code: MINOR_PER_MAJOR * rate for code, rate in rates.items()}
        yuan = {"元": MINOR_PER_MAJOR} if currency == "CNY" else {"元": others["CNY"]} if "CNY" in others else {}
        return {"": MINOR_PER_MAJOR, currency: MINOR_PER_MAJOR, **others, **yuan}
    return {"": 1.0}


Quantity = float | int | bool | str | Distribution


def parse(
    given: object,
    unit: Unit,
    *,
    currency: str = "CNY",
    spread: bool = False,
    rates: Mapping[str, float] = MappingProxyType({}),
) -> Quantity:
    """Return *given* in the unit that the code computes in.

    Parameters
    ----------
    given : what the scenario file holds: a number, a flag or text.
    unit : the kind of quantity; see :data:`Unit`. Money comes back as ``int`` minor units.
    currency : the currency of plain numbers, and the name that may stand behind money.
    rates : other names that may, with what one of them is worth.
    spread : whether a distribution, ``name(args)``, is allowed as well.

    Raises
    ------
    UnitError : when the text is not such a quantity. Bounds are the caller's: see :func:`check_bounds`.
    """
    if unit == "flag":
        if isinstance(given, bool):
            return given
        raise UnitError(f"{given!r}", "true or false")
    if unit in ("text", "name"):
        if isinstance(given, str):
            return given
        raise UnitError(f"{given!r}", "text")
    if isinstance(given, bool) or given is None or not isinstance(given, int | float | str):
        raise UnitError(f"{given!r}", f"a {unit}")
    text = plain(str(given))
    if isinstance(given, str) and (call := _CALL.match(text)):
        if not spread:
            raise UnitError(f"{given!r}", f"a plain {unit}, no distribution")
        return _distribution(given, call[1], call[2], unit, currency, rates)
    number = _scaled(given, text, _scale_of(unit, currency, rates), unit)
    if not math.isfinite(number):
        raise UnitError(f"{given!r}", "a finite number")
    if unit == "money":
        if abs(number) > LARGEST_MONEY:
            raise UnitError(f"{given!r}", f"money up to {LARGEST_MONEY // MINOR_PER_MAJOR}")
        return round(number)
    if unit == "count":
        if number != int(number):
            raise UnitError(f"{given!r}", "a whole number")
        return int(number)
    return number


def _distribution(
    given: str, name: str, inside: str, unit: Unit, currency: str, rates: Mapping[str, float]
) -> Distribution:
    if name not in DISTRIBUTIONS:
        raise UnitError(f"the distribution {name!r}", one_of(DISTRIBUTIONS), nearest(name, list(DISTRIBUTIONS)))
    n_args, meaning = DISTRIBUTIONS[name]
    parts = [part for part in inside.split(",") if part.strip()]
    if not parts or n_args not in (-1, len(parts)):
        raise UnitError(f"{given!r} with {len(parts)} arguments", meaning)
    scaled = scales(name, len(parts))
    args = tuple(
        float(str(parse(part.strip(), unit if k in scaled else "number", currency=currency, rates=rates)))
        for k, part in enumerate(parts)
    )
    check_args(given, name, args)
    return Distribution(name, args)


def check_draws(value: Distribution, given: str, low: float | None, high: float | None, unit: Unit) -> None:
    """Raise UnitError where *value* cannot be drawn as finite numbers of which some lie in [low, high].

    What is drawn beyond a bound becomes the bound; money beyond ``LARGEST_MONEY`` would be no money any more.
    """
    allowed = f"a distribution of values {between(low, high, unit)}"
    smallest, largest = value.extremes
    if not (math.isfinite(smallest) and math.isfinite(largest)):
        raise UnitError(
            f"{given!r}, of which a draw in {2 * CELLS} is beyond all numbers", f"{allowed}, with less spread"
        )
    if unit == "money" and largest > LARGEST_MONEY:
        most = f"no draw in {2 * CELLS} above {LARGEST_MONEY // MINOR_PER_MAJOR}"
        raise UnitError(f"{given!r}, of which some pass what can be counted", f"{allowed}, {most}")
    if (high is not None and smallest > high) or (low is not None and largest < low):
        raise UnitError(f"{given!r}, of which every draw lies beyond the bounds", allowed)


def check_bounds(value: float, low: float | None, high: float | None, unit: Unit) -> None:
    """Raise UnitError where *value* lies outside [low, high]; None leaves a side open."""
    if (low is not None and value < low) or (high is not None and value > high):
        raise UnitError(show(value, unit), f"{between(low, high, unit)}")


def share_meant(given: object, unit: Unit) -> str:
    """Return what may be meant by a plain number that is too large for a share: ``': 0.04 or 4 %?'``; '' of others."""
    text = plain(str(given)).strip()
    if unit != "share" or isinstance(given, bool) or re.fullmatch(_NUMBER, text) is None:
        return ""
    number = float(text.replace("_", ""))
    return f": {number / 100:.10g} or {number:.10g} %?" if 1 < abs(number) <= 100 else ""


def check_declared(where: str, unit: Unit, low: float | None, high: float | None, value: object) -> None:
    """Raise ModelError with the place where a declaration names no unit, crosses its bounds, or stands outside them.

    A *value* that is no number, a distribution say, is not looked at.
    """
    units = get_args(Unit)
    if unit not in units:
        hint = nearest(unit, units)
        near = f"; did you mean {hint}?" if hint else ""
        raise ModelError(f"{where}: given the unit {unit!r}; allowed: {one_of(units)}{near}")
    if low is not None and high is not None and not low <= high:
        raise ModelError(f"{where}: given low={low:g} and high={high:g}; allowed: low of at most high")
    if isinstance(value, int | float) and not isinstance(value, bool):
        inside = (low is None or value >= low) and (high is None or value <= high)
        if not inside or math.isnan(value):
            raise ModelError(f"{where}: given {show(value, unit)}; allowed: {between(low, high, unit)}")


def check_step(value: float, step: float | None, unit: Unit) -> None:
    """Raise UnitError where *value* is no whole multiple of *step*; None allows every number."""
    if step is not None and not is_multiple(value, step):
        near = show(round(value / step) * step, unit)
        raise UnitError(show(value, unit), f"a whole multiple of {show(step, unit)}", near)


def is_multiple(value: float, step: float) -> bool:
    """Whether *value* is a whole multiple of *step*, up to rounding."""
    return abs(value / step - round(value / step)) <= 1e-9 * max(1.0, abs(value / step))


def between(low: float | None, high: float | None, unit: Unit) -> str:
    """Say bounds as a phrase in the unit of the parameter."""
    if low is None and high is None:
        return "any number"
    if high is None:
        return f"at least {show(low, unit)}"
    if low is None:
        return f"at most {show(high, unit)}"
    return f"from {show(low, unit)} to {show(high, unit)}"


def major(value: Computed, unit: Unit) -> Computed:
    """Return a computed number, or an array of them, as results say it: money in units of the currency, all else as
    it is; float32 stays float32."""
    return value / MINOR_PER_MAJOR if unit == "money" else value  # type: ignore[operator, return-value]


def name_of(unit: Unit, currency: str) -> str:
    """Name the unit that results are in: the currency for money, ``days`` for durations, ``per day`` for rates."""
    return {"money": currency, "duration": "days", "per_day": "per day"}.get(unit, unit)


def show(value: object, unit: Unit, currency: str = "") -> str:
    """Write a computed value the way a scenario file would: less than a day in whole hours or minutes, where it is."""
    if value is None or isinstance(value, bool | str | Distribution):
        return str(value)
    assert isinstance(value, int | float)
    if unit == "share":
        return f"{100 * value:g} %"
    if unit == "duration":
        return _part_of_a_day(value) or f"{value:g} d"
    if unit == "per_day":
        return f"{value:g} /day"
    if unit == "money":
        return f"{value / MINOR_PER_MAJOR:.10g} {currency}".rstrip()
    return f"{value:g}"


def _part_of_a_day(days: float) -> str:
    """Write less than a day in hours, else in minutes, where they are whole; '' where they are not, or it is more."""
    for name in ("h", "min") if 0 < abs(days) < 1 else ():
        n = days / _DURATION[name]
        if round(n) and is_multiple(n, 1.0):
            return f"{round(n)} {name}"
    return ""
