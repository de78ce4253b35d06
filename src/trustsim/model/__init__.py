"""One replication, stepped: the engine and the list of phases of a day, and the Mesa model that drives it."""

from trustsim.model.agents import ActorAgent, InvestorAgent, PlatformAgent
from trustsim.model.crisis import TrustCrisisModel
from trustsim.model.engine import DAY
from trustsim.world.lockstep import MOST_COLUMNS, lockstep_groups

__all__ = ["DAY", "MOST_COLUMNS", "ActorAgent", "InvestorAgent", "PlatformAgent", "TrustCrisisModel", "lockstep_groups"]
