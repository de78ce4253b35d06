"""A run folder that somebody else filled: what lies in it is shown, and neither obeyed nor followed."""

from __future__ import annotations

import json
import os
import stat

import pytest

ID = "a" * 16
CARD = {"title": "x", "state": {}, "variants": ["nothing"], "baseline": "nothing", "total": 1, "began": 1.0}
NAMES = ("job.json", "log.txt", "request.json", "resolved.yaml", "study.json", "report.html", "outcomes.csv")


@pytest.fixture
def run(folder):
    """A run folder as the page lists it."""
    place = folder / "runs" / ID
    place.mkdir(parents=True)
    (place / "job.json").write_text(json.dumps(CARD))
    return place


def test_a_report_does_not_say_itself_what_it_may_do(client, run):
    loose = "script-src 'unsafe-inline'; sandbox allow-scripts allow-same-origin"
    (run / "report.html").write_text(f'<meta http-equiv="Content-Security-Policy" content="{loose}"><script></script>')
    headers = client.get(f"/api/jobs/{ID}/report.html").headers
    policy = dict(each.strip().partition(" ")[::2] for each in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["sandbox"] == "allow-downloads"
    assert "script-src" not in policy
    assert headers["cross-origin-opener-policy"] == "unsafe-none", "else the standard lets no sandbox be shown"
    assert headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("kind", ["link", "pipe"])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_of_the_run_itself_is_neither_followed_nor_waited_for(site, client, run, tmp_path, name, kind):
    assert site.jobs.place(ID) == run
    secret = tmp_path / "secret"
    secret.write_text(json.dumps(CARD | {"title": "hunter2"}))
    (run / name).unlink(missing_ok=True)
    (run / name).symlink_to(secret) if kind == "link" else os.mkfifo(run / name)
    for path in ("", "/report.html", "/outcomes.csv", "/scenario.yaml", "/result.json"):
        answer = client.get(f"/api/jobs/{ID}{path}")
        assert (answer.status_code, "hunter2" in answer.text) == (404, False)
    assert client.get("/api/jobs").json() == {"jobs": []}
    assert client.delete(f"/api/jobs/{ID}").status_code == 404
    assert secret.exists()
    assert stat.S_ISLNK((run / name).lstat().st_mode) == (kind == "link")
