"""A loan, a job, no other bank: ties keep clients on a sound platform, and insiders run from an insolvent one."""

from __future__ import annotations

import numpy as np
import pytest
from quiet_world import Play

from trustsim.mechanisms.behaviour.ties import INSIDER, TIED

MANY = {"count": 6000, "second_platform": "0 %", "considered": 1}


def run_share(play: Play, equity: str, **platform: str) -> float:
    """Return the share of holders that run on the first day of attention, at even odds without ties."""
    mechanisms = {"choice": {"rule": "logit", "calm": 0.0}, "ties": {"loan": 1, "job": 1, "only": 1, "insight": 3}}
    seen = play(1, investors=MANY, platforms={"Harbour": {"equity": equity, **platform}}, mechanisms=mechanisms)
    return float(seen.gauge("runners")[1, 0, 0] / seen.gauge("holders")[0, 0, 0])


def at(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


@pytest.mark.parametrize("kind", ["borrowers", "employees"])
def test_borrowers_run_less_on_a_sound_platform_and_more_on_an_insolvent_one(play: Play, kind: str) -> None:
    assert run_share(play, "5 %") == pytest.approx(at(0), abs=0.02)
    assert run_share(play, "-5 %") == pytest.approx(at(0), abs=0.02)
    assert run_share(play, "5 %", **{kind: "100 %"}) == pytest.approx(at(-1), abs=0.02)
    assert run_share(play, "-5 %", **{kind: "100 %"}) == pytest.approx(at(2), abs=0.02)


def test_clients_without_another_bank_run_less_and_know_no_more(play: Play) -> None:
    for equity in ("5 %", "-5 %"):
        assert run_share(play, equity, exclusive="100 %") == pytest.approx(at(-1), abs=0.02)


def test_ties_add_up_and_their_shares_are_those_of_the_platform(play: Play) -> None:
    tied = {"Harbour": {"borrowers": "30 %", "employees": "10 %"}, "Quay": {}}
    more = [{"set": {"platforms.Harbour.borrowers": "60 %"}}]
    seen = play(2, investors={"count": 6000}, platforms=tied, mechanisms={"ties": {}}, variants={"a": [], "b": more})
    column, n = seen.state.column(TIED), len(seen.balance()[0])
    some, many = column[:, :n]
    assert (column[:, n:] == 0).all()  # nobody is tied to Quay
    assert (seen.state.column(INSIDER)[0, :n] > 0).mean() == pytest.approx(1 - 0.7 * 0.9, abs=0.02)
    assert np.unique(some).tolist() == pytest.approx([0, 0.7, 1.4])
    assert some.mean() == pytest.approx(0.7 * 0.4, abs=0.02)
    assert (many >= some).all()  # the same people, and more
    assert many.mean() == pytest.approx(0.7 * 0.7, abs=0.02)


def test_the_tied_leave_less_in_the_ordinary_way(play: Play) -> None:
    mechanisms = {"ordinary": {"leave": "20 %/day", "join": "0.0001 %/day", "tenure": 0}, "ties": {"loan": 1}}
    shares = []
    for borrowers in ("0 %", "100 %"):
        seen = play(1, investors=MANY, platforms={"Harbour": {"borrowers": borrowers}}, mechanisms=mechanisms)
        shares.append(float(seen.gauge("leavers")[1, 0, 0] / seen.gauge("holders")[0, 0, 0]))
    assert shares[0] == pytest.approx(0.2, abs=0.02)
    assert shares[1] == pytest.approx(at(np.log(0.25) - 1), abs=0.02)
