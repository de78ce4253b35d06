"""The day's pass over the accounts: hear, feel, believe, choose; one action byte comes out for each account.

Block by block, so that the draws and traits of a block are made once and serve all variants while they are in cache.
Nothing but ``beliefs``, declared columns, ``actions`` and integer sums is written.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from trustsim.kernels import purposes
from trustsim.kernels.block import Luck, Room, attentive, felt_of, who_of
from trustsim.kernels.choose import choose
from trustsim.kernels.coefficients import NEVER, Dials, Weights
from trustsim.kernels.columns import move_columns
from trustsim.kernels.compiled import compiled, compiled_with_arrays, inlined
from trustsim.kernels.cover import covered
from trustsim.kernels.feel import believe, draw_attention, feel, hear, judge, mend, prompt, weigh_news, wound
from trustsim.kernels.layout import BLOCK, N_SIZES, REACH, SUM_SCALE, Beliefs, Gauges, Sums, Targets
from trustsim.kernels.variates import account_words, judgements, logistic_variates, rational_logistic

_N_TARGETS = len(Targets)
_0, _1, _NEVER = np.float32(0), np.float32(1), np.float32(NEVER)
_SCALE32 = np.float32(2.0**-32)
_SUM32 = np.float32(SUM_SCALE)


class Needs(NamedTuple):
    """Which of the day's draws somebody needs; what is not drawn decides nothing, whatever stands there."""

    uniform: bool  # who looks, whom a message reaches; all the same where someone does not look every day
    panic: bool
    ordinary: bool
    error: bool
    lasting: float  # steps for which a person judges with the same draw


@compiled
def measure(sums, trust, flags, felt, w) -> None:
    """Add the trust of holders, and trust and perceived risk of the clients of day 0, to the integer sums int64
    (Sums,); fill ``trust`` int32 (≥ n,) with that of the clients of day 0, 0 for others."""
    fund, integrity, info, service = felt.fund, felt.integrity, felt.info, felt.service
    risk, evidence = felt.risk, felt.evidence
    w_fund, w_integrity = w[Weights.TRUST_FUND], w[Weights.TRUST_INTEGRITY]
    w_info, w_service = w[Weights.TRUST_INFO], w[Weights.TRUST_SERVICE]
    trusting, cohort_trusting, risky = np.int32(0), np.int32(0), np.int32(0)
    for i in range(len(flags)):
        bits = np.int32(flags[i])
        holds, held = np.int32(-(bits & np.int32(1))), np.int32(-((bits >> np.int32(6)) & np.int32(1)))  # HOLDS, COHORT
        trusts = rational_logistic(
            w_fund * fund[i] + w_integrity * integrity[i] + w_info * info[i] + w_service * service[i]
        )
        fixed = np.int32(trusts * _SUM32)
        feared = np.int32(rational_logistic(risk[i] + evidence[i]) * _SUM32)
        trusting = np.int32(trusting + (fixed & holds))
        trust[i] = np.int32(fixed & held)
        risky = np.int32(risky + (feared & held))
    for i in range(len(flags)):
        cohort_trusting = np.int32(cohort_trusting + trust[i])
    sums[Sums.TRUST] += trusting
    sums[Sums.COHORT_TRUST] += cohort_trusting
    sums[Sums.COHORT_RISK] += risky


@compiled
def measure_alarm(sums, flags) -> None:
    """Add holders and how many of them are alarmed, and of the clients of day 0, to the integer sums int64 (Sums,).

    A loop of its own: among the wider numbers of :func:`measure` the bytes of ``flags`` hold it up by a quarter.
    """
    holders, alarmed, cohort_alarmed = np.int32(0), np.int32(0), np.int32(0)
    for i in range(len(flags)):
        holds, held = flags[i] & np.uint8(1), (flags[i] >> np.uint8(6)) & np.uint8(1)  # HOLDS, COHORT
        alarm = (flags[i] >> np.uint8(2)) & np.uint8(1)
        holders = np.int32(holders + np.int32(holds))
        alarmed = np.int32(alarmed + np.int32(holds & alarm))
        cohort_alarmed = np.int32(cohort_alarmed + np.int32(held & alarm))
    sums[Sums.HOLDERS] += holders
    sums[Sums.ALARMED] += alarmed
    sums[Sums.COHORT_ALARMED] += cohort_alarmed


@compiled
def measure_parts(sums, flags, felt) -> None:
    """Add the trust of the clients of day 0 in each of its parts to the integer sums int64 (Sums,)."""
    for row, part in (
        (Sums.COHORT_FUND, felt.fund), (Sums.COHORT_INTEGRITY, felt.integrity), (Sums.COHORT_INFO, felt.info),
        (Sums.COHORT_SERVICE, felt.service),
    ):  # fmt: skip
        trusting = np.int32(0)
        for i in range(len(flags)):
            held = np.float32((flags[i] >> np.uint8(6)) & np.uint8(1))
            trusting = np.int32(trusting + np.int32(rational_logistic(part[i]) * (held * _SUM32)))
        sums[row] += trusting


@compiled
def measure_groups(sums, trust, segment, size) -> None:
    """Add ``trust`` int32 (≥ n,) to the integer sums of each group, int64 (groups,).

    ``segment``, ``size`` int32 (n,): the number of each one's group by each grouping, −1 of none. The last group of a
    grouping is left out: it has what is left of all.
    """
    n_segments = len(sums) - N_SIZES
    for g in range(len(sums)):
        if g == n_segments - 1 or g == len(sums) - 1:
            continue
        own, mine, trusting = segment if g < n_segments else size, np.int32(g), np.int32(0)
        for i in range(len(own)):
            trusting = np.int32(trusting + (trust[i] if own[i] == mine else np.int32(0)))
        sums[g] += trusting


@inlined
def measure_block(accounts, platforms, trust, place, part) -> None:
    """Measure one block of accounts, ``part`` (start, stop), of one lane on one platform, ``place`` (w, v, p)."""
    w, v, p = place
    start, stop = part
    flags, felt = accounts.flags[v, start:stop], felt_of(accounts.beliefs, v, start, stop)
    measure(platforms.sums[v, p], trust, flags, felt, platforms.weights[v, p])
    measure_alarm(platforms.sums[v, p], flags)
    segment, size = accounts.group_of[0, w, start:stop], accounts.group_of[1, w, start:stop]
    measure_groups(platforms.by_group[v], trust, segment, size)
    if platforms.has_parts:
        measure_parts(platforms.sums[v, p], flags, felt)


@compiled_with_arrays
def count(accounts, platforms) -> None:
    """Measure all accounts as they stand, without a pass; the sums of ``platforms`` are overwritten."""
    trust = np.empty(BLOCK, np.int32)
    n_worlds, n_platforms = len(accounts.first), accounts.first.shape[1] - 1
    n_variants = len(accounts.flags) // n_worlds
    platforms.sums[:], platforms.by_group[:] = 0, 0
    for v in range(len(accounts.flags)):
        w = v // n_variants
        first = accounts.first[w]
        for p in range(n_platforms):
            for start in range(first[p], first[p + 1], BLOCK):
                part = (start, min(start + BLOCK, first[p + 1]))
                measure_block(accounts, platforms, trust, (w, v, p), part)


@compiled
def needed(weights, messages, has_report, lasting):
    """Return which draws the accounts of a platform need in some lane, by its ``weights`` float32 (lanes, Weights) and
    the ``messages`` about it, float32 (messages, lanes, Targets + 2)."""
    uniform, panic, ordinary = False, False, False
    for m in range(len(messages)):
        for v in range(len(weights)):
            uniform |= messages[m, v, REACH] > _0
    for w in weights:
        uniform |= w[Weights.ATTENTION_FEAR] < _0
        panic |= w[Weights.RULE] <= _0
        ordinary |= w[Weights.ORDINARY] > _NEVER or w[Weights.INFO] != _0 or w[Weights.SERVICE] != _0
        ordinary |= w[Weights.JOIN] > _NEVER or w[Weights.JOIN_TRUST] != _0
    return Needs(uniform, panic, ordinary, has_report, lasting)


@compiled_with_arrays
def drawn(luck, words, entity, attention, stream, needs, place) -> None:
    """Fill the day's draws of the owners ``entity`` int64 (n,) on one platform, as far as somebody *needs* them.

    ``luck`` float32 (5, ≥ n), rows as in :class:`~trustsim.kernels.block.Luck`; ``words`` uint32 (4, ≥ n): room;
    ``attention`` float32 (n,): who looks every day needs no draw for it; ``stream``: the platform's, ``place``: step,
    key.
    """
    day, key = place
    n, bits = len(entity), luck.view(np.uint32)
    if needs.uniform or needs.panic or needs.ordinary or attention.min() < _1:
        account_words(words, entity, day, stream, purposes.ACCOUNT_DAY, key)
        for i in range(n):
            luck[0, i] = np.float32(words[0, i]) * _SCALE32
        for i in range(n):
            luck[1, i] = np.float32(words[3, i]) * _SCALE32
    else:
        luck[:2, :n] = _0
    if needs.panic:
        judgements(words[1], entity, day, needs.lasting, stream, key)
        logistic_variates(words[1, :n], luck[2, :n], bits[2, :n])
    if needs.ordinary:
        logistic_variates(words[2, :n], luck[3, :n], bits[3, :n])
    luck[4, :n] = _0
    if needs.error:
        account_words(words, entity, day, stream, purposes.REPORT, key)
        logistic_variates(words[0, :n], luck[4, :n], bits[4, :n])


@compiled
def reached(told, words, entity, luck, stream, bulletin, place) -> None:
    """Fill ``told`` float32 (messages, ≥ n) with the uniforms that say whom each message about a platform reaches: of
    the step on which it was first told. ``words`` uint32 (4, ≥ n): room; ``place``: step, key."""
    day, key = place
    n, begun = len(entity), day
    for m in range(len(told)):
        if bulletin.begun[m] == day:
            for i in range(n):
                told[m, i] = luck.login[i] if bulletin.is_page[m] else luck.media[i]
            continue
        if bulletin.begun[m] != begun:
            begun = bulletin.begun[m]
            account_words(words, entity, begun, stream, purposes.ACCOUNT_DAY, key)
        row = 0 if bulletin.is_page[m] else 3
        for i in range(n):
            told[m, i] = np.float32(words[row, i]) * _SCALE32


@compiled_with_arrays
def account_pass(accounts, platforms, tail, bulletin, has_report, clock) -> None:
    """Pass over every account of every lane once; groups of arrays in kernels/arrays.py.

    ``tail`` is None where no columns are declared. ``has_report`` bool (platforms,): a report came out in some lane, so
    reading errors are drawn.
    The sums of ``platforms`` are overwritten.
    """
    words = np.empty((4, BLOCK), np.uint32)
    draws = np.zeros((5, BLOCK), np.float32)
    lean, evidence = np.empty((3, BLOCK), np.float32), np.zeros((_N_TARGETS, BLOCK), np.float32)
    loss, trust = np.empty(BLOCK, np.float32), np.empty(BLOCK, np.int32)
    told = np.empty((len(bulletin.begun), BLOCK), np.float32)
    room = Room(
        evidence,
        np.empty(BLOCK, np.float32),
        loss,
        np.empty(BLOCK, np.float32),
        lean,
        trust,
        told,
        np.empty(BLOCK, np.float32),
    )
    n_worlds, n_platforms = len(accounts.first), accounts.first.shape[1] - 1
    n_variants = len(accounts.flags) // n_worlds
    platforms.sums[:], platforms.by_group[:] = 0, 0
    for w in range(n_worlds):
        first, at = accounts.first[w], (clock.day, clock.keys[w])
        for p in range(n_platforms):
            lanes = slice(w * n_variants, (w + 1) * n_variants)
            needs = needed(
                platforms.weights[lanes, p], bulletin.evidence[:, lanes, p], has_report[p],
                platforms.dials[lanes.start, Dials.LASTING] / clock.dt,
            )  # fmt: skip
            if tail is not None:
                needs = Needs(True, True, True, needs.error, needs.lasting)
            for start in range(first[p], first[p + 1], BLOCK):
                stop = min(start + BLOCK, first[p + 1])
                n = stop - start
                who = who_of(accounts.traits, w, start, stop)
                drawn(draws, words, accounts.investor[w, start:stop], who.attention, accounts.stream[p], needs, at)
                luck = Luck(draws[0, :n], draws[1, :n], draws[2, :n], draws[3, :n], draws[4, :n])
                reached(told, words, accounts.investor[w, start:stop], luck, accounts.stream[p], bulletin, at)
                for v in range(lanes.start, lanes.stop):
                    pass_block(accounts, platforms, tail, bulletin, room, luck, who, (w, v, p), (start, stop))


@inlined
def pass_block(accounts, platforms, tail, bulletin, room, luck, who, place, part) -> None:
    """Pass over one block of accounts, ``part`` (start, stop), of one lane on one platform, ``place`` (w, v, p)."""
    _, v, p = place
    start, stop = part
    n = stop - start
    w, messages, evidence = platforms.weights[v, p], bulletin.evidence, room.evidence
    flags, actions = accounts.flags[v, start:stop], accounts.actions[v, start:stop]
    bits, felt = (flags, accounts.known[v, start:stop]), felt_of(accounts.beliefs, v, start, stop)
    owners, looks, drawn = who, room.looks[:n], accounts.beliefs[Beliefs.ATTENTION, v, start:stop]
    is_drawn = platforms.gauges[Gauges.DRAWS, v, p] > 0.0 and w[Weights.ATTENTION] > _0
    if is_drawn or w[Weights.PROMPTS] > _0:
        prompt(looks, drawn, owners, w)
        who = attentive(owners, looks)
    n_heard = 0
    for m in range(len(messages)):
        if messages[m, v, p, REACH] > _0:
            how = (bulletin.is_page[m], bulletin.by_literacy[m], bulletin.segment[m], bulletin.is_for_clients[m])
            hear(evidence, room.counts, messages[m, v, p], how, room.told[m, :n], who, flags, w[Weights.EDUCATION])
            n_heard += 1
    if is_drawn:
        draw_attention(drawn, evidence, w[Weights.ATTENTION_KEEP])
        prompt(looks, drawn, owners, w)
    feel(felt, evidence, who, w[Weights.SEEN_KEEP], w[Weights.EVIDENCE_KEEP])
    if n_heard > 0:
        weigh_news(felt, evidence, who, w)
        believe(felt, evidence, who, w)
    mend(felt, who, w)
    if n_heard > 0:
        wound(felt, evidence, w)
    judge(felt, who, luck, w)
    loss, within, lean = room.loss[:n], room.within[:n], room.lean
    if w[Weights.COVER] > _0:
        covered(loss, within, accounts.balance[v, start:stop], who.aware, who.literacy, w)
    else:
        loss[:], within[:] = _0, _0
    if tail is not None:  # without columns numba compiles the other branch alone
        move_columns(tail, lean, (v, p), start, stop)
        choose(actions, bits, felt, who, luck, (loss, within), lean, w)
    else:
        choose(actions, bits, felt, who, luck, (loss, within), None, w)
    measure_block(accounts, platforms, room.trust, place, part)
    if n_heard > 0:
        evidence[:, :n] = _0
