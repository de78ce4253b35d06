"""Sentences under a table of the terminal: a line ends at a blank, and never in a number or before its unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.text import Text

from trustsim.report.words.words import THIN

UNBROKEN = "\u00a0"  # a space at which no line ends
_HELD = {THIN: "\ue000", UNBROKEN: "\ue001"}  # letters of nobody's, as wide: to Rich any space is a place to break


@dataclass(frozen=True)
class Prose:
    """Text that Rich prints in the width that there is."""

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        """Yield the lines, wrapped."""
        held = str.maketrans(_HELD)
        freed = str.maketrans({letter: space for space, letter in _HELD.items()})
        for line in Text(self.text.translate(held)).wrap(console, options.max_width):
            yield Text(line.plain.rstrip().translate(freed), no_wrap=True, overflow="ignore")
