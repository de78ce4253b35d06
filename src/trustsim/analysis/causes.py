"""Why they withdrew: every request of a run, shared out among the channels that pushed its owner over the line.

Whoever runs does so because the sum of the choice passed the day's draw; ``kernels/choose.py`` says what each part of
it counts to. With all channels at rest, where they were on day 0, the sum would have been lower. Let the channels grow
together from rest to what they are:

- Where the draw is passed at rest already, it is an *ordinary* reason, a need or a better yield elsewhere: they would
  have left on a calm day as well.
- Where the sum crosses the draw on the way, each channel takes its share of the way. Fear multiplies other channels:
  of each product both take half, the value of Aumann and Shapley (1974, Values of Non-Atomic Games), which adds up. It
  comes from the sums at four points: at rest, with today's fear alone, with all but that, and today.
- Where they would not have looked at their account without fear, and the sum had crossed before they do, it is fear.

Who runs by a threshold of neighbours alone (mechanism ``threshold``) runs for herding.

Who leaves in the ordinary way is shared out likewise: at rest, by trust in service or information safety lost, or by
what declared columns add.
Levers and terms (fees, cover, friction) are not channels: they are in the sum at rest as they are today.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.experiment.run import Run
from trustsim.experiment.simulate import step_to_the_horizon
from trustsim.kernels import draws, purposes
from trustsim.kernels.channels import Channels, channels_of
from trustsim.kernels.choose import LeaveParts, Moving, RunParts
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.layout import EXCESS, LEAVES, LEAVING, RUNS, Beliefs, Gauges, Traits
from trustsim.kernels.parts import chances_to_look, expecting, leaving_parts, losses, running_parts
from trustsim.kernels.variates import account_words, judgements, logistic_variates
from trustsim.model import DAY, TrustCrisisModel
from trustsim.model.engine import Engine
from trustsim.scenario.resolved import Scenario
from trustsim.world.leaning import CHANNELS

_BY_PUSH = -1
_BELIEVED = [Beliefs.FUND, Beliefs.INTEGRITY, Beliefs.RISK, Beliefs.EVIDENCE, Beliefs.FEAR]
WITHDRAWN = "withdrawn"

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Chosen(NamedTuple):
    """Accounts of which somebody wants to know why they leave, n of them."""

    lane: Indices  # (n,)
    platform: Indices  # (n,)
    weights: Floats  # (n, Weights)
    traits: Floats  # (Traits, n)
    beliefs: Floats  # (Beliefs, n)
    rest: Floats  # (3, n) trust in fund safety, in integrity, and perceived risk on day 0
    loss: Floats  # (n,) log of the share of a loss that is not covered
    columns: Floats  # (2, CHANNELS, n) log-odds that declared columns add to running and to leaving


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
        self._last[..., Channels.ORDINARY] = state.flags & np.uint8(LEAVING) > 0  # who gave notice before
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
        who = self._chosen(v, i)
        action, need = self.state.actions[v, i], who.traits[Traits.NEED]
        login, luck, ordinary = self._draws(i)
        at_rest, push = self._running(who)
        line = np.where(who.weights[:, Weights.RULE] > 0, 0.0, luck)
        crossed = _crossing(at_rest, push.sum(axis=0), line)
        leaving_at_rest, push_to_leave = self._leaving(who)
        looked = self._looking(who, login)
        runs_at = np.where(action & RUNS > 0, np.maximum(crossed, looked), np.inf)
        leaves_at = np.where(
            action & LEAVES > 0, _crossing(leaving_at_rest, push_to_leave.sum(axis=0), ordinary), np.inf
        )
        leaves = leaves_at < runs_at
        is_moved = (action & EXCESS > 0) & (action & RUNS == 0)
        followed = (need > 0) & (who.beliefs[Beliefs.SEEN] >= need) & (at_rest + push.sum(axis=0) <= line)
        channel = np.select(
            [is_moved, followed, np.minimum(runs_at, leaves_at) == 0, leaves, looked > crossed],
            [Channels.ORDINARY, Channels.HERDING, Channels.ORDINARY, _BY_PUSH, Channels.FEAR],
            default=_BY_PUSH,
        )
        pushed = np.where(leaves, push_to_leave, push)
        with np.errstate(divide="ignore", invalid="ignore"):
            shares = np.where(channel == _BY_PUSH, pushed / pushed.sum(axis=0), np.eye(len(CHANNELS))[:, channel])
        return np.asarray(shares.T)

    def _chosen(self, v: Indices, i: Indices) -> Chosen:
        state, platform = self.state, self._platform[i]
        weights, traits, beliefs = state.weights[v, platform], state.traits[:, 0, i], state.beliefs[:, v, i]
        rest, loss = self._rest[:, v, i], np.empty(len(i), np.float32)
        losses(loss, state.balance[v, i], traits[Traits.AWARE], traits[Traits.LITERACY], weights)
        columns = np.zeros((2, len(CHANNELS), len(i)))
        for law in self.engine.laws:
            x, channel = state.column(law.column)[v, i], CHANNELS.index(law.channel)
            for k, weight in enumerate((law.run, law.leave)):
                columns[k, channel] += np.broadcast_to(weight, (state.n_lanes, state.n_platforms))[v, platform] * x
        return Chosen(
            v,
            platform,
            *(np.ascontiguousarray(each, np.float64) for each in (weights, traits, beliefs, rest, loss, columns)),
        )

    def _running(self, who: Chosen) -> tuple[Floats, Floats]:
        """Return the log-odds of a run with all channels at rest, (n,), and what each adds to it, (CHANNELS, n)."""
        w, v, p, nothing = who.weights, who.lane, who.platform, np.zeros(len(who.lane))
        fund, integrity, risk, evidence, fear = who.beliefs[_BELIEVED]
        others, queue = np.empty((2, len(fund)))
        expecting(
            others,
            queue,
            w,
            who.traits,
            (w[:, Weights.LATELY] * who.beliefs[Beliefs.SEEN] + w[:, Weights.OUT] * who.beliefs[Beliefs.OUT])
            * who.beliefs[Beliefs.EACH],
            who.beliefs[Beliefs.WHOLE],
        )
        calm = self.engine.calm[v, p].astype(np.float32).astype(np.float64)
        fund_0, integrity_0, risk_0 = who.rest
        columns, state = who.columns[0], w[:, Weights.STATE].copy()
        rest = Moving(calm, nothing, fund_0, integrity_0, risk_0, *(nothing,) * 5)
        today = Moving(
            w[:, Weights.CALM].copy(), state, fund, integrity, risk, evidence, fear, others, queue, columns.sum(axis=0)
        )
        on_the_way = rest, rest._replace(fear=fear), today._replace(fear=nothing), today
        at_rest, afraid, fearless, now = (
            _parts(RunParts, running_parts, who, moving, who.loss) for moving in on_the_way
        )
        push = _by_channel(RunParts, (fearless - at_rest + now - afraid) / 2, columns)
        push[Channels.FEAR] += ((afraid - at_rest + now - fearless) / 2).sum(axis=0)
        for channel, leaning in self.engine.leanings[Weights.CALM].items():
            push[Channels.FIRST_MOVE] -= leaning[v, p]
            push[CHANNELS.index(channel)] += leaning[v, p]
        return at_rest.sum(axis=0), push

    def _leaving(self, who: Chosen) -> tuple[Floats, Floats]:
        """Return the log-odds of ordinary leaving at rest, (n,), and what each channel adds to it, (CHANNELS, n)."""
        prior, columns = who.traits[Traits.PRIOR], who.columns[1]
        info, service = who.beliefs[Beliefs.INFO], who.beliefs[Beliefs.SERVICE]
        at_rest = _parts(LeaveParts, leaving_parts, who, prior, prior, np.zeros(len(prior)))
        now = _parts(LeaveParts, leaving_parts, who, info, service, columns.sum(axis=0))
        rest, push = at_rest.sum(axis=0), _by_channel(LeaveParts, now - at_rest, columns)
        for channel, leaning in self.engine.leanings[Weights.ORDINARY].items():
            rest -= leaning[who.lane, who.platform]
            push[CHANNELS.index(channel)] += leaning[who.lane, who.platform]
        return rest, push

    def _looking(self, who: Chosen, login: Floats) -> Floats:
        """Return float64 (n,): how much of today's fear it takes to look at the account; 0: they look anyway."""
        calm, afraid = np.empty((2, len(login)))
        drawn = who.beliefs[Beliefs.ATTENTION]
        chances_to_look(calm, who.weights, who.traits, drawn, np.zeros(len(login)))
        chances_to_look(afraid, who.weights, who.traits, drawn, who.beliefs[Beliefs.FEAR])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(login < calm, 0.0, (login - calm) / (afraid - calm))

    def _draws(self, i: Indices) -> tuple[Floats, Floats, Floats]:
        """Return the day's draws of accounts *i*, float64 (n,), as the account pass makes them: uniform of looking,
        logistic of running and of leaving."""
        words, variates = np.empty((4, len(i)), np.uint32), np.empty((2, len(i)), np.float32)
        platform, who = self._platform[i], self.state.accounts.investor[i]
        lasting = float(self.state.dials[0, Dials.LASTING]) / self.engine.dt
        for p in range(self.state.n_platforms):
            here = platform == p
            part = np.empty((4, int(here.sum())), np.uint32)
            stream = self.state.stream[p]
            account_words(part, who[here], self.day, stream, purposes.ACCOUNT_DAY, self.engine.clock.keys[0])
            judgements(part[1], who[here], self.day, lasting, stream, self.engine.clock.keys[0])
            words[:, here] = part
        for k in range(2):
            logistic_variates(words[k + 1], variates[k], variates.view(np.uint32)[k])
        luck, ordinary = variates.astype(np.float64)
        return words[0] * draws.UNIFORM_SCALE, luck, ordinary


def _parts(kind: type, fill: Callable[..., None], who: Chosen, *standing: Any) -> Floats:
    """Return the parts of a decision, float64 (parts of *kind*, n), as *fill* works them out of what stands."""
    parts = np.empty((len(channels_of(kind)), len(who.lane)))
    fill(parts, who.weights, who.traits, *standing)
    return parts


def _by_channel(kind: type, added: Floats, columns: Floats) -> Floats:
    """Return float64 (CHANNELS, n): *added*, float64 (parts of *kind*, n), by what each part counts to; *columns*,
    float64 (CHANNELS, n), in place of the part that has no channel."""
    push = columns.copy()
    for channel, part in zip(channels_of(kind), added, strict=True):
        if channel is not None:
            push[channel] += part
    return push


def _crossing(at_rest: Floats, push: Floats, line: Floats) -> Floats:
    """Return float64 (n,): the part of the push that takes the sum over the line; 0 where it is over it at rest."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((at_rest > line) | (push <= 0), 0.0, np.maximum(line - at_rest, 1e-12) / push)


def simulate_with_causes(
    scenario: Scenario, variants: Sequence[str], replication: int, *, timeout: float | None = None
) -> Run:
    """Run one replication of one lockstep group; its outcomes are ``withdrawn`` and its parts by channel.

    All are shares of the claims of day 0; money that comes back and leaves again
    counts twice.
    Raises RunTimeout as :func:`trustsim.experiment.simulate.simulate` does.
    """
    began = time.perf_counter()
    model = Causes(scenario, variants, replication)
    claims = np.maximum(model.history[0, Gauges.CLAIMS_AT_START].sum(axis=1), 1.0)
    step_to_the_horizon(model, scenario, began, timeout)
    parts = {name: model.by_channel[:, k] / claims for k, name in enumerate(CHANNELS)}
    outcomes = {WITHDRAWN: model.asked / claims, **parts}
    run = Run(replication, tuple(v.name for v in model.variants), outcomes, {})
    model.__dict__.clear()  # model and agents point at each other: the arrays would wait for the garbage collector
    return run
