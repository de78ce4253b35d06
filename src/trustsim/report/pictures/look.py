"""The look of every picture: colours, marks and sizes.

Colours are Okabe and Ito's eight (https://jfly.uni-koeln.de/color/), their yellow darkened so that it reads on white;
the baseline is always grey and dashed. They are of variants alone: kinds of anything else (segments, causes, states of
an investor) have violets and browns of their own, so that no colour means two things. The report maps each of these
colours to one of the page (see ``svg.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

INK, MUTED, GRID, PAPER = "#1f2328", "#5f6770", "#d7dbdf", "#fefefe"
BASELINE = "#6e7781"
WIDE, NARROW = 8.2, 3.5  # inches, of the report's pictures on a screen and on a phone
ABOVE = 4.6  # a picture narrower than this (inches) writes names above their rows instead of beside them
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#a08c00")
KINDS = ("#43236f", "#7a4a21", "#8e63c4", "#b98c55", "#c9b3e8", "#d9c6a3")  # dark and brown first, pale last
MARKERS = ("o", "s", "^", "D", "v", "<", ">")


def colours(variants: Sequence[str], baseline: str) -> dict[str, str]:
    """Return a colour per variant; the baseline is grey, the others keep theirs in every picture."""
    others = [name for name in variants if name != baseline]
    return {baseline: BASELINE} | {name: COLOURS[k % len(COLOURS)] for k, name in enumerate(others)}


def markers(variants: Sequence[str], baseline: str) -> dict[str, str]:
    """Return a marker per variant, so that colour is never the only difference; it shifts when colours repeat."""
    others = [name for name in variants if name != baseline]
    n = len(MARKERS)
    return {baseline: "o"} | {name: MARKERS[(k + k // n) % n] for k, name in enumerate(others)}


def kinds(names: Sequence[str]) -> dict[str, str]:
    """Return a colour for each of some kinds that are no variants."""
    return {name: KINDS[k % len(KINDS)] for k, name in enumerate(names)}


def rows_of(names: Iterable[str]) -> dict[str, float]:
    """Return a height for each name, the first on top."""
    listed = list(names)
    return {name: float(len(listed) - 1 - k) for k, name in enumerate(listed)}
