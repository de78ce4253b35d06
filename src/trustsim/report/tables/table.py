"""The ranked table of a comparison for terminals: 80 columns, plain text where there is no terminal."""

from __future__ import annotations

import html
import io
import math
from collections.abc import Callable, Sequence

from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from trustsim.analysis.comparison import Comparison, Difference
from trustsim.analysis.measures import Measure
from trustsim.report.tables.prose import UNBROKEN, Prose
from trustsim.report.words import calm_times, horizon, people, reading, standing, words

WIDTH = 80
_LONGEST_NAME = 40
_STEPS = ((1e12, "t"), (1e9, "bn"), (1e6, "m"), (1e3, "k"))
_SMALLEST_SHARE = 0.0005  # a smaller one is shown as none, and has no sign
_MOST_TIMES = 1000  # what is more is the same in nearly every world
_STYLES = {"better": "green", "worse": "red"}


def ranked_table(comparison: Comparison, *, width: int = WIDTH) -> str:
    """Return the table as plain text of at most *width* columns: what is ranked, the variants best first, the notes."""
    return _text(lambda console: print_ranked_table(comparison, console), width)


def below(lines: Sequence[str], *, width: int = WIDTH) -> str:
    """Return sentences below the table as plain text of at most *width* columns."""
    return _text(lambda console: print_lines(lines, console), width)


def _text(show: Callable[[Console], None], width: int) -> str:
    """Return what is shown on a console without colours."""
    console = Console(file=io.StringIO(), width=width, color_system=None)
    show(console)
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def print_ranked_table(comparison: Comparison, console: Console | None = None) -> None:
    """Print the table; in colour on a terminal (green: better than the baseline beyond its interval, red: worse).

    An empty line parts groups that are told apart; :data:`trustsim.report.words.standing.MARK` marks harm, and
    :data:`~trustsim.report.words.standing.SHIFTED` a loss that is moved, and
    :data:`~trustsim.report.words.standing.UNKNOWN` harm that is not known.
    """
    notes = Prose("\n".join(_notes(comparison)))
    (console or Console()).print(Group(Prose(_headline(comparison)), _table(comparison), notes))


def print_lines(lines: Sequence[str], console: Console | None = None) -> None:
    """Print sentences below the table, as wide as it."""
    if lines:
        (console or Console()).print(Prose("\n".join(lines)))


def ranked_html(comparison: Comparison) -> str:
    """Return the same as HTML, for a notebook."""
    table = _table(comparison)
    heads = "".join(f"<th>{_cell(column.header)}</th>" for column in table.columns)
    rows = zip(*(column.cells for column in table.columns), strict=True)
    body = "".join(f"<tr>{''.join(f'<td>{_cell(cell)}</td>' for cell in row)}</tr>" for row in rows)
    notes = "".join(f"<p>{html.escape(note)}</p>" for note in _notes(comparison))
    head = html.escape(_headline(comparison))
    return f"<p>{head}</p><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>{notes}"


def _cell(text: object) -> str:
    return html.escape(str(text)).replace("\n", " ")


def print_levels(comparison: Comparison, console: Console | None = None) -> None:
    """Print the level of the outcomes asked for under every variant with its 95 % interval; no comparison."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    table.add_column(Text("variant"), overflow="fold")
    table.add_column(Text("outcome"), overflow="fold")
    for text in ("mean", "95 % interval", "worlds"):
        table.add_column(Text(text), justify="right", no_wrap=True)
    for variant in comparison.variants:
        for name in comparison.asked:
            measure, level = comparison.measures[name], comparison.levels[variant][name]
            mean, low, high = (compact(x, measure) for x in (level.mean, level.low, level.high))
            table.add_row(
                Text(words.shortened(variant, _LONGEST_NAME)),
                Text(with_unit(words.label(name), unit_of(measure, comparison.currency), " ")),
                *(Text(cell) for cell in (mean, f"[{low}, {high}]", _runs(comparison, variant, name))),
            )
    (console or Console()).print(Group(table, Prose("\n".join(_warnings(comparison)))))


def _runs(comparison: Comparison, variant: str, name: str) -> str:
    """Say of how many worlds a mean is taken, and of the time to an event in which share of them it happened."""
    n, happened = str(comparison.levels[variant][name].n), comparison.happened[variant].get(name)
    return n if happened is None else f"{n}, {100 * happened:.0f} % with it"


def compact(value: float, measure: Measure, *, signed: bool = False) -> str:
    """Write a number in few characters: shares in per cent, large ones short (``'+1.25m'``); a dash for none."""
    if not math.isfinite(value):
        return words.NO_NUMBER
    size = abs(value)
    if (measure.unit == "share" and size < _SMALLEST_SHARE) or size < words.NONE:
        return "0"
    sign = words.MINUS if value < 0 else "+" if signed and value > 0 else ""
    if measure.unit == "share":
        return f"{sign}{100 * size:.1f}"
    for step, letter in _STEPS:
        if size >= 0.9995 * step:
            return f"{sign}{_three_digits(size / step)}{letter}"
    return f"{sign}{_three_digits(size)}"


def _three_digits(size: float) -> str:
    """Write a size to three digits, whole where it is larger; never in powers of ten where it is."""
    return f"{size:.3g}" if size < 999.5 else f"{size:,.0f}"


def unit_of(measure: Measure, currency: str, *, is_difference: bool = False) -> str:
    """Return the unit that stands above a column; '' of what has none."""
    if measure.unit == "share":
        return "pp" if is_difference else "%"
    return {"money": currency, "duration": "days"}.get(measure.unit, "")


def _headline(comparison: Comparison) -> str:
    worlds = words.plural(comparison.n, "world")
    against = f"differences are to {words.quoted(comparison.baseline)} in the same {worlds}"
    if comparison.ranked_by is None:
        return f"Variants as in the file; {against}."
    better = comparison.measures[comparison.ranked_by].better
    by = f"{words.label(comparison.ranked_by)} ({better} is better){standing.behind(comparison)}"
    return f"Best first by {by}; {against}."


def _table(comparison: Comparison) -> Table:
    primary = comparison.ranked_by or next(iter(comparison.measures), None)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1), pad_edge=False)
    table.add_column(Text("variant"), overflow="fold")
    if primary is None:
        for variant in comparison.ranking:
            table.add_row(Text(variant))
        return table
    measure, currency = comparison.measures[primary], comparison.currency
    headings = (
        with_unit("level", unit_of(measure, currency)),
        *(["happened,\n%"] if measure.censored else []),
        f"{with_unit('change', unit_of(measure, currency, is_difference=True), ' ')}\n[95 % interval]",
        "better,\n%",
        "pairing\ngain",
        with_unit("cost", currency),
    )
    for text in headings:
        table.add_column(Text(text), justify="right", no_wrap=True)
    money, share = Measure("money", "", False, ""), Measure("share", "", False, "")
    for variant in comparison.ranking:
        level, difference = comparison.levels[variant][primary], comparison.differences.get(variant, {}).get(primary)
        happened = [comparison.happened[variant][primary]] if measure.censored else []
        marks = standing.marks(comparison, variant)
        mark = f"{UNBROKEN}{marks}" if marks else ""
        table.add_row(
            Text(words.shortened(variant, _LONGEST_NAME - len(mark)) + mark),
            Text(compact(level.mean, measure)),
            *(Text(compact(x, share)) for x in happened),
            *_difference_cells(comparison, primary, difference),
            Text(compact(comparison.costs[variant], money)),
            end_section=comparison.ranked_by is not None and variant in (group[-1] for group in comparison.groups[:-1]),
        )
    return table


def with_unit(heading: str, unit: str, between: str = "\n") -> str:
    """Return a heading with its unit, if it has one."""
    return f"{heading},{between}{unit}" if unit else heading


def _difference_cells(comparison: Comparison, name: str, difference: Difference | None) -> tuple[Text, Text, Text]:
    """Return the cells of change, share of worlds where better, and variance reduction; None is the baseline."""
    if difference is None:
        return Text("baseline"), Text(""), Text("")
    measure = comparison.measures[name]
    low, high = (compact(x, measure, signed=True) for x in (difference.low, difference.high))
    style = _STYLES.get(standing.verdict(comparison, name, difference), "")
    mean = compact(difference.mean, measure, signed=True)
    is_same = standing.is_same(comparison, name, difference)
    change = Text(f"{mean}, {standing.SAME}" if is_same else f"{mean} [{low}, {high}]", style=style)
    share = difference.better_share
    better = words.NO_NUMBER if math.isnan(share) else f"{100 * share:.0f}"
    return change, Text(better), Text(_times(difference.variance_reduction))


def _times(factor: float) -> str:
    if math.isnan(factor):
        return words.NO_NUMBER
    if factor > _MOST_TIMES:
        return f">{_MOST_TIMES:,}×"
    return f"{factor:.1f}×" if factor < 99.95 else f"{factor:.0f}×"


def _notes(comparison: Comparison) -> list[str]:
    notes = [
        "better: worlds where strictly better than the baseline. pairing gain: variance of the unpaired difference over"
        " that of the paired one. cost: mean policy cost.",
    ]
    more = (
        standing.untold(comparison), standing.passed_over(comparison), _groups(comparison), standing.parted(comparison),
        standing.matters(comparison), standing.censored(comparison), reading.same_everywhere(comparison),
        reading.ties(comparison), _partly_defined(comparison),
    )  # fmt: skip
    harms = [f"{standing.MARK} {line}." for line in standing.harms(comparison)]
    shifts = [f"{standing.SHIFTED} {line}." for line in standing.shifts(comparison)]
    unknown = [f"{standing.UNKNOWN} {line}." for line in standing.unmeasured(comparison)]
    others = [f"{standing.ELSEWHERE} {line}." for line in standing.other_worlds(comparison)]
    return [
        *people.notes(comparison),
        *harms,
        *shifts,
        *unknown,
        *others,
        *(f"{line}." for line in calm_times.told(comparison)),
        *notes,
        *(f"{line.removesuffix('.')}." for line in more if line),
        *_warnings(comparison),
    ]


def _groups(comparison: Comparison) -> str:
    """Say what the empty lines between variants mean."""
    if comparison.ranked_by is None or len(comparison.variants) < 2:
        return ""
    if len(comparison.groups) == 1:
        return "no two variants can be told apart, by any headline outcome, all pairs taken together"
    return (
        "empty lines part groups; within one, variants cannot be told apart by any headline outcome, all pairs taken"
        " together"
    )


def _warnings(comparison: Comparison) -> list[str]:
    """Say what is missing from a study: what the horizon breaks off, runs that failed, replications not tried."""
    notes = [" ".join(told)] if (told := horizon.broken_off(comparison)) else []
    if comparison.failed:
        first = comparison.failed[0]
        notes.append(
            f"{words.plural(len(comparison.failed), 'run')} failed; compared are those {comparison.n} of"
            f" {comparison.n + comparison.n_incomplete} replications of which all variants finished."
            f" First: replication {first.replication}, {first.type}: {first.message}"
        )
    if comparison.interrupted:
        notes.append("Interrupted: the numbers are those of the replications that had finished.")
    return notes


def _partly_defined(comparison: Comparison) -> str:
    """Say where the ranked outcome does not apply in every world."""
    primary = comparison.ranked_by
    if primary is None:
        return ""
    counts = [d[primary].n for d in comparison.differences.values() if d[primary].n < comparison.n]
    if not counts:
        return ""
    few = str(min(counts)) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    return f"{words.label(primary)} is defined for both in {few} of {comparison.n} worlds only."
