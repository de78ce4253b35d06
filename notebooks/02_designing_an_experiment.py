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
# # Designing an experiment: how many worlds are enough, and does the answer hold up elsewhere?
#
# A comparison in one setting answers one question in one setting. Before you believe it, ask three more: would more
# worlds change it, would other values of what you do not know change it, and which of these values matter most?

# %%
import tempfile
from pathlib import Path

import trustsim as ts

folder = next(place for place in (Path("scenarios"), Path("../scenarios")) if place.exists())
few = ["nothing", "prompt notice", "insured", "gate"]
small = {"investors.count": 300, "horizon": "60 d"}
scenario = ts.load(folder / "quickstart.yaml", overrides=small)

# %% [markdown]
# ## More worlds, and nothing computed twice
#
# With a folder, every run is kept as soon as it is finished. The second call runs only the worlds that are new; the
# third runs nothing. A study that is stopped half-way goes on in the same way.

# %%
place = tempfile.mkdtemp()
first = ts.compare(scenario, variants=few, replications=20, workers=1, progress=False, out=place, robustness=False)
more = ts.compare(scenario, variants=few, replications=80, workers=1, progress=False, out=place, robustness=False)
again = ts.compare(scenario, variants=few, replications=80, workers=1, progress=False, out=place, robustness=False)

# %%
panels = ts.plots.panels(2, width=9, height=2.6)
for ax, result, n in zip(panels, (first, more), (20, 80), strict=True):
    result.plot.differences("investor_loss", ax)
    ax.set_title(f"{n} worlds", loc="left", pad=18)
panels[1].tick_params(labelleft=False)
wide, narrow = (x.table("investor_loss").eval("difference_high - difference_low")[few[1:]] for x in (first, more))
assert 0.3 < (narrow / wide).mean() < 0.7
assert (again.study.outcomes["investor_loss"] == more.study.outcomes["investor_loss"]).all()
panels

# %% [markdown]
# Four times as many worlds make the interval about half as wide. `variance_reduction` says how many times more worlds
# you would need if the variants did not share them: pairing is the cheapest precision there is.

# %%
more.table("investor_loss")[["difference", "difference_low", "difference_high", "variance_reduction"]]

# %% [markdown]
# ## Other values of what you do not know
#
# How liquid is the platform, how large the theft, how strong is herding? Nobody knows before the crisis. A *sweep* asks
# the same question at many points; here a Latin hypercube of sixteen points over three ranges.

# %%
unknown = {
    "design": "lhs",
    "samples": 16,
    "platforms.Harbour.liquid_share": ["5 %", "25 %"],
    "mechanisms.herding.weight": [0, 8],
    "shocks.0.share": ["2 %", "15 %"],
}
swept = ts.load(folder / "quickstart.yaml", overrides={**small, "sweep": unknown})
found = ts.sweep(swept, variants=few, replications=10, workers=1, progress=False)
ts.plots.regret(found)

# %% [markdown]
# *Regret* is how much worse a variant is at a point than the best variant without harm there. Prompt notice has none at
# any point: by what is withdrawn, nothing that does no harm is better. But regret looks at one outcome, and what is
# best in that may do harm in another where you are. Where is prompt notice worse than doing nothing, or harms?

# %%
(box,) = found.fails["prompt notice"]
assert "share >" in box.conditions[0]
assert box.precision > 0.9
assert found.table().loc["prompt notice", "regret_max"] == 0
box

# %% [markdown]
# A box of conditions, the share of points in it (`support`), and in how many of these the statement is true
# (`precision`). Where more than about 11 % is stolen, prompt notice harms: more of the money that clients would have
# taken out in any case does not reach them. With sixteen points this is a hint, not a finding. And the gate?

# %%
found.fails["gate"]

# %% [markdown]
# No box. That does not say "no harm": the gate harms at fifteen of the sixteen points, for behind it people wait for
# their money, whatever it saves them. `harms` below names who harms where. It spares the one at which least is stolen;
# but a single point lies at the end of some range by chance as well, so no condition is told. `best` names who is best
# at a point and can be told from doing nothing there; with ten worlds a point that is often nobody.

# %%
points = found.points()
spared = ~points["harms"].str.contains("gate")
assert found.fails["gate"] == ()
assert list(points.index[spared]) == [points["shocks.0.share"].idxmin()]
assert (points["best"] == "nothing").mean() > 1 / 3
points[["platforms.Harbour.liquid_share", "shocks.0.share", "best", "harms"]].head()

# %% [markdown]
# ## Which of them matters?
#
# Morris' method moves one parameter at a time from many starting points. `mu_star` is the mean size of what that does
# to the outcome; `sigma` says how much it depends on the other parameters.

# %%
ranges = {path: bounds for path, bounds in unknown.items() if "." in path}
effects = ts.sensitivity(
    scenario, ranges, method="morris", samples=6, outcome="investor_loss", replications=10, workers=1, progress=False
)
ts.plots.index_bars(effects)

# %% [markdown]
# The level of a loss can depend on other things than the *difference* that a remedy makes. Ask for the difference.

# %%
gain = ts.sensitivity(
    scenario, ranges, method="morris", samples=6, outcome="investor_loss", variant="insured", paired=True,
    replications=10, workers=1, progress=False,
)  # fmt: skip
order = ["shocks.0.share", "platforms.Harbour.liquid_share", "mechanisms.herding.weight"]
assert list(effects.to_frame().index) == list(gain.to_frame().index) == order
assert gain.to_frame().loc["shocks.0.share", "mu"] < 0
ts.plots.index_bars(gain)

# %% [markdown]
# Here both depend on the same: first on how much is stolen, then on the cash, and hardly on herding. The more is
# stolen, the more a guarantee spares.

# %% [markdown]
# ## Exercise
#
# Is a guarantee (`insured`) ever worse for investors than doing nothing, in these sixteen settings, by investor loss?
#
# <details><summary>Solution</summary>
#
# ```python
# by_loss = ts.sweep(
#     swept, variants=["nothing", "insured"], outcome="investor_loss", replications=10, workers=1, progress=False
# )
# worse = by_loss.values[:, 1] > by_loss.values[:, 0]
# print(f"worse at {worse.sum()} of {len(worse)} points:", by_loss.fails["insured"])
# assert worse.sum() <= 2
# assert (by_loss.values[worse, 0] < 1e-4).all()
# ```
#
# At one point of the sixteen, by less than a hundred-thousandth of what is owed: the one at which least is stolen, and
# next to nothing is lost at all. A mean of ten worlds does not tell that from chance.
#
# </details>
