"""What is said of runs that fail: what was raised, in whose code, and whether all of them fail alike."""

from __future__ import annotations

import re
import sysconfig
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from trustsim import errors
from trustsim.errors import ModelError, TrustsimError
from trustsim.experiment.run import FailedRun, Run

_PACKAGE = Path(__file__).resolve().parents[1]
_LIBRARIES = tuple({Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "purelib")})
_FRAME = re.compile(r'  File "(?P<file>[^"]*)", line (?P<line>\d+)')
_NUMBER = re.compile(r"\d+(\.\d+)?(e[-+]?\d+)?")
_ENOUGH = 2  # replications that fail alike before anything else is known


class RunsFailed(TrustsimError):
    """No replication of a study finished; the cause is the traceback of the first run that failed.

    ``frames``: that traceback without what is trustsim's own, '' where nothing else is in it; ``replication``: which
    one to repeat; ``is_input``: whether trustsim itself refused what it was given.
    """

    def __init__(self, message: str, run: FailedRun) -> None:
        super().__init__(message, run)
        self.frames, self.replication = frames_of_the_user(run.traceback), run.replication
        self.is_input = _is_refusal(run.type)
        self.__cause__ = Raised(run.traceback)

    def __str__(self) -> str:
        message, run = self.args
        return f"{message}: {in_a_line(run)}"


class Raised(Exception):
    """What a run raised, perhaps in another process: its traceback as text."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


def in_a_line(run: FailedRun) -> str:
    """Return on one line what a run raised, and where."""
    text = " ".join(run.message.split()) if run.type != "ScenarioError" else run.message
    where = _place(run.traceback)
    what = text if _is_refusal(run.type) else f"{run.type}: {text}".rstrip(": ")
    return what if not where or _is_refusal(run.type) else f"{what} ({where})"


def _is_refusal(type: str) -> bool:
    """Whether trustsim itself refused what it was given; a ModelError is a defect of somebody's code."""
    return hasattr(errors, type) and type != ModelError.__name__


def frames_of_the_user(text: str) -> str:
    """Return a traceback without the frames of trustsim; '' where no frame of anybody's own code is in it."""
    frames: list[str] = []
    is_shown, has_own = True, False
    for line in text.splitlines():
        frame = _FRAME.match(line)
        if frame is not None:
            is_shown = not _is_in(frame["file"], (_PACKAGE,))
            has_own |= _is_own(frame["file"])
        elif not line.startswith("    "):
            is_shown = True
        if is_shown:
            frames.append(line)
    return "\n".join(frames) if has_own else ""


def _place(text: str) -> str:
    """Return file and line of the last frame of somebody's own code, else of the last one."""
    frames = [frame for frame in map(_FRAME.match, text.splitlines()) if frame is not None]
    own = [frame for frame in frames if _is_own(frame["file"])]
    if not frames:
        return ""
    last = (own or frames)[-1]
    file = Path(last["file"])
    name = file.relative_to(_PACKAGE.parent).as_posix() if not own and _is_in(str(file), (_PACKAGE,)) else str(file)
    return f"{name}:{last['line']}"


def _is_own(file: str) -> bool:
    return not _is_in(file, (_PACKAGE, *_LIBRARIES)) and not file.startswith("<frozen")


def _is_in(file: str, folders: Iterable[Path]) -> bool:
    return any(Path(file).is_relative_to(folder) for folder in folders)


@dataclass
class Alike:
    """Watches whether the first runs of all variants fail alike: by type, place and message but for its numbers.

    ``total`` replications are to be run; ``had_any``: whether some are finished from before.
    """

    variants: Collection[str]
    total: int
    had_any: bool = False
    _first: FailedRun | None = None
    _failed: dict[str, set[int]] = field(default_factory=dict)
    _is_out: bool = False
    _is_said: bool = False

    def take(self, results: Iterable[Run | FailedRun]) -> str | None:
        """Take what came back; return what is to be said of the first failure, once the study is known to go on."""
        was_out = self._is_out or self.had_any
        for run in results:
            if isinstance(run, Run) or run.stage != "simulate":
                self._is_out = True
            if isinstance(run, FailedRun):
                self._is_out |= self._first is not None and _sign(run) != _sign(self._first)
                self._first = self._first or run
                for name in run.variants:
                    self._failed.setdefault(name, set()).add(run.replication)
        is_new = self._first is not None and not self._is_said and (self._is_out or was_out)
        self._is_said |= is_new
        if not is_new:
            return None
        assert self._first is not None
        return f"replication {self._first.replication} failed: {in_a_line(self._first)}"

    @property
    def is_sure(self) -> bool:
        """Whether nothing finished and the first runs of every variant failed alike."""
        if self._first is None or self._is_out or self.had_any:
            return False
        enough = min(_ENOUGH, self.total)
        return all(len(self._failed.get(name, ())) >= enough for name in self.variants)

    def check(self) -> None:
        """Raise RunsFailed where all fail alike."""
        if self.is_sure and self._first is not None:
            raise RunsFailed("the first runs of all variants fail alike, nothing more was tried", self._first)


def _sign(run: FailedRun) -> tuple[str, str, str, str]:
    return run.stage, run.type, _NUMBER.sub("#", run.message), _place(run.traceback)
