"""Make the table of dips of even samples in ``src/trustsim/analysis/humps.py`` again: ``python docs/dips.py``.

For each number of worlds it draws 20,000 samples (4,000 from 1,000 worlds on), evenly between 0 and 1.
"""

from __future__ import annotations

import sys

import numpy as np

from trustsim.analysis.humps import dip

SIZES = (10, 20, 50, 100, 200, 500, 1000, 2000)


def main(most: int = 20_000) -> None:
    """Print the table."""
    rng = np.random.default_rng(1985)
    for n in SIZES:
        samples = most if n < 1000 else most // 5
        dips = np.sqrt(n) * np.array([dip(rng.random(n)) for _ in range(samples)])
        middle, high = np.quantile(dips, (0.5, 0.95))
        sys.stdout.write(f"    {n}: ({middle:.4f}, {high:.4f}),\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
