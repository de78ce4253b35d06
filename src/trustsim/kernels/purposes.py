"""What draws are for: the second coordinate of an address. A number is never reused for another meaning.

The numbers below are the engine's. What a scenario may hold several of, a shock say, has a purpose of its own for each:
:func:`purpose_of` makes it from its kind, what it draws, and what tells it from others of its kind.
"""

from __future__ import annotations

import hashlib
from functools import cache

REPLICATION = 0
POPULATION = 1
NETWORK = 2
ACCOUNT_DAY = 3
AMOUNT = 4
REPORT = 6
MARKET = 7
DESTINATION = 8
MEDIA = 11
PICTURE = 13
FIRST = 14
ADOPTION = 15
IMITATION = 16
OPINION = 17
OBSERVATION = 18
SIGNAL = 19
SECOND_THOUGHTS = 20
CONTACT = 21
OBLIGATION = 22
INTERACTION = 23
NEED = 24
CLUSTER = 25
DEALING = 26
JUDGEMENT = 27
NOTICE = 28
AWARENESS = 29
USER = 1000

NAMED = 1 << 31  # purposes from here on are made from a name


@cache
def purpose_of(*address: str | float) -> int:
    """Return the purpose that stands for these words and numbers: 31 bits of a hash, above every number here."""
    digest = hashlib.sha256("\n".join(map(str, address)).encode()).digest()
    return NAMED | (int.from_bytes(digest[:4], "big") >> 1)
