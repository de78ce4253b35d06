"""Studies from the page: in run folders, run by processes of their own, with the numbers of the command line."""

from __future__ import annotations

import json
import os
import shlex
import signal
import time

import pytest
from asking import HERE, TestClient, made, wait_until
from click.testing import CliRunner

from trustsim.cli import main
from trustsim.experiment.store import holder_of
from trustsim.web.app import app_of
from trustsim.web.files import Files
from trustsim.web.jobs import Jobs
from trustsim.web.site import Site

STATE = {"scenario": "small.yaml", "set": {"platforms.Harbour.liquid_share": "20 %"}, "replications": 4}
LONG = {"scenario": "small.yaml", "set": {"investors.count": "5000"}, "replications": 1000}


def start(client, state):
    answer = client.post("/api/jobs", json=state)
    assert answer.status_code == 201, answer.text
    return answer.json()


def numbers(document):
    """Return what two runs of one question have in common: all but the time and the place of the file."""
    scenario = {key: value for key, value in document["scenario"].items() if key != "source"}
    return {**document, "scenario": scenario, "seconds": None}


def compared(arguments, out):
    done = CliRunner().invoke(main, [*arguments, "--json", "--quiet", "--workers", "1", "--out", str(out)])
    assert done.exit_code == 0, done.output
    return numbers(json.loads(done.stdout))


@pytest.mark.slow
def test_a_job_gives_the_numbers_of_the_command_line_to_the_last_digit(finished, monkeypatch, tmp_path):
    client, state, job, folder = finished.client, finished.state, finished.job, finished.site.files.folder
    assert (job["status"], job["done"], job["failed"], job["total"]) == ("done", 24, 0, 24)
    assert job["has_report"]
    result = client.get(f"/api/jobs/{job['id']}/result.json").json()
    form = client.post("/api/scenario", json=state).json()
    monkeypatch.chdir(folder)
    (folder / "taken.yaml").write_text(form["yaml"], encoding="utf-8")
    from_file = compared(["compare", "taken.yaml"], tmp_path / "a")
    from_command = compared(shlex.split(form["command"])[1:], tmp_path / "b")
    assert numbers(result) == from_file == from_command
    cell = job["comparison"]["rows"][0]["cells"]["investor_loss"]["level"]
    assert (
        cell["mean"] == result["variants"][job["comparison"]["rows"][0]["variant"]]["outcomes"]["investor_loss"]["mean"]
    )
    for name in ("report.html", "outcomes.csv", "scenario.yaml"):
        assert client.get(f"/api/jobs/{job['id']}/{name}").status_code == 200
    policy = client.get(f"/api/jobs/{job['id']}/report.html").headers["content-security-policy"]
    assert policy.startswith("sandbox allow-downloads; default-src 'none'")
    place = f"/api/jobs/{job['id']}/chart"
    chart = made(client, place, params={"kind": "difference", "name": "run_probability"})
    assert "<svg" in chart.json()["pictures"][0]["svg"]
    assert made(client, place, params={"kind": "x", "name": "y"}).status_code == 422
    assert start(client, state)["status"] == "done", "the same question is the same job"


def test_events_tell_of_the_worlds_as_they_finish_and_end_with_the_job(finished):
    events = finished.events
    assert events[0]["status"] == "running"
    assert events[-1]["status"] == "done"
    assert events[-1]["comparison"]["n"] == 4
    assert [each["done"] for each in events] == sorted(each["done"] for each in events)
    assert events[-1]["comparison"]["headline"]


@pytest.mark.slow
def test_a_job_is_stopped_or_killed_keeps_what_is_finished_goes_on_and_can_be_deleted(client, folder, ended):
    path = f"/api/jobs/{start(client, LONG)['id']}"
    id = path.rpartition("/")[2]
    assert client.post(f"{path}/resume", json={}).status_code == 409
    assert client.delete(path).status_code == 409
    wait_until(lambda: client.get(path).json()["done"] > 0)
    assert client.post(f"{path}/stop", json={}).status_code == 200
    stopped = ended(id)
    assert (stopped["status"], stopped["message"]) == ("stopped", None)
    assert 0 < stopped["done"] < stopped["total"]
    assert client.get(f"{path}/result.json").json()["interrupted"]
    other = TestClient(app_of(Site(Files(folder), Jobs(folder), lanes=HERE)), base_url="http://127.0.0.1")
    assert other.get("/api/jobs").json()["jobs"][0]["id"] == id, "a server that starts anew finds it"
    assert other.get(path).json()["status"] == "stopped"
    assert client.post(f"{path}/resume", json={}).json()["status"] == "running"
    assert other.get(path).json()["status"] == "running", "another server sees it"
    wait_until(lambda: client.get(path).json()["done"] > stopped["done"])
    os.kill(holder_of(folder / "runs" / id / "runs"), signal.SIGKILL)
    killed = ended(id)
    assert killed["status"] == "stopped"
    assert "ended before it was done" in killed["message"]
    assert killed["done"] > stopped["done"]
    assert client.post(f"{path}/resume", json={}).json()["status"] == "running"
    assert client.post(f"{path}/stop", json={}).status_code == 200
    assert ended(id)["status"] == "stopped"
    assert other.delete(path).status_code == 204
    assert not (folder / "runs" / id).exists()
    assert other.get(path).status_code == 404


@pytest.mark.slow
def test_jobs_wait_in_line_and_one_whose_process_says_what_is_wrong_fails_with_its_words(client, folder, ended):
    first = start(client, LONG)
    second = start(client, {**LONG, "seed": 2})
    assert (first["status"], second["status"]) == ("running", "queued")
    assert client.post(f"/api/jobs/{second['id']}/stop", json={}).json()["status"] == "stopped"
    assert client.post(f"/api/jobs/{second['id']}/stop", json={}).status_code == 409
    assert client.post(f"/api/jobs/{first['id']}/stop", json={}).status_code == 200
    assert ended(first["id"])["status"] == "stopped"
    (folder / "runs" / second["id"] / "resolved.yaml").write_text("trustsim: 1\nhorizon: soon\n")
    client.post(f"/api/jobs/{second['id']}/resume", json={})
    failed = ended(second["id"])
    assert failed["status"] == "failed"
    assert "allowed" in failed["message"]


def test_a_folder_that_cannot_be_written_is_said(client, folder):
    (folder / "runs").write_text("a file where the runs should be")
    answer = client.post("/api/jobs", json=STATE)
    assert answer.status_code == 422
    assert "cannot make or write" in answer.json()["error"]["text"]


@pytest.mark.parametrize("id", ["nothing", "0" * 16, "..", "../../etc", "%2e%2e", "A" * 16])
def test_an_id_is_no_path(client, folder, id):
    assert client.get(f"/api/jobs/{id}").status_code == 404
    assert client.delete(f"/api/jobs/{id}").status_code in (404, 405)
    assert folder.exists()


def test_a_link_in_place_of_a_job_is_not_followed(client, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "job.json").write_text("{}")
    (folder / "runs").mkdir()
    (folder / "runs" / ("a" * 16)).symlink_to(other)
    assert client.get("/api/jobs").json() == {"jobs": []}
    assert client.delete(f"/api/jobs/{'a' * 16}").status_code == 404
    assert (other / "job.json").exists()


def test_a_job_that_someone_broke_is_left_out(client, folder):
    place = folder / "runs" / ("b" * 16)
    place.mkdir(parents=True)
    (place / "job.json").write_text('{"title": ')
    assert client.get("/api/jobs").json() == {"jobs": []}
    assert client.get(f"/api/jobs/{'b' * 16}").status_code == 404


def test_a_world_can_be_watched_without_a_job(client):
    world = made(client, "/api/play?replication=2", "POST", json={"scenario": "small.yaml", "show": ["insured"]})
    assert world.status_code == 200
    assert world.json()["variants"] == ["nothing", "insured"]
    assert client.post("/api/play?replication=x", json=STATE).status_code == 400
    large = {"scenario": "small.yaml", "set": {"investors.count": "90000"}}
    assert client.post("/api/play?replication=0", json=large).status_code == 422


@pytest.mark.slow
def test_a_study_whose_server_was_killed_is_running_from_its_first_to_its_last_moment(client, site, folder):
    path = f"/api/jobs/{start(client, STATE)['id']}"
    id = path.rpartition("/")[2]
    ours = site.jobs._running[id]
    held = ours.lock._lock._context
    held.lock_file_fd, fd = None, held.lock_file_fd
    os.close(fd)  # as the end of this process would
    other = Jobs(folder)
    seen = set()
    while ours.process.poll() is None:
        before = ours.process.poll()
        status = other.status(other.card(id))
        if before is None and ours.process.poll() is None:
            seen.add(status.name)
        time.sleep(0.02)
    assert seen - {"done"} == {"running"}
    assert other.status(other.card(id)).name == "done"
