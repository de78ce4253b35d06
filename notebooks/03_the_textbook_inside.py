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
# # The textbook inside: if you switch everything off but one rule, do you get what the textbook says?
#
# A simulation with forty mechanisms can be made to show anything. So switch off all but one, and compare with what is
# known: five models, from thresholds to bank runs, all in the same program that runs the stories of the other
# notebooks. Every limit is a file in `scenarios/limits`; here we change their parameters and watch the answer move.

# %%
# %matplotlib inline
from pathlib import Path

import numpy as np

import trustsim as ts

limits = next(place for place in (Path("scenarios/limits"), Path("../scenarios/limits")) if place.exists())


def run(file, replications=20, **values):
    """Run the baseline of a limit file with other values, and return the study."""
    overrides = {**values, "variants": {"one": []}, "expect": []}
    return ts.run(ts.load(limits / file, overrides=overrides), replications=replications, workers=1, progress=None)


# %% [markdown]
# ## 1. Thresholds: why two crowds that are alike behave unlike (Granovetter 1978)
#
# A hundred people see each other. Each leaves once as many have left as his threshold says: one needs nobody, one
# needs one, one needs two, and so on. Then replace the single person whose threshold is one by one whose threshold is
# two.

# %%
ax = ts.plots.axes("day", "people who have left")
for name, own in (("0, 1, 2, …, 99", "0..99"), ("0, 2, 2, …, 99", "0, 2, 2..99")):
    study = run("T-01-granovetter.yaml", replications=1, **{"mechanisms.threshold.own": own})
    ax.plot(100 * np.cumsum(study.series["runners"][0, :, 0, -1]), label=f"thresholds {name}")
ax.legend(frameon=False)
ax

# %% [markdown]
# The mean threshold differs by one hundredth, the outcome by ninety-nine people. No survey of attitudes would have told
# the two crowds apart.
#
# ## 2. Cascades on networks: too few links, too many links (Watts 2002)
#
# Now people see only those they are linked to, and leave once 18 % of these have. One person begins. With few links
# nothing spreads because there is no way; with many links nothing spreads because one neighbour is too small a share.

# %%
degrees = [0.8, 1.5, 3, 5, 6.5]
small = {"investors.count": 2000}
departed = [run("T-10-watts.yaml", 40, **small, **{"network.mean_degree": z}).outcomes["departed"] for z in degrees]
ax = ts.plots.axes("mean number of links", "share of worlds with a global cascade")
ax.axvspan(1.02, 5.76, color="#d7dbdf", alpha=0.6)
ax.annotate("here theory has cascades", (3.4, 0.05), ha="center", color="#5f6770")
ax.plot(degrees, [(x > 200).mean() for x in departed], "o", color="#0072b2")
ax

# %% [markdown]
# The dots rise and fall where the theory says that they must. Between the two ends a crowd is *robust yet fragile*:
# most first movers are ignored, and now and then one takes everybody along.
#
# ## 3. A bank run (Diamond and Dybvig 1983)
#
# A hundred people have each paid 1 into a bank that invests it. Held to the end it pays 2; whoever leaves early is
# promised 1.28. A quarter of them need their money early. If you can wait, should you? It depends on what you expect
# of the others.

# %%
expected = np.linspace(0, 0.95, 20)
bank = [run("T-03-bank-run.yaml", 1, **{"mechanisms.best_response.expected": float(x)}) for x in expected]
ax = ts.plots.axes("share expected to leave", "people who leave")
ax.plot(expected, [study.outcomes["departed"][0, 0] for study in bank], "o")
ax.axvline((2 - 1.28) / (1.28 * (2 - 1)), color="#6e7781", ls="--", label="f* = (R − r1) / (r1 (R − 1))")
ax.legend(frameon=False)
ax

# %% [markdown]
# Left of the line the quarter leaves and nobody else; right of it everybody. Both are right to do so, given what they
# expect. The bank is as sound on the one side as on the other. Who gets what in the run?

# %%
in_a_run = bank[-1].outcomes
{name: float(in_a_run[f"paid_in[{name}]"][0, 0]) for name in ("full", "part", "none")}

# %% [markdown]
# 78 are paid in full, one gets what is left (0.16 of 1), 21 get nothing.

# %%
assert [round(float(in_a_run[f"paid_in[{name}]"][0, 0]), 2) for name in ("full", "part", "none")] == [78, 0.16, 21]

# %% [markdown]
#
# ## 4. A message that spreads (Kermack and McKendrick 1927)
#
# Whoever comes to believe a rumour tells it for a day, to each neighbour with the same chance. How many hear it in
# the end?

# %%
r0 = [0.8, 1.2, 1.5, 2, 3]
small = {"investors.count": 3000, "shocks.0.seeds": 0.001}
heard = [run("T-18-outbreak.yaml", 10, **small, **{"network.mean_degree": x / 0.3}).outcomes["believers"] for x in r0]
grid = np.linspace(0, 0.999, 200)
ax = ts.plots.axes("R0: people told by one", "share who hear it")
ax.plot(-np.log(1 - grid[1:]) / grid[1:], grid[1:], color="#6e7781", label="r = 1 − exp(−R0 r)")
for x, shares in zip(r0, heard, strict=True):
    ax.plot([x] * len(shares), shares[:, 0], "o", ms=4, color="#0072b2")
ax.set(xlim=(0.7, 3.1))
ax.legend(frameon=False)
ax

# %% [markdown]
# Below one a rumour dies among a few. Above one it still may, but if it does not, the share it reaches is known in
# advance.
#
# ## 5. Two answers to one question (Brock and Durlauf 2001)
#
# Everyone chooses every day whether to be in or out, and likes to do as the others do. Nothing else differs between
# the two rows of dots than where they began.

# %%
ax = ts.plots.axes("how much the others count (β J)", "share out in the end")
m = np.linspace(-0.999, 0.999, 400)
ax.plot(np.arctanh(m) / m, (1 + m) / 2, color="#6e7781", label="m = tanh(β J m)")
strength = [0.7, 0.9, 1.1, 1.3, 1.6, 2.0]
for members, name, marker in (("100 %", "all began in", "o"), ("0 %", "all began out", "x")):
    small = {"investors.count": 4000, "investors.members": members, "horizon": "80 d"}
    ends = [run("T-39-interactions.yaml", 2, **small, **{"mechanisms.interaction.intensity": b}) for b in strength]
    ax.plot(strength, [study.outcomes["out_share"].mean() for study in ends], marker, ms=8, label=name)
ax.set(xlim=(0.6, 2.1))
ax.legend(frameon=False)
ax

# %% [markdown]
# Up to one there is a single answer, and history does not matter. Beyond one there are two, and which of them you see
# says
# something about the past and nothing about the merits.
#
# ## Exercise
#
# Insurance is said to end bank runs at no cost. Give the bank of part 3 a guarantee of all deposits, let everyone
# expect that 95 % leave, and see who leaves and what the guarantee costs. Then cover half.
#
# <details><summary>Solution</summary>
#
# ```python
# cover = {"kind": "guarantee", "credibility": 1, "limit": 1e9, "cost": 0}
# insured = {f"{share} %": [{**cover, "cover": f"{share} %"}] for share in (0, 50, 100)}
# told = {"mechanisms.best_response.expected": 0.95, "variants": insured, "expect": []}
# told["outcomes"] = ["departed", "policy_cost"]
# study = ts.run(ts.load(limits / "T-03-bank-run.yaml", overrides=told), replications=1, workers=1, progress=None)
# for k, name in enumerate(study.variants):
#     print(name, study.outcomes["departed"][0, k], study.outcomes["policy_cost"][0, k])
# ```
#
# With full cover the quarter leaves and the guarantee pays nothing: it works by not being used. With half of it
# everybody runs as before, because whoever leaves in time loses nothing and whoever waits loses half.
#
# </details>
