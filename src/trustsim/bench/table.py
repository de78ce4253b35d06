"""All figures in order, and how they are printed."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trustsim.bench import details, inside, process
from trustsim.bench.figures import Figure
from trustsim.bench.yardstick import Yardstick

_HEAD = ("what", "figure", "spread", "ns", "× pass", "× NumPy", "target", "met")
_N_MEASURED = 6  # columns but for the targets
_WIDTHS = (28, 9, 7, 7, 7, 8, 8, 4)  # 80 columns at most
_YARDSTICKS = ("pass", "plain")
_BUSY = 0.2  # a spread of a yardstick above which the machine had other work
_AGAIN = "measure again"
_THOUSAND, _MILLION = 1e3, 1e6


@dataclass(frozen=True)
class Sizes:
    """How much is measured; the targets are for the sizes that stand here.

    ``people``, ``variants``: of the account pass, and of the minimal rule. ``story_worlds``: of the file as it is.
    ``small``: worlds, people and days of one variant alone. ``many``: worlds and people of the minimal rule.
    ``platform_worlds``: of the thousand platforms. ``compared``: numbers of variants, in ``compare_turns``. ``large``:
    people and variants; None: is not measured. ``has_details``: what stands behind the figures as well.
    """

    turns: int = 4
    people: int = 10_000
    variants: int = 32
    days: int = 100
    story_worlds: int = 40
    small: tuple[int, int, int] = (400, 1_000, 100)
    many: tuple[int, int] = (1_000, 1_000)
    platform_worlds: int = 4
    has_commands: bool = True
    compared: tuple[int, ...] = (100, 200)
    compare_turns: int = 1
    large: tuple[int, int] | None = None
    is_cold: bool = False
    has_details: bool = False
    has_targets: bool = True


USUAL = Sizes()
ALL = Sizes(compared=(100, 200, 400), compare_turns=2, large=(1_000_000, 4), is_cold=True, has_details=True)
QUICK = Sizes(
    turns=3, people=2_000, variants=8, story_worlds=5, small=(20, 1_000, 100), many=(100, 1_000), platform_worlds=2,
    has_commands=False, compared=(), has_targets=False,
)  # fmt: skip


def measure(file: str | os.PathLike[str], sizes: Sizes, tell: Callable[[str], None]) -> dict[str, Any]:
    """Return every figure as plain data; *tell* hears what is being measured."""
    tell("the account pass")
    yard = Yardstick(file, sizes.people, sizes.variants)
    yard.turn()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    figures = [figure for words, work in _steps(file, sizes, yard) for figure in _told(words, work, tell)]
    size = f"{sizes.people:,} × {sizes.variants}"
    one_pass = Figure("pass", f"account pass, {size}", tuple(yard.passes), n=yard.n)
    plain = Figure("plain", "  in plain NumPy", tuple(yard.plain), n=yard.n)
    if not sizes.has_targets:
        figures = [replace(figure, target=None) for figure in figures]
    rows = [figure.row(one_pass, plain) for figure in (one_pass, plain, *figures)]
    more = details.measure(file, tell) if sizes.has_details else None
    return {"format": 2, "machine": machine(), "load": load, "figures": rows, "details": more}


def _steps(
    file: str | os.PathLike[str], sizes: Sizes, yard: Yardstick
) -> Iterator[tuple[str, Callable[[], Sequence[Figure]]]]:
    turns, widths = sizes.turns, (sizes.variants, 1)
    yield "whole studies", lambda: inside.studies(yard, file, turns, sizes.story_worlds, sizes.small)
    yield "many small worlds", lambda: [inside.many_small(yard, turns, *sizes.many, sizes.days)]
    yield "Mesa objects", lambda: inside.against_objects(yard, turns, sizes.people, sizes.days, widths)
    yield "a thousand platforms", lambda: [inside.contagion(yard, min(turns, 2), sizes.platform_worlds)]
    if sizes.large is not None:
        people, variants = sizes.large
        yield "a large world", lambda: process.large(yard, file, people, variants)
    if sizes.has_commands:  # first, for it compiles what the others need
        yield "commands", lambda: process.commands(yard, file, 2, sizes.story_worlds)
    if sizes.compared:
        yield "many variants", lambda: process.many_variants(yard, sizes.compare_turns, sizes.compared)
    if sizes.is_cold:
        yield "compiling", lambda: [process.cold(yard, file, sizes.story_worlds)]


def _told(words: str, work: Callable[[], Sequence[Figure]], tell: Callable[[str], None]) -> Sequence[Figure]:
    tell(words)
    return work()


def machine() -> dict[str, Any]:
    """Return what the numbers were measured on."""
    return {
        "processor": _processor(), "cpus": os.cpu_count(), "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }  # fmt: skip


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def text(x: dict[str, Any]) -> str:
    """Return the figures as a table of 80 columns, with what its columns mean."""
    more = [] if x["details"] is None else ["", *details.lines(x["details"])]
    return "\n".join([*_lines(x), *more])


def _lines(x: dict[str, Any]) -> Iterator[str]:
    m = x["machine"]
    load = "" if x["load"] is None else f"; load {x['load']:.1f}"
    yield f"{m['processor']}, {m['cpus']} CPUs; Python {m['python']}; {m['system']}{load}"
    yield ""
    has_targets = any(row["target"] for row in x["figures"])
    yield _line(_HEAD if has_targets else _HEAD[:_N_MEASURED])
    for row in x["figures"]:
        spread = f"{row['spread']:.0%}" if len(row["turns"]) > 1 else "–"
        met = "–" if row["met"] is None else "yes" if row["met"] else "no"
        times = [_number(row[name]) for name in ("ns", "times_pass", "times_plain")]
        line = _line((row["what"], _figure(row["value"], row["unit"]), spread, *times))
        target = _cells((row["target"] or "–", met), _WIDTHS[_N_MEASURED:]) if has_targets else ""
        yield f"{line} {_AGAIN}" if _is_busy(row) else f"{line}{target}"
    yield ""
    yield "2,000 × 8: people × variants; 20 × 1,000 × 1: worlds × people × variants."
    yield "minimal: one rule alone, in the engine or as Mesa objects."
    yield "figure: CPU seconds, least of the turns; spread: how far the longest is beyond."
    yield "ns: per investor, day and variant. × pass, × NumPy: as many times that of the"
    yield "account pass, compiled and in plain NumPy, on a calm day; without ns as many"
    yield f"whole passes.{' A target with × is for × pass, any other for the figure.' if has_targets else ''}"
    if any(map(_is_busy, x["figures"])):
        yield f"{_AGAIN}: other programs slowed a pass by over {_BUSY:.0%}; no ratio holds."


def _is_busy(row: dict[str, Any]) -> bool:
    """Whether a yardstick took so unlike times that what is compared with it tells little."""
    return row["name"] in _YARDSTICKS and row["spread"] > _BUSY


def _line(cells: Sequence[str]) -> str:
    return f"{cells[0]:<{_WIDTHS[0]}}{_cells(cells[1:], _WIDTHS[1:])}"


def _cells(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=False))


def _figure(value: float, unit: str) -> str:
    if unit == "bytes":
        return f"{value:,.0f} B"
    if unit == "x":
        return f"{_number(value)} ×"
    if value >= 1:
        return f"{value:.2f} s"
    return f"{value * _THOUSAND:.3g} ms" if value * _THOUSAND >= 1 else f"{value * _MILLION:.3g} µs"


def _number(value: float | None) -> str:
    """Return a number with three digits or all of its whole ones; thousands and millions in letters."""
    if value is None:
        return "–"
    if value >= _MILLION:
        return f"{value / _MILLION:.3g}M"
    if value >= 10 * _THOUSAND:
        return f"{value / _THOUSAND:.3g}k"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"
