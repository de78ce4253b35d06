"""Make the picture that opens the README, ``docs/pictures/opening.png``: ``python docs/opening.py``.

One world of the quickstart at the peak of its run, with nothing done and with the best variant; below, what each
variant changes over all worlds.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

import trustsim as ts
from trustsim.ask.result import Result
from trustsim.ask.spreading import spread_of
from trustsim.report.pictures import figures, look, network
from trustsim.report.pictures.axes import OnAxes
from trustsim.report.pictures.places import places_of

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/pictures/opening.png"


def opening(result: Result) -> Figure:
    """Return the picture; small in inches, so that its text can be read on a phone."""
    spread = spread_of(result)
    assert spread is not None, "the investors of the quickstart are linked"
    peak = next(m for m, moment in enumerate(spread.moments) if "peak" in moment.name)
    places = places_of(len(spread.shown), spread.links)
    with figures.style():
        figure = Figure(figsize=(5.0, 5.6), layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=(2.7, 2.9))
        for v, ax in enumerate(above.subplots(1, len(spread.variants))):
            network.draw(OnAxes(ax), spread, places, v, peak)
        result.plot.differences("excess_withdrawn", below.add_subplot())
    return figure


if __name__ == "__main__":
    found = ts.compare(ROOT / "scenarios/quickstart.yaml", robustness=False)
    opening(found).savefig(PICTURE, dpi=140, facecolor=look.PAPER)
