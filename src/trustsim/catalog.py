"""Everything that can be written in a scenario file, in one registry, and the loader that knows it.

Importing it compiles nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from trustsim import measures, mechanisms
from trustsim.registry import REGISTRY
from trustsim.scenario import load as loading
from trustsim.scenario.resolved import Scenario
from trustsim.world import series

__all__ = ["REGISTRY", "load", "loads", "measures", "mechanisms", "series"]


def load(
    path: str | os.PathLike[str], *, overrides: Mapping[str, Any] | None = None, behaviour: str | None = None
) -> Scenario:
    """Return the scenario in the file at *path*.

    ``overrides`` maps dotted paths to values, as ``--set`` does: ``{"platforms.Harbour.liquid_share": "5 %"}``.
    ``behaviour``: point, ensemble or 'member 7', in place of the file's. Raises ScenarioError with everything that is
    wrong with the file.
    """
    return loading.load(path, REGISTRY, overrides=overrides, behaviour=behaviour)


def loads(text: str, *, overrides: Mapping[str, Any] | None = None, behaviour: str | None = None) -> Scenario:
    """Return the scenario in a YAML text; as :func:`load`."""
    return loading.loads(text, REGISTRY, overrides=overrides, behaviour=behaviour)
