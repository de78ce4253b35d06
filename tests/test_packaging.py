"""What is built to be installed: everything that the program needs, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from email.parser import HeaderParser
from importlib.metadata import version
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive, built by the backend alone, without a network."""
    pytest.importorskip("hatchling", reason="needs hatchling, of the extra [test]")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    (file,) = built.glob("*.whl")
    return zipfile.ZipFile(file)


@pytest.fixture(scope="module")
def in_archive(built: Path) -> set[str]:
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def files_of(folder: Path) -> set[str]:
    """Return the files in a folder, without caches and what an editor or a test leaves hidden."""
    files = (file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    return {f.as_posix() for f in files if "__pycache__" not in f.parts and not f.name.startswith(".")}


def test_the_wheel_holds_the_package_with_the_scenarios_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    package = {f"trustsim/{name}" for name in files_of(ROOT / "src/trustsim")}
    scenarios = {f"trustsim/scenarios/{name}" for name in files_of(ROOT / "scenarios")}
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == package | scenarios
    assert {
        "trustsim/py.typed",
        "trustsim/report/page/templates/report.css",
        "trustsim/scenarios/quickstart.yaml",
    } <= held


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    (name,) = (name for name in wheel.namelist() if name.endswith("/METADATA"))
    about = HeaderParser().parsestr(wheel.read(name).decode())
    assert (about["Name"], about["Version"]) == ("trustsim", version("trustsim"))
    assert about["License-Expression"] == "BSD-3-Clause"
    assert any(name.endswith("/licenses/LICENSE") for name in wheel.namelist())
    assert b"trustsim = trustsim.__main__:main" in wheel.read(name.replace("METADATA", "entry_points.txt"))


def test_the_source_archive_holds_all_that_builds_and_tests_it(in_archive: set[str]) -> None:
    assert {f"scenarios/{name}" for name in files_of(ROOT / "scenarios")} <= in_archive
    assert {f"src/trustsim/{name}" for name in files_of(ROOT / "src/trustsim")} <= in_archive
    assert {f"tests/{name}" for name in files_of(ROOT / "tests")} <= in_archive
    assert {"pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "CITATION.cff"} <= in_archive


def test_no_cache_and_nothing_ignored_is_in_the_source_archive(in_archive: set[str]) -> None:
    unwanted = ("__pycache__", ".venv", ".pytest_cache", ".mypy_cache", ".hypothesis", ".git")
    assert [name for name in in_archive if set(name.split("/")) & set(unwanted)] == []


def test_the_citation_is_that_of_this_version() -> None:
    citation = YAML(typ="safe").load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
    assert (citation["version"], citation["license"]) == (version("trustsim"), "BSD-3-Clause")


@pytest.mark.parametrize(
    "form", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("[!c]*.yml")), ids=lambda path: path.stem
)
def test_a_form_for_issues_has_what_forms_need(form: Path) -> None:
    asked = YAML(typ="safe").load(form.read_text(encoding="utf-8"))
    assert {"name", "description", "body"} <= set(asked)
    ids = [field["id"] for field in asked["body"]]
    assert len(ids) == len(set(ids))
    for field in asked["body"]:
        assert field["type"] in ("input", "textarea", "dropdown", "checkboxes")
        assert field["attributes"]["label"]
