"""Who counts as a client of day 0: what these do is held against calm."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.compiled import inlined
from trustsim.kernels.layout import BACK, COHORT


@inlined
def is_of_day_0(flags):
    """Return whether an account, by its ``flags``, held money at day 0 and has not come back since it closed."""
    return flags & np.uint8(COHORT | BACK) == np.uint8(COHORT)
