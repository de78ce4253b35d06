"""Clients who bind themselves in public to stay, and what others make of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import ALARMED, FREE, HOLDS, LEAVES, RUNS, Beliefs, Gauges, Traits
from trustsim.registry import REGISTRY, parameter
from trustsim.world.hazards import draw
from trustsim.world.leaning import Lean
from trustsim.world.memory import memory
from trustsim.world.rows import term

if TYPE_CHECKING:
    from trustsim.world.day import Day
    from trustsim.world.settings import Settings

Steps = NDArray[np.int32]
BINDS = draw("commitment", "binds", text="whether a client who may binds himself today")
BOUND = memory("bound", text="int32 (lanes, accounts), the step from which on the account is free again, 0 unbound")
MAY_BIND = term(
    "commitment_days", unit="duration", low=0, high=365, source="P-32",
    text="days for which clients may bind themselves to stay; 0: they may not",
)  # fmt: skip
_MAY_ASK = np.uint8(RUNS | LEAVES)


@REGISTRY.enter("mechanism", "commitment", rows=("D6", "G3"), source="P-32")
@dataclass(frozen=True)
class Commitment:
    """Let clients bind themselves to stay where a platform offers it, and let those who do reassure the others.

    Of those who look at their account, have asked for nothing and are not alarmed, a share ``willing`` · trust · (1 −
    perceived chance of failure) binds the whole balance, by a draw of the day: to give up the use of the money for
    nothing is the price, so who doubts keeps out. Until the days are over a bound account asks for nothing, whatever
    its owner hears; it may be bound again. It is public: the log-odds of running of the other clients fall by
    ``weight`` · the share of the accounts that is bound. Where nothing is offered nobody is bound. Known answer: with
    full trust, no risk and ``willing`` at 1 all who look are bound on the first day
    (``test_who_is_bound_stays_until_the_day_and_no_longer``).
    """

    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "sensing", "interaction")
    taught: ClassVar[str] = "weight"  # the number that a class moves first

    willing: float = parameter(
        0.2, unit="share", source="assumed", text="share of the full of trust who look that bind themselves"
    )
    weight: float = parameter(
        1.0, unit="log-odds", low=0, high=20, source="assumed",
        text="log-odds against running, where all others are bound",
    )  # fmt: skip

    @staticmethod
    def each_day(day: Day, settings: Settings[Commitment]) -> None:
        """Let those go whose days are over; let clients bind themselves; hold them."""
        offers = (day.term(MAY_BIND.name) > 0) & settings.is_on[:, None]
        if not offers.any() and BOUND not in day.kept:
            return
        state, bound = day.state, _bound(day)
        is_over = (bound > 0) & (bound <= day.step)
        may_ask_again = is_over & ((state.flags & HOLDS) > 0) & (state.requested == 0)
        state.flags[may_ask_again] |= np.uint8(FREE)
        bound[is_over | ((state.flags & HOLDS) == 0)] = 0
        for w, world in enumerate(day.worlds):
            for v, rule in settings.on(world.lanes):
                for p in np.flatnonzero(offers[v]).tolist():
                    _bind(day, (w, v, p), rule.willing)
        state.flags[bound > 0] &= np.uint8(255 - FREE)

    @staticmethod
    def lean(day: Day, settings: Settings[Commitment]) -> Iterator[Lean]:
        """Lean on running by the share of the accounts that is bound."""
        if BOUND in day.kept:
            value = np.where(settings.is_on[:, None], -settings["weight"][:, None] * share_bound(day), 0.0)
            yield Lean(Weights.CALM, value, "herding")

    @staticmethod
    def decide(day: Day, settings: Settings[Commitment]) -> None:
        """Let those who are bound ask for nothing: a lock may have ended today that set their account free."""
        if BOUND in day.kept:
            n = day.state.balance.shape[1]
            day.state.actions[:, :n][_bound(day) > 0] &= ~_MAY_ASK


def share_bound(day: Day) -> NDArray[np.float64]:
    """Return float64 (lanes, platforms): of the accounts that are held the share that is bound today."""
    bound = _bound(day) > 0
    held = np.maximum(day.state.gauges[Gauges.HOLDERS], 1.0)
    counts = [
        [np.count_nonzero(bound[v, day.accounts(v, p)]) for p in range(day.state.n_platforms)]
        for v in range(day.state.n_lanes)
    ]
    return np.asarray(np.minimum(np.array(counts, np.float64) / held, 1.0))


def _bind(day: Day, place: tuple[int, int, int], willing: float) -> None:
    """Let those clients bind themselves who may and want to, in one ``place`` (world, lane, platform)."""
    w, v, p = place
    state, world, mine = day.state, day.worlds[w], day.accounts(v, p)
    steps = round(float(day.term(MAY_BIND.name, p)[v]) / day.dt)
    if steps == 0:
        return
    flags, beliefs = state.flags[v, mine], state.beliefs[:, v, mine]
    may = ((flags & (HOLDS | FREE | ALARMED)) == (HOLDS | FREE)) & (state.requested[v, mine] == 0)
    believes = trusting(state.weights[v, p], beliefs) / (1 + np.exp(beliefs[Beliefs.RISK] + beliefs[Beliefs.EVIDENCE]))
    luck = day.uniforms_at(world, BINDS.purpose(day.occurrence), world.owners(p), step=day.step, platform=p)[0]
    wants = luck < state.traits[Traits.ATTENTION, w, mine] * willing * believes
    _bound(day)[v, mine][may & wants] = day.step + steps


def trusting(weights: NDArray[np.float32], beliefs: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the overall trust of the owners of accounts of one platform, float64 (n,); ``beliefs`` float32
    (Beliefs, n)."""
    parts = ((Weights.TRUST_FUND, Beliefs.FUND), (Weights.TRUST_INTEGRITY, Beliefs.INTEGRITY),
             (Weights.TRUST_INFO, Beliefs.INFO), (Weights.TRUST_SERVICE, Beliefs.SERVICE))  # fmt: skip
    x = sum(float(weights[part]) * beliefs[row].astype(np.float64) for part, row in parts)
    return np.asarray(1 / (1 + np.exp(-x)), np.float64)


def _bound(day: Day) -> Steps:
    return day.keep(BOUND, lambda: np.zeros(day.state.balance.shape, np.int32))
