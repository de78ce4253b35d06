"""A panel of an SVG sheet: it keeps what is drawn on it until the sheet says where it stands, and then writes it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from trustsim.report.pictures import look, scales, svg
from trustsim.report.pictures.canvas import SOLID, Numbers, Side, Write
from trustsim.report.words import words

SMALL, LABEL = 8.5, 9.0  # points: of ticks, of what an axis is called
_NARROWEST = 0.02  # an axis is at least so long, of the largest number on it: what rounding hides fills no picture
_LINE = 1.17  # of a line of text, in its sizes
_PAD, _LABEL_PAD, _TITLE_PAD = 3.5, 4.0, 6.0


@dataclass
class Axis:
    """One axis of a panel: what is drawn along it decides where it ends, unless that is set."""

    low: float = math.inf
    high: float = -math.inf
    set_low: float | None = None
    set_high: float | None = None
    room: float = 0.05
    edges: set[float] = field(default_factory=set)  # beyond which there is no room
    label: str = ""
    n: int = 5
    is_whole: bool = False
    is_log: bool = False
    write: Write = words.tick
    named: list[tuple[float, str]] | None = None
    turn: float = 0.0

    def hold(self, values: Numbers) -> None:
        """See to it that these values are on the axis."""
        known = np.asarray(values, dtype=np.float64)
        known = known[np.isfinite(known)]
        if len(known):
            self.low, self.high = min(self.low, float(known.min())), max(self.high, float(known.max()))

    def ends(self) -> tuple[float, float]:
        """Return where the axis ends."""
        low, high = (self.low, self.high) if self.low <= self.high else (0.0, 1.0)
        least = _NARROWEST * max(abs(low), abs(high)) or (0.0 if high > low else 2.0)
        if high - low < least:
            low, high = (low + high - least) / 2, (low + high + least) / 2
        room = self.room * (high - low)
        low, high = low - (0 if low in self.edges else room), high + (0 if high in self.edges else room)
        return (low if self.set_low is None else self.set_low), (high if self.set_high is None else self.set_high)

    def ticks(self) -> list[tuple[float, str]]:
        """Return what is written along the axis, and where."""
        if self.named is not None:
            return self.named
        low, high = self.ends()
        if not math.isfinite(high - low):
            return []
        found = scales.ticks(low, high, self.n, is_whole=self.is_whole)
        near = 1e-9 * (high - low)
        return [(float(x), self.write(float(x))) for x in found if low - near <= x <= high + near]

    def share(self, values: Numbers) -> np.ndarray:
        """Return how far along the axis these values are, float64 (n,): 0 at its start, 1 at its end."""
        low, high = self.ends()
        at = np.asarray(values, dtype=np.float64)
        if self.is_log:
            low, high, at = math.log10(low), math.log10(high), np.log10(at)
        return np.asarray((at - low) / (high - low))


class Panel:
    """A :class:`~trustsim.report.pictures.canvas.Canvas` of an SVG sheet."""

    def __init__(self, settle: Callable[[], None], *, is_narrow: bool) -> None:
        self.axes: dict[Side, Axis] = {"x": Axis(), "y": Axis()}
        self.is_narrow = is_narrow
        self.box = (0.0, 0.0, 1.0, 1.0)  # left, top, right, bottom, in points of the page from its upper left corner
        self.marked: list[tuple[np.ndarray, str, str, str]] = []  # x, shape, ink and inside of what was marked
        self.is_bare = False
        self._settle = settle
        self._titled = ("", 10.0)
        self._grid = ""
        self._above = 0.0  # room for notes above the panel
        self._drawn: list[tuple[float, Callable[[], str]]] = []

    # -- what is drawn

    def line(
        self, x: Numbers, y: Numbers, ink: str, width: float, *,
        dash: tuple[float, ...] = SOLID, alpha: float = 1.0, is_round: bool = False, z: float = 3,
    ) -> None:  # fmt: skip
        """Join points."""
        self._hold(x, y)
        self._drawn.append((z, lambda: svg.line(self._at(x, y), ink, width, dash, alpha, is_round=is_round)))

    def marks(
        self, x: Numbers, y: Numbers, shape: str, ink: str, size: float, *,
        face: str = "", edge: float = 0.0, ring: str = "", alpha: float = 1.0, z: float = 4,
    ) -> None:  # fmt: skip
        """Mark points."""
        self._hold(x, y)
        inside = face or ink
        self.marked.append((np.asarray(x, dtype=np.float64), shape, ink, inside))
        draw = svg.Mark(shape, size, inside, ring or ink, edge, alpha)
        self._drawn.append((z, lambda: draw.at(self._at(x, y))))

    def band(self, x: Numbers, low: Numbers, high: Numbers, ink: str, alpha: float) -> None:
        """Fill what lies between two lines."""
        self._hold(x, low)
        self._hold(x, high)
        self._drawn.append((1, lambda: svg.area(self._at(x, low), self._at(x, high), ink, alpha)))

    def bar(self, row: float, start: float, length: float, depth: float, ink: str, alpha: float) -> None:
        """Draw a bar along a row."""
        x, y = [start, start + length], [row - depth / 2, row + depth / 2]
        self._hold(x, y)
        self.axes["x"].edges.add(start)
        self._drawn.append((1, lambda: svg.box(self._at(x, y), ink, alpha, look.PAPER)))

    def rule(
        self, side: Side, at: float, ink: str, width: float, *, dash: tuple[float, ...] = SOLID, z: float = 2
    ) -> None:
        """Draw a line through the whole panel."""
        self.axes[side].hold([at])
        self._drawn.append((z, lambda: svg.line(self._through(side, at), ink, width, dash)))

    def note(
        self, text: str, x: float, y: float, shift: tuple[float, float] = (0.0, 0.0), *,
        in_frame: str = "", across: str = "left", upright: str = "center", ink: str = look.INK, size: float = 8.5,
        has_ground: bool = False, has_lead: bool = False,
    ) -> None:  # fmt: skip
        """Write a text near a place."""
        if "y" in in_frame and y >= 1:
            self._above = max(self._above, shift[1] + _LINE * size)

        def draw() -> str:
            at = self._place(x, y, in_frame)
            to = (at[0] + shift[0], at[1] - shift[1])
            lead = svg.lead(at, to, text, size) if has_lead else ""
            ground = svg.ground(to, text, size) if has_ground else ""
            return lead + ground + svg.text(text, to, size, ink, across, upright)

        self._drawn.append((6, draw))

    # -- how it is set up

    def title(self, text: str, size: float = 10.0) -> None:
        """Write a title above, from the left."""
        self._titled = (text, size)

    def ends(self, side: Side) -> tuple[float, float]:
        """Return where an axis ends."""
        return self.axes[side].ends()

    def limit(self, side: Side, low: float | None = None, high: float | None = None) -> None:
        """Say where an axis ends."""
        axis = self.axes[side]
        axis.set_low, axis.set_high = (
            low if low is not None else axis.set_low,
            high if high is not None else axis.set_high,
        )

    def room(self, side: Side, share: float) -> None:
        """Leave so much room beyond what is drawn along an axis."""
        self.axes[side].room = share

    def numbers(
        self, side: Side, label: str, *, n: int = 5, write: Write | None = None, is_whole: bool = False
    ) -> None:
        """Label an axis and its round numbers."""
        axis = self.axes[side]
        axis.label, axis.n, axis.is_whole, axis.write = label, n, is_whole, write or words.tick

    def at(self, side: Side, places: Numbers, texts: Sequence[str], *, turn: float = 0.0, label: str = "") -> None:
        """Write texts at these places of an axis."""
        axis = self.axes[side]
        axis.named, axis.turn, axis.label = list(zip(map(float, places), texts, strict=True)), turn, label

    def logarithmic(self, side: Side) -> None:
        """Make an axis logarithmic."""
        self.axes[side].is_log = True

    def grid(self, sides: str) -> None:
        """Draw lines across the panel at the numbers of these axes."""
        self._grid = sides

    def bare(self) -> None:
        """Leave out all axes."""
        self.is_bare = True

    def points(self, places: np.ndarray) -> np.ndarray:
        """Return places in points of the page from its lower left corner."""
        self._settle()
        return self._at(places[:, 0], places[:, 1]) * (1, -1)

    def frame(self) -> np.ndarray:
        """Return left, bottom, right and top of the panel in points."""
        self._settle()
        left, top, right, bottom = self.box
        return np.array([left, -bottom, right, -top])

    # -- what the sheet asks

    def needs(self) -> tuple[float, float, float, float]:
        """Return how many points the panel needs to its left, above, to its right and below."""
        x, y = self.axes["x"], self.axes["y"]
        across, upright = x.ticks(), y.ticks()
        named = max((scales.width(text, SMALL) for _, text in upright), default=0.0)
        left = (named + _PAD if named else 0.0) + (_LABEL_PAD + _LINE * LABEL if y.label else 0.0)
        lean = math.radians(x.turn)
        below = max((self._deep(text, lean) for _, text in across), default=0.0) + _PAD
        below += _LABEL_PAD + _LINE * LABEL * (1 + x.label.count("\n")) if x.label else 0.0
        left, right = (
            (max(left, scales.width(across[0][1], SMALL) / 2), scales.width(across[-1][1], SMALL) / 2)
            if across and not x.turn
            else (left, 0.0)
        )
        text, size = self._titled
        above = _TITLE_PAD + _LINE * size * (1 + text.count("\n")) if text else 0.0
        return left, above + self._above, right, below

    @staticmethod
    def _deep(text: str, lean: float) -> float:
        return scales.width(text, SMALL) * math.sin(lean) + _LINE * SMALL * max(math.cos(lean), 0.3)

    def overhang(self, across: float) -> float:
        """Return how far turned texts below reach out to the left of a panel that is *across* points wide."""
        x = self.axes["x"]
        lean = math.cos(math.radians(x.turn)) if x.turn not in (0.0, 90.0) else 0.0
        named = x.ticks() if lean else []
        return max((scales.width(t, SMALL) * lean - float(x.share([at])[0]) * across for at, t in named), default=0.0)

    def written(self) -> str:
        """Return the panel as SVG elements."""
        parts = [] if self.is_bare else self._ground()
        parts += [draw() for _, draw in sorted(self._drawn, key=lambda each: each[0])]
        text, size = self._titled
        lines = text.split("\n") if text else []
        for k, line in enumerate(reversed(lines)):
            parts.append(svg.text(line, (self.box[0], self.box[1] - self._above - _TITLE_PAD - k * _LINE * size), size))
        return "".join(parts)

    # -- inside

    def _hold(self, x: Numbers, y: Numbers) -> None:
        self.axes["x"].hold(x)
        self.axes["y"].hold(y)

    def _at(self, x: Numbers, y: Numbers) -> np.ndarray:
        """Return points of the page from its upper left corner, float64 (n, 2)."""
        left, top, right, bottom = self.box
        across, up = self.axes["x"].share(x), self.axes["y"].share(y)
        return np.column_stack((left + across * (right - left), bottom - up * (bottom - top)))

    def _place(self, x: float, y: float, in_frame: str) -> tuple[float, float]:
        across = x if "x" in in_frame else float(self.axes["x"].share([x])[0])
        up = y if "y" in in_frame else float(self.axes["y"].share([y])[0])
        left, top, right, bottom = self.box
        return left + across * (right - left), bottom - up * (bottom - top)

    def _through(self, side: Side, at: float) -> np.ndarray:
        ends = (self._place(at, k, "y") if side == "x" else self._place(k, at, "x") for k in (0.0, 1.0))
        return np.array(list(ends))

    def _ground(self) -> list[str]:
        """Return the lines of the grid, the ground line, and what is written along the axes."""
        left, top, right, bottom = self.box
        x, y = self.axes["x"], self.axes["y"]
        parts = [svg.line(self._through(side, at), look.GRID, 0.7) for side in self.axes if side in self._grid
                 for at, _ in self.axes[side].ticks()]  # fmt: skip
        parts.append(svg.line(np.array([[left, bottom], [right, bottom]]), look.GRID, 0.8))
        deep = max((self._deep(text, math.radians(x.turn)) for _, text in x.ticks()), default=0.0)
        for at, text in x.ticks():
            across = self._place(at, 0.0, "y")[0]
            if x.turn:
                parts.append(svg.turned(text, (across, bottom + _PAD), SMALL, look.MUTED, x.turn))
            else:
                parts.append(svg.text(text, (across, bottom + _PAD), SMALL, look.MUTED, "center", "top"))
        if x.label:
            under = bottom + _PAD + deep + _LABEL_PAD
            for k, line in enumerate(x.label.split("\n")):
                at_k = ((left + right) / 2, under + k * _LINE * LABEL)
                parts.append(svg.text(line, at_k, LABEL, look.MUTED, "center", "top"))
        ink = look.INK if y.named is not None else look.MUTED
        for at, text in y.ticks():
            parts.append(svg.text(text, (left - _PAD, self._place(0.0, at, "x")[1]), SMALL, ink, "right", "center"))
        if y.label:
            named = max((scales.width(text, SMALL) for _, text in y.ticks()), default=0.0)
            at_y = (left - _PAD - named - _LABEL_PAD, (top + bottom) / 2)
            parts.append(svg.turned(y.label, at_y, LABEL, look.MUTED, 90.0, "center"))
        return parts
