"""An existing Dask cluster as the place where a study runs (extra ``[distributed]``)."""

from __future__ import annotations

import importlib.metadata
import logging
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from contextlib import contextmanager, suppress
from typing import Any

from dask import config
from distributed import Client, KilledWorker
from distributed.client import FutureCancelledError

from trustsim.errors import PoolLost, TrustsimError
from trustsim.experiment.pool import Pool, tell

PATIENCE = "trustsim.patience"  # in Dask's configuration, or DASK_TRUSTSIM__PATIENCE: seconds without a worker
_USUAL_PATIENCE = 120.0
_SECONDS_TO_ANSWER = 10
_SECONDS_TO_SAY = 3.0
_LOOK_SECONDS = 1.0
_LOSSES = (BrokenExecutor, KilledWorker, CancelledError, FutureCancelledError)


@contextmanager
def dask(address: str, patience: float | None = None) -> Iterator[Pool]:
    """Give the pool of the cluster whose scheduler listens at *address*, such as ``tcp://10.0.0.5:8786``.

    The workers need the same version of trustsim and of Python. A task whose worker dies is moved to another one by the
    scheduler. ``patience``: seconds to wait for a first worker, or for one after all have died; by default Dask's
    setting ``trustsim.patience``, or 120.

    Raises TrustsimError where nothing answers there, no worker comes, or a worker is of another version; PoolLost
    where that happens during a study.
    """
    with _unlogged():
        try:
            client = Client(address, timeout=_SECONDS_TO_ANSWER, set_as_default=False)
        except (OSError, ValueError, TypeError) as e:
            raise TrustsimError(f"dask: given {address!r}, where no scheduler answers; allowed: tcp://HOST:PORT") from e
        try:
            watch = _Watch(client, address, _patience() if patience is None else patience)
            n_threads = watch.wait_for_workers()
            _check_versions(client)
            yield Pool(_submit(client, watch), max(n_threads, 1), _LOSSES, look=watch.look, look_seconds=_LOOK_SECONDS)
        finally:
            with suppress(Exception):  # of a connection that is lost already
                client.close(timeout=1)


@contextmanager
def _unlogged() -> Iterator[None]:
    """Keep Dask from logging what is said here of a lost connection."""
    logger = logging.getLogger("distributed")
    usual = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(usual)


def _patience() -> float:
    configured = config.get(PATIENCE, _USUAL_PATIENCE)
    try:
        seconds = float(configured)
    except (TypeError, ValueError):
        seconds = -1.0
    if not seconds > 0:
        raise TrustsimError(f"{PATIENCE} in Dask's configuration: given {configured!r}; allowed: seconds, above 0")
    return seconds


class _Watch:
    """Looks whether the scheduler answers and has workers; gives up after some time without."""

    def __init__(self, client: Client, address: str, patience: float) -> None:
        self._client, self._address, self._patience = client, address, patience
        self._without: float | None = None  # since when there is no worker
        self._is_said = False

    def look(self) -> None:
        """Raise PoolLost where the scheduler is gone, or there was no worker for too long."""
        if self._n_threads() > 0:
            self._without, self._is_said = None, False
            return
        now = time.monotonic()
        self._without = now if self._without is None else self._without
        seconds = now - self._without
        if seconds > self._patience:
            raise PoolLost(
                f"dask: no worker at {self._address} for {self._patience:g} s; allowed: dask worker {self._address} "
                f"elsewhere, or a longer {PATIENCE}"
            )
        if seconds >= min(_SECONDS_TO_SAY, self._patience / 2) and not self._is_said:
            tell(f"dask: no worker at {self._address}; waiting for one, {self._patience:g} s at most")
            self._is_said = True

    def wait_for_workers(self) -> int:
        """Return the threads of all workers as soon as there are any."""
        while (n := self._n_threads()) == 0:
            self.look()
            time.sleep(min(_LOOK_SECONDS, self._patience) / 4)
        return n

    def _n_threads(self) -> int:
        end = time.monotonic() + _SECONDS_TO_ANSWER
        while time.monotonic() < end and self._client.status in ("running", "connecting"):
            with suppress(OSError, RuntimeError, CancelledError):
                client = self._client
                by_worker = client.sync(client.scheduler.ncores, callback_timeout=_SECONDS_TO_ANSWER)
                return sum(by_worker.values())
            time.sleep(_LOOK_SECONDS / 4)
        raise PoolLost(f"dask: the scheduler at {self._address} does not answer any more")


def _submit(client: Client, watch: _Watch) -> Callable[..., Future[Any]]:
    executor = client.get_executor(pure=False)

    def submit(task: Callable[..., Any], *of: Any) -> Future[Any]:
        try:
            future: Future[Any] = executor.submit(task, *of)
        except (OSError, RuntimeError):  # the connection is lost
            watch.look()
            future = executor.submit(task, *of)
        return future

    return submit


def version_here() -> tuple[str, str]:
    """Return what must be the same on every machine: the version of trustsim, and of Python."""
    return importlib.metadata.version("trustsim"), f"{sys.version_info.major}.{sys.version_info.minor}"


def _check_versions(client: Client) -> None:
    ours = version_here()
    for address, theirs in client.run(version_here, on_error="return").items():
        if isinstance(theirs, BaseException):
            raise TrustsimError(
                f"dask: the worker {address} cannot run trustsim ({type(theirs).__name__}: {theirs}); "
                f"allowed: trustsim {ours[0]} and Python {ours[1]} there"
            )
        if tuple(theirs) != ours:
            raise TrustsimError(
                f"dask: given the worker {address} with trustsim {theirs[0]} and Python {theirs[1]}; "
                f"allowed: {ours[0]} and {ours[1]}, as here"
            )
