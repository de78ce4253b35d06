"""Why they withdrew: every request of a run, shared out among the channels that pushed its owner over the line.

Whoever runs does so because the sum of the choice (see ``kernels/choose.py``) passed the day's draw. With all
channels at rest, where they were on day 0, the sum would have been lower. Let the channels grow together from rest to
what they are:

- Where the draw is passed at rest already, it is an *ordinary* need: they would have left on a calm day as well.
- Where the sum crosses the draw on the way, each channel takes its share of the way. Two channels that multiply each
  other, fear and herding, take half of the product each: the value of Aumann and Shapley (1974, Values of Non-Atomic
  Games), which adds up.
- Where they would not have looked at their account without fear, and the sum had crossed before they do, it is fear.

Who runs by a threshold of neighbours alone (mechanism ``threshold``) runs for herding.

Who leaves in the ordinary way is shared out likewise: at rest, or by trust in service or information safety lost.
Levers and terms (fees, cover, friction) are not channels: they are in the sum at rest as they are today.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trustsim.experiment.run import Run, RunTimeout
from trustsim.kernels import draws, purposes
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import LEAVES, LEAVING, RUNS, Beliefs, Gauges, Traits
from trustsim.kernels.variates import account_words, logistic_variates
from trustsim.model import DAY, TrustCrisisModel
from trustsim.model.engine import Engine
from trustsim.scenario.resolved import Scenario
from trustsim.world.leaning import CHANNELS

FUNDAMENTALS, HERDING, FEAR, FIRST_MOVE, ORDINARY = range(len(CHANNELS))
_BY_PUSH = -1
WITHDRAWN, CLAIMS = "withdrawn", "claims"

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Causes(TrustCrisisModel):
    """A model that takes down why money is asked for.

    ``asked`` int64 (variants,): asked for so far, minor units; ``by_channel`` float64 (variants, CHANNELS): the same,
    shared out.
    """

    def __init__(self, scenario: Scenario, variants: Sequence[str], rng: int) -> None:
        super().__init__(scenario, variants, rng, collects=False)
        self.phases = tuple(phase._replace(run=self._note) if phase.name == "actions" else phase for phase in DAY)
        state = self.state
        self._platform = np.repeat(np.arange(state.n_platforms), np.diff(state.accounts.first))
        self._rest = state.beliefs[[Beliefs.FUND, Beliefs.INTEGRITY, Beliefs.RISK]].copy()
        self._last = np.zeros((state.n_lanes, state.accounts.n_accounts, len(CHANNELS)), np.float32)
        self.asked = np.zeros(state.n_lanes, np.int64)
        self.by_channel = np.zeros((state.n_lanes, len(CHANNELS)))

    def _note(self, engine: Engine) -> None:
        state = self.state
        chosen = state.actions[:, : state.accounts.n_accounts]  # which is longer, to be read in words
        leave = chosen & np.uint8(RUNS | LEAVES) > 0
        gave_notice = state.flags & np.uint8(LEAVING) > 0  # asks for the rest, for the reason of then
        v, i = np.nonzero(leave & ~gave_notice)
        self._last[v, i] = self._shares(v, i)
        before = state.requested.copy()
        engine.act()
        v, i = np.nonzero(state.requested > before)
        asked = state.requested[v, i] - before[v, i]
        np.add.at(self.asked, v, asked)
        np.add.at(self.by_channel, v, asked[:, None] * self._last[v, i].astype(np.float64))

    def _shares(self, v: Indices, i: Indices) -> Floats:
        """Return float64 (n, CHANNELS), rows that add up to 1: what made accounts *i* in variants *v* run or leave."""
        action, w = self.state.actions[v, i], self.state.weights[v, self._platform[i]].T.astype(np.float64)
        login, luck, ordinary = self._draws(i)
        at_rest, push = self._running(v, i, w)
        line = np.where(w[Weights.RULE] > 0, 0.0, luck)
        crossed = _crossing(at_rest, push.sum(axis=0), line)
        looked = self._looking(v, i, w, login)
        runs_at = np.where(action & RUNS > 0, np.maximum(crossed, looked), np.inf)
        leaves_at = np.where(action & LEAVES > 0, _crossing(*self._leaving(v, i, w), ordinary), np.inf)
        need = self.state.traits[Traits.NEED, 0, i]
        followed = (need > 0) & (self.state.beliefs[Beliefs.SEEN, v, i] >= need) & (at_rest + push.sum(axis=0) <= line)
        channel = np.select(
            [followed, np.minimum(runs_at, leaves_at) == 0, leaves_at < runs_at, looked > crossed],
            [HERDING, ORDINARY, FUNDAMENTALS, FEAR],
            default=_BY_PUSH,
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(channel == _BY_PUSH, push / push.sum(axis=0), np.eye(len(CHANNELS))[:, channel])
        return np.asarray(shares.T)

    def _running(self, v: Indices, i: Indices, w: Floats) -> tuple[Floats, Floats]:
        """Return the log-odds of a run with all channels at rest, (n,), and what each adds to it, (CHANNELS, n)."""
        state = self.state
        fund, integrity, _, _, _, risk, fear, seen = state.beliefs[:, v, i].astype(np.float64)
        fund_0, integrity_0, risk_0 = self._rest[:, v, i].astype(np.float64)
        traits = state.traits[:, 0, i].astype(np.float64)
        literacy = traits[Traits.LITERACY]
        held, limit = state.balance[v, i], w[Weights.COVER_LIMIT]
        left = 1 - w[Weights.COVER] * np.minimum(limit / np.maximum(held, 1), 1.0)
        calm = self.engine.calm[v, self._platform[i]].astype(np.float32)
        at_rest = traits[Traits.CALM] + calm + w[Weights.RISK] * risk_0 + np.log(np.maximum(left, np.exp(-25)))
        at_rest -= w[Weights.FUND] * fund_0 + w[Weights.INTEGRITY] * integrity_0
        known = literacy + w[Weights.EDUCATION] * (1 - literacy)
        peers = w[Weights.HERDING] * traits[Traits.HERDING] * (1 - 0.5 * known)
        peers *= seen * traits[Traits.LINKS] - w[Weights.NORMAL_SHARE]
        both = 0.5 * w[Weights.HERDING_FEAR] * fear * peers
        blind = 0.5 * np.minimum(w[Weights.FUNDAMENTALS_FEAR] * fear, 1.0) * w[Weights.RISK]
        push = np.zeros((len(CHANNELS), len(i)))
        push[FUNDAMENTALS] = w[Weights.FUND] * (fund_0 - fund) + w[Weights.INTEGRITY] * (integrity_0 - integrity)
        push[FUNDAMENTALS] += (w[Weights.RISK] - blind) * (risk - risk_0)
        push[HERDING] = peers + both
        push[FEAR] = w[Weights.FEAR] * fear + both - blind * (risk + risk_0)
        push[FIRST_MOVE] = w[Weights.CALM] - calm
        for law in self.engine.laws:
            run = np.broadcast_to(np.asarray(law.run), (self.state.n_lanes, self.state.n_platforms))
            push[CHANNELS.index(law.channel)] += run[v, self._platform[i]] * self.state.column(law.column)[v, i]
        for channel, leaning in self.engine.leanings.items():
            push[FIRST_MOVE] -= leaning[v, self._platform[i]]
            push[CHANNELS.index(channel)] += leaning[v, self._platform[i]]
        return at_rest, push

    def _leaving(self, v: Indices, i: Indices, w: Floats) -> tuple[Floats, Floats]:
        """Return the log-odds of ordinary leaving at rest, and what trust lost adds to it, float64 (n,) both."""
        info, service = (self.state.beliefs[part, v, i].astype(np.float64) for part in (Beliefs.INFO, Beliefs.SERVICE))
        own = self.state.traits[Traits.PRIOR, 0, i]
        lost = w[Weights.INFO] * (own - info) + w[Weights.SERVICE] * (own - service)
        return self.state.traits[Traits.CHURN, 0, i] + w[Weights.ORDINARY], lost

    def _looking(self, v: Indices, i: Indices, w: Floats, login: Floats) -> Floats:
        """Return float64 (n,): how much of today's fear it takes to look at the account; 0: they look anyway."""
        attention = self.state.traits[Traits.ATTENTION, 0, i].astype(np.float64)
        gain = w[Weights.ATTENTION_FEAR] * self.state.beliefs[Beliefs.FEAR, v, i]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(login < attention, 0.0, (login / attention - 1) / gain)

    def _draws(self, i: Indices) -> tuple[Floats, Floats, Floats]:
        """Return the day's draws of accounts *i*, float64 (n,), as the account pass makes them: uniform of looking,
        logistic of running and of leaving."""
        words, variates = np.empty((4, len(i)), np.uint32), np.empty((2, len(i)), np.float32)
        platform, who = self._platform[i], self.state.accounts.investor[i]
        for p in range(self.state.n_platforms):
            here = platform == p
            part = np.empty((4, int(here.sum())), np.uint32)
            account_words(part, who[here], self.day, p, purposes.ACCOUNT_DAY, self.engine.clock.keys[0])
            words[:, here] = part
        for k in range(2):
            logistic_variates(words[k + 1], variates[k], variates.view(np.uint32)[k])
        luck, ordinary = variates.astype(np.float64)
        return words[0] * draws.UNIFORM_SCALE, luck, ordinary


def _crossing(at_rest: Floats, push: Floats, line: Floats) -> Floats:
    """Return float64 (n,): the part of the push that takes the sum over the line; 0 where it is over it at rest."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((at_rest > line) | (push <= 0), 0.0, np.maximum(line - at_rest, 1e-12) / push)


def simulate_with_causes(
    scenario: Scenario, variants: Sequence[str], replication: int, *, timeout: float | None = None
) -> Run:
    """Run one replication of one lockstep group; its outcomes are ``withdrawn``, its parts by channel, and ``claims``.

    All but the claims of day 0 (minor units) are shares of these; money that comes back and leaves again counts twice.
    Raises RunTimeout as :func:`trustsim.experiment.simulate.simulate` does.
    """
    began = time.perf_counter()
    model = Causes(scenario, variants, replication)
    claims = np.maximum(model.history[0, Gauges.CLAIMS_AT_START].sum(axis=1), 1.0)
    for day in range(scenario.n_days):
        model.step()
        if timeout is not None and time.perf_counter() - began > timeout:
            raise RunTimeout(f"given {timeout:g} s for a pass; over after {day + 1} of {scenario.n_days} steps")
    parts = {name: model.by_channel[:, k] / claims for k, name in enumerate(CHANNELS)}
    outcomes = {WITHDRAWN: model.asked / claims, **parts, CLAIMS: claims}
    run = Run(replication, tuple(v.name for v in model.variants), outcomes, {})
    model.__dict__.clear()  # model and agents point at each other: the arrays would wait for the garbage collector
    return run
