"""The account pass in plain NumPy: the formulas of the kernels on whole arrays, without blocks and compiled loops.

What the compiled pass is measured against. Logarithms and the logistic curve are exact here, by table or rational
there. Columns that mechanisms declare are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, purposes
from trustsim.kernels.arrays import Accounts, Bulletin, Clock, Ints, Platforms
from trustsim.kernels.block import Felt, Luck, Who
from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import (
    ALARMED,
    ALARMS,
    COHORT,
    EXCESS,
    FREE,
    HEARD,
    HOLDS,
    JOINS,
    LEAVES,
    LEAVING,
    MATURE,
    REACH,
    RUNS,
    SUM_SCALE,
    WARY,
    Sums,
    Targets,
)
from trustsim.kernels.variates import judgements

Array = NDArray[np.float32]
Bits = NDArray[np.uint8]
MOST_FEAR, TINY = np.float32(8), np.float32(1e-6)
LEAST_LEFT = np.float32(np.exp(-25))  # of a loss that is covered in full
HALF = np.float32(0.5)


def plain_pass(
    accounts: Accounts, platforms: Platforms, bulletin: Bulletin, has_report: NDArray[np.bool_], clock: Clock
) -> None:
    """Pass over every account of every lane once; writes ``beliefs``, ``actions`` and ``sums`` as the compiled pass.

    In what it calls, ``w`` is float32 (Weights, lanes, 1), the day's weights of one platform in the lanes of a world.
    """
    n_lanes = len(accounts.flags) // len(accounts.first)
    for world, first in enumerate(accounts.first):
        lanes = slice(world * n_lanes, (world + 1) * n_lanes)
        for p in range(len(first) - 1):
            part = slice(first[p], first[p + 1])
            lasting = platforms.dials[lanes.start, Dials.LASTING] / clock.dt
            stream = int(accounts.stream[p])
            luck = drawn(
                accounts.investor[world, part], stream, (bool(has_report[p]), lasting), clock.day, clock.keys[world]
            )
            felt = Felt(*accounts.beliefs[: len(Felt._fields), lanes, part])
            who = Who(*accounts.traits[: len(Who._fields), world, part])
            flags, w = accounts.flags[lanes, part], platforms.weights[lanes, p].T[:, :, None]
            told = reached(bulletin, accounts.investor[world, part], stream, luck, clock.day, clock.keys[world])
            evidence = heard(bulletin, lanes, p, told, who, w)
            feel(felt, evidence, who, w)
            judge(felt, who, luck, w)
            within = within_the_limit(who, w)
            loss = uncovered(accounts.balance[lanes, part], within, w)
            accounts.actions[lanes, part] = choose(
                (flags, accounts.known[lanes, part]), felt, who, luck, (loss, within), w
            )
            platforms.sums[lanes, p] = sums(flags, felt, w)


def drawn(investor: Ints, p: int, which: tuple[bool, float], day: int, key: NDArray[np.uint64]) -> Luck:
    """Return the day's draws of these investors, int64 (n,), on one platform; ``which``: has a report come out, and for
    how many steps a person judges with the same draw."""
    has_report, lasting = which
    words = words_of(investor, p, purposes.ACCOUNT_DAY, day, key)
    judged = np.empty(len(investor), np.uint32)
    judgements(judged, investor, day, lasting, p, key)
    errors = words_of(investor, p, purposes.REPORT, day, key)[0] if has_report else None
    scale = np.float32(draws.UNIFORM_SCALE)
    return Luck(
        words[0].astype(np.float32) * scale, words[3].astype(np.float32) * scale, logistic(judged.astype(np.uint64)),
        logistic(words[2]), np.zeros(len(investor), np.float32) if errors is None else logistic(errors),
    )  # fmt: skip


def words_of(investor: Ints, p: int, purpose: int, day: int, key: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], ...]:
    """Return the four words of a purpose, uint64 (n,) each: the one formula of draws, on arrays."""
    philox = getattr(draws.philox, "py_func", draws.philox)
    place = (np.uint64(day), np.uint64(purpose), np.uint64(p))
    words: tuple[NDArray[np.uint64], ...] = philox(investor.astype(np.uint64), *place, key[0], key[1])
    return words


def logistic(words: NDArray[np.uint64]) -> Array:
    """Return the logistic variates of these words, float32 (n,)."""
    u = (words + 0.5) * draws.UNIFORM_SCALE
    return np.log(u / (1 - u)).astype(np.float32)


def reached(
    bulletin: Bulletin, investor: Ints, p: int, luck: Luck, day: int, key: NDArray[np.uint64]
) -> list[NDArray[np.float32]]:
    """Return the uniforms that say whom each message reaches, float32 (n,) each: of the step on which it was told
    first."""
    found, scale = [], np.float32(draws.UNIFORM_SCALE)
    for begun, is_page in zip(bulletin.begun.tolist(), bulletin.is_page.tolist(), strict=True):
        if begun == day:
            found.append(luck.login if is_page else luck.media)
        else:
            words = words_of(investor, p, purposes.ACCOUNT_DAY, begun, key)
            found.append(words[0 if is_page else 3].astype(np.float32) * scale)
    return found


def heard(
    bulletin: Bulletin, lanes: slice, p: int, told: list[NDArray[np.float32]], who: Who, w: Array
) -> Array | None:
    """Return what everyone heard today, float32 (Targets, lanes, n); None where nothing is said to anyone."""
    evidence = None
    for said, u, is_page, by_literacy in zip(
        bulletin.evidence[:, lanes, p], told, bulletin.is_page, bulletin.by_literacy, strict=True
    ):
        if not said[:, REACH].any():
            continue
        before, looks = said[:, HEARD, None], who.attention if is_page else np.float32(1)
        after = before + said[:, REACH, None] * (1 - before)
        counts = 1 - literate(who, w) if by_literacy else np.float32(1)
        hears = (before * looks <= u) & (u < after * looks)
        strength = said.T[: len(Targets), :, None]
        evidence = (0 if evidence is None else evidence) + strength * (hears * counts)
    return evidence


def literate(who: Who, w: Array) -> Array:
    """Return literacy with what education adds, float32 (lanes, n)."""
    known: Array = who.literacy + w[Weights.EDUCATION] * (1 - who.literacy)
    return known


def feel(felt: Felt, evidence: Array | None, who: Who, w: Array) -> None:
    """Let fear and the memory of leavers fade, trust fall by what is heard and mend, bad news stay as scar."""
    fear = felt.fear * who.fear_keep + who.fear_gain * (0 if evidence is None else evidence[Targets.FEAR])
    seen = felt.seen * w[Weights.SEEN_KEEP]
    felt.fear[:] = np.where(fear > TINY, np.minimum(fear, MOST_FEAR), 0)
    felt.seen[:] = np.where(seen > TINY, seen, 0)
    felt.evidence[:] = np.clip(felt.evidence * w[Weights.EVIDENCE_KEEP], -CLIP, CLIP)
    if evidence is not None:
        weigh_news(felt, evidence, who, w)
        believe(felt, evidence, who, w)
    rest, repair = who.prior - felt.scar, w[Weights.REPAIR]
    bases = (Weights.BASE_FUND, Weights.BASE_INTEGRITY, Weights.BASE_INFO, Weights.BASE_SERVICE)
    for trust, base in zip((felt.fund, felt.integrity, felt.info, felt.service), bases, strict=True):
        trust[:] = np.clip(trust + repair * (rest + w[base] - trust), -CLIP, CLIP)
    if evidence is not None:
        harm = np.minimum(evidence[Targets.FUND], 0) + np.minimum(evidence[Targets.INTEGRITY], 0)
        felt.scar[:] = np.minimum(felt.scar - w[Weights.BAD_NEWS] * w[Weights.SCARRING] * harm, CLIP)


def believe(felt: Felt, evidence: Array, who: Who, w: Array) -> None:
    """Move the four parts of trust: bad news in full, more with scars; good news by less."""
    harm = w[Weights.BAD_NEWS] * (1 + w[Weights.SCAR_BAD] * felt.scar)
    told = (
        (felt.fund, evidence[Targets.FUND]), (felt.integrity, evidence[Targets.INTEGRITY]),
        (felt.info, evidence[Targets.INFO] * who.privacy), (felt.service, evidence[Targets.SERVICE]),
    )  # fmt: skip
    for trust, x in told:
        trust += w[Weights.GOOD_NEWS] * np.maximum(x, 0) + harm * np.minimum(x, 0)


def weigh_news(felt: Felt, evidence: Array, who: Who, w: Array) -> None:
    """Add what was heard to the evidence that waiting costs: bad news by its salience, more with scars."""
    x = w[Weights.NEWS] * evidence[Targets.RISK] + w[Weights.NEWS_FEAR] * who.fear_gain * evidence[Targets.FEAR]
    x = x - w[Weights.NEWS_FUND] * evidence[Targets.FUND] - w[Weights.NEWS_INTEGRITY] * evidence[Targets.INTEGRITY]
    bad = w[Weights.SALIENCE] * (1 + w[Weights.SCAR_BAD] * felt.scar) * np.maximum(x, 0)
    felt.evidence[:] = np.clip(felt.evidence + bad + np.minimum(x, 0), -CLIP, CLIP)


def judge(felt: Felt, who: Who, luck: Luck, w: Array) -> None:
    """Move the risk view: back to what was published last, and on report days by the report, read with an error."""
    published, known = w[Weights.REPORT_RISK], literate(who, w)
    risk = felt.risk + w[Weights.DRIFT] * (published - felt.risk)
    reading = published + w[Weights.REPORT_NOISE] * (1 - HALF * known) * luck.error
    surprise = (reading - risk) * np.where(luck.login < who.attention, w[Weights.REPORT_WEIGHT], 0)
    risk += np.maximum(surprise, 0) * w[Weights.SALIENCE] + np.minimum(surprise, 0)
    felt.risk[:] = np.clip(risk, -CLIP, CLIP)


def uncovered(balance: Ints, within: Array, w: Array) -> Array:
    """Return the log of the share of a loss that the believed guarantee leaves, of what lies above its limit where
    something does, float32 (lanes, n)."""
    left: Array = np.where(balance.astype(np.float32) > w[Weights.COVER_LIMIT], 0, within)
    return left


def within_the_limit(who: Who, w: Array) -> Array:
    """Return the log of the share of a loss that the guarantee leaves within its limit, as far as it is known of and
    believed, float32 (lanes, n)."""
    knows = who.aware >= w[Weights.UNINFORMED] * (1 - literate(who, w))
    left: Array = np.log(np.maximum(1 - w[Weights.COVER] * knows, LEAST_LEFT))
    return left


def choose(bits: tuple[Bits, Bits], felt: Felt, who: Who, luck: Luck, losses: tuple[Array, Array], w: Array) -> Bits:
    """Return the action bytes, uint8 (lanes, n): run, leave, join or change alarm, by logits on shared draws."""
    (flags, known), (loss, within) = bits, losses
    fear, trust = felt.fear, w[Weights.FUND] * felt.fund + w[Weights.INTEGRITY] * felt.integrity
    heeds = w[Weights.HERDING] * who.herding * (1 - HALF * literate(who, w))
    exposure = (w[Weights.LATELY] * felt.seen + w[Weights.OUT] * felt.out) * felt.each
    expected = heeds * exposure + w[Weights.TOLD] + w[Weights.QUEUE] + w[Weights.UNSEEN]
    others = np.log(expected / (heeds * w[Weights.NORMAL_SHARE] * felt.whole + w[Weights.UNSEEN]))
    sense = np.maximum(1 - w[Weights.FUNDAMENTALS_FEAR] * fear, 0) * w[Weights.RISK] * felt.risk
    told = (1 + w[Weights.HEED] * fear) * felt.evidence
    run = who.calm + w[Weights.CALM] + w[Weights.STATE] - trust + told + sense + loss + w[Weights.OTHERS] * others
    leave = who.churn + w[Weights.ORDINARY] - w[Weights.INFO] * (felt.info - who.prior)
    leave -= w[Weights.SERVICE] * (felt.service - who.prior)
    usual = w[Weights.JOIN_USUAL] * who.entry
    join = w[Weights.JOIN] + np.where((known & WARY) > 0, w[Weights.WIN_BACK], usual)
    join += w[Weights.JOIN_TRUST] * (felt.fund + felt.integrity - 2 * who.prior) - w[Weights.JOIN_FEAR] * fear
    join += w[Weights.INFO] * (felt.info - who.prior) + w[Weights.SERVICE] * (felt.service - who.prior)
    off, noticed = felt.risk + felt.evidence - w[Weights.USUAL_RISK], w[Weights.NOTICED_RISK]
    join -= w[Weights.JOIN_RISK] * (np.maximum(off - noticed, 0) + np.minimum(off + noticed, 0))
    holds, was_alarmed, free = (flags & HOLDS) > 0, (flags & ALARMED) > 0, (flags & (HOLDS | FREE)) == HOLDS | FREE
    heeds = luck.login < who.attention * (1 + w[Weights.ATTENTION_FEAR] * fear)
    line, follows = np.where(w[Weights.RULE] > 0, 0, luck.panic), felt.seen >= who.need
    runs = ((run > line) | follows) & heeds & free
    with_all = (run + (within - loss) > line) | follows
    gives_notice = (flags & (LEAVING | MATURE)) == LEAVING | MATURE
    leaves = ((leave > luck.ordinary) | gives_notice) & free
    joins = (join > luck.ordinary) & (~holds | ((flags & LEAVING) > 0))
    alarms = np.where(was_alarmed, fear < HALF * who.alarm, fear > who.alarm)
    keeps = runs & ~with_all & ~leaves
    actions = runs * RUNS | leaves * LEAVES | joins * JOINS | alarms * ALARMS | keeps * EXCESS
    return np.asarray(actions, np.uint8)


def sums(flags: Bits, felt: Felt, w: Array) -> Ints:
    """Return what holders and clients of day 0 feel, int64 (lanes, Sums), trust and risk in fixed point."""
    trust = w[Weights.TRUST_FUND] * felt.fund + w[Weights.TRUST_INTEGRITY] * felt.integrity
    trust += w[Weights.TRUST_INFO] * felt.info + w[Weights.TRUST_SERVICE] * felt.service
    holds, held, is_alarmed = ((flags & bit) > 0 for bit in (HOLDS, COHORT, ALARMED))
    found = np.zeros((len(flags), len(Sums)), np.int64)
    found[:, Sums.HOLDERS] = holds.sum(axis=1)
    found[:, Sums.ALARMED] = (holds & is_alarmed).sum(axis=1)
    found[:, Sums.COHORT_ALARMED] = (held & is_alarmed).sum(axis=1)
    for row, who, x in (
        (Sums.TRUST, holds, trust), (Sums.COHORT_TRUST, held, trust),
        (Sums.COHORT_RISK, held, felt.risk + felt.evidence),
        (Sums.COHORT_FUND, held, felt.fund), (Sums.COHORT_INTEGRITY, held, felt.integrity),
        (Sums.COHORT_INFO, held, felt.info), (Sums.COHORT_SERVICE, held, felt.service),
    ):  # fmt: skip
        found[:, row] = (who * SUM_SCALE / (1 + np.exp(-x))).sum(axis=1)
    return found
