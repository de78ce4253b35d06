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
# is it true for a weak one? And is every kind of openness the same?

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
# not got it. Every variant meets the same fifty worlds; the picture shows what each changes in them. Worlds differ: in
# the luck of people, in how loud the rumour is, and in how people behave.

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
assert abs(mean_change("sound", "mandate")) < 1
assert mean_change("sound", "daily reports") > 10
assert mean_change("sound", "all live") > mean_change("sound", "daily reports") + 2
assert mean_change("weak", "all live") > mean_change("weak", "daily reports") > 1
assert mean_change("sound", "rebuttal") < -30
assert abs(mean_change("sound", "live and rebuttal") - mean_change("sound", "rebuttal")) < 1
assert mean_change("weak", "live and rebuttal") > 0.65 * mean_change("weak", "rebuttal")

# %% [markdown]
# Four things to read off:
#
# - A mandate of fuller monthly reports does next to nothing: the rumour is faster than the next report.
# - Fresh figures calm **neither** platform. In silence people go by the cash of the last report, which is from before
#   the run. A daily report shows how much of it has gone, and each does better to be early: openness *coordinates* the
#   run. The sound platform has more to lose by that: the weak one is lost in silence as well.
# - Live figures also show the queue, and do a little worse still.
# - The rebuttal works on the rumour itself, and is the best on both. On the sound platform no run grows then, and live
#   figures do no harm beside it. On the weak one they do: they take back about half of what the answer gave.
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
# On the weak platform all who read go early: more ask in the first days, and fewer afterwards, for whoever wanted to go
# has asked. On the sound one the world in the middle (the line) hardly changes, and the bands are wide. There are three
# kinds of worlds:

# %%
variants = results["sound"].study.variants
pair = [variants.index(name) for name in ("silence", "all live")]
silent, seen = results["sound"].study.outcomes["failure_probability"][:, pair].T > 0
asked = 100 * results["sound"].study.outcomes["cumulative_outflow"][:, pair]
for kind, those in {"silent or not": silent & seen, "only if live": seen & ~silent, "never": ~seen}.items():
    change = np.median(asked[those, 1] - asked[those, 0])
    print(f"it fails {kind} in {those.sum()} of 50 worlds; in half of these all live adds {change:.0f} pp or more")
assert not (silent & ~seen).any()
assert (asked[seen & ~silent, 1] - asked[seen & ~silent, 0]).min() > 40
assert abs(np.median(asked[~seen, 1] - asked[~seen, 0])) < 2

# %% [markdown]
# In a third of the worlds the run comes in silence as well: live, it comes earlier, and mostly fewer ask afterwards. In
# about half Harbour never fails: where the rumour is not loud, little cash goes, and there is little to see. In the
# others openness *makes* the run, and more than half of all that is owed is asked for on top.
#
# ## Which figure does it?
#
# Daily and live figures show solvency, cash and the queue. Take away how people read them, one by one, on the sound
# platform: the queue (`queue_news`, and `first_move` of `choice`), then the cash (`cash` of `choice`), then the risk
# that they make of all figures together (`report_weight` of `risk_view`).

# %%
blind = {"mechanisms.queue_news": "off", "mechanisms.choice.first_move": 0}
neither = blind | {"mechanisms.choice.cash": 0}
reading = {"cash and queue": {}, "cash alone": blind, "neither": neither}
reading["no report at all"] = neither | {"mechanisms.risk_view.report_weight": 0}
three = ["silence", "daily reports", "all live"]
read = {}
for name, off in reading.items():
    found = compare(sound | off, three).comparison.differences
    read[name] = [100 * found[variant]["cumulative_outflow"].mean for variant in three[1:]]
    print(f"who reads {name}: daily reports {read[name][0]:+.1f} pp, all live {read[name][1]:+.1f} pp")
assert abs(read["cash alone"][0] - read["cash alone"][1]) < 1
assert read["cash alone"][0] > 10
assert 0 < max(read["neither"]) < read["cash alone"][0] / 3
assert max(np.abs(read["no report at all"])) < 0.1

# %% [markdown]
# It is the cash, above all. Where nobody reads the queue, live figures are daily reports and no more. Where nobody
# reads the cash either, two points are left, for a platform that pays out looks riskier: that it owns more than it owes
# is no answer to a rumour. Where no report moves a reader, openness changes nothing.
#
# ## Where it tips
#
# So it should matter how much cash there is to show. Give the sound platform more of it, step by step. Each dot is a
# world: what *all live* changes in it.

# %%
shares = [3, 8, 15, 20, 25, 30, 35, 50, 75, 100]
pair = ["silence", "all live"]
changes = []
for share in shares:
    found = compare(sound | {"platforms.Harbour.liquid_share": f"{share} %"}, pair, replications=30)
    asked = found.study.outcomes["cumulative_outflow"]
    changes.append(100 * (asked[:, 1] - asked[:, 0]))

ax = ts.plots.axes("cash at the start (% of claims)", "change in what is asked for (pp)", height=3.6)
ax.axhline(0, color="#6e7781", ls="--")
spread = np.linspace(-0.9, 0.9, 30)
for share, change in zip(shares, changes, strict=True):
    ax.plot(share + spread, change, "o", ms=3, alpha=0.55, color="#0072b2", mew=0)
ax.plot(shares, [change.mean() for change in changes], "-", color="#d55e00", lw=1.8, label="mean")
ax.annotate("openness coordinates", (101, 5), ha="right", va="bottom", color="#5f6770")
ax.legend(frameon=False)
ax

# %%
harmed = {share: float((change > 5).mean()) for share, change in zip(shares, changes, strict=True)}
print("share of worlds in which openness adds more than five points, by cash:")
print(", ".join(f"{share} %: {part:.0%}" for share, part in harmed.items()))
means = dict(zip(shares, (float(change.mean()) for change in changes), strict=True))
print("mean change:", ", ".join(f"{share} %: {mean:+.1f}" for share, mean in means.items()))
assert max(means, key=means.get) in (8, 15, 20, 25)
assert harmed[8] > harmed[3]
assert harmed[50] == harmed[75] == harmed[100] == 0
middle = changes[shares.index(25)]
print(f"at 25 %: half of all that is owed or more is added in {(middle > 50).mean():.0%} of the worlds,", end=" ")
print(f"less than five points in {(middle < 5).mean():.0%}")
assert not (abs(middle - middle.mean()) < 5).any()
assert 0.1 < (middle > 50).mean() < 0.3
assert (middle < 5).mean() > 0.5

# %% [markdown]
# Openness does most harm between the ends. With next to no cash the platform is lost either way; with half of what it
# owes in cash the figures show nothing to be afraid of. Look at 25 %: no world is near the mean. In two of three
# openness changes next to nothing, in one of five it adds half of all that is owed or more. The platform cannot know
# beforehand in which it is, and a mean alone would not have said that there are two kinds.
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
# An early answer finds people who can be calmed: they believe a rumour. An answer after the queue has formed corrects
# what nobody needs any more, for the queue is true. With live figures two days are too late in most worlds.

# %%
asked = [by_lag.comparison.levels[f"answer after {lag}"]["cumulative_outflow"].mean for lag in lags]
assert asked == sorted(asked)
fails = {name: by_lag.comparison.levels[name]["failure_probability"].mean for name in by_lag.study.variants}
print("share of worlds in which the platform fails:", {name: f"{share:.0%}" for name, share in fails.items()})
assert fails["silence"] > 0.9
assert fails["answer after 14 h"] < fails["silence"] - 0.3
assert fails["answer after 2 d"] > 0.7
assert fails["answer after 7 d"] > 0.9
alone = results["weak"].comparison.levels["rebuttal"]["failure_probability"].mean
print(f"and with an answer but no live figures: {alone:.0%}")
assert alone < fails["answer after 14 h"] - 0.1

# %% [markdown]
# Note what openness does *not* decide here: the weak platform fails in silence as well. What saves it, in some worlds,
# is an answer that comes before the queue, and it saves it in more of them where the figures are not live.
#
# All of this holds under the assumptions of the file. How strongly people read cash and a queue (`cash` and
# `first_move` of `choice`, `queue_news`) is `assumed`; that they do is not.
#
# ## Exercise
#
# Harbour could show some figures live and keep others back: `strength` of `live_transparency`. How much can the sound
# platform show before openness costs it five points? Is there an amount that is better than nothing?
#
# <details><summary>Solution</summary>
#
# ```python
# levels = [0, 10, 20, 40, 60, 80, 100]
# parts = {f"{x} %": [{"kind": "live_transparency", "strength": f"{x} %"}] for x in levels}
# by_strength = compare(sound | {"variants": parts})
# ax = by_strength.plot.differences("cumulative_outflow")
# found = by_strength.comparison.differences
# means = [100 * found[f"{x} %"]["cumulative_outflow"].mean for x in levels[1:]]
# assert means == sorted(means)
# assert 0 < means[1] < 5 < means[2]
# ax
# ```
#
# About a third. No amount is better than nothing, in the mean: each bit more is a bit more of the cash that has gone.
#
# </details>
