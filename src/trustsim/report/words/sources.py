"""What a source stands for: publications, rows of the evidence table, rows of the catalogue of constructs.

Parameters and mechanisms name sources by id (``'doi:…'``, ``'E-34'``, ``'P-06'``, ``'C1'``), several with '; '
between. ``sources.csv`` says what each is; a test holds that every id that the registry names is in it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from urllib.parse import quote

ASSUMED = "assumed"
DOI = "doi:"
#: how far a source reaches, to be said beside any count of them
SCOPE = (
    "A fact or a sign backs that a thing matters, which way, and of which order; unless its text gives the number, the "
    "value is ours."
)
_IN_TEXT = re.compile(r"doi:10\.\S*[^\s.,;)]|\b[EPT]-\d\d\b")


@dataclass(frozen=True)
class Source:
    """One source: what it says (a citation, a fact, the name of a construct) and where that is from.

    ``certainty`` of a fact: F seen in the cited page or paper, R recalled, D computed from the named public data.
    """

    id: str
    text: str
    source: str
    certainty: str

    @property
    def is_doi(self) -> bool:
        return self.id.startswith(DOI)

    @property
    def url(self) -> str:
        """The address of a publication; empty for all else."""
        return f"https://doi.org/{quote(self.id.removeprefix(DOI), safe='/().;:')}" if self.is_doi else ""

    @property
    def is_evidence(self) -> bool:
        """Whether it is a row of the evidence table: a fact (E), a limit of theory (T), the sign of a lever (P)."""
        return self.id[1:2] == "-"

    @property
    def is_construct(self) -> bool:
        """Whether it is a row of the catalogue of constructs: what is to be represented, without a number."""
        return not self.is_doi and not self.is_evidence and "://" not in self.id


@lru_cache(maxsize=1)
def known() -> dict[str, Source]:
    """Return every source by id: facts, limits, signs, constructs, publications, in the order of ``sources.csv``."""
    text = files("trustsim.report.words").joinpath("sources.csv").read_text(encoding="utf-8")
    return {row["id"]: Source(**row) for row in csv.DictReader(io.StringIO(text))}


def ids_of(source: str) -> tuple[str, ...]:
    """Return the ids in a source as it is declared: ``'G10; P-35'`` gives G10 and P-35; ``'assumed'`` gives none."""
    return tuple(part for part in source.split("; ") if part not in ("", ASSUMED))


def ids_in(text: str) -> tuple[str, ...]:
    """Return the DOIs and the rows of the evidence table that a docstring or a note names."""
    return tuple(dict.fromkeys(_IN_TEXT.findall(text)))


def cited(ids: Iterable[str]) -> tuple[Source, ...]:
    """Return the sources of these ids, each once, in the order of ``sources.csv``; those unknown come last, bare."""
    wanted = dict.fromkeys(ids)
    listed = tuple(source for name, source in known().items() if name in wanted)
    return listed + tuple(Source(name, "", "", "") for name in wanted if name not in known())
