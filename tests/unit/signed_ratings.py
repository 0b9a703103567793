"""A made-up file of signed ratings, shaped like the real ones: it always runs, the real ones may be absent."""

from __future__ import annotations

import numpy as np


def signed_ratings(n_people: int, n_ties: int, seed: int) -> tuple[str, dict[str, int]]:
    """Return CSV text "source,target,rating,time" with a tenth of distrust, and what it holds."""
    rng = np.random.default_rng(seed)
    ids = rng.permutation(10 * n_people)[:n_people]
    pairs: dict[tuple[int, int], int] = {}
    liked = rng.zipf(1.6, n_people).astype(float)
    liked /= liked.sum()
    while len(pairs) < n_ties:
        source, target = rng.choice(n_people, 2, p=liked)
        if source == target:
            continue
        size = 1 if rng.random() < 0.56 else int(rng.integers(2, 11))
        pairs[source, target] = -size if rng.random() < 0.1 else size
        if rng.random() < 0.6 and len(pairs) < n_ties:
            pairs.setdefault((target, source), size)
    rows = [f"{ids[i]},{ids[j]},{rating},{1_289_000_000 + 60 * k}" for k, ((i, j), rating) in enumerate(pairs.items())]
    facts = {"people": len({person for pair in pairs for person in pair}),
             "negative": sum(rating < 0 for rating in pairs.values())}
    return "source,target,rating,time\n" + "\n".join(rows) + "\n", facts
