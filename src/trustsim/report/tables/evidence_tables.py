"""Evidence for terminals: 80 columns, and the same as plain data for ``--json``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from trustsim.analysis.evidence import Finding
from trustsim.report.tables.prose import Prose
from trustsim.report.words import words
from trustsim.scenario.resolved import Expectation
from trustsim.units import Unit

if TYPE_CHECKING:
    from trustsim.analysis.checked import Checked, Evidence

_PLAIN: dict[Unit, tuple[int, str]] = {"share": (100, " %"), "number": (1, ""), "count": (1, "")}
_STYLES = {"pass": "green", "fail": "bold red", "unclear": "yellow"}


def print_evidence(found: Evidence, console: Console | None = None) -> None:
    """Print every file with a row an expectation, then how many passed."""
    out = console or Console()
    for each in found.checked:
        n = words.plural(len(each.study.replications), "world")
        out.print(Group(Text(f"{each.file} ({n})", style="bold"), _table(each)))
    verdicts: list[str] = [one.verdict for each in found.checked for one in each.findings]
    told = [f"{verdicts.count(verdict)} {verdict}" for verdict in _STYLES]
    failed = sum(len(each.study.failed) for each in found.checked)
    lost = f"; {words.plural(failed, 'run')} failed and left out" if failed else ""
    out.print(Prose(f"{words.plural(len(verdicts), 'expectation')}: {', '.join(told)}{lost}"))


def _table(each: Checked) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    for head, width in (("", 10), ("what", 26), ("expected", 15), ("observed [95 %]", None), ("", 7)):
        table.add_column(Text(head), max_width=width, overflow="fold")
    currency = each.study.scenario.currency
    for found in each.findings:
        verdict = Text(found.verdict, style=_STYLES[found.verdict])
        needed = f"\nabout {found.worlds_needed} worlds would tell" if found.worlds_needed else ""
        told = f"{observed(found, currency)}{needed}"
        what = f"{what_of(found.expectation, each.study.baseline)}\n{found.expectation.source}"
        table.add_row(Text(found.expectation.id), Text(what), Text(expected(found, currency)), Text(told), verdict)
    return table


def what_of(e: Expectation, baseline: str) -> str:
    """Say in words what is measured: ``'investor loss, insured less nothing'``."""
    one, other = e.variant or baseline, e.against or baseline
    where = f" at {e.platform}" if e.platform else ""
    when = f" on day {e.day:g}" if e.day is not None else ""
    of = {
        "outcome": f", {one}",
        "difference": f", {one} less {other}",
        "ratio": f", {one} / {other}",
        "sum": f", {one}, over all worlds",
        "series": f"{where}{when}, {one}",
        "order": f": {' < '.join(e.order)}",
    }[e.what]
    return f"{words.label(e.name)}{of}"


def expected(found: Finding, currency: str) -> str:
    """Say in words what is expected: ``'17 % ± 1 %'``."""
    e = found.expectation
    if e.order:
        return "in this order"
    near = (e.high - e.low) / 2
    low, high = (_level(bound, found.unit, currency, near) for bound in (e.low, e.high))
    if e.equals is not None:
        middle = _level(e.equals, found.unit, currency, near)
        told = f"{middle} ± {_near(near, found.unit, currency)}" if near else f"{middle}, exactly"
    elif math.isinf(e.low):
        told = f"below {high}"
    elif math.isinf(e.high):
        told = f"above {low}"
    else:
        told = f"{low} to {high}"
    if e.worlds is None:
        return f"{told}, in every world" if e.exact and e.low < e.high else told
    if isinstance(e.worlds, int):
        return f"{told} in {words.plural(e.worlds, 'world')}"
    shares = " to ".join(words.quantity(bound, "share") for bound in e.worlds)
    return f"{told} in {shares} of the worlds"


def observed(found: Finding, currency: str) -> str:
    """Say in words what was observed, with its interval."""
    seen = found.observed
    if seen.n == 0:
        return "no world"
    e = found.expectation
    unit: Unit = "count" if isinstance(e.worlds, int) else found.unit if e.worlds is None else "share"
    near = (e.high - e.low) / 2 if e.worlds is None else math.inf
    mean = _level(seen.mean, unit, currency, near)
    if seen.low == seen.high or not math.isfinite(seen.low):
        return mean
    return f"{mean} [{_level(seen.low, unit, currency, near)}, {_level(seen.high, unit, currency, near)}]"


def _level(value: float, unit: Unit, currency: str, near: float) -> str:
    """Write a level with the digits that a tolerance of *near* asks for, and no fewer than elsewhere."""
    scale, suffix = _PLAIN.get(unit, (0, ""))
    if math.isfinite(value) and 0 < scale * near < 0.05:
        return f"{scale * value:.{min(1 - math.floor(math.log10(scale * near)), 12)}f}{suffix}"
    return words.quantity(0.0 if abs(value) < 1e-300 else value, unit, currency)


def _near(near: float, unit: Unit, currency: str) -> str:
    scale, suffix = _PLAIN.get(unit, (0, ""))
    return f"{scale * near:g}{suffix}" if scale else words.quantity(near, unit, currency)


def evidence_json(found: Evidence) -> dict[str, Any]:
    """Return evidence as plain data, format 2; what is not finite is None."""
    rows = found.to_frame().to_dict("records")
    return {
        "format": 2,
        "met": found.is_met,
        "expectations": [{str(k): _plain(v) for k, v in row.items()} for row in rows],
        "failed_runs": sum(len(each.study.failed) for each in found.checked),
        "interrupted": any(each.study.interrupted for each in found.checked),
    }


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
