"""What is asked for is limited as a whole, and a folder that is served read only stays as it is."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from asking import HERE, asking, made

from trustsim.web.files import Files
from trustsim.web.jobs import Jobs
from trustsim.web.page_state import Limits
from trustsim.web.site import Site

STATE = {"scenario": "small.yaml", "replications": 2}
LARGE = {  # each of these is within its own limit
    "too much memory": ({"investors.count": "100000", "network.mean_degree": "10000"}, "memory"),
    "too long": ({"investors.count": "100000", "horizon": "10000 d"}, "minutes"),
}


def served(folder, *, limits=None, is_read_only=False, **of_jobs):
    site = Site(Files(folder, is_read_only=is_read_only), Jobs(folder, workers=1, **of_jobs), limits, HERE)
    return site, asking(site)


@pytest.mark.parametrize("name", LARGE)
def test_what_needs_too_much_taken_together_is_refused_with_the_option_that_allows_it(folder, name):
    changed, what = LARGE[name]
    _, client = served(folder, limits=Limits(memory=4 * 2**30, minutes=60.0, workers=2))
    state = {"scenario": "small.yaml", "set": changed, "replications": 1000}
    form = client.post("/api/scenario", json=state).json()
    assert form["needs"]["memory_bytes"] > 0
    assert [each["text"] for each in form["problems"] if f"trustsim serve --most-{what} " in each["text"]]
    for path in ("/api/jobs", "/api/play?replication=0"):
        answer = client.post(path, json=state)
        assert answer.status_code == 422
        assert f"--most-{what} " in answer.text
    assert client.get("/api/jobs").json() == {"jobs": []}


def test_the_form_says_what_a_study_needs(client):
    needs = client.post("/api/scenario", json=STATE).json()["needs"]
    assert (needs["variants"], needs["replications"], needs["people"]) == (4, 2, 120)
    assert 2**27 < needs["memory_bytes"] < 2**32
    assert 0 < needs["seconds"] < 600


def test_the_line_and_the_disk_have_an_end(folder):
    site, client = served(folder, most_waiting=0)
    assert client.post("/api/jobs", json=STATE).status_code == 503
    (folder / "runs" / "old").mkdir(parents=True)
    (folder / "runs" / "old" / "shard").write_bytes(b"x" * 5000)
    site, client = served(folder, most_bytes=4096)
    answer = client.post("/api/jobs", json=STATE)
    assert answer.status_code == 507
    assert "--most-disk" in answer.json()["error"]["text"]
    assert math.isinf(Jobs(folder).disk.most_bytes)
    site.close()


def test_a_folder_that_is_read_only_is_looked_at_and_nothing_else(finished):
    folder, id = finished.site.files.folder, finished.job["id"]
    _, client = served(folder, is_read_only=True)

    def files() -> list[Path]:  # but for one that is being written
        return sorted(path for path in folder.rglob("*") if not path.name.startswith("."))

    before = files()
    story = (folder / "small.yaml").read_bytes()
    changes = (
        ("POST", "/api/jobs", {"json": STATE}), ("POST", "/api/play", {"json": STATE}),
        ("POST", f"/api/jobs/{id}/stop", {"json": {}}), ("POST", f"/api/jobs/{id}/resume", {"json": {}}),
        ("DELETE", f"/api/jobs/{id}", {}),
        ("POST", "/api/upload?name=x.yaml", {"content": story, "headers": {"Content-Type": "text/yaml"}}),
    )  # fmt: skip
    for method, path, more in changes:
        answer = client.request(method, path, **more)
        assert answer.status_code == 403, path
        assert "read only" in answer.json()["error"]["text"]
    assert files() == before
    assert client.post("/api/scenario", json=STATE).json()["is_read_only"]
    assert client.get("/api/scenarios").json()["is_read_only"]
    for path in (
        "",
        "/chart?kind=difference&name=investor_loss",
        "/play?replication=0",
        "/result.json",
        "/report.html",
    ):
        assert made(client, f"/api/jobs/{id}{path}").status_code == 200


def test_a_network_file_counts_with_the_people_that_it_brings(folder):
    n = 25_001
    (folder / "path.csv").write_text("source,target\n" + "".join(f"{k},{k + 1}\n" for k in range(n - 1)))
    story = (folder / "small.yaml").read_text().replace("  count: 120\n", "")
    network = "network: {kind: small_world, mean_degree: 6, rewire: 10 %}"
    (folder / "large.yaml").write_text(story.replace(network, "network: {kind: file, path: path.csv}"))
    state = {"scenario": "large.yaml", "replications": 2}
    site, client = served(folder)
    answer = client.post("/api/play?replication=0", json=state)
    assert (answer.status_code, "25001 investors to watch" in answer.text) == (422, True)
    needs = client.post("/api/scenario", json=state).json()["needs"]
    assert needs["people"] == n
    assert site.begin(state).result()["work"] == n * 30 * 4 * 2
    _, client = served(folder, limits=Limits(investors=n - 1))
    refused = client.post("/api/jobs", json=state)
    assert (refused.status_code, "--most-investors" in refused.text) == (422, True)


def test_a_form_has_an_end(client):
    many = {"shocks": "[" + "{kind: custodian_theft}," * 600 + "]"}
    for state, path in (
        ({"set": many}, "shocks"),
        ({"set": {"investors.segments": "[" + "{name: a}," * 600 + "]"}}, "investors.segments"),
        ({"variants": {"a": [{"kind": "guarantee"}] * 600}}, "variants"),
        ({"variants": {f"v{k}": [{"kind": "guarantee"}] * 60 for k in range(10)}}, "variants"),
    ):
        form = client.post("/api/scenario", json={"scenario": "small.yaml", **state}).json()
        assert [each["path"] for each in form["problems"]] == [path]
        assert form["groups"] == []


def test_a_state_of_very_many_parts_is_refused_unread(client):
    state = {"scenario": "small.yaml", "variants": {f"v{k}": [{"kind": "guarantee"}] * 12 for k in range(100)}}
    assert client.post("/api/scenario", json=state).status_code == 413


def test_a_broken_upload_is_refused_before_all_of_it_is_read(client):
    headers = {"Content-Type": "text/yaml"}
    for text in ("a: [" + "1," * 100_000 + "]", "a: 1\n" * 40_000, "".join(f"k{k}: &x{k} 1\n" for k in range(12_000))):
        answer = client.post("/api/upload?name=x.yaml", content=text, headers=headers)
        assert answer.status_code == 422
        assert len(answer.content) < 100_000
        last = answer.json()["problems"][-1]
        assert "more than 100 problems: here reading stopped" in last["given"] or "values" in last["given"]
