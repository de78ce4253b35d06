"""A study whose numbers are given: what is expected of it can be judged without running anything."""

from pathlib import Path

import numpy as np

import trustsim as ts
from trustsim.experiment.study import Study

QUICKSTART = Path(__file__).resolve().parents[2] / "scenarios/quickstart.yaml"
N = 100
GRID = (np.arange(N) + 0.5) / N  # even between 0 and 1: mean ½, standard error 0.029


def study_of(*expect, outcomes=None, n=N):
    """A study whose outcomes are given by name and variant; nothing is run."""
    told = [{"source": "here", **each} for each in expect]
    scenario = ts.load(QUICKSTART, overrides={"expect": told})
    names = tuple(v.name for v in scenario.variants)
    given = outcomes or {"peak_outflow": {"nothing": GRID}}
    columns = {o: np.stack([by.get(v, np.zeros(n)) for v in names], axis=1)[:n] for o, by in given.items()}
    days = np.zeros((n, scenario.n_days + 1, len(names), 2), np.float32)
    days[:, :, 0, :] = np.arange(scenario.n_days + 1)[None, :, None]
    days[:, :, 0, 0] *= 2
    return Study(scenario, names, np.arange(n), columns, {"requests": days}, (), 0.0)
