"""Running the server on a socket that is bound, under an address that a person can open, until it is told to end."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

import uvicorn

from trustsim.web.app import app_of
from trustsim.web.connections import LARGEST_HEAD, MOST, SECONDS_IDLE, Line
from trustsim.web.security import COOKIE, TOKEN, Keys
from trustsim.web.site import Site

if sys.platform != "win32":  # there is no such limit
    import resource

_SECONDS_TO_END = 4.0  # whatever is under way
_MORE_FILES = 4 * MOST  # that may be open at once


@dataclass(frozen=True)
class Address:
    """Where the page is, with the token that opens it."""

    host: str
    port: int
    keys: Keys = field(default_factory=Keys)

    @classmethod
    def of(cls, host: str, line: socket.socket) -> Address:
        """Return the address of a bound socket, with a new token; its cookie is another one for each port."""
        port = int(line.getsockname()[1])
        return cls(host, port, Keys(cookie=f"{COOKIE}-{port}"))

    def __str__(self) -> str:
        return self._with(self.keys.token)

    @property
    def once(self) -> str:
        """The address for a command line, which others on this machine can read: it opens the page one time."""
        return self._with(self.keys.ticket or self.keys.token)

    def _with(self, token: str) -> str:
        host = self.host if self.host not in ("0.0.0.0", "::", "") else socket.gethostname()
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}/?{TOKEN}={token}"


class _Server(uvicorn.Server):
    """A server that ends within some seconds of being told so, with all that it started."""

    def __init__(self, config: uvicorn.Config, site: Site) -> None:
        super().__init__(config)
        self._site = site

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End; where something hinders that, end all the same."""
        if not self._site.is_ending:
            last = threading.Timer(_SECONDS_TO_END, self._leave, (sig,))
            last.daemon = True
            last.start()
            self._site.end()
        super().handle_exit(sig, frame)

    def _leave(self, sig: int) -> None:
        """End whatever hinders that: a thread that is at work, a process that does not hear."""
        self._site.lanes.kill()
        self._site.jobs.kill()
        os._exit(0 if sig == signal.SIGINT else 128 + sig)


def run(site: Site, line: socket.socket, address: Address) -> None:
    """Serve until Ctrl-C, SIGTERM, or the end of the terminal, and end this process."""
    _let_open_files()
    app = app_of(site, hosts=(address.host, socket.gethostname()), keys=address.keys)
    config = uvicorn.Config(
        app, http=Line, ws="none", log_level="error", access_log=False, server_header=False, proxy_headers=False,
        timeout_graceful_shutdown=1, timeout_keep_alive=SECONDS_IDLE, h11_max_incomplete_event_size=LARGEST_HEAD,
    )  # fmt: skip
    server = _Server(config, site)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # ignored: nohup
        signal.signal(signal.SIGHUP, server.handle_exit)
    with suppress(KeyboardInterrupt):  # raised once more when all is closed
        server.run(sockets=[line])
    site.close()
    sys.stdout.flush()
    os._exit(0)  # all is closed; to take the interpreter apart piece by piece would take seconds


def _let_open_files() -> None:
    """Let there be more open files than connections, where the system's usual number is small."""
    if sys.platform == "win32":
        return
    few, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MORE_FILES if most == resource.RLIM_INFINITY else min(_MORE_FILES, most)
    if few != resource.RLIM_INFINITY and few < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
