"""What is finished of a job, read, compared and drawn by the process of :mod:`trustsim.web.beside`.

A run folder is named by its path and a stamp, which changes when there is something new in it.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trustsim.analysis.comparison import compare
from trustsim.ask import result as results
from trustsim.ask.result import Result
from trustsim.ask.robustness import ranked_anew
from trustsim.catalog import REGISTRY
from trustsim.errors import TrustsimError
from trustsim.experiment import request as requests
from trustsim.experiment.request import Asked
from trustsim.web import answers, pictures, play
from trustsim.web.outgoing import without_paths
from trustsim.web.remembered import Remembered

Json = dict[str, Any]
_RESULTS = Remembered(4)


@dataclass(frozen=True)
class Finished:
    """The finished worlds of a run folder; ``by`` the outcome that ranks the variants, where it is measured."""

    place: Path
    stamp: Hashable
    seconds: float
    by: str | None = None

    def result(self) -> Result:
        """Return what they say. Raises TrustsimError where there is none."""
        result: Result = _RESULTS.get((self.place, self.stamp), self._read)
        comparison = result.comparison
        is_ranked = self.by == comparison.ranked_by or self.by not in comparison.measures
        if self.by is None or is_ranked or not comparison.measures[self.by].better:
            return result
        key = (self.place, self.stamp, self.by)
        return _RESULTS.get(key, lambda: _ranked(result, self.by))

    def _read(self) -> Result:
        return results.kept(self.place, study_of(self.place), REGISTRY, seconds=self.seconds)


def _ranked(result: Result, by: str | None) -> Result:
    anew = compare(result.study, REGISTRY, rank_by=by)
    return replace(result, comparison=anew, robustness=ranked_anew(result.robustness, result.study, anew))


def study_of(place: Path) -> Asked:
    """Return the study of a run folder, with the addresses under which its runs were kept."""
    study = requests.study_of(place)
    return replace(study, addresses=study.request.addresses or study.addresses)


def comparison(finished: Finished) -> Json | None:
    """Return what the page tells of the comparison; None where no world is finished under all variants."""
    try:
        result = finished.result()
    except TrustsimError:
        return None
    return answers.comparison(result)


def document(finished: Finished, folder: Path) -> Json:
    """Return the comparison as ``trustsim compare --json`` prints it, its source named from *folder*."""
    document = finished.result().to_json()
    scenario = document["scenario"]
    return {**document, "scenario": {**scenario, "source": without_paths(scenario["source"], folder)}}


def picture(finished: Finished, kind: str, name: str) -> Json:
    """Return one chart."""
    return pictures.picture(finished.result(), kind, name)


def worth_watching(finished: Finished) -> list[Json]:
    """Return which worlds to watch."""
    return play.worth_watching(finished.result())
