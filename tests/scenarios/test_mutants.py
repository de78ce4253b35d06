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

    An expectation that fails in so few worlds with the right line as well does not count. ``into``: the file of the
    kernel that calls the changed one, and is compiled anew with it.
    """

    file: str
    right: str
    wrong: str
    limit: str
    replications: int = 2
    overrides: dict[str, Any] = field(default_factory=dict)
    into: str = ""


BEHAVIOUR = "mechanisms/behaviour/"
FEW = {"investors.count": 2000}
ODD = {"horizon": "61 d"}  # where out and in change places every day, all looks right after an even number of them
MUTANTS = [
    Mutant(BEHAVIOUR + "threshold.py", "math.ceil(share * d)", "math.floor(share * d)", "T-10-watts", 20, FEW),
    Mutant(BEHAVIOUR + "threshold.py", "own), np.float64)", "own), float) + 1", "T-01-granovetter"),
    Mutant("kernels/push.py", "if j >= 0:\n                    values[j] +=", "if j >= 0:\n                    values[j] -=", "T-10-watts", into="kernels/act.py"),
    Mutant(BEHAVIOUR + "interaction.py", "np.exp(-2 *", "np.exp(2 *", "T-39-interactions", overrides=ODD),
    Mutant(BEHAVIOUR + "interaction.py", "np.exp(-2 *", "np.exp(-1 *", "T-39-interactions"),
    Mutant("kernels/act.py", "push_to_all(seen, -returned, ones, arrived", "push_to_all(seen, returned, ones, arrived", "T-39-interactions"),
    Mutant(BEHAVIOUR + "clusters.py", "world.network.clusters[world.owners(p)]", "world.owners(p)", "T-30-clusters", 5, {"investors.count": 20000}),
    Mutant("kernels/opinions.py", "opinion[j] -= speed * gap", "opinion[j] += speed * gap", "T-47-bounded-confidence", 8, FEW),
    Mutant("kernels/opinions.py", "out[i] /= total[i]", "out[i] /= 2.0", "T-24-degroot"),
    Mutant(BEHAVIOUR + "opinion.py", "(1 - rule.inertia) * heard", "(1 + rule.inertia) * heard", "T-25-rates"),
    Mutant("kernels/opinions.py", "out[neighbours[e]] += weights[e]", "out[neighbours[e]] += 0.5", "T-19-eigenvalue"),
    Mutant(
        "kernels/opinions.py", "is_out[i] = is_out[j]", "is_out[i] = 1 - is_out[j]", "T-36-voter", 3,
        {"investors.count": 1000, "network.communities": 10, "horizon": "200 d"},
    ),
    Mutant(
        BEHAVIOUR + "observation.py", "net = 2 * left - earlier", "net = left - earlier", "T-28-cascade", 5,
        {"investors.count": 12000, "network.communities": 1000},
    ),
    Mutant(BEHAVIOUR + "adoption.py", "(1 - share_out(day, v, p, links))", "share_out(day, v, p, links)", "T-16-bass", 4, {"step": "0.1 d"}),
    Mutant("kernels/rumour.py", "< words.chance * (1.0 - 0.5", "< 0.5 * words.chance * (1.0 - 0.5", "T-18-outbreak", 10),
    Mutant("kernels/rumour.py", "< 1.0 - missed", "< 0.5 - 0.5 * missed", "T-21-awareness", 3),
    Mutant(BEHAVIOUR + "reentry.py", ">= rule.after", ">= 2 * rule.after", "T-22-reentry", 3),
    Mutant(BEHAVIOUR + "dealings.py", "self.weight * bad", "bad", "T-45-dealings"),
    Mutant("mechanisms/interventions/cooling_off.py", "expm1(-self", "expm1(-0.5 * self", "T-46-cooling-off"),
    Mutant("kernels/desk.py", "= now + wait - handling", "= now - handling", "T-43-queue", 3, {"horizon": "30 d"}),
    Mutant(BEHAVIOUR + "best_response.py", "self.late_return * left", "left", "T-03-bank-run"),
    Mutant(BEHAVIOUR + "best_response.py", "np.minimum(expected, day", "np.minimum(expected, 1 + day", "T-05-suspension"),
    Mutant(BEHAVIOUR + "best_response.py", "paid + cover *", "paid + 0 * cover *", "T-06-insurance", 5),
    Mutant("mechanisms/shocks/payoff.py", "pays - 1", "pays", "T-03-bank-run"),
    Mutant(BEHAVIOUR + "global_game.py", "(leaving < state)", "(leaving > state)", "T-07-global-game"),
    Mutant(BEHAVIOUR + "global_game.py", "state * self.late_return", "self.late_return", "T-08-project"),
    Mutant("world/clearing.py", "np.minimum(due, own", "np.minimum(due, 2 * own", "T-32-clearing"),
    Mutant("mechanisms/sector/obligations.py", "amount[owes] = 0", "pass", "T-34-contagion", 10),
    Mutant(
        "kernels/sales.py", "price = math.exp(-impact * (p", "price = math.exp(-0.5 * impact * (p", "T-41-fire-sale",
        into="kernels/settle.py",
    ),
]  # fmt: skip


def put_in(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the changed code stand wherever the right one does: functions by name, methods in their class."""
    source = (ROOT / "src/trustsim" / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.right) == 1, mutant
    replace(mutant.file, source.replace(mutant.right, mutant.wrong), monkeypatch)
    if mutant.into:
        replace(mutant.into, (ROOT / "src/trustsim" / mutant.into).read_text(encoding="utf-8"), monkeypatch)


def replace(file: str, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what this source defines stand wherever what the file defines does."""
    name = "trustsim." + file.removesuffix(".py").replace("/", ".")
    original = sys.modules[name]
    source = source.replace("from trustsim.kernels.compiled import", "from uncached import")
    source = source.replace("@REGISTRY.enter(", "@(lambda *a, **k: lambda thing: thing)(")
    changed = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, changed)  # where dataclasses look for annotations
    exec(compile(source, f"<{file}>", "exec"), vars(changed))
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


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.limit}: {m.wrong.splitlines()[0]}")
def test_a_broken_mechanism_fails_its_limit(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    already = failing(mutant.limit, mutant.replications, **mutant.overrides)
    put_in(mutant, monkeypatch)
    assert failing(mutant.limit, mutant.replications, **mutant.overrides) - already
