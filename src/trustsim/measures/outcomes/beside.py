"""What those beside investors and platforms did, and what chance brought: actors, and shocks with a chance."""

from __future__ import annotations

import numpy as np

from trustsim.measures.finished import Finished, Floats
from trustsim.registry import REGISTRY
from trustsim.units import MINOR_PER_MAJOR
from trustsim.world.rows import of_file


@REGISTRY.enter(
    "outcome", "of_actors", rows=("A7", "F2"), source="assumed", better="", unit="number", may_not_apply=True
)
def of_actors(f: Finished) -> dict[str, Floats]:
    """What the stocks and purses of each actor hold at the horizon; money in major units, of the real platforms."""
    found: dict[str, Floats] = {}
    state, by_variant = f.model.state, [variant.world.actors for variant in f.model.variants]
    for place, (kind, name) in enumerate(state.actors):
        there = [any(each.name == name for each in actors.get(kind, ())) for actors in by_variant]
        is_there = np.tile(there, f.n_lanes // len(there))
        module = REGISTRY["actor", kind].make.__module__
        stocks = {row.name: state.actor_stocks[row.index, :, place] for row in of_file("actor_stock", module)}
        money = {row.name: state.actor_purses[row.index, :, place] for row in of_file("actor_purse", module)}
        held = {**stocks, **{purse: minor * f.scale / MINOR_PER_MAJOR for purse, minor in money.items()}}
        found.update({f"{name}: {row}": np.where(is_there, value, np.nan) for row, value in held.items()})
    return found


@REGISTRY.enter(
    "outcome", "struck", rows=("H1",), source="assumed", better="", unit="share", binary=True, may_not_apply=True
)
def struck(f: Finished) -> dict[str, Floats]:
    """Whether a shock with a chance has struck by the horizon, by shock and platform."""
    return {name: day.astype(np.float64) for name, day in f.model.struck().items()}
