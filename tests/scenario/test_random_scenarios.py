"""Whatever is changed in a scenario, it is refused by the check with a place, or every variant runs to its end.

``TRUSTSIM_MUTANTS=600`` searches for so many seconds from another seed each time, and prints what it counted.
"""

from __future__ import annotations

import copy
import os
import secrets
import signal
import time
import warnings
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from mutants import Mutator, cut, cut_again, originals

from sound import assert_sound
from trustsim.catalog import REGISTRY
from trustsim.errors import ScenarioError
from trustsim.experiment.estimate import PROCESS, estimate
from trustsim.model import TrustCrisisModel, lockstep_groups
from trustsim.scenario.load import from_document
from trustsim.scenario.resolved import Scenario

SECONDS = float(os.environ.get("TRUSTSIM_MUTANTS", "0"))
N_FAST, N_ALL = 40, 200
LONGEST = 3  # seconds of a run, as estimated
MOST_SECONDS = 40  # CPU seconds of a mutant in a long search, compiling included
ROOM = 10**9  # bytes of a world that is run here


def mutant(rnd: Random, base: dict[str, Any], *, is_cut: bool) -> dict[str, Any]:
    document = copy.deepcopy(base)
    if is_cut:
        cut(document, rnd)
    Mutator(rnd).mutate(document, rnd.randint(1, 6 if is_cut else 4))
    if is_cut:
        cut_again(document)
    return document


def checked(document: dict[str, Any], file: str) -> Scenario | None:
    """Return the scenario, or None where it is refused, as refusals are written."""
    began = time.process_time()
    scenario, refusal = None, None
    try:
        scenario = from_document(document, REGISTRY, file=file)
    except ScenarioError as error:
        refusal = error
    assert time.process_time() - began < 5
    if refusal is not None:
        told = str(refusal)
        assert all(problem.place.file and problem.given and problem.allowed for problem in refusal.problems)
        assert told.count("\n    given: ") == told.count("\n    allowed: ") == len(refusal.problems)
        assert all(character.isprintable() or character == "\n" for character in told)
    return scenario


def run(scenario: Scenario, replication: int) -> None:
    """Run one replication of every variant; its money stays, its numbers are numbers within their bounds."""
    for group in lockstep_groups(scenario, tuple(v.name for v in scenario.variants)):
        assert_sound(TrustCrisisModel(scenario, group, rng=replication, collects=False))


def tried(seed: int, number: int, bases: dict[str, dict[str, Any]], counts: Counter[str]) -> None:
    """Make a mutant, check it, and run it where it is accepted and small."""
    rnd = Random(f"{seed} {number}")
    name = rnd.choice(sorted(bases))
    is_cut = rnd.random() < 0.8
    document = mutant(rnd, bases[name], is_cut=is_cut)
    counts["mutants"] += 1
    try:
        scenario = checked(document, name)
        if scenario is None:
            counts["refused"] += 1
            return
        counts["accepted"] += 1
        needs = estimate(scenario, replications=1, workers=1)
        if not is_cut or needs.worker_bytes - PROCESS > ROOM or needs.cpu_seconds > LONGEST:
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run(scenario, number % 3)
        counts["run"] += 1
    except Exception as error:
        error.add_note(f"mutant {number} of seed {seed}, from {name}: {document!r}")
        raise


def too_long(*_: object) -> None:
    raise TimeoutError(f"more than {MOST_SECONDS} CPU seconds")


@pytest.fixture(scope="module")
def bases() -> dict[str, dict[str, Any]]:
    return originals()


@pytest.mark.parametrize("part", [0, *(pytest.param(k, marks=pytest.mark.slow) for k in range(1, N_ALL // N_FAST))])
def test_a_random_scenario_is_refused_with_its_place_or_runs_to_its_end(
    part: int, bases: dict[str, dict[str, Any]]
) -> None:
    counts: Counter[str] = Counter()
    for number in range(part * N_FAST, (part + 1) * N_FAST):
        tried(1, number, bases, counts)
    assert min(counts["refused"], counts["run"]) > 0, "mutations neither all wrong nor all harmless"


@pytest.mark.skipif(not SECONDS, reason="TRUSTSIM_MUTANTS says for how many seconds to search")
def test_no_random_scenario_breaks_for_as_long_as_is_wanted(bases: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    signal.signal(signal.SIGPROF, too_long)
    seed, began = secrets.randbelow(2**32), time.monotonic()
    while time.monotonic() - began < SECONDS:
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        try:
            tried(seed, counts["mutants"], bases, counts)
        except Exception as error:
            counts["wrong"] += 1
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            at = "" if where is None else f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}"
            wrong.setdefault(f"{type(error).__name__} at {at}", f"{error} {getattr(error, '__notes__', '')}")
    signal.setitimer(signal.ITIMER_PROF, 0)
    print(f"seed {seed}: {dict(counts)}")
    assert not wrong, "\n\n".join(f"{kind}: {told}" for kind, told in wrong.items())
