"""What mechanisms give to the engine: weights of the account pass, and dials of everything else."""

from __future__ import annotations

from enum import auto

from trustsim.kernels.named import Rows


class Weights(Rows):
    """Coefficients of the account pass; the mechanisms under behaviour/ fill them."""

    CALM = auto()  # log-odds added to every account's readiness to run: public terms, friction, yield
    FUND = auto()  # per log-odds of trust lost
    INTEGRITY = auto()
    RISK = auto()  # per log-odds of the risk that is read in reports
    HEED = auto()  # how much one unit of fear raises the weight of what was heard lately
    OTHERS = auto()  # per e-fold of the share of others expected to leave
    HERDING = auto()  # share expected to leave per exposure to neighbours seen leaving
    LATELY = auto()  # what one who left lately counts; 0 where a rule beside the sum keeps all who left in that memory
    OUT = auto()  # what one who ran and is out counts, against that
    QUEUE = auto()  # share expected to leave by what is seen of the platform's payments
    TOLD = auto()  # by what the press tells of those who ran
    UNSEEN = auto()  # share that may leave unseen
    FUNDAMENTALS_FEAR = auto()  # how much one unit of fear lowers the weight of the risk view
    NORMAL_SHARE = auto()  # share of neighbours that leave in calm
    COVER = auto()  # believed cover: share of the loss that the guarantee takes, within its limit
    UNINFORMED = auto()  # share of those without literacy who do not know of it; 0 where it was told
    COVER_LIMIT = auto()  # minor units; infinity where there is none
    ORDINARY = auto()  # log-odds added to ordinary leaving
    INFO = auto()  # per log-odds, on ordinary leaving
    SERVICE = auto()
    JOIN = auto()  # log-odds of joining for those who hold nothing here
    JOIN_USUAL = auto()  # 1 where as many join in calm as leave: weight of the trait ENTRY
    JOIN_TRUST = auto()  # per log-odds of trust, on joining
    JOIN_FEAR = auto()  # per unit of fear, against joining
    JOIN_RISK = auto()  # per log-odds of perceived risk beyond what is noticed, against joining
    USUAL_RISK = auto()  # perceived risk that weighs nothing there
    NOTICED_RISK = auto()  # log-odds off it that are not noticed
    WIN_BACK = auto()  # log-odds of coming back of who has fled, beyond JOIN
    TICKET = auto()  # share of the ticket that a joiner pays in
    ATTENTION_FEAR = auto()  # how much one unit of fear raises attention
    REPAIR = auto()  # share of lost trust that returns in a day
    GOOD_NEWS = auto()  # weight of good news against bad
    SCARRING = auto()  # share of an erosion that stays
    SCAR_BAD = auto()  # how much one unit of scar raises the weight of bad news
    SEEN_KEEP = auto()  # share of the memory of leavers kept over a day
    EDUCATION = auto()  # share of the missing literacy made up by education
    REPORT_WEIGHT = auto()  # 0 on days without a report
    REPORT_RISK = auto()  # published risk, log-odds
    REPORT_NOISE = auto()  # spread of its reading, log-odds
    SALIENCE = auto()  # weight of bad news in the evidence, and of bad reports in the risk view, against good
    BASE_FUND = auto()  # where the parts of trust rest, against the investor's prior
    BASE_INTEGRITY = auto()
    BASE_INFO = auto()
    BASE_SERVICE = auto()
    RULE = auto()  # 0: logit, 1: threshold
    TRUST_FUND = auto()  # weights of the parts in overall trust
    TRUST_INTEGRITY = auto()
    TRUST_INFO = auto()
    TRUST_SERVICE = auto()
    BAD_NEWS = auto()  # weight of bad news on trust
    NEWS = auto()  # evidence per log-odds of risk that is told; rumours have their own
    NEWS_FUND = auto()  # per log-odds of fund safety
    NEWS_INTEGRITY = auto()  # per log-odds of integrity
    NEWS_FEAR = auto()  # per unit of fear
    EVIDENCE_KEEP = auto()  # share of the evidence kept over a day
    DRIFT = auto()  # share of the way back to the risk last published, in a day without a report
    STATE = auto()  # log-odds that a change of the cash that the platform is known to have adds to running
    PROMPTS = auto()  # by how much prompts raise the rate at which the illiterate look at their account
    ATTENTION = auto()  # by how much a unit of attention that was drawn raises the rate at which one looks
    ATTENTION_KEEP = auto()  # share of it kept over a day


class Dials(Rows):
    """Numbers that mechanisms give to the rest of the engine, one a lane; those of the pass are its weights."""

    RISK_BASE = auto()  # published log-odds of failure of a platform without equity and cash
    RISK_EQUITY = auto()  # fall per unit of equity / claims
    RISK_LIQUIDITY = auto()  # fall per unit of liquidity
    RISK_OVERDUE = auto()  # rise per unit of overdue queue / claims
    FAILS_BASE = auto()  # true log-odds of failing within 90 days without equity and cash
    FAILS_EQUITY = auto()  # fall per unit of equity / claims, from none up to 0.3
    FAILS_HOLE = auto()  # rise per unit of what is missing / claims, up to a quarter
    FAILS_CASH = auto()  # fall per unit of cash beyond what waits / claims
    FAILS_ARREARS = auto()  # rise when the arrears have used the patience up
    REPORT_WEIGHT = auto()  # how far a full report moves a reader
    REPORT_NOISE = auto()  # spread of the reading of an empty one, log-odds
    FIRST_MOVE = auto()  # share of others expected to leave where all claims are overdue and seen
    GATE_RUSH = auto()  # the same at the announced trigger of a gate
    GATE_MARGIN = auto()  # liquidity above the trigger at which that rush begins
    CASH = auto()  # log-odds per e-fold of what can be paid out, known by reports and a line of credit
    UNPAID = auto()  # how far it is taken to be gone where payments are seen to fail
    SOME_CASH = auto()  # of the claims, what is thought to be raised by who is known to have no cash
    USUAL_CASH = auto()  # of the claims, cash and line at which the readiness to run is what it is without
    PART = auto()  # chance that a run takes half
    LASTING = auto()  # days for which a person judges with the same draw
    LIMIT_MARGIN = auto()  # share of the limit of a guarantee that who withdraws down to it leaves free
    CONTAGION = auto()  # fear that an alarmed neighbour adds, times the receiver's gain of fear
    OBSERVED = auto()  # weight of a departure in a neighbour's memory
    EXPOSURE_EXPONENT = auto()  # γ of exposure: departures count by (co-clients)^−γ
    EXPOSURE_CONTACTS = auto()  # co-clients for which all of them leaving is an exposure of 1
    ALARM_EXPONENT = auto()  # γ of alarms
    ALARM_CONTACTS = auto()  # co-clients with whom an alarm spreads as much whatever γ
    RETURNED = auto()  # weight of one who joins, taken off that memory
    LOSS_SCAR = auto()  # scar of losing all in a failure, log-odds
    SWITCH_APPEAL = auto()  # appeal of another platform against the safe account
    SWITCH_TRUST = auto()
    SWITCH_YIELD = auto()
    SWITCH_FEAR = auto()
    SWITCH_RISK = auto()
    PRESS_REACH = auto()  # share of the investors that the press reaches in a day
    PRESS_FADING = auto()  # share of the weight that a story loses in a day
    PRESS_CREDIBILITY = auto()  # factor on what the press says
    PRESS_WITHDRAWALS = auto()  # share of those who ran within a week of whom who looks has read
    PRESS_DISCOVERY = auto()  # chance a day that the press finds a gap of a tenth of the claims
    NEWS_STRENGTH = auto()  # ln of a factor on the strength of public messages
    NEWS_REACH = auto()  # log-odds that are added to their reach in a day
    PUBLISHED_ERROR = auto()  # log-odds by which the risk that platforms publish is off, for all readers alike
    LOSS_SIZE = auto()  # ln of a factor on what shocks cost


# what stands where no mechanism says anything; 0 where it is not here
NEVER = -60.0  # log-odds
WEIGHTS_OFF = {
    Weights.CALM: NEVER, Weights.ORDINARY: NEVER, Weights.JOIN: NEVER, Weights.SALIENCE: 1.0, Weights.TICKET: 1.0,
    Weights.UNSEEN: 1.0, Weights.EVIDENCE_KEEP: 1.0, Weights.LATELY: 1.0,
}  # fmt: skip
DIALS_OFF = {
    Dials.RISK_BASE: -10.0, Dials.FAILS_BASE: -10.0, Dials.GATE_MARGIN: 1.0, Dials.SOME_CASH: 1.0,
    Dials.SWITCH_APPEAL: -1e9, Dials.EXPOSURE_EXPONENT: 1.0, Dials.EXPOSURE_CONTACTS: 1.0, Dials.ALARM_CONTACTS: 1.0,
}  # fmt: skip
