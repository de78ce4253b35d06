"""The price of loss: which variant is best when avoiding loss is worth so much, and where that changes.

At price x a variant is worth what it costs plus x times what is lost under it; the best has the least of the two
together. Every variant is a straight line over x, so the best ones are the lower envelope of these lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator
from scipy.optimize import brentq

from trustsim.analysis import intervals
from trustsim.analysis.compared import Compared
from trustsim.analysis.comparison import COST
from trustsim.report.page import charts
from trustsim.report.page.charts import Chart, Table, num
from trustsim.report.pictures import look, spreads
from trustsim.report.words import reading, words
from trustsim.report.words.reading import LOSS
from trustsim.report.words.words import quoted
from trustsim.units import Unit

_DOUBLINGS = 60  # of a threshold, within which its upper limit is looked for
_SAME = 1e-9  # prices closer than this (relative) are one: lines that meet in a point
_BEYOND = 5.0  # how far the picture goes on each side of what it shows, as a factor
_POINTS = 90  # prices at which variants are set against the best


@dataclass(frozen=True)
class Stretch:
    """The prices at which a variant is best, ``start`` to ``stop``; ``low``, ``high``: the 95 % limits of the start.

    Prices are minor units per unit of the loss; ``stop`` and ``high`` may be infinite.
    """

    variant: str
    start: float
    stop: float
    low: float
    high: float


def is_priced(result: Compared) -> bool:
    """Whether a study has what a price of loss needs: a cost, two variants and somebody who loses."""
    is_told = all(reading.is_measured(result, name) for name in (LOSS, COST))
    return is_told and len(result.comparison.variants) > 1 and bool(np.any(result.study.outcomes[LOSS] > 0))


def stretches(result: Compared) -> tuple[Stretch, ...]:
    """Return the best variant at every price of loss, from zero up."""
    names = result.comparison.variants
    cost, loss = (np.array([reading.level(result, side, name).mean for name in names]) for side in (COST, LOSS))
    corners = envelope(cost, loss)
    stops = [start for _, start in corners[1:]] + [math.inf]
    found = []
    for k, ((v, start), stop) in enumerate(zip(corners, stops, strict=True)):
        low, high = (0.0, 0.0) if k == 0 else _limits(result, names[corners[k - 1][0]], names[v], start)
        found.append(Stretch(names[v], start, stop, low, high))
    return tuple(found)


def envelope(cost: Sequence[float] | np.ndarray, loss: Sequence[float] | np.ndarray) -> list[tuple[int, float]]:
    """Return (which, from which price) of the lines ``cost + price * loss`` that are lowest, by price from zero up.

    ``cost``, ``loss``: float64 (n,), finite. Of lines that are equal the first counts.
    """
    cost, loss = np.asarray(cost, np.float64), np.asarray(loss, np.float64)
    at = int(np.lexsort((loss, cost))[0])
    corners = [(at, 0.0)]
    while (safer := np.flatnonzero(loss < loss[at])).size:
        prices = (cost[safer] - cost[at]) / (loss[at] - loss[safer])
        price = float(prices.min())
        level = safer[prices <= price * (1 + _SAME)]
        at = int(level[np.argmin(loss[level])])
        corners.append((at, price))
    return corners


def _net(result: Compared, ours: str, theirs: str) -> Callable[[float], intervals.Interval]:
    """Return, by price, the paired difference of cost and priced loss between two variants, with its interval."""
    cost, loss = (reading.values(result, side, ours) - reading.values(result, side, theirs) for side in (COST, LOSS))
    known = np.isfinite(cost) & np.isfinite(loss)
    cost, loss = cost[known], loss[known]
    return lambda price: intervals.mean(cost + price * loss)


def _limits(result: Compared, cheaper: str, safer: str, price: float) -> tuple[float, float]:
    """Return the prices between which these worlds cannot tell the two apart: the limits of their threshold."""
    net = _net(result, safer, cheaper)
    low, high = price, price
    if not net(0.0).low > 0:
        low = 0.0
    elif net(price).low < 0:
        low = float(brentq(lambda x: net(x).low, 0.0, price))
    if net(price).high > 0:
        above = next((price * 2.0**k for k in range(1, _DOUBLINGS) if net(price * 2.0**k).high < 0), math.inf)
        high = above if math.isinf(above) else float(brentq(lambda x: net(x).high, price, above))
    return low, high


def par(result: Compared, claims: float) -> float | None:
    """Return the price at which money lost counts as much as money spent; None where ``claims`` is not known.

    ``claims``: what platforms owe on day 0, minor units, of which losses are shares; NaN where it is not known.
    """
    if reading.outcome(result, LOSS).unit == "money":
        return 1.0
    return claims if math.isfinite(claims) else None


def _scale(result: Compared) -> tuple[float, str]:
    """Return what a price is divided by to be shown, and per what it then is."""
    if reading.outcome(result, LOSS).unit == "share":
        return 100.0, "percentage point of the claims lost"
    return 1.0, f"{result.scenario.currency} lost"


def priced(result: Compared, price: float) -> str:
    """Write a price without what it is per: ``'14.2 thousand CNY'``."""
    scale, _ = _scale(result)
    if scale == 1.0:
        return f"{words.quantity(price)} {result.scenario.currency}"
    return words.quantity(price / scale, "money", result.scenario.currency)


def _between(result: Compared, found: Stretch) -> str:
    if found.start == 0:
        return words.NO_NUMBER
    if math.isinf(found.high):
        return f"{priced(result, found.low)} and above"
    scale, _ = _scale(result)
    unit: Unit = "number" if scale == 1.0 else "money"
    text = words.interval(found.low / scale, found.high / scale, unit, result.scenario.currency)
    return f"{text} {result.scenario.currency}" if scale == 1.0 else text


def told(result: Compared, found: Sequence[Stretch], claims: float) -> str:
    """Say at which prices of loss the best variant changes."""
    if len(found) == 1:
        text = f"{quoted(found[0].variant)} is cheapest, and no variant loses less:"
        return f"{text} by the means, it is best at any price of loss."
    _, per = _scale(result)
    parts = [f"below {priced(result, found[1].start)} {quoted(found[0].variant)} is best"]
    for stretch in found[1:]:
        parts.append(f"from there on {quoted(stretch.variant)} (95 % interval {_between(result, stretch)})")
        if math.isfinite(stretch.stop):
            parts[-1] += f" up to {priced(result, stretch.stop)}"
    return f"By the price put on a {per}, the best changes: {'; '.join(parts)}.{_at_par(result, found, claims)}"


def in_short(result: Compared, found: Sequence[Stretch], claims: float) -> str:
    """Say below which price of loss the cheapest is best; nothing where one variant is best at any price."""
    if len(found) == 1:
        return ""
    _, per = _scale(result)
    text = f"Where a {per} is worth less than {priced(result, found[1].start)}, {quoted(found[0].variant)} is best."
    return f"{text}{_at_par(result, found, claims)}"


def _at_par(result: Compared, found: Sequence[Stretch], claims: float) -> str:
    worth = par(result, claims)
    if worth is None:
        return ""
    best = quoted(next(s.variant for s in found if s.start <= worth < s.stop))
    price = "" if _scale(result)[0] == 1.0 else f" ({priced(result, worth)})"
    return f" Where money lost counts like money spent{price}, it is {best}."


def chart(result: Compared, found: Sequence[Stretch], claims: float) -> Chart:
    """Chart which variant is best at which price of loss, and which cannot be told from it."""
    c, currency = result.comparison, result.scenario.currency
    scale, per = _scale(result)
    lost = reading.outcome(result, LOSS)
    rows, raw = [], []
    for stretch in found:
        cost, loss = (reading.level(result, side, stretch.variant) for side in (COST, LOSS))
        rows.append((
            stretch.variant,
            priced(result, stretch.start) if stretch.start else "0",
            "no end" if math.isinf(stretch.stop) else priced(result, stretch.stop),
            _between(result, stretch),
            words.quantity(cost.mean, "money", currency),
            words.quantity(loss.mean, lost.unit, currency),
        ))  # fmt: skip
        ends = (stretch.start, stretch.stop, stretch.low, stretch.high)
        raw.append([stretch.variant, *(num(x / scale, "number" if scale == 1.0 else "money") for x in ends)])
    never = [quoted(name) for name in c.variants if name not in {s.variant for s in found}]
    title = "The best variant by the price of loss"
    note = "The best has the least of its mean cost plus price times mean loss. Thick: best at this price. Thin:"
    note += " these worlds cannot tell it from the best. Grey line: clearly behind. What touches an edge goes on."
    note += f" Never the best by its means: {words.listing(never)}." if never else ""
    text, worth = f"{note} {told(result, found, claims)}", par(result, claims)
    pictures = charts.twice("flips-price", title, text, lambda is_wide: _drawn(result, found, worth, is_wide))
    heads = ("variant", "from", "to", "from_low", "from_high")
    head = ("best variant", "from", "to", "95 % interval of ‘from’", "mean cost", lost.label)
    unit = f"Prices are {'money' if scale != 1.0 else currency} per {per}."
    return Chart("flips-price", "price of loss", title, note, "single", pictures, Table(head, tuple(rows), unit),
                 "price-of-loss.csv", charts.download(heads, raw))  # fmt: skip


def _drawn(result: Compared, found: Sequence[Stretch], worth: float | None, is_wide: bool) -> Figure:
    c = result.comparison
    scale, per = _scale(result)
    marks = np.array([s.start for s in found[1:]] + ([worth] if worth is not None else []))
    marks = marks[marks > 0]
    low, high = float(marks.min()) / _BEYOND, float(marks.max()) * _BEYOND
    names = reading.drawn(result, [stretch.variant for stretch in found])
    inks, rows = look.colours(c.variants, c.baseline), look.rows_of(names)
    with look.style():
        size = (look.WIDE, 1.1 + 0.32 * len(rows)) if is_wide else (look.NARROW, 1.2 + 0.46 * len(rows))
        figure = Figure(figsize=size, layout="constrained")
        ax = figure.add_subplot()
        ax.hlines(list(rows.values()), low, high, color=look.GRID, linewidth=0.7, zorder=1)
        for name, (start, stop) in _close(result, names, found, np.geomspace(low, high, _POINTS)):
            ax.plot([start, stop], [rows[name]] * 2, color=inks[name], linewidth=2.0, alpha=0.75, solid_capstyle="butt")
        for stretch in found:
            ends = [max(stretch.start, low), min(stretch.stop, high)]
            ax.plot(ends, [rows[stretch.variant]] * 2, color=inks[stretch.variant], linewidth=8, solid_capstyle="butt")
        for stretch in found[1:]:
            ax.axvline(stretch.start, color=look.GRID, linewidth=0.9, zorder=0)
        spreads.name_rows(ax, names, c.baseline, {})
        look.quiet(ax, grid="")
        ax.set_xscale("log")
        ax.set_xlim(low, high)
        divisor, unit = 1.0, result.scenario.currency
        if scale != 1.0:
            divisor, unit = words.axis("money", result.scenario.currency, high / scale)
        ax.xaxis.set_major_locator(LogLocator(subs=_steps(math.log10(high / low), is_wide)))
        ax.xaxis.set_minor_locator(NullLocator())
        ax.xaxis.set_major_formatter(lambda value, _: words.tick(float(f"{value / scale / divisor:.3g}")))
        ax.set_xlabel(f"price of loss ({unit} per {per})" if is_wide else f"price of loss\n({unit} per {per})")
        if worth is not None:
            ax.axvline(worth, color=look.MUTED, linewidth=1.1, linestyle=":", zorder=1)
            ax.annotate("lost = spent", (worth, 1), (0, 2), xycoords=("data", "axes fraction"), fontsize=8.5,
                        textcoords="offset points", ha="center", va="bottom", color=look.MUTED)  # fmt: skip
        return figure


def _steps(decades: float, is_wide: bool) -> list[float]:
    """Return which multiples of powers of ten get a tick."""
    room = 2.0 if is_wide else 1.0
    if decades > 2.5 * room:
        return [1.0]
    return [1.0, 3.0] if decades > 1.2 * room else [1.0, 2.0, 5.0]


def _close(
    result: Compared, names: Sequence[str], found: Sequence[Stretch], prices: np.ndarray
) -> Iterator[tuple[str, tuple[float, float]]]:
    """Yield those of *names*, and from which price to which, that these worlds cannot tell from the best."""
    best = [next(s.variant for s in found if s.start <= price < s.stop) for price in prices]
    for name in names:
        nets = {other: _net(result, name, other) for other in set(best) if other != name}
        is_close = []
        for price, other in zip(prices, best, strict=True):
            gap = nets[other](float(price)) if other != name else None
            is_close.append(gap is None or not words.is_clear(gap.low, gap.high))
        edges = np.flatnonzero(np.diff([False, *is_close, False]))
        for first, stop in edges.reshape(-1, 2):
            yield name, (float(prices[first]), float(prices[stop - 1]))
