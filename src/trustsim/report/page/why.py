"""The chart of why money was withdrawn: the direct parts of an attribution, variant by variant."""

from __future__ import annotations

from trustsim.analysis.attribution import Attribution
from trustsim.analysis.compared import Compared
from trustsim.report.page.chart import Chart, noted, twice
from trustsim.report.pictures import causes as pictures
from trustsim.report.tables import causes as tables
from trustsim.report.words import reading, words
from trustsim.report.words.causes import CHANNEL_TEXTS
from trustsim.world.leaning import CHANNELS


def withdrawals(found: Attribution, result: Compared) -> Chart:
    """Chart what pushed the withdrawals of each variant, as shares of the claims of day 0."""
    baseline, n = result.comparison.baseline, len(found.withdrawn)
    shown = [name for name in reading.drawn(result) if name in found.variants]
    table, raw, told = tables.pushed(found, baseline)
    title = "Withdrawn by the end, by what pushed it"
    text = f"Shares of the claims of day 0. {'; '.join(told)}."
    note = f"Mean of {words.plural(n, 'world')}, in % of the claims of day 0; money that came in later counts too. "
    note += " ".join(f"{words.capital(words.label(c))}: {CHANNEL_TEXTS[c]}." for c in CHANNELS)
    drawn = twice("causes", title, text, lambda is_wide: pictures.pushed(found, shown, baseline, is_wide=is_wide))
    return Chart("causes", "attribution", title, noted(result, note), "single", drawn, table,
                 "withdrawals-by-cause.csv", raw)  # fmt: skip
