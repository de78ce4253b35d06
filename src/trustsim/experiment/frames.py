"""Studies as tidy tables.

One row a replication and variant; or one a replication, day, variant and platform; or one a run on a platform.
``frame.attrs["units"]`` says the unit of each column: the currency, ``days``, ``share`` (in [0, 1]), … .
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim.errors import unknown
from trustsim.experiment.study import Study
from trustsim.later import later
from trustsim.names import ALL
from trustsim.registry import REGISTRY
from trustsim.units import Unit, name_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = later("pandas")

SERIES_KEYS = ("replication", "day", "variant", "platform")


def unit_of(name: str) -> Unit:
    """Return the unit of an outcome (``name[group]`` too) or a series; a number where it is none of the registry."""
    stem = name.partition("[")[0]
    entry = REGISTRY.group("outcome").get(stem) or REGISTRY.group("series").get(stem)
    return "number" if entry is None else entry.unit


def units_of(study: Study) -> dict[str, str]:
    """Return what the numbers of each outcome and series are in."""
    return {name: name_of(unit_of(name), study.scenario.currency) for name in (*study.outcomes, *study.series)}


def platform_names(study: Study) -> tuple[str, ...]:
    """Return the names of the last axis of every series: the platforms in file order, then 'all' of them together."""
    world = study.scenario.variants[0].world
    return (*(p.name for p in world.platforms), ALL)


def outcomes_frame(study: Study) -> pd.DataFrame:
    """Return one row a replication and variant: replication, variant, then one column an outcome that is asked for."""
    n, v = len(study.replications), len(study.variants)
    frame = pd.DataFrame({"replication": np.repeat(study.replications, v), "variant": list(study.variants) * n})
    measured = {name: np.asarray(study.outcomes[name]).reshape(-1) for name in study.asked}
    return _with_units(pd.concat([frame, pd.DataFrame(measured)], axis=1), study)


def _with_units(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    frame.attrs["units"] = {name: unit for name, unit in units_of(study).items() if name in frame}
    return frame


def runs_frame(study: Study) -> pd.DataFrame:
    """Return one row a run on a platform (row C15), by replication, variant and onset; no rows where there was none.

    Columns: replication, variant, platform, onset, peak, end (days), trigger, withdrawn, speed (in [0, 1]), acted_on.
    """
    runs = study.runs
    return pd.DataFrame(
        {
            "replication": np.array([run.replication for run in runs], np.int64),
            "variant": pd.Series([run.variant for run in runs], dtype=str),
            "platform": pd.Series([run.platform for run in runs], dtype=str),
            "onset": np.array([run.onset for run in runs], np.float64),
            "peak": np.array([run.peak for run in runs], np.float64),
            "end": np.array([run.end for run in runs], np.float64),
            "trigger": pd.Series([run.trigger for run in runs], dtype=str),
            "withdrawn": np.array([run.withdrawn for run in runs], np.float64),
            "speed": np.array([run.speed for run in runs], np.float64),
            "acted_on": pd.Series([run.acted_on for run in runs], dtype=str),
        }
    )


def series_frame(study: Study, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Return one row a replication, day, variant and platform, then one float32 column a series.

    ``day`` counts in days whatever the step; ``variant`` and ``platform`` are categories in file order.

    Raises
    ------
    TrustsimError : for a series that the study does not hold.
    """
    wanted = tuple(study.series) if names is None else tuple(names)
    for name in wanted:
        if name not in study.series:
            raise unknown("series", name, study.series, "trustsim catalog series")
    if not wanted:
        return pd.DataFrame(columns=list(SERIES_KEYS))
    shape = study.series[wanted[0]].shape
    at = np.indices(shape, dtype=np.int32, sparse=True)

    def column(axis: int) -> NDArray[np.int32]:
        return np.broadcast_to(at[axis], shape).reshape(-1)

    keys = {
        "replication": study.replications[column(0)],
        "day": column(1) * study.scenario.step,
        "variant": pd.Categorical.from_codes(column(2), categories=pd.Index(study.variants)),
        "platform": pd.Categorical.from_codes(column(3), categories=pd.Index(platform_names(study))),
    }
    values = {name: np.asarray(study.series[name]).reshape(-1) for name in wanted}
    return _with_units(pd.DataFrame({**keys, **values}), study)
