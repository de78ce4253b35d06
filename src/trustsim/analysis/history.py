"""Which sets of parameters do the facts rule out? History matching, in waves.

A point is *implausible* by the largest of its goals: how far what it gives lies outside what is asked, in standard
deviations of all that may excuse it: the discrepancy of the goal, and the doubt about the number, which is that of the
finite number of worlds and, where it was not run, that of the emulator (:mod:`trustsim.analysis.emulator`). All points
meet the same worlds, so an emulator does not average out what these few have of their own. Beyond
CUTOFF it is ruled out (three-sigma rule of Pukelsheim 1994, doi:10.1080/00031305.1994.10476030; Vernon, Goldstein and
Bower 2010, doi:10.1214/10-BA524). Each wave runs points spread over what the waves before it left and fits emulators
to all points that lie there. Members are drawn evenly from what the last wave leaves, run, and kept where their own
runs do not rule them out: no member is one by emulation alone, and all are as likely.

Known answer: of two outcomes that are linear in two parameters, the strip of points within three standard deviations
is left (``test_waves_leave_the_strip_that_the_facts_allow``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from trustsim.analysis.left import CUTOFF, DRAWN_LOG2, Flags, Floats, Seen, Space, implausibility
from trustsim.analysis.trials import positions_of, values_at
from trustsim.errors import TrustsimError
from trustsim.scenario.targets import FreeParameter

_OF_MEMBERS = 2**10  # the stream of draws of members, beyond those of waves

Run = Callable[[Floats], Seen]  # values of the parameters, float64 (points, parameters), in the units of the file


@dataclass(frozen=True)
class Wave:
    """One wave: how many points it ran, how many of them are not ruled out, what share of the prior is left after it.

    ``accuracy`` float64 (goals,): share of the variance over its points that the emulator of a goal predicts.
    """

    n_points: int
    n_plausible: int
    left: float
    accuracy: Floats


@dataclass(frozen=True)
class Matched:
    """What history matching left.

    Attributes
    ----------
    members : float64 (members, parameters), in the units of the file: run, and not ruled out.
    seen : what the runs of the members gave.
    tried : how many points were run to find the members.
    alone, together : share of the prior that no single goal, float64 (goals,), and no pair, (goals, goals), rules out,
        by the emulators of the first wave.
    met : int64 (goals, goals), how many of all points run meet both, each within CUTOFF.
    """

    parameters: tuple[FreeParameter, ...]
    names: tuple[str, ...]
    members: Floats
    seen: Seen
    waves: tuple[Wave, ...]
    tried: int
    alone: Floats
    together: Floats
    met: NDArray[np.int64]

    @property
    def apart(self) -> list[tuple[str, str]]:
        """The pairs of goals that each can be met and that no point meets together, run or emulated."""
        n = len(self.names)
        return [
            (self.names[i], self.names[j])
            for i in range(n)
            for j in range(i + 1, n)
            if self.met[i, j] == 0 and self.together[i, j] == 0 and self.met[i, i] > 0 and self.met[j, j] > 0
        ]

    @property
    def unmet(self) -> list[str]:
        """The goals that no point meets, run or emulated."""
        return [name for k, name in enumerate(self.names) if self.met[k, k] == 0 and self.alone[k] == 0]


def match(
    parameters: Sequence[FreeParameter],
    names: Sequence[str],
    discrepancies: Sequence[float],
    run: Run,
    *,
    points: int,
    waves: int,
    members: int,
    seed: int,
    most: int | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Matched:
    """Rule out in waves, and find members.

    Parameters
    ----------
    run : gives what the goals are at points; called with all points of a wave at once.
    points, waves : how many points a wave runs, how many waves there are.
    members : how many are wanted; ``most``: how many points are run to find them, by default ten times as many.
    told : called with a line after each wave.

    What is run is a function of the seed and of what ran before, so a matching whose runs are kept goes on where it
    was stopped.

    Raises
    ------
    TrustsimError : where everything is ruled out, or fewer members are found than wanted.
    """
    free, sizes = tuple(parameters), np.asarray(discrepancies, np.float64)
    at = np.asarray(qmc.Sobol(len(free), rng=seed).random_base2(max(points - 1, 1).bit_length())[:points])
    at = _snapped(free, at)
    seen = run(_values(free, at))
    space, found = Space(len(free), sizes, seen.low, seen.high, seed), []
    first = Space(len(free), sizes, seen.low, seen.high, seed)
    first.learn(at, seen)
    n_before = 0
    for wave in range(waves):
        inside = space.is_left(at)
        accuracy = space.learn(at[inside], _rows(seen, inside))
        good = _is_plausible(_rows(seen, slice(n_before, None)), sizes)
        found.append(Wave(len(at) - n_before, int(good.sum()), space.left, accuracy))
        told(_line(wave, found[-1]))
        if wave + 1 < waves:
            new = _snapped(free, space.spread(points, wave + 1, at))
            if not len(new):
                raise _nothing_left(wave)
            n_before, at, seen = len(at), np.vstack([at, new]), seen.and_then(run(_values(free, new)))
    kept, of_kept, tried, every = _members(space, free, sizes, run, seen, members, most or 10 * members, points)
    prior = np.asarray(qmc.Sobol(len(free), rng=seed + 1).random_base2(DRAWN_LOG2))
    together = (first.by_goal(prior) <= CUTOFF).astype(np.float64)
    met = (implausibility(every.values, every.variances, every.low, every.high, sizes) <= CUTOFF).astype(np.int64)
    pairs = together.T @ together / len(together)
    return Matched(
        free, tuple(names), kept, of_kept, tuple(found), tried, np.diag(pairs).copy(), pairs, met.T @ met
    )  # fmt: skip


def _members(
    space: Space, free: tuple[FreeParameter, ...], sizes: Floats, run: Run, seen: Seen, wanted: int, most: int,
    at_once: int,
) -> tuple[Floats, Seen, int, Seen]:  # fmt: skip
    """Return members and what they gave, how many points were run for them, and what all points ever run gave."""
    drawn = _snapped(free, space.draws(most, _OF_MEMBERS))
    kept, of_kept, tried = np.zeros((0, len(free))), _rows(seen, slice(0, 0)), 0
    while len(kept) < wanted and tried < len(drawn):
        values = _values(free, drawn[tried : tried + at_once])
        gave = run(values)
        good = _is_plausible(gave, sizes)
        kept, of_kept, seen = np.vstack([kept, values[good]]), of_kept.and_then(_rows(gave, good)), seen.and_then(gave)
        tried += len(values)
    if len(kept) < wanted:
        given = f"{len(kept)} of {tried} points that the emulators leave are left by their own runs"
        raise TrustsimError(f"members: {given}; allowed: at least {wanted}; more waves, or wider discrepancies")
    return kept[:wanted], _rows(of_kept, slice(0, wanted)), tried, seen


def _snapped(free: Sequence[FreeParameter], positions: Floats) -> Floats:
    """Return positions of the values that are tried."""
    return positions_of(free, _values(free, positions)) if len(positions) else positions


def _values(free: Sequence[FreeParameter], positions: Floats) -> Floats:
    """Return the values at positions as they are tried: six digits, or a multiple of a step."""
    return np.array([[p.tried(float(v)) for p, v in zip(free, row, strict=True)] for row in values_at(free, positions)])


def _rows(seen: Seen, rows: Flags | slice) -> Seen:
    return Seen(seen.values[rows], seen.variances[rows], seen.low, seen.high)


def _is_plausible(seen: Seen, sizes: Floats) -> Flags:
    found = implausibility(seen.values, seen.variances, seen.low, seen.high, sizes)
    return np.asarray((found <= CUTOFF).all(axis=1))


def _line(wave: int, done: Wave) -> str:
    points = f"{done.n_plausible} of {done.n_points} points not ruled out"
    return f"wave {wave + 1}: {points}, {100 * done.left:.2f} % of the prior left"


def _nothing_left(wave: int) -> TrustsimError:
    given = f"everything is ruled out after wave {wave + 1}"
    return TrustsimError(f"{given}; allowed: goals that some point meets: wider ranges, or wider discrepancies")
