"""Draw the traits of people: each from the table of its segment, at an own address."""

from __future__ import annotations

import numpy as np

from trustsim.kernels import draws, purposes
from trustsim.kernels.compiled import compiled

_A_DRAW = 4  # traits that one draw serves: it has as many words


@compiled
def draw_traits(traits, tables, segment, first_day, key) -> None:
    """Fill ``traits`` float64 (traits, people) with the inverse distribution function at a uniform each.

    ``tables`` float64 (traits, segments, cells): that function at the middles of equal cells. ``segment`` int16
    (people,). Draws are those of the purpose population, on days from ``first_day`` on.
    """
    n_traits, cells = len(traits), np.float64(tables.shape[2])
    for k in range(0, n_traits, _A_DRAW):
        for i in range(len(segment)):
            words = draws.philox(
                np.uint64(i), np.uint64(first_day + k // _A_DRAW), np.uint64(purposes.POPULATION), np.uint64(0), key[0],
                key[1],
            )  # fmt: skip
            for j in range(min(_A_DRAW, n_traits - k)):
                cell = np.int64((np.float64(words[j]) + 0.5) * draws.UNIFORM_SCALE * cells)
                traits[k + j, i] = tables[k + j, segment[i], cell]
