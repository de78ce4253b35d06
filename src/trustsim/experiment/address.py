"""The address of a run: a hash of everything that decides its numbers, so that none is ever computed twice.

What is in it: the engine's own source, seed, horizon, step, shocks, and the variant's world and levers as they were
resolved, files by their content. What is not: names, prose, outcomes asked for, the other variants, the number of
replications. The same story told in other words has the same addresses.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import trustsim
from trustsim.errors import TrustsimError
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.scenario.document import content_of
from trustsim.scenario.resolved import Scenario

FORMAT = 1
_DECISIVE = ("kernels", "world", "mechanisms", "model.py", "outcomes.py", "experiment/simulate.py")  # make the numbers


def addresses(scenario: Scenario, variants: Sequence[str], simulate: Callable[..., object]) -> dict[str, str]:
    """Return the address (64 hexadecimal digits) of each variant's runs; the replication's number completes it.

    Raises TrustsimError where a part of the scenario is of a kind that has no plain form.
    """
    by_name = {variant.name: variant for variant in scenario.variants}
    shared = {
        "format": FORMAT,
        "engine": _engine(simulate),
        "seed": scenario.seed,
        "days": [scenario.horizon, scenario.step],
    }
    shocks = {name: _plain((*scenario.shocks, *by_name[name].shocks)) for name in variants}
    return {
        name: _digest(
            {
                **shared,
                "shocks": shocks[name],
                "items": _plain(by_name[name].items),
                "world": _plain(by_name[name].world),
            }
        )
        for name in variants
    }


def engine() -> str:
    """Return the hash (64 hexadecimal digits) of the source that makes the numbers."""
    return _engine(simulate_run)


def _digest(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _engine(simulate: Callable[..., object]) -> str:
    """Return the hash of the source that makes the numbers: of the package's rooms, and of an engine of one's own."""
    top = Path(trustsim.__file__).parent
    rooms = (top / name for name in _DECISIVE)
    files = sorted(file for room in rooms for file in ([room] if room.is_file() else room.rglob("*.py")))
    own = "" if simulate is simulate_run else inspect.getsource(simulate) + _around(simulate)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files) + own.encode()).hexdigest()


def _around(simulate: Callable[..., object]) -> str:
    """Return the source of the module that an engine is in; nothing where it was typed in."""
    try:
        return inspect.getsource(sys.modules[simulate.__module__])
    except (OSError, TypeError, KeyError):
        return ""


def _plain(value: Any) -> Any:
    """Return *value* as JSON would hold it; things as their kind and their fields, numbers to the last
    bit whatever their type."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value) + 0.0 if abs(value) < 2**53 else value  # 0, 0.0 and -0.0 are one number
    if isinstance(value, str):
        return content_of(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_plain(each) for each in value]
    if is_dataclass(value) or hasattr(value, "__dict__"):
        return {"is": type(value).__qualname__, **{name: _plain(each) for name, each in vars(value).items()}}
    raise TrustsimError(f"address: given a {type(value).__qualname__}, which has no plain form; allowed: plain data")
