"""All registered outcomes of what has finished."""

from __future__ import annotations

import numpy as np

from trustsim import arguments
from trustsim.errors import ModelError
from trustsim.measures.finished import Finished, Floats
from trustsim.registry import REGISTRY, Entry
from trustsim.units import major


def measured(finished: Finished) -> dict[str, Floats]:
    """Return every registered outcome of a finished model, float64 (lanes,) each.

    An outcome that is measured by group comes as ``name[group]``, one for each group. Here money leaves the engine,
    which counts it in minor units: from here on it is in units of the currency, as in ``finished.series``.
    """
    outcomes: dict[str, Floats] = {}
    for name, entry in REGISTRY.group("outcome").items():
        value = entry.make(finished)
        by_group = {f"{name}[{group}]": v for group, v in value.items()} if isinstance(value, dict) else {name: value}
        outcomes.update({k: major(_column(v, k, entry, finished.n_lanes), entry.unit) for k, v in by_group.items()})
    return outcomes


def _column(value: object, name: str, entry: Entry, n_lanes: int) -> Floats:
    """Return what an outcome's function gave as float64 (lanes,); raises ModelError where it is something else."""
    try:
        column = np.asarray(value, np.float64)
        if value is not None and column.shape == (n_lanes,):
            return column
        given = "None" if value is None else f"an array of shape {column.shape}"
    except (TypeError, ValueError):
        given = arguments.shown(value)
    code = entry.make.__code__
    where = f"{code.co_filename}:{code.co_firstlineno}"
    raise ModelError(f"outcome {name}: given {given} by {where}; allowed: float64 ({n_lanes},), one a variant")
