"""The charts of outcomes: paired differences, every world, and loss against cost."""

from __future__ import annotations

from trustsim.analysis.compared import Compared
from trustsim.report.page.chart import Chart, both, noted
from trustsim.report.pictures import spreads, survival, tradeoff
from trustsim.report.tables import outcomes as tables
from trustsim.report.words import reading, words
from trustsim.report.words.words import quoted


def differences(result: Compared, outcome: str) -> Chart:
    """Chart the paired differences of an outcome to the baseline."""
    measure, c, shown = reading.outcome(result, outcome), result.comparison, reading.drawn(result)
    table, raw = tables.differences(result, outcome)
    told = "; ".join(f"{quoted(row[0])} {row[1]} ({row[2]})" for row in table.rows if row[0] in c.differences)
    title = f"Difference in {measure.label} to {quoted(c.baseline)}"
    pictures = both(
        f"d-{outcome}", title, f"Paired differences with 95 % intervals: {told}.",
        (0.9 + 0.36 * len(shown), 0.9 + 0.5 * len(shown)),
        lambda canvas: spreads.draw_differences(canvas, result, outcome, shown),
    )  # fmt: skip
    note = noted(result, words.sentence(measure.text))
    return Chart(
        f"d-{outcome}", measure.label, title, note, "single", pictures, table, f"difference-{outcome}.csv", raw
    )


def distribution(result: Compared, outcome: str) -> Chart:
    """Chart an outcome in every world."""
    measure, shown = reading.outcome(result, outcome), reading.drawn(result)
    table, raw = tables.runs(result, outcome)
    told = "; ".join(f"{quoted(row[0])} mean {row[2]} ({row[3]}), from {row[4]} to {row[-1]}" for row in table.rows)
    title = f"{words.capital(measure.label)} in every world"
    pictures = both(
        f"o-{outcome}", title, f"Every world as a dot: {told}.",
        (0.7 + 0.44 * len(shown), 0.7 + 0.66 * len(shown)),
        lambda canvas: spreads.draw_runs(canvas, result, outcome, shown),
    )  # fmt: skip
    note = words.sentence(measure.text)
    if (every := spreads.runs_per_dot(result)) > 1:
        note += f" A dot stands for {every} worlds of about this size."
    note = noted(result, note)
    return Chart(f"o-{outcome}", measure.label, title, note, "single", pictures, table, f"runs-{outcome}.csv", raw)


def survived(result: Compared, outcome: str) -> Chart:
    """Chart the share of worlds in which an event has not happened yet, day by day."""
    measure, shown = reading.outcome(result, outcome), reading.drawn(result)
    table, raw = tables.survival(result, outcome)
    told = "; ".join(f"{quoted(row[0])} in {row[1]}" for row in table.rows)
    title = f"Worlds still without it, day by day: {measure.label}"
    pictures = both(
        f"s-{outcome}", title, f"It happened by the horizon: {told}.", (3.4, 3.4),
        lambda canvas: survival.draw(canvas, result, outcome, shown),
    )  # fmt: skip
    note = f"{words.sentence(measure.text)} The area under a line, in days, is the mean that the tables show."
    same = [group for group in survival.alike(result, outcome, shown) if len(group) > 1]
    if same:
        listed = "; ".join(words.listing([quoted(name) for name in group]) for group in same)
        note += f" One line, the lower the wider: {listed}."
    note = noted(result, note)
    return Chart(
        f"s-{outcome}",
        f"{measure.label} by day",
        title,
        note,
        "single",
        pictures,
        table,
        f"survival-{outcome}.csv",
        raw,
    )


def cost_and_loss(result: Compared, loss: str, cost: str) -> Chart:
    """Chart the loss of every variant against its cost."""
    shown, (table, raw) = reading.drawn(result), tables.cost_and_loss(result, loss, cost)
    c = result.comparison
    sides = [words.label(side) for side in (cost, loss)]
    told = "; ".join(f"{quoted(row[0])}: {sides[0]} {row[1]}, {sides[1]} {row[3]}" for row in table.rows)
    best = [quoted(row[0]) for row in table.rows if row[-1] == "yes"]
    unbeaten, n_best = words.listing(best), len(best)
    note = " ".join(words.sentence(c.measures[side].text) for side in (loss, cost))
    note += " Down and to the left is better. No variant does clearly better in one and no worse in the other than"
    note += f" {unbeaten}{', which the line joins' if n_best > 1 else ''}."
    title = f"{words.capital(words.label(loss))} against {words.label(cost)}"
    pictures = both(
        "cost", title, f"{told}. {note}", (4.3, 4.0),
        lambda canvas: tradeoff.draw(canvas, result, loss, cost, shown),
    )  # fmt: skip
    return Chart("cost", "cost", title, noted(result, note), "single", pictures, table, "loss-and-cost.csv", raw)
