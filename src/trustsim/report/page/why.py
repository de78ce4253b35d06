"""The chart of why money was withdrawn: the direct parts of an attribution, variant by variant."""

from __future__ import annotations

from typing import Any, cast

from trustsim.analysis.attribution import Attribution
from trustsim.analysis.causes import CHANNELS
from trustsim.analysis.compared import Compared
from trustsim.report.page.chart import Chart, twice
from trustsim.report.pictures import causes
from trustsim.report.tables.plain import Table, download, num
from trustsim.report.words import reading, words

CHANNEL_TEXTS = {
    "fundamentals": "news that changed how safe the money is believed to be",
    "herding": "others were seen to leave",
    "fear": "fear, caught from others or from alarming news",
    "first_move": "a queue or a coming gate, where the first are paid and the last are not",
    "ordinary": "needs, and those who would have left on a calm day as well",
}


def withdrawals(found: Attribution, result: Compared) -> Chart:
    """Chart what pushed the withdrawals of each variant, as shares of the claims of day 0."""
    frame, n, baseline = found.to_frame(), len(found.withdrawn), result.comparison.baseline
    drawn = [name for name in reading.drawn(result) if name in found.variants]
    rows, raw, told = [], [], []
    for name in found.variants:
        parts: dict[str, dict[str, float]] = cast(Any, frame.loc[name].T.to_dict())
        total = words.quantity(found.total(name).mean, "share")
        cells = [_cell(parts[channel]) for channel in CHANNELS]
        rows.append((f"{name} (baseline)" if name == baseline else name, total, *cells))
        raw += [
            [name, channel, *(num(parts[channel][key]) for key in ("direct", "direct_low", "direct_high", "share"))]
            for channel in CHANNELS
        ]
        listed = [f"{words.label(c)} {words.quantity(parts[c]['direct'], 'share')}" for c in CHANNELS]
        told.append(f"{name}: {total} in all, {words.listing(listed)}")
    title = "Withdrawn by the end, by what pushed it"
    text = f"Shares of the claims of day 0. {'; '.join(told)}."
    note = f"Mean of {words.plural(n, 'world')}, in % of the claims of day 0. " + " ".join(
        f"{words.capital(words.label(c))}: {CHANNEL_TEXTS[c]}." for c in CHANNELS
    )
    note = f"{note} {reading.not_drawn(result)}".strip()
    pictures = twice("causes", title, text, lambda is_wide: causes.pushed(found, drawn, baseline, is_wide=is_wide))
    head = ("variant", "in all", *(words.label(c) for c in CHANNELS))
    table = Table(head, tuple(rows), "Shares of the claims of day 0; in brackets shares of all that was withdrawn.")
    heads = ("variant", "channel", "share_of_claims", "low", "high", "share_of_withdrawn")
    return Chart(
        "causes", "attribution", title, note, "single", pictures, table,
        "withdrawals-by-cause.csv", download(heads, raw),
    )  # fmt: skip


def _cell(part: dict[str, float]) -> str:
    return f"{words.quantity(part['direct'], 'share')} ({words.quantity(part['share'], 'share')})"


def summary(found: Attribution, baseline: str) -> str:
    """Say in a sentence what drove the withdrawals beyond ordinary needs under the baseline."""
    parts = found.to_frame().loc[baseline]["direct"]
    driven = parts.drop("ordinary").clip(lower=0)
    ordinary, total = words.quantity(float(parts["ordinary"]), "share"), words.quantity(float(parts.sum()), "share")
    text = f"Under {words.quoted(baseline)} {total} of the claims of day 0 is withdrawn, {ordinary} for ordinary needs"
    if driven.sum() <= 0:
        return f"{text}; nothing else pushed anybody."
    shares = (driven / driven.sum()).sort_values(ascending=False)
    listed = [f"{words.label(str(c))} {words.quantity(float(x), 'share')}" for c, x in shares.items() if x >= 0.005]
    return f"{text}. Of the rest: {words.listing(listed)}."
