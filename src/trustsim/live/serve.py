"""The server of the page; importing it turns this process into one, as Solara's server has it."""

from __future__ import annotations

import socket
import warnings
import webbrowser
from collections.abc import Callable

import solara
from solara.server import settings
from solara.server.app import AppScript, apps
from solara.server.starlette import ServerStarlette

from trustsim.live.classroom import classroom
from trustsim.live.page import Watch
from trustsim.scenario.resolved import Scenario

LOOPBACK = "127.0.0.1"

_stories: list[Scenario] = []  # the last one is served; Solara finds a page by the name of its module


@solara.component  # type: ignore[untyped-decorator]
def Page() -> None:
    """Show the story that is served."""
    Watch(_stories[-1])


def serve(scenario: Scenario, port: int, *, opens: bool, tell: Callable[[str], None]) -> None:
    """Serve the page of *scenario* to this machine until interrupted, on another port where *port* is taken.

    *tell* hears the address; ``opens``: whether a browser is opened there. Solara's own counting of its users is off.
    """
    settings.telemetry.mixpanel_enable = False
    settings.main.mode = "production"
    settings.theme.title, settings.theme.show_banner = "trustsim live", False
    warnings.filterwarnings("ignore", message="Cookies with samesite=none")  # said of every page that is not https
    _stories.append(classroom(scenario))
    apps["__default__"] = AppScript(__name__)
    server = ServerStarlette(port if _is_free(port) else 0, LOOPBACK, log_level="warning")
    server.serve_threaded()
    server.wait_until_serving()
    tell(server.base_url)
    if opens:
        webbrowser.open(server.base_url)
    try:
        while server.is_alive():
            server.join(1.0)
    finally:
        server.stop_serving()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) != 0
