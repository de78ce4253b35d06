"""The memory layout: which row of which array holds what.

Every array has the variants as an early axis and the accounts as the last, contiguous one.

==============  =======================================  =============================================================
array           dtype, shape                             holds
==============  =======================================  =============================================================
``beliefs``     float32 (BELIEFS, variants, accounts)    what an investor feels about the platform of one account
``balance``     int64 (variants, accounts)               money owed to the account, minor units
``requested``   int64 (variants, accounts)               of which asked for and not yet paid
``flags``       uint8 (variants, accounts)               HOLDS, FREE, MATURE, RAN … bits
``actions``     uint8 (variants, accounts)               what the account decided today
``traits``      float32 (TRAITS, accounts)               fixed, the same in all variants
``weights``     float32 (variants, platforms, WEIGHTS)   the day's coefficients of the account pass
``bulletin``    float32 (messages, variants, platforms,  the day's public messages: evidence by target, then reach
                TARGETS + 1)
``books``       int64 (ENTRIES, variants, platforms)     money at and around each platform, minor units
``ladder``      int64 (RUNGS, variants, platforms)       assets by time to maturity, minor units
``terms``       float64 (TERMS, variants, platforms)     what levers can change (see world/terms.py)
``gauges``      float64 (GAUGES, variants, platforms)    what the day measured
==============  =======================================  =============================================================

Accounts stand platform by platform: those of platform p are ``first[p]:first[p + 1]``, in order of investor.
"""

from __future__ import annotations

# rows of ``beliefs``
FUND, INTEGRITY, INFO, SERVICE, SCAR, RISK, FEAR, SEEN = range(8)
N_BELIEFS = 8

# rows of ``traits``
(
    T_CALM, T_CHURN, T_PRIOR, T_LINKS, T_HERDING, T_FEAR_KEEP, T_FEAR_GAIN, T_LITERACY, T_ATTENTION, T_ALARM, T_PRIVACY,
    T_NEED,
) = range(12)  # fmt: skip
N_TRAITS = 12

# bits of ``flags``
HOLDS, FREE, ALARMED, MATURE, RAN, LEAVING = 1, 2, 4, 8, 16, 32

# bits of ``actions``
RUNS, LEAVES, JOINS, ALARMS = 1, 2, 4, 8

# terms of a platform: first those that a scenario file sets, then those that only levers set
TERMS = (
    "liquid_share", "asset_yield", "promised_yield", "safe_yield", "asset_term", "default_rate", "recovery",
    "volatility",
    "sale_impact", "sale_limit", "credit_line", "patience", "estate_cost", "segregated_share", "locked_share",
    "payout_lag",
    "exit_friction", "entry_friction", "report_interval", "report_lag", "report_scope", "report_bias",
    "service_capacity",
    # custody regime
    "misuse_factor", "loss_factor", "custody_cost", "custody_trust", "visibility",
    # levers
    "exit_fee", "account_cap", "pro_rata", "throughput", "gate_trigger", "gate_announced",
    "cover", "cover_limit", "credibility", "education", "transparency", "notice_delay",
    "rebuttal", "rebuttal_lag", "reserve", "cost_per_day", "cost_of_claims", "cost_per_client",
    "guarantee_fund", "custody_lag", "suspend_after",
)  # fmt: skip
(
    LIQUID_SHARE, ASSET_YIELD, PROMISED_YIELD, SAFE_YIELD, ASSET_TERM, DEFAULT_RATE, RECOVERY, VOLATILITY,
    SALE_IMPACT, SALE_LIMIT, CREDIT_LINE, PATIENCE, ESTATE_COST, SEGREGATED_SHARE, LOCKED_SHARE, PAYOUT_LAG,
    EXIT_FRICTION, ENTRY_FRICTION, REPORT_INTERVAL, REPORT_LAG, REPORT_SCOPE, REPORT_BIAS, SERVICE_CAPACITY,
    MISUSE_FACTOR, LOSS_FACTOR, CUSTODY_COST, CUSTODY_TRUST, VISIBILITY,
    EXIT_FEE, ACCOUNT_CAP, PRO_RATA, THROUGHPUT, GATE_TRIGGER, GATE_ANNOUNCED,
    COVER, COVER_LIMIT, CREDIBILITY, EDUCATION, TRANSPARENCY, NOTICE_DELAY,
    REBUTTAL, REBUTTAL_LAG, RESERVE, COST_PER_DAY, COST_OF_CLAIMS, COST_PER_CLIENT,
    GUARANTEE_FUND, CUSTODY_LAG, SUSPEND_AFTER,
) = range(49)  # fmt: skip
NEUTRAL = {
    "account_cap": float("inf"), "throughput": float("inf"), "cover_limit": float("inf"), "credibility": 1.0,
    "notice_delay": float("inf"), "rebuttal_lag": float("inf"), "suspend_after": float("inf"),
}  # fmt: skip

# entries of ``books``: money of the platform, then the outside accounts at the other end of its transfers …
ENTRIES = (
    "cash", "custody", "borrowers", "buyers", "market", "thieves", "guarantor", "lender", "owners", "estate",
    # … then memoranda, which are no money
    "claims", "queued", "debt", "misreported", "lost",
)  # fmt: skip
(
    CASH, CUSTODY, BORROWERS, BUYERS, MARKET, THIEVES, GUARANTOR, LENDER, OWNERS, ESTATE,
    CLAIMS, QUEUED, DEBT, MISREPORTED, LOST,
) = range(15)  # fmt: skip
N_MONEY = 10  # the first entries are money; with the ladder and the safe accounts their sum never changes
N_ENTRIES = len(ENTRIES)
RUNGS = 12

# gauges of a platform, float64, measured every day
GAUGES = (
    "status", "claims_at_start", "depth", "pressure", "price", "requests", "outflow", "inflow", "sold", "sale_loss",
    "runners", "leavers", "joiners", "alarms", "queue", "overdue", "liquidity", "solvency", "reported_solvency",
    "risk", "published_risk", "backlog", "holders", "trust", "fear", "misperception", "arrears", "failure_day",
    "hidden_gap",
    "cost", "claims", "accounts",
    "believers", "paid",
)  # fmt: skip
(
    G_STATUS, G_CLAIMS_AT_START, G_DEPTH, G_PRESSURE, G_PRICE, G_REQUESTS, G_OUTFLOW, G_INFLOW, G_SOLD, G_SALE_LOSS,
    G_RUNNERS, G_LEAVERS, G_JOINERS, G_ALARMS, G_QUEUE, G_OVERDUE, G_LIQUIDITY, G_SOLVENCY, G_REPORTED_SOLVENCY,
    G_RISK, G_PUBLISHED_RISK, G_BACKLOG, G_HOLDERS, G_TRUST, G_FEAR, G_MISPERCEPTION, G_ARREARS, G_FAILURE_DAY,
    G_HIDDEN_GAP,
    G_COST, G_CLAIMS, G_ACCOUNTS,
    G_BELIEVERS, G_PAID,
) = range(34)  # fmt: skip
OPEN, GATED_STATUS, WINDING_STATUS, FAILED = 0, 1, 2, 3

# targets of a message: the four parts of trust, the risk view, fear
TARGETS = ("fund", "integrity", "info", "service", "risk", "fear")
N_TARGETS = len(TARGETS)
REACH = N_TARGETS  # last column of a bulletin row

N_WEIGHTS = 39  # coefficients of the account pass, see kernels/account_pass.py
N_SUMS = 4  # what it adds up over the holders of a platform

BLOCK = 4096  # accounts that are passed together: their draws and traits stay in the second cache, and loops are long
