"""Who may ask what."""

from __future__ import annotations

import pytest
from asking import TestClient

from trustsim.web.app import app_of
from trustsim.web.security import LARGEST_BODY, is_loopback

STATE = {"scenario": "small.yaml"}


def test_every_answer_carries_the_strict_policy(client):
    for answer in (client.get("/"), client.get("/api/scenarios"), client.get("/api/jobs/none"), client.get("/nowhere")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
    assert client.get("/api/scenarios").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "", "\x7f", "a@b:c"])
def test_another_host_name_is_refused(client, host):
    assert client.get("/api/scenarios", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_this_machine_is_not(client, host):
    assert client.get("/api/scenarios", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_sites_page_changes_nothing(client, headers):
    assert client.post("/api/jobs", json=STATE, headers=headers).status_code == 403
    assert client.get("/api/jobs").json() == {"jobs": []}


def test_another_sites_page_does_not_make_the_server_work(client):
    assert client.get("/api/scenarios", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_form_of_another_site_cannot_be_sent(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = client.post("/api/jobs", content=b'{"scenario": "small.yaml"}', headers={"Content-Type": kind})
        assert answer.status_code == 415, kind


def test_a_large_body_is_refused_whatever_length_it_claims(client):
    def stream():
        for _ in range(20):
            yield b"x" * (LARGEST_BODY // 10)

    headers = {"Content-Type": "application/json"}
    assert client.post("/api/scenario", content=b"x" * (LARGEST_BODY + 1), headers=headers).status_code == 413
    assert client.post("/api/scenario", content=stream(), headers=headers).status_code == 413


def test_without_the_token_nothing_is_told(site):
    client = TestClient(app_of(site, hosts=("box",), token="secret"), base_url="http://box:8080")
    for path in ("/", "/static/main.js", "/api/scenarios", "/?token=wrong", "/?token="):
        assert client.get(path).status_code == 403
    assert client.get("/api/scenarios", headers={"Cookie": "trustsim=wrong"}).status_code == 403


def test_the_token_becomes_a_cookie_and_leaves_the_address(site):
    client = TestClient(app_of(site, hosts=("box",), token="secret"), base_url="http://box:8080")
    answer = client.get("/?token=secret&x=1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?x=1")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert client.get("/api/scenarios").status_code == 200


def test_the_token_leads_nowhere_else(site):
    client = TestClient(app_of(site, hosts=("box",), token="secret"), base_url="http://box:8080")
    answer = client.get("//evil.example/?token=secret", follow_redirects=False)
    assert answer.headers["location"].startswith("/")
    assert not answer.headers["location"].startswith("//")


def test_loopback_is_known_by_its_address():
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.5.5.5", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "192.168.1.5", "::", "example.org", ""))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"[" * 100_000, b'{"scenario": 1}', b'{"scenario": "small.yaml", "x": 1}',
             b'{"scenario": "small.yaml", "set": []}', b'{"scenario": "small.yaml", "replications": true}',
             b'{"scenario": "small.yaml", "variants": {"a": 1}}', b'{"scenario": "small.yaml", "show": [1]}',
             b"\xff\xfe"],
)  # fmt: skip
def test_a_body_that_is_no_state_is_refused_and_says_why(client, body):
    answer = client.post("/api/scenario", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["error"]["allowed"]
