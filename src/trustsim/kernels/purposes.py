"""What draws are for: the second coordinate of an address. A number is never reused for another meaning."""

from __future__ import annotations

REPLICATION = 0
POPULATION = 1
NETWORK = 2
ACCOUNT_DAY = 3
AMOUNT = 4
REPORT = 6
MARKET = 7
DESTINATION = 8
SHOCK = 9
RUMOUR = 10
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
USER = 1000
