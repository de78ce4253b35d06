# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Reach or rule: what makes a run spread from neighbour to neighbour?
#
# A few clients leave their bank, and others see it. Does it matter more how far people see, or how many they must see
# leave? Elias (2025, doi:10.1007/s11403-025-00452-4) built a model for this question. Here his model runs beside ours:
# first alone, against his own figures; then both on the same network; then our behaviour gets the question.
#
# **Seen**: the abstract; the replication code (repository `celias456/bank_run`: `model.py`,
# `threshold_model_functions.py`, `banking_model_functions.py`, the titles in `plots.ipynb`, and the one table that
# `analysis.ipynb` prints, from 1,000 runs of the file `4.csv`). **Not seen**: the article's text and its tables. That
# `4.csv` is the first of four rules, with social shifting, a reach of 10 and mortgages, follows from the titles. The
# code below was written anew from what his does.
#
# ## 1. His model in a page
#
# A thousand households stand on a square of side 316 that has no edge. Household $i$ knows those within its reach,
# $K_i = \{j : 0 < |x_i - x_j| \le r\}$; with $r = 10$ that is 3 others on average, with $r = 30$ it is 28. First 25
# leave. Every month those follow who have seen enough:
#
# - *one*: as soon as one of $K_i$ has left; the first 25 are anybody;
# - *clustered*: the same, and the first 25 are neighbours;
# - *uniform*, *normal*: as soon as a share $\theta_i$ of $K_i$ has left, uniform on 1 to 99 %, or normal (50, 50) with
#   50 where that lies outside 0 to 100 %; the first 25 are those with the lowest $\theta_i$.
#
# With *shifting*, 50 of the thousand make one step each month. The bank keeps a tenth of its deposits $D$, lends the
# rest, $S = \max(0.9 D - L, 0)$, in loans of 100 (mortgages) or of 5; what is lent is spent, and is a deposit of a
# household drawn at random in the next month. Who has left takes out all there is, $W$ in a month. The bank is short
# of money, which ends the run, where
#
# $$0.1 D + S - \text{new loans} - W < 0.$$

# %%
# %matplotlib inline
from pathlib import Path

import networkx as nx
import numpy as np
from scipy.spatial import cKDTree

import trustsim as ts

scenarios = next(place for place in (Path("scenarios"), Path("../scenarios")) if place.exists())
SIDE, N, FIRST = 316, 1000, 25
STEPS = np.array([(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if x or y])
RULES = ("one", "clustered", "uniform", "normal")


def pairs(place, reach):
    """Return int (pairs, 2): who knows whom, each pair once; nobody knows those at the same spot."""
    near = cKDTree(place, boxsize=SIDE).query_pairs(reach, output_type="ndarray")
    return near[(place[near[:, 0]] != place[near[:, 1]]).any(axis=1)]


def seen(links, who):
    """Return float64 (households,): how many of those whom each knows are among *who*."""
    a, b = links.T
    return np.bincount(a, who[b], N) + np.bincount(b, who[a], N)


def start(rng, rule, place, reach):
    """Return what share, in %, each must see leave (0: one household is enough), and who leaves first."""
    need = np.zeros(N)
    if rule == "uniform":
        need = rng.integers(1, 100, N).astype(float)
    elif rule == "normal":
        need = np.round(1 + rng.normal(50, 50, N))
        need[(need < 0) | (need > 100)] = 50
    if rule == "one":
        first = rng.choice(N, FIRST, replace=False)
    elif rule == "clustered":  # from one household to those near it, and on, until there are enough
        group, near = np.arange(N) == rng.integers(N), pairs(place, reach + 10)
        while group.sum() < FIRST:
            more = group | (seen(near, group) > 0)
            group = more if (more != group).any() else group | (np.arange(N) == rng.choice(np.flatnonzero(~group)))
        first = rng.choice(np.flatnonzero(group), FIRST, replace=False)
    else:
        first = np.argsort(need, kind="stable")[:FIRST]
    return need, np.isin(np.arange(N), first)


def follow(out, need, links):
    """Return bool (households,): who is out a month later."""
    exposed, known = seen(links, out), seen(links, np.ones(N))
    share = np.where(known > 0, np.round(100 * exposed / np.maximum(known, 1), 1), 100 * out.mean())
    return out | np.where(need > 0, share >= need, exposed >= 1)


def elias(seed, rule="one", reach=10, shifting=False, loan=100, default=False, refilled=True):
    """Return the month in which the bank is short of money (0: in none of 120) and the share that has left."""
    rng = np.random.default_rng([2025, seed])
    place = rng.integers(0, SIDE, (N, 2))
    links, (need, out) = pairs(place, reach), start(rng, rule, place, reach)
    rate, months = 0.05 / 12, {100: 300, 5: 36}[loan]
    cost = loan * rate / (1 - (1 + rate) ** -months)
    income = 350 + rng.exponential(650, N)
    able = 0.5 * income / income.mean() >= cost  # who may borrow; incomes are 1 on average
    saved, owed, sold = np.where(rng.permutation(N) < 100, 10.0, 0.0), np.zeros(N), np.zeros(N)
    for month in range(1, 121):
        if month > 1:
            saved, owed = saved * (1 + 0.02 / 12) + sold, np.maximum(owed * (1 + rate) - cost, 0) * (owed > 0)
        if default and month == 12 and owed.any():
            owed[rng.choice(np.flatnonzero(owed), round(0.01 * np.count_nonzero(owed)), replace=False)] = 0
        cash = saved.sum() - owed.sum()
        kept = 0.1 * saved.sum()
        supply, may = max(round(cash - kept), 0), np.flatnonzero(able & (owed == 0))
        new = rng.choice(may, min(supply // loan, len(may)), replace=False)
        sold = np.zeros(N)
        owed[new], sold[rng.integers(0, N, len(new))] = loan, loan
        if month == 1:
            continue
        asks = out & (saved > 0)
        left = (kept + supply if refilled else cash) - loan * len(new) - saved[asks].sum()
        saved[asks] = sold[asks] = 0
        if shifting:
            who = rng.choice(N, 50, replace=False)
            to = place[who] + STEPS[rng.integers(0, 8, 50)]
            place[who] = np.where((to < 0) | (to >= SIDE), place[who], to)
            links = pairs(place, reach)
        out = follow(out, need, links)
        if round(left, 1) < 0:
            return month, out.mean()
    return 0, out.mean()


def many(runs, **changed):
    """Return float64 (runs,) twice: the months, and the shares that have left."""
    return np.array([elias(seed, **changed) for seed in range(runs)]).T


# %% [markdown]
# ## 2. His figures, and his model run here

# %%
month, share = many(300, shifting=True)
short, gone = month > 0, 100 * share
rows = (
    ("bank short of money, % of runs", 97.7, 100 * short.mean(), 100 * short.std() / len(short) ** 0.5),
    ("have left, %, mean", 31.42, gone.mean(), gone.std() / len(gone) ** 0.5),
    ("have left, %, median", 24.7, np.median(gone), np.nan),
    ("have left, %, s.d.", 18.3, gone.std(), np.nan),
    ("month, mean", 11.76, month[short].mean(), month[short].std() / short.sum() ** 0.5),
    ("month, median", 4.0, np.median(month[short]), np.nan),
    ("month, s.d.", 21.03, month[short].std(), np.nan),
)
for name, published, here, error in rows:
    print(f"{name:32s} published {published:6.2f}   here {here:6.2f}" + (f" ± {1.96 * error:.2f}" if error > 0 else ""))
assert abs(100 * short.mean() - 97.7) < 4
assert abs(gone.mean() - 31.42) < 6
assert abs(np.median(gone) - 24.7) < 5
assert abs(np.median(month[short]) - 4) <= 1

# %% [markdown]
# Half of the banks that fail do so within the first months, while the first cluster around each of the 25 empties; the
# others wait years until somebody steps from one cluster into the next. That is why the mean and the median of the
# month are so far apart, here as there. His figures come out again, but for a little: in 4,000 runs of this code the
# bank is short in 96.2 % ± 0.6, and 33.6 % ± 0.6 leave, 1.5 points less and 2.2 more than he prints. That is more than
# the chance of his 1,000 runs explains; the reason was not found (of `banking_model_functions.py` two versions are
# stored, and one could be read).
#
# The abstract says what matters most: *the type of threshold mechanism, the degree of social reach, the incidence of
# social shifting, and the size of loans*. One thing is changed at a time (he also tries borrowers who default in month
# 12, which is not in that list):

# %%
changes = {
    "as above, no shifting": {},
    "reach 30": {"reach": 30},
    "shifting": {"shifting": True},
    "small loans": {"loan": 5},
    "defaults": {"default": True},
}
ended = {(rule, name): many(30, rule=rule, **changed) for rule in RULES for name, changed in changes.items()}
failed = {which: 100 * (month > 0).mean() for which, (month, _) in ended.items()}
ax = ts.plots.axes("bank short of money, % of 30 runs", "")
for y, rule in enumerate(RULES):
    for k, name in enumerate(changes):
        at = y + 0.16 * (2 - k)
        ax.plot([0, failed[rule, name]], [at, at], color="#c9ced6", lw=1)
        colour = ("#1f2328", "#0072b2", "#d55e00", "#009e73", "#8250df")[k]
        ax.plot(failed[rule, name], at, "o", color=colour, label=name if y == 0 else None)
ax.set_yticks(range(4), RULES)
ax.set(xlim=(-2, 102))
ax.legend(frameon=False, loc="upper right")
ax

# %%
plain = {rule: failed[rule, "as above, no shifting"] for rule in RULES}
effects = {name: [failed[rule, name] - plain[rule] for rule in RULES] for name in list(changes)[1:]}
print("rule:", ", ".join(f"{rule} {plain[rule]:.0f} %" for rule in RULES))
for name, points in effects.items():
    print(f"{name:12s}", ", ".join(f"{rule} {x:+.0f}" for rule, x in zip(RULES, points, strict=True)), "points")
size = {name: np.abs(points).mean() for name, points in effects.items()}
assert plain["one"] > 55
assert max(plain["clustered"], plain["uniform"], plain["normal"]) < 20
assert size["reach 30"] > size["small loans"] > size["shifting"] > size["defaults"]
assert plain["one"] - plain["uniform"] > size["reach 30"]
assert min(failed["one", "reach 30"], failed["clustered", "reach 30"]) > 95
assert max(failed["uniform", "reach 30"], failed["normal", "reach 30"]) < 10
near, far = (ended["normal", name][1].mean() for name in ("as above, no shifting", "reach 30"))
print(f"rule normal: {near:.1%} leave with a reach of 10, {far:.1%} with one of 30")
assert far < 0.7 * near

# %% [markdown]
# The statement holds: the rule first, reach next, then the size of loans and shifting, and defaults, which are not in
# the list, not at all. And it hides what is best in his model: **what reach does depends on the rule**. Where one
# leaver is enough, who sees further sees one sooner: all banks fail. Where a share must leave, reach does not harm the
# bank: who sees further has more around him who stay, too, and with thresholds that are normal half as many leave. How
# a contact counts, as one of a number or as a share, is not a detail.
#
# ## 3. Both codes on one network
#
# Our model has his rules too, as [thresholds](../docs/mechanisms.md#threshold). On his networks, with the same
# households first, the same people must leave in the same order, household by household. (Those who know nobody look at
# all others in his model, and at nobody in ours; they are left out.)


# %%
def world(seed, rule):
    """Return who knows whom, what each must see, and who leaves first, on one of his networks with a reach of 10."""
    rng = np.random.default_rng([31, seed])
    place = rng.integers(0, SIDE, (N, 2))
    links, (need, out) = pairs(place, 10), start(rng, rule, place, 10)
    return links, np.where(seen(links, np.ones(N)) > 0, need, 101.0), out  # 101: has nobody to look at


def theirs(links, need, out):
    """Return bool (months, households): who is out, until nobody follows any more."""
    months = [out]
    while len(months) == 1 or (months[-1] != months[-2]).any():
        months.append(follow(months[-1], need, links))
    return np.array(months)


def ours(links, need, out, **changed):
    """Return our model, run with the same network and thresholds, and the number that each household has in it."""
    order = np.argsort(~out, kind="stable")  # the first to leave have the first numbers
    number, known = np.argsort(order), seen(links, np.ones(N))
    shares = np.round(100 * np.arange(40) / np.maximum(known, 1)[:, None], 1)  # of those known, if 0, 1, … have left
    counts = np.where(need > 100, N, np.where(need > 0, (shares >= need[:, None]).argmax(axis=1), 1))
    counts[out] = 0
    graph = nx.Graph()
    graph.add_nodes_from(range(N))
    graph.add_edges_from(number[links].tolist())
    rules = {"rule": "list", "own": ", ".join(map(str, counts[order]))}
    told = {"horizon": "60 d", "investors.count": N, "expect": [], "mechanisms.threshold": rules, **changed}
    scenario = ts.load(scenarios / "limits/T-base.yaml", overrides=told)
    model = ts.TrustCrisisModel(scenario, "nothing", rng=0, network=graph, investors_as_agents=True)
    while model.running:
        model.step()
    return model, number


worlds = [(rule, seed, world(seed, rule)) for rule in ("one", "uniform") for seed in range(3)]
for rule, seed, told in worlds:
    months, (model, number) = theirs(*told), ours(*told)
    people = {agent.index: agent.has_run for agent in model.agents if hasattr(agent, "has_run")}
    left = np.array([people[k] for k in number])
    days = np.cumsum(N * model.series("runners")[1:, 0, 0])  # a day of our model is a month of his
    print(f"{rule:8s} network {seed}: {months[-1].sum()} are out at the end in his model, {left.sum()} in ours")
    assert (months[-1] == left).all()
    assert np.allclose(days[: len(months)], months.sum(axis=1)[: len(days)])

# %% [markdown]
# The same households to the last one, and in the same month. What differs is the **bank**. In his code the tenth that
# must be kept is taken from the deposits of the month, whatever was paid out before: where the cash falls short of it,
# it is there again a month later. So only a month with many leavers breaks his bank. In our model cash is what is left
# of it. Give all the same balance, a tenth of it held in cash, and no way to sell the rest:

# %%
bank = {
    "platforms": [
        {"name": "Harbour", "liquid_share": "10 %", "locked_share": "0 %", "payout_lag": "0 d", "patience": "0 d"}
        | {"sale_limit": "0 %", "default_rate": "0 %", "promised_yield": "0 %"}
    ],
    "investors.segments": [{"name": "all", "attention": "100 %", "wealth": 1000, "invested": "100 %"}],
}
for rule, seed, told in worlds:
    gone = theirs(*told).sum(axis=1)
    breaks = (np.diff(gone, prepend=0) > 0.1 * (N - np.append(0, gone[:-1]))).any()
    fails = (ours(*told, **bank)[0].series("status")[:, 0, 0] == 3).any()
    print(f"{rule:8s} network {seed}: {gone[-1] / N:.0%} leave; his bank {'breaks' if breaks else 'stands'}, "
          f"ours {'fails' if fails else 'stands'}")  # fmt: skip
    assert not breaks
    assert fails == (gone[-1] > 0.1 * N)

# %% [markdown]
# And if the cash of his own bank were what is left of it, deposits less loans?

# %%
refilled, stock = (100 * (many(200, refilled=kind)[0] > 0).mean() for kind in (True, False))
print(f"bank short of money, rule one: {refilled:.0f} % of runs with cash that comes back, {stock:.0f} % without")
assert stock > refilled + 10

# %% [markdown]
# Slow runs count, then: a bank that loses a little each month is as dead in the end.
#
# ## 4. The question to our behaviour
#
# Our clients have no threshold. They expect others to leave by whom they have seen leave, d co-clients of whom n have
# left counting (n / d) · (d / 4.1)^(1 − γ): a share for γ = 1, a number for γ = 0. From three diffusion networks
# [γ is estimated](../docs/social.md) at 0.6, between his two kinds of rule. First his story: a third are told of a
# loss, and leave; the others are told nothing, and see what those they know do. The platform has little cash.

# %%
GAMMA = {"number, γ = 0": 0.0, "as estimated, γ = 0.6": 0.6, "share, γ = 1": 1.0}
REACH = (3, 28)
LITTLE = {"platforms.0.liquid_share": "15 %", "platforms.0.equity": "6 %"}


def ask(file, degree, gamma, outcome, worlds=150, **changed):
    """Return float64 (worlds,): the outcome of the file's first variant with so many links, and this γ."""
    told = {"network": {"kind": "poisson", "mean_degree": degree}, "mechanisms.herding.degree_exponent": gamma}
    scenario = ts.load(scenarios / "evidence" / file, overrides={**told, "expect": [], **changed})
    study = ts.run(scenario, variants=[scenario.variants[0].name], replications=worlds, workers=1, progress=None)
    return study.outcomes[outcome][:, 0]


others = {
    (name, reach): 100 * ask("P-24.yaml", reach, gamma, "left_by_group[others]", **LITTLE)
    for name, gamma in GAMMA.items()
    for reach in REACH
}
by_reach = {name: others[name, 28] - others[name, 3] for name in GAMMA}
for name, points in by_reach.items():
    error = 1.96 * points.std(ddof=1) / len(points) ** 0.5
    few, lots = others[name, 3].mean(), others[name, 28].mean()
    print(f"{name:22s} of the others leave {few:.2f} % with 3 links, {lots:.2f} % with 28: "
          f"{points.mean():+.2f} ± {error:.2f} points")  # fmt: skip
spread = by_reach["number, γ = 0"] - by_reach["share, γ = 1"]
assert spread.mean() > 1.96 * spread.std(ddof=1) / len(spread) ** 0.5
assert by_reach["number, γ = 0"].mean() > 0.1
assert by_reach["share, γ = 1"].mean() < by_reach["as estimated, γ = 0.6"].mean() < -0.1
assert max(left.mean() for left in others.values()) < 5

# %% [markdown]
# The same: with more reach more leave where heads are counted, and fewer where shares are. But look at the size: few
# follow at all. In his model one leaver is followed by all within reach, for good; in ours a leaver is a hint of what
# others may do, which fades, and is one among all that is known of the platform.
#
# Where our model is contagious is in what people *tell* each other. A rumour begins with one in forty, and goes from
# neighbour to neighbour:

# %%
STORY = {"shocks": [{"kind": "rumour", "platform": "A", "day": 5, "seeds": "2.5 %", "risk": 3.5, "fear": 2}]}
STORY["variants"] = {"nothing": []}
degrees = (3, 6, 12, 28)
asked = {
    name: [100 * ask("base-rumour.yaml", degree, gamma, "excess_withdrawn", 100, **STORY).mean() for degree in degrees]
    for name, gamma in GAMMA.items()
}
ax = ts.plots.axes("links of a client", "money asked for beyond calm, %")
for (name, values), colour in zip(asked.items(), ("#d55e00", "#1f2328", "#0072b2"), strict=True):
    ax.plot(degrees, values, "o-", color=colour, label=name)
ax.set(xticks=degrees, ylim=(0, 100))
ax.legend(frameon=False)
ax

# %%
for name, values in asked.items():
    print(
        f"{name:22s}",
        ", ".join(f"{degree} links: {value:.0f} %" for degree, value in zip(degrees, values, strict=True)),
    )
reach_effect = [values[-1] - values[0] for values in asked.values()]
rule_effect = abs(asked["number, γ = 0"][-1] - asked["share, γ = 1"][-1])
assert min(reach_effect) > 10
assert min(reach_effect) > rule_effect > 0

# %% [markdown]
# Here the order is turned round: reach first, whatever the rule, and the rule second. Links carry two things, news and
# the sight of others; more links always carry more news.
#
# ## What was found
#
# | question | published | his model, run here | ours | agree? |
# |---|---|---|---|---|
# | Bank short of money (*one*, shifting)? | 97.7 % | 96.2 % ± 0.6 | – | nearly |
# | What matters most? | rule, reach, shifting, loans | rule, reach, loans, shifting | reach, rule | no |
# | Does reach make runs likelier? | – | *one* yes, shares no | numbers yes, shares the reverse | sign yes, size no |
# | Who leaves, rule and network given? | – | the same households | the same households | exactly |
# | Does a slow run break the bank? | – | no: kept cash comes back | yes: cash is a stock | no |
#
# ## Exercise
#
# His households forget nothing and nobody comes back. With rule *one* and a reach of 10, half of the households never
# hear. From what reach on do nearly all of them leave, and why there?
#
# <details><summary>Solution</summary>
#
# ```python
# reaches = (8, 10, 12, 14, 16)
# ends = []
# for reach in reaches:
#     rng = np.random.default_rng(0)
#     place = rng.integers(0, SIDE, (N, 2))
#     links, (need, out) = pairs(place, reach), start(rng, "one", place, reach)
#     for _ in range(200):
#         out = follow(out, need, links)
#     ends.append(out.mean())
#     print(f"reach {reach}: know {seen(links, np.ones(N)).mean():.1f} others, {out.mean():.0%} leave in the end")
# assert ends[0] < 0.5
# assert ends[-1] > 0.9
# ```
#
# Below some reach a run stays in the clusters in which it began. Discs on a plane hang together once everybody knows
# 4.5 others on average (**recalled**), here from a reach of 12 on. A reach of 10 is just below, so much hangs on
# shifting.
#
# </details>
