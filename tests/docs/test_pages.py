"""What the docs say of the program is what the program says."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

import trustsim as ts
from trustsim.kernels import layout
from trustsim.report.table import ranked_table

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


@pytest.fixture(scope="module")
def make():
    spec = importlib.util.spec_from_file_location("make", ROOT / "docs/make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_mechanisms_equals_the_registry(make):
    page = (ROOT / "docs/mechanisms.md").read_text(encoding="utf-8")
    assert page == make.mechanisms_page(), "run: python docs/make.py"


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


def test_links_inside_the_docs_lead_somewhere():
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_memory_layout_in_the_docs_is_that_of_the_kernels():
    text = (ROOT / "docs/model.md").read_text(encoding="utf-8")
    for row in (
        f"`beliefs` | float32 ({layout.N_BELIEFS}, variants, accounts)",
        f"`traits` | float32 ({layout.N_TRAITS}, accounts)",
        f"`bulletin` | float32 (messages, variants, platforms, {layout.N_TARGETS + 1})",
        f"`books` | int64 ({layout.N_ENTRIES}, variants, platforms)",
        f"`ladder` | int64 ({layout.RUNGS}, variants, platforms)",
        f"blocks of {layout.BLOCK}",
    ):
        assert row in text.replace("\n", " "), row


def test_the_memory_of_an_account_is_as_the_docs_say():
    scenario = ts.load(ROOT / "scenarios/quickstart.yaml")
    model = ts.TrustCrisisModel(scenario, rng=0)
    state, n = model.state, model.state.accounts.n_accounts
    by_account = ("balance", "requested", "asked_day", "queue", "flags")
    per_account = sum(getattr(state, name).nbytes for name in by_account) / n / state.n_variants
    per_account += state.beliefs.nbytes / n / state.n_variants + state.actions.itemsize
    n_investors = state.population.n_investors
    per_investor = (state.safe.nbytes + state.loss.nbytes) / n_investors / state.n_variants
    text = (ROOT / "docs/model.md").read_text(encoding="utf-8")
    assert f"{per_account:.0f} bytes for an account and variant and {per_investor:.0f} for an investor" in text
