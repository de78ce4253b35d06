"""Make the members of the ensemble of behaviours anew: ``python docs/behaviour.py``, minutes to hours.

What is free and what must be met stands in ``docs/behaviour.yaml``. Runs are kept in the folder of ``--out``: the same
command goes on where it was stopped. Writes the members that ship, their picture, and the tables of
``docs/behaviour.md``.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from trustsim.analysis.history import Matched
from trustsim.analysis.left import CUTOFF
from trustsim.ask.matched import Made, match
from trustsim.experiment import child
from trustsim.report.pictures import members as pictures
from trustsim.scenario.behaviour import SHIPPED

ROOT = Path(__file__).resolve().parent.parent
PRIORS = ROOT / "docs/behaviour.yaml"
PAGE, PICTURE = ROOT / "docs/behaviour.md", ROOT / "docs/pictures/behaviour.png"
MADE = re.compile(r"(<!-- made by docs/behaviour.py -->\n).*?(<!-- end -->)", re.DOTALL)


def options() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="behaviour-run", help="run folder; the same again goes on")
    parser.add_argument("--points", type=int, default=80, help="points of a wave")
    parser.add_argument("--waves", type=int, default=2)
    parser.add_argument("--members", type=int, default=50, help="how many are wanted")
    parser.add_argument("--most", type=int, help="points that are run to find them at most; by default ten times")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int)
    parser.add_argument("--to", type=Path, default=SHIPPED, help="where the members go; elsewhere nothing else is made")
    return parser.parse_args()


def commit() -> str:
    """Return the commit of the working tree, and whether it was changed since."""

    def git(*words: str) -> str:
        asked = ["git", "-C", str(ROOT), *words]
        done = subprocess.run(asked, env=child.environment(), capture_output=True, text=True, check=True)
        return done.stdout.strip()

    return git("rev-parse", "HEAD") + (" and changes" if git("status", "--porcelain", "src", "scenarios") else "")


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def percent(share: float) -> str:
    """Return a share in words."""
    return f"{100 * share:.0f} %"


def bounds(low: float, high: float) -> str:
    """Return between what a number must lie."""
    if not np.isfinite(low):
        return f"at most {high:.4g}"
    return f"{low:.4g} to {high:.4g}" if np.isfinite(high) else f"at least {low:.4g}"


def of_parameters(found: Matched) -> str:
    """Return a table of the prior and of the members."""
    rows = []
    for p, column in zip(found.parameters, found.members.T, strict=True):
        low, middle, high = (f"{x:.3g}" for x in np.quantile(column, (0.05, 0.5, 0.95)))
        unit = f" {p.unit}" if p.unit else ""
        scale = ", even in the logarithm" if p.log else ""
        rows.append((f"`{p.path}`", f"{p.low:g} to {p.high:g}{unit}{scale}", low, middle, high))
    return table(("parameter", "asked", "5 %", "median", "95 %"), rows)


def of_goals(made: Made) -> str:
    """Return a table of what had to be met, and of what the members gave."""
    found, rows, k = made.matched, [], 0
    for story in made.matching.stories:
        for goal, entry in zip(story.goals, story.scenario.expect, strict=True):
            gave = found.seen.values[:, k]
            asked = bounds(found.seen.low[k], found.seen.high[k])
            rows.append((
                f"{story.name}, {goal.id}", entry.source, asked, f"{goal.discrepancy:.3g}", percent(found.alone[k]),
                f"{gave.min():.3g} to {gave.max():.3g}",
            ))  # fmt: skip
            k += 1
    return table(("entry", "row", "asked", "discrepancy", "of the prior left by it alone", "members give"), rows)


def report(made: Made) -> str:
    """Return what the page says of the members that were made."""
    found = made.matched
    waves = [(str(k), str(w.n_points), str(w.n_plausible), percent(w.left)) for k, w in enumerate(found.waves, start=1)]
    apart = "; ".join(f"{a} and {b}" for a, b in found.apart) or "none"
    seconds = ", ".join(f"{name} {spent:.0f} s" for name, spent in made.seconds.items())
    return "\n\n".join((
        f"{len(found.members)} members, of {found.tried} points that the emulators left and that were run. Cut-off "
        f"{CUTOFF:g} standard deviations.",
        table(("wave", "points run", "not ruled out", "of the prior left"), waves),
        of_goals(made), of_parameters(found),
        f"Met by no point: {', '.join(found.unmet) or 'none'}. Met together by no point: {apart}.",
        f"Time in runs: {seconds}; runs that were kept from before take next to none.",
        "![Of each parameter, how many of the members lie in each tenth of its range](pictures/behaviour.png)",
    ))  # fmt: skip


def write(made: Made, to: Path, **provenance: Any) -> None:
    """Write the members, and for those that ship what the docs say of them."""
    made.write(to, **provenance)
    if to == SHIPPED:
        pictures.marginals(made.matched).flat[0].get_figure(root=True).savefig(PICTURE, dpi=144, facecolor="white")
        page = PAGE.read_text("utf-8")
        PAGE.write_text(MADE.sub(lambda m: f"{m[1]}{report(made)}\n{m[2]}", page), "utf-8")


def main() -> None:
    """Make them."""
    asked = options()
    made = match(
        PRIORS, out=asked.out, points=asked.points, waves=asked.waves, members=asked.members, most=asked.most,
        seed=asked.seed, workers=asked.workers,
    )  # fmt: skip
    command = shlex.join(["python", "docs/behaviour.py", *sys.argv[1:]])
    write(made, asked.to, commit=commit(), command=command, priors=PRIORS.read_text("utf-8"))


if __name__ == "__main__":
    main()
