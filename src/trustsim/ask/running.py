"""While a study runs: how far it is, where its runs are kept, and what a person is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from rich.console import Console

from trustsim.ask.progress import shown
from trustsim.experiment import folder
from trustsim.experiment.request import RUNS
from trustsim.experiment.store import Store
from trustsim.experiment.work import Progress

Out = str | os.PathLike[str] | Store | None  # a run folder, its run store that is open, or none


@contextmanager
def running(
    progress: bool | Progress, out: Out, what: str = "replications"
) -> Iterator[tuple[Progress | None, Store | None]]:
    """Give the callback of a study, which shows how far it is in *what*, and the run store of *out*."""
    display = shown(Console(stderr=True), what) if progress is True else nullcontext(progress or None)
    with kept_in(out) as store, display as callback:
        yield callback, store


def kept_in(out: Out) -> AbstractContextManager[Store | None]:
    """Give the run store of the folder *out*, opened here; None where there is no folder; one that is open stays so."""
    if out is None or isinstance(out, Store):
        return nullcontext(out)
    return Store(folder.expanded(out) / RUNS, waits=say)


def say(line: str) -> None:
    """Print a line on stderr as it is."""
    Console(stderr=True).print(line, markup=False, highlight=False, soft_wrap=True)
