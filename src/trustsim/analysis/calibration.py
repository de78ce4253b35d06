"""Fit parameters of a scenario to what was observed, all points in the same worlds.

Trials come in batches: the first points fill the ranges evenly (a scrambled Sobol sequence), and from then on half of
each batch goes on with that and half seeks the minimum (multivariate TPE of optuna, doi:10.1145/3292500.3330701). What
a batch tries is a function of the seed and of the trials before it alone, so a calibration that was stopped, or asked
for more trials, goes on as if it had never ended, with any number of workers. Points share worlds, draws and the
run store (:func:`trustsim.experiment.design.run_sweep`), so what differs between two of them is the parameters' doing.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import optuna
from scipy.stats import qmc

from trustsim import arguments
from trustsim.analysis.trials import Trial, TrialLog, design_of_trials, loss, problem_of, refused, trial_of, values_at
from trustsim.errors import ScenarioError
from trustsim.experiment.design import SharedOptions, SweepOptions, run_sweep
from trustsim.experiment.estimate import Estimate, estimate
from trustsim.experiment.passes import Simulate
from trustsim.experiment.plan import total_of
from trustsim.experiment.points import Design, at_point
from trustsim.experiment.room import FREE, Room
from trustsim.experiment.simulate import simulate as simulate_run
from trustsim.experiment.stop import Stopped
from trustsim.experiment.work import Progress
from trustsim.registry import Registry
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.targets import FreeParameter, Target, Targets

TRIALS = 128
_BATCH, _EVEN, _START = 8, 4, 32  # trials in a batch; how many of them fill the ranges; the first that all do
_MOST_SEEDS = 2**32
_A_TRIAL = 2000  # bytes of a trial in memory, measured

Values = tuple[float, ...]


@dataclass(frozen=True)
class Search:
    """The trials of a calibration, by number. ``interrupted``: Ctrl-C came before all were made."""

    scenario: Scenario
    targets: Targets
    replications: int
    trials: tuple[Trial, ...]
    seconds: float
    interrupted: bool = False


def search(
    scenario: Scenario,
    registry: Registry,
    targets: Targets,
    *,
    trials: int = TRIALS,
    replications: int | None = None,
    progress: Progress | None = None,
    log: TrialLog | None = None,
    room: Room | None = None,
    simulate: Simulate = simulate_run,
    **options: Unpack[SharedOptions],
) -> Search:
    """Try points of the parameters' ranges.

    Parameters
    ----------
    targets : see :func:`trustsim.scenario.targets.read_targets`.
    trials : how many points.
    replications : worlds at each point, the same ones; by default the scenario's.
    progress : called with (trials made, trials in all, seconds so far).
    log : trials that it holds are not made again; each new one is kept there. By default in memory.
    room : the memory and the time that it may take, see :class:`trustsim.experiment.room.Room`.
    simulate, options : of :func:`trustsim.experiment.design.run_sweep`: workers, store, pool, timeout, groups.

    A point whose runs fail, or that is no scenario, is a trial without a loss, and the search goes on.

    Raises
    ------
    TrustsimError : for a count out of range, before anything runs.
    """
    trials, total = arguments.count("trials", trials), total_of(scenario, replications, least=2)
    space, needs = room or FREE, needs_of(scenario, targets, trials, total, options.get("workers"))
    space.check_study(needs, scenario.source)
    space.check_time(needs)
    began = time.perf_counter()
    problem = problem_of(scenario, targets, total, simulate, options.get("timeout"))
    with nullcontext(log) if log is not None else TrialLog() as place:
        known = {number: trial for number, trial in place.read(problem).items() if number < trials}

        def made(before: int, n: int) -> Progress:
            """Return the progress of a batch of *n* that comes after so many trials."""

            def counted(done: int, of: int, _: float) -> None:
                so_far = before + n * done // of
                if progress is not None and so_far > 0:
                    progress(so_far, trials, time.perf_counter() - began)

            return counted

        is_interrupted = False
        try:
            for first in range(0, trials, _BATCH):
                numbers = [n for n in range(first, min(first + _BATCH, trials)) if n not in known]
                if numbers:
                    points = _points([known[n] for n in range(first)], targets, scenario.seed)
                    counted = made(len(known), len(numbers))
                    batch = _run(
                        scenario, registry, targets, {n: points[n - first] for n in numbers},
                        replications=total, simulate=simulate, progress=counted, **options,
                    )  # fmt: skip
                    place.put(problem, batch)
                    known |= {trial.number: trial for trial in batch}
        except Stopped:
            raise
        except KeyboardInterrupt:
            is_interrupted = True
    finished = tuple(known[number] for number in sorted(known))
    return Search(scenario, targets, total, finished, time.perf_counter() - began, is_interrupted)


def needs_of(
    scenario: Scenario, targets: Targets, trials: int, replications: int | None, workers: int | None
) -> Estimate:
    """Return what so many trials need."""
    batch = estimate(
        scenario, variants=targets.variants, replications=replications, workers=workers,
        points=min(_BATCH, trials), moved=[p.path for p in targets.parameters], with_series=False,
    )  # fmt: skip
    return batch.times(max(trials / _BATCH, 1), _BATCH * _A_TRIAL)


def _run(
    scenario: Scenario,
    registry: Registry,
    targets: Targets,
    points: Mapping[int, Values],
    **options: Unpack[SweepOptions],
) -> list[Trial]:
    """Run points by number and return their trials. Raises KeyboardInterrupt where Ctrl-C came before all finished."""
    every = design_of_trials(targets.parameters, points.values())
    paths, texts = every.paths, dict(zip(points, every.points, strict=True))
    trials = []
    for number, values in texts.items():
        try:
            at_point(scenario, dict(zip(paths, values, strict=True)), registry)
        except ScenarioError as error:
            first = error.problems[0]
            why = f"{first.place.path}: given {first.given}; allowed: {first.allowed}"
            trials.append(refused(number, points[number], targets.targets, why))
    left = [number for number in points if number not in {trial.number for trial in trials}]
    if left:
        design = Design("calibration", paths, tuple(texts[number] for number in left))
        sweep = run_sweep(scenario, registry, design=design, variants=targets.variants, **options)
        if sweep.interrupted:
            raise KeyboardInterrupt
        studies = zip(left, sweep.studies, strict=True)
        trials += [trial_of(number, points[number], study, targets.targets) for number, study in studies]
    return trials


def _points(before: Sequence[Trial], targets: Targets, seed: int) -> list[Values]:
    """Return the points of the batch that follows the trials *before*."""
    parameters, first = targets.parameters, len(before)
    n_even = _BATCH if first < _START else _EVEN
    start = first if first < _START else _START + (first - _START) // _BATCH * _EVEN
    n_drawn = (start + n_even - 1).bit_length()
    rows = qmc.Sobol(len(parameters), rng=seed).random_base2(n_drawn)[start : start + n_even]
    sought = _sought(before, parameters, targets.targets, _BATCH - n_even, (seed * 1_000_003 + first) % _MOST_SEEDS)
    return [
        tuple(p.tried(value) for p, value in zip(parameters, row, strict=True))
        for row in [*values_at(parameters, rows).tolist(), *sought]
    ]


def _sought(
    before: Sequence[Trial], parameters: Sequence[FreeParameter], targets: Sequence[Target], n: int, seed: int
) -> list[list[float]]:
    """Return *n* points where the trials before make a small loss likely."""
    if n == 0:
        return []
    ranges = {p.path: _distribution(p) for p in parameters}
    with _guarded():
        study = optuna.create_study(
            sampler=optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)
        )
        study.add_trials([_as_told(trial, parameters, ranges, loss(trial, targets)) for trial in before])
        proposed = [study.ask(ranges).params for _ in range(n)]
    return [[params[p.path] * (p.step if p.whole else 1) for p in parameters] for params in proposed]


def _distribution(p: FreeParameter) -> optuna.distributions.BaseDistribution:
    if p.whole:  # counted in steps
        return optuna.distributions.IntDistribution(round(p.low / p.step), round(p.high / p.step), log=p.log)
    return optuna.distributions.FloatDistribution(p.low, p.high, log=p.log)


def _as_told(
    trial: Trial,
    parameters: Sequence[FreeParameter],
    ranges: dict[str, optuna.distributions.BaseDistribution],
    value: float,
) -> optuna.trial.FrozenTrial:
    """Return a trial as optuna knows it; one without a loss counts as pruned, so that its surroundings are shunned."""
    params = {p.path: round(v / p.step) if p.whole else v for p, v in zip(parameters, trial.values, strict=True)}
    state = optuna.trial.TrialState
    about: dict[str, Any] = {"state": state.COMPLETE, "value": value} if np.isfinite(value) else {"state": state.PRUNED}
    return optuna.trial.create_trial(params=params, distributions=ranges, **about)


@contextmanager
def _guarded() -> Iterator[None]:
    """Keep optuna quiet, and its verbosity as it was."""
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)
