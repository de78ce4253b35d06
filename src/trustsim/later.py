"""Modules that are imported when they are first used: what is kept is read without what makes it.

``if TYPE_CHECKING: import pandas as pd`` and ``else: pd = later("pandas")`` stand at the head of a file, so that its
imports are seen there.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """A module that imports what it is called by where something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self.__name__), name)


def later(name: str) -> ModuleType:
    """Return the module *name*, imported when something of it is first used; not before."""
    return _Later(name)
