"""What runners acted on is counted day by day, in the quiet world, where the answer is known by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from quiet_world import N, Played, document

from trustsim.analysis.causes import CHANNELS, Causes
from trustsim.catalog import REGISTRY
from trustsim.kernels import draws, purposes
from trustsim.kernels.layout import RUNS, Gauges
from trustsim.scenario.load import from_document

REASONS = slice(Gauges.RAN_FOR_FUNDAMENTALS, Gauges.RAN_FOR_ORDINARY + 1)
NEAR = {"kind": "complete"}
HERDING = {"weight": 2, "normal": "0 %", "fading": "0 /day"}


def played(**story: Any) -> Played:
    scenario = from_document(document(**story), REGISTRY)
    return Played(Causes(scenario, [v.name for v in scenario.variants], 0))


def reasons(seen: Played) -> dict[str, float]:
    """Return how many accounts of the first variant ran so far, by what they acted on."""
    counted = seen.model.history[:, REASONS, 0].sum(axis=(0, 2))
    assert counted.sum() == seen.model.history[:, Gauges.RUNNERS, 0].sum()
    return {name: n for name, n in zip(CHANNELS, counted.tolist(), strict=True) if n}


def test_who_would_have_run_on_a_calm_day_acts_on_an_ordinary_need() -> None:
    seen = played(mechanisms={"choice": {"calm": 0.5, "fund": 1}})
    seen.belief("fund")[:] = -5.0
    assert reasons(seen.step()) == {"ordinary": 2 * N}


def test_lost_trust_is_news_and_neighbours_who_left_are_herding() -> None:
    """All but one lose trust and run; the last one follows the day after."""
    mechanisms = {"choice": {"calm": -1, "fund": 1, "others": 1}, "herding": HERDING}
    seen = played(network=NEAR, platforms={"Harbour": {}}, mechanisms=mechanisms)
    seen.belief("fund")[0, :-1] = -10.0
    assert reasons(seen.step(2)) == {"news": N - 1, "herding": 1}


def test_what_a_reading_began_at_pushes_nobody() -> None:
    """The threshold lies above every reading of day 0: who is told of a risk acts on that, beyond the own reading."""
    view = {"risk_view": {"noise": 2}}
    seen = played(platforms={"Harbour": {}}, mechanisms={"choice": {"calm": 20, "risk": 1}, **view})
    assert np.ptp(seen.belief("risk")[0]) > 1
    assert reasons(seen.step()) == {"ordinary": N}


def test_who_would_not_have_looked_without_fear_acts_on_fear() -> None:
    fear = {"fear": {"attention": 4, "decay": "0 /day", "contagion": 0, "threshold": 100}}
    seen = played(platforms={"Harbour": {}}, segment={"attention": "20 %"}, mechanisms={"choice": {"calm": 1}, **fear})
    seen.belief("fear")[:] = 1.0
    seen.step()
    login = draws.uniforms(N, purposes.ACCOUNT_DAY, draws.key_of(seen.model.story.seed, 0), day=1)[0]
    anyway = float((login < 0.2).sum())
    assert reasons(seen) == {"fear": N - anyway, "ordinary": anyway}


def test_an_overdue_queue_is_a_first_move() -> None:
    seen = played(
        platforms={"Harbour": {"liquid_share": "0 %"}},
        mechanisms={"choice": {"calm": -1, "fund": 1, "first_move": 1, "others": 1}},
        variants={"seen": [{"kind": "live_transparency", "platform": "Harbour"}]},
    )
    seen.belief("fund")[0, : N // 2] = -10.0
    assert reasons(seen.step(10)) == {"news": N // 2, "first_move": N - N // 2}


class Watched(Causes):
    """Counts the largest part of every runner's request, as attribution shares it out."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.largest = np.zeros(len(CHANNELS))

    def _shares(self, v: Any, i: Any) -> Any:
        shares = super()._shares(v, i)
        runs = self.state.actions[v, i] & RUNS > 0
        self.largest += np.bincount(shares[runs].argmax(axis=1), minlength=len(CHANNELS))
        return shares


def test_reasons_are_the_largest_parts_of_attribution() -> None:
    """They may differ for who leaves in the ordinary way and would have run as well: for one in fifty at most."""
    rumour = {"kind": "rumour", "platform": "H", "day": 5, "broadcast": "60 %", "risk": 6, "fear": 3}
    story = {
        "trustsim": 1, "horizon": "30 d", "investors": {"count": 1200}, "platforms": [{"name": "H"}],
        "network": {"kind": "small_world", "mean_degree": 10}, "shocks": [rumour], "variants": {"nothing": []},
    }  # fmt: skip
    model = Watched(from_document(story, REGISTRY), ["nothing"], 0)
    for _ in range(30):
        model.step()
    counted = model.history[:, REASONS, 0].sum(axis=(0, 2))
    assert counted.sum() > 100
    assert (counted > 0).sum() >= 3
    assert np.abs(counted - model.largest).sum() <= 0.04 * counted.sum()
