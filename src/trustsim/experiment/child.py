"""What every process gets that is started: nothing of the current folder to import, and an end when its parent ends.

Python puts the current folder first on the path of ``python -m`` and ``python -c``, so a file ``click.py`` beside a
scenario would run in place of the library. ``PYTHONSAFEPATH`` (``-P``) leaves the folder out; own code reaches a worker
by the folders that the parent's path names, or by the module's name and file (:func:`modules_here`).
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from types import ModuleType

from trustsim.kernels.place import cache_folder, elsewhere

SAFE = {"PYTHONSAFEPATH": "1"}  # of the environment: what is started does not import from the current folder
PARENT = "TRUSTSIM_PARENT"  # in the environment: the process whose end is that of the one started
WATCH_SECONDS = 1.0
_SETTINGS = {"matplotlibrc": "matplotlib"}  # read from the current folder when these modules are imported
_lock = threading.RLock()


def command(module: str, *arguments: str) -> list[str]:
    """Return the command line that runs a module of this package in a process of its own."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a process that is started by :func:`command`, and ends with this one."""
    return {**os.environ, **SAFE, PARENT: str(os.getpid()), **(more or {})}


@contextmanager
def safely() -> Iterator[None]:
    """Let whatever a library starts meanwhile by itself leave the current folder alone."""
    with _lock:
        before = {name: os.environ.get(name) for name in SAFE}
        os.environ.update(SAFE)
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


# -- the end of the parent --------------------------------------------------------------------------------------------


def begin_worker(parent: int, version: str = "") -> None:
    """Begin a worker of the process *parent*: it ends with it, and leaves Ctrl-C and a closed terminal to it.

    ``version``: of the modules of the user's own that it imports; a pool that began with another one is not used again.
    """
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    follow(parent, lambda: os._exit(1))
    settle_libraries()


def follow_parent() -> None:
    """End by SIGTERM when the process ends that started this one by :func:`environment`; else nothing."""
    parent = os.environ.pop(PARENT, "")
    if parent.isdecimal():
        follow(int(parent), lambda: os.kill(os.getpid(), signal.SIGTERM))


def follow(parent: int, end: Callable[[], object]) -> None:
    """Call *end* as soon as this process is another one's child, whatever ended *parent*.

    The system's own notice (``PR_SET_PDEATHSIG``) is of the thread that started the process, which may end before.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_SECONDS)
        end()

    threading.Thread(target=watch, name="follow parent", daemon=True).start()


# -- the current folder -----------------------------------------------------------------------------------------------


def forget_current_folder(path: list[str]) -> None:
    """Take the current folder off *path* where ``python -m`` put it first, unless this package itself lies there."""
    if path and os.path.isabs(path[0]) and path[0] == os.getcwd() != os.path.dirname(_PACKAGE):
        del path[0]


_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def path_of_workers() -> list[str]:
    """Return this process's path for what it starts: without the entry that stands for the current folder."""
    return [each for each in sys.path if each]


def modules_here() -> dict[str, str]:
    """Return the files of the modules that this process has imported from the current folder by that entry alone.

    A notebook's own lever, say, which its workers need; nothing else of the folder.
    """
    if "" not in sys.path:
        return {}
    named = {os.path.abspath(each) for each in sys.path if each}
    files = {name: _file(module) for name, module in list(sys.modules.items()) if "." not in name}
    return {
        name: file
        for name, file in files.items()
        if file is not None and name not in ("__main__", "__mp_main__") and _folder(file) not in named
    }


def _file(module: ModuleType) -> str | None:
    file = getattr(module, "__file__", None)
    return os.path.abspath(file) if isinstance(file, str) and file.endswith(".py") else None


def _folder(file: str) -> str:
    """Return the folder from which a module's file was found; of a package the one around it."""
    folder = os.path.dirname(file)
    return os.path.dirname(folder) if os.path.basename(file) == "__init__.py" else folder


class Lent(importlib.abc.MetaPathFinder):
    """Finds the modules that the parent imported from its current folder, by name, and nothing else there."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the spec of a module that was lent."""
        file = self._files.get(fullname)
        if file is None:
            return None
        inside = [os.path.dirname(file)] if os.path.basename(file) == "__init__.py" else None
        return importlib.util.spec_from_file_location(fullname, file, submodule_search_locations=inside)


def lend(files: Mapping[str, str]) -> None:
    """Let this process import the :func:`modules_here` of its parent, where the path has none of the name."""
    if files:
        sys.meta_path.append(Lent(files))


def settle_libraries() -> None:
    """Import what would read its settings from the current folder, where some lie there, without reading them.

    Without a home matplotlib gets a folder for its own; it would make one for every process, and say so.

    For processes of the program's own: pictures do not change with the folder that a scenario lies in. A script or a
    notebook keeps matplotlib's rule.
    """
    if "MPLCONFIGDIR" not in os.environ and not _has_home():
        folder = cache_folder("matplotlib")
        if folder is not None:
            os.environ["MPLCONFIGDIR"] = str(folder)
    for file, module in _SETTINGS.items():
        if os.path.exists(file):
            with elsewhere(file), suppress(ImportError):
                importlib.import_module(module)


def _has_home() -> bool:
    home = os.path.expanduser("~")
    return os.path.isabs(home) and os.access(home, os.W_OK | os.X_OK)
