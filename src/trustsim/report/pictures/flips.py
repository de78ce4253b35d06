"""The picture of who leads: a column for every way to look at a study, a row for every variant."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.analysis.compared import Compared
from trustsim.report.pictures import look, spreads
from trustsim.report.pictures.sheet import Sheet
from trustsim.report.words import reading
from trustsim.report.words.views import View


def leaders(result: Compared, seen: Sequence[View], *, is_wide: bool) -> Sheet:
    """Draw how every variant stands in every view: filled where it leads, hollow where it may, a dot where behind."""
    c = result.comparison
    inks, shapes = look.colours(c.variants, c.baseline), look.markers(c.variants, c.baseline)
    names = reading.drawn(result, [view.leader for view in seen])
    rows = look.rows_of(names)
    sheet = Sheet(look.WIDE, 1.7 + 0.3 * len(rows)) if is_wide else Sheet(look.NARROW, 2.1 + 0.46 * len(rows))
    panel = sheet.panel
    for x, view in enumerate(seen):
        for name, row in rows.items():
            ink, state = inks[name], "" if view.is_level else view.states[name]
            if state in ("leads", "close"):
                face = ink if state == "leads" else look.PAPER
                panel.marks([x], [row], shapes[name], ink, 8, face=face, edge=1.5)
            else:
                panel.marks([x], [row], "." if state else "_", look.MUTED, 5, edge=0.8, z=3)
    spreads.name_rows(panel, names, c.baseline, {})
    panel.grid("x")
    panel.limit("x", -0.5, len(seen) - 0.5)
    n_outcomes = sum(not view.is_part for view in seen)
    if n_outcomes < len(seen):
        panel.rule("x", n_outcomes - 0.5, look.MUTED, 0.9)
    labels = [view.label if view.is_judged else f"{view.label} ({view.n})" for view in seen]
    panel.at("x", range(len(seen)), labels, turn=38 if is_wide else 90)
    return sheet
