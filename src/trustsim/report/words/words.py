"""Numbers and findings as people say them: '1.2 million CNY', '−12.3 pp', 'no clear difference'.

Nothing here knows the model. A finding is only called one where its 95 % interval excludes zero.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Literal

from rich.cells import cell_len

from trustsim.units import Unit

Better = Literal["lower", "higher", ""]
Verdict = Literal["better", "worse", "lower", "higher", "unclear"]

MINUS, NO_NUMBER, THIN = "−", "–", "\u202f"
NONE = 1e-6  # what is smaller is written as 0, everywhere
_BY_CAUSE = ("failures_a_month", "failures_dispersion", "failures_lag_1", "failure_day")
_CAUSES = {  # of failures, whose keys say less than they are
    "after a shock": "struck by a shock drawn by chance", "without a shock": "not struck by a shock drawn by chance",
}  # fmt: skip
_OFF = 0.25  # of a number, by which rounding may change it
_STEPS = ((1e12, "trillion "), (1e9, "billion "), (1e6, "million "), (1e3, "thousand "))


def _places(value: float, digits: int = 3) -> int:
    """Return how many decimals show about *digits* significant digits of *value*; none for zero, four at most."""
    return 0 if value == 0 else max(0, min(4, digits - 1 - math.floor(math.log10(abs(value)))))


def _digits(value: float, places: int | None = None) -> str:
    """Write *value* never in powers of ten, with a true minus sign; about three significant digits by default."""
    text = f"{value:,.{_places(value) if places is None else places}f}"
    if float(text.replace(",", "")) == 0:
        return "0"
    return text.replace(",", THIN).replace("-", MINUS)


def money_scale(largest: float) -> tuple[float, str]:
    """Return (divisor, its word) for money of this size, in units of the currency: ``(1e6, 'million ')``.

    By what it would be rounded to: 999 999 is 1 million, no 1 000 thousand. Below 100 000 there is no word.
    """
    for size, word in _STEPS:
        if round(abs(largest) / (size / 1e3)) >= (1000 if size > 1e3 else 100_000):
            return size, word
    return 1.0, ""


def axis(unit: Unit, currency: str = "", largest: float = 1.0) -> tuple[float, str]:
    """Return (divisor, unit text) for an axis that must show values up to *largest*."""
    if unit == "share":
        return 0.01, "%"
    if unit == "money":
        divisor, word = money_scale(largest)
        return divisor, f"{word}{currency}".strip()
    return 1.0, {"duration": "days", "per_day": "per day", "log-odds": "log-odds"}.get(unit, "")


def quantity(value: float | None, unit: Unit = "number", currency: str = "") -> str:
    """Write a level: ``'23.4 %'``, ``'1.2 million CNY'``, ``'12 days'``; an en dash where there is none."""
    if value is None or not math.isfinite(value):
        return NO_NUMBER
    divisor, text = axis(unit, currency, abs(value))
    if unit == "share":
        return f"{_trimmed(_digits(100 * value, 1 if abs(value) >= 0.001 else 3))} %"
    shown = _trimmed(_digits(value / divisor))
    if unit == "duration" and shown.removeprefix(MINUS) == "1":
        text = "day"
    return f"{shown} {text}".rstrip()


def _trimmed(shown: str) -> str:
    """Return a number without noughts at the end of its decimals."""
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def change(value: float | None, unit: Unit = "number", currency: str = "") -> str:
    """Write a difference with its sign; shares differ by percentage points: ``'−12.3 pp'``."""
    if value is None or not math.isfinite(value):
        return NO_NUMBER
    if unit == "share":
        shown = f"{100 * value:+.{_share_places(value, coarse=0.0005)}f}".rstrip("0").rstrip(".")
        return "0 pp" if float(shown) == 0 else f"{shown.replace('-', MINUS)} pp"
    text = quantity(value, unit, currency)
    return f"+{text}" if value > 0 and text.split()[0] != "0" else text


def _share_places(size: float, coarse: float) -> int:
    """Return the decimals of percentage points: so many that what is below one is not rounded to half of one."""
    return 1 if abs(size) >= 0.01 else 2 if abs(size) >= coarse else 3


def interval(
    low: float | None, high: float | None, unit: Unit = "number", currency: str = "", *, signed: bool = False
) -> str:
    """Write an interval with its unit once and equally fine ends: ``'20.1 to 26.7 %'``, ``'−15.0 to −9.6 pp'``."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return NO_NUMBER
    size = max(abs(low), abs(high))
    divisor, text = axis(unit, currency, size)
    if unit == "share":
        text = "pp" if signed else "%"
    places = _share_places(size, coarse=0.001) if unit == "share" else _places(size / divisor)
    ends = [_digits(x / divisor, places) for x in (low, high)]
    if ends[0] == ends[1] and low != high:
        ends = [_digits(x / divisor, places + 1) for x in (low, high)]
    if signed:
        ends = [f"+{end}" if x > 0 and end != "0" else end for x, end in zip((low, high), ends, strict=True)]
    return f"{ends[0]} to {ends[1]} {text}".rstrip()


def bare(value: float | None, unit: Unit = "number", largest: float = 1.0, *, signed: bool = False) -> str:
    """Write a number for a column whose head carries the unit, as fine as its *largest* entry: ``'1.84'``.

    One that would be nought, or off by more than a quarter without decimals, has digits of its own: ``'0.51'``.
    """
    if value is None or not math.isfinite(value):
        return NO_NUMBER
    divisor, _ = axis(unit, "", largest)
    shown, places = value / divisor, 1 if unit == "share" else _places(largest / divisor)
    off = abs(round(shown, places) - shown)
    is_off = off >= abs(shown) if places else off > _OFF * abs(shown)
    text = _digits(shown, _places(shown, 1 if unit == "share" else 2) if is_off else places)
    return f"+{text}" if signed and value > 0 and text != "0" else text


def share_of_worlds(share: float | None, n: int) -> str:
    """Say how often one was better: ``'193 of 200 worlds (96.5 %)'``."""
    if share is None or not math.isfinite(share):
        return NO_NUMBER
    return f"{round(share * n)} of {n} worlds ({quantity(share, 'share')})"


def excludes_zero(low: float | None, high: float | None) -> bool:
    """Whether a 95 % interval excludes zero, however small the difference; no interval never does."""
    if low is None or high is None or math.isnan(low) or math.isnan(high):
        return False
    return low > 0 or high < 0


def verdict(low: float | None, high: float | None, better: Better = "") -> Verdict:
    """Judge a paired difference by its interval and by which direction is good."""
    if not excludes_zero(low, high):
        return "unclear"
    assert low is not None
    direction: Verdict = "higher" if low > 0 else "lower"
    if better == "":
        return direction
    return "better" if direction == better else "worse"


def verb(mean: float, low: float | None, high: float | None) -> str:
    """Say what a variant does to an outcome, or that it is not clear that it does anything."""
    if not excludes_zero(low, high):
        return "makes no clear difference to"
    return "raises" if mean > 0 else "lowers"


def quoted(name: str) -> str:
    """Put a name, of a variant or a segment, in quotation marks."""
    return f"‘{name}’"


def listing(names: Sequence[str], join: str = "and") -> str:
    """Join names as prose: ``'a, b and c'``."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {join} {names[-1]}"


def comma_list(names: Sequence[str]) -> str:
    """Join names as ``--variants`` reads them: one that holds a comma, or begins with a quote, stands in quotes."""
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(names)
    return text.getvalue()


def plural(n: int, noun: str, nouns: str = "") -> str:
    """Say a count with its noun: ``'1 run'``, ``'1 200 runs'`` with a narrow space."""
    return f"{n:,} ".replace(",", THIN) + (noun if n == 1 else nouns or f"{noun}s")


def too_few(n: int, noun: str, nouns: str = "") -> str:
    """Say that so many are too few: ``'1 set is too few'``."""
    return f"{plural(n, noun, nouns)} {'is' if n == 1 else 'are'} too few"


def label(name: str) -> str:
    """Turn a name of the code into words: ``'loss_by_segment[novice]'`` becomes ``'loss by segment (novice)'``.

    What stands in brackets is a name of the reader's, and stays as it is; but a cause of failures is said in full.
    """
    stem, _, group = name.partition("[")
    shown, of = stem.replace("_", " ").strip(), group.removesuffix("]")
    return f"{shown} ({_CAUSES.get(of, of) if stem in _BY_CAUSE else of})" if group else shown


def sentence(text: str) -> str:
    """Make a remark a sentence: a capital first, a full stop last."""
    return f"{capital(text)}{'' if text[-1:] in '.!?' else '.'}" if text else ""


def capital(text: str) -> str:
    """Raise the first letter and leave the rest."""
    return text[:1].upper() + text[1:]


def shortened(text: str, longest: int) -> str:
    """Cut a long name in its middle, so that its start and its end stay readable; a wide letter counts as two."""
    if cell_len(text) <= longest:
        return text
    head = (longest - 1) * 2 // 3
    return f"{_first(text, head).rstrip()}…{_first(text[::-1], longest - 1 - head)[::-1].lstrip()}"


def _first(text: str, cells: int) -> str:
    """Return as much of the start of a text as is not wider than so many cells of a terminal."""
    ends = accumulate(cell_len(c) for c in text)
    return text[: sum(end <= cells for end in ends)]


def tick(value: float) -> str:
    """Write a tick label: no trailing zeros, a true minus sign, zero as 0."""
    if abs(value) < NONE:
        return "0"
    text = f"{value:.6g}" if abs(value) < 1e5 else f"{value:,.0f}"
    return text.replace(",", THIN).replace("-", MINUS)
