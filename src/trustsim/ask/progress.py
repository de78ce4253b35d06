"""How a study shows that it is under way: a bar on a terminal or in a notebook, plain lines elsewhere."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Report = Callable[[int, int, float], None]

_SHARE_STEP, _SECONDS_STEP, _SECONDS_BETWEEN = 0.1, 5.0, 1.0


@contextmanager
def shown(console: Console, what: str = "replications") -> Iterator[Report]:
    """Give the callback ``(done, in all, seconds)`` of a study, and clear the bar when it ends; *what* is counted."""
    if console.is_jupyter:
        with _notebook(what) as report:
            yield report
        return
    if not console.is_terminal:
        yield _lines(console, what)
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("", total=None)
        yield lambda done, total, seconds: progress.update(bar, completed=done, total=total)


@contextmanager
def _notebook(what: str) -> Iterator[Report]:
    """Give a callback that shows a bar below the cell; it needs no widgets, and is gone when the study ends."""
    display = import_module("IPython.display")  # there wherever a notebook runs
    bar = display.display(display.HTML(""), display_id=True)
    last = -_SECONDS_BETWEEN

    def report(done: int, total: int, seconds: float) -> None:
        nonlocal last
        if done < total and seconds - last < _SECONDS_BETWEEN / 4:
            return
        last = seconds
        left = f", {seconds * (total - done) / done:.0f} s left" if 0 < done < total else ""
        text = f'<progress value="{done}" max="{total}"></progress> {done} of {total} {html.escape(what)}{left}'
        bar.update(display.HTML(text))

    try:
        yield report
    finally:
        bar.update(display.HTML(""))


def _lines(console: Console, what: str) -> Report:
    """Return a callback that prints a line for every tenth done or after five seconds, at most one a second."""
    last_share, last_seconds = 0.0, 0.0

    def report(done: int, total: int, seconds: float) -> None:
        nonlocal last_share, last_seconds
        waited, share = seconds - last_seconds, done / total
        is_due = waited >= _SECONDS_STEP or (waited >= _SECONDS_BETWEEN and share - last_share >= _SHARE_STEP)
        if done < total and not is_due:
            return
        last_share, last_seconds = share, seconds
        left = f", about {seconds * (total - done) / done:.0f} s left" if 0 < done < total else ""
        text = f"{done} of {total} {what} ({100 * share:.0f} %), {seconds:.0f} s{left}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    return report
