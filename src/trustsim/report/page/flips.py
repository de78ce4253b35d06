"""The charts of when the ranking flips: who leads by what is looked at, and the best variant by the price of loss."""

from __future__ import annotations

from collections.abc import Sequence

from trustsim.analysis.compared import Compared
from trustsim.report.page.chart import Chart, twice
from trustsim.report.pictures import flips as pictures
from trustsim.report.pictures import pricing as lines
from trustsim.report.tables import flips as tables
from trustsim.report.words import prices, pricing, words
from trustsim.report.words.prices import Stretch
from trustsim.report.words.views import FEWEST, View, views
from trustsim.report.words.views import drawn as drawn_of
from trustsim.report.words.words import quoted


def chapter(result: Compared) -> tuple[Chart, ...]:
    """Return the charts of when the ranking flips; none where there is nothing to rank."""
    seen = views(result)
    if not seen:
        return ()
    found = prices.stretches(result) if prices.is_priced(result) else ()
    return (leaders(result, seen), *((price_of_loss(result, found),) if len(found) > 1 else ()))


def leaders(result: Compared, seen: Sequence[View]) -> Chart:
    """Chart how every variant stands in every view: ahead, too close to tell, or clearly behind."""
    table, raw = tables.leaders(result, seen)
    title = "Who leads, by what is looked at"
    note = (
        "Filled: leads, by the mean over its worlds. Hollow: these worlds cannot tell it from the leader. Dot: clearly"
    )
    note += " behind. Dash: not known, or all the same."
    if any(view.is_part for view in seen):
        part = next(view for view in seen if view.is_part)
        note += f" Right of the line: parts of the worlds, told by the baseline, judged by {words.label(part.outcome)}."
    shown = drawn_of(result, seen)
    if len(shown) < len(seen):
        note += f" {len(shown)} of {len(seen)} ways to look are drawn; the table has them all."
    if few := [view.label for view in shown if not view.is_judged]:
        note += f" Fewer than {FEWEST} worlds, not judged: {words.listing(few)}."
    text = "; ".join(f"{row[0]} ({row[1]} worlds): {row[2]}, {row[6]}" for row in table.rows)
    drawn = twice(
        "flips-leaders", title, f"{note} {text}.", lambda is_wide: pictures.leaders(result, shown, is_wide=is_wide)
    )
    return Chart("flips-leaders", "who leads", title, note, "single", drawn, table, "who-leads.csv", raw)


def price_of_loss(result: Compared, found: Sequence[Stretch]) -> Chart:
    """Chart which variant is best at which price of loss, and which cannot be told from it."""
    table, raw = tables.price_of_loss(result, found)
    never = [quoted(name) for name in result.comparison.variants if name not in {s.variant for s in found}]
    title = "The best variant by the price of loss"
    note = (
        "The best has the least of what others lose plus price times what clients lose, on average. Thick: best at "
        "this price. Thin: these worlds cannot tell it from the best. Grey line: clearly behind. What touches an edge "
        "goes on."
    )
    note += f" Never the best by its means: {words.listing(never)}." if never else ""
    text = f"{note} {pricing.told(result, found)}"
    drawn = twice("flips-price", title, text, lambda is_wide: lines.draw(result, found, is_wide=is_wide))
    return Chart("flips-price", "price of loss", title, note, "single", drawn, table, "price-of-loss.csv", raw)
