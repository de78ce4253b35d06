"""Spread a message from mouth to mouth: tellers tell their neighbours, tire, or are put right; only tellers are
visited."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import draws
from trustsim.kernels.compiled import compiled
from trustsim.kernels.feel import CLIP
from trustsim.kernels.layout import Beliefs, Traits
from trustsim.kernels.literacy import literate

IGNORANT, TELLS, BELIEVES, PUT_RIGHT, NEW, FORGOT = 0, 1, 2, 3, 4, 5
_TIRES, _FROM_ALL = 1 << 31, 3 << 30  # places behind every node number
_CLIP = np.float32(CLIP)


class Words(NamedTuple):
    """What a rumour says about one platform, and how it spreads, in a step."""

    platform: int
    purpose: int  # of this rumour's draws alone
    chance: float  # that a neighbour without literacy who is told believes it
    tiring: float  # share of the tellers who stop
    forgetting: float  # share of the believers who forget it
    risk: np.float32  # evidence of a believer, as long as it is believed
    lasting: NDArray[np.float32]  # (v,) of it, what fades in a step and is told anew
    fear: np.float32  # of a new believer
    attention: np.float32  # that it draws of a new believer
    education: NDArray[np.float64]  # (v,) share of the missing literacy made up
    reverting: NDArray[np.float64]  # (v,) chance that a believer is put right


@compiled
def believe_it(status, accounts, words, place, who) -> None:
    """Let one investor of ``place`` (w, v) believe: the evidence rises, fear with the investor's susceptibility; it
    draws attention.

    Who had forgotten it believes it again, and is not alarmed or drawn again.
    """
    w, v = place
    is_news, k = status[v, who] == IGNORANT, accounts.at[w, words.platform, who]
    status[v, who] = NEW
    if k >= 0:
        told = accounts.beliefs[Beliefs.EVIDENCE, v]
        told[k] = min(told[k] + words.risk, _CLIP)
        if is_news:
            accounts.beliefs[Beliefs.FEAR, v, k] += words.fear * accounts.traits[Traits.FEAR_GAIN, w, k]
            if words.attention > 0.0:
                accounts.beliefs[Beliefs.ATTENTION, v, k] += words.attention


@compiled
def forget_it(accounts, words, place, who) -> None:
    """Take back what the rumour adds to one investor's evidence."""
    w, v = place
    k = accounts.at[w, words.platform, who]
    if k >= 0:
        told = accounts.beliefs[Beliefs.EVIDENCE, v]
        told[k] = max(told[k] - words.risk, -_CLIP)


@compiled
def tell_all(status, accounts, literacy, words, place, clock) -> None:
    """Let every teller of ``place`` (w, v) tell everyone."""
    w, v = place
    n_tellers = 0
    for i in range(status.shape[1]):
        n_tellers += 1 if status[v, i] == TELLS else 0
    if n_tellers == 0:
        return
    for j in range(status.shape[1]):
        if status[v, j] == IGNORANT or status[v, j] == FORGOT:
            known = literate(np.float64(literacy[w, j]), words.education[v])
            a, _ = draws.two_words(
                j, clock.day, words.purpose, _FROM_ALL + accounts.stream[words.platform], clock.keys[w]
            )
            missed = math.exp(n_tellers * math.log1p(-min(words.chance * (1.0 - 0.5 * known), 1.0 - 1e-16)))
            if np.float64(a) * draws.UNIFORM_SCALE < 1.0 - missed:
                believe_it(status, accounts, words, place, j)


@compiled
def tell_neighbours(status, accounts, links, literacy, words, place, clock) -> None:
    """Let every teller of ``place`` (w, v) tell its neighbours."""
    w, v = place
    for i in range(status.shape[1]):
        if status[v, i] != TELLS:
            continue
        for e in range(links.indptr[w, i], links.indptr[w, i + 1]):
            j = links.neighbours[e]
            if status[v, j] == IGNORANT or status[v, j] == FORGOT:
                known = literate(np.float64(literacy[w, j]), words.education[v])
                a, _ = draws.two_words(i, clock.day, words.purpose, j, clock.keys[w])
                if np.float64(a) * draws.UNIFORM_SCALE < words.chance * (1.0 - 0.5 * known):
                    believe_it(status, accounts, words, place, j)


@compiled
def tire(status, accounts, words, place, clock) -> None:
    """Let believers of ``place`` (w, v) be put right, forget, begin to tell, or stop telling."""
    w, v = place
    key, stream = clock.keys[w], accounts.stream[words.platform]
    for i in range(status.shape[1]):
        s = status[v, i]
        if s != IGNORANT and s != PUT_RIGHT and s != FORGOT:
            a, b, c, _ = draws.philox(
                np.uint64(i), np.uint64(clock.day), np.uint64(words.purpose), np.uint64(_TIRES + stream),
                key[0], key[1],
            )  # fmt: skip
            if np.float64(a) * draws.UNIFORM_SCALE < words.reverting[v]:
                status[v, i] = PUT_RIGHT
                forget_it(accounts, words, place, i)
            elif words.forgetting > 0.0 and np.float64(c) * draws.UNIFORM_SCALE < words.forgetting:
                status[v, i] = FORGOT
                forget_it(accounts, words, place, i)
            elif s == NEW:
                status[v, i] = TELLS
            elif s == TELLS and np.float64(b) * draws.UNIFORM_SCALE < words.tiring:
                status[v, i] = BELIEVES


@compiled
def hold_on(status, active, accounts, words, n_variants) -> None:
    """Let believers not forget what the rumour says, as other evidence is forgotten."""
    for v in range(len(status)):
        if active[v]:
            for i in range(status.shape[1]):
                k = accounts.at[v // n_variants, words.platform, i]
                s = status[v, i]
                if k >= 0 and s != IGNORANT and s != PUT_RIGHT and s != FORGOT:
                    told = accounts.beliefs[Beliefs.EVIDENCE, v]
                    told[k] = min(told[k] + words.lasting[v], _CLIP)


@compiled
def spread(status, active, accounts, links, literacy, words, clock) -> None:
    """Take one step, lane by lane.

    ``status`` uint8 (v, i); ``active`` bool (v,); ``literacy`` float64 (w, i). Draws are addressed by (teller, day,
    listener), so the order of tellers does not matter; where everyone is everyone's neighbour one draw a listener
    stands for all tellers.
    """
    n_variants = len(status) // len(clock.keys)
    for v in range(len(status)):
        if active[v]:
            place = (v // n_variants, v)
            if links.is_complete:
                tell_all(status, accounts, literacy, words, place, clock)
            else:
                tell_neighbours(status, accounts, links, literacy, words, place, clock)
            tire(status, accounts, words, place, clock)
