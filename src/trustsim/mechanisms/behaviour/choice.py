"""The choice to run: everything that was heard, seen and felt, as one sum of log-odds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from trustsim.kernels.coefficients import Dials, Weights
from trustsim.kernels.layout import Terms, Traits
from trustsim.registry import REGISTRY, parameter

if TYPE_CHECKING:
    from trustsim.world.owners import Owners

Floats = NDArray[np.float64]


@REGISTRY.enter("mechanism", "choice", rows=("D6", "D10", "D20"), source="doi:10.1111/1467-937X.00168; E-38")
@dataclass(frozen=True)
class Choice:
    """Let those who look at their account run when x > logit(u), with x the log-odds of all that speaks for it.

    x, the log-odds that waiting costs more than leaving, adds up what waiting may cost, which share of it would be lost
    and the price of leaving:

    - the prior: ``calm`` + ``tolerance`` · (½ − risk tolerance) + ``balance`` · ln(ticket / median) − ``tenure`` ·
      ln(1 + years) − ``fund`` · trust in fund safety, but for what the name of a custodian adds, − ``integrity`` ·
      trust in integrity;
    - what is known of the platform: max(1 − ``blinding`` of fear · fear, 0) · ``risk`` · risk view − ``cash`` ·
      ``others`` · ln((cash + line + ``some_cash``) / (``usual_cash`` + ``some_cash``)), of the last report, in claims;
    - what was heard lately: evidence · (1 + ``heed`` of fear · fear);
    - the others: ``others`` · ln((F + ``unseen``) / (F of calm + ``unseen``)), F the share expected to leave: by
      ``herding`` of the neighbours, by what the ``media`` tell of runs, and by what is seen of payments, ``first_move``
      · min(overdue / claims of day 0, 1) · visibility (of custody or of live figures, the larger) + ``gate_rush`` ·
      nearness of an announced gate, which is 1 at the trigger and falls to 0 at ``gate_margin`` above it;
    - payments that fail: − ``cash`` · ``others`` · ln(1 − ``unpaid`` · u · visibility · cash / (cash + ``some_cash``)),
      u the share that was not paid of what was due: who sees that does not count on the cash of the report;
    - the loss: ln(1 − ``segregation`` · segregated share · liquid share) + ln(1 − cover · credibility), within the
      limit of a guarantee, for whoever knows of it: all do once it comes or promises more, for that is news; of one
      that has stood the share 1 − ``uninformed`` · (1 − literacy), drawn once for each person. Others judge as without
      it. With a mean literacy of 0.4, 46 % know, the mean of three surveys: 30 % of Italian, 49 % of American
      households, 60 % of Canadians (Bartiloro 2011, Banca d'Italia, Occasional Papers 104; CDIC 2002);
    - the price: − exit friction − ``pays_yield`` · (promised − safe yield) − ``fee`` · exit fee.

    The ticket is what the investor holds there at day 0, or would. A uniform draw u decides for all variants, the same
    for ``lasting`` days for one person: who stays once does so until more speaks for leaving. Under the rule
    ``threshold`` it is left out: run when x > 0. Who looks: a share ``attention`` of the investor a day, more in fear.
    Money above the limit of a guarantee is judged apart, with no cover, and taken out alone where x is above logit(u)
    for it alone. A share ``part`` of those who run with all ask for half only. Known answer: with every weight but
    ``calm`` at 0, the daily share of attentive holders that runs is the logistic of ``calm``
    (``test_the_choice_is_a_logit``).
    """

    #: with a channel off
    without: ClassVar[dict[str, dict[str, float] | None]] = {
        "first_move": {"first_move": 0.0, "gate_rush": 0.0, "unpaid": 0.0},
    }
    concepts: ClassVar[tuple[str, ...]] = ("adaptation", "prediction")
    #: what makes the traits: the same in all variants of a pass
    fixes: ClassVar[tuple[str, ...]] = ("tolerance", "balance", "tenure", "lasting")

    rule: str = parameter(
        "logit", unit="text", choices=("logit", "threshold"), source="D6",
        text="a logit with one draw, or a sharp threshold",
    )  # fmt: skip
    calm: float = parameter(
        -1.28, unit="log-odds", low=-50, high=50, source="M-02",
        text="log-odds of a run, all other terms at 0, on a day of attention",
    )  # fmt: skip
    fund: float = parameter(
        1.26,
        unit="number",
        low=0,
        high=20,
        source="M-02",
        text="log-odds against, per log-odds of trust in fund safety",
    )
    integrity: float = parameter(
        0.631, unit="number", low=0, high=20, source="M-02", text="log-odds against, per log-odds of trust in integrity"
    )
    risk: float = parameter(
        0.512, unit="number", low=0, high=20, source="M-02", text="log-odds per log-odds of perceived risk"
    )
    tolerance: float = parameter(
        1.0, unit="log-odds", low=0, high=20, source="D10", text="log-odds between lowest and highest risk tolerance"
    )
    balance: float = parameter(
        0.25, unit="log-odds", low=0, high=20, source="E-17",
        text="log-odds per e-fold of the ticket, the balance of day 0, over the median",
    )  # fmt: skip
    tenure: float = parameter(
        0.3, unit="log-odds", low=0, high=20, source="E-38", text="log-odds against, per e-fold of 1 + years as client"
    )
    pays_yield: float = parameter(
        4.0, unit="number", low=0, high=1000, source="assumed",
        text="log-odds against, per unit of yearly yield over the safe account",
    )  # fmt: skip
    fee: float = parameter(
        20.0, unit="number", low=0, high=1000, source="P-11", text="log-odds against, per unit of exit fee"
    )
    others: float = parameter(
        2.04, unit="log-odds", low=0, high=20, source="M-02",
        text="log-odds per e-fold of the share of others expected to leave; its inverse is the doubt about them",
    )  # fmt: skip
    unseen: float = parameter(
        0.0903, unit="share", low=0.0001, high=1, source="M-02", text="share of others that may leave unseen"
    )
    cash: float = parameter(
        0.118, unit="share", source="M-02",
        text="how far clients look at what the platform is known to be able to pay out, as at how many others leave",
    )  # fmt: skip
    usual_cash: float = parameter(
        0.2, unit="share", source="assumed", text="cash and credit line / claims at which that counts nothing"
    )
    some_cash: float = parameter(
        0.02, unit="share", low=0.001, source="assumed",
        text="of the claims, what is thought to be raised by who is known to have no cash",
    )  # fmt: skip
    first_move: float = parameter(
        4.52, unit="number", low=0, high=100, source="M-02",
        text="share of others expected to leave where all claims are overdue, and that is seen",
    )  # fmt: skip
    unpaid: float = parameter(
        1.0, unit="share", source="assumed",
        text="how far the cash that was reported is taken to be gone where payments are seen to fail",
    )  # fmt: skip
    gate_rush: float = parameter(
        0.5, unit="number", low=0, high=100, source="P-06",
        text="share of others expected to leave at the announced trigger of a gate",
    )  # fmt: skip
    gate_margin: float = parameter(
        0.05, unit="share", low=0.001, source="P-06", text="liquidity above the trigger at which the rush begins"
    )
    lasting: float = parameter(
        36.0, unit="duration", low=0, high=3650, source="M-02",
        text="days for which a person judges alike; 0: anew each time",
    )  # fmt: skip
    part: float = parameter(0.1, unit="share", source="assumed", text="chance that a run takes half only")
    uninformed: float = parameter(
        0.9, unit="share", source="P-37",
        text="share of those without literacy who do not know of a guarantee that has stood since day 1",
    )  # fmt: skip
    segregation: float = parameter(
        0.5, unit="share", source="B2", text="share of segregated money that investors believe safe in a failure"
    )

    def traits(self, owners: Owners) -> Mapping[Traits, Floats]:
        """Return what each owner adds to the log-odds of a run: risk tolerance, the ticket, years as a client."""
        ticket = np.maximum(owners.world.accounts.ticket, 1)
        size = np.log(ticket / max(float(np.median(ticket)), 1.0)) if len(ticket) else np.zeros(0)
        bold = 0.5 - owners.trait("risk_tolerance")
        return {Traits.CALM: self.tolerance * bold + self.balance * size - self.tenure * owners.years}

    def weigh(self, dt: float) -> Mapping[Weights, float]:
        """Return what this mechanism adds to the weights of the account pass, the same for a step of any length."""
        return {
            Weights.CALM: self.calm, Weights.FUND: self.fund, Weights.INTEGRITY: self.integrity,
            Weights.RISK: self.risk, Weights.OTHERS: self.others, Weights.UNSEEN: self.unseen,
            Weights.UNINFORMED: self.uninformed, Weights.RULE: 0.0 if self.rule == "logit" else 1.0,
        }  # fmt: skip

    def dials(self) -> Mapping[Dials, float]:
        """Return what this mechanism gives to the rest of the engine."""
        return {
            Dials.FIRST_MOVE: self.first_move, Dials.GATE_RUSH: self.gate_rush, Dials.GATE_MARGIN: self.gate_margin,
            Dials.PART: self.part, Dials.LASTING: self.lasting, Dials.CASH: self.cash * self.others,
            Dials.SOME_CASH: self.some_cash, Dials.USUAL_CASH: self.usual_cash, Dials.UNPAID: self.unpaid,
        }  # fmt: skip

    def on_terms(self, terms: Floats, agreed_terms: Floats) -> Iterator[tuple[Weights, Floats]]:
        """Yield what the terms, float64 (Terms, worlds, platforms), add to the readiness to run."""
        kept = terms[Terms.SEGREGATED_SHARE] * np.minimum(terms[Terms.LIQUID_SHARE], 1.0)
        kept = np.minimum(kept * self.segregation, 1 - 1e-6)
        spread = terms[Terms.PROMISED_YIELD] - terms[Terms.SAFE_YIELD]
        yield Weights.CALM, self.fund * terms[Terms.CUSTODY_TRUST] - terms[Terms.EXIT_FRICTION]
        yield Weights.CALM, np.log(1 - kept) - self.fee * terms[Terms.EXIT_FEE] - self.pays_yield * spread
