"""Elements of SVG: lines, marks, areas and texts, small, in the colours of the page, at home in light and dark.

Places are points from the upper left corner. Styles are attributes, for a strict content-security policy forbids
inline styles; the colours of ``look.py`` become those of the page; coordinates have one decimal.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np

from trustsim.report.pictures import look, scales

#: colour in a picture -> colour on the page
PAGE_COLOURS = {
    look.INK: "currentColor",
    look.MUTED: "var(--muted)",
    look.GRID: "var(--grid)",
    look.PAPER: "var(--paper)",
    look.BASELINE: "var(--v0)",
    **{colour: f"var(--v{k})" for k, colour in enumerate(look.COLOURS, start=1)},
    **{colour: f"var(--k{k})" for k, colour in enumerate(look.KINDS, start=1)},
}
_ANCHOR = {"left": "", "center": "middle", "right": "end"}
_DOWN = {"top": 0.93, "center": 0.35, "bottom": -0.22, "line": 0.0}  # from there to the line the letters stand on
_CORNERS: dict[str, tuple[tuple[float, float], ...]] = {  # of marks that are 1 wide
    "s": ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "D": ((0, -0.7), (0.7, 0), (0, 0.7), (-0.7, 0)),
    "^": ((0, -0.5), (0.5, 0.5), (-0.5, 0.5)),
    "v": ((0, 0.5), (0.5, -0.5), (-0.5, -0.5)),
    "<": ((-0.5, 0), (0.5, 0.5), (0.5, -0.5)),
    ">": ((0.5, 0), (-0.5, 0.5), (-0.5, -0.5)),
}
Place = tuple[float, float]


def element(tag: str, inside: str = "", **attributes: object) -> str:
    """Return an element; attributes that are '' are left out, '_' in their names stands for '-'."""
    told = "".join(
        f' {name.replace("_", "-")}="{escape(str(value))}"' for name, value in attributes.items() if value != ""
    )
    return f"<{tag}{told}>{inside}</{tag}>" if inside else f"<{tag}{told} />"


def number(value: float) -> str:
    """Write a number with one decimal at most."""
    return f"{round(10 * value) / 10:g}"


def line(
    at: np.ndarray, ink: str, width: float, dash: tuple[float, ...] = (), alpha: float = 1.0, *, is_round: bool = False
) -> str:
    """Join points, float64 (n, 2); where one is NaN the line breaks."""
    path = _path(at)
    if not path:
        return ""
    return element(
        "path", d=path, fill="none", stroke=_ink(ink), stroke_width=f"{width:g}", stroke_opacity=_faint(alpha),
        stroke_dasharray=" ".join(number(width * part) for part in dash), stroke_linecap="round" if is_round else "",
    )  # fmt: skip


def area(low: np.ndarray, high: np.ndarray, ink: str, alpha: float) -> str:
    """Fill what lies between two lines, float64 (n, 2) each, where both are known."""
    known = np.isfinite(low).all(axis=1) & np.isfinite(high).all(axis=1)
    edges = np.flatnonzero(np.diff([False, *known, False])).reshape(-1, 2)
    parts = (_path(np.vstack((low[start:stop], high[start:stop][::-1]))) + "z" for start, stop in edges)
    return element("path", d="".join(parts), fill=_ink(ink), fill_opacity=_faint(alpha)) if len(edges) else ""


def box(corners: np.ndarray, ink: str, alpha: float, edge: str) -> str:
    """Fill the box between two corners, float64 (2, 2)."""
    if not np.isfinite(corners).all():
        return ""
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return element(
        "path", d=f"M{number(left)} {number(top)}H{number(right)}V{number(bottom)}H{number(left)}z", fill=_ink(ink),
        fill_opacity=_faint(alpha), stroke=_ink(edge), stroke_opacity=_faint(alpha), stroke_width="1",
    )  # fmt: skip


def text(words: str, at: Place, size: float, ink: str = look.INK, across: str = "left", upright: str = "line") -> str:
    """Write words; ``across`` and ``upright`` say which part of them stands at the place; lines go below each other."""
    lines = words.split("\n")
    first = at[1] + _DOWN[upright] * size - (0.585 * size * (len(lines) - 1) if upright == "center" else 0.0)
    return "".join(
        element(
            "text", escape(each, quote=False), x=number(at[0]), y=number(first + 1.17 * size * k),
            font_size=f"{size:g}", fill="" if ink == look.INK else _ink(ink), text_anchor=_ANCHOR[across],
        )
        for k, each in enumerate(lines)
    )  # fmt: skip


def turned(words: str, at: Place, size: float, ink: str, turn: float, across: str = "right") -> str:
    """Write words turned to the left; what is turned upright ends beside the place, else its corner stands there."""
    down = _DOWN["bottom"] * size if across == "center" else _DOWN["center" if turn == 90.0 else "top"] * size
    return element(
        "text", escape(words, quote=False), y=number(down), font_size=f"{size:g}", fill=_ink(ink),
        text_anchor=_ANCHOR[across], transform=f"translate({number(at[0])} {number(at[1])}) rotate({-turn:g})",
    )  # fmt: skip


def ground(at: Place, words: str, size: float) -> str:
    """Return the paper under words that begin at a place and are centred on its height."""
    wide, high = scales.width(words, size) + 2, size + 2
    return element(
        "path", d=f"M{number(at[0] - 1)} {number(at[1] - high / 2)}h{number(wide)}v{number(high)}h{number(-wide)}z",
        fill=_ink(look.PAPER), fill_opacity="0.85",
    )  # fmt: skip


def lead(point: Place, at: Place, words: str, size: float) -> str:
    """Return the line from words that begin at a place to the point that they name, short of its mark."""
    near = np.array([min(max(point[0], at[0]), at[0] + scales.width(words, size)), at[1]])
    way = np.array(point) - near
    far = float(np.hypot(*way)) or 1.0
    return line(np.array([near, near + way * max(0.0, 1 - 5 / far)]), look.MUTED, 0.7)


@dataclass(frozen=True)
class Mark:
    """A mark of a shape of :data:`look.MARKERS`, '.' or '_', *size* points wide, with an edge of its own width."""

    shape: str
    size: float
    face: str
    ring: str
    edge: float
    alpha: float

    def at(self, places: np.ndarray) -> str:
        """Return the mark at every place, float64 (n, 2), that is known."""
        places = places[np.isfinite(places).all(axis=1)]
        if not len(places):
            return ""
        size = self.size / 2 if self.shape == "." else self.size
        if self.shape in ("o", ".") and not self.edge:  # a stroke of no length with round ends: a tenth of the bytes
            path = "".join(f"M{number(x)} {number(y)}h0" for x, y in places)
            return element("path", d=path, fill="none", stroke=_ink(self.face), stroke_width=number(size),
                           stroke_linecap="round", stroke_opacity=_faint(self.alpha))  # fmt: skip
        edge = {"stroke": _ink(self.ring), "stroke_width": f"{self.edge:g}"} if self.edge else {}
        look_of = {"fill": _ink(self.face), "fill_opacity": _faint(self.alpha), **edge}
        return "".join(self._one(x, y, size, look_of) for x, y in places)

    def _one(self, x: float, y: float, size: float, look_of: dict[str, str]) -> str:
        if self.shape in ("o", "."):
            return element("circle", cx=number(x), cy=number(y), r=number(size / 2), **look_of)
        if self.shape == "_":
            return line(np.array([[x - size / 2, y], [x + size / 2, y]]), self.ring, self.edge)
        corners = "L".join(f"{number(x + size * dx)} {number(y + size * dy)}" for dx, dy in _CORNERS[self.shape])
        return element("path", d=f"M{corners}z", **look_of)


def _path(at: np.ndarray) -> str:
    """Write straight lines as steps of tenths, flat stretches as one step."""
    whole = np.isfinite(at).all(axis=1)
    if not whole.any():
        return ""
    tenths = np.round(10 * np.where(whole[:, None], at, 0.0)).astype(np.int64)
    written, before, flat = [], None, 0
    for (x, y), is_there in zip(tenths.tolist(), whole.tolist(), strict=True):
        if not is_there or before is None:
            written.append(_flat(flat) + (f"M{x / 10:g} {y / 10:g}" if is_there else ""))
            flat = 0
        else:
            right, down = x - before[0], y - before[1]
            if down == 0 and flat * right >= 0:
                flat += right
            else:
                written.append(f"{_flat(flat)}l{right / 10:g} {down / 10:g}")
                flat = 0
        before = (x, y) if is_there else None
    return "".join(written) + _flat(flat)


def _flat(tenths: int) -> str:
    return f"h{tenths / 10:g}" if tenths else ""


def _ink(colour: str) -> str:
    return PAGE_COLOURS.get(colour, colour)


def _faint(alpha: float) -> str:
    return "" if alpha == 1 else f"{alpha:.3g}"
