"""``trustsim`` and ``python -m trustsim``: the command line, which can be stopped from its first moment on."""

from __future__ import annotations

import sys
from importlib import import_module

from trustsim.experiment import child, stop


def main() -> None:
    """Run the command line and leave with the status that it asks for, without a traceback where it is stopped."""
    with stop.watched():
        try:
            child.follow_parent()
            status = _status_of_commands()
        except BaseException:
            if not stop.is_pressed():
                raise
            stop.end_at_once()
    stop.end_at_once_from_now_on()
    sys.exit(status)


def _status_of_commands() -> str | int | None:
    try:
        import_module("trustsim.cli").main()
    except SystemExit as e:
        return stop.STOP.status if stop.is_pressed() and e.code == 1 else e.code
    return 0


if __name__ == "__main__":
    main()
