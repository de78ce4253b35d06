"""What the page can read and write lies in the folder, whatever it is called."""

from __future__ import annotations

import os
import shutil

import pytest
from asking import HERE, TestClient

from trustsim.web import files
from trustsim.web.app import app_of
from trustsim.web.files import LARGEST_UPLOAD, Files
from trustsim.web.jobs import Jobs
from trustsim.web.outgoing import without_paths
from trustsim.web.refused import Refused
from trustsim.web.site import Site

YAML = {"Content-Type": "text/yaml"}


def form(client, **state):
    return client.post("/api/scenario", json={"scenario": "small.yaml", **state})


def upload(client, name, text):
    return client.post("/api/upload", params={"name": name}, content=text, headers=YAML)


def problems(client, **state):
    answer = form(client, **state)
    assert answer.status_code == 200, answer.text
    return {each["path"]: each["text"] for each in answer.json()["problems"]}


@pytest.mark.parametrize(
    "name",
    ["../outside.yaml", "/etc/passwd", "a/../../outside.yaml", "./small.yaml", "small.yaml\x00", "C:\\x.yaml",
     "..\\outside.yaml", "x" * 5000 + ".yaml", ".hidden.yaml", "small.yaml/", "", "passwd", "\u202e.yaml", "a\n.yaml",
     "shipped:../../../etc/passwd", "shipped:", "nothing.yaml", "file:small.yaml"],
)  # fmt: skip
def test_a_name_that_leads_out_or_nowhere_is_refused(client, folder, name):
    (folder.parent / "outside.yaml").write_text((folder / "small.yaml").read_text())
    answer = form(client, scenario=name)
    assert answer.status_code in (403, 404)
    assert "error" in answer.json()


def test_a_link_out_of_the_folder_is_refused_and_not_listed(client, folder):
    (folder.parent / "secret.yaml").write_text((folder / "small.yaml").read_text())
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    (folder / "out").symlink_to(folder.parent)
    assert form(client, scenario="link.yaml").status_code == 403
    assert form(client, scenario="out/secret.yaml").status_code == 403
    names = [each["id"] for each in client.get("/api/scenarios").json()["scenarios"] if each["where"] == "folder"]
    assert names == ["small.yaml"]


@pytest.mark.parametrize("name", ["../secret.yaml", "/etc/passwd", "link.yaml"])
def test_what_a_scenario_extends_lies_in_the_folder(client, folder, name):
    (folder.parent / "secret.yaml").write_text("password: hunter2\n")
    (folder / "link.yaml").symlink_to(folder.parent / "secret.yaml")
    (folder / "child.yaml").write_text(f"extends: {name}\n{(folder / 'small.yaml').read_text()}")
    found = form(client, scenario="child.yaml")
    assert "outside of the folder" in found.json()["problems"][0]["given"]
    assert "hunter2" not in found.text


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd"])
def test_a_network_file_lies_in_the_folder(client, folder, path):
    (folder.parent / "secret.csv").write_text("source,target\n0,1\n")
    changed = {"network": "{kind: file, path: " + path + "}"}
    assert "outside of the folder" in problems(client, set=changed).get(
        "network.path", str(problems(client, set=changed))
    )
    (folder / "inside.csv").write_text("source,target\n0,1\n1,2\n")
    assert problems(client, set={"network": "{kind: file, path: inside.csv}", "investors.count": "3"}) == {}


def test_shipped_scenarios_are_there_and_whole(client):
    listed = client.get("/api/scenarios").json()["scenarios"]
    shipped = [each for each in listed if each["where"] == "shipped"]
    assert "shipped:cases/C1_custodian_bank" in {each["id"] for each in shipped}
    wrong = [each for each in shipped if each["error"] and "outside of the folder" not in each["error"]]
    assert wrong == [], "but for those that read data which do not ship"
    assert shipped[-1]["id"].startswith("shipped:limits/")
    assert listed[0] | {"description": ""} == {
        "id": "small.yaml", "where": "folder", "title": "A small story", "description": "", "n_variants": 4,
        "n_investors": 120, "error": None,
    }  # fmt: skip


def test_a_file_with_an_error_is_listed_with_it(client, folder):
    (folder / "broken.yaml").write_text("trustsim: 1\nhorizon: [")
    (folder / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    told = {each["id"]: each["error"] for each in client.get("/api/scenarios").json()["scenarios"]}
    assert told["small.yaml"] is None
    assert "YAML" in told["broken.yaml"]
    assert told["binary.yaml"]
    assert form(client, scenario="broken.yaml").json()["problems"][0]["line"] == 2


@pytest.mark.parametrize("name", [b"a:b.yaml", b"a\\b.yaml", b"a\nb.yaml", b"a\xffb.yaml", b"a:b/c.yaml"])
def test_a_file_that_the_page_cannot_ask_for_is_listed_with_its_error(client, folder, name):
    place = os.path.join(os.fsencode(folder), name)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    shutil.copy(os.fsencode(folder / "small.yaml"), place)
    listed = client.get("/api/scenarios").json()["scenarios"]
    told = {each["id"]: each["error"] for each in listed if each["where"] == "folder"}
    assert told.pop("small.yaml") is None
    ((id, error),) = told.items()
    assert id.startswith("a")
    assert "a name that the page cannot ask for" in error


def test_a_link_to_itself_spoils_only_itself(client, folder):
    (folder / "loop.yaml").symlink_to("loop.yaml")
    told = {each["id"]: each["error"] for each in client.get("/api/scenarios").json()["scenarios"]}
    assert told["loop.yaml"]
    assert told["small.yaml"] is None
    assert form(client, scenario="loop.yaml").status_code == 404


@pytest.mark.parametrize(
    ("name", "kept"), [("नमस्ते.yaml", "नमस्ते.yaml"), ("e\u0301.yaml", "\u00e9.yaml"), ("\u5b57" * 78 + ".yaml",) * 2]
)
def test_an_upload_may_have_any_letters_composed_as_many_as_a_name_holds(client, folder, name, kept):
    answer = upload(client, name, (folder / "small.yaml").read_text())
    assert (answer.status_code, answer.json().get("id")) == (201, kept)
    longer = upload(client, "\u5b57" * 90 + ".yaml", (folder / "small.yaml").read_text())
    assert longer.status_code == 400
    assert "a name of 275 bytes" in longer.json()["error"]["text"]


def test_an_upload_is_checked_kept_and_never_written_over_a_file(client, folder):
    text = (folder / "small.yaml").read_text()
    assert upload(client, "mine 2.yaml", text).json() == {"id": "mine 2.yaml"}
    assert (folder / "mine 2.yaml").read_text() == text
    assert upload(client, "mine 2.yaml", text).status_code == 409
    wrong = upload(client, "wrong.yaml", text.replace("15 %", "150 %"))
    assert wrong.status_code == 422
    assert wrong.json()["problems"][0]["path"] == "platforms.Harbour.liquid_share"
    assert not (folder / "wrong.yaml").exists()


def test_of_two_uploads_of_one_name_at_once_the_first_stays(folder, monkeypatch):
    served, text, read = Files(folder), (folder / "small.yaml").read_text(), files.read

    def meanwhile(file, **how):
        file.path.write_text("of somebody else")
        return read(file, **how)

    monkeypatch.setattr(files, "read", meanwhile)
    with pytest.raises(Refused, match="there already"):
        served.add("mine.yaml", text)
    assert (folder / "mine.yaml").read_text() == "of somebody else"


@pytest.mark.parametrize("name", ["../x.yaml", "/x.yaml", "x.py", "a/b.yaml", ".x.yaml", "x.yaml\n", "", "é" * 200])
def test_an_upload_has_a_plain_name(client, folder, name):
    assert upload(client, name, (folder / "small.yaml").read_text()).status_code == 400


def test_an_upload_onto_a_dangling_link_writes_nothing_outside(client, folder):
    (folder / "x.yaml").symlink_to(folder.parent / "made.yaml")
    assert upload(client, "x.yaml", (folder / "small.yaml").read_text()).status_code == 409
    assert not (folder.parent / "made.yaml").exists()


def test_a_large_upload_and_one_that_is_no_text_are_refused(client):
    assert upload(client, "x.yaml", b"#" * (LARGEST_UPLOAD + 1)).status_code == 413
    assert upload(client, "x.yaml", b"\xff\xff").status_code == 422


def test_an_upload_runs_no_code(client, folder):
    text = (folder / "small.yaml").read_text() + "notes: !!python/object/apply:os.system ['touch made']\n"
    assert upload(client, "evil.yaml", text).status_code == 422


def test_a_folder_that_is_read_only_keeps_nothing(folder):
    site = Site(Files(folder, is_read_only=True), Jobs(folder), lanes=HERE)
    client = TestClient(app_of(site), base_url="http://127.0.0.1")
    assert upload(client, "x.yaml", (folder / "small.yaml").read_text()).status_code == 403


def test_static_files_lead_nowhere_else(client):
    assert client.get("/static/main.js").status_code == 200
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd", "/static/..%2fapp.py"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"investors.count": "5000000"}, "investors.count"),
        ({"replications": "1000000"}, "replications"),
        ({"horizon": "300000 d"}, "horizon"),
        ({"platforms.Harbour.copies": "5000", "shocks.0.platform": "'*'"}, "platforms"),
    ],
)
def test_what_would_take_the_whole_machine_is_refused_with_the_option_that_allows_it(client, changed, path):
    told = problems(client, set=changed)
    assert path in told
    assert (
        f"trustsim serve --most-{ {'investors.count': 'investors', 'horizon': 'steps'}.get(path, path) } " in told[path]
    )
    assert client.post("/api/jobs", json={"scenario": "small.yaml", "set": changed}).status_code == 422


def test_a_title_is_text_and_stays_so(client, folder):
    evil = "<script>alert(1)</script>"
    (folder / "evil.yaml").write_text((folder / "small.yaml").read_text().replace("A small story", f'"{evil}"'))
    answer = form(client, scenario="evil.yaml")
    assert answer.json()["title"] == evil
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["back\\slash", r"\1", r"new\n"])
def test_a_folder_is_named_in_answers_as_it_is_called(tmp_path, name):
    folder = tmp_path / name
    assert without_paths(str(folder), folder) == name
