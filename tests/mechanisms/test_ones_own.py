"""Shocks, mechanisms and agents that a user defines outside the package, in a notebook's cell say."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import mesa
import pytest

import trustsim as ts
from trustsim.errors import ModelError
from trustsim.experiment.simulate import simulate
from trustsim.registry import Registry, parameter

STORY = """
trustsim: 1
horizon: 12 d
network: {kind: none}
investors: {count: 200}
platforms: [{name: Harbour}]
variants: {quiet: [], loud: []}
outcomes: [cumulative_outflow]
"""


def define(registry, default):
    @registry.enter("mechanism", "grumble", source="assumed")
    @dataclass(frozen=True)
    class Grumble:
        """Grumble every day."""

        weight: float = parameter(default, unit="number", low=0, high=9, source="assumed", text="how much")

        @staticmethod
        def each_day(day, settings):
            """Tell all who look."""
            for p in range(day.state.n_platforms):
                day.do.tell(p, fear=settings["weight"])

    return Grumble


def test_a_cell_that_is_run_twice_replaces_what_it_defined():
    registry = Registry()
    define(registry, 1.0)
    again = define(registry, 2.0)
    assert registry["mechanism", "grumble"].make is again
    assert registry["mechanism", "grumble"].parameters[0].default == 2.0


def test_a_name_that_stands_for_something_else_is_refused():
    registry = Registry()
    define(registry, 1.0)

    @dataclass(frozen=True)
    class Other:
        """Do something else."""

    with pytest.raises(ModelError, match=r"Grumble.*another name"):
        registry.enter("mechanism", "grumble", source="assumed")(Other)


class Shouter(mesa.Agent):
    """Shout in the variant 'loud', and note how many days the history has."""

    def step(self):
        assert len(self.model.series("fear")) == self.model.day
        self.model.post("Harbour", "loud", reach=1.0, risk=2.0, fear=2.0)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_an_agent_of_ones_own_is_compared_like_a_lever(workers):
    result = ts.compare(
        ts.loads(STORY), replications=4, workers=workers, progress=False, simulate=partial(simulate, agents=[Shouter])
    )
    assert result.study.failed == ()
    assert result.comparison.differences["loud"]["cumulative_outflow"].mean > 0.01
