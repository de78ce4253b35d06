"""How large the arrays of a replication are, by the numbers of people, accounts, platforms, variants and steps.

The state is laid out from this table (:func:`trustsim.world.state.build`), so what an estimate says of it is what it
takes. Nothing heavy is imported here, so that checking a scenario stays fast.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from trustsim.kernels import layout
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.layout import Beliefs, Laws, Sums, Traits
from trustsim.world import rows

PADDING = 8  # action bytes are scanned eight at a time
_BYTES = {"float32": 4, "float64": 8, "uint8": 1, "int16": 2, "int32": 4, "int64": 8}
_COUNTS = {
    "BELIEFS": len(Beliefs), "TRAITS": len(Traits), "RUNGS": layout.RUNGS,
    "WEIGHTS": len(Weights), "DIALS": len(Dials), "LAWS": len(Laws), "SUMS": len(Sums),
}  # fmt: skip

_DECLARED: Mapping[str, rows.Kind] = {
    "GAUGES": "stock", "TERMS": "term", "ENTRIES": "purse",
    "ACTOR_STOCKS": "actor_stock", "ACTOR_PURSES": "actor_purse",
}  # fmt: skip

#: array of :class:`trustsim.world.state.State` → dtype, shape
STATE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "beliefs": ("float32", ("BELIEFS", "variants", "accounts")),
    "traits": ("float32", ("TRAITS", "accounts")),
    "flags": ("uint8", ("variants", "accounts")),
    "actions": ("uint8", ("variants", "padded")),
    "balance": ("int64", ("variants", "accounts")),
    "requested": ("int64", ("variants", "accounts")),
    "asked_day": ("int32", ("variants", "accounts")),
    "queue": ("int32", ("variants", "accounts")),
    "queue_n": ("int64", ("variants", "platforms")),
    "safe": ("int64", ("variants", "people")),
    "loss": ("int64", ("variants", "people")),
    "flows": ("int64", ("variants", "places", "places")),
    "books": ("int64", ("ENTRIES", "variants", "platforms")),
    "ladder": ("int64", ("RUNGS", "variants", "platforms")),
    "base_terms": ("float64", ("TERMS", "variants", "platforms")),
    "terms": ("float64", ("TERMS", "variants", "platforms")),
    "gauges": ("float64", ("GAUGES", "variants", "platforms")),
    "weights": ("float32", ("variants", "platforms", "WEIGHTS")),
    "dials": ("float64", ("variants", "DIALS")),
    "columns": ("float32", ("columns", "variants", "accounts")),
    "laws": ("float32", ("columns", "variants", "platforms", "LAWS")),
    "means": ("float64", ("columns", "variants", "platforms")),
    "sums": ("int64", ("variants", "platforms", "SUMS")),
    "actor_stocks": ("float64", ("ACTOR_STOCKS", "variants", "actors")),
    "actor_purses": ("int64", ("ACTOR_PURSES", "variants", "actors")),
    "market": ("int64", ("platforms",)),
    "ones": ("float32", ("accounts",)),
}

#: what stands beside the state all run long: accounts and people, the network, the history, likeness of platforms
BESIDE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "investor": ("int64", ("accounts",)),
    "at": ("int32", ("platforms", "people")),
    "balance of day 0": ("int64", ("accounts",)),
    "ticket": ("int64", ("accounts",)),
    "phase": ("int64", ("accounts",)),
    "order": ("int64", ("accounts",)),
    "people": ("float64", ("people", "people_columns")),
    "neighbours": ("int32", ("entries",)),
    "rows": ("int64", ("people",)),
    "history": ("float64", ("days", "GAUGES", "variants", "platforms")),
    "likeness": ("float64", ("variants", "platforms", "platforms")),
}
_PEOPLE_COLUMNS = 12  # segment, ten traits, the safe account


@dataclass(frozen=True)
class Size:
    """The numbers that decide how large a replication is; ``entries`` of the network's rows, each link in both;
    ``columns`` of accounts that mechanisms declare; ``actors`` of all kinds."""

    people: int
    accounts: int
    platforms: int
    variants: int
    steps: int = 0
    entries: int = 0
    columns: int = 0
    actors: int = 0

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the shape of an array of the state, or beside it."""
        return tuple(self._axis(axis) for axis in (STATE.get(name) or BESIDE[name])[1])

    def nbytes(self, name: str) -> int:
        """Return the bytes of an array of the state, or beside it."""
        return math.prod(self.shape(name)) * _BYTES[(STATE.get(name) or BESIDE[name])[0]]

    def _axis(self, axis: str) -> int:
        if axis in _COUNTS:
            return _COUNTS[axis]
        if axis in _DECLARED:
            return rows.count(_DECLARED[axis])
        numbers = {
            "people": self.people, "accounts": self.accounts, "platforms": self.platforms, "variants": self.variants,
            "padded": -(-self.accounts // PADDING) * PADDING, "places": self.platforms + 1, "days": self.steps + 1,
            "entries": self.entries, "columns": self.columns, "actors": self.actors, "people_columns": _PEOPLE_COLUMNS,
        }  # fmt: skip
        return numbers[axis]
