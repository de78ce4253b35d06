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
# it in several *worlds*: other people, other links, other luck, and other behaviour: each world draws how people behave
# from an ensemble that the facts do not rule out. Every variant meets the same worlds. (The first comparison on a
# machine compiles the kernels; that is once. `robustness=False` leaves out the runs under other assumptions.)

# %%
few = ["nothing", "prompt notice", "insured"]
result = ts.compare(scenario, variants=few, replications=60, workers=1, progress=False, robustness=False)
result.table("investor_loss")[["level", "difference", "difference_low", "difference_high", "better_share"]]

# %% [markdown]
# One row a variant; `difference` is what it changes against doing nothing, in the same worlds, with its 95 % interval.
# Telling people at once helps here, though no yuan more is there to pay them.

# %%
helped = result.comparison.differences["prompt notice"]["investor_loss"]
assert helped.high < 0

# %% [markdown]
# What is paid out each day, as the median and the usual range of worlds:

# %%
result.plot.fan("outflow")

# %% [markdown]
# ## One world, day by day
#
# `TrustCrisisModel` is one world as a Mesa model. With `investors_as_agents` every investor is a Mesa agent, whose
# attributes read the arrays of the variant that is shown. We keep what happened to everybody on every day.

# %%
model = ts.TrustCrisisModel(scenario, variants=["nothing"], rng=7, investors_as_agents=True)
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
# Do those who ran sit together? Compare how many neighbours of a runner ran with how many of the others' did, in this
# world and in nine more.


# %%
def around(graph, ran):
    """Return the mean share of neighbours that ran: of those who ran, and of those who stayed."""
    shares = np.array([ran[list(graph.neighbors(who))].mean() if graph.degree(who) else np.nan for who in graph.nodes])
    return np.nanmean(shares[ran]), np.nanmean(shares[~ran])


def one_world(rng):
    """Return the two shares in another world."""
    world = ts.TrustCrisisModel(scenario, variants=["nothing"], rng=rng, investors_as_agents=True)
    for _ in range(scenario.n_days):
        world.step()
    people = sorted((agent for agent in world.agents if hasattr(agent, "has_run")), key=lambda agent: agent.index)
    return around(world.state.network.to_networkx(), np.array([agent.has_run for agent in people]))


here = around(graph, np.isnan(days[-1]))
gaps = np.array([here[0] - here[1], *(np.subtract(*one_world(rng)) for rng in range(8, 17))])
print(f"of the neighbours of those who ran {here[0]:.0%} ran, of those who stayed {here[1]:.0%}")
print(f"in ten worlds the difference is {100 * gaps.mean():.0f} points, and above zero in {(gaps > 0).sum()} of them")
assert 0.02 < gaps.mean() < 0.15
assert (gaps > 0).sum() >= 8

# %% [markdown]
# They do, a little. There is no front that moves from neighbour to neighbour: the network adds something everywhere, on
# top of news that all have heard. How much? Take it away, and see.
#
# ## Exercise
#
# Is it the neighbours, or did everyone hear the same news? Switch off what travels along links: set `herding` to `off`
# and the `contagion` of fear to 0, and compare how much was withdrawn beyond calm. Then keep the press from telling
# of the run as well: set `withdrawals` of `media` to 0.
#
# <details><summary>Solution</summary>
#
# ```python
# links = {"mechanisms.herding": "off", "mechanisms.fear.contagion": 0}
# press = {"mechanisms.media.withdrawals": 0}
# small = {"investors.count": 400, "network.mean_degree": 6}
# withdrawn = {"all as it is": result.study.outcomes["excess_withdrawn"][:, 0]}
# for name, off in (("no links", links), ("no links, no word of the run", links | press)):
#     alone = ts.load(folder / "quickstart.yaml", overrides=small | off)
#     lonely = ts.run(alone, variants=["nothing"], replications=60, workers=1, progress=None)
#     withdrawn[name] = lonely.outcomes["excess_withdrawn"][:, 0]
# print({name: f"{shares.mean():.0%}" for name, shares in withdrawn.items()})
# means = [shares.mean() for shares in withdrawn.values()]
# assert means[0] - means[1] > 0.03
# assert means[1] - means[2] > 0.03
# assert means[2] > 0.4
# ```
#
# Most of it is the answer to the news itself. Without links less is withdrawn, and without a press that tells of the
# run less again: where people do not see others leave, they read of it. The differences are what the two add, under
# these assumptions.
#
# </details>
