"""Targeting: whom an advertisement finds, somebody at random or somebody interested.

With chance `targeting` an advertisement goes by interest in the product, by rejection: a
person proposed at random is kept with chance interest, the sixteenth is taken as they are. Otherwise
it finds anybody with equal chance.

Notation: interest by person and product (N, P), [0, 1]; 64 numbers of the draw an advertisement.

Sources: design 4; the number of tries assumed.
"""

from __future__ import annotations

import numpy as np

from sim.core.draws import uniform
from sim.core.kernel import Array, Number, kernel


@kernel()
def found(key: int, base: int, targeting: float, product: int, n: int, row_of_uid: Array, interest: Array) -> Number:
    """Return the person whom the advertisement with the numbers `base` to `base + 63` finds; `base + 2` is left free."""
    if uniform(key, base) < targeting:
        who = np.int64(0)
        for attempt in range(16):
            who = np.int64(row_of_uid[np.int64(uniform(key, base + 32 + 2 * attempt) * n)])
            if uniform(key, base + 33 + 2 * attempt) < interest[who, product]:
                break
        return who
    return np.int64(row_of_uid[np.int64(uniform(key, base + 1) * n)])
