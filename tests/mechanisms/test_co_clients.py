"""Whom an investor counts: neighbours who are clients of the same platform, by their number to a power."""

from __future__ import annotations

import math

import numpy as np
import pytest
from quiet_world import N, Play

import trustsim as ts
from trustsim.kernels.layout import CO_CLIENT, COUNTED, FLED, HOLDS, Beliefs
from trustsim.model.crisis import TrustCrisisModel

ALL = {"kind": "poisson", "mean_degree": 10_000}  # as complete, with its rows written out
FEAR = {"contagion": 0.1, "decay": "0 /day", "threshold": 1}
TWO = [{"name": name, "kind": "p2p_lending", "custody": "payment_firm", "liquid_share": "15 %"} for name in ("A", "B")]


@pytest.mark.parametrize("network", [ALL, {"kind": "complete"}])
@pytest.mark.parametrize(("exponent", "times"), [(1.0, 1.0), (0.5, 2.0), (0.0, 4.0)])
def test_exposure_grows_with_co_clients_by_the_exponent(play: Play, network, exponent: float, times: float) -> None:
    """With four times the usual contacts, all of whom leave, the share expected to leave is 2 · 4^(1 − γ), in calm a
    tenth of that."""
    x = math.log((2 * times + 0.02) / (0.2 * times + 0.02))
    herding = {"weight": 2, "normal": "10 %", "fading": "0 /day", "degree_exponent": exponent, "usual_contacts": 4.75}
    for nudge, follows in ((0.02, True), (-0.02, False)):
        on = {"choice": {"calm": -x + nudge, "fund": 1, "others": 1}, "herding": herding}
        seen = play(0, network=network, mechanisms=on)
        seen.belief("fund")[0, :-1] = -20.0
        assert (seen.step(2).gauge("runners")[2, 0, 0] == 1) == follows


@pytest.mark.parametrize("network", [ALL, {"kind": "complete"}])
@pytest.mark.parametrize(("exponent", "part"), [(0.0, 1.0), (0.5, 0.5), (1.0, 0.25)])
def test_an_alarm_is_shared_out_among_co_clients_by_the_exponent(play: Play, network, exponent, part) -> None:
    """With four times the usual contacts an alarm adds contagion · 4^−γ."""
    on = {"fear": {**FEAR, "degree_exponent": exponent, "usual_contacts": 4.75}}
    seen = play(0, network=network, mechanisms=on)
    seen.belief("fear")[0, 0] = 1.01
    assert seen.step().belief("fear")[0, 1:] == pytest.approx(0.1 * part, abs=1e-6)


def test_neighbours_without_an_account_are_not_counted_and_alarm_nobody(play: Play) -> None:
    """Half of the neighbours hold nothing: all clients but one leave, and that is an exposure of 1 for the last."""
    herding = {"weight": 2, "normal": "10 %", "fading": "0 /day"}
    some, x = {"count": 40, "members": "50 %"}, math.log(2.02 / 0.22)
    for nudge, follows in ((0.02, True), (-0.02, False)):
        on = {"choice": {"calm": -x + nudge, "fund": 1, "others": 1}, "herding": herding}
        seen = play(0, network=ALL, investors=some, mechanisms=on)
        holds = np.flatnonzero(seen.balance()[0])
        assert 10 < len(holds) < 30
        seen.belief("fund")[0, holds[:-1]] = -20.0
        assert (seen.step(2).gauge("runners")[2, 0, 0] == 1) == follows
    seen = play(0, network=ALL, investors=some, mechanisms={"fear": FEAR})
    holds = seen.balance()[0] > 0
    seen.belief("fear")[0, np.flatnonzero(~holds)[0]] = 1.01
    seen.step()
    assert (seen.belief("fear")[0, holds] == 0).all()
    seen.belief("fear")[0, np.flatnonzero(holds)[0]] = 1.01
    assert seen.step().belief("fear")[0, holds][1:] == pytest.approx(0.1)


def test_who_joins_is_a_co_client_from_the_next_day_and_who_left_stays_one(play: Play) -> None:
    on = {"adoption": {"innovation": "1000 /day", "imitation": "0 /day"}}
    seen = play(0, network=ALL, investors={"members": "0 %"}, segment={"invested": "50 %"}, mechanisms=on)
    count = seen.state.beliefs[Beliefs.CO_CLIENTS, 0]
    assert (count == 0).all()
    seen.step()
    assert (seen.balance() > 0).all()
    assert (count == N - 1).all()
    off = {"choice": {"calm": 50}}
    left = play(2, network=ALL, platforms={"Harbour": {"liquid_share": "100 %"}}, mechanisms=off)
    assert (left.balance() == 0).all()
    assert (left.state.beliefs[Beliefs.CO_CLIENTS, 0] == N - 1).all()


@pytest.mark.parametrize("network", [ALL, {"kind": "complete"}])
def test_who_ran_counts_until_coming_back(play: Play, network) -> None:
    """All but one have run, and nothing else is remembered: with ``out`` of a half they count half of an exposure of 1
    for the last; who has come back counts no more."""
    herding = {"weight": 2, "normal": "10 %", "fading": "100 %/day", "out": 0.5}
    on = {"choice": {"calm": -50, "fund": 5, "others": 1}, "herding": herding}
    seen = play(0, network=network, mechanisms=on, platforms={"Harbour": {"liquid_share": "100 %"}})
    seen.belief("fund")[0, :-1] = -12.0
    out, harbour = seen.state.beliefs[Beliefs.OUT, 0], seen.state.drawn[0].mine(0)
    assert out[harbour].tolist() == [0] * N
    seen.step()
    assert out[harbour].tolist() == [N - 2] * (N - 1) + [N - 1]
    seen.belief("fund")[0, :-1] = 0.0
    seen.step(2)
    assert seen.gauge("runners")[:, 0, 0].tolist() == [0, N - 1, 0, 0]
    ready = math.log((2 * 0.5 + 0.02) / (0.2 + 0.02))
    for nudge, follows in ((0.02, 1), (-0.02, 0)):
        on["choice"]["calm"] = -ready + nudge
        seen = play(0, network=network, mechanisms=on, platforms={"Harbour": {"liquid_share": "100 %"}})
        seen.belief("fund")[0, :-1] = -12.0
        seen.step()
        seen.belief("fund")[0, :-1] = 12.0
        assert seen.step().gauge("runners")[:, 0, 0].tolist() == [0, N - 1, follows]
    seen.state.known[0, harbour] &= 255 - FLED  # as who pays in anew
    assert (seen.step().state.beliefs[Beliefs.OUT, 0, harbour] == 0).all()


def _story(**more):
    changes = {"platforms": TWO, "investors.count": 300, "shocks.0.platform": "A", "investors.members": "60 %", **more}
    return ts.load("scenarios/quickstart.yaml", overrides=changes)


def _checked(model: TrustCrisisModel, herding, fear) -> None:
    """Hold what is kept of the co-clients against a count from the network and against the formulas."""
    state, (world,) = model.state, model.state.drawn
    sees = np.zeros((world.network.n_nodes, world.network.n_nodes))
    indptr, seen = world.network.seen
    sees[np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), seen] = 1.0
    for v in range(state.n_lanes):
        for p in range(state.n_platforms):
            mine, who = world.mine(p), world.owners(p)
            is_client = np.zeros(world.network.n_nodes)
            is_client[who[state.known[v, mine] & CO_CLIENT > 0]] = 1.0
            d = (sees @ is_client)[who]
            found = state.beliefs[:, v, mine]
            assert (found[Beliefs.CO_CLIENTS] == d).all()
            is_out = np.zeros(world.network.n_nodes)
            is_out[who[state.known[v, mine] & COUNTED > 0]] = 1.0  # who comes back by a payment is seen tomorrow
            assert (found[Beliefs.OUT] == (sees @ is_out)[who]).all()
            power = 1 - herding.degree_exponent
            whole = np.where((d > 0) | (power == 0), (np.maximum(d, 1) / herding.usual_contacts) ** power, 0)
            assert found[Beliefs.WHOLE] == pytest.approx(whole, rel=1e-6)
            assert found[Beliefs.EACH] == pytest.approx(np.where(d > 0, whole / np.maximum(d, 1), 0), rel=1e-6)
            part = (fear.usual_contacts / np.maximum(d, 1)) ** fear.degree_exponent
            gain = 1.5 - world.population.traits["resilience"][who]
            assert found[Beliefs.ALARM_GAIN] == pytest.approx(gain * part, rel=1e-5)


@pytest.mark.parametrize("exponent", [1.0, 0.6, 1.5])
def test_co_clients_are_those_of_the_network_who_hold_or_have_held_an_account(exponent: float) -> None:
    both = {f"mechanisms.{name}.degree_exponent": exponent for name in ("herding", "fear")}
    both["mechanisms.herding.out"] = 0.5
    story = _story(**both)
    model = ts.TrustCrisisModel(story, ["nothing", "gate"], rng=1, collects=False)
    rules = story.variants[0].world.mechanisms
    _checked(model, rules["herding"], rules["fear"])
    before = (model.state.known & CO_CLIENT).sum()
    for _ in range(60):
        held = (model.state.flags & HOLDS) > 0
        model.step()
        assert (model.state.known[held] & CO_CLIENT).all()
    assert (model.state.known & CO_CLIENT).sum() > before
    _checked(model, rules["herding"], rules["fear"])
    fork = model.fork("gate")
    for _ in range(5):
        model.step()
        fork.step()
    assert (fork.state.known[0] == model.state.known[1]).all()
    assert (fork.state.beliefs[:, 0] == model.state.beliefs[:, 1]).all()


def test_variants_of_one_pass_may_count_by_other_exponents_and_so_may_a_fork() -> None:
    """What is remembered is who left; what that counts is worked out by the variant's own exponent."""
    other = _story(variants={"nothing": [], "by number": [{"set": {"mechanisms.herding.degree_exponent": 0}}]})
    both = ts.TrustCrisisModel(other, rng=1, collects=False)
    alone = ts.TrustCrisisModel(other, ["by number"], rng=1, collects=False)
    fork = ts.TrustCrisisModel(other, ["nothing"], rng=1, collects=False).fork("by number", of="nothing")
    each = [model.state.beliefs[Beliefs.EACH] for model in (both, alone, fork)]
    assert (each[0][0] != each[0][1]).any()
    assert (each[0][1] == each[1][0]).all()
    assert (each[2][0] == each[1][0]).all()


def test_who_knows_nobody_expects_what_is_seen_of_payments_alone_whatever_the_exponent(play: Play) -> None:
    for exponent in (0.5, 1.5, 2.0):
        herding = {"weight": 2, "normal": "10 %", "degree_exponent": exponent}
        on = {"choice": {"calm": 0.1, "fund": 1, "others": 1}, "herding": herding}
        seen = play(1, mechanisms=on)
        assert np.isfinite(seen.state.beliefs).all()
        assert seen.gauge("runners")[1, 0, 0] == N  # as in calm: neither more nor fewer are expected to leave
