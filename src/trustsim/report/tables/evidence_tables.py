"""Evidence for terminals: 80 columns, and the same as plain data for ``--json``."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from trustsim.analysis.evidence import Finding
from trustsim.experiment.inputs import called
from trustsim.report.tables.prose import Prose
from trustsim.report.words import words
from trustsim.scenario.expected import Expectation, Reading, Term, readings
from trustsim.units import Unit

if TYPE_CHECKING:
    from trustsim.analysis.checked import Checked, Evidence

_PLAIN: dict[Unit, tuple[int, str]] = {"share": (100, " %"), "number": (1, ""), "count": (1, "")}
_LONGEST_ID = 24
_STYLES = {"pass": "green", "fail": "bold red", "unclear": "yellow"}


def print_evidence(found: Evidence, console: Console | None = None, *, is_long: bool = False) -> None:
    """Print every file with a line an expectation, then how many passed; ``is_long`` with all that is known of each."""
    out = console or Console()
    for each in found.checked:
        n = words.plural(len(each.study.replications), "world")
        out.print(Group(Text(f"{each.file} ({n})", style="bold"), _long(each) if is_long else _short(each, out.width)))
    verdicts: list[str] = [one.verdict for each in found.checked for one in each.findings]
    told = [f"{verdicts.count(verdict)} {verdict}" for verdict in _STYLES]
    failed = sum(len(each.study.failed) for each in found.checked)
    lost = f"; {words.plural(failed, 'run')} failed and left out" if failed else ""
    out.print(Prose(f"{words.plural(len(verdicts), 'expectation')}: {', '.join(told)}{lost}"))


def _short(each: Checked, width: int) -> Group:
    """Return a line an expectation: verdict, id, what was observed, what must be; what has no room ends in …."""
    currency = each.study.scenario.currency
    names = min(max((cell_len(f.expectation.id) for f in each.findings), default=0), _LONGEST_ID)
    lines = []
    for found in each.findings:
        name = words.shortened(found.expectation.id, names)
        told = f"{observed(found, currency)}; {expected(found, currency)}"
        line = Text(f"{found.verdict:<7} ", style=_STYLES[found.verdict])
        line.append(f"{name}{' ' * (names - cell_len(name))}  ", style="not bold default")
        line.append(words.shortened(told, max(width - names - 10, 10)), style="not bold default")
        lines.append(line)
    return Group(*lines)


def _long(each: Checked) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    for head, width in (("", 10), ("what", 26), ("expected", 15), ("observed [95 %]", None), ("", 7)):
        table.add_column(Text(head), max_width=width, overflow="fold")
    currency = each.study.scenario.currency
    for found in each.findings:
        verdict = Text(found.verdict, style=_STYLES[found.verdict])
        told = "\n".join((observed(found, currency), *_beside(found)))
        what = f"{what_of(found.expectation, each.study.baseline)}\n{found.expectation.source}"
        table.add_row(Text(found.expectation.id), Text(what), Text(expected(found, currency)), Text(told), verdict)
    return table


def _beside(found: Finding) -> list[str]:
    """Say how many worlds would tell, and where two files have other people."""
    needed = [f"about {found.worlds_needed} worlds would tell"] if found.worlds_needed else []
    return needed + (["other people, so not paired"] if not found.is_paired else [])


def what_of(e: Expectation, baseline: str) -> str:
    """Say in words what is measured: ``'investor loss, insured less nothing'``."""
    if e.order and isinstance(e.term, Reading):
        return f"{_named(e.term)}: {' < '.join(e.order)}"
    of = {"total": ", over all worlds", "sd": ", standard deviation over worlds"}.get(e.statistic, "")
    if e.quantile is not None:
        of = f", {words.quantity(e.quantile, 'share')} quantile over worlds"
    return f"{_told(e.term, baseline)}{of}{', over worlds' if e.humps else ''}"


def _told(term: Term, baseline: str) -> str:
    """Say a term; those that are added to it, taken from it or divide it only by what is other in them."""
    if isinstance(term, Reading):
        return f"{_named(term)}, {_place(term, baseline)}"
    first = next(readings(term))
    told = _told(term.of, baseline)
    for word, terms in (("plus", term.plus), ("less", term.less), ("/", term.per)):
        for each in terms:
            inner = _unlike(each, first, baseline)
            told = f"{told} {word} {inner}" if isinstance(each, Reading) else f"({told}) {word} ({inner})"
    return told


def _unlike(term: Term, first: Reading, baseline: str) -> str:
    """Say a term beside the first reading: without its name where that is the same."""
    if not isinstance(term, Reading):
        return _told(term, baseline)
    is_same = replace(term, variant=first.variant, file=first.file) == first
    return _place(term, baseline) if is_same else _told(term, baseline)


def _named(r: Reading) -> str:
    """Say what is read, where and when."""
    where = f" at {r.platform}" if r.platform else ""
    days = " to ".join(f"{day:g}" for day in r.days)
    over = f", {r.over} over days {days}" if r.over else f" on day {days}" if days else ""
    return f"{words.label(r.name)}{where}{over}"


def _place(r: Reading, baseline: str) -> str:
    """Say under which variant, and of which other file."""
    if not r.file:
        return r.variant or baseline
    return f"{r.variant or 'baseline'} of {called(r.file)}"


def expected(found: Finding, currency: str) -> str:
    """Say in words what is expected: ``'17 % ± 1 %'``."""
    e = found.expectation
    if e.order:
        return "in this order"
    if e.humps:
        return f"{e.humps} hump{'s' * (e.humps == 'two')}"
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
    if e.humps:
        return f"dip {words.quantity(seen.mean)}"
    unit = found.observed_unit
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
    return words.quantity(value, unit, currency)


def _near(near: float, unit: Unit, currency: str) -> str:
    scale, suffix = _PLAIN.get(unit, (0, ""))
    return f"{scale * near:g}{suffix}" if scale else words.quantity(near, unit, currency)


def evidence_json(found: Evidence) -> dict[str, Any]:
    """Return evidence as plain data, format 3; what is not finite is None."""
    return {
        "format": 3,
        "met": found.is_met,
        "expectations": found.to_json(),
        "failed_runs": sum(len(each.study.failed) for each in found.checked),
        "interrupted": any(each.study.interrupted for each in found.checked),
    }
