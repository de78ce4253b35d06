"""Print whether a step is short enough: the headline outcomes at a step and at half of it."""

from __future__ import annotations

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from trustsim.analysis.halving import Halved, Moved
from trustsim.report.tables.prose import Prose
from trustsim.report.words import words
from trustsim.units import show


def print_halved(found: Halved, console: Console | None = None) -> None:
    """Print a row an outcome and variant: both means, the change with its interval, and whether it moves."""
    whole, half = (show(step, "duration") for step in (found.step, found.half))
    table = Table(box=None, show_edge=False, padding=(0, 1), pad_edge=False)
    for head in ("outcome", "variant"):
        table.add_column(Text(head), overflow="fold")
    for head in (f"at {whole}", f"at {half}", "change [95 % interval]", ""):
        table.add_column(Text(head), justify="right", overflow="fold")
    for each in found.moved:
        table.add_row(Text(words.label(each.outcome)), Text(each.variant), *map(Text, _cells(each, found.currency)))
    (console or Console()).print(Group(table, Prose(said(found))))


def _cells(each: Moved, currency: str) -> tuple[str, ...]:
    unit, change = each.measure.unit, each.change
    span = words.interval(change.low, change.high, unit, currency, signed=True)
    told = f"{words.change(change.mean, unit, currency)} [{span}]"
    return (*(words.quantity(x, unit, currency) for x in (each.whole, each.half)), told, each.verdict)


def said(found: Halved) -> str:
    """Say whether the step is short enough, as far as these worlds can tell."""
    whole, half = (show(step, "duration") for step in (found.step, found.half))
    if moved := found.of("moves"):
        names = words.listing(list(dict.fromkeys(words.label(each.outcome) for each in moved)))
        return f"A step of {whole} is too long: at {half} other results, in {names}. Take {half}, and halve again."
    if found.of("unclear"):
        worlds = words.plural(found.worlds, "world")
        return f"{worlds} show no outcome that moves, and are too few to show that none does; more --replications."
    return f"At {half} no headline outcome moves by what matters: a step of {whole} is short enough."
