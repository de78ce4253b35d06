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
# # Your own: what if what you want to study is not in the catalogue?
#
# A shock, a lever, a rule of the world and a Mesa agent of your own, in one cell each. Once entered, they are written
# in a scenario, checked and compared like all others. A cell may be run again: the new definition takes the place of
# the old one.
#
# The story: a video about the platform *Harbour* goes viral. An influencer watches Harbour and makes things worse when
# the mood turns. The board can answer in public; and those who stay may calm those who waver.

# %%
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import mesa
import numpy as np

import trustsim as ts
from trustsim.experiment.simulate import simulate
from trustsim.registry import REGISTRY, parameter

# %% [markdown]
# ## A shock
#
# A shock is a frozen dataclass. Every number is declared with unit, bounds, source and a line of text; `assumed` is an
# honest source. What it does on a day stands in `act`: `day.age` says for how long it has acted (an entry for each
# variant), `day.active` where, and `day.do.post` lets people hear something: here a share that doubles every day.


# %%
@REGISTRY.enter("shock", "viral_video", source="assumed")
@dataclass(frozen=True)
class ViralVideo:
    """Let a video reach twice as many every day, for some days."""

    platform: str = parameter(unit="name", refers="platform", source="assumed", text="who it is about")
    first: float = parameter(0.02, unit="share", source="assumed", text="share of the investors who see it on day one")
    days: float = parameter(6, unit="duration", low=1, high=30, source="assumed", text="for how long it spreads")
    risk: float = parameter(2, unit="log-odds", low=0, high=20, source="assumed", text="rise of the risk that is seen")

    def act(self, day):
        """Show it to those who see it today."""
        spreads = day.active & (day.age < self.days)
        reach = min(self.first * 2 ** float(day.age.max()), 1.0)
        for p in day.platforms(self.platform):
            day.do.post(p, spreads, reach=reach, risk=self.risk, fear=self.risk / 4)


# %% [markdown]
# ## A lever
#
# The same, as an `intervention` with a family. A lever has a price: `day.do.spend` books it.


# %%
@REGISTRY.enter("intervention", "town_hall", family="communication", source="assumed")
@dataclass(frozen=True)
class TownHall:
    """Let the board answer questions in public for some days."""

    platform: str = parameter("*", unit="name", refers="platform", source="assumed", text="on which platform; '*': all")
    days: float = parameter(10, unit="duration", low=0, high=365, source="assumed", text="for how many days")
    reach: float = parameter(0.3, unit="share", source="assumed", text="share of the investors who watch on a day")
    calm: float = parameter(
        1, unit="log-odds", low=0, high=5, source="assumed", text="risk and fear that it takes away"
    )
    cost: float = parameter(20_000_00, unit="money", low=0, source="assumed", text="cost of a day, in cents")

    def act(self, day):
        """Answer, and pay for it."""
        speaks = day.active & (day.age < self.days)
        for p in day.platforms(self.platform):
            day.do.post(p, speaks, reach=self.reach, risk=-self.calm, fear=-self.calm)
            day.do.spend(p, self.cost * day.dt, speaks)


# %% [markdown]
# ## A rule of the world
#
# A mechanism is there in every variant and on every day. `each_day` gets its settings, one number for each variant, and
# reads what was measured yesterday. Here: the more trust there is among those who stay, the more they calm each other.
# `default_on = False` says that it does nothing until a scenario asks for it.


# %%
@REGISTRY.enter("mechanism", "reassurance", source="assumed")
@dataclass(frozen=True)
class Reassurance:
    """Let those who trust calm the others, every day."""

    default_on: ClassVar[bool] = False
    weight: float = parameter(0.5, unit="number", low=0, high=5, source="assumed", text="fear taken away at full trust")

    @staticmethod
    def each_day(day, settings):
        """Tell all who look."""
        for p in range(day.state.n_platforms):
            day.do.tell(p, fear=-settings["weight"] * day.gauge("trust", p))


# %% [markdown]
# ## An agent
#
# A Mesa agent of your own is stepped once a day, before the investors hear the news. It may read the platforms and
# `post`. A model holds several variants side by side; `model.shown` says which of them the agent looks at. This one
# speaks in the variants that are named after it, on days on which more than one in a hundred is alarmed.


# %%
class Influencer(mesa.Agent):
    """Watch the mood, and make it worse."""

    def step(self):
        fear = self.model.series("fear")[-1, :, -1]
        for variant, alarmed in zip(self.model.variants, fear, strict=True):
            if "influencer" in variant.name and alarmed > 0.01:
                self.model.post("Harbour", variant.name, reach=0.15, risk=1.0, fear=0.5)


# %% [markdown]
# ## All together, compared like any other
#
# Misspell a name or leave a bound and the message will tell where, as it does for everything that ships.

# %%
story = """
trustsim: 1
title: A video, an influencer and a town hall
horizon: 60 d
network: {kind: small_world, mean_degree: 10, rewire: 10 %}
investors: {count: 800, members: 100 %}
platforms:
  - {name: Harbour, kind: p2p_lending, locked_share: 0 %, liquid_share: 10 %, exit_friction: 0.5}
mechanisms:
  ordinary: {leave: 0.001 /day}
shocks:
  - {kind: viral_video, platform: Harbour, day: 10}
variants:
  video: []
  town hall: [{kind: town_hall, from: 12 d}]
  reassurance: [{set: {mechanisms.reassurance: {weight: 0.5}}}]
  influencer: []
  influencer, town hall: [town hall]
  influencer, both: [town hall, reassurance]
outcomes: [cumulative_outflow, peak_outflow, run_probability, policy_cost]
"""
scenario = ts.loads(story)
result = ts.compare(
    scenario,
    replications=40,
    workers=1,
    progress=False,
    robustness=False,
    simulate=partial(simulate, agents=[Influencer]),
)
result.plot.fan("requests")

# %%
result.plot.differences("cumulative_outflow")

# %%
change = {name: 100 * found["cumulative_outflow"].mean for name, found in result.comparison.differences.items()}
print(", ".join(f"{name}: {x:+.1f} pp" for name, x in change.items()))
assert change["influencer"] > 0
assert change["town hall"] < 0
assert change["influencer, both"] < change["influencer"]

# %% [markdown]
# The influencer is a feedback: it speaks because people are alarmed, and people are alarmed because it speaks. What the
# town hall is worth therefore depends on whether there is an influencer:

# %%
asked = dict(zip(result.study.variants, result.study.outcomes["cumulative_outflow"].T, strict=True))
ax = ts.plots.axes("what the town hall changes in what is asked for (pp)", height=2.4)
pairs = {"without influencer": ("town hall", "video"), "with influencer": ("influencer, town hall", "influencer")}
for row, (ours, theirs) in enumerate(pairs.values()):
    gain = 100 * (asked[ours] - asked[theirs])
    ax.plot(gain, row + np.linspace(-0.2, 0.2, len(gain)), "o", ms=3.5, color="#0072b2", alpha=0.5, mew=0)
    ax.plot(gain.mean(), row, "D", ms=8, color="#d55e00", mec="white")
ax.axvline(0, color="#6e7781", ls="--")
ax.set_yticks(range(len(pairs)), pairs)
ax.set_ylim(-0.6, 1.6)
worth = [100 * (asked[ours] - asked[theirs]).mean() for ours, theirs in pairs.values()]
assert worth[1] < worth[0] - 10
ax

# %% [markdown]
# One dot a world; the diamond is their mean. Where somebody fans the fear there is more to calm: the town hall is worth
# more.
#
# ## When it grows up
#
# Once yours is more than an idea: put the dataclass in a file in `mechanisms/`, with a test of one thing that you know
# it must do (CONTRIBUTING.md says how). It is then in the catalogue, in the schema of the file and in the docs.
# Two things to know meanwhile. The run store (`out=`) knows your code: after an edit, run the cell and the comparison
# again in the same folder, and nothing old comes back. It does not see into files that your code reads by itself: after
# a change of those take a new folder. And what a cell defines lives in this notebook only.
#
# ## Exercise
#
# Let the influencer repent: from day 30 on it posts the opposite. Do clients come back, or do only fewer go?
#
# <details><summary>Solution</summary>
#
# ```python
# class Repentant(Influencer):
#     def step(self):
#         if self.model.day < 30:
#             return super().step()
#         for variant in self.model.variants:
#             if "influencer" in variant.name:
#                 self.model.post("Harbour", variant.name, reach=0.15, risk=-1.0, fear=-0.5)
#
#
# sorry = ts.compare(
#     scenario,
#     replications=40,
#     workers=1,
#     progress=False,
#     robustness=False,
#     simulate=partial(simulate, agents=[Repentant]),
# )
# open_at = {}
# for name, found in (("stays", result), ("repents", sorry)):
#     left = found.study.series["holders"][:, [30, 60], found.study.variants.index("influencer"), -1].mean(axis=0)
#     open_at[name] = left
#     print(f"{name}: {left[0]:.0%} of the accounts are open on day 30, {left[1]:.0%} on day 60")
# assert open_at["repents"][1] > open_at["stays"][1] + 0.01
# assert open_at["repents"][1] < open_at["repents"][0] + 0.02
# ```
#
# Fewer go; of those who went, few come back within the month: joining needs trust in the safety and integrity of
# the platform, and words about risk do not restore it.
#
# </details>
