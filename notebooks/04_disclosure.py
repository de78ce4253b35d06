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
# # Disclosure: when does openness calm a run, and when does it start one?
#
# A false rumour says that the lending platform *Harbour* is about to fail. Harbour can keep silent, report more, show
# its figures live, or answer the rumour. "More openness is better" is easy to say. Is it true for a sound platform, and
# is it true for a weak one?

# %%
import numpy as np

import trustsim as ts

story = """
trustsim: 1
title: A rumour, and how much the platform shows
horizon: 40 d
network: {kind: small_world, mean_degree: 10, rewire: 10 %}
investors: {count: 1000, members: 100 %}
platforms:
  - {name: Harbour, kind: p2p_lending, locked_share: 0 %, sale_limit: 0.5 %, exit_friction: 0.5, patience: 15 d,
     report_scope: 40 %, liquid_share: 15 %, equity: 8 %}
mechanisms:
  ordinary: {leave: 0.001 /day}
shocks:
  - {kind: rumour, platform: Harbour, day: 10, seeds: 2 %, risk: 4, fear: 2, broadcast: 20 %}
variants:
  silence: []
  mandate: [{kind: disclosure_mandate}]
  weekly reports: [{kind: report_schedule, interval: 7 d, lag: 2 d}]
  daily reports: [{kind: report_schedule, interval: 1 d, lag: 0 d}, {kind: disclosure_scope, scope: 100 %}]
  all live: [{kind: live_transparency}]
  rebuttal: [{kind: rumour_rebuttal}]
  live and rebuttal: [all live, rebuttal]
outcomes: [cumulative_outflow, failure_probability, investor_loss, policy_cost]
"""
sound = {}
weak = {"platforms.Harbour.liquid_share": "3 %", "platforms.Harbour.equity": "2 %"}


def compare(platform, variants=None, replications=50):
    """Compare variants of the story for a platform that differs from Harbour in these settings."""
    return ts.compare(
        ts.loads(story, overrides=platform),
        variants=variants,
        replications=replications,
        workers=1,
        progress=False,
        robustness=False,
    )


# %% [markdown]
# Both platforms own more than they owe; both hold loans that take long to sell. The sound one has 15 % of what it owes
# in cash and a cushion of 8 %; the weak one 3 % and 2 %. `daily reports` and `all live` publish the same figures on the
# same days. The difference: *all live* also shows **the queue** of those who have asked for their money and
# not got it. Every variant meets the same fifty worlds; the picture shows what each changes in them.

# %%
results = {"sound": compare(sound), "weak": compare(weak)}
panels = ts.plots.panels(2, width=9.5, height=3.6, same_x=False)
for ax, (name, result) in zip(panels, results.items(), strict=True):
    result.plot.differences("cumulative_outflow", ax)
    ax.set_title(f"{name} platform", loc="left", pad=18)
panels[1].tick_params(labelleft=False)
panels


# %%
def mean_change(name, variant, outcome="cumulative_outflow"):
    """Return the mean paired difference to silence, in percentage points."""
    return 100 * results[name].comparison.differences[variant][outcome].mean


for name in results:
    asked = 100 * results[name].comparison.levels["silence"]["cumulative_outflow"].mean
    daily, live = mean_change(name, "daily reports"), mean_change(name, "all live")
    print(f"{name}: {asked:.0f} % is asked for in silence; daily reports change that by {daily:+.0f} pp, ", end="")
    print(f"all live by {live:+.0f} pp")
assert mean_change("sound", "all live") < -5
assert mean_change("weak", "daily reports") < -5
assert mean_change("weak", "all live") > 5

# %% [markdown]
# Four things to read off:
#
# - A mandate of fuller monthly reports does next to nothing: the rumour is faster than the next report.
# - Fresh figures calm **both** platforms. They tell believers every day that the risk is lower than the rumour says.
# - The queue makes the difference. On the sound platform there is none, so showing it costs nothing. On the weak one
#   all see at once that others wait, and each does better to be early: openness *coordinates* the run.
# - The rebuttal works on the rumour itself. With it no queue grows, and then live figures help again: **live and
#   rebuttal** is the best of all on the weak platform, where *all live* alone is the worst.
#
# ## How it comes about, day by day

# %%
panels = ts.plots.panels(2, width=9.5, height=3.0)
for ax, (name, result) in zip(panels, results.items(), strict=True):
    result.plot.difference_fan("requests", "all live", ax)
    ax.set_title(f"{name} platform: all live minus silence", loc="left")
panels[1].set_ylabel("")
panels

# %% [markdown]
# On the weak platform fewer ask at first: the figures calm. Then, in most worlds, the queue takes over and more ask
# than in silence, until the platform fails. In some worlds that never happens: the bands are wide because there are
# two kinds of worlds, not because there is noise around one.
#
# ## Where it tips
#
# Between the two platforms lies a point where openness turns. Give the weak platform more cash, step by step. Each dot
# is a world: what *all live* changes in it.

# %%
shares = [1, 2, 3, 4, 5, 6, 8, 10, 15]
pair = ["silence", "all live"]
changes = []
for share in shares:
    found = compare(weak | {"platforms.Harbour.liquid_share": f"{share} %"}, pair, replications=30)
    asked = found.study.outcomes["cumulative_outflow"]
    changes.append(100 * (asked[:, 1] - asked[:, 0]))

ax = ts.plots.axes("cash at the start (% of claims)", "change in what is asked for (pp)", height=3.6)
ax.axhline(0, color="#6e7781", ls="--")
spread = np.linspace(-0.18, 0.18, 30)
for share, change in zip(shares, changes, strict=True):
    ax.plot(share + spread, change, "o", ms=3, alpha=0.55, color="#0072b2", mew=0)
ax.plot(shares, [change.mean() for change in changes], "-", color="#d55e00", lw=1.8, label="mean")
ax.annotate("openness coordinates", (15.2, 2), ha="right", va="bottom", color="#5f6770")
ax.annotate("openness calms", (15.2, -2), ha="right", va="top", color="#5f6770")
ax.legend(frameon=False)
ax

# %%
worse = {share: float((change > 0).mean()) for share, change in zip(shares, changes, strict=True)}
print("share of worlds in which openness makes it worse, by cash:")
print(", ".join(f"{share} %: {part:.0%}" for share, part in worse.items()))
assert worse[1] > 0.8
assert worse[15] < 0.1

# %% [markdown]
# Look at the middle. The mean passes zero, and almost no world is near the mean: in some openness saves a third of the
# outflow, in others it adds as much. The platform cannot know beforehand in which it is. A mean alone would have said
# "no effect".
#
# ## When the answer comes too late
#
# The rebuttal was the safest remedy. How long may it take? On the weak platform, with live figures on:

# %%
lags = ["14 h", "2 d", "4 d", "7 d", "14 d"]
late = {f"answer after {lag}": ["all live", {"kind": "rumour_rebuttal", "lag": lag}] for lag in lags}
by_lag = compare(weak | {"variants": {"silence": [], "all live": [{"kind": "live_transparency"}], **late}})
by_lag.plot.distribution("cumulative_outflow")

# %% [markdown]
# An answer in two days still finds people who can be calmed: they believe a rumour. An answer after the queue has
# formed corrects what nobody needs any more, for the queue is true.

# %%
asked = [by_lag.comparison.levels[f"answer after {lag}"]["cumulative_outflow"].mean for lag in lags]
assert asked == sorted(asked)
fails = {name: by_lag.comparison.levels[name]["failure_probability"].mean for name in by_lag.study.variants}
print("share of worlds in which the platform fails:", {name: f"{share:.0%}" for name, share in fails.items()})
assert fails["silence"] > 0.9
assert fails["answer after 14 h"] < 0.3

# %% [markdown]
# Note what openness does *not* decide here: the weak platform fails in silence as well. It fails with more people in
# the queue, or with fewer. What saves it is an answer that comes before the queue.
#
# All of this holds under the assumptions of the file. How strongly people read a queue (`queue_news`, and
# `choice.first_move`) is `assumed`; that they do is not.
#
# ## Exercise
#
# Harbour could show some figures live and keep others back: `strength` of `live_transparency`. Find out how much
# of the queue the weak platform can show before openness turns. Is it better to show a little than nothing?
#
# <details><summary>Solution</summary>
#
# ```python
# levels = [0, 10, 20, 40, 60, 80, 100]
# parts = {f"{x} %": [{"kind": "live_transparency", "strength": f"{x} %"}] for x in levels}
# by_strength = compare(weak | {"variants": parts})
# by_strength.plot.differences("cumulative_outflow")
# ```
#
# A little helps most: any strength above zero makes the report a daily one, while outsiders see no more of the queue
# than they do anyway (30 %). From there on every bit more is a bit of the queue, and somewhere beyond the middle of the
# scale showing it is worse than silence.
#
# </details>
