"""Time: halving the step leaves the results within noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_worlds import crisis, finished

from trustsim.outcomes import outcomes_of

PLATFORM = {"name": "Harbour", "kind": "p2p_lending", "custody": "bank", "locked_share": 0.0}
THEFT = {"kind": "custodian_theft", "platform": "Harbour", "day": 5, "share": 0.3, "discovery_lag": 3, "notice_lag": 3}
REPLICATIONS = 8


def measured(step: float, names: list[str], **changes: Any) -> Any:
    """Return float64 (replications, names)."""
    scenario = crisis(
        step=step, investors={"count": 1500}, platforms=[PLATFORM], horizon=40, **{"mechanisms": {}, **changes}
    )
    found = [outcomes_of(finished(scenario, replication=r)) for r in range(REPLICATIONS)]
    return np.array([[run[name][0] for name in names] for run in found])


@pytest.mark.parametrize(("step", "other"), [(1.0, 0.5), (1.0, 0.25)])
def test_a_shorter_step_leaves_calm_churn_as_it_is(step: float, other: float) -> None:
    """Means of 8 worlds; five standard errors of the difference (about 6 % of the churn) plus 3 % for second-order terms."""
    a, b = (measured(x, ["monthly_churn"], shocks=[])[:, 0] for x in (step, other))
    error = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / REPLICATIONS)
    assert abs(a.mean() - b.mean()) < 5 * error + 0.03 * a.mean()


@pytest.mark.parametrize("calm", [-0.5, 2.0])
def test_a_shorter_step_leaves_a_crisis_as_it_is(calm: float) -> None:
    """What is asked for by the horizon and the lowest trust; five standard errors plus a tenth: a run feeds on itself
    within the day, and in half steps it is seen half a day earlier."""
    how: dict[str, Any] = {"shocks": [THEFT], "mechanisms": {"choice": {"calm": calm}}}
    a, b = (measured(step, ["cumulative_outflow", "trust_trough"], **how) for step in (1.0, 0.5))
    error = np.sqrt((a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / REPLICATIONS)
    assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < 5 * error + 0.1 * a.mean(axis=0)).all(), (a.mean(axis=0), b.mean(axis=0))
