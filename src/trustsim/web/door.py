"""The gate before a page that is not the house's own: Mesa's, which Solara serves with a policy of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from trustsim.web.connections import LARGEST_HEAD, Line
from trustsim.web.refused import Refused
from trustsim.web.security import CLOSE, COOKIE, TOKEN, Gate, Keys, is_of_another_site


class Door(Gate):
    """Lets in who knows the token, also where pages and pictures come by web socket."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        try:
            answer = self.admitted(scope)
        except Refused as refusal:
            answer = PlainTextResponse(str(refusal), refusal.status)
        if answer is None and is_of_another_site(Headers(scope=scope)):
            answer = PlainTextResponse("a request from another site", 403)
        if answer is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await answer(scope, receive, send)
        else:
            await send(CLOSE)


@dataclass(frozen=True)
class Guard:
    """What a server on this machine needs so that only who was told its address can ask it.

    Attributes
    ----------
    before : puts the door before an application. options : of uvicorn, limits of connections among them.
    printed, opened : what stands behind the address that is printed, and behind the one that opens a browser once.
    """

    before: Callable[[ASGIApp], ASGIApp]
    options: dict[str, Any]
    printed: str
    opened: str


def guard() -> Guard:
    """Return a guard with a new token."""
    keys = Keys(cookie=f"{COOKIE}-{secrets.token_hex(4)}")
    options = {"http": Line, "h11_max_incomplete_event_size": LARGEST_HEAD, "log_level": "error"}
    return Guard(
        lambda app: Door(app, keys=keys), options, f"/?{TOKEN}={keys.token}", f"/?{TOKEN}={keys.ticket or keys.token}"
    )
