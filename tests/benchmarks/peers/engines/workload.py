"""The workload, for every engine: needs numpy and nothing else, because each engine has an environment of its own.

One small-world graph of N people (ten ties each, a tenth of them rewired, no doubles), 100 people who have adopted.
Each step everybody who talks tries each neighbour who has not adopted, chance .05 a neighbour, and falls silent with
chance .1; who is won over talks from the next step. Only the steps are timed.

    python with_NAME.py FOLDER STEPS SEED

prints one line of JSON. FOLDER holds the graph (`write_graph`): every engine reads the same ties.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

TOLD, SILENT, SEEDS, TIES, REWIRED = 0.05, 0.1, 100, 10, 0.1


def write_graph(folder, people):
    """Draw the graph and store it twice: as pairs (a < b) and as rows of neighbours."""
    rng = np.random.default_rng(11)
    person = np.tile(np.arange(people), TIES // 2)
    friend = (person + np.repeat(np.arange(1, TIES // 2 + 1), people)) % people
    moved = rng.random(len(friend)) < REWIRED
    friend[moved] = rng.integers(0, people, int(moved.sum()))
    low, high = np.minimum(person, friend), np.maximum(person, friend)
    code = np.unique((low * people + high)[low != high])
    pairs = np.stack([code // people, code % people], axis=1)
    rows = np.sort(np.concatenate([code, pairs[:, 1] * people + pairs[:, 0]]))
    start = np.searchsorted(rows, np.arange(people + 1) * people)
    folder.mkdir(parents=True, exist_ok=True)
    for name, column in (("start", start), ("friend", (rows % people).astype(np.int32)), ("pairs", pairs.astype(np.int32))):
        np.save(folder / f"{name}.npy", column)


class Task:
    """What an engine is asked to do, its graph, its clock and its answer."""

    def __init__(self, import_seconds=0.0):
        folder, steps, seed = sys.argv[1:4]
        self.folder, self.steps, self.seed, self.import_seconds = Path(folder), int(steps), int(seed), import_seconds
        self.start = self.load("start")
        self.people = len(self.start) - 1
        self.seeds = np.random.default_rng([self.seed, 1]).choice(self.people, SEEDS, replace=False)
        self.begun = time.perf_counter()

    def load(self, name):
        return np.load(self.folder / f"{name}.npy")

    def networkx(self):
        import networkx as nx

        graph = nx.empty_graph(self.people)
        graph.add_edges_from(self.load("pairs").tolist())
        return graph

    def time(self, work, *, share_timed=1.0):
        """Run and time the steps; `share_timed` is what of them the workload asks for."""
        build = time.perf_counter() - self.begun
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        self.figures = {"build_s": build, "run_s": (time.perf_counter() - wall) * share_timed,
                        "cpu_s": (time.process_time() - cpu) * share_timed}

    def answer(self, adopted, version, **more):
        """Print the figures; `adopted` is the share of people who have adopted."""
        print(json.dumps({"version": version, "people": self.people, "steps": self.steps, "seed": self.seed,
                          "adopted": float(adopted), "import_s": self.import_seconds, **self.figures,
                          "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                          "load": os.getloadavg()[0], **more}))


def imported(*names):
    """Import modules and return (seconds it took, the modules)."""
    import importlib

    begin = time.perf_counter()
    modules = [importlib.import_module(name) for name in names]
    return time.perf_counter() - begin, *modules
