"""How long people wait at service desks."""

from __future__ import annotations

import numpy as np

from trustsim.measures.finished import Finished, Floats
from trustsim.mechanisms.service.service_desk import CONTACTS
from trustsim.registry import REGISTRY


@REGISTRY.enter(
    "outcome", "waited_share", rows=("G4",), source="T-43", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def waited_share(f: Finished) -> Floats:
    """Share of the contacts that had to wait, at desks with agents."""
    came, waited, _ = _contacts(f)
    return np.asarray(waited / came)


@REGISTRY.enter(
    "outcome", "mean_wait", rows=("G4",), source="T-43", better="lower", unit="number", low=0, may_not_apply=True
)
def mean_wait(f: Finished) -> Floats:
    """Mean wait of a contact / mean time that it takes, at desks with agents."""
    came, _, waited = _contacts(f)
    handling = [np.nan if desk is None else desk.handling for desk in f.model.mechanisms["service_desk"]]
    return np.asarray(waited / came / np.array(handling))


def _contacts(f: Finished) -> Floats:
    """Return float64 (3, lanes): contacts, those that waited, their waits in days; NaN without any."""
    told = f.model.kept.get(CONTACTS, np.zeros((f.n_lanes, 1, 3))).sum(axis=1)
    return np.where(told[:, :1] > 0, told, np.nan).T
