"""What pictures, tables and sentences are made from: the runs of a study, and what they say side by side."""

from __future__ import annotations

from dataclasses import dataclass

from trustsim.analysis import stopping
from trustsim.analysis.comparison import Comparison
from trustsim.analysis.holding import Held
from trustsim.analysis.stopping import Rule
from trustsim.catalog import REGISTRY
from trustsim.experiment.passes import Simulate
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.study import Study
from trustsim.registry import Registry
from trustsim.scenario.resolved import Precision, Scenario


@dataclass(frozen=True, repr=False)
class Compared:
    """The runs of a study (``study``) and their comparison, money in units of the currency; ``simulate`` is the engine
    that made them; ``robustness`` how the order holds under other assumptions, None where nobody asked."""

    study: Study
    comparison: Comparison
    simulate: Simulate = simulate_run
    robustness: Held | None = None

    @property
    def scenario(self) -> Scenario:
        """The scenario that was run."""
        return self.study.scenario

    @property
    def precision(self) -> str:
        """A sentence on the precision that the scenario asks for; empty where it does not."""
        rule = rule_of(self.scenario, REGISTRY)
        return "" if rule is None else stopping.told(rule, self.study)


def rule_of(scenario: Scenario, registry: Registry) -> Rule | None:
    """Return the stopping rule of a scenario that asks for a precision."""
    asked = scenario.replications
    return Rule(asked, registry) if isinstance(asked, Precision) else None
