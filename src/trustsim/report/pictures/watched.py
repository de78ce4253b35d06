"""Pictures of a model while it is stepped: the network today, and the run so far."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from trustsim.kernels import layout
from trustsim.model import TrustCrisisModel
from trustsim.report.pictures import figures, graph, look
from trustsim.report.pictures.spread import of_investors, trust_of_investors
from trustsim.report.words import reading, words

#: what the course shows: series, whether summed up over the days, title
_COURSE = (
    ("runners", True, "accounts that have run"),
    ("outflow", False, "paid out each day, of the claims of day 0"),
    ("trust", False, "mean trust of the holders"),
)


def network_today(model: TrustCrisisModel, links: Any, places: np.ndarray) -> Figure:
    """Draw who is connected to whom in the variant shown, coloured by trust; hollow: has run.

    ``links`` is the networkx graph of the model's network, ``places`` float64 (investors, 2) from
    :func:`~trustsim.report.pictures.places.layout`.
    """
    figure = _figure(left=0.01, right=1.0, bottom=0.02, top=0.93)
    days = f"{model.day * model.dt:g}"
    graph.network(
        links, trust_of_who_stays(model), figure.add_subplot(), positions=places,
        title=f"day {days}, {words.shortened(model.variants[model.shown].name, 40)}",
        label="trust in the safety of the money; hollow: has run", low=0.0, high=1.0,
    )  # fmt: skip
    return figure


def trust_of_who_stays(model: TrustCrisisModel) -> np.ndarray:
    """Return trust in fund safety in the variant shown, float64 (investors,) in [0, 1]; NaN for who has run.

    The mean over the accounts of an investor, as :class:`~trustsim.model.InvestorAgent` gives it.
    """
    has_run = of_investors(model, (model.state.flags & np.uint8(layout.RAN)) > 0)
    return np.asarray(np.where(has_run, np.nan, trust_of_investors(model))[model.shown])


def course(model: TrustCrisisModel) -> Figure:
    """Draw the run so far, the variant shown in colour, doing nothing dashed: who has run, what is paid out, trust."""
    with figures.style():
        figure = _figure(left=0.1, right=0.98, bottom=0.1, top=0.88, hspace=0.5)
        panels = figure.subplots(len(_COURSE), 1, sharex=True)
        for ax, (name, is_summed, title) in zip(panels, _COURSE, strict=True):
            _line(ax, model, name, is_summed=is_summed)
            ax.set_title(title)
        panels[-1].set_xlabel("days")
        names = [words.shortened(variant.name, 24) for variant in model.variants]
        if len(names) > 1:
            figures.legend(figure, panels[0].lines[::2], names, loc="upper right", ncols=2)
        return figure


def _figure(**margins: float) -> Figure:
    """Return a figure with margins of its own: to find them anew takes half of the time of a picture."""
    figure = figures.Picture(figsize=(5.4, 4.4), facecolor=look.PAPER)
    figure.subplots_adjust(**margins)
    return figure


def _line(ax: Axes, model: TrustCrisisModel, name: str, *, is_summed: bool) -> None:
    values = model.series(name)[:, :, -1].astype(np.float64)
    values = np.cumsum(values, axis=0) if is_summed else values
    days = np.arange(len(values)) * model.dt
    baseline = model.story.baseline
    names = [variant.name for variant in model.variants]
    colours = look.colours(names, baseline)
    for v, variant in enumerate(names):
        is_baseline = variant == baseline
        style: dict[str, Any] = {"linestyle": (0, (4, 2)), "linewidth": 1.4} if is_baseline else {"linewidth": 2.0}
        ax.plot(days, values[:, v], color=colours[variant], **style)
        ax.plot(days[-1:], values[-1:, v], "o", color=colours[variant], markersize=3.5)
    divisor, unit = words.axis(reading.series(name).unit)
    figures.quiet(ax)
    ax.set_xlim(0, model.story.horizon)
    ax.set_ylim(0, 1.0 if name != "outflow" else max(0.05, 1.1 * float(values.max())))
    ax.set_ylabel(unit)
    ax.yaxis.set_major_locator(MaxNLocator(nbins=4))
    ax.yaxis.set_major_formatter(lambda value, _: words.tick(value / divisor))
