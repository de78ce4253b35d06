"""Why money was withdrawn, in sentences."""

from __future__ import annotations

from trustsim.analysis.attribution import Attribution
from trustsim.report.words import words

CHANNEL_TEXTS = {
    "fundamentals": "what the platform is known to own and owe",
    "news": "what was told in public, or by rumour",
    "herding": "others were seen to leave",
    "fear": "fear, caught from others or from alarming news",
    "first_move": "a queue or a coming gate, where the first are paid and the last are not",
    "ordinary": "needs, a better yield elsewhere, and those who would have left on a calm day as well",
}


def summary(found: Attribution, baseline: str, least: float) -> str:
    """Say in a sentence what drove the withdrawals beyond ordinary reasons under the baseline.

    ``least``: the smallest share of the claims of day 0 that matters; what is less is not shared out.
    """
    parts = found.to_frame().loc[baseline]["direct"]
    driven = parts.drop("ordinary").clip(lower=0)
    total, ordinary = float(parts.sum()), float(parts["ordinary"])
    worlds = words.plural(len(found.withdrawn), "world")
    text = f"Under {words.quoted(baseline)}, over {worlds}, {words.quantity(total, 'share')} of the claims of day 0 is"
    if driven.sum() <= 0:
        return f"{text} withdrawn, for ordinary reasons; nothing else pushed anybody."
    text += f" withdrawn: {words.quantity(ordinary, 'share')} for ordinary reasons (needs, a better yield) and"
    text += f" {words.quantity(total - ordinary, 'share')} for other reasons"
    if driven.sum() < least:
        return f"{text}, too small to matter."
    shares = (driven / driven.sum()).sort_values(ascending=False)
    listed = [f"{words.label(str(c))} {words.quantity(float(x), 'share')}" for c, x in shares.items() if x >= 0.005]
    return f"{text}. Of the other reasons: {words.listing(listed)}."
