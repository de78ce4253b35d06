"""Who may ask what: the host that was asked, the token, the site a request comes from, the size of what it brings."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trustsim.web.refused import Refused

COOKIE, TOKEN = "trustsim", "token"
LARGEST_BODY = 1024 * 1024
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


def is_loopback(host: str) -> bool:
    """Whether a host can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Gate:
    """Stands before the application: lets pass what may pass, and puts the house's headers on every answer.

    Parameters
    ----------
    hosts : names that the server is called by, beside addresses in figures and ``localhost``. Any other name in the
        ``Host`` header is refused, for it may be a stranger's that was led to this machine.
    token : what a browser must know; None where only this machine can ask.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str] = (), token: str | None = None) -> None:
        self.app, self.hosts, self.token = app, {"localhost", *(host.lower() for host in hosts)}, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        dressed = _dressed(scope, send)
        try:
            answer = self._checked(scope)
        except Refused as refusal:
            answer = JSONResponse(refusal.to_json(), refusal.status)
        if answer is not None:
            await answer(scope, receive, dressed)
            return
        await self.app(scope, _limited(receive), dressed)

    def _checked(self, scope: Scope) -> Response | None:
        """Return an answer that needs no application; None lets the request pass. Raises Refused."""
        headers = Headers(scope=scope)
        self._check_host(headers.get("host", ""))
        if self.token is not None:
            answer = self._check_token(scope, headers, self.token)
            if answer is not None:
                return answer
        _check_site(scope, headers)
        return None

    def _check_host(self, given: str) -> None:
        host = (urlsplit(f"//{given}").hostname or "") if given.isprintable() else ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            if host not in self.hosts:
                raise Refused(403, f"the host {given[:80]!r}", "the address that trustsim serve printed") from None

    def _check_token(self, scope: Scope, headers: Headers, token: str) -> Response | None:
        query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        asked = dict(query).get(TOKEN)
        if asked is not None and hmac.compare_digest(asked.encode(), token.encode()):
            rest = urlencode([(key, value) for key, value in query if key != TOKEN])
            answer = RedirectResponse("/" + scope["path"].lstrip("/") + (f"?{rest}" if rest else ""), 303)
            answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
            return answer
        if not hmac.compare_digest(_cookie(headers).encode(), token.encode()):
            raise Refused(403, "a request without the token", "the whole address that trustsim serve printed")
        return None


def _cookie(headers: Headers) -> str:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _check_site(scope: Scope, headers: Headers) -> None:
    """Raise Refused for a request that another site's page makes, and for a body of a kind that a form can send."""
    is_change = scope["method"] not in ("GET", "HEAD", "OPTIONS")
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_foreign = site in ("cross-site", "same-site") and (is_change or scope["path"].startswith("/api/"))
    if is_foreign or (is_change and origin is not None and urlsplit(origin).netloc != headers.get("host", "")):
        raise Refused(403, f"a request from another site ({str(origin)[:80]})", "requests from this page")
    if scope["method"] in ("POST", "PUT", "PATCH") and headers.get("content-type", "").split(";")[0] not in BODIES:
        raise Refused(415, f"a body of type {headers.get('content-type', 'nothing')[:80]!r}", " or ".join(BODIES))
    if headers.get("content-length", "0").isdigit() and int(headers.get("content-length", "0")) > LARGEST_BODY:
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
            headers.setdefault("Cache-Control", "no-store" if scope["path"].startswith("/api/") else "no-cache")
        await send(message)

    return dressed
