"""Everything that can be written in a scenario file, in one registry; importing it compiles nothing."""

from trustsim import mechanisms, outcomes
from trustsim.registry import REGISTRY
from trustsim.world import series

__all__ = ["REGISTRY", "mechanisms", "outcomes", "series"]
