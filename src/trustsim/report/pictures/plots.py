"""Pictures: axes in, axes out; ``result.plot`` offers those of a result bound to it.

``axes`` and ``panels`` give empty ones with the look of the others for a picture of one's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from matplotlib.axes import Axes

from trustsim.analysis.compared import Compared
from trustsim.analysis.holding import Holding
from trustsim.analysis.unknowns import AT
from trustsim.errors import TrustsimError
from trustsim.report.pictures import fans, figures, look, spreads
from trustsim.report.pictures import holding as holdings
from trustsim.report.pictures import survival as survivals
from trustsim.report.pictures import tradeoff as tradeoffs
from trustsim.report.pictures import unknowns as unknown_pictures
from trustsim.report.pictures.attribution_picture import attribution
from trustsim.report.pictures.axes import OnAxes
from trustsim.report.pictures.design_pictures import index_bars, regret, scatter, tornado
from trustsim.report.pictures.graph import network
from trustsim.report.pictures.places import layout
from trustsim.report.words import reading
from trustsim.report.words import unknowns as unknown_words
from trustsim.report.words.fragility import EVENTS

__all__ = [
    "attribution",
    "axes",
    "difference_fan",
    "differences",
    "distribution",
    "fan",
    "hangs_on",
    "index_bars",
    "layout",
    "network",
    "panels",
    "regret",
    "robustness",
    "scatter",
    "survival",
    "tornado",
    "tradeoff",
    "unknowns",
]


def fan(
    result: Compared,
    series: str,
    variant: str | Sequence[str] | None = None,
    platform: str | None = None,
    ax: Axes | None = None,
) -> Axes | figures.Panels:
    """Draw the median of a series with its 50 % and 90 % bands over the worlds.

    Parameters
    ----------
    variant : one name gives one picture; several, or None for all, give small multiples on common axes.
    platform : one platform's name; None takes all platforms together.
    ax : where to draw a single variant; None makes a new figure.

    Returns
    -------
    The axes of one variant, or an array of axes, shape (n,). The baseline's median is dashed in every picture.
    """
    names = [variant] if isinstance(variant, str) else list(variant or result.study.variants)
    if ax is not None and len(names) > 1:
        raise TrustsimError(f"ax: given {len(names)} variants to draw on it; allowed: one variant, or no ax")
    bands = {name: fans.band(result, series, name, platform) for name in (result.comparison.baseline, *names)}
    measure, largest = reading.series(series), reading.largest(result, series, platform)
    if ax is not None or isinstance(variant, str):
        with _on(ax, 7.0, 3.6) as (ax, canvas):
            fans.draw(canvas, result, measure, bands, names[0], largest)
            return ax
    with figures.style():
        grid = figures.new_panels(len(names))
        for panel, name in zip(grid, names, strict=True):
            fans.draw(OnAxes(panel), result, measure, bands, name, largest)
            panel.set_xlabel("")
            panel.set_ylabel("")
        grid[0].set_ylim(fans.limits(bands, measure))
        figure = figures.root_of(grid[0])
        figure.supxlabel("days", color=look.MUTED, fontsize=9)
        figure.supylabel(measure.axis(result.scenario.currency, largest)[1], color=look.MUTED, fontsize=9)
        return grid


def difference_fan(
    result: Compared, series: str, variant: str, ax: Axes | None = None, platform: str | None = None
) -> Axes:
    """Draw the paired difference of a series to the baseline, which is the dashed zero: median, 50 % and 90 % bands."""
    with _on(ax, 7.0, 3.6) as (ax, canvas):
        bands = {variant: fans.band(result, series, variant, platform, paired=True)}
        largest = reading.largest(result, series, platform)
        fans.draw_difference(canvas, result, reading.series(series).as_difference(), bands, variant, largest)
        return ax


def distribution(result: Compared, outcome: str, ax: Axes | None = None, variants: Sequence[str] | None = None) -> Axes:
    """Draw every world under every variant as a dot, and over it the mean with its 95 % interval.

    Where the outcome does not apply to every world, the row says to how many it does.
    """
    names = variants or result.study.variants
    with _on(ax, 7.0, 0.8 + 0.5 * len(names)) as (ax, canvas):
        spreads.draw_runs(canvas, result, outcome, names)
        return ax


def differences(result: Compared, outcome: str, ax: Axes | None = None, variants: Sequence[str] | None = None) -> Axes:
    """Draw the paired difference of each variant to the baseline with its 95 % interval; the dashed line is it.

    A filled marker says that the difference is clear; a hollow one that the interval includes zero, or that the
    difference is too small to matter. Where a variant is the same as the baseline in every world there is no line.
    """
    names = variants or result.study.variants
    with _on(ax, 7.0, 1.1 + 0.42 * len(names)) as (ax, canvas):
        spreads.draw_differences(canvas, result, outcome, names)
        return ax


def survival(result: Compared, outcome: str, ax: Axes | None = None, variants: Sequence[str] | None = None) -> Axes:
    """Draw the share of worlds without an event by day, a line a variant; ``outcome``: the time to the event."""
    with _on(ax, 7.0, 3.6) as (ax, canvas):
        survivals.draw(canvas, result, outcome, variants or result.study.variants)
        return ax


def tradeoff(
    result: Compared,
    loss: str = "investor_loss",
    cost: str = "policy_cost",
    ax: Axes | None = None,
    variants: Sequence[str] | None = None,
) -> Axes:
    """Draw the mean loss against the mean cost of every variant with 95 % intervals; down and left is better.

    The line joins the variants that no other one of them beats. Every point carries its name.
    """
    with _on(ax, 7.0, 4.6) as (ax, canvas):
        tradeoffs.draw(canvas, result, loss, cost, variants or result.study.variants)
        return ax


def robustness(result: Compared, ax: Axes | None = None) -> Axes:
    """Draw how far the first in rank is ahead of the best of the others in every other set of assumptions.

    Raises TrustsimError where the comparison has no robustness study.
    """
    with _on(ax, 7.0, 3.4) as (ax, canvas):
        holdings.draw_sets(canvas, result, _held(result))
        return ax


def hangs_on(result: Compared, ax: Axes | None = None) -> Axes:
    """Draw the difference of the first and its rival along each factor on which their order hangs.

    Raises TrustsimError where the comparison has no robustness study, and where the order hangs on nothing that can be
    told.
    """
    found = _held(result)
    if not found.hangs:
        raise TrustsimError(
            "hangs_on: given an order of which the robustness study tells nothing that it hangs on; allowed: one with a"
            " number on which it does. More sets may find one: compare(…, robustness=N)"
        )
    with _on(ax, 7.0, 1.1 + 0.5 * len(found.hangs)) as (ax, canvas):
        holdings.draw_hangs(canvas, result, found)
        return ax


def unknowns(result: Compared, event: str = "run_probability") -> figures.Panels:
    """Draw the share of worlds with an *event* against each of what nobody knows beforehand, under the baseline and
    the first in rank: small multiples, that first which decides most.

    Raises TrustsimError where nothing is drawn once for a world, and where too few worlds have the event or have it
    not; for an event that was not measured.
    """
    decided = unknown_words.found(result, event)
    names = unknown_pictures.names(decided)
    if not names:
        why = " ".join(unknown_words.told({event: decided})) or "Worlds do not differ by what nobody knows beforehand."
        raise TrustsimError(f"unknowns: given a study that does not say. {why}")
    with figures.style():
        grid = figures.new_panels(len(names), height=2.2)
        for panel, name in zip(grid, names, strict=True):
            unknown_pictures.draw(OnAxes(panel), result, decided, name, size=9.5)
            panel.set_xlabel("")
            panel.set_ylabel("")
        figure = figures.root_of(grid[0])
        figure.supxlabel(unknown_pictures.AXIS, color=look.MUTED, fontsize=9)
        figure.supylabel(f"worlds with {EVENTS[event]} (%)", color=look.MUTED, fontsize=9)
        lines = [line for line in grid[0].lines if len(line.get_xydata()) == len(AT)]
        shown = [one.variant for one in decided if one.curves]
        figures.legend(figure, lines, shown, loc="outside upper center", ncols=2)
        return grid


def _held(result: Compared) -> Holding:
    held = result.robustness
    if held is None or held.found is None:
        why = "" if held is None else f": {held.missing.removesuffix('.')}"
        raise TrustsimError(f"robustness: given a comparison without a robustness study{why}; allowed: one with it")
    return held.found


@contextmanager
def _on(ax: Axes | None, width: float, height: float) -> Iterator[tuple[Axes, OnAxes]]:
    """Give axes in the look of the house, new ones of this size (inches) where there are none, and what draws there."""
    with figures.style(ax):
        made = ax if ax is not None else figures.new_axes(width, height)
        yield made, OnAxes(made)


def axes(xlabel: str = "", ylabel: str = "", *, width: float = 7.0, height: float = 3.2) -> Axes:
    """Return empty axes, *width* by *height* inches, with these labels.

    As the value of a notebook's cell they are shown as a picture; pyplot is not needed.
    """
    with figures.style(has_formulas=True):
        ax = figures.new_axes(width, height)
        figures.quiet(ax)
        ax.set_prop_cycle(color=look.COLOURS)
        ax.set(xlabel=xlabel, ylabel=ylabel)
        return ax


def panels(n: int, *, width: float = 9.0, height: float = 3.0, across: int = 3, same_x: bool = True) -> figures.Panels:
    """Return *n* empty axes in rows of at most *across*, as an array (n,) that a notebook shows as one picture.

    All have one vertical scale, and with *same_x* one horizontal scale. *height* is that of a row, in inches.
    """
    with figures.style(has_formulas=True):
        grid = figures.new_panels(n, width, height, across, one_x=same_x)
        for ax in grid:
            figures.quiet(ax)
            ax.set_prop_cycle(color=look.COLOURS)
        return grid
