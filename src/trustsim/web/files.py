"""The scenario files that the page may read: those in one folder, links out of it refused, and those that ship."""

from __future__ import annotations

import math
import os
import re
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from trustsim.catalog import REGISTRY
from trustsim.errors import Problem, ScenarioError
from trustsim.experiment.folder import cannot
from trustsim.experiment.request import REQUEST
from trustsim.scenario.load import whole_tree
from trustsim.scenario.resolved import Scenario
from trustsim.scenario.shipped import shipped
from trustsim.scenario.story import read_story
from trustsim.scenario.tree import Node, Report, clean
from trustsim.scenario.yaml_file import read_file, read_text
from trustsim.web.outgoing import without_paths
from trustsim.web.refused import Refused
from trustsim.web.remembered import Remembered

SHIPPED = "shipped:"
SUFFIXES = (".yaml", ".yml")
LONGEST_ID = 300
MOST_FILES, DEEPEST = 500, 5
LARGEST_UPLOAD = 256 * 1024
MOST_VALUES = 20_000  # in one file: so many are read in a second or two
_UPLOAD = re.compile(r"\w[\w .()+-]{0,90}\.ya?ml")
_LONGEST_NAME = 240  # bytes: the usual disks hold 255, those of one that is being written among them
_MARKS = ("Mn", "Mc")  # of letters, in Unicode
_STRANGE = f"a name that the page cannot ask for; allowed: at most {LONGEST_ID} characters that print, no ':' or '\\\\'"
_MOST_ENTRIES = 20_000  # of the list that are remembered, each as its file was then
_LAST = ("limits/",)  # checks of the model, not stories: at the end of the list


@dataclass(frozen=True)
class File:
    """A scenario file: its id for the page, where it lies, and the folder that all it names must lie in."""

    id: str
    path: Path
    root: Path

    @property
    def is_shipped(self) -> bool:
        return self.id.startswith(SHIPPED)


class Files:
    """The scenario files of one folder and those that ship.

    Parameters
    ----------
    folder : what the page may read and write.
    is_read_only : whether uploads are refused.
    """

    def __init__(self, folder: Path, *, is_read_only: bool = False) -> None:
        self.folder, self.is_read_only = folder.resolve(), is_read_only
        self._shipped = shipped()
        self._entries = Remembered(_MOST_ENTRIES)
        self._lock = threading.Lock()

    def find(self, name: str) -> File:
        """Return the file with this id. Raises Refused: 404 where there is none, 403 where it lies outside."""
        if name.startswith(SHIPPED):
            path = self._shipped.get(name.removeprefix(SHIPPED))
            if path is None:
                raise Refused(404, f"{clean(name)!r}, which does not ship", "one of the scenarios that are listed")
            return File(name, path, path.parents[name.count("/")])
        if not _is_plain(name):
            raise Refused(403, f"the scenario {clean(name)!r}", "the path of a YAML file in the folder, without '..'")
        path = self.folder / name
        if not _lies_in(self.folder, path):
            raise Refused(403, f"{clean(name)!r}, a link out of the folder", "a file in the folder")
        if not path.is_file():
            raise Refused(404, f"{clean(name)!r}, a file that does not exist", "one of the scenarios that are listed")
        return File(name, path, self.folder)

    def listed(self, seconds: float = math.inf) -> list[dict[str, Any]]:
        """Return what the page shows of every scenario: those of the folder first, checks of the model last.

        After so many seconds what is not known yet is listed by its name alone, and read the next time.
        """
        end = time.monotonic() + seconds
        with self._lock:
            return [self._about(file, reads=time.monotonic() < end) for file in self._all()]

    def stamp(self) -> tuple[tuple[str, int, int], ...]:
        """Return what changes with the scenario files in the folder: names, times, sizes."""
        stamps = []
        for name in _names(self.folder):
            with suppress(OSError):
                about = (self.folder / name).stat()
                stamps.append((name, about.st_mtime_ns, about.st_size))
        return tuple(stamps)

    def _all(self) -> Iterator[File]:
        yield from (File(name, self.folder / name, self.folder) for name in sorted(_names(self.folder)))
        names = sorted(self._shipped, key=lambda name: (name.startswith(_LAST), "/" in name, name))
        yield from (self.find(SHIPPED + name) for name in names)

    def _about(self, file: File, *, reads: bool = True) -> dict[str, Any]:
        if not file.is_shipped and not _is_plain(file.id):
            return {**_entry(file), "id": clean(file.id), "error": _STRANGE}
        try:
            there = file.path.stat()
        except OSError as e:
            return {**_entry(file), "error": e.strerror or str(e)}
        key = (file.id, there.st_mtime_ns, there.st_size)
        if not reads and self._entries.peek(key) is None:
            return _entry(file)
        return self._entries.get(key, lambda: _read(file))

    def add(self, name: str, text: str) -> File:
        """Write a checked scenario under a new name into the folder and return it.

        Raises Refused: 403 for a folder that is read only, 409 where the name is taken, 422 where it has problems.
        """
        if self.is_read_only:
            raise Refused(403, "a file to keep", "nothing: the folder is served read only")
        name = unicodedata.normalize("NFC", name)
        if not _UPLOAD.fullmatch(_without_marks(name)):
            raise Refused(400, f"the name {clean(name)!r}", "letters, digits, spaces, '-', '_', with .yaml behind")
        n_bytes = len(name.encode())
        if n_bytes > _LONGEST_NAME:
            raise Refused(400, f"a name of {n_bytes} bytes", f"at most {_LONGEST_NAME} bytes in UTF-8")
        n_files = len(_names(self.folder))
        if n_files >= MOST_FILES:
            raise Refused(507, f"one scenario more than the {n_files} in the folder", f"at most {MOST_FILES}")
        path = self.folder / name
        if os.path.lexists(path):
            raise _taken(name)
        file = File(name, path, self.folder)
        problems = read(file, text=text).problems
        if problems:
            raise Refused(422, f"{name!r}, a scenario with {len(problems)} problems", "one without", problems)
        _write_new(path, text)
        return file


def _taken(name: str) -> Refused:
    return Refused(409, f"{name!r}, which is there already", "another name: no file is written over")


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet; of one that cannot be written whole nothing stays."""
    try:
        stream = path.open("x", encoding="utf-8")
    except FileExistsError as e:  # somebody was quicker
        raise _taken(path.name) from e
    except OSError as e:
        raise cannot("write", path, e) from e
    try:
        with stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as e:
        path.unlink(missing_ok=True)
        raise cannot("write", path, e) from e


@dataclass(frozen=True)
class Reading:
    """What became of a file: its merged tree (None where it cannot be read), its scenario, all that is wrong."""

    tree: Node | None
    scenario: Scenario | None
    problems: tuple[Problem, ...]


Change = Callable[[Node, Report], Node]


def read(file: File, change: Change = lambda tree, report: tree, *, text: str | None = None) -> Reading:
    """Read a scenario file, confined to its root, with *change* applied to its merged tree; never raises.

    ``text`` is read in place of what the file holds.
    """
    report, path, tree = Report(inside=str(file.root), most_values=MOST_VALUES), str(file.path), None
    try:
        whole = read_file(path, report) if text is None else read_text(text, path, report)
        tree = change(whole_tree(whole, path, str(file.path.parent), report), report)
        scenario = read_story(tree, REGISTRY, report, path)
    except ScenarioError as error:
        return Reading(tree, None, error.problems)
    return Reading(tree, None if report.problems else scenario, ScenarioError(report.problems).problems)


def _is_plain(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return (
        0 < len(name) <= LONGEST_ID
        and str(PurePosixPath(name)) == name
        and name.isprintable()
        and not name.startswith("/")
        and "\\" not in name
        and ":" not in name
        and not any(part.startswith(".") for part in parts)
        and name.endswith(SUFFIXES)
    )


def _without_marks(name: str) -> str:
    """Return a name with a plain letter in place of each mark that stands behind one."""
    return name[:1] + "".join("x" if unicodedata.category(c) in _MARKS else c for c in name[1:])


def _names(folder: Path) -> list[str]:
    """Return the ids of scenario files below a folder; what is hidden, and run folders, are left out."""
    names: list[str] = []
    for top, folders, files in os.walk(folder):
        here = Path(top)
        depth = len(here.relative_to(folder).parts)
        if REQUEST in files:
            folders.clear()
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < DEEPEST)
        names += [(here / name).relative_to(folder).as_posix() for name in sorted(files) if name.endswith(SUFFIXES)]
        if len(names) >= MOST_FILES:
            break
    return [name for name in names[:MOST_FILES] if _lies_in(folder, folder / name)]


def _lies_in(folder: Path, path: Path) -> bool:
    """Whether a file lies in a folder, links followed; a link to itself does."""
    return Path(os.path.realpath(path)).is_relative_to(folder)


def _entry(file: File) -> dict[str, Any]:
    where = "shipped" if file.is_shipped else "folder"
    blank = {"title": "", "description": "", "n_variants": 0, "n_investors": None, "error": None}
    return {"id": file.id, "where": where, **blank}


def _read(file: File) -> dict[str, Any]:
    """Return what the list shows of a file."""
    result = read(file)
    if result.scenario is None:
        first = result.problems[0]
        error = without_paths(f"given {first.given}; allowed: {first.allowed}", file.root)
        return {**_entry(file), "error": f"{clean(first.place.path)}: {error}"}
    scenario = result.scenario
    return {
        **_entry(file),
        "title": scenario.title,
        "description": scenario.description,
        "n_variants": len(scenario.variants),
        "n_investors": scenario.variants[0].world.investors.count,
    }
