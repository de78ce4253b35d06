"""Hear, feel, believe, judge: how the day's messages and neighbours move what investors feel about a platform.

Each step goes over a block (see kernels/block.py), branch-free, so that the loops vectorise. ``evidence`` float32
(Targets, ≥ n) holds what each owner heard today; ``w`` float32 (Weights,) the day's weights of the platform.
"""

from __future__ import annotations

import numpy as np

from trustsim.kernels.choose import prompted
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import HEARD, HOLDS, REACH, Targets
from trustsim.kernels.literacy import literate

_MOST_FEAR, _MOST_ATTENTION = np.float32(8), np.float32(100)
_TINY = np.float32(1e-6)
_0, _HALF, _1 = np.float32(0), np.float32(0.5), np.float32(1)
_N_TARGETS = len(Targets)
CLIP = 12.0  # log-odds: no part of trust, no risk view and no scar goes further
_CLIP = np.float32(CLIP)


@compiled
def hear(evidence, counts, message, how, luck, who, flags, education) -> None:
    """Add one message to what those it reaches heard today: its strength on each part of trust, risk, fear, attention.

    A page is read by a share of those who look at their account today, any other message by those whom it reaches, by
    one uniform each, ``luck`` float32 (n,), of the day on which its story was first told. A message that the literate
    discount counts 1 − literacy. One for a segment, or for clients, is not heard by others. Evidence of a day adds up.

    ``message`` float32 (Targets + 2,): strengths, the reach, and the share whom the story has reached before. ``how``:
    is it a page, do the literate discount it, which segment is it for (−1: any), is it for clients only. ``counts``
    float32 (≥ n,): room for what it counts with each.
    """
    is_page, by_literacy, segment, is_for_clients = how
    before, literacy, attention, n = message[HEARD], who.literacy, who.attention, len(luck)
    after = before + message[REACH] * (_1 - before)
    hears = counts[:n]
    for i in range(n):
        known = literate(literacy[i], education)
        weight = _1 - known if by_literacy else _1
        looks = attention[i] if is_page else _1
        hears[i] = weight if before * looks <= luck[i] < after * looks else _0
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
def prompt(looks, drawn, who, w) -> None:
    """Fill ``looks`` float32 (n,) with the chance that each owner looks at the account in this step, under prompts and
    with the attention ``drawn`` float32 (n,) by what was heard."""
    attention, literacy = who.attention, who.literacy
    for i in range(len(looks)):
        looks[i] = prompted(attention[i], literacy[i], drawn[i], w)


@compiled
def draw_attention(drawn, evidence, keep) -> None:
    """Let attention ``drawn`` float32 (n,) fade by a step, and raise it by what was heard today, whatever that says."""
    e_attention = evidence[Targets.ATTENTION, : len(drawn)]
    for i in range(len(drawn)):
        a = drawn[i] * keep + e_attention[i]
        drawn[i] = min(a, _MOST_ATTENTION) if a > _TINY else _0


@compiled
def feel(felt, evidence, who, seen_keep, evidence_keep) -> None:
    """Fade fear, what was heard, and the memory of neighbours who left; take in what alarmed today.

    What rumours have added to what was heard is cut off here as well.
    """
    fear, seen, told, keep, gain = felt.fear, felt.seen, felt.evidence, who.fear_keep, who.fear_gain
    e_fear = evidence[Targets.FEAR, : len(fear)]
    for i in range(len(fear)):
        f = fear[i] * keep[i] + gain[i] * e_fear[i]
        s = seen[i] * seen_keep
        fear[i] = min(max(f, _0), _MOST_FEAR) if f > _TINY else _0
        seen[i] = s if s > _TINY else _0
        told[i] = min(max(told[i] * evidence_keep, -_CLIP), _CLIP)


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
def weigh_news(felt, evidence, who, w) -> None:
    """Add what was heard today to the evidence that waiting costs: bad news by its salience, more with
    scars."""
    told, scar, gain, n = felt.evidence, felt.scar, who.fear_gain, len(felt.evidence)
    e_fund, e_integrity = evidence[Targets.FUND, :n], evidence[Targets.INTEGRITY, :n]
    e_risk, e_fear = evidence[Targets.RISK, :n], evidence[Targets.FEAR, :n]
    of_fund, of_integrity = w[Weights.NEWS_FUND], w[Weights.NEWS_INTEGRITY]
    of_risk, of_fear = w[Weights.NEWS], w[Weights.NEWS_FEAR]
    salience, scar_bad = w[Weights.SALIENCE], w[Weights.SCAR_BAD]
    for i in range(n):
        x = of_risk * e_risk[i] + of_fear * gain[i] * e_fear[i] - of_fund * e_fund[i] - of_integrity * e_integrity[i]
        x = told[i] + salience * (_1 + scar_bad * scar[i]) * max(x, _0) + min(x, _0)
        told[i] = min(max(x, -_CLIP), _CLIP)


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
def judge(felt, who, luck, w) -> None:
    """Move the risk view: back to what was published last, and on report days by the report, read with an error."""
    risk, literacy, attention, login, error = felt.risk, who.literacy, who.attention, luck.login, luck.error
    salience, drift, education = w[Weights.SALIENCE], w[Weights.DRIFT], w[Weights.EDUCATION]
    weight, published, noise = w[Weights.REPORT_WEIGHT], w[Weights.REPORT_RISK], w[Weights.REPORT_NOISE]
    for i in range(len(risk)):
        known = literate(literacy[i], education)
        r = risk[i] + drift * (published - risk[i])
        reading = published + noise * (_1 - _HALF * known) * error[i]
        surprise = (reading - r) * (weight if login[i] < attention[i] else _0)
        r += max(surprise, _0) * salience + min(surprise, _0)
        risk[i] = min(max(r, -_CLIP), _CLIP)
