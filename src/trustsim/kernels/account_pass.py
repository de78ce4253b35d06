"""The day's pass over the accounts: hear, feel, believe, choose; one action byte comes out for each account.

Block by block, so that the draws and traits of a block are made once and serve all variants while they are in cache;
branch-free inside a block, so that the loops over accounts vectorise. Nothing but ``beliefs``, ``actions`` and the
integer ``sums`` is written.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws, layout, purposes
from trustsim.kernels.compiled import compiled, inlined

# weights of the pass, float32 (variants, platforms, WEIGHTS); see mechanisms/behaviour for what fills them
WEIGHTS = (
    "calm",            # log-odds added to every account's readiness to run: public terms, friction, yield
    "fund",            # per log-odds of trust lost
    "integrity",
    "fear",
    "risk",            # per log-odds of perceived risk
    "herding",         # per share of neighbours seen leaving
    "herding_fear",    # how much one unit of fear raises herding
    "fundamentals_fear",  # how much one unit of fear lowers the weight of the risk view
    "normal_share",    # share of neighbours that leave in calm
    "cover",           # believed cover: share of the loss that the guarantee takes, within its limit
    "cover_limit",     # minor units; infinity where there is none
    "ordinary",        # log-odds added to ordinary leaving
    "info",            # per log-odds, on ordinary leaving
    "service",
    "join",            # log-odds of joining for those who hold nothing here
    "join_trust",      # per log-odds of trust, on joining
    "attention_fear",  # how much one unit of fear raises attention
    "repair",          # share of lost trust that returns in a day
    "good_news",       # weight of good news against bad
    "scarring",        # share of an erosion that stays
    "scar_bad",        # how much one unit of scar raises the weight of bad news
    "seen_keep",       # share of the memory of leavers kept over a day
    "education",       # share of the missing literacy made up by education
    "report_weight",   # 0 on days without a report
    "report_risk",     # published risk, log-odds
    "report_noise",    # spread of its reading, log-odds
    "salience",        # weight of bad news in the risk view against good
    "risk_peers",      # risk evidence per share of neighbours seen leaving
    "base_fund",       # where the parts of trust rest, against the investor's prior
    "base_integrity",
    "base_info",
    "base_service",
    "rule",            # 0: logit, 1: threshold
    "trust_fund",      # weights of the parts in overall trust
    "trust_integrity",
    "trust_info",
    "trust_service",
    "bad_news",        # weight of bad news on trust
    "rumour",          # weight of rumours and news in the risk view
)  # fmt: skip
(
    W_CALM, W_FUND, W_INTEGRITY, W_FEAR, W_RISK, W_HERDING, W_HERDING_FEAR, W_FUNDAMENTALS_FEAR, W_NORMAL, W_COVER,
    W_LIMIT, W_ORDINARY, W_INFO, W_SERVICE, W_JOIN, W_JOIN_TRUST, W_ATTENTION_FEAR, W_REPAIR, W_GOOD, W_SCARRING,
    W_SCAR_BAD, W_SEEN_KEEP, W_EDUCATION, W_REPORT_WEIGHT, W_REPORT_RISK, W_REPORT_NOISE, W_SALIENCE, W_RISK_PEERS,
    W_BASE_FUND, W_BASE_INTEGRITY, W_BASE_INFO, W_BASE_SERVICE, W_RULE, W_T_FUND, W_T_INTEGRITY, W_T_INFO, W_T_SERVICE,
    W_BAD, W_RUMOUR,
) = range(layout.N_WEIGHTS)  # fmt: skip

# integer sums over the holders of a platform: int64 (variants, platforms, SUMS)
S_HOLDERS, S_TRUST, S_ALARMED, S_RISK = range(layout.N_SUMS)
SUM_SCALE = 2**16  # fixed point of trust and risk

LOSS_CELLS = 1024


def log_left_table() -> NDArray[np.float32]:
    """Return float32 (LOSS_CELLS + 2,): log(1 − k/LOSS_CELLS), the last cells −25 (nothing of a loss is left)."""
    left = 1 - np.arange(LOSS_CELLS + 2) / LOSS_CELLS
    return np.log(np.maximum(left, np.exp(-25))).astype(np.float32)


def steps_of(table: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return float32, as long as *table*: what each entry is short of the next; 0 for the last."""
    return np.append(table[1:] - table[:-1], np.float32(0)).astype(np.float32)


LOGIT = draws.LOGIT
LOGIT_STEP = steps_of(LOGIT)
LOG_LEFT = log_left_table()
LOG_LEFT_STEP = steps_of(LOG_LEFT)

_BITS_OF_HALF, _16, _LOW16, _ALL_BITS = np.uint32(126 << 23), np.uint32(16), np.uint32(0xFFFF), np.uint32(0xFFFFFFFF)
_REST, _MIDDLE = np.float32(2.0**-16), np.uint32(1 << 31)
_SMALL = np.uint32(2047)  # a mask that changes no index: told that it is small, the compiler gathers 16 entries at once
_EIGHTH, _128TH = np.float32(0.125), np.float32(1 / 128)
_MOST_FEAR, _LOSS_CELLS = np.float32(8), np.float32(LOSS_CELLS)
_TINY = np.float32(1e-6)
_0 = np.float32(0)
_1 = np.float32(1)
_HALF = np.float32(0.5)
_SCALE32 = np.float32(2.0**-32)
_SUM32 = np.float32(SUM_SCALE)
CLIP = 12.0  # log-odds: no part of trust, no risk view and no scar goes further
_CLIP = np.float32(CLIP)


@compiled
def account_words(words, entity, day, platform, purpose, key) -> None:
    """Fill ``words`` uint32 (4, ≥ n) with the words of a purpose at the accounts of these investors, int64 (n,), on
    one platform."""
    c1, c2, c3 = np.uint64(day), np.uint64(purpose), np.uint64(platform)
    for i in range(len(entity)):
        a, b, c, d = draws.philox(np.uint64(entity[i]), c1, c2, c3, key[0], key[1])
        words[0, i], words[1, i], words[2, i], words[3, i] = a, b, c, d


@compiled
def logistic_variates(words, out, bits) -> None:
    """Turn uint32 words into logistic variates: ``out`` float32 (n,) = logit((w + ½)/2³²), by the table of draws.

    ``bits`` is ``out`` seen as uint32 (the same memory). The upper half of the words mirrors the lower half.
    """
    for i in range(len(words)):
        out[i] = np.float32(min(words[i], np.uint32(_ALL_BITS - words[i]))) + _HALF
    for i in range(len(words)):
        b = np.uint32(bits[i] - _BITS_OF_HALF)
        cell = np.uint64(b >> _16)
        value = LOGIT[cell] + LOGIT_STEP[cell] * (np.float32(b & _LOW16) * _REST)
        out[i] = value if words[i] < _MIDDLE else -value


@inlined
def rational_logistic(x):
    """Return the logistic curve in float32 without an exponential: e^a by (1 + a/8 + a²/128)^8; error below 0.0025."""
    a = abs(x)
    y = _1 + a * _EIGHTH + a * a * _128TH
    y = y * y
    y = y * y
    y = y * y
    p = y / (y + _1)
    return p if x >= _0 else _1 - p


@compiled
def hear(evidence, row, is_page, by_literacy, login, media, literacy, attention, education) -> None:
    """Add one message to the evidence of those it reaches: to each part of trust, the risk view and fear, its strength.

    A page is read by a share of those who look at their account today, any other message by those whom it reaches, by
    one uniform each of the day. A message that the literate discount counts 1 − literacy. Evidence of a day adds up.

    ``row`` float32 (TARGETS + 1,): strengths and reach. ``evidence`` float32 (TARGETS, ≥ n). ``is_page``,
    ``by_literacy`` bool.
    """
    reach = row[layout.REACH]
    for k in range(layout.N_TARGETS):
        strength = row[k]
        if strength != _0:
            heard = evidence[k, : len(login)]
            for i in range(len(heard)):
                known = literacy[i] + education * (_1 - literacy[i])
                weight = _1 - known if by_literacy else _1
                u = login[i] if is_page else media[i]
                limit = reach * attention[i] if is_page else reach
                heard[i] += strength * weight * (_1 if u < limit else _0)


@compiled
def feel(fear, seen, e_fear, links, keep, gain, seen_keep) -> None:
    """Fade fear and the memory of neighbours who left; take in what alarmed today."""
    for i in range(len(fear)):
        f = fear[i] * keep[i] + gain[i] * e_fear[i]
        s = seen[i] * seen_keep
        fear[i] = min(max(f, _0), _MOST_FEAR) if f > _TINY else _0
        seen[i] = s if s > _TINY else _0


@compiled
def believe(fund, integrity, info, service, scar, e_fund, e_integrity, e_info, e_service, privacy, w) -> None:
    """Move the four parts of trust by what was heard: bad news in full (more with scars), good news by less."""
    good, bad, scar_bad = w[W_GOOD], w[W_BAD], w[W_SCAR_BAD]
    for i in range(len(fund)):
        harm = bad * (_1 + scar_bad * scar[i])
        a, b, c, d = e_fund[i], e_integrity[i], e_info[i] * privacy[i], e_service[i]
        fund[i] += good * max(a, _0) + harm * min(a, _0)
        integrity[i] += good * max(b, _0) + harm * min(b, _0)
        info[i] += good * max(c, _0) + harm * min(c, _0)
        service[i] += good * max(d, _0) + harm * min(d, _0)


@compiled
def mend(fund, integrity, info, service, scar, prior, w) -> None:
    """Repair the four parts of trust a little, towards the scarred prior; keep them in range."""
    repair = w[W_REPAIR]
    base_fund, base_integrity, base_info, base_service = (
        w[W_BASE_FUND],
        w[W_BASE_INTEGRITY],
        w[W_BASE_INFO],
        w[W_BASE_SERVICE],
    )
    for i in range(len(fund)):
        rest = prior[i] - scar[i]
        x, y, z, u = fund[i], integrity[i], info[i], service[i]
        x += repair * (rest + base_fund - x)
        y += repair * (rest + base_integrity - y)
        z += repair * (rest + base_info - z)
        u += repair * (rest + base_service - u)
        fund[i] = min(max(x, -_CLIP), _CLIP)
        integrity[i] = min(max(y, -_CLIP), _CLIP)
        info[i] = min(max(z, -_CLIP), _CLIP)
        service[i] = min(max(u, -_CLIP), _CLIP)


@compiled
def wound(scar, e_fund, e_integrity, w) -> None:
    """Let a share of today's bad news about fund safety and integrity stay as scar."""
    bad, scarring = w[W_BAD], w[W_SCARRING]
    for i in range(len(scar)):
        scar[i] = min(scar[i] - bad * scarring * (min(e_fund[i], _0) + min(e_integrity[i], _0)), _CLIP)


@compiled
def judge(risk, e_risk, seen, links, login, error, literacy, attention, w) -> None:
    """Move the risk view: rumour and news, neighbours who left, and on report days the report, read with an error."""
    salience, peers, normal, repair = w[W_SALIENCE], w[W_RISK_PEERS], w[W_NORMAL], w[W_REPAIR]
    rumour = w[W_RUMOUR]
    weight, published, noise, education = w[W_REPORT_WEIGHT], w[W_REPORT_RISK], w[W_REPORT_NOISE], w[W_EDUCATION]
    for i in range(len(risk)):
        known = literacy[i] + education * (_1 - literacy[i])
        r = risk[i] + repair * (published - risk[i])
        reading = published + noise * (_1 - _HALF * known) * error[i]
        surprise = (reading - r) * (weight if login[i] < attention[i] else _0)
        news = surprise + rumour * e_risk[i] + peers * max(seen[i] * links[i] - normal, _0)
        r += max(news, _0) * salience + min(news, _0)
        risk[i] = min(max(r, -_CLIP), _CLIP)


@compiled
def covered(loss, balance, w) -> None:
    """Fill ``loss`` float32 (n,) with the log of the share of a loss that the believed guarantee leaves to the
    account."""
    cover, limit = w[W_COVER], w[W_LIMIT]
    for i in range(len(loss)):
        held = np.float32(balance[i])
        within = limit / held if held > limit else _1
        loss[i] = cover * within * _LOSS_CELLS
    for i in range(len(loss)):
        j = np.int32(loss[i])
        cell = np.uint64(np.uint32(j) & _SMALL)
        loss[i] = LOG_LEFT[cell] + LOG_LEFT_STEP[cell] * (loss[i] - np.float32(j))


@compiled
def choose(
    actions, flags, fund, integrity, info, service, risk, fear, seen, loss, calm, churn, prior, links, herding,
    literacy, attention, alarm, need,
    login, panic, ordinary, w,
) -> None:  # fmt: skip
    """Write the action byte: run, leave in the ordinary way, join, or change alarm; all of them logits on shared draws.

    Whoever has seen ``need`` neighbours leave runs as well. Who asked for the free part of a locked balance asks for
    the rest on the day that it matures.
    """
    w_calm, w_fund, w_integrity, w_fear, w_risk = w[W_CALM], w[W_FUND], w[W_INTEGRITY], w[W_FEAR], w[W_RISK]
    w_herding, herding_fear, fundamentals_fear = w[W_HERDING], w[W_HERDING_FEAR], w[W_FUNDAMENTALS_FEAR]
    normal, w_ordinary, w_info, w_service = w[W_NORMAL], w[W_ORDINARY], w[W_INFO], w[W_SERVICE]
    w_join, join_trust, attention_fear = w[W_JOIN], w[W_JOIN_TRUST], w[W_ATTENTION_FEAR]
    education = w[W_EDUCATION]
    luck = _0 if w[W_RULE] > _0 else _1
    for i in range(len(actions)):
        f = fear[i]
        known = literacy[i] + education * (_1 - literacy[i])
        peers = w_herding * herding[i] * (_1 - _HALF * known) * (_1 + herding_fear * f) * (seen[i] * links[i] - normal)
        sense = max(_1 - fundamentals_fear * f, _0)
        trust = w_fund * fund[i] + w_integrity * integrity[i]
        x = calm[i] + w_calm - trust + w_fear * f + sense * w_risk * risk[i] + loss[i] + peers
        own = prior[i]
        y = churn[i] + w_ordinary - w_info * (info[i] - own) - w_service * (service[i] - own)
        z = w_join + join_trust * (fund[i] + integrity[i] - own - own) - w_fear * f
        holds = flags[i] & np.uint8(layout.HOLDS)
        free = (flags[i] >> np.uint8(1)) & holds
        heeds = np.uint8(login[i] < attention[i] * (_1 + attention_fear * f))
        runs = (np.uint8(x > luck * panic[i]) | np.uint8(seen[i] >= need[i])) & heeds & free
        gives_notice = (flags[i] >> np.uint8(5)) & (flags[i] >> np.uint8(3)) & np.uint8(1)
        leaves = (np.uint8(y > ordinary[i]) | gives_notice) & free
        joins = np.uint8(z > ordinary[i]) & (np.uint8(1) - holds)
        was = (flags[i] >> np.uint8(2)) & np.uint8(1)
        alarms = (np.uint8(f > alarm[i]) & (np.uint8(1) - was)) | (np.uint8(f < _HALF * alarm[i]) & was)
        actions[i] = runs | (leaves << np.uint8(1)) | (joins << np.uint8(2)) | (alarms << np.uint8(3))


@compiled
def measure(sums, flags, fund, integrity, info, service, risk, w) -> None:
    """Add holders, their trust, alarm and perceived risk to the integer sums int64 (SUMS,)."""
    t_fund, t_integrity, t_info, t_service = w[W_T_FUND], w[W_T_INTEGRITY], w[W_T_INFO], w[W_T_SERVICE]
    holders, alarmed, trusting, risky = np.int32(0), np.int32(0), np.int32(0), np.int32(0)
    for i in range(len(flags)):
        holds = flags[i] & np.uint8(layout.HOLDS)
        one = np.float32(holds) * _SUM32
        trust = rational_logistic(
            t_fund * fund[i] + t_integrity * integrity[i] + t_info * info[i] + t_service * service[i]
        )
        holders = np.int32(holders + np.int32(holds))
        alarmed = np.int32(alarmed + np.int32(holds & (flags[i] >> np.uint8(2))))
        trusting = np.int32(trusting + np.int32(trust * one))
        risky = np.int32(risky + np.int32(rational_logistic(risk[i]) * one))
    sums[S_HOLDERS] += holders
    sums[S_ALARMED] += alarmed
    sums[S_TRUST] += trusting
    sums[S_RISK] += risky


@compiled
def count(sums, flags, beliefs, weights, first) -> None:
    """Measure all accounts as they stand, without a pass; ``sums`` is overwritten."""
    sums[:] = 0
    for v in range(len(flags)):
        for p in range(len(first) - 1):
            for start in range(first[p], first[p + 1], layout.BLOCK):
                stop = min(start + layout.BLOCK, first[p + 1])
                measure(
                    sums[v, p], flags[v, start:stop], beliefs[layout.FUND, v, start:stop],
                    beliefs[layout.INTEGRITY, v, start:stop], beliefs[layout.INFO, v, start:stop],
                    beliefs[layout.SERVICE, v, start:stop], beliefs[layout.RISK, v, start:stop], weights[v, p],
                )  # fmt: skip


@compiled
def account_pass(
    beliefs, flags, actions, balance, traits, investor, first, weights, bulletin, is_page, by_literacy, sums,
    has_report, day, key,
) -> None:  # fmt: skip
    """Pass over every account of every variant once; shapes in kernels/layout.py.

    ``investor`` int64 (accounts,) addresses the draws together with the platform; ``is_page``, ``by_literacy`` bool
    (messages,); ``has_report`` bool (platforms,): a report came out in some variant, so reading errors are drawn.
    ``sums`` is overwritten.
    """
    n_variants = beliefs.shape[1]
    words = np.empty((4, layout.BLOCK), np.uint32)
    uniforms = np.empty((2, layout.BLOCK), np.float32)
    variates = np.empty((3, layout.BLOCK), np.float32)
    bits = variates.view(np.uint32)
    evidence = np.zeros((layout.N_TARGETS, layout.BLOCK), np.float32)
    loss = np.zeros(layout.BLOCK, np.float32)
    sums[:] = 0
    for p in range(len(first) - 1):
        for start in range(first[p], first[p + 1], layout.BLOCK):
            stop = min(start + layout.BLOCK, first[p + 1])
            n = stop - start
            entity = investor[start:stop]
            account_words(words, entity, day, p, purposes.ACCOUNT_DAY, key)
            for i in range(n):
                uniforms[0, i] = np.float32(words[0, i]) * _SCALE32
            for i in range(n):
                uniforms[1, i] = np.float32(words[3, i]) * _SCALE32
            logistic_variates(words[1, :n], variates[0, :n], bits[0, :n])
            logistic_variates(words[2, :n], variates[1, :n], bits[1, :n])
            variates[2, :n] = _0
            if has_report[p]:
                account_words(words, entity, day, p, purposes.REPORT, key)
                logistic_variates(words[0, :n], variates[2, :n], bits[2, :n])
            links, literacy, attention = (
                traits[layout.T_LINKS, start:stop],
                traits[layout.T_LITERACY, start:stop],
                traits[layout.T_ATTENTION, start:stop],
            )
            for v in range(n_variants):
                w = weights[v, p]
                n_heard = 0
                for m in range(len(bulletin)):
                    if bulletin[m, v, p, layout.REACH] > _0:
                        hear(
                            evidence, bulletin[m, v, p], is_page[m], by_literacy[m], uniforms[0, :n], uniforms[1, :n],
                            literacy, attention, w[W_EDUCATION],
                        )  # fmt: skip
                        n_heard += 1
                fund, integrity = beliefs[layout.FUND, v, start:stop], beliefs[layout.INTEGRITY, v, start:stop]
                info, service = beliefs[layout.INFO, v, start:stop], beliefs[layout.SERVICE, v, start:stop]
                scar, risk = beliefs[layout.SCAR, v, start:stop], beliefs[layout.RISK, v, start:stop]
                fear, seen = beliefs[layout.FEAR, v, start:stop], beliefs[layout.SEEN, v, start:stop]
                feel(
                    fear, seen, evidence[5, :n], links, traits[layout.T_FEAR_KEEP, start:stop],
                    traits[layout.T_FEAR_GAIN, start:stop],
                    w[W_SEEN_KEEP],
                )  # fmt: skip
                if n_heard > 0:
                    believe(
                        fund, integrity, info, service, scar, evidence[0, :n], evidence[1, :n], evidence[2, :n],
                        evidence[3, :n], traits[layout.T_PRIVACY, start:stop], w,
                    )  # fmt: skip
                mend(fund, integrity, info, service, scar, traits[layout.T_PRIOR, start:stop], w)
                if n_heard > 0:
                    wound(scar, evidence[0, :n], evidence[1, :n], w)
                judge(
                    risk, evidence[4, :n], seen, links, uniforms[0, :n], variates[2, :n], literacy, attention, w,
                )  # fmt: skip
                if w[W_COVER] > _0:
                    covered(loss[:n], balance[v, start:stop], w)
                else:
                    loss[:n] = _0
                choose(
                    actions[v, start:stop], flags[v, start:stop], fund, integrity, info, service, risk, fear, seen,
                    loss[:n],
                    traits[layout.T_CALM, start:stop], traits[layout.T_CHURN, start:stop],
                    traits[layout.T_PRIOR, start:stop], links, traits[layout.T_HERDING, start:stop],
                    literacy, attention, traits[layout.T_ALARM, start:stop], traits[layout.T_NEED, start:stop],
                    uniforms[0, :n], variates[0, :n],
                    variates[1, :n], w,
                )  # fmt: skip
                measure(sums[v, p], flags[v, start:stop], fund, integrity, info, service, risk, w)
                if n_heard > 0:
                    evidence[:] = _0
