"""Run a kernel over ranges of rows, one range a thread.

Decision: builders use plain (GIL-free) kernels on Python threads, not `prange`: they compile in
half the time, need no OpenMP, and take the number of threads as an argument. Every kernel run this
way writes only to the rows of its range, so the result cannot depend on the ranges.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from sim.core.kernel import Kernel, is_plain


def over_rows(kernel: Kernel, n_rows: int, threads: int, *args: Any) -> None:
    """Call `kernel(low, high, *args)` for ranges that cover 0..n_rows."""
    threads = max(1, min(threads, n_rows))
    if threads == 1 or is_plain():
        kernel(0, n_rows, *args)
        return
    kernel(0, 0, *args)  # compile once, before threads meet the compiler
    bounds = np.linspace(0, n_rows, threads + 1).astype(np.int64).tolist()
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(kernel, low, high, *args) for low, high in pairwise(bounds)]
        for job in jobs:
            job.result()
