"""Why they withdrew, in the quiet world, where the answer is known by hand."""

from __future__ import annotations

from typing import Any

import pytest
from quiet_world import N, Played, document

from trustsim.analysis.causes import CHANNELS, Causes
from trustsim.catalog import REGISTRY
from trustsim.kernels import draws, purposes
from trustsim.kernels.channels import Channels
from trustsim.scenario.load import from_document

FUNDAMENTALS, NEWS, HERDING, FEAR, FIRST_MOVE, ORDINARY = Channels


def watched(**story: Any) -> Played:
    """Return a model that takes causes down, not yet stepped."""
    scenario = from_document(document(**story), REGISTRY)
    return Played(Causes(scenario, [v.name for v in scenario.variants], 0))


def parts(seen: Played) -> Any:
    """Return float64 (CHANNELS,): accounts' worth of money, by channel, of the first variant."""
    assert seen.model.by_channel.sum() == pytest.approx(seen.model.asked.sum(), rel=1e-6)
    return seen.model.by_channel[0] / seen.state.accounts.balance[0]


def told(amounts: dict[int, float]) -> Any:
    """Return what :func:`parts` should be: these amounts, nothing in the other channels."""
    return pytest.approx([amounts.get(k, 0.0) for k in range(len(CHANNELS))], abs=1e-4)


def test_ordinary_leaving_is_an_ordinary_need() -> None:
    seen = watched(mechanisms={"ordinary": {"leave": "20 %/day", "join": "1e-9 /day", "info": 0, "service": 0}}).step(3)
    left = float(seen.gauge("leavers").sum())
    assert left > 0
    assert parts(seen) == told({ORDINARY: left})


def test_leaving_for_lost_trust_in_service_is_news() -> None:
    seen = watched(mechanisms={"ordinary": {"leave": "1e-6 /day", "join": "1e-9 /day", "service": 10}})
    seen.belief("service")[:] = -100.0
    assert parts(seen.step()) == told({NEWS: N})


def test_who_would_have_run_on_a_calm_day_has_an_ordinary_need() -> None:
    seen = watched(mechanisms={"choice": {"calm": 0.5, "fund": 1}})
    seen.belief("fund")[:] = -5.0
    assert parts(seen.step()) == told({ORDINARY: 2 * N})


def test_neighbours_who_left_are_herding_and_lost_trust_is_news() -> None:
    """All but one lose trust and run; the last one follows the day after."""
    seen = watched(
        network={"kind": "complete"},
        platforms={"Harbour": {}},
        mechanisms={
            "choice": {"calm": -1, "fund": 1, "others": 1},
            "herding": {"weight": 2, "normal": "0 %", "fading": "0 /day"},
        },
    )
    seen.belief("fund")[0, :-1] = -10.0
    assert parts(seen.step(2)) == told({NEWS: N - 1, HERDING: 1})


def test_a_product_of_two_channels_is_halved_between_them() -> None:
    """fear 1, risk up by 2 from r, evidence 4: the sum rises by 2 (fundamentals) and 4 (news); fear blinds to half of
    r + 2 and lets the evidence weigh half as much again."""
    fear = {"fear": {"heed": 0.5, "blinding": "50 %", "decay": "0 /day", "contagion": 0, "threshold": 100}}
    mechanisms = {"choice": {"calm": 10, "risk": 1}, "risk_view": {"noise": 0}, **fear}
    seen = watched(platforms={"Harbour": {}}, mechanisms=mechanisms)
    r = float(seen.belief("risk")[0, 0])
    assert r == -10
    seen.belief("fear")[:], seen.belief("risk")[:], seen.belief("evidence")[:] = 1.0, r + 2, 4.0
    pushed = {FUNDAMENTALS: 2 - 2 / 4, NEWS: 4 + 2 / 2, FEAR: 2 / 2 - r / 2 - 2 / 4}
    total = sum(pushed.values())
    seen.model.engine.calm[:] = 10 - total / 2
    assert parts(seen.step()) == told({channel: N * part / total for channel, part in pushed.items()})


def test_who_would_not_have_looked_without_fear_leaves_for_fear() -> None:
    fear = {"fear": {"attention": 4, "decay": "0 /day", "contagion": 0, "threshold": 100}}
    seen = watched(platforms={"Harbour": {}}, segment={"attention": "20 %"}, mechanisms={"choice": {"calm": 1}, **fear})
    seen.belief("fear")[:] = 1.0
    seen.step()
    login = draws.uniforms(N, purposes.ACCOUNT_DAY, draws.key_of(seen.model.story.seed, 0), day=1)[0]
    looked_anyway = float((login < 0.2).sum())
    assert 0 < looked_anyway < N
    assert parts(seen) == told({ORDINARY: looked_anyway, FEAR: N - looked_anyway})


def test_an_overdue_queue_is_a_first_move() -> None:
    """Half of the investors run for lost trust; nothing is paid, the queue is overdue, and the others rush."""
    seen = watched(
        platforms={"Harbour": {"liquid_share": "0 %"}},
        mechanisms={"choice": {"calm": -1, "fund": 1, "first_move": 1, "others": 1}},
        variants={"seen": [{"kind": "live_transparency", "platform": "Harbour"}]},
    )
    seen.belief("fund")[0, : N // 2] = -10.0
    seen.step(10)
    assert parts(seen) == told({NEWS: N // 2, FIRST_MOVE: N - N // 2})
