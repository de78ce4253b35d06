"""Make ``docs/textbook.md`` and its pictures: ``python docs/textbook.py``, some minutes.

Every file in ``scenarios/limits`` is run and judged; what it must give and what it gave go into a table. In the
pictures dots are runs of these files at other values, lines are the formulas that they are compared with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import brentq
from scipy.stats import poisson

import trustsim as ts
from trustsim.analysis.checked import Checked, Evidence
from trustsim.experiment.study import Study
from trustsim.report.pictures import figures, look
from trustsim.report.tables.evidence_tables import expected, observed, what_of

ROOT = Path(__file__).resolve().parent.parent
LIMITS, PICTURES = ROOT / "scenarios/limits", ROOT / "docs/pictures"
HEAD = """# The textbook inside

With every mechanism off but one, the model is the textbook. Each file in [`scenarios/limits`](../scenarios/limits)
is an ordinary scenario: the same networks, edge events, ledger and draws as any other. Nothing is computed beside the
model; where a limit is a fixed point the run has to get there. Edit a file, say a threshold, a degree or a capital,
and it gives the answer of the theory at that value.

```console
$ trustsim evidence scenarios/limits/T-01-granovetter.yaml --quiet
```

Made by `python docs/textbook.py` from the results; do not edit. In the pictures dots are runs of these files at other
values, with 95 % intervals where they are wider than the dots, and lines are the formulas.
"""
DRAWN: dict[str, Callable[[Any], None]] = {}
Floats = np.ndarray[Any, np.dtype[np.float64]]


def drawn(name: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Enter a picture under the id of the file that it belongs to; it draws on axes."""

    def enter(draw: Callable[[Any], None]) -> Callable[[Any], None]:
        DRAWN[name] = draw
        return draw

    return enter


def at(file: str, values: Mapping[str, Any], replications: int) -> Study:
    """Run a limit file with other values, by path, under one variant."""
    (found,) = LIMITS.glob(f"{file}*.yaml")
    overrides = {**values, "variants": {"one": []}, "expect": []}
    return ts.run(ts.load(found, overrides=overrides), replications=replications, progress=None)


def means(file: str, path: str, values: Sequence[Any], outcome: str, replications: int, **beside: Any) -> Floats:
    """Return float64 (3, values): mean of an outcome at each value of one parameter, with its 95 % interval."""
    columns = []
    for value in values:
        x = at(file, {path: value, **beside}, replications).outcomes[outcome][:, 0]
        x = x[~np.isnan(x)]
        near = 1.96 * x.std(ddof=1) / np.sqrt(len(x)) if len(x) > 1 else 0.0
        columns.append((x.mean(), x.mean() - near, x.mean() + near) if len(x) else (np.nan,) * 3)
    return np.array(columns).T


def dots(ax: Any, x: Sequence[float], found: Floats, colour: int = 0, label: str | None = None) -> None:
    """Draw means with their intervals."""
    low, high = found[0] - found[1], found[2] - found[0]
    ax.errorbar(x, found[0], yerr=np.abs([low, high]), fmt="o", ms=4, lw=1, color=look.COLOURS[colour], label=label)


@drawn("T-10")
def cascade_window(ax: Any) -> None:
    """Share of worlds with a global cascade against the mean degree."""
    degrees = [0.5, 1, 1.5, 2, 3, 4, 5, 5.5, 6, 7]
    departed = [at("T-10", {"network.mean_degree": z}, 100).outcomes["departed"][:, 0] for z in degrees]
    share = np.array([(x > 1000).mean() for x in departed])
    near = 1.96 * np.sqrt(share * (1 - share) / 100)
    edges = [brentq(lambda z: z * poisson.cdf(3, z) - 1, *ends) for ends in ((0.5, 2), (4, 8))]
    ax.axvspan(*edges, color=look.GRID, alpha=0.5, lw=0, label="cascade condition")
    dots(ax, degrees, np.array([share, share - near, share + near]), label="runs")
    ax.set(xlabel="mean degree z", ylabel="share of worlds with a global cascade", ylim=(-0.03, 1.03))


@drawn("T-39")
def bifurcation(ax: Any) -> None:
    """Where the share out settles, from all in and from all out, against the intensity."""
    grid, m = np.linspace(0.5, 2, 200), np.linspace(-0.9999, 0.9999, 4001)
    with np.errstate(divide="ignore", invalid="ignore"):
        ax.plot(np.arctanh(m) / m, (1 + m) / 2, color=look.BASELINE, lw=1.2, label="m = tanh(βJm)")
    ax.plot(grid, np.full(200, 0.5), color=look.BASELINE, lw=1.2)
    values = [0.6, 0.8, 1.1, 1.2, 1.35, 1.5, 1.75, 2]
    for k, (members, label) in enumerate((("100 %", "from all in"), ("0 %", "from all out"))):
        found = means(
            "T-39", "mechanisms.interaction.intensity", values, "out_share", 5, **{"investors.members": members}
        )
        dots(ax, values, found, k, label)
    ax.set(xlabel="β J", ylabel="share out", xlim=(0.5, 2.05), ylim=(-0.03, 1.03))


@drawn("T-03")
def bank_run(ax: Any) -> None:
    """What a client gets, against the share of others who leave early."""
    share = np.linspace(0, 0.999, 400)
    late = np.where(share < 1 / 1.28, 2 * (1 - 1.28 * share) / (1 - share), 0.0)
    ax.plot(share, late, color=look.BASELINE, lw=1.2, label="waiting, by the formula")
    ax.plot(share, np.where(share < 1 / 1.28, 1.28, 1 / np.maximum(share, 0.01)), color=look.BASELINE, lw=1.2, ls="--",
            label="leaving, on average")  # fmt: skip
    ax.axvline(0.5625, color=look.GRID, lw=1)
    values = [0.05, 0.15, 0.25, 0.35, 0.45, 0.55]
    for k, outcome in enumerate(("late_payoff", "early_payoff")):
        found = [
            at("T-03", {"mechanisms.best_response.impatient": x}, 2).outcomes[outcome][:, 0].mean() for x in values
        ]
        ax.plot(values, found, "o", ms=4, color=look.COLOURS[k], label=outcome.replace("_", " ") + ", runs")
    ax.set(xlabel="share who leave early", ylabel="paid for 1", ylim=(0, 2.1))


@drawn("T-16")
def bass_curve(ax: Any) -> None:
    """Share of all accounts that are open, over time."""
    study = at("T-16", {"investors.count": 20000}, 3)
    days = np.arange(study.series["open"].shape[1]) * study.scenario.step
    decay = np.exp(-0.41 * days)
    for k in range(3):
        ax.plot(days, study.series["open"][k, :, 0, -1], color=look.COLOURS[0], lw=1, label="" if k else "three runs")
    ax.plot(days, (1 - decay) / (1 + 0.38 / 0.03 * decay), color=look.BASELINE, lw=1.2, ls="--", label="F(t)")
    ax.set(xlabel="day", ylabel="share who have joined")


@drawn("T-18-outbreak")
def final_size(ax: Any) -> None:
    """How many an outbreak reaches, against R0."""
    grid = np.linspace(0.6, 4, 200)
    size = [brentq(lambda r, x=x: r - 1 + np.exp(-x * r), 1e-6, 1) if x > 1.001 else 0.0 for x in grid]
    ax.plot(grid, size, color=look.BASELINE, lw=1.2, label="r = 1 − exp(−R0 r)")
    values = [1.2, 1.5, 2, 2.5, 3, 3.5]
    dots(
        ax,
        values,
        means("T-18-outbreak", "network.mean_degree", [x / 0.3 for x in values], "outbreak_size", 20),
        label="runs",
    )
    ax.set(xlabel="R0 = z T", ylabel="share reached, given an outbreak", ylim=(-0.03, 1.03))


@drawn("T-22")
def peak_of_a_run(ax: Any) -> None:
    """Largest share out at once, against the time away."""
    grid = np.linspace(0, 6, 200)
    ax.plot(grid, np.tanh(grid / 4), color=look.BASELINE, lw=1.2, label="tanh(βτ / 4)")
    values = [0.5, 1, 2, 3, 4, 5]
    small = {"investors.count": 10000, "shocks.0.infectiousness": 0.0001, "shocks.0.seeds": "1 %"}
    dots(ax, values, means("T-22", "mechanisms.reentry.after", [f"{x} d" for x in values], "peak_out", 5, **small),
         label="runs")  # fmt: skip
    ax.set(xlabel="β τ", ylabel="largest share out at once", ylim=(0, 1))


@drawn("T-34")
def contagion_window(ax: Any) -> None:
    """Share of worlds in which more than a twentieth of the banks fail, and how many do, against links."""
    edges = [brentq(lambda z: z * poisson.cdf(3, z) - 1, *ends) for ends in ((0.5, 2), (4, 8))]
    ax.axvspan(*edges, color=look.GRID, alpha=0.5, lw=0, label="first-order window")
    values = [0.5, 1, 1.5, 2, 3, 4, 5, 6, 7]
    failed = [at("T-34", {"mechanisms.obligations.links": z}, 40).outcomes["failed_platforms"][:, 0] for z in values]
    share = np.array([(x > 50).mean() for x in failed])
    near = 1.96 * np.sqrt(share * (1 - share) / 40)
    dots(ax, values, np.array([share, share - near, share + near]), label="contagion, share of worlds")
    ax.plot(values, [x[x > 50].mean() / 1000 if (x > 50).any() else np.nan for x in failed], "s", ms=4,
            color=look.COLOURS[1], label="share of banks, given contagion")  # fmt: skip
    ax.set(xlabel="links z", ylabel="share", ylim=(-0.03, 1.03))


def page(found: Evidence) -> str:
    """Return the page: every file with what it must give and what it gave."""
    return "\n".join([HEAD, *(line for each in found.checked for line in _section(each))])


def _section(each: Checked) -> Iterator[str]:
    scenario, name = each.study.scenario, Path(each.file).name
    yield f"## {scenario.title}\n\n{scenario.description}\n"
    for key in DRAWN:
        if name.startswith(key):
            yield f"![{(DRAWN[key].__doc__ or '').rstrip('.')}](pictures/{key}.png)\n"
    yield f"[`{name}`](../scenarios/limits/{name}), {len(each.study.replications)} worlds\n"
    yield "| | what | to hit | found [95 %] | |\n|---|---|---|---|---|"
    for one in each.findings:
        e = one.expectation
        cells = (
            e.id,
            what_of(e, scenario.baseline),
            expected(one, scenario.currency),
            observed(one, scenario.currency),
            one.verdict,
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    sources = (part for one in each.findings for part in one.expectation.source.split("; "))
    yield f"\nSource: {'; '.join(dict.fromkeys(sources))}\n"


def main() -> None:
    """Draw the pictures named on the command line (all of them without a name), then write the page."""
    PICTURES.mkdir(exist_ok=True)
    for name in sys.argv[1:] or DRAWN:
        with figures.style():
            ax = figures.new_axes(6.0, 3.4)
            DRAWN[name](ax)
            ax.legend(frameon=False)
            figures.quiet(ax)
            ax.get_figure(root=True).savefig(PICTURES / f"{name}.png", dpi=90, facecolor="white")
    found = ts.evidence(LIMITS, out=ROOT / "evidence-run")
    (ROOT / "docs/textbook.md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
