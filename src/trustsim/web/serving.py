"""Running the server on a socket that is bound, under an address that a person can open."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass

import uvicorn

from trustsim.web.app import app_of
from trustsim.web.security import TOKEN, is_loopback
from trustsim.web.site import Site

_MOST_AT_ONCE = 300  # connections


@dataclass(frozen=True)
class Address:
    """Where the page is; with a token where another machine could ask."""

    host: str
    port: int
    token: str | None

    @classmethod
    def of(cls, host: str, line: socket.socket) -> Address:
        """Return the address of a bound socket, with a new token unless only this machine can ask."""
        token = None if is_loopback(host) else secrets.token_urlsafe(24)
        return cls(host, int(line.getsockname()[1]), token)

    def __str__(self) -> str:
        host = self.host if self.host not in ("0.0.0.0", "::", "") else socket.gethostname()
        host = f"[{host}]" if ":" in host else host
        return f"http://{host}:{self.port}/" + (f"?{TOKEN}={self.token}" if self.token else "")


def run(site: Site, line: socket.socket, address: Address) -> None:
    """Serve until Ctrl-C."""
    app = app_of(site, hosts=(address.host, socket.gethostname()), token=address.token)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, limit_concurrency=_MOST_AT_ONCE,
        timeout_graceful_shutdown=2, proxy_headers=False,
    )  # fmt: skip
    with suppress(KeyboardInterrupt):  # raised once more when all is closed
        uvicorn.Server(config).run(sockets=[line])
