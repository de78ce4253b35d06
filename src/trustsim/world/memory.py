"""What a mechanism keeps from day to day beside rows: arrays of its own, declared in its file."""

from __future__ import annotations

from collections import UserDict
from dataclasses import dataclass
from typing import Any, NoReturn

from trustsim.errors import ModelError
from trustsim.world.declaring import spot


@dataclass(frozen=True)
class Memory:
    """An array (lanes, …) that is kept over a run; whoever imports it shares it."""

    name: str
    module: str
    text: str = ""


def memory(name: str, *, text: str) -> Memory:
    """Declare what a mechanism keeps over a run; ``text`` gives shape, dtype and unit. Lanes come first.

    Two files may use one name: each has an array of its own.
    """
    return Memory(name, spot(1).module, text)


class ItemsOnly(UserDict[Any, Any]):
    """The dictionary of whoever is no shock or lever: it keeps nothing, and says what does."""

    def _refuse(self) -> NoReturn:
        raise ModelError(
            "day.memory: given a mechanism or an actor; allowed: shocks and levers; a mechanism has "
            "day.keep(memory(…), start), an actor me.keep(name, start)"
        )

    def __getitem__(self, key: Any) -> NoReturn:
        self._refuse()

    def __setitem__(self, key: Any, item: Any) -> NoReturn:
        self._refuse()

    def __contains__(self, key: object) -> NoReturn:
        self._refuse()


NOTHING_KEPT = ItemsOnly()
