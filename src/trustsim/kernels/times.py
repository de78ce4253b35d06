"""Lengths of time that several kernels, and the world beside them, reckon with. Nothing heavy is imported here."""

from __future__ import annotations

DAYS_A_YEAR = 365.0  # what a rate for a year is divided by, whatever the year
SAME_TIME = 1e-9  # days: sums of steps of a fraction of a day miss a whole number by less
