"""Leaving and joining without a crisis: ordinary needs, dissatisfaction, yields; and who joins in one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Weights
from trustsim.kernels.layout import Terms, Traits
from trustsim.kernels.times import DAYS_A_YEAR
from trustsim.mechanisms.behaviour.balance import in_line, usual_entry
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.owners import Owners

Floats = NDArray[np.float64]
_MOST = 50.0  # log-odds that a yield adds or takes


def _log_odds(p: float) -> float:
    return math.log(p / (1 - p))


@REGISTRY.enter("mechanism", "ordinary", rows=("D13", "D14", "D15"), source="E-34")
@dataclass(frozen=True)
class Ordinary:
    """Close accounts at a calm rate, more where trust is lost or yields lag; open as many, fewer where risk is seen.

    Leaving and joining are log-odds against one logistic draw of the day. A holder leaves by ln odds(``leave``) −
    ``tenure`` · ln(1 + years) − what is added to the exit friction − ``info`` and ``service`` · trust lost in these +
    ln(1 + exp(−exit friction) · (exp(g) − 1)), the gain g = ``pays_yield`` · by how much the yield over the safe one
    is short of what was in line: of those who would leave for it only as many do as the friction lets through. The term
    of the tenure is shifted so that the mean of its exponential is 1.

    Who holds nothing, and money on fewer platforms than at most, joins by the log-odds at which as many come as go
    on day 0 (or ln odds(``join``), where that is given) − what is added to the entry friction − g − ``risk`` ·
    (what the perceived risk, risk view and evidence, has moved by more than ``notices`` from what was published on
    day 0, or would be without equity where that is less) + ``trust`` · (fund safety + integrity − those of calm) +
    ``info`` and ``service`` · trust gained in these − ``fear`` · fear (that risk keeps away whom no guarantee covers:
    doi:10.1257/aer.20150342; how much, and that it keeps away all alike, is assumed). Who has fled comes back by ln
    odds(``win_back``) in place of the first. Where as many come as go a joiner pays in the ticket less the usual
    interest of a stay, for the balances of day 0 hold it already, and claims stay in calm
    (``test_calm_is_an_equilibrium``). Known answer: with the weights on trust at 0, the daily share of holders that
    leaves is ``leave`` (``test_ordinary_leaving_has_its_rate``).
    """

    #: with a channel off
    without: ClassVar[dict[str, dict[str, float] | None]] = {"ordinary": {"leave": 1e-9}}
    concepts: ClassVar[tuple[str, ...]] = ("adaptation",)
    paced: ClassVar[tuple[str, ...]] = ("leave",)  # a step is short beside it
    fixes: ClassVar[tuple[str, ...]] = ("tenure",)  # what makes the traits: the same in all variants of a pass

    leave: float = parameter(
        0.0045, unit="per_day", low=1e-9, high=0.5, source="M-02", text="share of holders that closes on a calm day"
    )
    join: float | None = parameter(
        None, unit="per_day", low=1e-9, high=0.5, source="E-34",
        text="share of prospects and former clients that joins on a calm day; without it, as many as leave",
    )  # fmt: skip
    win_back: float = parameter(
        0.001, unit="per_day", low=1e-9, high=0.5, source="E-38; P-45",
        text="share of those who have fled that comes back on a day on which all is as on day 0",
    )  # fmt: skip
    service: float = parameter(
        0.5, unit="number", low=0, high=20, source="D1",
        text="log-odds of leaving, and against joining, per log-odds of trust in service lost",
    )  # fmt: skip
    info: float = parameter(
        0.261, unit="number", low=0, high=20, source="M-02",
        text="log-odds of leaving, and against joining, per log-odds of trust in information safety lost",
    )  # fmt: skip
    trust: float = parameter(
        0.6, unit="number", low=0, high=20, source="P-45",
        text="log-odds against joining per log-odds of trust in fund safety or integrity lost",
    )  # fmt: skip
    fear: float = parameter(
        1.5, unit="log-odds", low=0, high=20, source="assumed", text="log-odds against joining, per unit of fear"
    )
    risk: float = parameter(
        2.0, unit="number", low=0, high=20, source="assumed",
        text="log-odds against joining per log-odds of perceived risk, beyond what is noticed",
    )  # fmt: skip
    notices: float = parameter(
        0.3, unit="log-odds", low=0, high=20, source="assumed",
        text="rise or fall of perceived risk that moves nobody: the noise of reading and of calm",
    )  # fmt: skip
    pays_yield: float = parameter(
        13.0, unit="number", low=0, high=1000, source="doi:10.1093/qje/qjx019",
        text="log-odds of joining, and against leaving, per unit of yearly yield out of line",
    )  # fmt: skip
    margin: float = parameter(
        0.02, unit="share", source="assumed", text="of a yearly yield, what a platform may keep and be in line"
    )
    tenure: float = parameter(
        0.2, unit="log-odds", low=0, high=20, source="D15",
        text="log-odds against leaving, per e-fold of 1 + years as client",
    )  # fmt: skip

    def traits(self, owners: Owners) -> Mapping[Traits, Floats]:
        """Return what each owner adds to the log-odds of leaving, the mean of whose exponential is 1, and of joining,
        and on how many platforms each holds money at most."""
        churn = -self.tenure * owners.years
        churn = churn - math.log(float(np.exp(churn).mean())) if len(churn) else churn
        places = owners.world.accounts.places[owners.world.accounts.investor].astype(np.float64)
        return {Traits.CHURN: churn, Traits.ENTRY: usual_entry(owners.world.accounts, churn), Traits.PLACES: places}

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass."""
        leave, join = _log_odds(self.leave), _log_odds(self.leave if self.join is None else self.join)
        return {
            Weights.ORDINARY: leave + math.log(dt), Weights.SERVICE: self.service, Weights.INFO: self.info,
            Weights.JOIN: join + math.log(dt), Weights.JOIN_USUAL: float(self.join is None),
            Weights.JOIN_TRUST: self.trust, Weights.JOIN_FEAR: self.fear, Weights.JOIN_RISK: self.risk,
            Weights.NOTICED_RISK: self.notices,
            Weights.WIN_BACK: _log_odds(self.win_back) - join, Weights.TICKET: 1.0,
        }  # fmt: skip

    def on_terms(self, terms: Floats, agreed_terms: Floats) -> Iterator[tuple[Weights, Floats]]:
        """Yield what frictions beyond those agreed on, and yields out of line, add to leaving and joining, float64
        (worlds, platforms), and what interest of the usual stay a joiner need not pay in."""
        usual = in_line(agreed_terms, self.margin)
        spread = terms[Terms.PROMISED_YIELD] - terms[Terms.SAFE_YIELD]
        gain = np.clip(self.pays_yield * (usual - agreed_terms[Terms.SAFE_YIELD] - spread), -_MOST, _MOST)
        lets_through = np.exp(-np.maximum(terms[Terms.EXIT_FRICTION], 0.0))
        for_yield = np.log(np.maximum(1 - lets_through + lets_through * np.exp(gain), math.exp(-_MOST)))
        yield Weights.ORDINARY, agreed_terms[Terms.EXIT_FRICTION] - terms[Terms.EXIT_FRICTION] + for_yield
        yield Weights.JOIN, agreed_terms[Terms.ENTRY_FRICTION] - terms[Terms.ENTRY_FRICTION] - gain
        yield Weights.JOIN, -self.trust * agreed_terms[Terms.CUSTODY_TRUST]
        if self.join is None:
            yield Weights.TICKET, -np.clip(usual / DAYS_A_YEAR / self.leave, 0.0, 1.0)
