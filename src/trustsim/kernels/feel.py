"""Hear, feel, believe, judge: how the day's messages and neighbours move what investors feel about a platform.

Each step goes over a block (see kernels/block.py), branch-free, so that the loops vectorise. ``evidence`` float32
(Targets, ≥ n) holds what each owner heard today; ``w`` float32 (Weights,) the day's weights of the platform.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels.choose import beyond_normal, prompted
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import HOLDS, REACH, Targets

_MOST_FEAR = np.float32(8)
_TINY = np.float32(1e-6)
_0, _HALF, _1 = np.float32(0), np.float32(0.5), np.float32(1)
_N_TARGETS = len(Targets)
CLIP = 12.0  # log-odds: no part of trust, no risk view and no scar goes further
_CLIP = np.float32(CLIP)


@compiled
def hear(evidence, counts, message, how, luck, who, flags, education) -> None:
    """Add one message to the evidence of those it reaches: to each part of trust, the risk view and fear, its strength.

    A page is read by a share of those who look at their account today, any other message by those whom it reaches, by
    one uniform each of the day. A message that the literate discount counts 1 − literacy. One for a segment, or for
    clients, is not heard by others. Evidence of a day adds up.

    ``message`` float32 (Targets + 1,): strengths and reach. ``how``: is it a page, do the literate discount it, which
    segment is it for (−1: any), is it for clients only. ``counts`` float32 (≥ n,): room for what it counts with each.
    """
    is_page, by_literacy, segment, is_for_clients = how
    reach = message[REACH]
    login, media, literacy, attention, n = luck.login, luck.media, who.literacy, who.attention, len(luck.login)
    hears = counts[:n]
    for i in range(n):
        known = literacy[i] + education * (_1 - literacy[i])
        weight = _1 - known if by_literacy else _1
        u = login[i] if is_page else media[i]
        limit = reach * attention[i] if is_page else reach
        hears[i] = weight if u < limit else _0
    if segment >= 0:
        for i in range(n):
            hears[i] *= _1 if who.segment[i] == segment else _0
    if is_for_clients:
        for i in range(n):
            hears[i] *= _1 if flags[i] & np.uint8(HOLDS) else _0
    for k in range(_N_TARGETS):
        strength = message[k]
        if strength != _0:
            heard = evidence[k, :n]
            for i in range(n):
                heard[i] += strength * hears[i]


@compiled
def prompt(looks, who, w) -> None:
    """Fill ``looks`` float32 (n,) with the chance that each owner looks at the account in this step, under prompts."""
    attention, literacy = who.attention, who.literacy
    prompts, education = w[Weights.PROMPTS], w[Weights.EDUCATION]
    for i in range(len(looks)):
        looks[i] = prompted(attention[i], literacy[i], prompts, education)


@compiled
def feel(felt, evidence, who, seen_keep) -> None:
    """Fade fear and the memory of neighbours who left; take in what alarmed today."""
    fear, seen, keep, gain = felt.fear, felt.seen, who.fear_keep, who.fear_gain
    e_fear = evidence[Targets.FEAR, : len(fear)]
    for i in range(len(fear)):
        f = fear[i] * keep[i] + gain[i] * e_fear[i]
        s = seen[i] * seen_keep
        fear[i] = min(max(f, _0), _MOST_FEAR) if f > _TINY else _0
        seen[i] = s if s > _TINY else _0


@compiled
def believe(felt, evidence, who, w) -> None:
    """Move the four parts of trust by what was heard: bad news in full (more with scars), good news by less."""
    fund, integrity, info, service, scar = felt.fund, felt.integrity, felt.info, felt.service, felt.scar
    privacy, n = who.privacy, len(felt.fund)
    e_fund, e_integrity = evidence[Targets.FUND, :n], evidence[Targets.INTEGRITY, :n]
    e_info, e_service = evidence[Targets.INFO, :n], evidence[Targets.SERVICE, :n]
    good, bad, scar_bad = w[Weights.GOOD_NEWS], w[Weights.BAD_NEWS], w[Weights.SCAR_BAD]
    for i in range(n):
        harm = bad * (_1 + scar_bad * scar[i])
        a, b, c, d = e_fund[i], e_integrity[i], e_info[i] * privacy[i], e_service[i]
        fund[i] += good * max(a, _0) + harm * min(a, _0)
        integrity[i] += good * max(b, _0) + harm * min(b, _0)
        info[i] += good * max(c, _0) + harm * min(c, _0)
        service[i] += good * max(d, _0) + harm * min(d, _0)


@compiled
def mend(felt, who, w) -> None:
    """Repair the four parts of trust a little, towards the scarred prior; keep them in range."""
    fund, integrity, info, service, scar = felt.fund, felt.integrity, felt.info, felt.service, felt.scar
    prior, repair = who.prior, w[Weights.REPAIR]
    base_fund, base_integrity = w[Weights.BASE_FUND], w[Weights.BASE_INTEGRITY]
    base_info, base_service = w[Weights.BASE_INFO], w[Weights.BASE_SERVICE]
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
def wound(felt, evidence, w) -> None:
    """Let a share of today's bad news about fund safety and integrity stay as scar."""
    scar, n = felt.scar, len(felt.scar)
    e_fund, e_integrity = evidence[Targets.FUND, :n], evidence[Targets.INTEGRITY, :n]
    bad, scarring = w[Weights.BAD_NEWS], w[Weights.SCARRING]
    for i in range(n):
        scar[i] = min(scar[i] - bad * scarring * (min(e_fund[i], _0) + min(e_integrity[i], _0)), _CLIP)


@compiled
def judge(felt, evidence, who, luck, w) -> None:
    """Move the risk view: news, neighbours who left, and on report days the report, read with an error."""
    risk, seen, each, whole = felt.risk, felt.seen, felt.each, felt.whole
    literacy, attention = who.literacy, who.attention
    login, error, e_risk = luck.login, luck.error, evidence[Targets.RISK, : len(felt.risk)]
    salience, peers, normal = w[Weights.SALIENCE], w[Weights.RISK_PEERS], w[Weights.NORMAL_SHARE]
    repair, rumour, education = w[Weights.REPAIR], w[Weights.RUMOUR], w[Weights.EDUCATION]
    weight, published, noise = w[Weights.REPORT_WEIGHT], w[Weights.REPORT_RISK], w[Weights.REPORT_NOISE]
    for i in range(len(risk)):
        known = literacy[i] + education * (_1 - literacy[i])
        r = risk[i] + repair * (published - risk[i])
        reading = published + noise * (_1 - _HALF * known) * error[i]
        surprise = (reading - r) * (weight if login[i] < attention[i] else _0)
        beyond = beyond_normal(seen[i], each[i], whole[i], normal)
        news = surprise + rumour * e_risk[i] + peers * max(beyond, _0)
        r += max(news, _0) * salience + min(news, _0)
        risk[i] = min(max(r, -_CLIP), _CLIP)
