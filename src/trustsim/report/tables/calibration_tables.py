"""A calibration for terminals (80 columns), as plain data for ``--json``, and as a scenario file with its source."""

from __future__ import annotations

import math
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from trustsim.analysis.posterior import ACCURATE, MISSED, NOT_IDENTIFIED
from trustsim.report.tables.prose import Prose
from trustsim.report.words import words
from trustsim.scenario.tree import clean
from trustsim.scenario.yaml_writer import write
from trustsim.units import show

if TYPE_CHECKING:
    from trustsim.analysis.posterior import Calibration
    from trustsim.scenario.resolved import Scenario
    from trustsim.scenario.targets import Target


def print_calibration(found: Calibration, console: Console | None = None) -> None:
    """Print how the best trial meets the targets, what is known of each parameter, and what to be wary of."""
    n = len(found.trials)
    head = (
        f"{words.plural(n, 'trial')} of {words.plural(found.replications, 'replication')}; "
        f"best: trial {found.best.number}, loss {_number(float(found.losses.min()))}."
    )
    fit = _table(("target", "value", "simulated", "z"))
    for target, (_, row) in zip(found.targets.targets, found.fit.iterrows(), strict=True):
        observed, simulated = (
            f"{_level(found, target, row[a])} ± {_level(found, target, row[b])}"
            for a, b in (("value", "tolerance"), ("simulated", "error"))
        )
        fit.add_row(Text(label(target)), observed, simulated, f"{row['z']:+.1f}".replace("-", words.MINUS))
    known = _table(("parameter", "best", "5 %", "median", "95 %", "bounds", "spread"))
    for name, (_, row) in zip(found.names, found.parameters.iterrows(), strict=True):
        cells = [_number(row[key]) for key in ("best", "p5", "median", "p95")]
        bounds = f"{_number(row['from'])}…{_number(row['to'])} {row['unit']}".rstrip()
        known.add_row(Text(name), *cells, bounds, f"{row['spread']:.2f}")
    notes = Prose("\n".join(_notes(found)))
    (console or Console()).print(Group(Prose(head), fit, Text(), known, notes))


def label(target: Target) -> str:
    """Name what is measured: ``'investor loss under insured, less nothing'``."""
    less = f", less {target.against}" if target.against is not None else ""
    return f"{words.label(target.outcome)} under {target.variant}{less}"


def _notes(found: Calibration) -> list[str]:
    notes = [
        "5 % to 95 %: posterior. spread: its 90 % interval over that of the even prior; "
        f"from {NOT_IDENTIFIED} on not identified. z: standard deviations off."
    ]
    names = dict(zip(found.parameters.index, found.names, strict=True))
    table = found.parameters
    lost = [names[path] for path in table.index[~table["identified"]]]
    if lost:
        notes.append(f"Not identified by these targets: {words.listing(lost)}.")
    notes += [
        f"Known together better than apart: {names[a]} and {names[b]} (correlation {_number(r)})."
        for a, b, r in found.pairs
    ]
    notes += [
        f"The best {names[path]} is at its bound ({row['at_bound']}): the fit may lie outside."
        for path, row in table.iterrows()
        if row["at_bound"]
    ]
    for target, (_, row) in zip(found.targets.targets, found.fit.iterrows(), strict=True):
        if abs(row["z"]) > MISSED:
            notes.append(f"Missed even by the best trial: {label(target)}; the posterior then says little.")
        if row["accuracy"] < ACCURATE:
            notes.append(f"Rough: {label(target)} is hard to predict between the trials; try more of them.")
    return notes + _failures(found)


def _failures(found: Calibration) -> list[str]:
    notes = []
    without = [trial for trial in found.trials if trial.trouble]
    if without:
        notes.append(f"{words.plural(len(without), 'trial')} without numbers; the first: {clean(without[0].trouble)}.")
    n_failed = sum(trial.n_failed for trial in found.trials)
    if n_failed:
        notes.append(f"{words.plural(n_failed, 'run')} failed and left out.")
    return notes


def calibration_json(found: Calibration) -> dict[str, Any]:
    """Return a calibration as plain data, format 2; parameters in the units of the file."""
    return {
        "format": 2,
        "scenario": {"title": found.scenario.title, "digest": found.scenario.digest, "seed": found.scenario.seed},
        "trials": len(found.trials),
        "replications": found.replications,
        "best": {"trial": found.best.number, "loss": float(found.losses.min()), "settings": found.settings},
        "targets": [_plain(row.to_dict()) for _, row in found.fit.iterrows()],
        "parameters": {str(path): _plain(row.to_dict()) for path, row in found.parameters.iterrows()},
        "traded_off": [{"parameters": [a, b], "correlation": r} for a, b, r in found.pairs],
        "without_numbers": [{"trial": t.number, "trouble": t.trouble} for t in found.trials if t.trouble],
        "failed_runs": sum(trial.n_failed for trial in found.trials),
        "seconds": found.seconds,
    }


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """Return what JSON can hold: plain numbers, None for what is not finite."""
    told = {str(key): value.item() if isinstance(value, np.generic) else value for key, value in row.items()}
    return {key: None if isinstance(v, float) and not math.isfinite(v) else v for key, v in told.items()}


def calibrated_file(found: Calibration, fitted: Scenario) -> str:
    """Return the fitted scenario as a file whose first lines, comments, say where the values come from."""
    lines = [
        f"Calibrated from {found.scenario.source} ({found.scenario.digest})",
        f"by trustsim {version('trustsim')} with optuna {version('optuna')}: {len(found.trials)} trials of "
        f"{found.replications} replications, seed {found.scenario.seed};",
        f"trial {found.best.number} is the best, loss {found.losses.min():.6g}",
        "parameters: best [posterior 5 % to 95 %], bounds",
    ]
    for path, row in found.parameters.iterrows():
        unit = f" {row['unit']}" if row["unit"] else ""
        known = "" if row["identified"] else ", not identified"
        lines.append(
            f"  {path}: {row['best']:.6g}{unit} [{row['p5']:.4g} to {row['p95']:.4g}], "
            f"{row['from']:g} to {row['to']:g} ({row['scale']}){known}"
        )
    lines.append("targets: value ± tolerance, source; simulated ± standard error")
    for target, (_, row) in zip(found.targets.targets, found.fit.iterrows(), strict=True):
        numbers = (row["value"], row["tolerance"], *(float(f"{row[k]:.4g}") for k in ("simulated", "error")))
        told = [f"{x:.10g} {row['unit']}" if target.unit == "money" else show(x, target.unit) for x in numbers]
        lines.append(f"  {label(target)}: {told[0]} ± {told[1]}, {target.source}; {told[2]} ± {told[3]}")
    return "".join(f"# {clean(line)}\n" for line in lines) + write(fitted.document)


def _table(heads: tuple[str, ...]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    for k, head in enumerate(heads):
        table.add_column(Text(head), justify="right" if k else "left", overflow="fold")
    return table


def _level(found: Calibration, target: Target, value: float) -> str:
    return words.quantity(value, target.unit, found.scenario.currency)


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", words.MINUS)
