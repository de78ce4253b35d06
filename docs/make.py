"""Make what the program itself can say of the docs: ``python docs/make.py`` after a change of mechanisms or parameters.

Written are the reference pages (``PAGES``), and from one run of the quickstart its file and table in ``README.md`` and
its pictures. Tests compare all but the pictures with the program.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import trustsim as ts
from made import commands, entries, keys, scenarios, sources
from trustsim.report.tables.table import below, ranked_table
from trustsim.report.words import holding

ROOT = Path(__file__).resolve().parent.parent
QUICKSTART = "scenarios/quickstart.yaml"
BEGIN, END = "<!-- made by docs/make.py -->\n", "<!-- end -->\n"

#: pages in docs/ by name, and what makes each
PAGES: dict[str, Callable[[], str]] = {
    **{name: partial(entries.page, name) for name in entries.PAGES},
    "scenario-reference": keys.page,
    "commands": commands.page,
    "scenarios": scenarios.page,
    "sources": sources.page,
}


def readme_with(text: str, scenario: str, table: str) -> str:
    """Return the README *text* with the quickstart's file and its ranked *table* in their places."""
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    shown = f"$ trustsim compare {QUICKSTART}\n{table}\nreport: quickstart-run/report.html"
    return f"{before}{BEGIN}```yaml\n{scenario}```\n\n```console\n{shown}\n```\n{END}{after}"


def main() -> None:
    """Write all of it; the quickstart is run once, as its file says."""
    for name, page in PAGES.items():
        (ROOT / "docs" / f"{name}.md").write_text(page(), encoding="utf-8")
    result = ts.compare(ROOT / QUICKSTART)
    readme = ROOT / "README.md"
    scenario = (ROOT / QUICKSTART).read_text(encoding="utf-8")
    table = f"{ranked_table(result.comparison)}\n{below(holding.lines(result))}"
    text = readme_with(readme.read_text(encoding="utf-8"), scenario, table)
    readme.write_text(text, encoding="utf-8")
    (ROOT / "docs/pictures").mkdir(exist_ok=True)
    drawn = {
        "quickstart": result.plot.fan("outflow")[0],
        "quickstart-difference": result.plot.differences("excess_withdrawn"),
        "quickstart-distribution": result.plot.distribution("investor_loss"),
        "quickstart-unknowns": result.plot.unknowns()[0],
    }
    for name, axes in drawn.items():
        axes.get_figure(root=True).savefig(ROOT / f"docs/pictures/{name}.png", dpi=80, facecolor="white")


if __name__ == "__main__":
    main()
