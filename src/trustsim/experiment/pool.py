"""Where the tasks of a study run: processes of this machine, any executor, or a cluster. The numbers are the same."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from loky import get_reusable_executor

_IDLE_SECONDS = 300


def _cancel(tasks: Iterable[Future[Any]]) -> None:
    for task in tasks:
        task.cancel()


@dataclass(frozen=True)
class Pool:
    """A place to run tasks.

    Attributes
    ----------
    submit : takes a function and its arguments, gives a future.
    n_workers : tasks that run at the same time; twice as many are handed out.
    losses : what a future raises where the process that ran it died; such a task is run again, alone.
    stop : called with the tasks under way where a study is stopped.
    """

    submit: Callable[..., Future[Any]]
    n_workers: int
    losses: tuple[type[BaseException], ...] = (BrokenExecutor,)
    stop: Callable[[Iterable[Future[Any]]], object] = _cancel


def executor(given: Executor, n_workers: int, losses: tuple[type[BaseException], ...] = (BrokenExecutor,)) -> Pool:
    """Return a pool on any executor; the study leaves it open, and cancels what did not begin where it is stopped."""
    return Pool(given.submit, n_workers, losses)


def processes(n_workers: int, version: str = "") -> Pool:
    """Return the pool of processes that lives between studies; where one dies, the next task gets a new pool.

    ``version``: of the modules that these processes import of the user's own; for another one they begin anew.
    """

    def current() -> Any:
        return get_reusable_executor(
            max_workers=n_workers, timeout=_IDLE_SECONDS, initializer=_begin, initargs=(version,)
        )

    return Pool(
        submit=lambda task, *of: current().submit(task, *of),
        n_workers=n_workers,
        stop=lambda tasks: current().shutdown(wait=True, kill_workers=True),
    )


def _begin(version: str) -> None:
    """Start a worker; a pool that began with another *version* is not used again."""
    ignore_interrupts()


def ignore_interrupts() -> None:
    """Leave Ctrl-C to the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Give a function that raises KeyboardInterrupt where Ctrl-C was pressed and something on its way swallowed it.

    An exception that a signal raises within a callback of the garbage collector, say, is lost.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    usual = signal.getsignal(signal.SIGINT)
    pressed = threading.Event()

    def remember(number: int, frame: object) -> None:
        pressed.set()
        if callable(usual):
            usual(number, frame)  # type: ignore[arg-type]  # what the interpreter hands over

    def check() -> None:
        if pressed.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, remember)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, usual)
