"""Make ``docs/social.md`` and its picture: ``python docs/social.py ../shared/data``, some two minutes on one core.

The social term is estimated on three diffusion networks, which are read where they lie and are not part of the
repository; what it does in the model is measured on the quickstart.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from made.adopting import NAMES, Floats, Network, Periods, Posterior, fitted, logistic, periods_of, posterior, read
from made.crowded import BESIDE, DEGREES, EXPONENTS, KINDS, PEOPLE, WORLDS, alarmed_again, found, ran_beside
from made.held_out import RULES, gains
from trustsim.report.pictures import figures, look

ROOT = Path(__file__).resolve().parent.parent
PICTURE = "docs/pictures/social.png"
QUICKSTART = str(ROOT / "scenarios/quickstart.yaml")
FALSE_RUMOUR = str(ROOT / "scenarios/history/false_rumour_sound_bank.yaml")
TITLES = ("doctors, four towns", "women, 25 Korean villages", "farmers, 11 Brazilian communities")
GAMMAS = np.linspace(-0.5, 1.5, 81)
PARTS = 5  # of all who have some exposure, in which adoptions are shown
PAGE = """# Doing what contacts do

Made by `python docs/social.py FOLDER` from the data and from runs; do not edit. How much do people do what those
they know have done, and is it the share of them that counts, or their number? Here it is estimated on the three
networks of E-54, in which it is known who named whom and when each adopted something new.

## The estimate

Each person with contacts has a hazard of adopting in each period,

$$
\\operatorname{{logit}} h = a_{{\\text{{period}}}} +
\\beta\\, \\frac{{n}}{{d}} \\Big(\\frac{{d}}{{d_0}}\\Big)^{{1 - \\gamma}},
$$ (hazard)

with d the contacts named, n of them adopters of earlier periods, and d₀ = {usual:.1f} the mean of d. With γ = 1
their share counts, with γ = 0 their number; β is the weight of full exposure of somebody with d₀ contacts.

| network | people | adoptions | mean d | β, γ = 1 | β, γ = ½ | β, γ = ½, within communities |
|---|---|---|---|---|---|---|
{networks}

People are those with contacts; ± is one standard error. The last column compares people of the same community in the
same period alone, so that what a village has in common explains nothing; one person more in each period, at the mean
hazard, keeps hazards off zero.

**Together**, with one γ, and with weights of the networks that are normal around a mean (flat prior for γ; mean N(0,
2²); spread half-normal, 1; periods and weights integrated out by Laplace's method):

| | posterior mean | standard deviation | 95 % interval |
|---|---|---|---|
{together}

![Left: adoptions over those expected from the period alone rise with exposure among women and farmers, and hardly
among doctors. Right: the posterior of γ lies between number and share](pictures/social.png)

*Left: adoptions over those expected from the period alone, by exposure with γ = {gamma:.1f}: none, and fifths of the
rest, with 95 % intervals; lines: the fit. Right: density of γ from all three networks (shaded), and of each alone
under a flat prior.*

**What γ is depends on who is a contact.** The same posterior for other readings of who named whom:

| contacts | mean d | γ | mean weight |
|---|---|---|---|
{readings}

## Held out

Every community in turn is left out of the fit and then predicted: log score of {n_communities} communities less that
of no influence, so more is better. ± is a standard error over communities.

| rule | doctors | women | farmers | all |
|---|---|---|---|---|
{held_out}

So others count, by something between share and number, and for good: who adopted lately says less than who ever has.
So the model has two memories: departures fade, for adoption of seeds or contraception does not say how fast a run is
forgotten, and who ran counts until coming back (`out` of [herding](mechanisms.md)).

**What it is not.** People who know each other are alike and hear the same things; a hazard that rises with exposure
mixes that with what they do to each other. Half a century, months or years, and no money lie between these
networks and a run. And three networks hardly say how far the next one is off: that is the spread.

## In the model

A client's *co-clients* on a platform are the neighbours who hold an account there, or have held one. Departures and
alarms are counted among them alone, by d^−γ: `degree_exponent` and `usual_contacts` of the mechanisms [herding and
fear](mechanisms.md). By default both count with γ = 0.6, as estimated. In the choice to run others count by a logarithm
([the model](model.md)), so β above is no weight of it: what a full exposure does to a run was fitted to runs
(`choice.others`, `herding.weight`).

**More contacts.** The quickstart on Poisson networks with nothing done, {worlds} worlds of {people} investors, d₀ =
8: share of the money withdrawn beyond calm, % ± half a 95 % interval, and worlds in which the platform fails, %.

| mean degree | {exponents} |
|---|{rule}
{degrees}

The worlds are the same in all cells, so differences between them are surer than the levels, which hold how worlds
differ. Where alarms count by their number, a hundred contacts make much more of a run; with a share of both more
contacts change little. With γ = 0.6 a run grows slowly with contacts, and nothing tips over.

**The shape of the network**, at a mean degree of 10 (excess withdrawn, %):

| network | {exponents} |
|---|{rule}
{kinds}

**Platforms beside.** One struck platform beside others whose clients are no clients of it, but are known to them as
well (10 neighbours of each platform): share of its clients that ran, %. Neighbours who hold nothing here are in no
denominator.

| platforms beside | {beside_names} |
|---|{beside_rule}
| ran | {beside} |

**One alarm a person.** Who turns alarmed tells each neighbour once, and again only after calming down to half of the
threshold. Of the alarms of clients were not the first of that client: {again}. A rumour frightens whoever adopts it,
once (again after `forgetting`); which rumour an alarm is about is not kept.
"""


def estimates(network: Network, title: str, usual: float) -> str:
    """Return the row of a network."""
    data = periods_of(network)
    _, community = np.unique(data.community, return_inverse=True)
    n_cells = network.last * (int(community.max()) + 1)
    within = data._replace(period=community * network.last + data.period)
    fits = (
        fitted(data, data.exposure(1.0, usual), network.last), fitted(data, data.exposure(0.5, usual), network.last),
        fitted(within, within.exposure(0.5, usual), n_cells),
    )  # fmt: skip
    starts = data.period == 0
    cells = (title, f"{starts.sum():,}", str(int(data.adopts.sum())), f"{data.degree[starts].mean():.1f}")
    return "| " + " | ".join((*cells, *(f"{f.weight:.2f} ± {f.error:.2f}" for f in fits))) + " |"


def usual_of(data: list[Periods]) -> float:
    """Return the mean number of contacts of those who have any, all networks together."""
    return float(np.concatenate([each.degree[each.period == 0] for each in data]).mean())


def together(networks: list[Network]) -> tuple[Posterior, float]:
    """Return the posterior of all networks, and the usual number of contacts."""
    data = [periods_of(network) for network in networks]
    usual = usual_of(data)
    return posterior(data, [network.last for network in networks], usual, GAMMAS), usual


def summary(found: Posterior) -> str:
    """Return the rows of the posterior: γ, mean weight, spread."""
    rows = []
    for axis, (name, grid) in enumerate(
        (("γ", found.gamma), ("mean weight, log-odds", found.weight), ("spread between networks", found.spread))
    ):
        chance, mean, sd = found.of(axis)
        low, high = np.interp((0.025, 0.975), np.cumsum(chance), grid)
        rows.append(f"| {name} | {mean:.2f} | {sd:.2f} | {low:.2f} to {high:.2f} |")
    return "\n".join(rows)


def readings(networks: list[Network]) -> str:
    """Return the rows of the posterior by who counts as a contact."""
    rows = []
    for name, read_as in (
        ("those whom a person named", lambda x: x), ("those who named the person", np.transpose),
        ("either", lambda x: np.maximum(x, x.T)),
    ):  # fmt: skip
        found, usual = together([network._replace(names=read_as(network.names)) for network in networks])
        cells = (f"{mean:.2f} ± {sd:.2f}" for _, mean, sd in (found.of(0), found.of(1)))
        rows.append(f"| {name} | {usual:.1f} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def held_out(networks: list[Network], usual: float) -> str:
    """Return the rows of what rules gain in communities that the fit has not seen."""
    rows = []
    for rule in RULES:
        each = gains(networks, usual, rule)
        whole = np.concatenate(each)
        error = whole.std(ddof=1) * len(whole) ** 0.5
        cells = (*(f"{x.sum():+.1f}" for x in each), f"{whole.sum():+.1f} ± {error:.1f}")
        rows.append(f"| {rule.name} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _cell(pairs: list[tuple[float, float]]) -> str:
    (mean, half), (fails, _) = pairs
    return f"{mean:.1f} ± {half:.1f}, fails {fails:.0f}"


def in_the_model() -> dict[str, str]:
    """Return what the page says of runs of the model."""
    heads = [f"γ departures {a:g}, alarms {b:g}" for a, b in EXPONENTS]
    degrees = []
    for degree in DEGREES:
        network = {"kind": "poisson", "mean_degree": degree}
        degrees.append(" | ".join((f"| {degree}", *(_cell(found(QUICKSTART, network, g)) for g in EXPONENTS))) + " |")
    kinds = []
    for name, network in KINDS:
        cells = ("{:.1f} ± {:.1f}".format(*found(QUICKSTART, network, g)[0]) for g in EXPONENTS)
        kinds.append(" | ".join((f"| {name}", *cells)) + " |")
    ran = [100 * ran_beside(QUICKSTART, n) for n in BESIDE]
    again = [(QUICKSTART, "nothing", "the quickstart"), (QUICKSTART, "gate", "the quickstart with a gate"),
             (FALSE_RUMOUR, "silence", "the false rumour")]  # fmt: skip
    return {
        "exponents": " | ".join(heads), "rule": "---|" * len(heads), "degrees": "\n".join(degrees),
        "kinds": "\n".join(kinds), "beside_names": " | ".join(str(n) for n in BESIDE),
        "beside_rule": "---|" * len(BESIDE),
        "beside": " | ".join(f"{x.mean():.1f} ± {1.96 * x.std(ddof=1) / len(x) ** 0.5:.1f}" for x in ran),
        "again": ", ".join(f"{100 * alarmed_again(file, v):.1f} % in {name}" for file, v, name in again),
    }  # fmt: skip


def by_exposure(data: Periods, x: Floats, last: int) -> Floats:
    """Return float64 (parts, 5): mean exposure; adoptions over those expected of the period, 95 % interval, the fit.

    The parts: nobody adopted among the contacts; then PARTS of as many adoptions, or fewer where exposures are equal.
    """
    alone, fit = fitted(data, np.zeros(len(data.period)), last), fitted(data, x, last)
    expected = logistic(alone.periods[data.period])
    says = logistic(fit.periods[data.period] + fit.weight * x)
    edges = np.unique(np.quantile(x[(x > 0) & data.adopts], np.linspace(0, 1, PARTS + 1)[1:-1]))
    part = np.where(x > 0, 1 + np.searchsorted(edges, x), 0)
    rows = []
    for k in np.unique(part):
        n, e = data.adopts[part == k].sum(), expected[part == k].sum()
        half = np.exp(1.96 / np.sqrt(max(n, 1)))
        rows.append((x[part == k].mean(), n / e, n / e / half, n / e * half, says[part == k].sum() / e))
    return np.array(rows)


def draw(networks: list[Network], whole: Posterior, usual: float) -> None:
    """Draw adoptions by exposure, and the chances of γ."""
    with figures.style():
        import matplotlib.pyplot as plt

        figure, (left, right) = plt.subplots(1, 2, figsize=(8.2, 3.7), layout="constrained")
        for k, (network, title) in enumerate(zip(networks, TITLES, strict=True)):
            data, colour = periods_of(network), look.COLOURS[k]
            exposure = data.exposure(whole.of(0)[1], usual)
            x, ratio, low, high, says = by_exposure(data, exposure, network.last).T
            left.vlines(x + 0.012 * (k - 1), low, high, color=colour, alpha=0.4, lw=2.5)
            left.plot(x + 0.012 * (k - 1), ratio, look.MARKERS[k], color=colour, ms=5, label=title)
            left.plot(x, says, color=colour, lw=1)
            alone = posterior([data], [network.last], usual, GAMMAS).of(0)[0]
            right.plot(GAMMAS, alone / (GAMMAS[1] - GAMMAS[0]), color=colour, lw=1.2)
        chance = whole.of(0)[0] / (GAMMAS[1] - GAMMAS[0])
        right.fill_between(GAMMAS, chance, color=look.MUTED, alpha=0.25, lw=0)
        right.plot(GAMMAS, chance, color=look.INK, lw=1.5)
        for at, name in ((0, "number"), (1, "share")):
            right.axvline(at, color=look.GRID, lw=1, zorder=0)
            right.text(at, chance.max() * 1.04, name, ha="center", color=look.MUTED)
        left.axhline(1, color=look.BASELINE, lw=1, ls=":")
        left.set(yscale="log", xlabel="exposure to contacts who have adopted", ylabel="adoptions / expected")
        left.set_ylim(0.35, 6)
        left.set_yticks([0.5, 1, 2, 4], ["½", "1", "2", "4"])
        left.yaxis.minorticks_off()
        left.legend(frameon=False, fontsize=8, loc="upper left")
        right.set(xlabel="γ", ylabel="density", xlim=(-0.5, 1.5), ylim=(0, chance.max() * 1.12))
        figure.savefig(ROOT / PICTURE, dpi=90, facecolor="white")
        plt.close(figure)


def main(folder: Path) -> None:
    """Estimate, hold out, run, write."""
    networks = [read(folder, name) for name in NAMES]
    whole, usual = together(networks)
    draw(networks, whole, usual)
    page = PAGE.format(
        usual=usual, gamma=whole.of(0)[1], worlds=WORLDS, people=f"{PEOPLE:,}",
        networks="\n".join(estimates(*pair, usual) for pair in zip(networks, TITLES, strict=True)),
        together=summary(whole), readings=readings(networks), held_out=held_out(networks, usual),
        n_communities=sum(len(np.unique(network.community)) for network in networks), **in_the_model(),
    )  # fmt: skip
    (ROOT / "docs/social.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
