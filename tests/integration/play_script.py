"""A sweep in a process of its own, to be killed: ``play_script.py STORE MODEL RUNS [--workers N] [--cluster ADDRESS] [--limit BYTES]``.

Says ``start`` when the first run has ended, and at the end the digest of all tables.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

from sim.core.errors import GuanxiError  # noqa: E402 - the path comes first
from sim.experiment.play import How, Played, Wanted, play  # noqa: E402
from sim.records.run_store import RunStore  # noqa: E402
from sim.scenario.spec import ScenarioSpec  # noqa: E402

DAYS, POINTS = 60, 4


def wanted(runs):
    """Return runs of some points, replications inside."""
    specs = [ScenarioSpec.model_validate({"name": f"point-{k}", "people": 300, "days": DAYS, "seed": 5, "strategies": [],
                                          "brand": {"product": {"price": f"{100 + k} yuan"}}}) for k in range(POINTS)]
    return [Wanted(spec, r) for spec in specs for r in range(runs // POINTS)]


def digest(store, asked, model):
    """Return a digest of outcomes, daily series and statements, in the order asked."""
    ids = [one.id(model) for one in asked]
    told = hashlib.blake2b(digest_size=12)
    outcomes = store.outcomes(ids)
    for run in ids:
        told.update(repr(sorted(outcomes[run].items())).encode())
    for table in (store.daily(ids), store.statement(ids)):
        for name, column in table.items():
            told.update(name.encode())
            told.update(np.ascontiguousarray(column).tobytes())
    return told.hexdigest()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("store", type=Path)
    parser.add_argument("model")
    parser.add_argument("runs", type=int)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--cluster")
    parser.add_argument("--limit", type=int)
    asked = parser.parse_args()
    runs = wanted(asked.runs)
    with RunStore(asked.store) as store:
        if asked.limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (asked.limit, asked.limit))
        ended = 0
        for one in play(runs, store, How(workers=asked.workers, cluster=asked.cluster, model=asked.model)):
            assert isinstance(one, Played), one
            if not one.kept and not ended:
                print("start", flush=True)
            ended += not one.kept
        print("played", ended, flush=True)
        print("digest", digest(store, runs, asked.model), flush=True)


if __name__ == "__main__":
    try:
        main()
    except GuanxiError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
