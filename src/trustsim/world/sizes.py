"""How large the arrays are of worlds that are stepped together, by the numbers of people, platforms, variants, steps.

The state is laid out from this table (:func:`trustsim.world.build_state.build`), so what an estimate says of it is what
it takes. Nothing heavy is imported here, so that checking a scenario stays fast.
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
_BYTES = {"float32": 4, "float64": 8, "uint8": 1, "int32": 4, "int64": 8}
_COUNTS = {
    "BELIEFS": len(Beliefs), "TRAITS": len(Traits), "RUNGS": layout.RUNGS,
    "WEIGHTS": len(Weights), "DIALS": len(Dials), "LAWS": len(Laws), "SUMS": len(Sums),
    "GROUPINGS": 2,
}  # fmt: skip

_DECLARED: Mapping[str, rows.Kind] = {
    "GAUGES": "stock", "TERMS": "term", "ENTRIES": "purse",
    "ACTOR_STOCKS": "actor_stock", "ACTOR_PURSES": "actor_purse",
}  # fmt: skip

#: array of :class:`trustsim.world.state.State` → dtype, shape
STATE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "beliefs": ("float32", ("BELIEFS", "lanes", "accounts")),
    "traits": ("float32", ("TRAITS", "worlds", "accounts")),
    "flags": ("uint8", ("lanes", "accounts")),
    "known": ("uint8", ("lanes", "accounts")),
    "actions": ("uint8", ("lanes", "padded")),
    "balance": ("int64", ("lanes", "accounts")),
    "requested": ("int64", ("lanes", "accounts")),
    "asked_day": ("int32", ("lanes", "accounts")),
    "later": ("int64", ("lanes", "accounts")),
    "later_day": ("int32", ("lanes", "accounts")),
    "first_asked": ("int32", ("lanes", "accounts")),
    "paid": ("int64", ("lanes", "accounts")),
    "waited": ("int32", ("lanes", "accounts")),
    "queue": ("int32", ("lanes", "accounts")),
    "queue_n": ("int64", ("lanes", "platforms")),
    "safe": ("int64", ("lanes", "people")),
    "loss": ("int64", ("lanes", "people")),
    "money_days": ("float64", ("lanes", "people")),
    "flows": ("int64", ("lanes", "places", "places")),
    "books": ("int64", ("ENTRIES", "lanes", "platforms")),
    "ladder": ("int64", ("RUNGS", "lanes", "platforms")),
    "base_terms": ("float64", ("TERMS", "lanes", "platforms")),
    "agreed_terms": ("float64", ("TERMS", "lanes", "platforms")),
    "brought_in": ("float64", ("TERMS", "lanes", "platforms")),
    "terms": ("float64", ("TERMS", "lanes", "platforms")),
    "gauges": ("float64", ("GAUGES", "lanes", "platforms")),
    "weights": ("float32", ("lanes", "platforms", "WEIGHTS")),
    "dials": ("float64", ("lanes", "DIALS")),
    "columns": ("float32", ("columns", "lanes", "accounts")),
    "laws": ("float32", ("columns", "lanes", "platforms", "LAWS")),
    "means": ("float64", ("columns", "lanes", "platforms")),
    "sums": ("int64", ("lanes", "platforms", "SUMS")),
    "by_group": ("int64", ("lanes", "groups")),
    "trough": ("int64", ("lanes", "groups")),
    "actor_stocks": ("float64", ("ACTOR_STOCKS", "lanes", "actors")),
    "actor_purses": ("int64", ("ACTOR_PURSES", "lanes", "actors")),
    "market": ("int64", ("platforms",)),
    "stream": ("int64", ("platforms",)),
    "ones": ("float32", ("accounts",)),
    "group_of": ("int32", ("GROUPINGS", "worlds", "accounts")),
}

#: what is looked up together of an account that acts or is paid, the widest first
ASKING = ("requested", "later", "paid", "asked_day", "later_day", "first_asked", "waited")

#: what stands beside the state all run long: accounts and people, the network, the history, likeness of platforms
BESIDE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "investor": ("int64", ("worlds", "accounts")),
    "at": ("int32", ("worlds", "platforms", "people")),
    "balance of day 0": ("int64", ("worlds", "accounts")),
    "ticket": ("int64", ("worlds", "accounts")),
    "phase": ("int64", ("worlds", "accounts")),
    "order": ("int64", ("worlds", "accounts")),
    "people": ("float64", ("worlds", "people", "people_columns")),
    "neighbours": ("int32", ("worlds", "entries")),
    "rows": ("int64", ("worlds", "people")),
    "history": ("float64", ("days", "GAUGES", "lanes", "platforms")),
    "likeness": ("float64", ("lanes", "platforms", "platforms")),
}
_PEOPLE_COLUMNS = 12  # segment, ten traits, the safe account


@dataclass(frozen=True)
class Size:
    """The numbers that decide how large the arrays are; ``entries`` of the network's rows, each link in both;
    ``columns`` of accounts that mechanisms declare; ``actors`` of all kinds; ``worlds`` that are stepped together;
    ``segments`` of the investors."""

    people: int
    accounts: int
    platforms: int
    variants: int
    steps: int = 0
    entries: int = 0
    columns: int = 0
    actors: int = 0
    worlds: int = 1
    segments: int = 1

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
            "people": self.people, "accounts": self.accounts, "platforms": self.platforms, "worlds": self.worlds,
            "lanes": self.worlds * self.variants,
            "padded": -(-self.accounts // PADDING) * PADDING, "places": self.platforms + 1, "days": self.steps + 1,
            "entries": self.entries, "columns": self.columns, "actors": self.actors, "people_columns": _PEOPLE_COLUMNS,
            "groups": self.segments + layout.N_SIZES,
        }  # fmt: skip
        return numbers[axis]
