"""Where the tasks of a study run: processes of this machine, any executor, or a cluster. The numbers are the same."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from loky import ProcessPoolExecutor, get_reusable_executor
from loky.backend import popen_loky_posix, spawn
from loky.backend.context import LokyContext
from loky.backend.process import LokyProcess

from trustsim.experiment import child, stop

_IDLE_SECONDS = 300


class _Popen(popen_loky_posix.Popen):  # type: ignore[misc]
    """Starts a worker with the path of its parent, but for the current folder (see :mod:`child`)."""

    _lock = threading.Lock()

    def _launch(self, process: Any) -> None:
        usual = spawn.get_preparation_data
        with self._lock, child.safely(), _without_ctrl_c():
            spawn.get_preparation_data = lambda *of: {**usual(*of), "sys_path": child.path_of_workers()}
            try:
                super()._launch(process)
            finally:
                spawn.get_preparation_data = usual


_Popen.__module__ = popen_loky_posix.__name__  # what the worker runs first


class _Process(LokyProcess):  # type: ignore[misc]
    """A worker that can import what its parent imported from the current folder, and nothing else there."""

    def __init__(self, *of: Any, **named: Any) -> None:
        super().__init__(*of, **named)
        self._lent = child.modules_here()

    @staticmethod
    def _Popen(process: Any) -> _Popen:
        return _Popen(process)

    def run(self) -> None:
        """Begin the work."""
        child.lend(self._lent)
        super().run()


class _Context(LokyContext):  # type: ignore[misc]
    Process = _Process


_CONTEXT = _Context()


@contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Hold Ctrl-C back from what is started meanwhile, until :func:`child.begin_worker` ignores it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _how(version: str = "") -> dict[str, Any]:
    """Return how workers are started, as arguments of loky's executors."""
    begin = {"initializer": child.begin_worker, "initargs": (os.getpid(), version)}
    return {"context": _CONTEXT, "env": child.SAFE, **begin}


def hindrance() -> str | None:
    """Say where this is that no processes can be started, or should not be; None elsewhere.

    A worker of another pool may have no children, or never ends where it has; it is one of several at work anyway.
    """
    if multiprocessing.parent_process() is not None:
        return "in a process of another pool"
    distributed = sys.modules.get("distributed")
    with suppress(AttributeError, ImportError, ValueError):  # there is none, or not in this thread
        if distributed is not None and distributed.get_worker() is not None:
            return "in a worker of a Dask cluster"
    if not threading.main_thread().is_alive():
        return "while the program ends"
    return None


def one_process(idle_seconds: float) -> Any:
    """Return an executor of one process, which ends when it has had nothing to do for so long."""
    with child.safely():
        return ProcessPoolExecutor(1, timeout=idle_seconds, **_how())


def tell(line: str) -> None:
    """Say a line on stderr."""
    sys.stderr.write(f"{line}\n")


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
    look : called every ``look_seconds`` while tasks are awaited; raises PoolLost where none of them can finish.
    """

    submit: Callable[..., Future[Any]]
    n_workers: int
    losses: tuple[type[BaseException], ...] = (BrokenExecutor,)
    stop: Callable[[Iterable[Future[Any]]], object] = _cancel
    look: Callable[[], object] = bool
    look_seconds: float | None = None


def executor(given: Executor, n_workers: int, losses: tuple[type[BaseException], ...] = (BrokenExecutor,)) -> Pool:
    """Return a pool on any executor; the study leaves it open, and cancels what did not begin where it is stopped."""
    return Pool(given.submit, n_workers, losses)


def processes(n_workers: int, version: str = "") -> Pool:
    """Return the pool of processes that lives between studies; where one dies, the next task gets a new pool.

    ``version``: of the modules that these processes import of the user's own; for another one they begin anew.
    """

    def current() -> Any:
        with child.safely():
            return get_reusable_executor(max_workers=n_workers, timeout=_IDLE_SECONDS, **_how(version))

    return Pool(
        submit=lambda task, *of: current().submit(task, *of),
        n_workers=n_workers,
        stop=lambda tasks: current().shutdown(wait=True, kill_workers=True),
    )


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Give a function that raises KeyboardInterrupt where Ctrl-C was pressed and something on its way swallowed it.

    An exception that a signal raises within a callback of the garbage collector, say, is lost. In the program the same
    holds for what else stops it.
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
        stop.check()
        if pressed.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, remember)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, usual)
