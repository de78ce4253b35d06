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
# # Your first run: who leaves, and would telling people earlier have helped?
#
# A thief takes client money of the lending platform *Harbour*. The platform needs some days to find out, and takes more
# days to tell its clients. Some hear the news and leave; others see them leave. Does the run spread over the network of
# acquaintances, and what would have changed if the platform had told its clients at once?

# %%
# %matplotlib inline
from pathlib import Path

import numpy as np

import trustsim as ts

folder = next(place for place in (Path("scenarios"), Path("../scenarios")) if place.exists())
scenario = ts.load(folder / "quickstart.yaml", overrides={"investors.count": 400, "network.mean_degree": 6})
scenario.title, [variant.name for variant in scenario.variants]

# %% [markdown]
# The scenario is the quickstart with fewer people and fewer links, so that each person can be seen. `ts.compare` runs
# it in several *worlds*: other people, other links, other luck. Every variant meets the same worlds. (The first
# comparison on a machine compiles the kernels; that is once.)

# %%
few = ["nothing", "prompt notice", "insured"]
result = ts.compare(scenario, variants=few, replications=30, workers=1, progress=False)
result.table("investor_loss")[["level", "difference", "difference_low", "difference_high", "better_share"]]

# %% [markdown]
# One row a variant; `difference` is what it changes against doing nothing, in the same worlds, with its 95 % interval.
# What is paid out each day, as the median and the usual range of worlds:

# %%
result.plot.fan("outflow")

# %% [markdown]
# ## One world, day by day
#
# `TrustCrisisModel` is one world as a Mesa model. With `investors_as_agents` every investor is a Mesa agent, whose
# attributes read the arrays of the variant that is shown. We keep what happened to everybody on every day.

# %%
model = ts.TrustCrisisModel(scenario, variants=["nothing"], rng=3, investors_as_agents=True)
investors = sorted((agent for agent in model.agents if hasattr(agent, "has_run")), key=lambda agent: agent.index)


def trust_of_those_who_stay():
    """Return float64 (investors,): trust in the safety of the money; NaN for those who have run."""
    return np.array([np.nan if agent.has_run else agent.trust for agent in investors])


days = [trust_of_those_who_stay()]
for _ in range(scenario.n_days):
    model.step()
    days.append(trust_of_those_who_stay())

left = np.array([np.isnan(day).sum() for day in days])
news = int(np.argmax(np.diff(left))) + 1
print(f"most people ran on day {news}; {left[-1]} of {len(investors)} ran before the end")

# %% [markdown]
# Now the network, at four moments. Dark is low trust, light is high; hollow are those who have run.

# %%
graph = model.state.network.to_networkx()
places = ts.plots.layout(graph)
moments = [max(news - 3, 0), news, min(news + 5, scenario.n_days), scenario.n_days]
panels = ts.plots.panels(4, width=11, height=3.2, across=4)
for ax, day in zip(panels, moments, strict=True):
    title = f"day {day}: {left[day]} have run"
    label = "trust of those who stay" if day == moments[-1] else ""
    ts.plots.network(graph, days[day], ax, positions=places, title=title, label=label, low=0.0, high=1.0)
panels

# %% [markdown]
# Do those who ran sit together? Compare how many neighbours of a runner ran with how many of the others' did.

# %%
ran = np.isnan(days[-1])
among = {True: [], False: []}
for who in graph.nodes:
    around = list(graph.neighbors(who))
    if around:
        among[bool(ran[who])].append(ran[around].mean())
{("ran" if key else "stayed"): round(float(np.mean(values)), 3) for key, values in among.items() if values}

# %% [markdown]
# ## Exercise
#
# Is it the neighbours, or did everyone hear the same news? Switch off what travels along links: set `herding` to `off`
# and the `contagion` of fear to 0, and compare how many investors ran.
#
# <details><summary>Solution</summary>
#
# ```python
# alone = ts.load(
#     folder / "quickstart.yaml",
#     overrides={"investors.count": 400, "mechanisms.herding": "off", "mechanisms.fear.contagion": 0},
# )
# lonely = ts.compare(alone, variants=few, replications=30, workers=1, progress=False)
# result.table("peak_outflow")["level"], lonely.table("peak_outflow")["level"]
# ```
#
# What is left without links is the answer to the news itself. The difference between the two is what the network adds,
# under these assumptions.
#
# </details>
