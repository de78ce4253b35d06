"""Make the picture that opens the README, ``docs/pictures/opening.png``, and its text: ``python docs/opening.py``.

One world of the quickstart on its last day, with nothing done and with the best variant; below, what each
variant changes over all worlds. What stands in the README for who does not see the picture says the same.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from matplotlib.figure import Figure

import trustsim as ts
from trustsim.ask.result import Result
from trustsim.ask.spreading import spread_of
from trustsim.report.pictures import figures, look, network
from trustsim.report.pictures.axes import OnAxes
from trustsim.report.pictures.places import places_of
from trustsim.report.pictures.spread import RAN, Spread
from trustsim.report.words import words

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/pictures/opening.png"
IN_README = re.compile(r"!\[[^\]]*\]\(docs/pictures/opening\.png\)")
CHANGED = "excess_withdrawn"


def watched(result: Result) -> tuple[Spread, int]:
    """Return the world that is shown, and which of its moments is the last day: all who ran have."""
    spread = spread_of(result)
    assert spread is not None, "the investors of the quickstart are linked"
    return spread, len(spread.moments) - 1


def alternative(result: Result) -> str:
    """Return the picture in Markdown with what it shows in words: who has run, and what is clearly lower or higher."""
    (spread, last), c = watched(result), result.comparison
    shares = [words.quantity(spread.share(v, last, RAN), "share") for v in range(len(spread.variants))]
    ran = [f"under {words.quoted(name)} {share}" for name, share in zip(spread.variants, shares, strict=True)]
    lower: list[str] = []
    higher: list[str] = []
    rest: list[str] = []
    for name, found in c.differences.items():
        into = lower if found[CHANGED].high < 0 else higher if found[CHANGED].low > 0 else rest
        into.append(words.quoted(name))
    said = [f"lower under {words.listing(lower)}", f"higher under {words.listing(higher)}"]
    said += [f"not to be told from it under {words.listing(rest)}"]
    sides = "; ".join(each for each, names in zip(said, (lower, higher, rest), strict=True) if names)
    text = (
        f"Above, one world on its last day: {words.listing(ran)} of the clients have run. Below, how "
        f"each of {len(c.differences)} remedies changes {words.label(CHANGED)} over {c.n} worlds. Against "
        f"{words.quoted(c.baseline)} it is {sides}"
    )
    return f"![{text}](docs/pictures/opening.png)"


def opening(result: Result) -> Figure:
    """Return the picture; small in inches, so that its text can be read on a phone."""
    spread, last = watched(result)
    places = places_of(len(spread.shown), spread.links)
    with figures.style():
        figure = Figure(figsize=(5.0, 5.6), layout="constrained")
        above, below = figure.subfigures(2, 1, height_ratios=(2.7, 2.9))
        for v, ax in enumerate(above.subplots(1, len(spread.variants))):
            network.draw(OnAxes(ax), spread, places, v, last)
        result.plot.differences(CHANGED, below.add_subplot())
    return figure


def main() -> None:
    """Draw, and write what is drawn into the README."""
    found = ts.compare(ROOT / "scenarios/quickstart.yaml", robustness=False)
    opening(found).savefig(PICTURE, dpi=140, facecolor=look.PAPER)
    readme = ROOT / "README.md"
    shown = textwrap.fill(alternative(found), 120, break_long_words=False, break_on_hyphens=False)
    readme.write_text(IN_README.sub(lambda _: shown, readme.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
