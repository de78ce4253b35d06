"""What those who run today act on: the channel that pushed each of them most since day 0."""

from __future__ import annotations

import numpy as np

from trustsim.kernels import draws, purposes
from trustsim.kernels.acting import RAN_NOW, TOGETHER
from trustsim.kernels.channels import Channels, channels_of
from trustsim.kernels.choose import (
    Moving,
    Owner,
    RunParts,
    added_up,
    attending,
    beyond_calm,
    by_others_seen,
    looking,
    pull_of,
    running,
)
from trustsim.kernels.co_clients import exposed
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.compiled import compiled, inlined
from trustsim.kernels.cover import left_to
from trustsim.kernels.layout import WARY, Beliefs, Gauges, Traits
from trustsim.kernels.variates import account_words, judgements, logistic_variates

_N_CHANNELS, _UNSAID = len(Channels), -1
_REMEMBERED = 2.0  # log-odds since day 0 from which a run is remembered; less is the noise of calm, assumed
_COUNTS_TO = tuple(_UNSAID if channel is None else int(channel) for channel in channels_of(RunParts))
_HERDING, _FEAR, _ORDINARY = int(Channels.HERDING), int(Channels.FEAR), int(Channels.ORDINARY)
_FIRST_MOVE, _FIRST = int(Channels.FIRST_MOVE), int(Gauges.RAN_FOR_FUNDAMENTALS)


@compiled
def note_reasons(accounts, platforms, pushes, room, place, clock) -> None:
    """Count those who run today in ``place`` (world, lane, platform), ``room.runners``, by what pushed each of them
    most, before anybody sees what others do; who was pushed by more than the noise of calm remembers it.
    """
    w, v, p = place
    words, luck, weights = room.words, room.luck, room.weights
    for row in range(len(weights)):
        weights[row] = platforms.weights[v, p, row]
    stream = accounts.stream[p]
    for start in range(0, room.done[RAN_NOW], TOGETHER):
        runners = room.runners[start : min(start + TOGETHER, room.done[RAN_NOW])]
        n = len(runners)
        for k in range(n):
            room.who[k] = accounts.investor[w, runners[k]]
        account_words(words, room.who[:n], clock.day, stream, purposes.ACCOUNT_DAY, clock.keys[w])
        lasting = platforms.dials[v, Dials.LASTING] / clock.dt
        judgements(words[1], room.who[:n], clock.day, lasting, stream, clock.keys[w])
        logistic_variates(words[1, :n], luck, luck.view(np.uint32))
        for k in range(n):
            i = runners[k]
            traits, beliefs = accounts.traits[:, w, i], accounts.beliefs[:, v, i]
            aware, literacy = traits[Traits.AWARE], traits[Traits.LITERACY]
            loss, _ = left_to(accounts.balance[v, i], aware, literacy, platforms.weights[v, p])
            drawn = (np.float64(words[0, k]) * draws.UNIFORM_SCALE, np.float64(luck[k]), np.float64(loss))
            channel = reason(room.push, weights, traits, beliefs, pushes, (v, p, i), drawn)
            platforms.gauges[_FIRST + channel, v, p] += 1.0
            if channel != _ORDINARY and room.push.sum() > _REMEMBERED:
                accounts.known[v, i] |= np.uint8(WARY)


@compiled
def reason(push, weights, traits, beliefs, pushes, place, drawn):
    """Return the channel that one who runs acts on, an entry of :class:`Channels`; fill ``push`` float64 (CHANNELS,).

    Who would have run with all as on day 0 had an ordinary need; who would not have looked at the account without fear
    acted on fear; who runs by a count of neighbours alone, on herding; any other on what adds most to the sum since day
    0: it is the largest of the parts that attribution shares a request out to (analysis/causes.py).

    ``weights`` float64 (Weights,), ``traits`` float32 (Traits,), ``beliefs`` float32 (Beliefs,); ``place``: lane,
    platform, account; ``drawn``: the draws of looking and running, and the log of the share of a loss that is not
    covered.
    """
    login, luck, loss = drawn
    at_rest = pushed(push, weights, traits, beliefs, pushes, place, loss)
    total, need, seen = push.sum(), wide(traits[Traits.NEED]), wide(beliefs[Beliefs.SEEN])
    line = 0.0 if weights[Weights.RULE] > 0.0 else luck
    if seen >= need and at_rest + total <= line:
        return _HERDING
    crossed = 0.0 if at_rest > line or total <= 0.0 else max(line - at_rest, 1e-12) / total
    pull, attention = pull_of(weights), wide(traits[Traits.ATTENTION])
    attention = attending(attention, wide(traits[Traits.LITERACY]), wide(beliefs[Beliefs.ATTENTION]), weights)
    calm, afraid = looking(pull, attention, 0.0), looking(pull, attention, wide(beliefs[Beliefs.FEAR]))
    looked = 0.0 if login < calm or afraid <= calm else (login - calm) / (afraid - calm)
    if crossed <= 0.0 and looked <= 0.0:
        return _ORDINARY
    return _FEAR if looked > crossed else int(push.argmax())


@inlined
def wide(x):
    """Return a number in double precision, so that differences of parts keep their digits."""
    return np.float64(x)


@inlined
def with_fear(now, fear):
    """Return what stands at *now*, with fear."""
    return Moving(
        now.terms, now.state, now.fund, now.integrity, now.risk, now.evidence, fear, now.others, now.queue,
        now.columns,
    )  # fmt: skip


@compiled
def pushed(push, weights, traits, beliefs, pushes, place, loss):
    """Fill ``push`` float64 (CHANNELS,) with what each channel adds to the readiness to run since day 0; return what
    that would be with all as on day 0."""
    v, p, i = place
    pull, prior = pull_of(weights), wide(traits[Traits.PRIOR])
    owner = Owner(wide(traits[Traits.CALM]), wide(traits[Traits.HERDING]), wide(traits[Traits.LITERACY]))
    risk_0 = pushes.risk[v, p] + pushes.noise[v, p] * wide(traits[Traits.READING])
    seen, out, each = wide(beliefs[Beliefs.SEEN]), wide(beliefs[Beliefs.OUT]), wide(beliefs[Beliefs.EACH])
    exposure = exposed((pull.lately, pull.out), seen, out, each)
    beyond = beyond_calm(pull, owner, exposure, wide(beliefs[Beliefs.WHOLE]))
    share = by_others_seen(pull, owner, exposure)
    fund, integrity = wide(beliefs[Beliefs.FUND]), wide(beliefs[Beliefs.INTEGRITY])
    risk, calm, fear = wide(beliefs[Beliefs.RISK]), weights[Weights.CALM], wide(beliefs[Beliefs.FEAR])
    evidence, rest_of_it = wide(beliefs[Beliefs.EVIDENCE]), (1.0 - share) * beyond
    rest = Moving(pushes.calm[v, p], 0.0, prior + pushes.fund[v, p], prior, risk_0, 0.0, 0.0, 0.0, 0.0, 0.0)
    today = Moving(calm, pull.state, fund, integrity, risk, evidence, 0.0, share * beyond, rest_of_it, 0.0)
    at_rest, afraid = running(pull, owner, rest, loss), running(pull, owner, with_fear(rest, fear), loss)
    fearless, now = running(pull, owner, today, loss), running(pull, owner, with_fear(today, fear), loss)
    push[:] = 0.0
    for k in range(len(now)):
        if _COUNTS_TO[k] != _UNSAID:
            push[_COUNTS_TO[k]] += (fearless[k] - at_rest[k] + now[k] - afraid[k]) / 2
        push[_FEAR] += (afraid[k] - at_rest[k] + now[k] - fearless[k]) / 2
    for k in range(_N_CHANNELS):
        push[_FIRST_MOVE] -= pushes.leant[k, v, p]
        push[k] += pushes.leant[k, v, p]
    for k in range(len(pushes.law_run)):
        x = np.float64(pushes.columns[pushes.law_column[k], v, i])
        push[pushes.law_channel[k]] += pushes.law_run[k, v, p] * x
    return added_up(at_rest)
