"""The memory layout: which row of which array holds what.

The rows of the engine stand here, counted from 0; behind them come those that mechanisms declare (world/rows.py).

A lane is a variant of a world. The lanes are an early axis of what moves, the accounts the last, contiguous one.

==============  =======================================  =============================================================
array           dtype, shape                             holds
==============  =======================================  =============================================================
``beliefs``     float32 (Beliefs, lanes, accounts)       what an investor feels about the platform of one account
``balance``     int64 (lanes, accounts)                  money owed to the account, minor units
``requested``   int64 (lanes, accounts)                  of which asked for and not yet paid
``flags``       uint8 (lanes, accounts)                  HOLDS, FREE, MATURE, RAN … bits
``known``       uint8 (lanes, accounts)                  CO_CLIENT: neighbours know the owner as one; FLED, WARY:
                                                         has run, and not come back; MOVED: see kernels/limit.py
``actions``     uint8 (lanes, accounts)                  what the account decided today
``traits``      float32 (Traits, worlds, accounts)       fixed, the same in all variants of a world
``weights``     float32 (lanes, platforms, Weights)      the day's coefficients of the account pass
``bulletin``    float32 (messages, lanes, platforms,     the day's public messages: evidence by target, reach
                Targets + 2)
``books``       int64 (Books, lanes, platforms)          money at and around each platform, minor units
``ladder``      int64 (RUNGS, lanes, platforms)          assets by time to maturity, minor units
``terms``       float64 (Terms, lanes, platforms)        what levers can change (see world/terms.py)
``gauges``      float64 (Gauges, lanes, platforms)       what the day measured
==============  =======================================  =============================================================

Accounts stand platform by platform, by investor: those of platform p of a world are ``first[p]:first[p + 1]``.
"""

from __future__ import annotations

from enum import auto

from trustsim.kernels.named import Rows


class Beliefs(Rows):
    """What an investor feels about the platform of one account, and knows of the neighbours there."""

    FUND = auto()
    INTEGRITY = auto()
    INFO = auto()
    SERVICE = auto()
    SCAR = auto()
    RISK = auto()  # what the platform publishes, as read: perceived log-odds of failure
    EVIDENCE = auto()  # what was heard lately, log-odds that waiting costs
    FEAR = auto()
    SEEN = auto()  # neighbours who left lately, as remembered
    OUT = auto()  # co-clients who ran, and have not come back
    EACH = auto()  # with the next two what kernels/co_clients.py makes of the last: exposure by one of them who leaves
    WHOLE = auto()  # exposure if all of them leave
    ALARM_GAIN = auto()  # how much of the fear that one alarmed neighbour spreads is taken in
    CO_CLIENTS = auto()  # neighbours who hold an account here, or have held one
    ATTENTION = auto()  # that what was heard lately has drawn; where gauge DRAWS is 0 nobody looks at this row


class Traits(Rows):
    """What is fixed of an account and its owner."""

    CALM = auto()
    CHURN = auto()
    PRIOR = auto()
    HERDING = auto()
    FEAR_KEEP = auto()
    FEAR_GAIN = auto()
    LITERACY = auto()
    AWARE = auto()  # uniform: the larger, the sooner one knows of a guarantee that has stood
    ATTENTION = auto()
    ALARM = auto()
    PRIVACY = auto()
    NEED = auto()
    SEGMENT = auto()
    ENTRY = auto()  # joining in calm against leaving, log-odds: as many come as go
    LINKS = auto()  # 1 / neighbours, with or without an account; 0 without any
    READING = auto()  # of reports, the error of day 0, in spreads
    PLACES = auto()  # on how many platforms the owner holds money at most


class Terms(Rows):
    """Terms of a platform."""

    # what a scenario file sets
    LIQUID_SHARE = auto()
    ASSET_YIELD = auto()
    PROMISED_YIELD = auto()
    SAFE_YIELD = auto()
    ASSET_TERM = auto()
    DEFAULT_RATE = auto()
    RECOVERY = auto()
    VOLATILITY = auto()
    SALE_IMPACT = auto()
    SALE_LIMIT = auto()
    CREDIT_LINE = auto()
    PATIENCE = auto()
    ESTATE_COST = auto()
    SEGREGATED_SHARE = auto()
    LOCKED_SHARE = auto()
    PAYOUT_LAG = auto()
    EXIT_FRICTION = auto()
    ENTRY_FRICTION = auto()
    REPORT_INTERVAL = auto()
    REPORT_LAG = auto()
    REPORT_SCOPE = auto()
    REPORT_BIAS = auto()
    SERVICE_CAPACITY = auto()
    # what the custody regime sets
    MISUSE_FACTOR = auto()
    LOSS_FACTOR = auto()
    CUSTODY_COST = auto()
    CUSTODY_TRUST = auto()
    VISIBILITY = auto()
    # what levers set
    EXIT_FEE = auto()
    ACCOUNT_CAP = auto()
    HOLDING_CAP = auto()
    PRO_RATA = auto()
    THROUGHPUT = auto()
    GATE_TRIGGER = auto()
    GATE_ANNOUNCED = auto()
    COVER = auto()
    COVER_LIMIT = auto()
    CREDIBILITY = auto()
    EDUCATION = auto()
    TRANSPARENCY = auto()
    NOTICE_DELAY = auto()
    REBUTTAL = auto()
    REBUTTAL_LAG = auto()
    RESERVE = auto()
    COST_PER_DAY = auto()
    PREMIUM = auto()
    LINE_FEE = auto()
    COST_PER_CLIENT = auto()
    GUARANTEE_FUND = auto()
    CUSTODY_LAG = auto()
    SUSPEND_AFTER = auto()
    PROMPTS = auto()
    MENDING = auto()


class Books(Rows):
    """Money of a platform; the outside accounts at the other end of its transfers; memoranda, which are no money."""

    # money: with the ladder and the safe accounts its sum never changes
    CASH = auto()
    CUSTODY = auto()
    BORROWERS = auto()
    BUYERS = auto()
    MARKET = auto()
    THIEVES = auto()
    GUARANTOR = auto()
    LENDER = auto()
    OWNERS = auto()
    ESTATE = auto()
    PUBLIC = auto()
    COSTS = auto()
    # memoranda
    CLAIMS = auto()
    QUEUED = auto()
    DEBT = auto()
    MISREPORTED = auto()
    LOST = auto()
    LENT = auto()  # what other platforms owe it
    BORROWED = auto()  # what it owes them
    CREDITED = auto()  # interest and gains of clients, with the usual interest that was not paid
    EARNED = auto()
    SPENT_BY_OWNERS = auto()


class Gauges(Rows):
    """What is measured of a platform every day."""

    STATUS = auto()
    CLAIMS_AT_START = auto()
    DEPTH = auto()
    PRESSURE = auto()
    PRICE = auto()
    REQUESTS = auto()
    OUTFLOW = auto()
    INFLOW = auto()
    SOLD = auto()
    SALE_LOSS = auto()
    RUNNERS = auto()
    LEAVERS = auto()
    JOINERS = auto()
    ALARMS = auto()
    QUEUE = auto()
    OVERDUE = auto()
    LIQUIDITY = auto()
    SOLVENCY = auto()
    REPORTED_SOLVENCY = auto()
    RISK = auto()
    PUBLISHED_RISK = auto()
    BACKLOG = auto()
    HOLDERS = auto()
    TRUST = auto()
    FEAR = auto()
    MISPERCEPTION = auto()
    ARREARS = auto()
    FAILURE_DAY = auto()
    HIDDEN_GAP = auto()
    COST = auto()
    CLAIMS = auto()
    ACCOUNTS = auto()
    BELIEVERS = auto()
    PAID = auto()
    WAITING = auto()
    COHORT = auto()
    COHORT_ASKED = auto()
    COHORT_LEFT = auto()
    COHORT_TRUST = auto()
    COHORT_FEAR = auto()
    PAY_WITHIN = auto()  # days within which what waits is to be paid by plan; 0 without one
    CALLED = auto()  # has joined the queue unasked: by a wind-down, as interest or gain on what is asked for
    GATE_SPENT = auto()  # 1 once the gate has fallen: it draws nobody any more
    COHORT_FUND = auto()  # with the next three: trust in each of its parts, NaN where nobody asks for it
    COHORT_INTEGRITY = auto()
    COHORT_INFO, COHORT_SERVICE = auto(), auto()
    RAN_FOR_FUNDAMENTALS = auto()  # with the next five: accounts that ran today, by the channel that they acted on
    RAN_FOR_NEWS = auto()
    RAN_FOR_HERDING = auto()
    RAN_FOR_FEAR = auto()
    RAN_FOR_FIRST_MOVE = auto()
    RAN_FOR_ORDINARY = auto()
    MONEY_DAYS = auto()  # money that came so far · the days beyond the agreed lag that it was waited for
    TAKEN_BACK = auto()  # asked for before and not wanted any more since today
    STAYERS = auto()  # accounts whose owners took that back
    INTEREST_REST = auto()  # with the next two: what the steps so far left of a minor unit of interest on assets,
    SAFE_REST, DEFAULT_REST = auto(), auto()  # of that on liquid money, and of defaults
    YIELD_STOOD = auto()  # the promised yield of the last step
    YIELD_BEFORE = auto()  # since interest was credited: the promised yield of each step less the one of now, · days
    DRAWS = auto()  # 1 once something was told of it that draws attention
    REPORT_CAME, REPORT_OF = auto(), auto()  # steps: when the last report came out, 0: none; of its figures
    HOLDS_BACK = auto()  # 1 once a friction, a fee or a lock beyond the agreed terms has kept people from asking


class Targets(Rows):
    """What a message tells of: the four parts of trust, risk (which is evidence), fear, attention."""

    FUND = auto()
    INTEGRITY = auto()
    INFO = auto()
    SERVICE = auto()
    RISK = auto()
    FEAR = auto()
    ATTENTION = auto()


class Laws(Rows):
    """How a declared column of accounts moves on a day, and what it adds to decisions, log-odds a unit."""

    KEEP = auto()
    ADD = auto()
    RUN = auto()
    LEAVE = auto()
    JOIN = auto()


class Sums(Rows):
    """What the account pass adds up over the holders of a platform, and over its clients of day 0."""

    HOLDERS = auto()
    TRUST = auto()
    ALARMED = auto()
    COHORT_TRUST = auto()
    COHORT_ALARMED = auto()
    COHORT_RISK = auto()
    COHORT_FUND = auto()
    COHORT_INTEGRITY = auto()
    COHORT_INFO = auto()
    COHORT_SERVICE = auto()


N_MONEY = Books.CLAIMS  # so many entries of the books are money
RUNGS = 12
# terms that no lever moves; 0 where it is not here
NEUTRAL = {
    Terms.ACCOUNT_CAP: float("inf"), Terms.HOLDING_CAP: float("inf"), Terms.THROUGHPUT: float("inf"),
    Terms.COVER_LIMIT: float("inf"), Terms.CREDIBILITY: 1.0, Terms.NOTICE_DELAY: float("inf"),
    Terms.REBUTTAL_LAG: float("inf"), Terms.SUSPEND_AFTER: float("inf"), Terms.MENDING: 1.0,
}  # fmt: skip
REACH, HEARD = len(Targets), len(Targets) + 1  # behind the targets in a bulletin row: shares reached today, and before

# whether a platform pays: values of the gauge ``status``
OPEN, GATED, WINDING, FAILED = 0, 1, 2, 3
HALF_SALE = 0.5  # an estate is sold bit by bit: its middle goes at half the fall in price of a full sale
CALM_FEAR = 1e-3  # share of alarmed holders below which a day counts as quiet, and nobody needs an answer

# bits of ``flags``
HOLDS, FREE, ALARMED, MATURE, RAN, LEAVING, COHORT, BACK = 1, 2, 4, 8, 16, 32, 64, 128
STAYING = ALARMED | RAN | COHORT | BACK  # what is remembered of an account that closes

# bits of ``known``: a client in the neighbours' eyes; has run; for a grave reason, and remembers it until coming back;
# what waits lay above the limit of the guarantee; is counted as out by the neighbours
CO_CLIENT, FLED, WARY, MOVED, COUNTED = 1, 2, 4, 8, 16
# bits of ``actions``; EXCESS: of what is asked for, what is above the limit of the guarantee alone
RUNS, LEAVES, JOINS, ALARMS, EXCESS = 1, 2, 4, 8, 16
SUM_SCALE = 2**16  # fixed point of trust and risk in what the account pass adds up
N_SIZES = 3  # classes of clients by what they held at day 0: see world/groups.py

BLOCK = 4096  # accounts that are passed together: their draws and traits stay in the second cache, and loops are long
