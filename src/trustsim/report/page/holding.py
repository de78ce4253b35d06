"""The charts of the chapter on other sets of assumptions."""

from __future__ import annotations

from trustsim.analysis.compared import Compared
from trustsim.analysis.holding import Holding
from trustsim.report.page.chart import Chart, both
from trustsim.report.pictures import holding as pictures
from trustsim.report.tables import holding as tables
from trustsim.report.words.words import quoted


def chapter(result: Compared) -> tuple[Chart, ...]:
    """Return the charts of a robustness study; none where there is none."""
    found = None if result.robustness is None else result.robustness.found
    if found is None:
        return ()
    return (sets(result, found), *((hangs(result, found),) if found.hangs else ()))


def sets(result: Compared, found: Holding) -> Chart:
    """Chart how far the first is ahead in every set."""
    table, raw = tables.sets(found)
    title = f"How far {quoted(found.leader)} is ahead in every other set of assumptions"
    note = (
        f"A mark a set, in order. Squares: another is ahead of {quoted(found.leader)}. Against the best of "
        f"{', '.join(map(quoted, found.rivals))}." if len(found.rivals) > 1 else
        f"A mark a set, in order. Squares: {quoted(found.second)} is ahead of {quoted(found.leader)}."
    )  # fmt: skip
    if not found.is_told:
        why = "which hides how much the sets differ" if found.is_enough else "and the sets are too few"
        note += f" Luck is in it, {why}: the share of squares is no answer."
    text = "; ".join(": ".join(row[:2]) for row in table.rows)
    drawn = both(
        "held-sets", title, f"{note} {text}.", (3.4, 3.2), lambda canvas: pictures.draw_sets(canvas, result, found)
    )
    return Chart("held-sets", "sets", title, note, "single", drawn, table, "other-sets.csv", raw)


def hangs(result: Compared, found: Holding) -> Chart:
    """Chart the difference of the first and its rival along each factor on which it hangs."""
    table, raw = tables.hangs(result, found)
    title = f"On what the order of {quoted(found.leader)} and {quoted(found.second)} hangs"
    note = (
        "The difference of the two with one factor moved, all else as in the file. Diamond: as in the file; hollow: its"
        " low end; filled: its high end, or the choice; pale: 95 % interval. At the dashed line their order changes."
    )
    text = "; ".join(f"{row[0]}: {row[4]}, tips at {row[6]}" for row in table.rows)
    n = len(found.hangs)
    drawn = both(
        "held-hangs", title, f"{note} {text}.", (0.9 + 0.44 * n, 0.9 + 0.6 * n),
        lambda canvas: pictures.draw_hangs(canvas, result, found),
    )  # fmt: skip
    return Chart("held-hangs", "on what it hangs", title, note, "single", drawn, table, "hangs-on.csv", raw)
