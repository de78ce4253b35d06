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
# # Word of mouth: how fast must word travel for a run?
#
# Somebody says the bank is weak. Those who hear it take out their money for a while, wait, and come back if nothing
# happens: the money earns something while it lies there. If too many are out at once, the bank dies. Lenoir (2025, *The
# Social Determinants of Bank Runs*, working paper) asks when there is such a run, with people who reason perfectly.
# Here that model runs beside ours: alone, then in both codes with its rules, then against our behaviour.
#
# **Seen**: the replication package (repository `Robin-Lenoir/replication-social-bank-runs`: `README.md`, the scripts,
# and the Julia code of the baseline), from which equations and parameters are. **Not seen**: the paper's text and its
# figures, which are stored there as PDF; what they show is computed here as the scripts do, and no value is compared
# with a printed one. **Taken from our table of evidence**, whose rows were written from the paper: T-22 (derived from
# its Proposition 1) and P-25 (faster contacts make runs faster and larger; dispersed clients may prevent one).
#
# ## 1. The model in a page
#
# Word goes from those who know to those whom they meet, at rate β. From a share of 0.0001 on, after $t$ days
#
# $$\dot G = \beta G (1 - G), \qquad g = \dot G$$
#
# have heard. The bank is fragile with probability $p = 1/2$, else word dies out by itself within $\eta = 15 / \beta$.
# Nobody knows when the talk began (at a rate λ = 0.01). A fragile bank dies once a share κ = 0.6 is out. Say that it
# dies after ξ days of talk. Who heard τ days ago and sees it alive reasons: if it dies now, I heard on day
# $s = \xi - \tau$ of the talk. Its hazard is then
#
# $$h(s) = \frac{p\, w(s)}{p \int_0^s w(r)\, dr + (1 - p) \int_0^\eta w(r)\, dr}, \qquad w(s) = e^{\lambda s} g(s).$$
#
# Money in the bank earns $u = 0.1$ a day: people are out while $h > u$. That is from the moment they hear until $h$
# falls below $u$ at day $s^*$, so each is out for $\tau^* = \xi - s^*$. In equilibrium the bank dies when they said:
#
# $$G(\xi) - G(\xi - \tau^*) = \kappa,$$
#
# at the first crossing, where the share that is out still grows. If there is no such ξ, there is no run.

# %%
# %matplotlib inline
from pathlib import Path

import numpy as np

import trustsim as ts

scenarios = next(place for place in (Path("scenarios"), Path("../scenarios")) if place.exists())
HEARD = 1e-4  # share that has heard on day 0


def heard(t, beta):
    """Return G: the share that has heard after *t* days."""
    return 1 / (1 + (1 / HEARD - 1) * np.exp(-beta * t))


def hazard(beta, p=0.5, rate=0.01, window=15.0):
    """Return days s, and h(s) on them."""
    s = np.linspace(0, window / beta, 10_001)
    weight = np.exp(rate * s) * beta * heard(s, beta) * (1 - heard(s, beta))
    so_far = np.concatenate([[0], np.cumsum((weight[1:] + weight[:-1]) / 2 * np.diff(s))])
    return s, p * weight / (p * so_far + (1 - p) * so_far[-1])


def lenoir(beta=1.0, u=0.1, kappa=0.6, **changed):
    """Return the day ξ on which the bank dies, the days τ* that people are out, and the peak; NaN without a run."""
    s, h = hazard(beta, **changed)
    nothing = (np.nan, np.nan, np.nan)
    if h.max() <= u:
        return nothing
    back, last = s[h > u][[0, -1]]
    need = kappa + heard(back, beta)  # what G must be when the bank dies
    if need >= 1:
        return nothing
    dies = np.log(need / (1 - need) * (1 / HEARD - 1)) / beta
    still_grows = need * (1 - need) >= heard(back, beta) * (1 - heard(back, beta))
    if dies > last or not still_grows:
        return nothing
    return dies, dies - back, np.tanh(beta * (dies - back) / 4)


# %% [markdown]
# ## 2. What it says
#
# The three runs of Figure 3, with its parameters:

# %%
runs = {"main": {}, "fast, β = 3": {"beta": 3.0}, "low use, u = 0.01": {"u": 0.01}}
for name, changed in runs.items():
    dies, out, peak = lenoir(**changed)
    print(
        f"{name:18s} the bank would die on day {dies:5.2f}; each is out for {out:.2f} days; at most {peak:.1%} are out"
    )

beta, (dies, out, peak) = 1.0, lenoir()
t = np.linspace(0, 15, 3001)
away = heard(t, beta) - heard(t - out, beta) * (t >= out)
ax = ts.plots.axes("days of talk", "share of the clients, %")
ax.plot(t, 100 * heard(t, beta), color="#0072b2", ls="--", label="have heard")
ax.plot(t, 100 * heard(t - out, beta) * (t >= out), color="#009e73", ls="--", label="are back")
ax.plot(t, 100 * away, color="#1f2328", label="are out")
ax.axhline(60, color="#9aa4ae", lw=1)
ax.plot([dies], [60], "o", color="#d55e00", label="the bank dies")
ax.legend(frameon=False, loc="upper left")
ax

# %% [markdown]
# Three statements about it, tried on it. **Proposition 1** (T-22): a fragile bank dies only where
# $\tanh(\beta \tau / 4) \ge \kappa$, for that is the most that is ever out. **A comment in the code**: *higher u means
# higher incentive to stay, less likely bank runs*. **P-25**: faster word means earlier and larger runs, and with slow
# word there is none.

# %%
speeds, uses = np.array([0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0]), np.arange(0.002, 0.6, 0.002)
by_use = np.array([lenoir(u=u) for u in uses])
by_speed = np.array([lenoir(beta=b) for b in speeds])
most = np.array([uses[[np.isfinite(lenoir(beta=b, u=u)[0]) for u in uses]].max() for b in speeds])  # u of the last run
run = np.isfinite(by_use[:, 0])
print(f"most that is out: {away.max():.4f}; tanh(β τ / 4) = {peak:.4f}")
first, final = by_use[run, 2][[0, -1]]
print(f"with β = 1 there is a run up to u = {most[2]:.3f}; the peak falls from {first:.0%} to {final:.0%}")
for b, (day, _, top), u in zip(speeds, by_speed, most, strict=True):
    told = f"dies on day {day:5.2f}, peak {top:.0%}" if np.isfinite(day) else "no run"
    print(f"β = {b:.1f}, u = 0.1: {told};  a run up to u = {u:.3f} = {u / b:.3f} β")
assert abs(away.max() - peak) < 1e-3
assert run[: run.sum()].all()  # a run for every u up to some, and none beyond
assert (np.diff(by_use[run, 2]) < 0).all()
assert 0.6 <= final < 0.63  # the last run is one that hardly passes κ
fast = np.isfinite(by_speed[:, 0])
assert not fast[:2].any()
assert fast[2:].all()
assert (np.diff(by_speed[fast, 0]) < 0).all()
assert (np.diff(by_speed[fast, 2]) > 0).all()
assert np.allclose(most / speeds, 0.109, atol=0.004)

# %% [markdown]
# All hold, and the last column says more: what counts is $u / \beta$ alone, what money earns between two meetings.
# Figure 5 has these two on its axes. There is a run where it is less than 0.109; a bank is saved by paying more, or by
# clients who hardly talk to each other, in exact exchange.
#
# ## 3. Both codes, the same rules
#
# Our model has the parts: a [rumour](../docs/shocks.md#rumour) of which nobody tires, everybody linked to everybody,
# people who [come back](../docs/mechanisms.md#reentry) after τ*, and a platform with nothing but cash for a share κ.
# What it does not have is somebody who solves for τ*: that is handed over. When does it die? (One in a hundred have
# heard on our day 0, so that chance plays no part; the other clock is set to that.)


# %%
def ours(beta, out, cash, worlds=5):
    """Return float64 (worlds,): the day on which our platform fails, NaN if it does not."""
    told = {"kind": "rumour", "platform": "Harbour", "day": "0 d", "seeds": "1 %", "infectiousness": beta / 10_000}
    platform = {"liquid_share": f"{cash:.0%}", "equity": f"{cash - 1:.0%}", "patience": "0 d"}
    overrides = {
        "investors.count": 10_000,
        "horizon": "9 d",
        "shocks": [told | {"tiring": "0 /day", "risk": 1, "fear": 1.2}],
        "mechanisms.reentry.after": f"{out:.3f} d",
        "variants": {"nothing": []},
        "expect": [],
    }
    scenario = ts.load(
        scenarios / "limits/T-22-reentry.yaml",
        overrides={**overrides, **{f"platforms.0.{key}": value for key, value in platform.items()}},
    )
    return ts.run(scenario, replications=worlds, workers=1, progress=None).outcomes["time_to_failure"][:, 0]


rows = (
    ("as it is", 1.0, lenoir()[1], 0.60),
    ("fast, β = 2", 2.0, lenoir(beta=2.0)[1], 0.60),
    ("more cash than tanh(β τ / 4)", 1.0, lenoir()[1], 0.65),
    ("the same, nobody comes back", 1.0, 30.0, 0.65),
)
docked = {}
for name, b, days, cash in rows:
    docked[name] = ours(b, days, cash)
    began = np.log(0.01 / 0.99 * (1 / HEARD - 1)) / b
    day = lenoir(beta=b, kappa=cash)[0] - began if name in ("as it is", "fast, β = 2") else np.nan
    dead = np.isfinite(docked[name])
    when = f"on day {docked[name].mean():.2f}" if dead.all() else ""
    print(
        f"{name:30s} Lenoir: on day {day:.2f};  ours: {dead.mean():.0%} fail {when}".replace("Lenoir: on day nan; ", "")
    )
    if np.isfinite(day):
        assert abs(docked[name].mean() - day) < 0.3
assert np.isnan(docked["more cash than tanh(β τ / 4)"]).all()
assert np.isfinite(docked["the same, nobody comes back"]).all()

# %% [markdown]
# The two codes agree on the day, and on who lives: a bank with cash for 65 % stands, since no more than 62 % are ever
# out. The last row shows on what that rests. Nobody is out for long in that model; if nobody came back, word would
# reach all in the end, and no bank with less cash than claims would live.
#
# ## 4. The question to our behaviour
#
# Now with our defaults: a lending platform and a false rumour, told by clients to those they know. Word is faster where
# clients have more links. What money earns is the promised yield.

# %%
RUMOUR = {"kind": "rumour", "platform": "A", "day": 5, "seeds": "2 %", "risk": 3.5, "fear": 2}


def ask(worlds=60, told=None, **changed):
    """Return the study of a rumour told with the settings *told*, in a world that is *changed*."""
    overrides = {"shocks": [RUMOUR | (told or {})], "variants": {"nothing": []}, **changed}
    scenario = ts.load(scenarios / "evidence/base-rumour.yaml", overrides=overrides)
    return ts.run(scenario, replications=worlds, workers=1, progress=None)


links, yields = (6, 12, 24, 48), (0, 8, 16, 32)
asked = np.zeros((len(links), len(yields)))
for row, k in enumerate(links):
    for column, y in enumerate(yields):
        study = ask(**{"network.mean_degree": k, "platforms.0.promised_yield": f"{y} %"})
        asked[row, column] = 100 * study.outcomes["excess_withdrawn"].mean()
ax = ts.plots.axes("links of a client", "money asked for beyond calm, %")
for column, y, colour in zip(asked.T, yields, ("#d55e00", "#1f2328", "#0072b2", "#009e73"), strict=True):
    ax.plot(links, column, "o-", color=colour, label=f"yield {y} %")
ax.set(xticks=links, ylim=(0, 115))
ax.legend(frameon=False, ncols=4, loc="upper left")
ax

# %%
for k, row in zip(links, asked, strict=True):
    print(f"{k:2d} links:", ", ".join(f"yield {y} %: {value:.0f} %" for y, value in zip(yields, row, strict=True)))
slow, busy = asked[0], asked[-1]
assert (busy > slow).all()
assert (asked[:, 0] > asked[:, -1]).all()
assert slow[1] < 15  # hardly anything where word does not spread

# %% [markdown]
# Both signs agree: faster word, larger runs; a higher yield, smaller ones; and word that is too slow makes
# hardly any (P-25 is a file of ours, too). But our clients do not solve for anything: the yield is part of the price of
# leaving, and with few links a rumour dies out before it has met enough people.
#
# ## 5. How fast, and who comes back
#
# In Lenoir's model twice the speed, with twice as much earned, is all in half the time. In ours the rumour is made
# ever more catching, and the day noted on which a fifth of the money has been asked for; the last line is with people
# who all look at their account every day.

# %%
assert abs(2 * lenoir(beta=2.0, u=0.2)[0] / lenoir()[0] - 1) < 0.02


def days_until_a_fifth(chance, **changed):
    """Return float64 (worlds,): days until a fifth of the money has been asked for, NaN where it never is."""
    study = ask(told={"infectiousness": chance}, **{"network.mean_degree": 24, **changed})
    asked_for = np.asarray(study.series["withdrawn"])[:, :, 0, 0] >= 0.2  # (worlds, days)
    return np.where(asked_for.any(axis=1), asked_for.argmax(axis=1) - RUMOUR["day"], np.nan)


days = {chance: days_until_a_fifth(chance) for chance in (0.05, 0.1, 0.2, 0.4, 0.8)}
all_look = days_until_a_fifth(0.8, **{"investors.segments": [{"name": "all", "attention": "100 %"}]})
mean = {chance: np.nanmean(here) for chance, here in days.items()}
sooner = np.nanmean(days[0.8] - all_look)  # in the worlds in which both get there
for chance, here in days.items():
    print(f"chance {chance:4.2f}: after {mean[chance]:4.1f} days, in {np.isfinite(here).mean():.0%} of the worlds")
print(f"chance 0.80, all look every day: {sooner:.1f} days sooner")
assert mean[0.1] < 0.8 * mean[0.05]
assert mean[0.2] < 0.9 * mean[0.1]
assert mean[0.8] > 0.9 * mean[0.4]
assert sooner > 0

# %% [markdown]
# Each doubling saves less than the one before, the last hardly anything. In ours to hear is not to leave: who has heard
# looks at the account some day, and weighs what was heard against all else. Talk can be as fast as it likes, a run
# takes the time that people take to act.
#
# And those who are out? When the rumour has been put right:

# %%
model = ts.TrustCrisisModel(ts.load(scenarios / "evidence/P-45.yaml"), "put right", rng=0)
while model.running:
    model.step()
still = model.series("open")[:, 0, 0]
for day in (15, 18, 45, 105):
    print(f"day {day:3d}: {still[day]:.0%} of the accounts are open")
assert still[18] < 0.1
assert still[105] < 0.3

# %% [markdown]
# Lenoir's clients are back after three days, by reasoning: the bank lives, so it must be sound. Ours remember for
# months, as the depositors of a bank in India did, of whom those who ran did not return (Iyer and Puri 2012, abstract;
# P-45). This is the disagreement that counts. In section 3 a bank with cash for 65 % stood because people returned; one
# whose clients stay away needs cash for all who hear.
#
# ## What was found
#
# | question | published | Lenoir's model, run here | ours | agree? |
# |---|---|---|---|---|
# | Most that is out at once? | tanh(β τ / 4) (T-22) | 61.8 % for τ* | 65 % cash stands, 60 % dies | yes |
# | When does it die, rules given? | – | 5.60 days after 1 % know | 5.6 days | yes |
# | Faster word? | larger, earlier; slow: none (P-25) | so; a run for β > 0.92 | so, by links | sign yes |
# | Twice as fast? | – | half the time, u / β given | two fifths less at first, then little | no: acting takes time |
# | Higher earnings of deposits? | fewer runs (a comment) | a run for u < 0.109 β | smaller runs | sign yes |
# | Who is out comes back? | all, after τ* | after 2.9 days | few, in 90 days | no |
#
# ## Exercise
#
# People in this model think a bank fragile with p = 1/2. Let them doubt less. From which speed on is there a run then?
#
# <details><summary>Solution</summary>
#
# ```python
# grid = np.arange(0.5, 6, 0.05)
# least = {}
# for p in (0.2, 0.35, 0.5, 0.8):
#     run = [np.isfinite(lenoir(beta=b, p=p)[0]) for b in grid]
#     least[p] = grid[run].min() if any(run) else np.inf
#     print(f"p = {p}: a run from β = {least[p]:.2f} on")
# assert least[0.2] > least[0.35] > least[0.5] > least[0.8]
# assert 0.85 < least[0.5] < 1
# assert least[0.2] > 2.5 * least[0.5]
# ```
#
# Trust in the bank and slow word are exchanged for each other: the more people trust it, the faster word must travel to
# bring it down, three times as fast for p = 0.2.
#
# </details>
