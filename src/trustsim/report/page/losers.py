"""Who loses: the loss of each segment, of early and late leavers, of the worst hit, and who is left untouched."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import Difference
from trustsim.analysis.intervals import Interval
from trustsim.report.page import charts
from trustsim.report.page.charts import Chart, Table, num
from trustsim.report.pictures import look, spreads
from trustsim.report.words import reading, words
from trustsim.report.words.reading import LATE, LOSS, SEGMENT, UNHURT, Measure
from trustsim.report.words.words import quoted

TAIL = "tail_loss"
_HEADS = {LATE: "late over early leavers", UNHURT: "who lose nothing", TAIL: "worst-hit 5 % lose"}
_UNITS = {LATE: "times the loss of early leavers", UNHURT: "% of investors", TAIL: "% of their money"}
_DASHED = (0, (4, 2))
_BETWEEN = 0.09  # room between panels, as a share of one: the last tick of one and the first of the next stay apart
_UP = 0.06  # how far marks move towards the name above them


def segments(result: Compared) -> dict[str, str]:
    """Return the outcome of every segment's loss, by the segment's name, in the scenario's order."""
    found = [name for name in result.study.outcomes if name.startswith(SEGMENT)]
    return {name.removeprefix(SEGMENT).removesuffix("]"): name for name in found if reading.is_measured(result, name)}


def chapter(result: Compared) -> tuple[Chart, ...]:
    """Return the charts of who loses; none where nobody loses anything in any run."""
    if not _anyone_loses(result):
        return ()
    shown = [name for name in _HEADS if reading.is_measured(result, name)]
    found = [by_segment(result)] if len(segments(result)) > 1 else []
    return (*found, ends(result, shown)) if shown else tuple(found)


def _anyone_loses(result: Compared) -> bool:
    names = [*segments(result).values(), *(n for n in (TAIL, LOSS) if n in result.study.outcomes)]
    return any(bool(np.any(np.nan_to_num(result.study.outcomes[name]) > 0)) for name in names)


def told(result: Compared) -> tuple[str, ...]:
    """Say, point by point, who loses most under the baseline, and whom the best variant clearly spares or burdens."""
    c = result.comparison
    if not segments(result):
        return ()
    if not _anyone_loses(result):
        return ("Nobody loses anything, in any world and under any variant.",)
    best = next((name for name in c.ranking if name != c.baseline), None)
    parts = [_most(result, c.baseline), _late(result, c.baseline)]
    if best is not None and c.ranked_by is not None:
        parts.append(_spared(result, best))
    return tuple(part for part in parts if part)


def _most(result: Compared, variant: str) -> str:
    """Say which segment loses most under one variant, if that is clear, and how much each loses."""
    found = segments(result)
    levels = {s: reading.level(result, name, variant) for s, name in found.items()}
    order = sorted(levels, key=lambda s: -levels[s].mean)
    each = [f"{quoted(s)} {words.quantity(levels[s].mean, 'share')}" for s in order]
    if len(order) == 1:
        return f"There is one segment, {quoted(order[0])}; under {quoted(variant)} it loses {_share(levels[order[0]])}."
    top, lost = order[0], reading.values(result, found[order[0]], variant)
    measure = result.comparison.measures[found[top]]
    gaps = {s: measure.paired(lost, reading.values(result, found[s], variant)) for s in order[1:]}
    if all(gap.low > 0 for gap in gaps.values()):
        gap = gaps[order[1]]
        text = f"Under {quoted(variant)} the segment {quoted(top)} loses most"
        span = words.interval(gap.low, gap.high, "share", signed=True)
        more = words.change(gap.mean, "share")
        return f"{text}: of its money at day 0, {words.listing(each)} ({more} against the next, 95 % interval {span})."
    return f"Under {quoted(variant)} no segment clearly loses most: of its money at day 0, {words.listing(each)}."


def _share(level: Interval) -> str:
    return f"{words.quantity(level.mean, 'share')} of its money ({words.interval(level.low, level.high, 'share')})"


def _late(result: Compared, variant: str) -> str:
    """Say how late leavers and stayers fare against early ones, and in how many worlds that is known."""
    if not reading.is_measured(result, LATE):
        return ""
    level, n = reading.level(result, LATE, variant), result.comparison.n
    where = f"{level.n} of {words.plural(n, 'world')}"
    if level.n == 0:
        return f"Under {quoted(variant)} the first half to ask lost nothing, in any world."
    times, span = words.quantity(level.mean), words.interval(level.low, level.high)
    text = f"Those who stayed or asked late lost on average {times} times the share of the first half to ask"
    text += f" (95 % interval {span})"
    where = f"the {where} where the early lost anything" if level.n < n else f"all {words.plural(n, 'world')}"
    return f"{text}, in {where}."


def _spared(result: Compared, best: str) -> str:
    """Say which segments the best variant clearly spares and burdens."""
    sides: dict[str, list[str]] = {"better": [], "worse": [], "unclear": []}
    for segment, name in segments(result).items():
        found = reading.difference(result, name, best)
        span = words.interval(found.low, found.high, "share", signed=True)
        side = words.verdict(found.low, found.high, "lower")
        text = (
            quoted(segment) if side == "unclear" else f"{quoted(segment)} ({words.change(found.mean, 'share')}, {span})"
        )
        sides[side].append(text)
    clear = [
        f"{verb} {words.listing(sides[side])}"
        for verb, side in (("spares", "better"), ("burdens", "worse"))
        if sides[side]
    ]
    text = f"{quoted(best)}, {'first in rank' if best == result.comparison.ranking[0] else 'next in rank'},"
    if not clear:
        return f"{text} makes no clear difference to what any segment loses."
    text = f"{text} clearly {' and '.join(clear)}"
    return f"{text}; no clear difference for {words.listing(sides['unclear'])}." if sides["unclear"] else f"{text}."


def by_segment(result: Compared) -> Chart:
    """Chart what each segment loses under every variant, and the paired difference of that to the baseline."""
    c, found = result.comparison, segments(result)
    rows, raw = [], []
    for variant in c.variants:
        for segment, name in found.items():
            level = reading.level(result, name, variant)
            change = None if variant == c.baseline else reading.difference(result, name, variant)
            rows.append((_named(result, variant), segment, words.quantity(level.mean, "share"),
                         words.interval(level.low, level.high, "share"), *_changed(change)))  # fmt: skip
            ends = (level.mean, level.low, level.high)
            gaps = (change.mean, change.low, change.high) if change else (np.nan,) * 3
            raw.append([variant, segment, *map(num, (*ends, *gaps))])
    text = "; ".join(
        f"{row[0]}, {row[1]}: {row[2]}" + (f", {row[4]}" if row[5] != words.NO_NUMBER else "") for row in rows
    )
    title = "Loss by segment"
    note = (
        "What a segment lost by the end, as a share of what it held at day 0, with 95 % intervals; beside it the paired"
    )
    note += f" difference to {quoted(c.baseline)}. Filled: clear. Hollow: the interval includes zero."
    pictures = charts.twice("losers-segments", title, f"{note} {text}.", lambda is_wide: _segments(result, is_wide))
    head = ("variant", "segment", "loss", "95 % interval", "difference", "95 % interval", "verdict")
    heads = ("variant", "segment", "loss", "low", "high", "difference", "difference_low", "difference_high")
    return Chart("losers-segments", "segments", title, note, "single", pictures, Table(head, tuple(rows)),
                 "loss-by-segment.csv", charts.download(heads, raw))  # fmt: skip


def _named(result: Compared, variant: str) -> str:
    return f"{variant} (baseline)" if variant == result.comparison.baseline else variant


def _changed(found: Difference | None) -> tuple[str, str, str]:
    """Return a difference of losses, its interval and its verdict, as the table writes them."""
    if found is None:
        return "0", words.NO_NUMBER, words.NO_NUMBER
    judged = words.verdict(found.low, found.high, "lower").replace("unclear", "no clear difference")
    return words.change(found.mean, "share"), words.interval(found.low, found.high, "share", signed=True), judged


def _panels(n: int, n_rows: int, depth: float, *, is_wide: bool) -> list[Axes]:
    """Return axes side by side, or below each other where the picture is narrow; a row is *depth* inches."""
    size = (look.WIDE, 1.0 + depth * n_rows) if is_wide else (look.NARROW, n * (0.95 + (depth + 0.14) * n_rows))
    figure = Figure(figsize=size, layout=ConstrainedLayoutEngine(wspace=_BETWEEN if is_wide else 0.02))
    return [figure.add_subplot(*((1, n, k + 1) if is_wide else (n, 1, k + 1))) for k in range(n)]


def _segments(result: Compared, is_wide: bool) -> Figure:
    c, found = result.comparison, segments(result)
    with look.style():
        levels, apart = axes = _panels(2, len(reading.drawn(result)), 0.24 + 0.13 * len(found), is_wide=is_wide)
        inks, shapes = look.colours(tuple(found), ""), look.markers(tuple(found), "")
        for segment, place in zip(found, _offsets(len(found)) + (0 if is_wide else _UP), strict=True):
            for variant, row in look.rows_of(reading.drawn(result)).items():
                level = reading.level(result, found[segment], variant)
                _mark(levels, level, row + place, inks[segment], shapes[segment], is_filled=True)
                if variant == c.baseline:
                    continue
                gap = reading.difference(result, found[segment], variant)
                _mark(
                    apart, gap, row + place, inks[segment], shapes[segment], is_filled=words.is_clear(gap.low, gap.high)
                )
        apart.plot(
            [0.0], [look.rows_of(reading.drawn(result))[c.baseline]], "o", color=look.BASELINE, markersize=5, zorder=4
        )
        apart.axvline(0.0, color=look.BASELINE, linewidth=1.3, linestyle=_DASHED, zorder=2)
        measure = Measure("loss_by_segment", "share", "lower")
        for ax, label in ((levels, "loss (% of money at day 0)"), (apart, "difference in loss (pp)")):
            _finish(ax, result, label, 100.0, is_named=ax is levels or not is_wide)
        spreads.say_directions(apart, measure)
        handles = [Line2D([], [], color=inks[s], marker=shapes[s], markersize=5) for s in found]
        figure = axes[0].get_figure(root=True)
        assert isinstance(figure, Figure)
        shown = [words.shortened(segment, 24) for segment in found]
        look.legend(figure, handles, shown, loc="outside upper left", ncols=4 if is_wide else 2, fontsize=8.5)
        return figure


def _offsets(n: int) -> np.ndarray:
    """Return where in a variant's row each segment goes, the first on top, float64 (n,)."""
    half = min(0.24, 0.08 * n)
    return np.linspace(half, -half, n)


def _mark(ax: Axes, found: Interval | Difference, row: float, ink: str, shape: str, *, is_filled: bool) -> None:
    ax.plot([found.low, found.high], [row, row], color=ink, linewidth=1.8, solid_capstyle="round", zorder=3)
    face = ink if is_filled else look.PAPER
    ax.plot([found.mean], [row], shape, color=ink, markersize=5.5, mfc=face, mew=1.3, zorder=4)


def _finish(ax: Axes, result: Compared, label: str, scale: float, *, is_named: bool) -> None:
    """Name the rows and the axis, which shows values times *scale*."""
    c = result.comparison
    spreads.name_rows(ax, reading.drawn(result), c.baseline, {})
    if not is_named:
        ax.tick_params(labelleft=False)
    look.quiet(ax, grid="x")
    ax.margins(x=0.08)
    ax.locator_params(axis="x", nbins=5)
    ax.xaxis.set_major_formatter(lambda value, _: words.tick(round(value * scale, 6)))
    ax.set_xlabel(label)


def ends(result: Compared, shown: list[str]) -> Chart:
    """Chart early against late leavers, who is untouched, and the worst hit, under every variant."""
    c = result.comparison
    rows, raw = [], []
    for variant in c.variants:
        row, line = [_named(result, variant)], [variant]
        for name in shown:
            level, measure = reading.level(result, name, variant), reading.outcome(result, name)
            row += [words.quantity(level.mean, measure.unit), words.interval(level.low, level.high, measure.unit)]
            row += [f"{level.n} of {c.n}"] if name == LATE else []
            line += [*map(num, (level.mean, level.low, level.high)), str(level.n)]
        rows.append(tuple(row))
        raw.append(line)
    head = ["variant"]
    for name in shown:
        head += [_HEADS[name], "95 % interval", *(["worlds where defined"] if name == LATE else [])]
    heads = ["variant", *(f"{name}{part}" for name in shown for part in ("", "_low", "_high", "_worlds"))]
    text = "; ".join(
        ", ".join([row[0], *(f"{h} {x}" for h, x in zip(head[1:], row[1:], strict=True) if x)]) for row in rows
    )
    title = "Early and late, untouched and worst hit"
    note = f"Means with 95 % intervals; the dashed line is {quoted(c.baseline)}. Filled: clearly different from it in"
    note += " the same worlds. Hollow: no clear difference."
    if LATE in shown:
        note += f" {_defined(result)}"
    pictures = charts.twice("losers-ends", title, f"{note} {text}.", lambda is_wide: _ends(result, shown, is_wide))
    return Chart("losers-ends", "early, late and worst hit", title, note, "single", pictures,
                 Table(tuple(head), tuple(rows)), "who-loses.csv", charts.download(heads, raw))  # fmt: skip


def _defined(result: Compared) -> str:
    """Say in how many worlds late can be set against early."""
    c = result.comparison
    text = (
        "Late over early: the loss share of those who stayed or asked late over that of the first half to ask, defined"
    )
    counts = {name: reading.level(result, LATE, name).n for name in c.variants}
    few, most = min(counts.values()), max(counts.values())
    if few == most:
        where = f"{'all' if few == c.n else f'{few} of'} {words.plural(c.n, 'world')}"
        return f"{text} in {where}, where the early lost anything."
    return f"{text} where the early lost anything: by variant, in {few} to {most} of {words.plural(c.n, 'world')}."


def _ends(result: Compared, shown: list[str], is_wide: bool) -> Figure:
    c = result.comparison
    inks, shapes = look.colours(c.variants, c.baseline), look.markers(c.variants, c.baseline)
    with look.style():
        axes = _panels(len(shown), len(reading.drawn(result)), 0.34, is_wide=is_wide)
        for ax, name in zip(axes, shown, strict=True):
            usual = reading.level(result, name, c.baseline).mean
            if np.isfinite(usual):
                ax.axvline(usual, color=look.BASELINE, linewidth=1.3, linestyle=_DASHED, zorder=2)
            for variant, row in look.rows_of(reading.drawn(result)).items():
                gap = None if variant == c.baseline else reading.difference(result, name, variant)
                is_filled = gap is None or words.is_clear(gap.low, gap.high)
                level = reading.level(result, name, variant)
                _mark(ax, level, row, inks[variant], shapes[variant], is_filled=is_filled)
            ax.set_title(_HEADS[name], loc="left", fontsize=9.5)
            _finish(ax, result, _UNITS[name], 1.0 if name == LATE else 100.0, is_named=ax is axes[0] or not is_wide)
        figure = axes[0].get_figure(root=True)
        assert isinstance(figure, Figure)
        return figure
