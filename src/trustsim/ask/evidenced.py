"""``trustsim.evidence``: run files and folders of scenarios, and say whether they show what they must."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trustsim import arguments
from trustsim.analysis.checked import Checked, Evidence
from trustsim.analysis.evidence import files_needed, findings, variants_needed
from trustsim.ask.running import Out, running
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment.inputs import called
from trustsim.experiment.plan import planned
from trustsim.experiment.study import Rule, Study, run_study
from trustsim.later import later
from trustsim.registry import Registry
from trustsim.scenario.load import load
from trustsim.scenario.resolved import Precision, Scenario

if TYPE_CHECKING:
    from trustsim.analysis import compared
else:
    compared = later("trustsim.analysis.compared")

File = str | os.PathLike[str]


def evidence(
    paths: File | Iterable[File],
    *,
    replications: int | None = None,
    progress: bool = True,
    out: Out = None,
    registry: Registry = REGISTRY,
    **options: Any,
) -> Evidence:
    """Run scenario files, and all files with an ``expect`` in folders, and judge what they expect.

    Parameters
    ----------
    replications : in place of the number in each file.
    progress : whether to show a bar for each file (plain lines where there is no terminal).
    out : a run folder: runs that are kept there are not computed again.
    options : of :func:`trustsim.experiment.study.run_study`: workers, timeout, pool.

    Raises
    ------
    ScenarioError, TrustsimError : for what is wrong with a file, before anything runs.
    """
    stories = stories_of(paths, registry)
    return judged(stories, replications=replications, progress=progress, out=out, registry=registry, **options)


def stories_of(paths: File | Iterable[File], registry: Registry) -> list[Scenario]:
    """Return the scenarios of files and folders that have an ``expect``.

    Raises ScenarioError, TrustsimError for what is wrong with a file, and where there is none.
    """
    stories = [load(file, registry) for file in _files(paths)]
    stories = [story for story in stories if story.expect]
    if not stories:
        raise TrustsimError("evidence: given no scenario with an expect; allowed: at least one")
    return stories


def judged(
    stories: Sequence[Scenario],
    *,
    replications: int | None,
    progress: bool,
    out: Out,
    registry: Registry,
    **options: Any,
) -> Evidence:
    """Run scenarios and judge what they expect; the parameters are those of :func:`evidence`."""
    checked = []
    for story in stories:
        study = _run(
            story, variants_needed(story.expect, story.baseline), replications, progress, out, registry, options
        )
        asked = planned(story) if replications is None else replications
        others: dict[str, Study] = {}
        for other in [] if study.interrupted else others_of(story, registry):
            names = variants_needed(story.expect, other.baseline, other.source)
            others[other.source] = _run(other, names, asked, progress, out, registry, options)
        is_cut = any(each.interrupted for each in (study, *others.values()))
        is_whole = set(files_needed(story.expect)) <= others.keys()  # else a file is missing to judge by
        found = findings(study, registry, others) if is_whole else ()
        checked.append(Checked(story.source, replace(study, interrupted=is_cut), found, asked))
        if is_cut:
            break
    return Evidence(tuple(checked))


def others_of(story: Scenario, registry: Registry) -> list[Scenario]:
    """Return the other scenarios that a story's expectations read, each by the file that they name.

    Raises ScenarioError for what is wrong with one, TrustsimError where money in two currencies is compared.
    """
    found = [replace(load(file, registry), source=file) for file in files_needed(story.expect)]
    for other in (each for each in found if each.currency != story.currency):
        for r in (r for e in story.expect for r in e.readings if r.file == other.source and not r.is_series):
            if registry.outcome(r.name).unit == "money":
                given = f"{r.name} of {called(other.source)} in {other.currency}"
                raise TrustsimError(f"expect: given {given}; allowed: money in {story.currency}, as in {story.source}")
    return found


def _run(
    story: Scenario, variants: Sequence[str], replications: int | None, progress: bool, out: Out, registry: Registry,
    options: dict[str, Any],
) -> Study:  # fmt: skip
    with running(progress, out, f"replications of {called(story.source)}") as (callback, store):
        return run_study(
            story, variants=variants, replications=replications, progress=callback, store=store,
            rule=_rule_of(story, registry) if replications is None else None, **options,
        )  # fmt: skip


def _rule_of(story: Scenario, registry: Registry) -> Rule | None:
    """Return the rule of a story that asks for a precision; what decides by it is imported for such a story alone."""
    return compared.rule_of(story, registry) if isinstance(story.replications, Precision) else None


def _files(paths: File | Iterable[File]) -> list[Path]:
    """Return the files, and those in folders, in order; each once."""
    found: dict[Path, None] = {}
    several = paths if isinstance(paths, Iterable) and not isinstance(paths, str | bytes) else [paths]
    for path in (arguments.place("paths", each) for each in several):
        inside = sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
        if not inside:
            raise TrustsimError(f"{path}: given a folder without scenario files; allowed: one with *.yaml files")
        found |= dict.fromkeys(inside)
    return list(found)
