"""Round numbers for the ticks of an axis, and how wide words are: what a layout needs to know."""

from __future__ import annotations

import math
import unicodedata
from functools import lru_cache

import numpy as np

ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)  # and their multiples by powers of ten
_FAR = 100.0  # an axis this many times further from zero than it is long counts from a round number near it
_NEARLY = 1e-10

# widths of the letters from ' ' to '~' in thousandths of their size, of DejaVu Sans, which is wider than most
_WIDTHS = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
)  # fmt: skip
_OTHER, _WIDE = 650, 1000


def ticks(low: float, high: float, n: int = 5, *, is_whole: bool = False) -> np.ndarray:
    """Return round numbers that span *low* to *high* in at most *n* stretches, float64 (k,).

    ``is_whole``: whole numbers where there are two.
    """
    span, middle = high - low, (high + low) / 2
    if not span > 0:
        return np.array([low])
    offset = 0.0
    if abs(middle) / span >= _FAR:
        offset = math.copysign(10.0 ** (math.log10(abs(middle)) // 1), middle)
    low, high = low - offset, high - offset
    sizes = np.array([*(s / 10 for s in ROUND[:-1]), *ROUND, 10 * ROUND[1]]) * 10.0 ** (math.log10(span / n) // 1)
    if is_whole:
        sizes = sizes[(sizes < 1) | (np.abs(sizes - np.round(sizes)) < 1e-3)]
    first = int(np.argmax(sizes >= span / n)) if (sizes >= span / n).any() else len(sizes) - 1
    has_whole = is_whole and math.floor(high) - math.ceil(low) >= 1
    for size in sizes[first::-1]:
        size = max(size, 1.0) if has_whole else size
        start = low // size * size
        k = np.arange(math.floor((low - start) / size + _NEARLY), math.ceil((high - start) / size - _NEARLY) + 1)
        found = k * size + start
        if ((found >= low) & (found <= high)).sum() >= 2:
            break
    return np.asarray(found + offset)


@lru_cache(maxsize=4096)
def width(text: str, size: float) -> float:
    """Return about how wide the widest line of a text is, in the unit of *size*."""
    return max(sum(map(_width, line)) for line in text.split("\n")) * size / 1000


def _width(c: str) -> int:
    if " " <= c <= "~":
        return _WIDTHS[ord(c) - 32]
    if unicodedata.combining(c):
        return 0
    return _WIDE if unicodedata.east_asian_width(c) in "WF" else _OTHER
