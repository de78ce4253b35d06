"""The command that repeats a study, with every option that changed it."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from trustsim.analysis.compared import Compared
from trustsim.errors import ScenarioError
from trustsim.experiment.own import entered
from trustsim.report.words import words
from trustsim.scenario.load import overrides_from


def command(result: Compared, file: str) -> str:
    """Return the command that repeats the study of this scenario file, with every option that changed it."""
    c = result.comparison
    told = [
        "trustsim",
        *(word for own in entered() for word in ("--with", own)),
        "compare",
        file,
        "--replications",
        str(c.n + c.n_incomplete),
        "--seed",
        str(result.scenario.seed),
    ]
    if len(c.variants) < len(result.scenario.variants):
        told += ["--variants", words.comma_list(c.variants)]
    if c.rank_by is not None:
        told += ["--rank-by", c.rank_by]
    told += [*_overriding(result.scenario.overrides), *_robust(result)]
    return shlex.join(told)


def _overriding(overrides: Mapping[str, Any]) -> Iterator[str]:
    """Yield the options that lay values over a file; a value is written plainly where it is read back as it is."""
    for path, value in overrides.items():
        if path == "behaviour":
            yield from ("--behaviour", str(value))
            continue
        plain = f"{path}={value}"
        is_plain = isinstance(value, str | int | float) and _reads_back(plain, path, value)
        yield from ("--set", plain if is_plain else f"{path}={json.dumps(value, ensure_ascii=False)}")


def _reads_back(setting: str, path: str, value: object) -> bool:
    try:
        return repr(overrides_from([setting])) == repr({path: value})
    except ScenarioError:
        return False


def _robust(result: Compared) -> list[str]:
    """Return the option that asks for the same sets of assumptions, or for none; nothing where none could be."""
    held = result.robustness
    if held is None:
        return ["--no-robustness"]
    n, worlds = (0, 0) if held.others is None else held.others.planned.worlds.shape
    return ["--robustness", f"{n}x{worlds}"] if n else []
