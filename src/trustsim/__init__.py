"""Agent-based simulation of trust crises on money platforms.

The public names are below; each is imported when it is first used, so that ``import trustsim`` is quick and silent.
"""

from __future__ import annotations

import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path and any(a.startswith("trustsim") for a in sys.orig_argv):
    from trustsim.experiment.child import forget_current_folder

    forget_current_folder(sys.path)  # which Python put first for ``python -m trustsim``, before all libraries

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trustsim import catalog
    from trustsim.ask.attributed import attribute
    from trustsim.ask.calibrated import calibrate
    from trustsim.ask.designed import sweep
    from trustsim.ask.evidenced import evidence
    from trustsim.ask.indices import sensitivity
    from trustsim.ask.ran import run
    from trustsim.ask.result import Result, compare
    from trustsim.catalog import load, loads
    from trustsim.errors import ScenarioError, TrustsimError
    from trustsim.experiment.study import Study
    from trustsim.model import TrustCrisisModel
    from trustsim.report.pictures import plots
    from trustsim.scenario.resolved import Scenario

__all__ = [
    "Result",
    "Scenario",
    "ScenarioError",
    "Study",
    "TrustCrisisModel",
    "TrustsimError",
    "attribute",
    "calibrate",
    "catalog",
    "compare",
    "evidence",
    "load",
    "loads",
    "plots",
    "read_csv",
    "run",
    "sensitivity",
    "sweep",
]

_HOME = {
    "Result": ("trustsim.ask.result", "Result"),
    "Scenario": ("trustsim.scenario.resolved", "Scenario"),
    "ScenarioError": ("trustsim.errors", "ScenarioError"),
    "Study": ("trustsim.experiment.study", "Study"),
    "TrustCrisisModel": ("trustsim.model", "TrustCrisisModel"),
    "TrustsimError": ("trustsim.errors", "TrustsimError"),
    "attribute": ("trustsim.ask.attributed", "attribute"),
    "calibrate": ("trustsim.ask.calibrated", "calibrate"),
    "catalog": ("trustsim.catalog", ""),
    "compare": ("trustsim.ask.result", "compare"),
    "evidence": ("trustsim.ask.evidenced", "evidence"),
    "load": ("trustsim.catalog", "load"),
    "loads": ("trustsim.catalog", "loads"),
    "plots": ("trustsim.report.pictures.plots", ""),
    "read_csv": ("trustsim.experiment.tables", "read_csv"),
    "run": ("trustsim.ask.ran", "run"),
    "sensitivity": ("trustsim.ask.indices", "sensitivity"),
    "sweep": ("trustsim.ask.designed", "sweep"),
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return import_module("importlib.metadata").version("trustsim")
    if name not in _HOME:
        raise AttributeError(f"module 'trustsim' has no attribute {name!r}; allowed: {', '.join(__all__)}")
    module, attribute = _HOME[name]
    home = import_module(module)
    value = getattr(home, attribute) if attribute else home
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
