"""Tables in people and money: who fled and who pays, what cannot be had and how platforms end, what is called a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trustsim.analysis.compared import Compared
from trustsim.analysis.shifts import NEWCOMERS
from trustsim.report.tables.page_tables import ByVariant, Cell
from trustsim.report.words import people, standing, words
from trustsim.units import Unit


@dataclass(frozen=True)
class Column:
    """One outcome in a table by variant: its head, and the unit that all columns of its kind share."""

    outcome: str
    head: str
    unit: Unit
    largest: float = 1.0


def sizes(result: Compared) -> ByVariant:
    """Say of every variant how many of 100 accounts fled, how much of 100 was asked for, and what each payer loses."""
    c = result.comparison
    found = {payer: name for payer, name in people.parts(c, "loss_by_payer").items() if payer in people.PAYERS}
    largest = max((abs(people.mean(c, name, v)) for name in found.values() for v in c.variants), default=1.0)
    unit = words.axis("money", c.currency, largest)[1]
    or_caught, caught = "", ""
    if people.any_fails(c, c.variants):
        or_caught, caught = " or caught", " Caught is what a failure catches that was not asked for."
    columns = [
        Column(people.FLED, f"of 100 accounts fled{or_caught}", "share"),
        Column(people.ASKED, f"of 100 {c.currency} asked for{or_caught}", "share"),
        *(Column(name, f"lost by {people.PAYERS[payer]}, {unit}", "money", largest) for payer, name in found.items()),
    ]
    note = (
        f"Fled and asked for: beyond what leaves in calm, at its largest over time.{caught} A loss below zero is a"
        " gain; a guarantor's is what it pays and would have to pay. What all lose together is the value that is gone."
    )
    if any(people.mean(c, NEWCOMERS, v) for v in c.variants if NEWCOMERS in c.measures):
        moved = f", and what is moved ({standing.SHIFTED})," if c.shifts else ""
        note += f" What clients lose is that of newcomers, too; investor loss{moved} is that of the clients of day 0."
    return _by_variant(result, columns, note)


def stuck(result: Compared) -> ByVariant:
    """Say of every variant what money could not be had, and how platforms end."""
    c = result.comparison
    waited, ends = (people.parts(c, stem) for stem in (people.WAITED, people.ENDS))
    columns = [
        Column(people.STUCK, "money stuck, days", "duration", 10.0),
        Column("waiting_at_end", "waiting at the end, %", "share"),
        *(Column(name, f"accounts that waited longer than {days}, %", "share") for days, name in waited.items()),
        Column(people.UNMET, "ordinary needs unmet, %", "share"),
        *(Column(name, f"platforms {state}, %", "share") for state, name in ends.items()),
    ]
    note = (
        "Stuck: how long money was asked for and not had, by whatever rule, over all that was owed on day 0. Four ways"
        " to end: open; frozen (it stands, and money of its clients has waited for long); wound down in order; failed."
    )
    return _by_variant(result, columns, note)


def labels(result: Compared) -> ByVariant:
    """Say of every variant in how many worlds a run would have been called one, had the label another share, another
    length of time, or were it of the other thing."""
    steps, others = (people.parts(result.comparison, stem) for stem in (people.LABELS, "run_if"))
    heads = {name: f"at {step.replace('%', ' %')}" for step, name in steps.items()}
    heads |= {name: other for other, name in others.items()}
    columns = [Column(name, f"{head}, % of worlds", "share") for name, head in heads.items()]
    rule = result.scenario.counted.run
    note = (
        f"In how many worlds there was a run, were it called one from another share on, within another time, or of the"
        f" other of claims and accounts; the rule of this study says {words.quantity(rule.share, 'share')} of the"
        f" {rule.of} within {words.quantity(rule.within, 'duration')}. Where that changes much, ‘run’ is a name and no"
        " finding."
    )
    return _by_variant(result, columns, note)


def _by_variant(result: Compared, columns: Sequence[Column], note: str) -> ByVariant:
    """Return one row a variant, best first, of the columns that are measured; nothing where none is."""
    c = result.comparison
    shown = [column for column in columns if column.outcome in c.measures] if c.n else []
    if not shown:
        return ByVariant((), ())
    rows = tuple((name, tuple(_cell(result, column, name) for column in shown)) for name in c.ranking)
    return ByVariant(("variant", *(column.head for column in shown)), rows, note)


def _cell(result: Compared, column: Column, variant: str) -> Cell:
    c = result.comparison
    text, usual = (
        words.bare(people.mean(c, column.outcome, v), column.unit, column.largest) for v in (variant, c.baseline)
    )
    if text == usual:
        return Cell(text)
    verdict = standing.verdict(c, column.outcome, c.differences[variant][column.outcome])
    return Cell(text, verdict if verdict in ("better", "worse") else "")
