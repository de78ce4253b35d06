"""An existing Dask cluster as the place where a study runs (extra ``[distributed]``)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError
from contextlib import contextmanager

from distributed import Client, KilledWorker

from trustsim.errors import TrustsimError
from trustsim.experiment.pool import Pool, executor

_SECONDS_TO_ANSWER = 10


@contextmanager
def dask(address: str) -> Iterator[Pool]:
    """Give the pool of the cluster whose scheduler listens at *address*, such as ``tcp://10.0.0.5:8786``.

    The workers need the same version of trustsim. A task whose worker dies is moved to another one by the scheduler.

    Raises TrustsimError where nothing answers there.
    """
    try:
        client = Client(address, timeout=_SECONDS_TO_ANSWER)
    except (OSError, ValueError) as e:
        raise TrustsimError(f"dask: given {address!r}, where no scheduler answers; allowed: tcp://HOST:PORT") from e
    with client:
        n_threads = sum(client.nthreads().values())
        yield executor(
            client.get_executor(pure=False), max(n_threads, 1), (BrokenExecutor, KilledWorker, CancelledError)
        )
