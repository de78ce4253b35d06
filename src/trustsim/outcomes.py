"""WHAT COMES OUT: one number a run and variant. Each outcome is a function of a finished model, registered.

NaN says that an outcome does not apply to a run: the time to a failure that did not happen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trustsim import arguments
from trustsim.errors import ModelError
from trustsim.kernels import layout
from trustsim.kernels.layout import FAILED, Books, Gauges, Terms
from trustsim.kernels.named import row_of
from trustsim.registry import REGISTRY, Entry
from trustsim.units import MINOR_PER_MAJOR
from trustsim.world.series import SERIES

if TYPE_CHECKING:
    from trustsim.model import TrustCrisisModel

Floats = NDArray[np.float64]
RUN_MULTIPLE = 5.0  # a day of a run: this many times the departures of a calm day, and beyond chance
RUN_SHARE = 0.03  # … and a run counts when at least this share of the accounts of day 0 ran in it
TRIGGERS = ("fundamental", "belief", "spill-over")  # what sets a run off
CONTAGION = 0.05  # share of the platforms beyond which a failure is called contagious
GLOBAL_CASCADE = 0.1  # share of the investors beyond which a cascade is called global
LIKE_OPINION, MAJOR_GROUP = 0.01, 0.05  # largest gap inside a group of like opinion; share of all that makes one major
RECOVERED = 0.9  # trust is back at this share of day 0


@dataclass(frozen=True)
class Episode:
    """A run on one platform in one variant: onset, peak and end (days), what set it off, and the share that ran.

    ``variant`` and ``platform`` count from 0 in the model; ``trigger`` is one of ``TRIGGERS``; ``ran`` is the runners
    over the accounts of day 0.
    """

    variant: int
    platform: int
    onset: float
    peak: float
    end: float
    trigger: str
    ran: float


class Finished:
    """A model at its horizon, with what several outcomes need, worked out once.

    ``claims_at_start`` float64 (variants,), minor units: NaN where nothing was owed, and there is no share of it.
    ``series`` by name, float32 (days + 1, variants, platforms + 1). ``balance_at_start`` float64 (investors,): money on
    platforms at day 0, minor units; ``held`` bool (investors,): who held some then. ``loss`` float64 (variants,
    investors); ``loss_of_holders``: the columns of those who held. Floats are added along rows that are contiguous:
    NumPy then adds them in the same order however many variants stand beside.
    """

    def __init__(self, model: TrustCrisisModel) -> None:
        self.model, self.dt, self.end = model, model.dt, model.day * model.dt
        self.history = model.history
        self.n_variants = model.state.n_variants
        self.claims_at_start = positive(self.gauge("claims_at_start")[0].sum(axis=1))
        self.episodes = find_runs(model)
        self.loss = investor_losses(model)
        accounts = model.state.accounts
        at_start = np.bincount(accounts.investor, accounts.balance, model.state.population.n_investors)
        self.balance_at_start = np.asarray(at_start, np.float64)
        self.held = self.balance_at_start > 0
        self.series = {name: model.series(name) for name in SERIES}
        self.loss_of_holders = np.ascontiguousarray(self.loss[:, self.held])

    def gauge(self, name: str) -> Floats:
        """Return float64 (days + 1, variants, platforms)."""
        return self.history[:, row_of(Gauges, name)]

    def first(self, value: Callable[[Episode], float], choose: Callable[..., float] = min) -> Floats:
        """Return float64 (variants,): smallest (or largest) *value* over each variant's runs, NaN without one."""
        out = np.full(self.n_variants, np.nan)
        for v in range(self.n_variants):
            found = [value(e) for e in self.episodes if e.variant == v]
            if found:
                out[v] = choose(found)
        return out


def positive(base: Floats) -> Floats:
    """Return *base* with NaN where it is zero: of nothing there is no share."""
    return np.where(base > 0, base, np.nan)


def find_runs(model: TrustCrisisModel) -> tuple[Episode, ...]:
    """Find the runs (row C15): stretches of days with many times the calm number of departures, and what set them off.

    A day belongs to a run when runners and leavers together exceed ``RUN_MULTIPLE`` times the calm number and that
    number by five standard deviations and two; gaps of up to three days are bridged. A stretch counts where the runners
    are at least ``RUN_SHARE`` of the accounts of day 0 (``RUN_MULTIPLE`` is 5,
    ``RUN_SHARE`` 3 %). Trigger: 'spill-over' when a run
    on another platform began in the week before, else 'fundamental' when the platform was insolvent, else 'belief'.
    """
    history, dt = model.history, model.dt
    rows = {name: history[:, row_of(Gauges, name)] for name in ("runners", "leavers", "holders", "solvency")}
    episodes: list[Episode] = []
    for v in range(model.state.n_variants):
        ordinary = model.mechanisms["ordinary"][v]
        leave = ordinary.leave * dt if ordinary is not None else 0.0
        for p in range(model.state.n_platforms):
            if not rows["runners"][:, v, p].any():
                continue
            left = rows["runners"][:, v, p] + rows["leavers"][:, v, p]
            holders = np.concatenate([rows["holders"][:1, v, p], rows["holders"][:-1, v, p]])
            calm = leave * holders
            hot = np.flatnonzero(left > np.maximum(RUN_MULTIPLE * calm, calm + 5 * np.sqrt(calm) + 2))
            if len(hot) == 0:
                continue
            for days in np.split(hot, np.flatnonzero(np.diff(hot) > 3 / dt) + 1):
                span = slice(days[0], days[-1] + 1)
                ran = rows["runners"][span, v, p].sum() / max(rows["holders"][0, v, p], 1.0)
                if ran >= RUN_SHARE:
                    peak = days[0] + int(left[span].argmax())
                    cause = "fundamental" if rows["solvency"][max(days[0] - 1, 0), v, p] < 0 else "belief"
                    onset, top, end = (float(day * dt) for day in (days[0], peak, days[-1]))
                    episodes.append(Episode(v, p, onset, top, end, cause, float(ran)))
    return tuple(_with_spill_over(e, episodes) for e in episodes)


def _with_spill_over(episode: Episode, episodes: Sequence[Episode]) -> Episode:
    for other in episodes:
        same = other.variant == episode.variant and other.platform != episode.platform
        if same and 0 < episode.onset - other.onset <= 7:
            return Episode(**{**vars(episode), "trigger": "spill-over"})
    return episode


def investor_losses(model: TrustCrisisModel) -> Floats:
    """Return float64 (variants, investors): money lost by the horizon, minor units (row J4).

    Losses at failures and exit fees, plus, on platforms that still stand, each account's share of what is missing from
    true assets to cover the claims, less what a guarantee would pay.
    """
    state = model.state
    loss = state.loss.astype(np.float64)
    for p in range(state.n_platforms):
        first, stop = state.accounts.first[p : p + 2]
        who = state.accounts.investor[first:stop]
        short = np.clip(-state.gauges[Gauges.SOLVENCY, :, p], 0.0, 1.0)
        for v in np.flatnonzero((short > 0) & (state.gauges[Gauges.STATUS, :, p] != FAILED)):
            owed = state.balance[v, first:stop].astype(np.float64)
            within = np.minimum(owed, state.terms[Terms.COVER_LIMIT, v, p])
            loss[v] += np.bincount(who, short[v] * (owed - state.terms[Terms.COVER, v, p] * within), len(loss[v]))
    return loss


def measured(finished: Finished) -> dict[str, Floats]:
    """Return every registered outcome of a finished model, float64 (variants,) each.

    An outcome that is measured by group comes as ``name[group]``, one for each group.
    """
    outcomes: dict[str, Floats] = {}
    for name, entry in REGISTRY.group("outcome").items():
        value = entry.make(finished)
        by_group = {f"{name}[{group}]": v for group, v in value.items()} if isinstance(value, dict) else {name: value}
        outcomes.update({k: _column(v, k, entry, len(finished.model.variants)) for k, v in by_group.items()})
    return outcomes


def _column(value: object, name: str, entry: Entry, n_variants: int) -> Floats:
    """Return what an outcome's function gave as float64 (variants,); raises ModelError where it is something else."""
    try:
        column = np.asarray(value, np.float64)
        if value is not None and column.shape == (n_variants,):
            return column
        given = "None" if value is None else f"an array of shape {column.shape}"
    except (TypeError, ValueError):
        given = arguments.shown(value)
    code = entry.make.__code__
    where = f"{code.co_filename}:{code.co_firstlineno}"
    raise ModelError(f"outcome {name}: given {given} by {where}; allowed: float64 ({n_variants},), one a variant")


outcome = REGISTRY.enter


@outcome("outcome", "run_probability", rows=("J2", "C15"), source="J2", better="lower", unit="share", binary=True)
def run_probability(f: Finished) -> Floats:
    """Whether at least one platform suffered a run."""
    return np.nan_to_num(f.first(lambda e: 1.0))


@outcome("outcome", "run_onset", rows=("J2",), source="J2", better="higher", unit="duration", low=0, may_not_apply=True)
def run_onset(f: Finished) -> Floats:
    """Day on which the first run began."""
    return f.first(lambda e: e.onset)


@outcome(
    "outcome", "run_duration", rows=("J2",), source="J2", better="lower", unit="duration", low=0, may_not_apply=True
)
def run_duration(f: Finished) -> Floats:
    """Days from onset to end of the longest run."""
    return f.first(lambda e: e.end - e.onset + f.dt, max)


@outcome(
    "outcome", "runs_on_sound_platforms", rows=("C15",), source="C15", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def runs_on_sound_platforms(f: Finished) -> Floats:
    """Share of the runs that began on a solvent platform."""
    sound, every = f.first(lambda e: 0.0), f.first(lambda e: 0.0)
    for v in range(f.n_variants):
        mine = [e for e in f.episodes if e.variant == v]
        if mine:
            sound[v], every[v] = sum(e.trigger != "fundamental" for e in mine), len(mine)
    return sound / every


@outcome("outcome", "departed", rows=("J2",), source="J2", better="lower", unit="count", low=0)
def departed(f: Finished) -> Floats:
    """Investors who ran from a platform, over the whole horizon; who ran twice counts twice."""
    return np.asarray(f.gauge("runners").sum(axis=(0, 2)))


@outcome(
    "outcome", "cascade_size", rows=("J2",), source="doi:10.1073/pnas.082090499", better="lower", unit="share", low=0,
    may_not_apply=True,
)  # fmt: skip
def cascade_size(f: Finished) -> Floats:
    """Share of the investors who ran, where more than a tenth did: the size of a cascade, given that there was one."""
    share = departed(f) / max(f.model.state.population.n_investors, 1)
    return np.where(share > GLOBAL_CASCADE, share, np.nan)


@outcome("outcome", "peak_joining", rows=("A12",), source="doi:10.1287/mnsc.15.5.215", better="", unit="share", low=0)
def peak_joining(f: Finished) -> Floats:
    """Largest share of all accounts that was opened in one day."""
    return np.asarray(_joined_within(f, 1.0).max(axis=0, initial=0.0))


@outcome(
    "outcome", "peak_joining_day", rows=("A12",), source="doi:10.1287/mnsc.15.5.215", better="", unit="duration",
    low=0, may_not_apply=True,
)  # fmt: skip
def peak_joining_day(f: Finished) -> Floats:
    """Middle of the week in which most accounts were opened; not defined where none was, or in less than a week."""
    joined = _joined_within(f, 7.0)
    if not len(joined):
        return np.full(f.n_variants, np.nan)
    return np.where(joined.max(axis=0) > 0, joined.argmax(axis=0) * f.dt + 3.5, np.nan)


def _joined_within(f: Finished, days: float) -> Floats:
    """Return float64 (stretches, variants): accounts opened in *days* in a row / all accounts."""
    joined = f.gauge("joiners")[1:].sum(axis=2) / max(f.model.state.accounts.n_accounts, 1)
    window = max(round(days / f.dt), 1)
    total = np.cumsum(np.vstack([np.zeros((1, f.n_variants)), joined]), axis=0)
    return np.asarray(total[window:] - total[:-window])


@outcome(
    "outcome", "believers", rows=("C18",), source="doi:10.1103/PhysRevE.66.016128", better="lower", unit="share",
    low=0, high=1,
)  # fmt: skip
def believers(f: Finished) -> Floats:
    """Share of the investors who believe a rumour at the horizon, mean over platforms."""
    return np.asarray(f.gauge("believers")[-1].mean(axis=1))


@outcome(
    "outcome", "outbreak_size", rows=("C18",), source="doi:10.1103/PhysRevE.66.016128", better="lower", unit="share",
    low=0, high=1, may_not_apply=True,
)  # fmt: skip
def outbreak_size(f: Finished) -> Floats:
    """Share of the investors who believe a rumour at the horizon, where more than a tenth do."""
    share = believers(f)
    return np.where(share > GLOBAL_CASCADE, share, np.nan)


@outcome(
    "outcome", "time_to_awareness", rows=("C18",), source="T-21", better="higher", unit="duration", low=0,
    may_not_apply=True,
)  # fmt: skip
def time_to_awareness(f: Finished) -> dict[str, Floats]:
    """Days until a quarter, and a half, of the investors believed a rumour, mean over platforms; linear in a step."""
    share = f.gauge("believers").mean(axis=2)
    return {name: _first_passage(share, level) * f.dt for name, level in (("quarter", 0.25), ("half", 0.5))}


def _first_passage(value: Floats, level: float) -> Floats:
    """Return float64 (variants,): the step, with its fraction, at which *value* (steps, variants) passes a level."""
    found = np.full(value.shape[1], np.nan)
    for v in np.flatnonzero((value >= level).any(axis=0)):
        k = int((value[:, v] >= level).argmax())
        before = value[k - 1, v] if k else 0.0
        found[v] = k - (value[k, v] - level) / (value[k, v] - before)
    return found


@outcome(
    "outcome", "peak_out", rows=("J2",), source="T-22", better="lower", unit="share", low=0, high=1, may_not_apply=True
)
def peak_out(f: Finished) -> Floats:
    """Largest share of the accounts of day 0 that was closed at once."""
    held = f.gauge("holders").sum(axis=2)
    return np.asarray(1 - held.min(axis=0) / positive(held[0]))


@outcome(
    "outcome", "company", rows=("J2",), source="doi:10.1017/S1365100500015029", better="lower", unit="number", low=0,
    may_not_apply=True,
)  # fmt: skip
def company(f: Finished) -> dict[str, Floats]:
    """How many run at once with one who runs, in the cluster, where clusters decide: mean, and shares of 1, 2 and 3."""
    state = f.model.state
    found = {key: np.full(f.n_variants, np.nan) for key in ("mean", "1", "2", "3")}
    for v in range(f.n_variants):
        ran = (state.flags[v] & layout.RAN) > 0
        if f.model.mechanisms["clusters"][v] is None or not ran.any():
            continue
        together = np.stack([state.network.clusters[state.accounts.investor[ran]], state.asked_day[v, ran]])
        _, group, n = np.unique(together, axis=1, return_inverse=True, return_counts=True)
        size = n[group.ravel()]
        found["mean"][v] = size.mean()
        for s in (1, 2, 3):
            found[str(s)][v] = (size == s).mean()
    return found


@outcome(
    "outcome", "trust_by_record", rows=("D1", "J1"), source="T-45", better="higher", unit="number", may_not_apply=True
)
def trust_by_record(f: Finished) -> Floats:
    """Mean trust at the horizon of those who still hold an account, where it is the record of their dealings."""
    found = np.full(f.n_variants, np.nan)
    for v, rule in enumerate(f.model.mechanisms["dealings"]):
        holds = (f.model.state.flags[v] & layout.HOLDS) > 0
        if rule is not None and "dealings" in f.model.kept and holds.any():
            found[v] = rule.trust(*f.model.kept["dealings"][v][:, holds]).mean()
    return found


@outcome(
    "outcome", "waited_share", rows=("G4",), source="T-43", better="lower", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def waited_share(f: Finished) -> Floats:
    """Share of the contacts that had to wait, at desks with agents."""
    came, waited, _ = _contacts(f)
    return np.asarray(waited / came)


@outcome("outcome", "mean_wait", rows=("G4",), source="T-43", better="lower", unit="number", may_not_apply=True)
def mean_wait(f: Finished) -> Floats:
    """Mean wait of a contact / mean time that it takes, at desks with agents."""
    came, _, waited = _contacts(f)
    handling = [np.nan if desk is None else desk.handling for desk in f.model.mechanisms["service_desk"]]
    return np.asarray(waited / came / np.array(handling))


def _contacts(f: Finished) -> Floats:
    """Return float64 (3, variants): contacts, those that waited, their waits in days; NaN without any."""
    told = f.model.kept.get("waits", np.zeros((f.n_variants, 1, 3))).sum(axis=1)
    return np.where(told[:, :1] > 0, told, np.nan).T


@outcome(
    "outcome", "consensus_day", rows=("D6",), source="doi:10.1103/PhysRevLett.94.178701", better="", unit="duration",
    low=0, may_not_apply=True,
)  # fmt: skip
def consensus_day(f: Finished) -> Floats:
    """Day on which all of a cluster were first alike, mean over clusters, where people imitate; at most the horizon."""
    return _of_clusters(
        f, lambda v, p, cluster: float(np.nan_to_num(f.model.kept["agreed"][v, p, cluster], nan=f.end).mean())
    )


@outcome(
    "outcome", "consensus_out", rows=("D6",), source="doi:10.1103/PhysRevLett.94.178701", better="lower",
    unit="share", low=0, high=1, may_not_apply=True,
)  # fmt: skip
def consensus_out(f: Finished) -> Floats:
    """Share of the clusters all of whom are out at the horizon, where people imitate."""
    state = f.model.state

    def all_out(v: int, p: int, cluster: NDArray[np.int64]) -> float:
        mine = slice(*state.accounts.first[p : p + 2])
        label = state.network.clusters[state.accounts.investor[mine]]
        holds = (state.flags[v, mine] & layout.HOLDS) > 0
        return float((np.bincount(label, holds, state.network.n_nodes)[cluster] == 0).mean())

    return _of_clusters(f, all_out)


@outcome(
    "outcome", "cascade", rows=("D6", "E7"), source="doi:10.1086/261849", better="", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def cascade(f: Finished) -> dict[str, Floats]:
    """Shares of the clusters in which people observe: in a right cascade, a wrong one, none after 2 and after 4."""
    found = {key: np.full(f.n_variants, np.nan) for key in ("right", "wrong", "none after 2", "none after 4")}
    state = f.model.state
    for v, rule in enumerate(f.model.mechanisms["observation"]):
        if rule is None or "decided" not in f.model.kept or not state.accounts.n_accounts:
            continue
        place = np.repeat(np.arange(state.n_platforms), np.diff(state.accounts.first)) * state.network.n_nodes
        cluster = place + state.network.clusters[state.accounts.investor]
        order = np.argsort(cluster, kind="stable")
        _, first, n = np.unique(cluster[order], return_index=True, return_counts=True)
        net = np.cumsum(f.model.kept["decided"][v][order], dtype=np.int64)
        net -= np.repeat(np.concatenate([[0], net[first[1:] - 1]]), n)
        turn = np.arange(len(net)) - np.repeat(first, n) + 1
        begun = np.minimum.reduceat(np.where(np.abs(net) >= 2, turn, len(net) + 1), first)
        way = np.where(begun <= n, np.sign(net[np.minimum(first + begun - 1, len(net) - 1)]), 0)
        right = 1 if rule.bad else -1
        found["right"][v], found["wrong"][v] = (way == right).mean(), (way == -right).mean()
        found["none after 2"][v], found["none after 4"][v] = (begun > 2).mean(), (begun > 4).mean()
    return found


def _of_clusters(f: Finished, value: Callable[[int, int, NDArray[np.int64]], float]) -> Floats:
    """Return float64 (variants,): mean over platforms of *value* of (variant, platform, clusters), or NaN."""
    found = np.full(f.n_variants, np.nan)
    clusters = np.unique(f.model.state.network.clusters) if "agreed" in f.model.kept else np.zeros(0, np.int64)
    for v, rule in enumerate(f.model.mechanisms["imitation"]):
        if rule is not None and len(clusters):
            found[v] = np.mean([value(v, p, clusters) for p in range(f.model.state.n_platforms)])
    return found


def _of_opinions(f: Finished, value: Callable[[Floats], float]) -> Floats:
    """Return float64 (variants,): *value* of the opinions at the horizon; NaN where nobody exchanges any."""
    found = np.full(f.n_variants, np.nan)
    for v, thought in enumerate(f.model.kept.get("opinion", ())):
        if len(thought) and not np.isnan(thought).any():  # else of a variant beside one where they do
            found[v] = value(thought)
    return found


@outcome(
    "outcome", "opinion_mean", rows=("D1",), source="doi:10.1080/01621459.1974.10480137", better="higher",
    unit="number", may_not_apply=True,
)  # fmt: skip
def opinion_mean(f: Finished) -> Floats:
    """Mean opinion of the safety of their money, as a probability, where people exchange opinions."""
    return _of_opinions(f, lambda thought: float(thought.mean()))


@outcome(
    "outcome", "opinion_spread", rows=("D1",), source="doi:10.1080/01621459.1974.10480137", better="", unit="number",
    may_not_apply=True,
)  # fmt: skip
def opinion_spread(f: Finished) -> Floats:
    """Largest less smallest opinion at the horizon, where people exchange opinions."""
    return _of_opinions(f, lambda thought: float(np.ptp(thought)))


@outcome(
    "outcome", "opinion_rate", rows=("D1",), source="doi:10.1080/01621459.1974.10480137", better="", unit="number",
    may_not_apply=True,
)  # fmt: skip
def opinion_rate(f: Finished) -> Floats:
    """Length of the last change of all opinions / that of the one before; where sums echo, growth of their length."""
    return f.model.kept.get("opinion rate", np.full(f.n_variants, np.nan)).copy()


@outcome(
    "outcome", "opinion_clusters", rows=("D1",), source="doi:10.1142/S0219525900000078", better="", unit="count",
    low=0, may_not_apply=True,
)  # fmt: skip
def opinion_clusters(f: Finished) -> Floats:
    """Groups of like opinion at the horizon, at least a twentieth of all in each, where people exchange opinions."""

    def groups(thought: Floats) -> float:
        gaps = np.diff(np.sort(thought)) > LIKE_OPINION
        sizes = np.diff(np.flatnonzero(np.concatenate([[True], gaps, [True]])))
        return float((sizes >= MAJOR_GROUP * len(thought)).sum())

    return _of_opinions(f, groups)


@outcome(
    "outcome", "out_share", rows=("J2",), source="doi:10.1111/1467-937X.00168", better="lower", unit="share", low=0,
    high=1,
)  # fmt: skip
def out_share(f: Finished) -> Floats:
    """Share of the accounts that stand open or could be opened which hold nothing at the horizon."""
    return np.asarray(1 - f.gauge("holders")[-1].sum(axis=1) / max(f.model.state.accounts.n_accounts, 1))


@outcome("outcome", "peak_outflow", rows=("J2",), source="J2", better="lower", unit="share", low=0, may_not_apply=True)
def peak_outflow(f: Finished) -> Floats:
    """Largest share of the claims of day 0 asked for in one day."""
    per_day = f.gauge("requests")[1:].sum(axis=2) / f.claims_at_start
    window = max(round(1 / f.dt), 1)
    total = np.cumsum(np.vstack([np.zeros((1, f.n_variants)), per_day]), axis=0)
    return np.asarray((total[window:] - total[:-window]).max(axis=0, initial=0.0))


@outcome(
    "outcome",
    "peak_sale",
    rows=("B1",),
    source="doi:10.1162/jeea.2005.3.2-3.556",
    better="lower",
    unit="share",
    low=0,
    may_not_apply=True,
)
def peak_sale(f: Finished) -> Floats:
    """Largest share of the assets of day 0 sold in one step."""
    depth = f.gauge("depth")[0].sum(axis=1)  # one unit of a platform without assets
    assets = np.where(depth > f.model.state.n_platforms, depth, np.nan)
    return np.asarray((f.gauge("sold").sum(axis=2) / assets).max(axis=0))


@outcome(
    "outcome", "cumulative_outflow", rows=("J2",), source="J2", better="lower", unit="share", low=0, may_not_apply=True
)
def cumulative_outflow(f: Finished) -> Floats:
    """All that was asked for by the horizon / claims of day 0."""
    return np.asarray(f.gauge("requests").sum(axis=(0, 2)) / f.claims_at_start)


@outcome("outcome", "completion", rows=("J2", "G3"), source="T-46", better="", unit="share", low=0, may_not_apply=True)
def completion(f: Finished) -> Floats:
    """Money paid out / money asked for, by the horizon; not defined where nothing was asked for."""
    asked, paid = (f.gauge(name).sum(axis=(0, 2)) for name in ("requests", "outflow"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(asked > 0, paid / asked, np.nan)


@outcome("outcome", "ran_share", rows=("J2",), source="J2", better="lower", unit="share", low=0, may_not_apply=True)
def ran_share(f: Finished) -> Floats:
    """Accounts that ever ran / accounts open at day 0."""
    ran = (f.model.state.flags & layout.RAN > 0).sum(axis=1)
    return np.asarray(ran / positive(f.gauge("holders")[0].sum(axis=1)))


@outcome("outcome", "failure_probability", rows=("J3",), source="J3", better="lower", unit="share", binary=True)
def failure_probability(f: Finished) -> Floats:
    """Whether at least one platform failed (was not wound down in order)."""
    return np.asarray((f.gauge("status")[-1] == FAILED).any(axis=1), np.float64)


@outcome("outcome", "failed_platforms", rows=("J3",), source="J3", better="lower", unit="count", low=0)
def failed_platforms(f: Finished) -> Floats:
    """Number of platforms that have failed by the horizon."""
    return np.asarray((f.gauge("status")[-1] == FAILED).sum(axis=1), np.float64)


@outcome(
    "outcome", "contagion_size", rows=("J3",), source="doi:10.1098/rspa.2009.0410", better="lower", unit="share",
    low=0, high=1, may_not_apply=True,
)  # fmt: skip
def contagion_size(f: Finished) -> Floats:
    """Share of the platforms that failed, where more than a twentieth did."""
    share = failed_platforms(f) / max(f.model.state.n_platforms, 1)
    return np.where(share > CONTAGION, share, np.nan)


@outcome(
    "outcome", "debts_paid", rows=("A4",), source="doi:10.1287/mnsc.47.2.236.9835", better="higher", unit="number",
    may_not_apply=True,
)  # fmt: skip
def debts_paid(f: Finished) -> dict[str, Floats]:
    """What each platform paid of its debts to others when they were cleared, in major units."""
    return _cleared(f, 0)


@outcome(
    "outcome", "left_after_debts", rows=("A4",), source="doi:10.1287/mnsc.47.2.236.9835", better="higher",
    unit="number", may_not_apply=True,
)  # fmt: skip
def left_after_debts(f: Finished) -> dict[str, Floats]:
    """What each platform had left when debts to others had been cleared, in major units."""
    return _cleared(f, 1)


def _cleared(f: Finished, row: int) -> dict[str, Floats]:
    told = f.model.kept.get("cleared")
    names = [] if told is None else [platform.name for platform in f.model.state.platforms]
    return {name: told[:, row, p] / MINOR_PER_MAJOR for p, name in enumerate(names)} if told is not None else {}


@outcome(
    "outcome", "time_to_failure", rows=("J3",), source="J3", better="higher", unit="duration", low=0, may_not_apply=True
)
def time_to_failure(f: Finished) -> Floats:
    """Day of the first failure."""
    has_failed = f.gauge("status")[-1] == FAILED
    day = np.where(has_failed, f.gauge("failure_day")[-1], np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(day), day * f.dt, np.nan)


@outcome("outcome", "investor_loss", rows=("J4",), source="J4", better="lower", unit="share", low=0, may_not_apply=True)
def investor_loss(f: Finished) -> Floats:
    """Money that investors lost by the horizon / claims of day 0."""
    return np.asarray(f.loss.sum(axis=1) / f.claims_at_start)


@outcome(
    "outcome", "loss_per_investor", rows=("J4",), source="J4", better="lower", unit="money", low=0, may_not_apply=True
)
def loss_per_investor(f: Finished) -> Floats:
    """Mean loss of those who held money on platforms at day 0."""
    return np.asarray(f.loss.sum(axis=1) / positive(np.asarray(f.held.sum(), np.float64)))


@outcome(
    "outcome", "early_payoff", rows=("J4",), source="doi:10.1086/261155", better="higher", unit="number",
    may_not_apply=True,
)  # fmt: skip
def early_payoff(f: Finished) -> Floats:
    """What those who asked were paid / their part of the assets of day 0; of one platform, without switching."""
    return _payoff(f, lambda v, asked: f.model.state.safe[v, asked] - f.model.state.accounts.safe[asked], asked=True)


@outcome(
    "outcome", "late_payoff", rows=("J4",), source="doi:10.1086/261155", better="higher", unit="number",
    may_not_apply=True,
)  # fmt: skip
def late_payoff(f: Finished) -> Floats:
    """What those who never asked hold at the horizon / their part of the assets of day 0; of one platform."""
    at = f.model.state.accounts.at[0]
    return _payoff(f, lambda v, stayed: f.model.state.balance[v, at[stayed]], asked=False)


@outcome("outcome", "paid_in", rows=("J4",), source="doi:10.1086/261155", better="", unit="number", may_not_apply=True)
def paid_in(f: Finished) -> dict[str, Floats]:
    """Of one platform: how many who asked got all, how many nothing; what those between got, as early_payoff."""
    state = f.model.state
    found = {key: np.full(f.n_variants, np.nan) for key in ("full", "none", "part")}
    for v in range(f.n_variants if state.n_platforms == 1 else 0):
        asked = _asked(f, v)
        got, owed = (state.safe[v] - state.accounts.safe)[asked], f.balance_at_start[asked]
        between = (got > 0) & (got < owed)
        found["full"][v], found["none"][v] = (got >= owed).sum(), (got == 0).sum()
        stake = owed[between].sum() * _backing(f)[v]
        if stake > 0:
            found["part"][v] = got[between].sum() / stake
    return found


def _asked(f: Finished, variant: int) -> NDArray[np.int64]:
    """Return the investors who held money on the one platform at day 0 and have asked for it."""
    at = f.model.state.accounts.at[0]
    has_asked = (at >= 0) & (f.model.state.asked_day[variant, at] >= 0)
    return np.flatnonzero(f.held & has_asked)


def _backing(f: Finished) -> Floats:
    return 1 + f.gauge("solvency")[0, :, 0]


def _payoff(f: Finished, paid: Callable[[int, NDArray[np.int64]], NDArray[np.int64]], *, asked: bool) -> Floats:
    """Return float64 (variants,): what was *paid* to those who have asked, or have not, / their part of the assets."""
    found = np.full(f.n_variants, np.nan)
    for v in range(f.n_variants if f.model.state.n_platforms == 1 else 0):
        who = _asked(f, v) if asked else np.setdiff1d(np.flatnonzero(f.held), _asked(f, v))
        stake = f.balance_at_start[who].sum() * _backing(f)[v]
        found[v] = paid(v, who).sum() / stake if stake > 0 else np.nan
    return found


@outcome("outcome", "tail_loss", rows=("J4",), source="J4", better="lower", unit="share", low=0, high=1)
def tail_loss(f: Finished) -> Floats:
    """Mean share of their money that the worst-hit 5 % of the investors lost."""
    share = np.minimum(f.loss_of_holders / np.maximum(f.balance_at_start[f.held], 1.0), 1.0)
    n = -(-share.shape[1] // 20)
    return np.asarray(np.sort(share, axis=1)[:, -n:].mean(axis=1)) if n else np.zeros(f.n_variants)


@outcome(
    "outcome", "loss_gini", rows=("J4",), source="J4", better="lower", unit="share", low=0, high=1, may_not_apply=True
)
def loss_gini(f: Finished) -> Floats:
    """Gini coefficient of the losses among those who held money; not defined where nobody lost."""
    loss = np.sort(f.loss_of_holders, axis=1)
    n, total = max(loss.shape[1], 1), loss.sum(axis=1)
    rank = np.arange(1, loss.shape[1] + 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gini = 2 * (loss * rank).sum(axis=1) / (n * total) - (n + 1) / n
    return np.where(total > 0, gini, np.nan)


@outcome("outcome", "zero_loss_share", rows=("J4",), source="J4", better="higher", unit="share", low=0, high=1)
def zero_loss_share(f: Finished) -> Floats:
    """Share of those who held money that lost nothing."""
    return np.asarray((f.loss_of_holders == 0).mean(axis=1)) if f.held.any() else np.ones(f.n_variants)


@outcome(
    "outcome",
    "loss_by_segment",
    rows=("J4", "A2"),
    source="J4",
    better="lower",
    unit="share",
    low=0,
    may_not_apply=True,
)
def loss_by_segment(f: Finished) -> dict[str, Floats]:
    """Money that the investors of one segment lost / what they held at day 0."""
    segments = f.model.variants[0].world.investors.segments
    of = f.model.state.population.segment
    return {
        s.name: np.ascontiguousarray(f.loss[:, of == k]).sum(axis=1) / positive(f.balance_at_start[of == k].sum())
        for k, s in enumerate(segments)
    }


@outcome("outcome", "late_loss_ratio", rows=("J4",), source="J4", better="lower", unit="number", may_not_apply=True)
def late_loss_ratio(f: Finished) -> Floats:
    """Loss share of those who stayed or asked late, over that of the first half to ask; not defined without loss."""
    state = f.model.state
    asked = np.full((f.n_variants, state.population.n_investors), np.inf)
    day = np.where(state.asked_day >= 0, state.asked_day, np.inf)
    for v in range(f.n_variants):
        np.minimum.at(asked[v], state.accounts.investor, day[v])
    out = np.full(f.n_variants, np.nan)
    for v in range(f.n_variants):
        when = asked[v, f.held]
        if not np.isfinite(when).any():
            continue
        early = when <= np.median(when[np.isfinite(when)])
        at_risk = f.balance_at_start[f.held]
        share = [f.loss_of_holders[v, mask].sum() / max(at_risk[mask].sum(), 1.0) for mask in (early, ~early)]
        out[v] = share[1] / share[0] if share[0] > 0 else np.nan
    return out


@outcome("outcome", "trust_trough", rows=("J1",), source="J1", better="higher", unit="share", low=0, high=1)
def trust_trough(f: Finished) -> Floats:
    """Lowest mean trust of the holders, over time."""
    return np.asarray(f.series["trust"][:, :, -1].min(axis=0))


@outcome(
    "outcome", "trust_recovery", rows=("J5",), source="J5", better="lower", unit="duration", low=0, may_not_apply=True
)
def trust_recovery(f: Finished) -> Floats:
    """Days from the trough until trust is back at 90 % of day 0; not defined where it does not come back in time."""
    trust = f.series["trust"][:, :, -1].astype(np.float64)
    out = np.full(f.n_variants, np.nan)
    for v in range(f.n_variants):
        low = int(trust[:, v].argmin())
        back = np.flatnonzero(trust[low:, v] >= RECOVERED * trust[0, v])
        if len(back):
            out[v] = back[0] * f.dt
    return out


@outcome("outcome", "misperception", rows=("J8",), source="J8", better="lower", unit="share", low=0, high=1)
def misperception(f: Finished) -> Floats:
    """Mean over time of the distance between perceived and true probability of failure."""
    distance = np.abs(f.series["misperception"][:, :, -1].astype(np.float64))
    return np.asarray(np.ascontiguousarray(distance.T).mean(axis=1))


@outcome(
    "outcome", "flight_to_safety", rows=("A12", "J11"), source="J11", better="", unit="share", low=0, high=1,
    may_not_apply=True,
)  # fmt: skip
def flight_to_safety(f: Finished) -> Floats:
    """Share of the paid-out money that went to the safe account, the rest having gone to other platforms."""
    flows = f.model.state.flows.astype(np.float64)
    paid = flows[:, :-1, :].sum(axis=(1, 2))
    return np.where(paid > 0, flows[:, :-1, -1].sum(axis=1) / np.maximum(paid, 1.0), np.nan)


@outcome(
    "outcome",
    "sector_claims",
    rows=("J11", "J7"),
    source="J11",
    better="higher",
    unit="share",
    low=0,
    may_not_apply=True,
)
def sector_claims(f: Finished) -> Floats:
    """Claims on all platforms at the horizon / those of day 0."""
    return np.asarray(f.gauge("claims")[-1].sum(axis=1) / f.claims_at_start)


@outcome("outcome", "monthly_churn", rows=("D14", "J6"), source="E-34", better="lower", unit="share", low=0)
def monthly_churn(f: Finished) -> Floats:
    """Mean share of the open accounts that closes in 30 days, for any reason."""
    gone = (f.gauge("runners") + f.gauge("leavers"))[1:].sum(axis=2)
    held = f.gauge("holders")[:-1].sum(axis=2)
    return np.asarray(gone.sum(axis=0) / np.maximum(held.sum(axis=0), 1.0) * 30 / f.dt)


@outcome("outcome", "policy_cost", rows=("J9",), source="J9", better="lower", unit="money", low=0)
def policy_cost(f: Finished) -> Floats:
    """What levers and custody cost by the horizon, and what guarantors and lenders paid and did not get back."""
    books = f.model.state.books
    paid = -np.minimum(books[Books.GUARANTOR], 0).sum(axis=1)
    unpaid = -(books[Books.LENDER] + books[Books.DEBT]).sum(axis=1)
    return np.asarray(f.gauge("cost")[-1].sum(axis=1) + paid + np.maximum(unpaid, 0))
