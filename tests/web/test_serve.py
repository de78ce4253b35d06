"""The command: a real server on this machine, asked over the wire while a study runs."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager

import httpx
import pytest

from trustsim.web.jobs import Jobs


@contextmanager
def serving(folder, *options, by=()):
    """Give the address that `trustsim serve` prints; the server ends with the block, within half a minute."""
    command = [*by, sys.executable, "-m", "trustsim.cli", "serve", str(folder), "--no-open", "--workers", "1", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"trustsim page: (\S+)  \(Ctrl-C stops it\)\n", line)
        assert found, line
        yield found[1], process
        process.send_signal(signal.SIGINT)
        process.wait(30)
    finally:
        process.kill()
        process.stdout.close()
        process.wait(30)


@contextmanager
def asking(address):
    """Give a client that was let in; the server takes connections before it can answer them."""
    with httpx.Client(base_url=address.partition("/?token=")[0], timeout=60) as client:
        client.get(address)
        yield client


@contextmanager
def open_lines(address, id):
    """Hold open a stream of events that is read, a body that is half sent, and a connection that says nothing."""
    origin, _, token = address.partition("/?token=")
    host = origin.removeprefix("http://").split(":")
    head = f"Host: {host[0]}\r\nAuthorization: Bearer {token}\r\n"
    asked = (
        f"GET /api/jobs/{id}/events HTTP/1.1\r\n{head}\r\n",
        f"POST /api/scenario HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: 50\r\n\r\n[",
        "",
    )
    with ExitStack() as lines:
        for text in asked:
            line = lines.enter_context(socket.create_connection((host[0], int(host[1])), timeout=30))
            line.sendall(text.encode())
            if "/events" in text:
                assert line.recv(100).startswith(b"HTTP/1.1 200")
        yield


@pytest.mark.slow
def test_a_server_runs_a_study_answers_meanwhile_and_stops_it_when_it_ends(folder):
    long = {"scenario": "small.yaml", "set": {"investors.count": "5000"}, "replications": 1000}
    with serving(folder, "--port", "0") as (address, process), asking(address) as client:
        job = client.post("/api/jobs", json=long).json()
        end = time.monotonic() + 60
        while client.get(f"/api/jobs/{job['id']}").json()["done"] == 0:
            assert time.monotonic() < end
            for path in ("/", "/static/main.js", "/api/scenarios", "/api/jobs"):
                assert client.get(path).status_code == 200
        world = {"scenario": "small.yaml", "set": {"investors.count": "20000", "horizon": "9000 d"}}
        assert client.post("/api/play", json=world).status_code == 202
        with open_lines(address, job["id"]):
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
        assert time.monotonic() - began < 6, "five seconds, and one to see it"
    again = Jobs(folder)
    status = again.status(again.card(job["id"]))
    assert status.name == "stopped"
    assert status.count.done > 0


@pytest.mark.slow
def test_another_machine_needs_the_token_that_is_printed(folder):
    with serving(folder, "--host", "0.0.0.0", "--port", "0") as (address, _):
        port, token = re.fullmatch(r"http://[^/]+:(\d+)/\?token=(\S{32})", address).groups()
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            assert client.get("/").status_code == 403
            assert client.get(f"/?token={token}").status_code == 303
            assert client.get("/api/scenarios").status_code == 200


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no terminal hangs up there")
def test_a_server_that_was_started_by_nohup_outlives_its_terminal(folder):
    with serving(folder, "--port", "0", by=("nohup",)) as (address, process), asking(address) as client:
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert client.get("/api/scenarios").status_code == 200


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--port", "99999"), ("--host", "203.0.113.7"), ("--jobs", "0")])
def test_what_cannot_be_served_is_said(folder, options):
    command = [sys.executable, "-m", "trustsim.cli", "serve", str(folder), "--no-open", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert options[0].lstrip("-") in done.stderr or "cannot listen" in done.stderr
