"""Who may ask what."""

from __future__ import annotations

import json
import threading
import time

import pytest
from asking import TestClient

from trustsim.web import incoming
from trustsim.web.app import app_of
from trustsim.web.connections import LARGEST_BODY
from trustsim.web.document import read_document
from trustsim.web.refused import Refused
from trustsim.web.security import Keys

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


def test_the_cookie_is_no_token_and_is_taken_from_this_page_alone(site):
    client = TestClient(app_of(site, token="secret"), base_url="http://127.0.0.1:8080")
    client.get("/?token=secret")
    (value,) = client.cookies.values()
    assert "secret" not in value
    assert client.get("/api/jobs", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200
    for other in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "http://127.0.0.1:9999"}):
        assert client.get("/", headers=other).status_code == 403
    client.cookies.clear()
    assert client.get("/api/jobs", headers={"Authorization": f"Bearer {value}"}).status_code == 403
    assert client.get(f"/?token={value}").status_code == 403
    assert client.get("/api/jobs", headers={"Cookie": "trustsim=secret"}).status_code == 403


def test_the_token_leads_nowhere_else(site):
    client = TestClient(app_of(site, hosts=("box",), token="secret"), base_url="http://box:8080")
    answer = client.get("//evil.example/?token=secret", follow_redirects=False)
    assert answer.headers["location"].startswith("/")
    assert not answer.headers["location"].startswith("//")


def test_the_ticket_that_opens_the_browser_works_once_and_not_for_ever():
    keys = Keys()
    assert keys.ticket != keys.token
    ticket = keys.ticket
    assert not keys.open("wrong")
    assert keys.open(ticket)
    assert not keys.open(ticket)
    assert keys.open(keys.token)
    late = Keys(began=-1e9)
    assert not late.open(late.ticket)


def test_who_comes_without_the_token_gets_a_page_that_says_how(site):
    client = TestClient(app_of(site, token="secret"), base_url="http://127.0.0.1")
    answer = client.get("/", headers={"Accept": "text/html,*/*"})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "?token=" in answer.text
    assert "secret" not in answer.text
    assert client.get("/api/jobs", headers={"Accept": "text/html"}).json()["needs_token"]


def test_a_script_brings_the_token_in_a_header_or_with_its_question(site):
    client = TestClient(app_of(site, token="secret"), base_url="http://127.0.0.1")
    assert client.get("/api/jobs", headers={"Authorization": "Bearer secret"}).status_code == 200
    assert client.get("/api/jobs", headers={"Authorization": "Bearer wrong"}).status_code == 403
    assert client.get("/api/jobs?token=secret", follow_redirects=False).status_code == 200
    assert client.post("/api/scenario?token=secret", json=STATE).status_code == 200
    assert client.post("/api/scenario?token=secret", json=STATE, headers={"Origin": "http://x"}).status_code == 403


HEADS = [
    ({"Host": "["}, 403), ({"Host": "[::1"}, 403), ({"Origin": "http://["}, 403), ({"Cookie": "a=\x01; ;;=;"}, 200),
    ({"Cookie": "other=\"{; trustsim=x"}, 200), ({f"x-{k}": "1" for k in range(120)}, 431), ({"x": "y" * 20_000}, 431),
    ({"Content-Length": "9" * 30}, 413), ({"Content-Length": "2", "Transfer-Encoding": "chunked"}, 400),
    ({"Content-Type": "APPLICATION/JSON ; charset=utf-8"}, 200), ({"Content-Type": "application/json-x"}, 415),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "status"), HEADS)
def test_a_strange_head_is_answered_plainly(client, headers, status):
    answer = client.post(
        "/api/scenario", content=b'{"scenario": "small.yaml"}', headers={"Content-Type": "application/json", **headers}
    )
    assert answer.status_code == status, answer.text


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


def test_many_keys_are_read_at_once_and_one_that_stands_twice_is_found():
    names = [f"k{n}" for n in range(20_000)]
    began = time.process_time()
    assert len(read_document(json.dumps(dict.fromkeys(names, 0)).encode())) == 20_000
    with pytest.raises(Refused, match="the key 'k19999' twice"):
        read_document(("{" + ",".join(f'"{name}": 0' for name in [*names, names[-1]]) + "}").encode())
    assert time.process_time() - began < 2


def test_a_large_document_is_read_apart_from_what_others_wait_for(client, monkeypatch):
    threads = []

    def read(body):
        threads.append(threading.current_thread().name)
        return read_document(body)

    monkeypatch.setattr(incoming, "read_document", read)
    large = {**STATE, "set": {"replications": "2" + 20_000 * " "}}
    assert client.post("/api/scenario", json=large).status_code == 200
    assert [name for name in threads if name.startswith("page")] == threads
    assert len(threads) == 1
