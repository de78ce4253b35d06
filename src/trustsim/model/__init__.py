"""Worlds, stepped: the engine and the list of phases of a day; the Mesa model of one world, and a batch of several."""

from trustsim.model.agents import ActorAgent, InvestorAgent, PlatformAgent
from trustsim.model.batch import Batch
from trustsim.model.crisis import TrustCrisisModel
from trustsim.model.phases import DAY
from trustsim.world.lockstep import MOST_COLUMNS, lockstep_groups

__all__ = [
    "DAY", "MOST_COLUMNS", "ActorAgent", "Batch", "InvestorAgent", "PlatformAgent", "TrustCrisisModel",
    "lockstep_groups",
]  # fmt: skip
