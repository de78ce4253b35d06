"""The documentation site is whole: every page has its place, and every link in what is built leads somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
TOCTREE = re.compile(r"^```\{toctree\}\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def entries() -> list[str]:
    """Return what the tables of contents name."""
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    lines = [line for match in TOCTREE.finditer(text) for line in match["text"].splitlines()]
    return [line.split("<")[-1].rstrip(">") for line in lines if line and not line.startswith(":")]


def test_every_page_is_in_one_table_of_contents():
    named = entries()
    pages = sorted(path.stem for path in DOCS.glob("*.md") if path.stem != "index")
    assert sorted(name for name in named if "/" not in name) == pages
    assert "notebooks/*" in named


def test_every_page_begins_with_its_one_title():
    for path in DOCS.glob("*.md"):
        text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert text.startswith("# "), path.name
        assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1, path.name


class Page(HTMLParser):
    """The anchors of a built page, and the addresses that it names."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.anchors: set[str] = {"", "top"}
        self.targets: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("id", "name") and value and tag != "meta":
                self.anchors.add(value)
            if name in ("href", "src") and value is not None:
                self.targets.append(value)


def broken_links(site: Path) -> list[str]:
    """Return the links inside a built site that lead nowhere: to no file, or to no place in a page."""
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    broken = []
    for path, page in pages.items():
        for target in page.targets:
            link = urlsplit(target)
            if link.scheme or link.netloc:
                continue
            file = (path.parent / unquote(link.path)).resolve() if link.path else path
            if not file.exists() or (file in pages and unquote(link.fragment) not in pages[file].anchors):
                broken.append(f"{path.relative_to(site)}: {target}")
    return broken


def test_a_link_to_nowhere_is_found(tmp_path):
    (tmp_path / "a.html").write_text('<p id="here"><a href="b.html#there">b</a><a href="#here">a</a></p>')
    (tmp_path / "b.html").write_text('<a href="a.html#gone"></a><a href="c.html"></a><img src="d.png">')
    found = broken_links(tmp_path)
    assert found == ["a.html: b.html#there", "b.html: a.html#gone", "b.html: c.html", "b.html: d.png"]


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_its_links_lead_somewhere(tmp_path):
    pytest.importorskip("furo", reason="needs the extra [docs]")
    # with the environment of this process: a build imports the package and executes no notebook
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-D", "nb_execution_mode=off"]
    done = subprocess.run(
        [*command, "-d", tmp_path / "trees", "-b", "html", DOCS, tmp_path / "site"],
        check=False, capture_output=True, text=True, env=os.environ,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert broken_links(tmp_path / "site") == []
    text = " ".join(path.read_text(encoding="utf-8") for path in (tmp_path / "site").glob("*.html"))
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*\.(?:js|css)', text) == []  # nothing is fetched from elsewhere
    equations = re.findall(r"<math.*?</math>", text, re.DOTALL)
    assert len(equations) > 50
    assert [e for e in equations if "\\" in e or ">&<" in e or "&amp;" in e] == []  # TeX that was not read
    model = (tmp_path / "site/model.html").read_text(encoding="utf-8")
    numbers = re.findall(r'class="eqno">\((\d+)\)', model)
    assert numbers == [str(k + 1) for k in range(model.count('id="equation-'))]
