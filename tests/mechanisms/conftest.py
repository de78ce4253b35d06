"""What the tests of mechanisms share: a quiet world to step, one thing switched on at a time."""

from __future__ import annotations

from typing import Any

import pytest
from quiet_world import Play, Played, document

from trustsim.catalog import REGISTRY
from trustsim.model import TrustCrisisModel
from trustsim.scenario.load import from_document


@pytest.fixture
def play() -> Play:
    """Return a function: keyword arguments of :func:`document`, ``days`` to step, ``rng`` of the replication."""

    def run(days: int = 0, rng: int = 0, **story: Any) -> Played:
        scenario = from_document(document(**story), REGISTRY)
        model = TrustCrisisModel(scenario, rng=rng)
        model.collects = False
        return Played(model).step(days)

    return run
