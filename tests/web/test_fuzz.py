"""Whatever is asked is answered at once, plainly, with no defect and no place of this machine in it."""

from __future__ import annotations

import json
import os
import random
import re
import tempfile
import time
from pathlib import Path

import pytest
from asking import made

from trustsim.catalog import REGISTRY
from trustsim.scenario.load import loads

N = int(os.environ.get("TRUSTSIM_REQUESTS", "50"))
SEED = int(os.environ.get("TRUSTSIM_SEED", "1"))
JSON, YAML = {"Content-Type": "application/json"}, {"Content-Type": "text/yaml"}
TEXTS = (
    "", " ", "small.yaml", "shipped:quickstart", "../x.yaml", "/etc/passwd", "a/../b.yaml", "%2e%2e/x.yaml", "x" * 5000,
    "\x00", "\ud800", "\udfff.yaml", "\u202e", "é" * 300, "NaN", "-1", "1e999", "99999999999999999999", "*", "&a *a",
    "[" * 60, "{a: " * 60, "!!python/object:os.system x", "=cmd|' /C calc'!A1", "<script>", "$x$", "platforms.Harbour",
    "investors.count", "variants", "shocks.0", "on", "off", "null", "~", "15 %", "30 d", "[1, 2, {a: b}]", "beta(2, 5)",
    "{kind: file, path: /etc/passwd}", "{kind: file, path: nothing.csv}", "uniform(1, 1)", "'", '"', "\\", "~/x.yaml",
)  # fmt: skip
PLAIN = (None, True, False, 0, 1, -1, 2**40, 10**30, 1.5, -0.0, *TEXTS)
BROKEN = (
    b"", b"\xff\xfe", b"[" * 5000, b'{"a":' * 500, b'{"scenario": 1, "scenario": 2}', b"Infinity",
    b'{"scenario": "\\ud800"}', b"1" * 5000, b'"' + b"x" * 2_000_000 + b'"',
)  # fmt: skip
NAMES = ("a.yaml", "b 2.yml", "../x.yaml", "x" * 300 + ".yaml", "\x00.yaml", "é.yaml", "x.py", "small.yaml")
PATHS = (
    "/", "/static/main.js", "/static/..%2fapp.py", "/static/", "/api", "/api/", "/api/jobs", "/%00", "//x",
    "/" + "a" * 9000, "/api/scenarios", "/static/%ff", "/?token=" + "x" * 100,
)  # fmt: skip
RANGES = ("bytes=0-1", "bytes=9-1", "x", "bytes=" + "0-1," * 200)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")
KINDS = (YAML, JSON, {"Content-Type": "multipart/form-data; boundary=x"}, {})
WHAT = (
    "", "/events", "/chart", "/play", "/runs", "/result.json", "/report.html", "/outcomes.csv", "/scenario.yaml",
    "/stop", "/resume", "/nowhere",
)  # fmt: skip
PARAMS = ("kind", "name", "replication", "variants", "ranked_by")
KEYS = ("scenario", "set", "variants", "show", "replications", "seed", "ranked_by", "other")


def value(rng, depth=0):
    """Return some plain data."""
    kind = rng.random()
    if depth < 3 and kind < 0.15:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if depth < 3 and kind < 0.3:
        return {rng.choice(TEXTS): value(rng, depth + 1) for _ in range(rng.randrange(4))}
    return rng.choice(PLAIN)


def state(rng):
    """Return a question that is right in most of it."""
    found = {"scenario": "small.yaml", "replications": 1}
    for key in rng.sample(KEYS, rng.randrange(4)):
        found[key] = value(rng)
    if rng.random() < 0.4:
        found["set"] = {rng.choice(TEXTS): value(rng) for _ in range(rng.randrange(5))}
    return found


def body(rng):
    """Return the bytes of a question, now and then broken."""
    text = json.dumps(state(rng)).encode()
    kind = rng.random()
    if kind < 0.1:
        return text[: rng.randrange(len(text))]
    if kind < 0.2:
        at = rng.randrange(len(text))
        return text[:at] + bytes([rng.randrange(256)]) + text[at:]
    if kind < 0.25:
        return rng.choice(BROKEN)
    return text


def request(rng, id):
    """Return (method, path, what more)."""
    job = f"/api/jobs/{rng.choice([id, id, id, '0' * 16, '..', '%2e%2e', 'x' * 3000, '%00', '%ff'])}"
    kind = rng.random()
    if kind < 0.3:
        return "POST", "/api/scenario", {"content": body(rng), "headers": JSON}
    if kind < 0.4:
        return "POST", rng.choice(["/api/jobs", f"/api/play?replication={rng.choice(['0', 'x', '-1', '9' * 30])}"]), {
            "content": body(rng) if rng.random() < 0.7 else b"{", "headers": JSON,
        }  # fmt: skip
    if kind < 0.55:
        text = rng.choice(
            [b"", b"\x00", b"\xff", b"a: [", b"trustsim: 1", b"a: " + b"[" * 300, aliases(rng), b"%PDF-1.4"]
        )
        sent = {"params": {"name": rng.choice(NAMES)}, "content": text, "headers": rng.choice(KINDS)}
        return "POST", "/api/upload", sent
    if kind < 0.65:
        return rng.choice(METHODS), rng.choice(PATHS), {"headers": {"Range": rng.choice(RANGES)}}
    params = {name: rng.choice(TEXTS).encode("utf-8", "replace").decode() for name in rng.sample(PARAMS, 3)}
    if rng.random() < 0.3:
        params |= {"kind": rng.choice(["difference", "fan"]), "name": rng.choice(["policy_cost", "outflow"])}
    return (
        rng.choice(["GET", "GET", "GET", "HEAD", "POST"]),
        job + rng.choice(WHAT),
        {"params": params, "headers": JSON},
    )


def aliases(rng):
    """Return YAML of many aliases, flat or each of the one before."""
    if rng.random() < 0.5:
        return ("a: &a [x]\nb: [" + ", ".join(["*a"] * 1000) + "]").encode()
    return ("a0: &a0 [x, x]\n" + "\n".join(f"a{k}: &a{k} [*a{k - 1}, *a{k - 1}]" for k in range(1, 40))).encode()


def asked(client, secrets, rng, id):
    """Ask one thing and return its status; how long it took and what it says is checked."""
    method, path, more = request(rng, id)
    began = time.monotonic()
    answer = client.request(method, path, follow_redirects=False, **more)
    seconds = time.monotonic() - began
    about = f"{method} {path[:100]} {str(more)[:300]} → {answer.status_code} {answer.text[:300]}"
    assert answer.status_code < 500 or answer.status_code in (503, 507), about
    assert seconds < 20, f"{seconds:.1f} s: {about}"
    if not path.endswith("report.html"):
        assert not [each for each in secrets if each in answer.text], about
    return answer.status_code


@pytest.mark.parametrize("n", [N, pytest.param(4 * N, marks=pytest.mark.slow)])
def test_any_request_is_answered_plainly(finished, n):
    rng = random.Random(SEED)
    secrets = (str(finished.site.files.folder), "Traceback", "site-packages", os.path.expanduser("~") + "/")
    counts: dict[int, int] = {}
    end = time.monotonic() + float(os.environ.get("TRUSTSIM_SECONDS", "inf"))
    for _ in range(n):
        status = asked(finished.client, secrets, rng, finished.job["id"])
        counts[status] = counts.get(status, 0) + 1
        if time.monotonic() > end:
            break
    print(dict(sorted(counts.items())))
    assert counts[200] > 0
    assert sum(n for status, n in counts.items() if 400 <= status < 500) > n / 10


@pytest.mark.parametrize("text", ["\\ud800", "a\\udc00b"])
def test_half_a_character_is_refused_wherever_it_stands(client, text):
    for document in ('{"scenario": "%s"}', '{"scenario": "small.yaml", "set": {"%s": 1}}', '{"show": ["%s"]}'):
        answer = client.post("/api/scenario", content=(document % text).encode(), headers=JSON)
        assert answer.status_code == 400
        assert "half a character" in answer.json()["error"]["text"]


def test_no_answer_names_a_place_of_this_machine(client, folder):
    wrong = re.sub("network: .*", "network: {kind: file, path: no.csv}", (folder / "small.yaml").read_text())
    wrong = wrong.replace("  count: 120\n", "")
    answer = client.post("/api/upload", params={"name": "x.yaml"}, content=wrong, headers=YAML)
    assert answer.status_code == 422
    assert "no.csv" in answer.text
    extends = client.post("/api/upload", params={"name": "y.yaml"}, content="extends: nothing.yaml\n", headers=YAML)
    assert "nothing.yaml" in extends.text
    for text in (answer.text, extends.text):
        assert str(folder) not in text
        assert str(folder.parent) not in text


def test_names_and_texts_that_look_like_paths_stay_as_they_are(client, folder):
    names = [f"{Path.home()}/gate", "…/gate", f"{folder}/gate", "gate", f"{tempfile.gettempdir()}/x"]
    text = (folder / "small.yaml").read_text()
    head, rest = text.split("variants:")[0], text[text.index("replications:") :]
    title = f"What {Path.home()}/x and {folder}/y have in common"
    head = head.replace("A small story", json.dumps(title)).replace("Harbour", json.dumps(f"{folder}/Bank"))
    kinds = ["[]", *(f"[{{kind: redemption_gate, trigger: {k} %, duration: 14 d}}]" for k in range(4, 8))]
    variants = "".join(f"  {json.dumps(name)}: {kind}\n" for name, kind in zip(names, kinds, strict=True))
    (folder / "paths.yaml").write_text(f"{head}variants:\n{variants}{rest}", encoding="utf-8")
    form = client.post("/api/scenario", json={"scenario": "paths.yaml"}).json()
    assert form["problems"] == []
    assert form["title"] == title
    assert [each["name"] for each in form["variants"]] == names
    assert loads(form["yaml"], REGISTRY).title == title
    listed = client.get("/api/scenarios").json()["scenarios"]
    assert title in [each["title"] for each in listed]
    watched = client.post("/api/play", params={"replication": 0}, json={"scenario": "paths.yaml"}).json()
    assert watched["variants"] == names


def test_a_result_names_its_source_from_the_folder(finished):
    id = finished.job["id"]
    result = made(finished.client, f"/api/jobs/{id}/result.json").json()
    assert result["scenario"]["source"] == f"runs/{id}/resolved.yaml"
