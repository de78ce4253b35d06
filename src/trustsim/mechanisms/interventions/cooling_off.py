"""A pause between asking and being paid, in which one may think again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels import purposes
from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import LEAVES, RAN, RUNS, WINDING, Gauges
from trustsim.kernels.times import SAME_TIME, whole_steps
from trustsim.mechanisms.interventions.on import on_platform
from trustsim.registry import REGISTRY, choice, parameter
from trustsim.world.terms import Term

if TYPE_CHECKING:
    from trustsim.world.day import Day

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
_THINNING, _CONFIRMING = 0, 1  # rows of the day's draws


@REGISTRY.enter("intervention", "cooling_off", family="ux", rows=("G3", "D12"), source="T-46; P-39")
@dataclass(frozen=True)
class CoolingOff:
    """Pay a request only when it is confirmed after a pause: whoever ran decides again, by what is believed by then.

    Who ran had a readiness to run x₀ that passed the draw of that day, which nobody sees. When the pause of a part of
    the request ends the readiness is x, and the same decision would be taken with the chance min(F(x) / F(x₀), 1), F
    the logistic distribution of the draw; under the rule ``threshold`` where x is above 0. Who would not decide so
    again asks no more for that part and what was asked for after it, in this run, and has waited until then. So without
    news nobody changes the mind by chance, whatever the pause; fear that has faded, a rebuttal, better figures take
    requests back. x₀ is that of the last request; of a step in which the pause ends its part counts, of what changes in
    it as well. Who left for ordinary needs confirms. Beside that minds may change whatever happens, at the rate
    ``second_thoughts``: a share exp(−second_thoughts · delay) is then confirmed, however long a step is. What a
    wind-down has called nobody takes back. Known answer: half are paid where that product is ln 2
    (``test_half_of_the_requests_are_confirmed_after_the_half_life``); of those who ran at log-odds 0 and stand at −2 by
    the end a share F(−2) / F(0) = 0.24 confirms (``test_who_would_not_run_again_takes_the_request_back``).
    """

    neutral: ClassVar[dict[str, Any]] = {"delay": 0}  # changes nothing

    platform: str = on_platform()
    delay: float = choice(
        7.0, unit="duration", low=0, high=365, source="assumed", text="days from request to confirmation"
    )
    second_thoughts: float = parameter(
        0.0, unit="per_day", low=0, high=100, source="T-46", text="rate at which minds change whatever happens"
    )
    cost: float = choice(50.0, unit="money", low=0, source="assumed", text="cost per client and year of building it")

    def terms(self) -> tuple[Term, ...]:
        """Return what holds while the lever acts."""
        return (
            Term("payout_lag", self.delay, "add", self.platform),
            Term("cost_per_client", self.cost, "add", self.platform),
        )

    def think_again(self, day: Day) -> None:
        """Let those who wait think again, once the day's news is heard."""
        lanes, n = day.state.balance.shape
        stood = day.memory.setdefault("ready", np.full((lanes, 2, n), np.nan, np.float32))
        for p in day.platforms(self.platform):
            for world in day.worlds:
                luck = day.uniforms(world, purposes.SECOND_THOUGHTS, p)
                for v in (v for v in world.lanes if day.active[v] and day.state.gauges[Gauges.STATUS, v, p] < WINDING):
                    stays = self._stays(day, v, p, luck, stood[v, :, day.accounts(v, p)])
                    if day.state.queue_n[v, p] > 0:
                        whole, later = (self._thinks(day, age, luck, stays) for age in ages(day, v, p))
                        day.state.actions[v, day.accounts(v, p)][whole | later] &= np.uint8(255 - RUNS - LEAVES)
                        day.kernels.take_back(v, p, whole, later)

    def _stays(self, day: Day, lane: int, platform: int, luck: Floats, stood: NDArray[np.float32]) -> Mask:
        """Return bool (accounts of the platform,): who would not run again when a pause ends in this step.

        ``stood`` float32 (2, accounts) holds the readiness at the last request and that of the step before, and is
        brought up to date. Where the pause ends within a step, what has changed in it counts in part.
        """
        mine, state = day.accounts(lane, platform), day.state
        actions, ran = state.actions[lane, mine], (state.flags[lane, mine] & RAN) > 0
        runs, asks = (actions & RUNS) > 0, (actions & (RUNS | LEAVES)) > 0  # also for what a run left locked
        ready = day.kernels.readiness(lane, platform, runs | (ran & (asks | (state.requested[lane, mine] > 0))))
        part = self.delay / day.dt - (max(float(whole_steps(self.delay, day.dt)), 1.0) - 1.0)
        then = stood[1] + part * (ready - stood[1])
        draws_lots = bool(state.weights[lane, platform, Weights.RULE] <= 0)
        again = would_again(then, stood[0].astype(np.float64), draws_lots)
        stood[1] = ready
        stood[0][asks] = ready[asks]
        return np.asarray(ran & (luck[_CONFIRMING] > again))

    def _thinks(self, day: Day, age: Floats, luck: Floats, stays: Mask) -> Mask:
        """Return bool (accounts of the platform,): who takes back a part of a request that is ``age`` old."""
        thinks = np.where(age > 0, np.clip(self.delay + SAME_TIME - age + day.dt, 0.0, day.dt), 0.0)
        ends = (age >= self.delay - SAME_TIME) & (age - day.dt < self.delay - SAME_TIME)
        return np.asarray((luck[_THINNING] < -np.expm1(-self.second_thoughts * thinks)) | (ends & stays))


def would_again(ready: Floats, before: Floats, draws_lots: bool) -> Floats:
    """Return the chance that who ran at the readiness ``before`` would do so at ``ready``, float64 (n,), log-odds each;
    1 where either is not known, NaN."""
    again, known = np.ones(len(ready)), np.isfinite(ready) & np.isfinite(before)
    x, was = ready[known], before[known]
    odds = np.exp(np.minimum(np.logaddexp(0.0, -was) - np.logaddexp(0.0, -x), 0.0))
    again[known] = odds if draws_lots else np.where((was > 0) & (x <= 0), 0.0, 1.0)
    return again


def ages(day: Day, lane: int, platform: int) -> Iterator[Floats]:
    """Yield float64 (accounts of the platform,), twice: days since what is asked for first was, and since what was
    asked for later; −1 where nothing of it waits."""
    mine, state = day.accounts(lane, platform), day.state
    for asked, since in ((state.requested, state.asked_day), (state.later, state.later_day)):
        yield np.where(asked[lane, mine] > 0, (day.step - since[lane, mine]) * day.dt, -1.0)
