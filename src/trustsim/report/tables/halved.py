"""Print whether a step is short enough: the headline outcomes at a step and at half of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import groupby

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from trustsim.analysis.halving import Halved, Moved
from trustsim.report.tables.prose import Prose
from trustsim.report.tables.table import compact, unit_of
from trustsim.report.words import words
from trustsim.units import show

_LONGEST_NAME = 40


def print_halved(found: Halved, console: Console | None = None) -> None:
    """Print by outcome a row a variant: both means, the change with its interval, and whether it moves.

    Units stand once, beside the name of an outcome, so that names have room within 80 columns.
    """
    whole, half = (show(step, "duration") for step in (found.step, found.half))
    table = Table(box=None, show_edge=False, padding=(0, 1), pad_edge=False)
    table.add_column(Text("outcome, variant"), overflow="fold")
    for head in (f"at {whole}", f"at {half}", "change [95 % interval]", ""):
        table.add_column(Text(head), justify="right", no_wrap=True)
    for outcome, rows in groupby(found.moved, key=lambda each: each.outcome):
        for k, each in enumerate(rows):
            if k == 0:
                level, change = (unit_of(each.measure, found.currency, is_difference=way) for way in (False, True))
                table.add_row(*map(Text, (words.label(outcome), level, level, change)))
            name = words.shortened(each.variant, _LONGEST_NAME)
            table.add_row(Text(f"  {name}{_worlds(each, found.worlds)}"), *map(Text, _cells(each)))
    (console or Console()).print(Group(table, Prose(said(found))))


def _worlds(each: Moved, worlds: int) -> str:
    """Say in how many worlds an outcome is there at both steps, where that is not all."""
    return "" if each.change.n == worlds else f" (in {words.plural(each.change.n, 'world')})"


def _cells(each: Moved) -> tuple[str, ...]:
    ends = (each.change.mean, each.change.low, each.change.high)
    mean, low, high = (compact(x, each.measure, signed=True) for x in ends)
    means = (compact(x, each.measure) for x in (each.whole, each.half))
    return (*means, f"{mean} [{low}, {high}]", each.verdict)


def said(found: Halved) -> str:
    """Say whether the step is short enough, as far as these worlds can tell."""
    whole, half = (show(step, "duration") for step in (found.step, found.half))
    if moved := found.of("moves"):
        names = _names(moved)
        return f"A step of {whole} is too long: at {half} other results, in {names}. Take {half}, and halve again."
    unclear = found.of("unclear")
    if too_few := [each for each in unclear if math.isfinite(each.change.low)]:
        shows, are = ("shows", "is") if found.worlds == 1 else ("show", "are")
        few = (
            f"{words.plural(found.worlds, 'world')} {shows} no outcome that moves, and {are} too few to show that none"
        )
        return f"{few} does, in {_names(too_few)}; more --replications."
    if unclear:
        seen = f"At {half} no headline outcome moves by what matters, as far as there is any"
        return f"{seen}: no world at either step has {_names(unclear, 'or')}."
    return f"At {half} no headline outcome moves by what matters: a step of {whole} is short enough."


def _names(moved: Iterable[Moved], join: str = "and") -> str:
    return words.listing(list(dict.fromkeys(words.label(each.outcome) for each in moved)), join)
