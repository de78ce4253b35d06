"""The address of a run: a hash of everything that decides its numbers, so that none is ever computed twice.

What is in it: the engine's own source, seed, horizon, step, shocks, how a study counts, the variant's world and levers,
the world in which it is calm and the one against which costs are counted, as they were resolved, files by their
content. What is not: names, prose, outcomes asked for, the other variants, the number of replications. The same story
told in other words has the same addresses.

The code of a user's own shocks, levers, mechanisms and networks is in it where the variant has them, with what that
code calls of the user's own; :mod:`trustsim.experiment.code_reader` says what it does not see. A run measures all
outcomes that are registered: so the code of those that are the user's own is in it, asked for or not. An engine of
one's own counts by its code and by what it was given, be it a function, a ``functools.partial`` or an object.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import trustsim
from trustsim.errors import TrustsimError
from trustsim.experiment import own
from trustsim.experiment.code_reader import PACKAGE, top_of
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.scenario.document import content_of
from trustsim.scenario.resolved import Scenario, World
from trustsim.world.lockstep import baseline_world, calm_world

FORMAT = 2
DECISIVE = (
    "kernels",
    "world",
    "mechanisms",
    "model",
    "measures",
    "experiment/simulate.py",
    "experiment/sound.py",
)  # make the numbers


def addresses(scenario: Scenario, variants: Sequence[str], simulate: Callable[..., object]) -> dict[str, str]:
    """Return the address (64 hexadecimal digits) of each variant's runs; the replication's number completes it.

    Raises TrustsimError where a part of the scenario, or what code of the user's own reads, has no plain form.
    """
    by_name = {variant.name: variant for variant in scenario.variants}
    kind = cache(_kind)
    shared = {
        "format": FORMAT,
        "engine": _engine(simulate),
        "seed": scenario.seed,
        "days": [scenario.horizon, scenario.step],
        "counted": _plain(scenario.counted, kind),
        "scale": scenario.scale,
        "own": [[e.group, e.name, own.code_of(e.make)] for e in own.entries(*own.looked_up())],
    }
    shocks = {name: _plain((*scenario.shocks, *by_name[name].shocks), kind) for name in variants}
    calm = {name: calm_world(scenario, by_name[name]) for name in variants}
    reference = {name: baseline_world(scenario, by_name[name]) for name in variants}
    every = (*(by_name[name].world for name in variants), *calm.values(), *reference.values())
    worlds = {id(world): world for world in every}  # most variants share one
    plain = {key: _plain(_as_it_acts(world), kind) for key, world in worlds.items()}
    return {
        name: _digest(
            {
                **shared,
                "shocks": shocks[name],
                "items": _plain(by_name[name].items, kind),
                "world": plain[id(by_name[name].world)],
                "calm": plain[id(calm[name])],
                "reference": plain[id(reference[name])],
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


def _engine(simulate: Callable[..., object]) -> str:
    """Return the hash of the source that makes the numbers: of the package's rooms, and of an engine of one's own."""
    if simulate is simulate_run:
        return _package()
    return hashlib.sha256((_package() + own.code_of(simulate)).encode()).hexdigest()


@cache
def _package() -> str:
    top = Path(trustsim.__file__).parent
    rooms = (top / name for name in DECISIVE)
    files = sorted(file for room in rooms for file in ([room] if room.is_file() else room.rglob("*.py")))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _as_it_acts(world: World) -> World:
    """Return *world* without the mechanisms that are off: one that is registered and not asked for changes nothing."""
    return replace(world, mechanisms={name: rule for name, rule in world.mechanisms.items() if rule is not None})


def _kind(cls: type) -> dict[str, str]:
    """Return what says of which class a thing is: its name, and its code where it is not the package's."""
    whose = {} if top_of(cls) == PACKAGE else {"code": own.code_of(cls)}
    return {"is": cls.__qualname__, **whose}


def _plain(value: Any, kind: Callable[[type], dict[str, str]]) -> Any:
    """Return *value* as JSON would hold it; things as their kind and the fields that tell them apart, numbers to the
    last bit whatever their type."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value) + 0.0 if abs(value) < 2**53 else value  # 0, 0.0 and -0.0 are one number
    if isinstance(value, str):
        return content_of(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each, kind) for key, each in value.items()}
    if isinstance(value, Sequence):
        return [_plain(each, kind) for each in value]
    if callable(value):
        return {"code": own.code_of(value)}
    if is_dataclass(value) or hasattr(value, "__dict__"):
        silent = {field.name for field in fields(value) if not field.compare} if is_dataclass(value) else set()
        parts = {name: each for name, each in vars(value).items() if name not in silent}
        return {**kind(type(value)), **{name: _plain(each, kind) for name, each in parts.items()}}
    raise TrustsimError(f"address: given a {type(value).__qualname__}, which has no plain form; allowed: plain data")
