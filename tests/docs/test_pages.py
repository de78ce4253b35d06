"""What the docs say of the program is what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

import trustsim as ts
from scripts import script
from trustsim.analysis import luck, ranking
from trustsim.cli import main
from trustsim.kernels import layout
from trustsim.kernels.layout import Beliefs, Books, Targets, Traits
from trustsim.model import DAY
from trustsim.report.tables.table import below, ranked_table
from trustsim.report.words import holding, sources
from trustsim.scenario.schema import schema_of
from trustsim.world import sizes

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


@pytest.fixture(scope="module")
def make():
    with script("make") as module:
        yield module


def test_every_reference_page_equals_the_program(make):
    stale = [
        name for name, page in make.PAGES.items() if (ROOT / f"docs/{name}.md").read_text(encoding="utf-8") != page()
    ]
    assert stale == [], "run: python docs/make.py"


def test_every_entry_of_the_registry_is_on_a_page_with_its_parameters_and_known_answer(make):
    pages = "\n".join(page() for page in make.PAGES.values())
    for entry in ts.catalog.REGISTRY:
        assert f"`{entry.name}`" in pages, entry.name
        for parameter in entry.parameters:
            assert f"| `{parameter.name}` | {parameter.text}" in pages, f"{entry.name}.{parameter.name}"
    held = [entry for entry in ts.catalog.REGISTRY if "Known answer: " in entry.text]
    assert pages.count("**Known answer.**") == len(held) > 50


def test_every_key_of_the_schema_is_among_the_keys_of_a_scenario(make):
    page = make.PAGES["scenario-reference"]()
    schema = schema_of(ts.catalog.REGISTRY)
    for name in [*schema["properties"], *schema["$defs"]["when"]["properties"], "from", "until"]:
        assert f"| `{name}` |" in page, name


def test_every_command_and_option_is_on_the_page_of_commands(make):
    page = make.PAGES["commands"]()
    for name, command in main.commands.items():
        assert f"\n## {name}\n" in page
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.opts[-1] in page, f"{name} {option.name}"


def test_every_id_of_a_source_is_told(make):
    page = make.PAGES["sources"]()
    for entry in ts.catalog.REGISTRY:
        for name in [*entry.rows, *sources.ids_of(entry.source)]:
            assert f"| `{name}` |" in page or f"[{name}]" in page or name.startswith("http"), name


def test_the_day_stands_in_the_model_as_it_is_printed():
    page = " ".join((ROOT / "docs" / "model.md").read_text("utf-8").split())
    assert " ".join(f"{k}. {phase}" for k, phase in enumerate(DAY, 1)) in page


def test_every_parameter_has_a_unit_a_source_and_a_text():
    for entry in ts.catalog.REGISTRY:
        assert entry.summary, entry.name
        for parameter in entry.parameters:
            assert parameter.unit, f"{entry.name}.{parameter.name}"
            assert parameter.source, f"{entry.name}.{parameter.name}"
            assert parameter.text, f"{entry.name}.{parameter.name}"


def test_numbers_have_bounds():
    plain = ("flag", "text", "name")
    for entry in ts.catalog.REGISTRY:
        for parameter in entry.parameters:
            has_bounds = parameter.low is not None or parameter.high is not None
            assert parameter.unit in plain or has_bounds, f"{entry.name}.{parameter.name}"


def test_the_readme_shows_the_quickstart_as_it_is():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / "scenarios/quickstart.yaml").read_text(encoding="utf-8") in text, "run: python docs/make.py"


@pytest.mark.slow
def test_the_readme_shows_what_the_quickstart_gives():
    result = ts.compare(ROOT / "scenarios/quickstart.yaml", workers=1, progress=False)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert ranked_table(result.comparison) in text, "run: python docs/make.py"
    assert below(holding.lines(result)) in text, "run: python docs/make.py"
    with script("opening") as opening:
        assert opening.alternative(result) in " ".join(text.split()), "run: python docs/opening.py"


def test_links_inside_the_docs_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_memory_layout_in_the_docs_is_that_of_the_kernels():
    text = (ROOT / "docs/model.md").read_text(encoding="utf-8")
    for row in (
        f"`beliefs` | float32 ({len(Beliefs)}, lanes, accounts)",
        f"`traits` | float32 ({len(Traits)}, worlds, accounts)",
        f"`bulletin` | float32 (messages, lanes, platforms, {len(Targets) + 2})",
        f"`books` | int64 ({len(Books)}, lanes, platforms)",
        f"`ladder` | int64 ({layout.RUNGS}, lanes, platforms)",
        f"blocks of {layout.BLOCK}",
    ):
        assert row in text.replace("\n", " "), row


def test_the_memory_of_an_account_is_as_the_docs_say():
    """Which arrays there are, and how large, says the table that the state is laid out from."""
    text = (ROOT / "docs/model.md").read_text(encoding="utf-8")
    layout_table = text.partition("### Memory layout")[2].partition("\nThat is ")[0]
    size = sizes.Size(people=800, accounts=1600, platforms=2, variants=1)  # without columns that mechanisms declare
    per = {}
    for owner, n, lasts in (("account", size.accounts, ("accounts", "padded")), ("investor", size.people, ("people",))):
        moving = [name for name, (_, axes) in sizes.STATE.items() if "lanes" in axes and axes[-1] in lasts]
        assert [name for name in moving if size.nbytes(name) and f"`{name}`" not in layout_table] == []
        per[owner] = sum(size.nbytes(name) for name in moving) // n
    said = f"{per['account']} bytes for an account and variant and {per['investor']} for an investor and variant"
    assert f"That is {said}" in text


def test_the_page_of_ranking_says_of_coverage_what_the_code_says():
    """The measured shares stand in the docstring; the page repeats them with its own rules of tables."""
    told = [re.split(r"\s{2,}", line.strip()) for line in ranking.__doc__.splitlines()]
    measured = [cells for cells in told if len(cells) == 4 and cells[1] and not cells[0].startswith("=")]
    page = (ROOT / "docs/ranking.md").read_text(encoding="utf-8").partition("## Under other assumptions")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    assert len(measured) == 5
    assert measured == [row for row in rows if not row[0].startswith("---")]


def test_the_fewest_intervals_that_held_the_share_are_those_of_the_table():
    page = (ROOT / "docs/ranking.md").read_text(encoding="utf-8").partition("## Under other assumptions")[2]
    rows = re.findall(r"\| \d+ of \d+ worlds, (\w+)[ \w]* ((?:\| \d+ \(\d+\) ){5})\|", page)
    fewest = {shape: 100 for shape, _ in rows}
    for shape, cells in rows:
        fewest[shape] = min(fewest[shape], *(int(cell) for cell in re.findall(r"(\d+) \(", cells)))
    assert len(rows) == 6
    text = " ".join(luck.__doc__.split())
    assert f"held the share in {fewest['normal']} of 100 or more, in long tails in {fewest['tail']} or more" in text
