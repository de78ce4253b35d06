"""Financial literacy with what education adds to it: the same for guarantees, reports, rumours, herding and prompts."""

from __future__ import annotations

import numpy as np

from trustsim.kernels.compiled import inlined

_1 = np.float32(1)


@inlined
def literate(literacy, education):
    """Return the literacy of an owner of ``literacy`` where education makes up the share ``education`` of the rest."""
    return literacy + education * (_1 - literacy)
