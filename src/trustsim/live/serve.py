"""The server of the page; importing it turns this process into one, as Solara's server has it."""

from __future__ import annotations

import os
import socket
import threading
import warnings
import webbrowser
from collections.abc import Callable
from typing import Any, Protocol

import solara
from solara.server import settings
from solara.server.app import AppScript, apps
from solara.server.starlette import ServerStarlette, app

from trustsim.live.classroom import classroom
from trustsim.live.page import Watch
from trustsim.scenario.resolved import Scenario

LOOPBACK = "127.0.0.1"
_SECONDS_TO_END = 4.0

_stories: list[Scenario] = []  # the last one is served; Solara finds a page by the name of its module


class Guard(Protocol):
    """What keeps others out: a door before the application, options of uvicorn, what stands behind the address that is
    printed and behind the one that is opened."""

    @property
    def before(self) -> Callable[[Any], Any]: ...
    @property
    def options(self) -> dict[str, Any]: ...
    @property
    def printed(self) -> str: ...
    @property
    def opened(self) -> str: ...


@solara.component  # type: ignore[untyped-decorator]
def Page() -> None:
    """Show the story that is served."""
    Watch(_stories[-1])


def serve(scenario: Scenario, port: int, guard: Guard, *, opens: bool, tell: Callable[[str], None]) -> None:
    """Serve the page of *scenario* to this machine until interrupted, on another port where *port* is taken.

    *tell* hears the address; ``opens``: whether a browser is opened there. Solara's own counting of its users is off.
    """
    settings.telemetry.mixpanel_enable = False
    settings.main.mode = "production"
    settings.theme.title, settings.theme.show_banner = "trustsim live", False
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # said of every page that is not https
    _stories.append(classroom(scenario))
    apps["__default__"] = AppScript(__name__)
    server = ServerStarlette(port if _is_free(port) else 0, LOOPBACK, guard.before(app), **guard.options)
    server.serve_threaded()
    server.wait_until_serving()
    tell(f"{server.base_url}{guard.printed}")
    if opens:
        webbrowser.open(f"{server.base_url}{guard.opened}")
    try:
        while server.is_alive():
            server.join(1.0)
    finally:
        last = threading.Timer(_SECONDS_TO_END, os._exit, (130,))  # whatever a page is computing
        last.daemon = True
        last.start()
        server.stop_serving()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) != 0
