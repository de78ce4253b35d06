"""The last few values by key, each made once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Remembered:
    """The last few values by key, each made once: who asks for one that is being made waits for it."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the value of a key, made where it is not there; what raises is not remembered."""
        with self._lock:
            making = self._making.setdefault(key, threading.Lock())
        with making:
            if key not in self._values:
                self.put(key, make())
            value: T = self._values[key]
        with self._lock:
            self._making.pop(key, None)
        return value

    def put(self, key: Hashable, value: object) -> None:
        """Remember a value in place of the one before."""
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)

    def peek(self, key: Hashable) -> Any:
        """Return the value of a key if it is there, without waiting; else None."""
        return self._values.get(key)
