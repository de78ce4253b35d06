"""The checks can fail: a sign flipped or a factor dropped in a mechanism makes an expectation of its limit fail."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import trustsim as ts
from trustsim.analysis.evidence import findings
from trustsim.catalog import REGISTRY

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutant:
    """One line of one file, changed; the limit that must notice; how many worlds it takes and what else is set.

    An expectation that fails in so few worlds with the right line as well does not count.
    """

    file: str
    right: str
    wrong: str
    limit: str
    replications: int = 2
    overrides: dict[str, Any] = field(default_factory=dict)


MUTANTS = [
    Mutant(
        "mechanisms/behaviour/threshold.py",
        "math.ceil(share * d)",
        "math.floor(share * d)",
        "T-10-watts",
        20,
        {"investors.count": 2000},
    ),
    Mutant(
        "mechanisms/behaviour/threshold.py",
        "(_numbers(self.own), np.float64)",
        "(_numbers(self.own), float) + 1",
        "T-01-granovetter",
    ),
    Mutant(
        "kernels/act.py",
        "if j >= 0:\n                values[j] +=",
        "if j >= 0:\n                values[j] -=",
        "T-01-granovetter",
    ),
    Mutant("mechanisms/behaviour/interaction.py", "np.exp(-2 *", "np.exp(2 *", "T-39-interactions"),
    Mutant("mechanisms/behaviour/interaction.py", "np.exp(-2 *", "np.exp(-1 *", "T-39-interactions"),
    Mutant("kernels/act.py", "push_to_all(seen, -returned[v]", "push_to_all(seen, returned[v]", "T-39-interactions"),
]


def put_in(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the changed code stand wherever the right one does: functions by name, methods in their class."""
    name = "trustsim." + mutant.file.removesuffix(".py").replace("/", ".")
    original = sys.modules[name]
    source = (ROOT / "src/trustsim" / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.right) == 1, mutant
    source = source.replace(mutant.right, mutant.wrong).replace(
        "from trustsim.kernels.compiled import", "from uncached import"
    )
    source = source.replace("@REGISTRY.enter(", "@(lambda *a, **k: lambda thing: thing)(")
    changed = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, changed)  # where dataclasses look for annotations
    exec(compile(source, f"<{mutant.file}>", "exec"), vars(changed))
    monkeypatch.setitem(sys.modules, name, original)
    modules = [m for key, m in sys.modules.items() if key.startswith("trustsim")]
    for key, right in list(vars(original).items()):
        wrong = vars(changed).get(key)
        if getattr(right, "__module__", None) != name or wrong is None:
            continue
        if isinstance(right, type):
            for method, code in vars(wrong).items():
                if callable(code) or isinstance(code, staticmethod | property):
                    monkeypatch.setattr(right, method, code)
        else:
            for module in [m for m in modules if vars(m).get(key) is right]:
                monkeypatch.setattr(module, key, wrong)


def failing(limit: str, replications: int, **overrides: object) -> set[str]:
    """Return the ids of the expectations that fail."""
    scenario = ts.load(ROOT / f"scenarios/limits/{limit}.yaml", overrides=overrides)
    study = ts.run(scenario, replications=replications, workers=1, progress=None)
    return {found.expectation.id for found in findings(study, REGISTRY) if found.verdict == "fail"}


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.limit}: {m.wrong.splitlines()[0]}")
def test_a_broken_mechanism_fails_its_limit(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    already = failing(mutant.limit, mutant.replications, **mutant.overrides)
    put_in(mutant, monkeypatch)
    assert failing(mutant.limit, mutant.replications, **mutant.overrides) - already
