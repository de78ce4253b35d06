"""Why money was withdrawn, in sentences."""

from __future__ import annotations

from trustsim.analysis.attribution import Attribution
from trustsim.report.words import words

CHANNEL_TEXTS = {
    "fundamentals": "news that changed how safe the money is believed to be",
    "herding": "others were seen to leave",
    "fear": "fear, caught from others or from alarming news",
    "first_move": "a queue or a coming gate, where the first are paid and the last are not",
    "ordinary": "needs, and those who would have left on a calm day as well",
}


def summary(found: Attribution, baseline: str, least: float) -> str:
    """Say in a sentence what drove the withdrawals beyond ordinary needs under the baseline.

    ``least``: the smallest share of the claims of day 0 that matters; what is less is not shared out.
    """
    parts = found.to_frame().loc[baseline]["direct"]
    driven = parts.drop("ordinary").clip(lower=0)
    ordinary, total = words.quantity(float(parts["ordinary"]), "share"), words.quantity(float(parts.sum()), "share")
    worlds = words.plural(len(found.withdrawn), "world")
    text = f"Under {words.quoted(baseline)}, over {worlds}, {total} of the claims of day 0 is withdrawn,"
    text += f" {ordinary} of them for ordinary needs"
    if driven.sum() <= 0:
        return f"{text}; nothing else pushed anybody."
    if driven.sum() < least:
        return f"{text}; all else is {words.quantity(float(driven.sum()), 'share')} of them, too small to matter."
    shares = (driven / driven.sum()).sort_values(ascending=False)
    listed = [f"{words.label(str(c))} {words.quantity(float(x), 'share')}" for c, x in shares.items() if x >= 0.005]
    return f"{text}. Of the rest: {words.listing(listed)}."
