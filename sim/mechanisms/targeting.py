"""Targeting: whom an advertisement finds, somebody at random or somebody interested.

A seller who knows whom to look for reaches people with an interest in the product; one who does not
reaches anybody. Knowing it better is a matter of how many of the advertisements go by interest.

Rule, N people with interest x_i in the product, one advertisement:

    with chance `targeting`: propose people uniformly until one is kept, each with chance x_i; take the sixteenth
    otherwise: anybody, with chance 1/N
    so that P(i | targeted) = x_i / sum x, but for (1 - mean x)^16 of them, who are anybody

Notation: x interest by person and product (N, P), [0, 1]; 64 numbers of the draw an advertisement.

Sources: design 4; the number of tries assumed.
"""

from __future__ import annotations

import numpy as np

from sim.core.draws import uniform
from sim.core.kernel import Array, Number, kernel


@kernel()
def found(key: int, base: int, targeting: float, product: int, n: int, row_of_uid: Array, interest: Array) -> Number:
    """Return the person whom the advertisement with the numbers `base` to `base + 63` finds; `base + 2` is left free.

    row_of_uid (N,); interest (N, P), [0, 1].
    """
    if uniform(key, base) < targeting:
        who = np.int64(0)
        for attempt in range(16):
            who = np.int64(row_of_uid[np.int64(uniform(key, base + 32 + 2 * attempt) * n)])
            if uniform(key, base + 33 + 2 * attempt) < interest[who, product]:
                break
        return who
    return np.int64(row_of_uid[np.int64(uniform(key, base + 1) * n)])
