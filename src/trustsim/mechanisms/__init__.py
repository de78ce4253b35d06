"""HOW it moves: one file a mechanism, in rooms. Importing this package fills the registry."""

from trustsim.mechanisms.balance_sheet import health
from trustsim.mechanisms.behaviour import choice, fear, herding, ordinary, risk_view, switching, trust
from trustsim.mechanisms.disclosure import queue_news
from trustsim.mechanisms.interventions import (
    capital_requirement,
    credit_line,
    custody_mandate,
    disclosure_mandate,
    disclosure_scope,
    early_action,
    guarantee,
    incident_notice,
    liquidity_buffer,
    live_transparency,
    notice_period,
    official_warning,
    pro_rata_payout,
    process_friction,
    redemption_fee,
    redemption_gate,
    report_accuracy,
    report_schedule,
    reserve_requirement,
    rumour_rebuttal,
    service_capacity,
    user_education,
    withdrawal_cap,
)
from trustsim.mechanisms.media import media
from trustsim.mechanisms.sector import spillover
from trustsim.mechanisms.service import service_desk
from trustsim.mechanisms.shocks import (
    advertising_exposed,
    custodian_theft,
    data_breach,
    default_wave,
    misuse,
    outage,
    rumour,
)
from trustsim.registry import REGISTRY
from trustsim.world import custody, networks, sections

__all__ = ["REGISTRY"]
