"""Processes beside the server for what takes long, so that the page never waits and one reader does not block another.

A lane does its tasks in order, each within a limit of time and memory; what exceeds one ends with its process, and the
next task gets another. A task that nobody waits for gives up its place.
"""

from __future__ import annotations

import functools
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from trustsim.errors import ScenarioError, TrustsimError
from trustsim.experiment.pool import one_process
from trustsim.web.refused import Refused

if sys.platform != "win32":  # there are no such limits
    import resource

_IDLE_SECONDS = 600
_PATIENCE = 3.0
_SECONDS_TO_START = 60.0  # a process, on a machine that is busy


def _begun() -> Future[Any]:
    """Return a future that nobody who waits for it can cancel: others may wait too."""
    outcome: Future[Any] = Future()
    outcome.set_running_or_notify_cancel()
    return outcome


@dataclass(eq=False)
class _Task:
    call: tuple[Any, ...]
    outcome: Future[Any] = field(default_factory=_begun)
    timer: threading.Timer | None = None


@dataclass(eq=False)
class _Worker:
    """A process, started when it is first needed, and what it does."""

    executor: Any = None
    task: _Task | None = None


class Lane:
    """Some processes that do tasks in the order in which they come.

    Parameters
    ----------
    n_workers : how many.
    seconds : of a processor that a task may take; where the machine is busy, _PATIENCE times as long by the clock.
    most_waiting : tasks may wait; one more is refused.
    most_bytes : of memory that a process may fill; None: no limit. niceness : how far it lets other processes go first.
    """

    def __init__(
        self,
        n_workers: int,
        *,
        seconds: float,
        most_waiting: int = 200,
        most_bytes: int | None = None,
        niceness: int = 0,
    ) -> None:
        self.seconds, self.most_waiting, self.most_bytes = seconds, most_waiting, most_bytes
        self.niceness = niceness
        self.is_warm = False  # whether a task was done: the first waits for a process to start
        self._is_closed = False
        self._lock = threading.RLock()
        self._waiting: deque[_Task] = deque()
        self._workers = [_Worker() for _ in range(n_workers)]

    def submit(self, task: Callable[..., Any], *of: Any, is_urgent: bool = False) -> Future[Any]:
        """Hand a task over and return what comes of it. Raises Refused (503) where too many wait."""
        new = _Task((task, *of))
        with self._lock:
            if self._is_closed:
                raise self._ends()
            if len(self._waiting) >= self.most_waiting:
                raise Refused(503, f"a server with {len(self._waiting)} requests in line", "one that is less busy")
            self._waiting.appendleft(new) if is_urgent else self._waiting.append(new)
        self._turn()
        return new.outcome

    def is_crowded(self) -> bool:
        """Whether tasks wait for a process."""
        return bool(self._waiting)

    def is_waiting(self, outcome: Future[Any]) -> bool:
        """Whether the task with this outcome waits for a process."""
        with self._lock:
            return any(task.outcome is outcome for task in self._waiting)

    def drop(self, outcome: Future[Any]) -> None:
        """Forget the task with this outcome; where it was begun its process ends with it."""
        with self._lock:
            waiting = next((task for task in self._waiting if task.outcome is outcome), None)
            if waiting is not None:
                self._waiting.remove(waiting)
            under_way = [(each, each.task) for each in self._workers if each.task and each.task.outcome is outcome]
        refusal = Refused(503, "something that nobody waited for", "asking again")
        if waiting is not None:
            waiting.outcome.set_exception(refusal)
        for worker, task in under_way:
            self._give_up(worker, task, refusal)

    def kill(self) -> None:
        """End the processes at once, without waiting for anything."""
        for worker in self._workers:
            _kill(worker.executor)

    def close(self) -> None:
        """End all that is under way, and begin nothing more."""
        with self._lock:
            self._is_closed = True
            dropped, executors = list(self._waiting), [each.executor for each in self._workers]
            self._waiting.clear()
            for each in self._workers:
                if each.task is not None:
                    dropped.append(each.task)
                each.task = each.executor = None
        for task in dropped:
            if task.timer is not None:
                task.timer.cancel()
            task.outcome.set_exception(self._ends())
        for executor in executors:
            _kill(executor)
            if executor is not None:
                executor.shutdown(kill_workers=True)

    def _turn(self) -> None:
        """Begin what waits as far as processes are free."""
        with self._lock:
            while self._waiting:
                worker = next((each for each in self._workers if each.task is None), None)
                if worker is None:
                    return
                task = self._waiting.popleft()
                try:
                    self._begin(worker, task)
                except Exception as error:  # the system gives no process or no thread
                    executor = worker.executor
                    self._free(worker, task, ends=True)
                    _kill(executor)
                    task.outcome.set_exception(
                        Refused(503, f"a server that can start no process ({error})", "one that is less busy")
                    )

    def _begin(self, worker: _Worker, task: _Task) -> None:
        worker.task = task
        call = (_within, self.seconds, self.most_bytes, self.niceness, *task.call)
        starts = worker.executor is None
        try:
            under_way = _executor(worker).submit(*call)
        except (BrokenExecutor, RuntimeError):  # it died, or went for want of work
            worker.executor, starts = None, True
            under_way = _executor(worker).submit(*call)
        refusal = self._too_much()
        seconds = _PATIENCE * self.seconds + (_SECONDS_TO_START if starts else 0.0)
        task.timer = threading.Timer(seconds, self._give_up, (worker, task, refusal))
        task.timer.daemon = True
        task.timer.start()
        under_way.add_done_callback(functools.partial(self._take, worker, task))

    def _take(self, worker: _Worker, task: _Task, done: Future[Any]) -> None:
        """Hand on what came of a task; a process that died had too little memory, most likely."""
        error = BrokenExecutor() if done.cancelled() else done.exception()
        is_broken = isinstance(error, BrokenExecutor)
        if not self._free(worker, task, ends=is_broken):
            return
        if error is not None:
            task.outcome.set_exception(self._too_much() if is_broken else error)
        else:
            self.is_warm = True
            value, refusal = done.result()
            task.outcome.set_result(value) if refusal is None else task.outcome.set_exception(refusal)
        self._turn()

    @staticmethod
    def _ends() -> Refused:
        return Refused(503, "a server that ends", "asking again later")

    def _too_much(self) -> Refused:
        memory = "" if self.most_bytes is None else f" and {self.most_bytes / 2**30:g} GiB"
        return Refused(422, "a question that takes too long or too much memory", f"{self.seconds:g} s{memory}")

    def _give_up(self, worker: _Worker, task: _Task, refusal: Refused) -> None:
        """End the process of a task, unless it is done."""
        executor = worker.executor
        if not self._free(worker, task, ends=True):
            return
        task.outcome.set_exception(refusal)
        _kill(executor)
        self._turn()
        if executor is not None:
            executor.shutdown(kill_workers=True)

    def _free(self, worker: _Worker, task: _Task, *, ends: bool = False) -> bool:
        """Take a task from its process; whether it was still there."""
        with self._lock:
            if worker.task is not task:
                return False
            worker.task = None
            if ends:
                worker.executor = None
            if task.timer is not None:
                task.timer.cancel()
            return True


def _executor(worker: _Worker) -> Any:
    if worker.executor is None:
        worker.executor = one_process(_IDLE_SECONDS)
    return worker.executor


def _kill(executor: Any) -> None:
    """End the processes of an executor; what it says of that comes later."""
    for pid in list(executor._processes or ()) if executor is not None else ():
        with suppress(OSError):
            os.kill(pid, signal.SIGKILL)


# -- in the process ---------------------------------------------------------------------------------------------------


def _within(
    seconds: float, most_bytes: int | None, niceness: int, task: Callable[..., Any], *of: Any
) -> tuple[Any, Exception | None]:
    """Do a task within the limits of a lane; see :func:`tried`."""
    _begin(most_bytes, niceness)
    if sys.platform != "win32":
        end = math.ceil(time.process_time() + seconds)
        with suppress(ValueError, OSError):  # the system ends the process there
            resource.setrlimit(resource.RLIMIT_CPU, (end, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    return tried(task, *of)


def tried(task: Callable[..., Any], *of: Any) -> tuple[Any, Exception | None]:
    """Do a task and return (what comes of it, None), or (None, an error that can be sent to another process)."""
    try:
        return task(*of), None
    except Refused as refusal:
        return None, refusal
    except ScenarioError as error:
        return None, Refused(422, f"a scenario with {len(error.problems)} problems", "one without", error.problems)
    except TrustsimError as error:
        return None, TrustsimError(str(error))
    except MemoryError:
        return None, Refused(422, "a question that needs more memory than it may have", "a smaller one")
    except RecursionError:
        return None, Refused(422, "something nested very deeply", "a flatter one")
    except OSError as error:
        return None, error
    except Exception as error:
        sys.stderr.write(traceback.format_exc())
        return None, RuntimeError(type(error).__name__)


@functools.cache
def _begin(most_bytes: int | None, niceness: int) -> None:
    """Let this process fill so much memory and no more, and let others go first."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        os.nice(niceness)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if most_bytes is not None:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_DATA, (most_bytes, resource.getrlimit(resource.RLIMIT_DATA)[1]))
