"""Withdrawals down to the limit of a guarantee: in a run, and in the ordinary way to where the rest is covered."""

from __future__ import annotations

import numpy as np
import pytest
from quiet_world import EACH, N, Play, Played, lever

from trustsim.kernels.layout import RUNS

LIMIT = 60_000  # minor units, of EACH in every account
ALL_MOVE = {"over_limit": {"share": "100 %", "pace": "100 %/day", "margin": "0 %"}}
ONE_HOLDS = {"second_platform": "0 %", "considered": 2}
LIQUID = {name: {"liquid_share": "100 %"} for name in ("Harbour", "Quay")}
UP_TO = {"cover": "100 %", "credibility": "100 %"}


def guarantees(here: float, there: float | None = None, **settings) -> list[dict]:
    """Return full guarantees of Harbour and Quay up to limits, minor units; None: none at Quay."""
    both = [lever("guarantee", **UP_TO, limit=f"{here / 100} CNY", **settings)]
    if there is not None:
        both.append({**lever("guarantee", **UP_TO, limit=f"{there / 100} CNY"), "platform": "Quay"})
    return both


def claims(seen: Played) -> np.ndarray:
    """Return what is owed on each platform, int64 (variants, platforms)."""
    return seen.book("claims")


def test_what_lies_above_a_limit_moves_to_where_it_is_covered(play: Play) -> None:
    seen = play(
        0, platforms=LIQUID, investors=ONE_HOLDS, mechanisms=ALL_MOVE, variants={"new limit": guarantees(LIMIT, 1e9)}
    )
    before, held = claims(seen).copy(), seen.balance()[0].copy()
    seen.step(2)
    assert held.max() > LIMIT
    assert (seen.balance()[0] == np.minimum(held, LIMIT)).all()
    moved = int(np.maximum(held - LIMIT, 0).sum())
    assert (claims(seen) - before).tolist() == [[-moved, moved]]
    assert seen.gauge("leavers").sum() == seen.gauge("runners").sum() == 0  # they stay clients


def test_nobody_moves_what_no_other_platform_covers(play: Play) -> None:
    for there in (None, 0.0):
        seen = play(
            20, platforms=LIQUID, investors=ONE_HOLDS, mechanisms=ALL_MOVE, variants={"limit": guarantees(LIMIT, there)}
        )
        assert seen.gauge("requests")[..., 0].sum() == 0


def test_a_balance_is_split_so_that_each_part_is_within_the_limit(play: Play) -> None:
    seen = play(
        0, platforms=LIQUID, investors=ONE_HOLDS, mechanisms=ALL_MOVE, variants={"both": guarantees(LIMIT, LIMIT)}
    )
    total = claims(seen).sum()
    seen.step(10)
    assert total == claims(seen).sum()
    per_person = seen.balance(0)[0] + seen.balance(1)[0]  # everyone considers both
    assert (np.maximum(seen.balance(0)[0], seen.balance(1)[0]) <= np.maximum(LIMIT, per_person - LIMIT)).all()
    assert (np.minimum(seen.balance(0)[0], seen.balance(1)[0]) >= LIMIT).all()


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_the_share_that_bothers_moves_and_more_effort_keeps_more(play: Play, share: float) -> None:
    rule = {"over_limit": {"share": share, "pace": "100 %/day"}}
    stories = {
        "easy": guarantees(LIMIT, 1e9),
        "hard": [*guarantees(LIMIT, 1e9), lever("process_friction", exit=2, delay="0 d")],
        "doubted": [guarantees(LIMIT)[0], {**guarantees(LIMIT, 1e9)[1], "credibility": "30 %"}],
    }
    seen = play(5, platforms=LIQUID, mechanisms=rule, investors={"count": 2000, **ONE_HOLDS}, variants=stories)
    held = (seen.state.accounts.balance[: len(seen.balance()[0])] > LIMIT).sum()
    easy, hard, doubted = (int(((b < EACH * 2) & (b == LIMIT * 98 // 100)).sum()) for b in seen.balance())
    assert easy / held == pytest.approx(share, abs=0.05)
    odds = share / (1 - share) * np.exp(-2)
    assert hard / held == pytest.approx(odds / (1 + odds), abs=0.04)
    odds = share / (1 - share) * 0.3
    assert doubted / held == pytest.approx(odds / (1 + odds), abs=0.04)


def test_of_those_who_bother_a_share_moves_in_a_day(play: Play) -> None:
    rule = {"over_limit": {"share": "100 %", "pace": "10 %/day"}}
    seen = play(
        5,
        platforms=LIQUID,
        mechanisms=rule,
        investors={"count": 4000, **ONE_HOLDS},
        variants={"new": guarantees(LIMIT, 1e9)},
    )
    held = (seen.state.accounts.balance[: len(seen.balance()[0])] > LIMIT).sum()
    assert (seen.balance()[0] > LIMIT).sum() / held == pytest.approx(0.9**5, abs=0.03)


def test_a_run_takes_the_part_above_the_limit_by_its_own_loss(play: Play) -> None:
    """A threshold between the two: at ln(1 − 0.9) less nobody runs with what is covered, all run with what is not."""
    story = {"mechanisms": {"choice": {"calm": 1.0}}, "investors": {"second_platform": "0 %"}}
    limited = lever("guarantee", cover="90 %", credibility="100 %", limit=f"{LIMIT / 100} CNY")
    wide = {**limited, "limit": "100000 CNY"}
    seen = play(3, platforms=LIQUID, variants={"limited": [limited], "wide": [wide], "none": []}, **story)
    at_first = seen.state.accounts.balance[: len(seen.balance()[0])]
    kept = seen.balance() + 0
    assert (kept[0] == np.minimum(at_first, LIMIT)).all()
    assert (kept[1] == at_first).all()
    assert (kept[2] == 0).all()
    has_run = (at_first > LIMIT).sum()
    assert seen.gauge("runners").sum(axis=0)[:, 0].tolist() == [has_run, 0, (at_first > 0).sum()]


def test_who_fears_more_runs_with_both_parts(play: Play) -> None:
    limited = lever("guarantee", cover="90 %", credibility="100 %", limit=f"{LIMIT / 100} CNY")
    seen = play(3, platforms=LIQUID, variants={"limited": [limited]}, mechanisms={"choice": {"calm": 3.0}})
    assert seen.balance().sum() == 0


def test_a_rule_that_lets_all_leave_takes_the_covered_part_too(play: Play) -> None:
    limited = lever("guarantee", cover="90 %", credibility="100 %", limit=f"{LIMIT / 100} CNY")
    rules = {"choice": {"calm": 1.0}, "clusters": {"activity": "100 %/day"}}
    seen = play(3, platforms=LIQUID, variants={"limited": [limited]}, mechanisms=rules)
    assert seen.balance().sum() == 0


def test_who_has_moved_the_excess_may_still_run_and_counts_once(play: Play) -> None:
    mechanisms = {**ALL_MOVE, "choice": {"calm": -2.0}}
    panic = lever("process_friction", exit=-5, delay="0 d", **{"from": "5 d"})
    story = {"first": [*({**each, "cover": "80 %"} for each in guarantees(LIMIT, 1e9)), panic]}
    seen = play(4, platforms=LIQUID, investors=ONE_HOLDS, mechanisms=mechanisms, variants=story)
    holders = (seen.balance()[0] > 0).sum()
    assert (seen.state.actions & RUNS).sum() == 0
    assert (seen.balance()[0] <= LIMIT).all()
    seen.step(4)
    assert seen.balance().sum() == 0
    assert seen.gauge("runners").sum(axis=0)[0, 0] == holders <= N


def test_a_limit_of_nothing_changes_nothing_where_money_is_locked(play: Play) -> None:
    """All of a balance lies above it: who runs takes the free part and gives notice for the rest, as without it."""
    locked = {"Harbour": {"liquid_share": "60 %", "locked_share": "50 %", "lock_term": "20 d"}, "Quay": {}}
    mechanisms = {"choice": {"calm": 1, "part": "30 %"}}
    variants = {"nothing": [], "limit 0": guarantees(0.0, cost=0)}
    seen = play(0, platforms=locked, mechanisms=mechanisms, variants=variants)
    seen.step(30)
    for name in ("requests", "claims", "runners"):
        found = seen.gauge(name)[..., 0]
        assert (found == found[:, :1]).all(), name
    assert (seen.balance()[0] < EACH).sum() > N / 2
