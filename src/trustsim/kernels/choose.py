"""Choose: one action byte for each account, from what its owner feels, who that is, and the day's luck."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.compiled import compiled
from trustsim.kernels.layout import HOLDS

_0, _HALF, _1 = np.float32(0), np.float32(0.5), np.float32(1)


@compiled
def choose(actions, flags, felt, who, luck, loss, lean, w) -> None:
    """Write the action byte: run, leave in the ordinary way, join, or change alarm; all of them logits on shared draws.

    Whoever has seen ``need`` neighbours leave runs as well. Who asked for the free part of a locked balance asks for
    the rest on the day that it matures. ``loss`` float32 (n,): log of the share of a loss that is not covered. ``lean``
    float32 (3, n): what declared columns add to running, leaving and joining; None where there are none.
    """
    fund, integrity, info, service = felt.fund, felt.integrity, felt.info, felt.service
    risk, fear, seen = felt.risk, felt.fear, felt.seen
    calm, churn, prior, links, herding = who.calm, who.churn, who.prior, who.links, who.herding
    literacy, attention, alarm, need = who.literacy, who.attention, who.alarm, who.need
    login, panic, ordinary = luck.login, luck.panic, luck.ordinary
    w_calm, w_fund, w_integrity = w[Weights.CALM], w[Weights.FUND], w[Weights.INTEGRITY]
    w_fear, w_risk, fundamentals_fear = w[Weights.FEAR], w[Weights.RISK], w[Weights.FUNDAMENTALS_FEAR]
    w_herding, herding_fear, normal = w[Weights.HERDING], w[Weights.HERDING_FEAR], w[Weights.NORMAL_SHARE]
    w_ordinary, w_info, w_service = w[Weights.ORDINARY], w[Weights.INFO], w[Weights.SERVICE]
    w_join, join_trust, attention_fear = w[Weights.JOIN], w[Weights.JOIN_TRUST], w[Weights.ATTENTION_FEAR]
    education = w[Weights.EDUCATION]
    draws_lots = _0 if w[Weights.RULE] > _0 else _1
    for i in range(len(actions)):
        f = fear[i]
        known = literacy[i] + education * (_1 - literacy[i])
        peers = w_herding * herding[i] * (_1 - _HALF * known) * (_1 + herding_fear * f) * (seen[i] * links[i] - normal)
        sense = max(_1 - fundamentals_fear * f, _0)
        trust = w_fund * fund[i] + w_integrity * integrity[i]
        x = calm[i] + w_calm - trust + w_fear * f + sense * w_risk * risk[i] + loss[i] + peers
        if lean is not None:
            x += lean[0, i]
        own = prior[i]
        y = churn[i] + w_ordinary - w_info * (info[i] - own) - w_service * (service[i] - own)
        z = w_join + join_trust * (fund[i] + integrity[i] - own - own) - w_fear * f
        if lean is not None:
            y += lean[1, i]
            z += lean[2, i]
        holds = flags[i] & np.uint8(HOLDS)
        free = (flags[i] >> np.uint8(1)) & holds
        heeds = np.uint8(login[i] < attention[i] * (_1 + attention_fear * f))
        runs = (np.uint8(x > draws_lots * panic[i]) | np.uint8(seen[i] >= need[i])) & heeds & free
        gives_notice = (flags[i] >> np.uint8(5)) & (flags[i] >> np.uint8(3)) & np.uint8(1)
        leaves = (np.uint8(y > ordinary[i]) | gives_notice) & free
        joins = np.uint8(z > ordinary[i]) & (np.uint8(1) - holds)
        was = (flags[i] >> np.uint8(2)) & np.uint8(1)
        alarms = (np.uint8(f > alarm[i]) & (np.uint8(1) - was)) | (np.uint8(f < _HALF * alarm[i]) & was)
        actions[i] = runs | (leaves << np.uint8(1)) | (joins << np.uint8(2)) | (alarms << np.uint8(3))
