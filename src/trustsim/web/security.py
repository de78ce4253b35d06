"""Who may ask what: the host that was asked, the token, the site a request comes from, the size of what it brings."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trustsim.web.connections import LARGEST_BODY, LARGEST_HEAD, LINE
from trustsim.web.refused import Refused

COOKIE, TOKEN = "trustsim", "token"
LONGEST_QUERY, MOST_HEADERS = 8 * 1024, 100
BODIES = ("application/json", "text/yaml")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_SECONDS_OF_TICKET = 300.0
_SAFE = ("GET", "HEAD")
CLOSE = {"type": "websocket.close", "code": 1008}
_WITHOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>trustsim: the address is not whole</title></head><body>
<h1>This page opens with the whole address</h1>
<p>trustsim answers only those who know its token. The terminal in which <code>trustsim serve</code> runs shows an
address that ends in <code>?token=…</code>: open that one. Each start of the server has another.</p>
<p>A bookmark, or a link that somebody sent you, works in this browser once you have done so: type or paste it into the
address bar.</p>
</body></html>
"""


@dataclass
class Keys:
    """What lets a browser in: the token as long as the server runs; a ticket once, in the first minutes.

    The ticket is for the command that opens a browser, which everybody on a shared machine can read. Once it is in, the
    browser brings the ``session`` in a cookie, which it shows to every other server on this machine too.
    """

    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    ticket: str | None = field(default_factory=lambda: secrets.token_urlsafe(24))
    cookie: str = COOKIE
    session: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    began: float = field(default_factory=time.monotonic)

    def fit(self, text: str) -> bool:
        """Whether a text is the token, in a time that tells nothing about it."""
        return _is_same(text, self.token)

    def fit_cookie(self, headers: Headers) -> bool:
        """Whether a request of this server's own page, or of a person, brings the session in its cookie."""
        is_own = headers.get("sec-fetch-site", "none") in ("same-origin", "none") and not is_of_another_site(headers)
        return is_own and _is_same(_cookie(headers, self.cookie), self.session)

    def open(self, text: str) -> bool:
        """Whether a text is the token, or the ticket, which is spent by this."""
        is_ticket = self.ticket is not None and _is_same(text, self.ticket)
        if is_ticket:
            self.ticket = None
        return self.fit(text) or (is_ticket and time.monotonic() < self.began + _SECONDS_OF_TICKET)


def _is_same(text: str, secret: str) -> bool:
    return hmac.compare_digest(text.encode("utf-8", "surrogatepass"), secret.encode())


class Gate:
    """Stands before the application: lets pass what may pass, and puts the house's headers on every answer.

    Parameters
    ----------
    hosts : names that the server is called by, beside addresses in figures and ``localhost``. Any other name in the
        ``Host`` header is refused, for it may be a stranger's that was led to this machine.
    keys : what a browser must know; None where another gate stands before this one.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = (), keys: Keys | None = None) -> None:
        self.app, self.hosts, self.keys = app, {"localhost", *(host.lower() for host in hosts)}, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":  # nothing here speaks anything else
            await send(CLOSE)
            return
        dressed = _dressed(scope, send)
        try:
            answer = self.admitted(scope)
            if answer is None:
                _check_site(scope, Headers(scope=scope))
        except Refused as refusal:
            answer = JSONResponse(refusal.to_json(), refusal.status)
        if answer is not None:
            await answer(scope, receive, dressed)
            return
        line = scope.get("state", {}).get(LINE)
        if line is not None:
            line.is_known = True
        await self.app(scope, _limited(receive), dressed)

    def admitted(self, scope: Scope) -> Response | None:
        """Return an answer to who has no token, or brings it; None lets the request pass. Raises Refused."""
        headers = Headers(scope=scope)
        _check_head(scope, headers)
        self._check_host(headers.get("host", ""))
        return None if self.keys is None else self._check_token(scope, headers, self.keys)

    def _check_host(self, given: str) -> None:
        host = (_parts(f"//{given}")[1] or "") if given.isprintable() else ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            if host not in self.hosts:
                raise Refused(403, f"the host {given[:80]!r}", "the address that trustsim serve printed") from None

    def _check_token(self, scope: Scope, headers: Headers, keys: Keys) -> Response | None:
        """Let in who knows the token: by cookie, by header, or by the address, from which it is taken away at once."""
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        in_query = dict(query).get(TOKEN)
        is_page = scope.get("method") in _SAFE and not scope["path"].startswith("/api/")
        if in_query is not None and (keys.open(in_query) if is_page else keys.fit(in_query)):
            rest = urlencode([(key, value) for key, value in query if key != TOKEN])
            if not is_page:
                scope["query_string"] = rest.encode()
                return None
            answer = RedirectResponse("/" + scope["path"].lstrip("/\\") + (f"?{rest}" if rest else ""), 303)
            answer.set_cookie(keys.cookie, keys.session, httponly=True, samesite="strict", path="/")
            return answer
        if keys.fit_cookie(headers) or keys.fit(_bearer(headers)):
            return None
        if is_page and "text/html" in headers.get("accept", ""):
            return HTMLResponse(_WITHOUT, 403, headers={"Cache-Control": "no-store"})
        refusal = Refused(403, "a request without the token", "the whole address that trustsim serve printed")
        return JSONResponse({**refusal.to_json(), "needs_token": True}, 403)


def _cookie(headers: Headers, name: str) -> str:
    return cookie_parser(headers.get("cookie", "")).get(name, "")


def _bearer(headers: Headers) -> str:
    kind, _, given = headers.get("authorization", "").partition(" ")
    return given.strip() if kind.lower() in ("bearer", "token") else ""


def _parts(address: str) -> tuple[str, str | None]:
    """Return (host and port, host) of an address; nothing where it is none."""
    try:
        parts = urlsplit(address)
        return parts.netloc, parts.hostname
    except ValueError:
        return "", None


def _check_head(scope: Scope, headers: Headers) -> None:
    """Raise Refused for a head that is larger than any that a browser sends here, or that says two things."""
    sent = scope["headers"]
    if len(sent) > MOST_HEADERS or sum(len(name) + len(value) for name, value in sent) > LARGEST_HEAD:
        raise Refused(431, f"{len(sent)} headers", f"at most {MOST_HEADERS}, of {LARGEST_HEAD} bytes in all")
    if len(scope["query_string"]) > LONGEST_QUERY or len(scope["path"]) > LONGEST_QUERY:
        raise Refused(414, "a very long address", f"at most {LONGEST_QUERY} bytes")
    if "transfer-encoding" in headers and "content-length" in headers:
        raise Refused(400, "a body with two lengths", "Content-Length or Transfer-Encoding")


def is_of_another_site(headers: Headers) -> bool:
    """Whether the page that makes a request is another one's."""
    origin = headers.get("origin")
    return origin is not None and _parts(origin)[0] != headers.get("host", "")


def _check_site(scope: Scope, headers: Headers) -> None:
    """Raise Refused for a request that another site's page makes, and for a body of a kind that a form can send."""
    is_change = scope["method"] not in ("GET", "HEAD", "OPTIONS")
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_foreign = site in ("cross-site", "same-site") and (is_change or scope["path"].startswith("/api/"))
    if is_foreign or (is_change and is_of_another_site(headers)):
        raise Refused(403, f"a request from another site ({str(origin)[:80]})", "requests from this page")
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    if scope["method"] in ("POST", "PUT", "PATCH") and kind not in BODIES:
        raise Refused(415, f"a body of type {headers.get('content-type', 'nothing')[:80]!r}", " or ".join(BODIES))
    length = headers.get("content-length", "0")
    if length.isdecimal() and (len(length) > 12 or int(length) > LARGEST_BODY):
        raise _too_large()


def _too_large() -> Refused:
    return Refused(413, "a large body", f"at most {LARGEST_BODY} bytes")


def _limited(receive: Receive) -> Receive:
    """Stop reading a body that grows too large, whatever length it claims."""
    n_bytes = 0

    async def limited() -> Message:
        nonlocal n_bytes
        message = await receive()
        n_bytes += len(message.get("body", b""))
        if n_bytes > LARGEST_BODY:
            raise _too_large()
        return message

    return limited


def _dressed(scope: Scope, send: Send) -> Send:
    """Put the house's headers on an answer, those aside that it brings itself."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            is_private = not scope["path"].startswith("/static/")
            headers.setdefault("Cache-Control", "no-store" if is_private else "private, no-cache")
        await send(message)

    return dressed
