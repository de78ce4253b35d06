"""How the program is stopped: Ctrl-C, a stop from outside (SIGTERM) and a closed terminal (SIGHUP).

The first signal raises where the program is; what finished is kept by whoever keeps it, and workers are ended. A second
one, or one that has had no effect for some seconds, ends the program at once: the run store survives that.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

INTERRUPTED = 130  # exit statuses: 128 and the number of the signal, as shells have it
SECONDS = 7.0  # from SIGTERM or SIGHUP to an end that does not wait for anything
_NAMES = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Stopped(KeyboardInterrupt):
    """A stop from outside: nothing more is computed, drawn or printed, other than after Ctrl-C."""


class _Stop:
    """What this process was told: the first signal, and how whoever stops it may go on."""

    def __init__(self) -> None:
        self.number = 0
        self.hint = ""
        self.is_watching = False

    @property
    def word(self) -> str:
        """What to say of it."""
        if self.number == signal.SIGINT:
            word = "interrupted"
        else:
            word = f"stopped by {signal.Signals(self.number).name}" if self.number else "stopped"
        return f"{word}; {self.hint}" if self.hint else word

    @property
    def status(self) -> int:
        """The exit status that says so."""
        return 128 + self.number if self.number else INTERRUPTED


STOP = _Stop()


def is_pressed() -> bool:
    """Whether the program was told to stop."""
    return STOP.number != 0


def check() -> None:
    """Raise again what stopped the program, where something on its way swallowed it."""
    if STOP.number:
        raise KeyboardInterrupt if STOP.number == signal.SIGINT else Stopped


def may_go_on(hint: str) -> None:
    """Say how to go on where the program is stopped from now on."""
    STOP.hint = hint


@contextmanager
def watched() -> Iterator[None]:
    """Answer the three signals while the body runs; a signal that is ignored, as by ``nohup``, stays so."""
    if STOP.is_watching or threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = {name: signal.getsignal(getattr(signal, name)) for name in _NAMES}
    usual = {name: how for name, how in usual.items() if how not in (signal.SIG_IGN, None)}
    hook = sys.unraisablehook
    STOP.number, STOP.hint, STOP.is_watching = 0, "", True
    sys.unraisablehook = _unless_stopped(hook)
    try:
        for name in usual:
            signal.signal(getattr(signal, name), _answer)
        yield
    finally:
        STOP.is_watching = False
        sys.unraisablehook = hook
        for name, how in usual.items():
            signal.signal(getattr(signal, name), how)


def _answer(number: int, frame: FrameType | None) -> None:
    if STOP.number:
        end_at_once()
    STOP.number = number
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    limit = threading.Timer(SECONDS, end_at_once)
    limit.daemon = True
    limit.start()
    raise Stopped


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put a signal off to the end of the body, so that what is written there is written whole or not at all.

    A second one is not put off.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    later = _Later()
    try:
        later.begin()
        yield
    finally:
        later.end()


class _Later:
    """Handlers that put the first signal off; where one of them is left behind, it hands on what it is told."""

    def __init__(self) -> None:
        handlers = ((number, signal.getsignal(number)) for number in (getattr(signal, name) for name in _NAMES))
        self._usual = {number: how for number, how in handlers if callable(how)}
        self._first: tuple[int, FrameType | None] | None = None
        self._is_over = False

    def begin(self) -> None:
        for number in self._usual:
            signal.signal(number, self._answer)

    def end(self) -> None:
        self._is_over = True
        for number, how in self._usual.items():
            signal.signal(number, how)
        self._hand_on()

    def _answer(self, number: int, frame: FrameType | None) -> None:
        if self._first is None and not self._is_over:
            self._first = (number, frame)
            return
        self._is_over = True
        with suppress(BaseException):  # of the first one: the second is an answer to it
            self._hand_on()
        self._usual[number](number, frame)

    def _hand_on(self) -> None:
        first, self._first = self._first, None
        if first is not None:
            self._usual[first[0]](*first)


def end_at_once_from_now_on() -> None:
    """Answer the signals by an end without a word: all is done, and the interpreter only puts itself away."""
    if threading.current_thread() is threading.main_thread():
        for name in _NAMES:
            if signal.getsignal(getattr(signal, name)) != signal.SIG_IGN:
                signal.signal(getattr(signal, name), lambda number, frame: os._exit(128 + number))


def end_at_once() -> NoReturn:
    """Say that the program was stopped, and leave it where it stands."""
    with suppress(OSError):
        os.write(2, f"{STOP.word}\n".encode("utf-8", "replace"))
    os._exit(STOP.status)


def _unless_stopped(hook: Any) -> Any:
    """Return a hook that leaves out an interrupt that was raised where nothing can be raised, as in a finalizer."""

    def tell(unraisable: Any) -> None:
        if not (STOP.number and isinstance(unraisable.exc_value, KeyboardInterrupt)):
            hook(unraisable)

    return tell
