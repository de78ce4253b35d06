"""What a picture is drawn on, so that one description serves the report's SVG and matplotlib's axes.

Places are in the numbers of the axes; sizes and widths in points; ``z`` says what lies above what.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import numpy as np

from trustsim.report.pictures import look

Numbers = Sequence[float] | np.ndarray
Side = Literal["x", "y"]
Write = Callable[[float], str]
DASHED, DOTTED, SOLID = (4.0, 2.0), (1.0, 1.65), ()  # stretches drawn and left out, in widths of the line


class Canvas(Protocol):
    """A panel of a picture."""

    @property
    def is_narrow(self) -> bool:
        """Whether names go above their rows instead of beside them."""

    def line(
        self, x: Numbers, y: Numbers, ink: str, width: float, *,
        dash: tuple[float, ...] = SOLID, alpha: float = 1.0, is_round: bool = False, z: float = 3,
    ) -> None:  # fmt: skip
        """Join points; a NaN breaks the line, ``is_round`` says how it ends."""

    def marks(
        self, x: Numbers, y: Numbers, shape: str, ink: str, size: float, *,
        face: str = "", edge: float = 0.0, ring: str = "", alpha: float = 1.0, z: float = 4,
    ) -> None:  # fmt: skip
        """Mark points; ``face`` is the ink inside, ``edge`` the width of the outline and ``ring`` its ink."""

    def band(self, x: Numbers, low: Numbers, high: Numbers, ink: str, alpha: float) -> None:
        """Fill what lies between two lines."""

    def bar(self, row: float, start: float, length: float, depth: float, ink: str, alpha: float) -> None:
        """Draw a bar along a row."""

    def rule(
        self, side: Side, at: float, ink: str, width: float, *, dash: tuple[float, ...] = SOLID, z: float = 2
    ) -> None:
        """Draw a line through the whole panel, at a place on the axis *side*."""

    def note(
        self, text: str, x: float, y: float, shift: tuple[float, float] = (0.0, 0.0), *,
        in_frame: str = "", across: str = "left", upright: str = "center", ink: str = look.INK, size: float = 8.5,
        has_ground: bool = False, has_lead: bool = False,
    ) -> None:  # fmt: skip
        """Write a text near a place.

        ``shift``: points to the right and up. ``in_frame``: which of x and y are shares of the panel. ``across`` and
        ``upright``: which part of the text stands there. ``has_ground``: on paper; ``has_lead``: with a line to it.
        """

    def title(self, text: str, size: float = 10.0) -> None:
        """Write a title above, from the left."""

    def ends(self, side: Side) -> tuple[float, float]:
        """Return where an axis ends."""

    def limit(self, side: Side, low: float | None = None, high: float | None = None) -> None:
        """Say where an axis ends; None leaves that end to what is drawn."""

    def room(self, side: Side, share: float) -> None:
        """Leave so much room, as a share of its length, beyond what is drawn along an axis."""

    def numbers(
        self, side: Side, label: str, *, n: int = 5, write: Write | None = None, is_whole: bool = False
    ) -> None:
        """Label an axis and its round numbers, some *n* of them, as ``write`` puts them."""

    def at(self, side: Side, places: Numbers, texts: Sequence[str], *, turn: float = 0.0, label: str = "") -> None:
        """Write texts at these places of an axis, turned by so many degrees."""

    def logarithmic(self, side: Side) -> None:
        """Make an axis logarithmic."""

    def grid(self, sides: str) -> None:
        """Draw lines across the panel at the numbers of these axes: 'x', 'y', 'xy' or none."""

    def bare(self) -> None:
        """Leave out all axes."""

    def points(self, places: np.ndarray) -> np.ndarray:
        """Return places, float64 (n, 2), in points of the page from its lower left corner."""

    def frame(self) -> np.ndarray:
        """Return left, bottom, right and top of the panel in points, float64 (4,)."""
