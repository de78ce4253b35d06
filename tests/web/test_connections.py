"""Connections that say nothing, say it slowly, or lie: they are ended in time, and never lock out others."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress

import pytest
import uvicorn
from asking import HERE, STORY
from uvicorn.protocols.http.h11_impl import H11Protocol

from trustsim.web import connections
from trustsim.web.app import app_of
from trustsim.web.connections import LARGEST_HEAD, Line
from trustsim.web.files import Files
from trustsim.web.jobs import Jobs
from trustsim.web.site import Site

ASKS = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer secret\r\n"
POSTS = ASKS.replace(b"GET /", b"POST /api/scenario") + b"Content-Type: application/json\r\n"


def serving(folder):
    """Start a server of a folder in this process and return it, its thread, and its port."""
    (folder / "small.yaml").write_text(STORY, encoding="utf-8")
    site = Site(Files(folder), Jobs(folder), lanes=HERE)
    config = uvicorn.Config(
        app_of(site, token="secret"), http=Line, ws="none", log_level="error", lifespan="off", timeout_keep_alive=1,
        timeout_graceful_shutdown=1, h11_max_incomplete_event_size=LARGEST_HEAD,
    )  # fmt: skip
    server = uvicorn.Server(config)
    line = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [line]}, daemon=True)
    thread.start()
    return server, thread, line.getsockname()[1]


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    """The port of a server in this process that gives everybody a second."""
    patch = pytest.MonkeyPatch()
    for name, value in (("SECONDS_TO_ASK", 1.0), ("SECONDS_TO_SEND", 1.0), ("MOST", 60), ("MOST_SILENT", 20)):
        patch.setattr(connections, name, value)
    server, thread, port = serving(tmp_path_factory.mktemp("served"))
    yield port
    server.should_exit = server.force_exit = True
    thread.join(10)
    patch.undo()


def connected(port, *, wait=10.0):
    return socket.create_connection(("127.0.0.1", port), timeout=wait)


def said(line):
    """Return all that a connection says until it is closed."""
    found = b""
    try:
        while part := line.recv(65536):
            found += part
    except ConnectionError:
        pass
    finally:
        line.close()
    return found


def status(port, request):
    """Return the status of the answer to a request as it is written, and its whole text."""
    with connected(port) as line:
        line.sendall(request)
        answer = said(line)
    return int(answer.split(None, 2)[1]) if answer else None, answer


def test_silent_connections_lock_nobody_out_and_end(port):
    silent = [connected(port) for _ in range(90)]
    found = [status(port, ASKS + b"Connection: close\r\n\r\n")[0] for _ in range(3)]
    end = time.monotonic() + 10
    for line in silent:
        line.settimeout(max(0.1, end - time.monotonic()))
        assert said(line) == b""
    assert found == [200, 200, 200]


@pytest.mark.slow
def test_a_head_or_a_body_that_trickles_is_ended_in_time(port):
    bodies = (b"Content-Length: 100\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n5\r\n")
    for begin in (b"", ASKS, *(POSTS + each for each in bodies)):
        with connected(port) as line:
            line.sendall(begin)
            began = time.monotonic()
            line.settimeout(0.1)
            found = b""
            while time.monotonic() - began < 8:
                try:
                    line.sendall(b"1" if begin.endswith(b"\r\n\r\n") else b"x")
                    part = line.recv(65536)
                    if not part:
                        break
                    found += part
                except TimeoutError:
                    continue
                except ConnectionError:
                    break
            assert time.monotonic() - began < 6, begin
            assert not found or found.startswith(b"HTTP/1.1 4"), found


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [
        (b"nonsense\r\n\r\n", {400}),
        (b"GET / HTTP/1.1\r\n\r\n", {400}),
        (ASKS + b"Host: two\r\n\r\n", {400}),
        (ASKS + b"X: " + b"y" * 300_000 + b"\r\n\r\n", {400, 431, None}),
        (ASKS + b"X: y\r\n" * 200 + b"Connection: close\r\n\r\n", {431}),
        (ASKS.replace(b"GET /", b"GET /" + b"a" * 12_000) + b"Connection: close\r\n\r\n", {400, 414}),
        (ASKS.replace(b"GET", b"BREW") + b"Connection: close\r\n\r\n", {405}),
        (ASKS.replace(b"GET", b"OPTIONS") + b"Connection: close\r\n\r\n", {405}),
        (ASKS.replace(b"GET /", b"GET http://evil/") + b"Connection: close\r\n\r\n", {404}),
        (ASKS.replace(b"GET /", b"GET /static/../../etc/passwd") + b"Connection: close\r\n\r\n", {404}),
        (ASKS.replace(b"GET /", b"GET /%00%ff%2e%2e") + b"Connection: close\r\n\r\n", {404}),
        (ASKS + b"Upgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n", {200}),
        (POSTS + b"Content-Length: 5\r\nContent-Length: 6\r\nConnection: close\r\n\r\n12345", {400}),
        (POSTS + b"Content-Length: -5\r\nConnection: close\r\n\r\n", {400}),
        (POSTS + b"Content-Length: 9\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n", {400}),
        (POSTS + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n\r\n", {400, None}),
        (POSTS + b"Content-Length: 9999999\r\nConnection: close\r\n\r\n", {413}),
        (POSTS + b"Content-Length: 2\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n[]", {100, 400}),
    ],
)
def test_what_is_no_plain_request_is_refused_and_the_next_one_answered(port, request_, allowed):
    assert status(port, request_)[0] in allowed
    assert status(port, ASKS + b"Connection: close\r\n\r\n")[0] == 200


def test_requests_that_are_sent_at_once_are_answered_in_order(port):
    paths = (b"/", b"/api/jobs", b"/nowhere", b"/static/main.js")
    asked = [ASKS.replace(b"GET /", b"GET " + path) for path in paths] * 5
    _, answer = status(port, b"".join(each + b"\r\n" for each in asked) + ASKS + b"Connection: close\r\n\r\n")
    found = [int(status) for status in re.findall(rb"HTTP/1.1 (\d+) ", answer)]
    assert found == [200, 200, 404, 200] * 5 + [200]


def test_a_reader_who_does_not_read_is_let_go(port, monkeypatch):
    monkeypatch.setattr(connections, "SECONDS_TO_READ", 0.5)
    with connected(port) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(10)
        asked = ASKS.replace(b"GET /", b"GET /static/main.js") + b"\r\n"
        end = time.monotonic() + 30
        with pytest.raises(ConnectionError):  # noqa: PT012
            while time.monotonic() < end:
                line.sendall(100 * asked)
                time.sleep(0.05)
    assert status(port, ASKS + b"Connection: close\r\n\r\n")[0] == 200


STRANGE = POSTS.replace(b"Bearer secret", b"Bearer wrong") + b"Transfer-Encoding: chunked\r\n\r\n"


def test_a_refusal_ends_a_request_that_goes_on(port):
    with connected(port) as line:
        line.sendall(STRANGE)
        line.settimeout(0.7)  # a connection that may go on is closed later
        found = said(line)
    assert found.startswith(b"HTTP/1.1 403 ")
    assert found.endswith(b"}")


def test_a_body_is_measured_as_it_is_sent(port, monkeypatch):
    monkeypatch.setattr(connections, "_MOST_HEARD", 20_000)
    with connected(port) as line, suppress(ConnectionError):
        line.sendall(POSTS + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 5_000)
        assert said(line)[:12] in (b"HTTP/1.1 413", b"")


def test_a_connection_is_heard_in_small_parts_so_that_others_come_between(port, monkeypatch):
    sizes = []
    heard = H11Protocol.data_received
    monkeypatch.setattr(H11Protocol, "data_received", lambda self, data: (sizes.append(len(data)), heard(self, data)))
    assert status(port, STRANGE + b"1\r\n \r\n" * 100_000)[0] == 403
    assert max(sizes) <= 4096
    assert sum(sizes) <= 5 * 4096, "what comes behind a refusal is not read"


def test_a_server_that_ends_waits_for_no_body_and_says_nothing_of_it(tmp_path, capfd):
    server, thread, port = serving(tmp_path)
    with connected(port) as line:
        line.sendall(POSTS + b"Content-Length: 5000\r\n\r\n[")
        time.sleep(0.5)  # until the body is waited for
        server.should_exit = True
        assert said(line).startswith(b"HTTP/1.1 503 ")
    thread.join(10)
    assert capfd.readouterr().err == ""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # what older versions of uvicorn import
def test_a_web_socket_goes_on_behind_a_connection_with_limits():
    client = pytest.importorskip("websockets.sync.client")

    async def app(scope, receive, send):
        await receive()
        await send({"type": "websocket.accept"})
        heard = await receive()
        await send({"type": "websocket.send", "text": heard["text"]})

    server = uvicorn.Server(uvicorn.Config(app, http=Line, log_level="error", lifespan="off"))
    line = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [line]}, daemon=True)
    thread.start()
    with client.connect(f"ws://127.0.0.1:{line.getsockname()[1]}/") as page:
        page.send("x" * 100_000)
        assert page.recv(timeout=10) == "x" * 100_000
    server.should_exit = True
    thread.join(10)
