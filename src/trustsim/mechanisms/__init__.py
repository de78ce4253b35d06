"""HOW it moves: one file a mechanism, in rooms. Importing this package loads every file and fills the registry."""

import importlib
import pkgutil

from trustsim.registry import REGISTRY
from trustsim.world import custody, network_kinds, platform_kinds, sections, series

for _file in pkgutil.walk_packages(__path__, prefix=f"{__name__}."):
    importlib.import_module(_file.name)

__all__ = ["REGISTRY", "custody", "network_kinds", "platform_kinds", "sections", "series"]
