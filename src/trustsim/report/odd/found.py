"""What the description says that was found: expectations, levels, failures; and the notes and files of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trustsim.analysis.compared import Compared
from trustsim.analysis.evidence import files_needed, findings, variants_needed
from trustsim.registry import REGISTRY
from trustsim.report.tables.evidence_tables import expected, observed, what_of
from trustsim.report.tables.markdown import Markdown, code, shown, table
from trustsim.report.words import reading, words
from trustsim.scenario.document import content_of


def notes(notes: Mapping[str, Any]) -> list[Markdown]:
    """Return the notes of the scenario."""
    return [Markdown(f"{shown(key)}: {shown(str(value))}") for key, value in notes.items()]


def patterns(result: Compared) -> Markdown:
    """Return what the scenario must show: the expectations with what was found, where the study has what they need."""
    scenario, study = result.scenario, result.study
    has_all = set(variants_needed(scenario.expect, scenario.baseline)) <= set(study.variants)
    if not has_all or files_needed(scenario.expect) or len(study.replications) == 0:
        rows = [(e.id, what_of(e, scenario.baseline), e.source) for e in scenario.expect]
        return table(("expectation", "what", "source"), rows)
    return table(
        ("expectation", "what", "must be", "found [95 %]", "verdict", "source"),
        (
            (f.expectation.id, what_of(f.expectation, scenario.baseline), expected(f, scenario.currency),
             observed(f, scenario.currency), f.verdict, f.expectation.source)
            for f in findings(study, REGISTRY)
        ),
    )  # fmt: skip


def levels(result: Compared) -> Markdown:
    """Return the level of every outcome asked for under every variant, with its interval."""
    currency, c = result.scenario.currency, result.comparison
    measures = [reading.outcome(result, name) for name in reading.asked(result)] if c.n else []
    rows = []
    for variant in c.ranking:
        cells: list[object] = [f"{variant} (another world)" if variant in c.other_worlds else variant]
        for m in measures:
            found = reading.level(result, m.name, variant)
            ends = words.interval(found.low, found.high, m.unit, currency)
            cells.append(Markdown(f"{words.quantity(found.mean, m.unit, currency)} [{ends}], n = {found.n}"))
        rows.append(cells)
    return table(("variant, best first", *(m.label for m in measures)), rows if measures else [])


def failures(result: Compared) -> Markdown:
    """Return the runs that failed."""
    rows = ((r.replication, ", ".join(r.variants), r.stage, r.type, r.message) for r in result.comparison.failed)
    return table(("replication", "variants", "stage", "error", "message"), rows)


def network_file(document: Mapping[str, Any]) -> Markdown:
    """Return the name and the hash of the file that the network is read from; nothing where it is generated."""
    path = document.get("network", {}).get("path")
    if path is None:
        return Markdown("")
    content = content_of(path)
    return Markdown(code(Path(path).name) + (f", {code(content)}" if content != path else ""))
