"""What a user entered that is not the package's: which parts, and a hash of their code for the address of a run."""

from __future__ import annotations

import hashlib
import importlib
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from trustsim.errors import TrustsimError
from trustsim.experiment.code_reader import PACKAGE, Reader, is_called, top_of
from trustsim.registry import REGISTRY, Entry

# groups whose entries a run looks up itself: no scenario holds them
BY_NAME = (
    "outcome", "indicator", "series", "stock", "term", "purse", "column", "presets", "actor_stock", "actor_purse",
    "incident",
)  # fmt: skip


_ENTERED: dict[str, None] = {}


def enter(file: str) -> None:
    """Import a Python file, so that what it enters is registered; its folder is looked in last, in workers as well.

    Raises TrustsimError where there is no such file, another module has its name, or its code raises.
    """
    path = Path(file).resolve()
    if path.suffix != ".py" or not path.stem.isidentifier() or not path.is_file():
        raise TrustsimError(f"--with: given {file!r}; allowed: a Python file that exists, its name letters and digits")
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    try:
        module = importlib.import_module(path.stem)
    except TrustsimError:
        raise
    except Exception as e:
        raise TrustsimError(f"--with: given {file!r}, which fails:\n{traceback.format_exc()}") from e
    if Path(str(module.__file__)).resolve() != path:
        raise TrustsimError(f"--with: given {file!r}, of the name of {module.__file__}; allowed: another name")
    _ENTERED[file] = None


def entered() -> tuple[str, ...]:
    """Return the Python files that were entered in this process, as they were given."""
    return tuple(_ENTERED)


def looked_up() -> tuple[str, ...]:
    """Return the groups whose entries a run looks up by name, those of presets among them."""
    return (*BY_NAME, *(REGISTRY["presets", name].make.group for name in REGISTRY.names("presets")))


def entries(*groups: str) -> tuple[Entry, ...]:
    """Return what is registered and not the package's, of these groups; of all without any."""
    return tuple(e for e in REGISTRY if top_of(e.make) != PACKAGE and (not groups or e.group in groups))


def code_of(*things: object) -> str:
    """Return the hash (64 hexadecimal digits) of the code of *things*; the same in every process of one Python.

    Raises TrustsimError for a value that the code reads and that has no plain form.
    """
    return _read(things).hash.hexdigest()


def modules_of(simulate: object) -> str:
    """Return a hash of the own modules that a worker imports for this engine and what is registered; '' without any.

    Raises TrustsimError as :func:`code_of` does.
    """
    reader = _read((simulate, *(entry.make for entry in entries())))
    there = sorted(each for each in reader.files.items() if each[0] != "__main__" and reader.is_own(each[0]))
    return hashlib.sha256(repr(there).encode()).hexdigest() if there else ""


def _read(things: Iterable[object]) -> Reader:
    roots = list(things)
    engines = {top_of(root if is_called(root) else type(root)) for root in roots if not isinstance(root, type)}
    own = engines | {top_of(entry.make) for entry in entries()}
    reader = Reader(frozenset(own - {PACKAGE, "", *sys.stdlib_module_names}))
    for root in roots:
        reader.begin(root)
    reader.finish()
    return reader
