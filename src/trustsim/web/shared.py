"""Quick questions to files, each put once for all who ask it at about the same time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
_N_THREADS = 8
_MOST = 500


class Shared:
    """Calls in a few threads of their own; what one brings serves all who ask for it within *seconds*."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._threads = ThreadPoolExecutor(_N_THREADS, thread_name_prefix="page")
        self._calls: dict[Hashable, tuple[float, Future[Any]]] = {}
        self._lock = threading.Lock()

    async def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what *make* gives, now or a moment ago."""
        now = time.monotonic()
        with self._lock:
            begun, call = self._calls.get(key, (0.0, None))
            if call is None or (call.done() and now - begun > self.seconds):
                call = self._threads.submit(make)
                self._calls[key] = (now, call)
                for old in list(self._calls)[: max(0, len(self._calls) - _MOST)]:
                    del self._calls[old]
        result: T = await asyncio.shield(asyncio.wrap_future(call))
        return result

    def submit(self, make: Callable[[], T]) -> Future[T]:
        """Do something that nobody else asks for."""
        return self._threads.submit(make)

    async def do(self, make: Callable[[], T]) -> T:
        """Change something: what was known before is asked for anew."""
        try:
            return await asyncio.shield(asyncio.wrap_future(self._threads.submit(make)))
        finally:
            with self._lock:
                self._calls.clear()

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
