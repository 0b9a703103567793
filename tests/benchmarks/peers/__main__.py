"""`python -m tests.benchmarks.peers`: one word of mouth, one graph, our model beside other people's frameworks.

    python -m tests.benchmarks.peers                                  the three sizes, three seeds each
    python -m tests.benchmarks.peers --sizes 10000 --only numpy,ambr  some engines; ours always runs
    python -m tests.benchmarks.peers --slow                           the slow ones at a million people, too

Every run is a process of its own, one after another; only the steps are timed, compiling and the graph's building are not.
The table shows medians. Each engine's adopted share is held against that of all others: it may differ by at most
`LIMIT` standard errors, sd sqrt(1/n + 1/m), where sd is the spread among seeds within engines, pooled over all of them. An
engine whose process is known to differ is shown and not judged. Returns 1 if a share differs, an engine fails, or a rival
is faster than ours.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.machine import machine
from tests.benchmarks.peers.engines.workload import write_graph
from tests.benchmarks.peers.engines_table import ENGINES, command, default_folder
from tests.benchmarks.store import FOLDER as OUT

STEPS, LIMIT, LARGE = 100, 4.0, 1_000_000
OURS = {"guanxi, 1 thread": 1, "guanxi, 2 threads": 2}
MUST = {"guanxi, 1 thread": (1.2, 0.8), "guanxi, 2 threads": (0.6, 0.4)}
"""Seconds at a million people: must and goal."""

Runs = dict[str, list[dict]]


def run(words: list[str], env: dict[str, str] | None = None) -> dict:
    """Run an engine once and return what it printed, or its last words under ``error``."""
    try:
        out = subprocess.run(words, capture_output=True, text=True, timeout=1200, env=env, check=False)
    except subprocess.TimeoutExpired:
        return {"error": "took more than 20 minutes"}
    if out.returncode:
        return {"error": (out.stderr.strip().splitlines() or [f"exit {out.returncode}"])[-1]}
    return json.loads(out.stdout.strip().splitlines()[-1])


def measure(size: int, options: argparse.Namespace) -> Runs:
    """Run all engines on one size, seed by seed."""
    graph = options.folder / "graphs" / str(size)
    if not (graph / "pairs.npy").exists():
        write_graph(graph, size)
    runs: Runs = {}
    for seed in range(1, options.runs + 1):
        for name in [*OURS, *options.only]:
            if name in ENGINES and ENGINES[name].slow and size >= LARGE and not options.slow:
                if seed == 1:
                    print(f"{name}: left out at {size:,} people, takes a minute or more a run (--slow runs it)", file=sys.stderr)
                continue
            task = [str(graph), str(STEPS), str(seed)]
            if name in OURS:
                words = [sys.executable, "-m", "tests.benchmarks.peers.ours", *task, str(OURS[name])]
            else:
                words = [*command(ENGINES[name], options.folder), *task]
            figures = run(words)
            runs.setdefault(name, []).append(figures)
            print(f"{size:>9,}  seed {seed}  {name:18}", figures.get("error") or f"{figures['run_s']:.4f} s", file=sys.stderr,
                  flush=True)
    return runs


def judged(runs: Runs) -> dict[str, str]:
    """Return for each engine whether its adopted share is that of the others; see the module for the rule."""
    share = {name: [r["adopted"] for r in many if "adopted" in r] for name, many in runs.items()}
    like = [name for name in share if share[name] and not (name in ENGINES and ENGINES[name].apart)]
    squares = sum(statistics.variance(share[n]) * (len(share[n]) - 1) for n in like if len(share[n]) > 1)
    freedom = sum(len(share[n]) - 1 for n in like)
    said = {}
    for name, own in share.items():
        rest = [x for n in like if n != name for x in share[n]]
        if not own:
            said[name] = "FAILED"
        elif name not in like:
            said[name] = f"apart: {ENGINES[name].apart}"
        elif not freedom or not squares or not rest:
            said[name] = "not judged"
        else:
            error = math.sqrt(squares / freedom * (1 / len(own) + 1 / len(rest)))
            z = (statistics.mean(own) - statistics.mean(rest)) / error
            said[name] = f"{'equal' if abs(z) <= LIMIT else 'DIFFERS'}, z = {z:+.1f}"
    return said


def table(size: int, runs: Runs) -> tuple[list[str], bool]:
    """Return the lines of one size, fastest first, and whether all is as it should be."""
    said = judged(runs)
    mid = {name: statistics.median(r["run_s"] for r in many if "run_s" in r)
           for name, many in runs.items() if any("run_s" in r for r in many)}
    rivals = [seconds for name, seconds in mid.items() if name in ENGINES and ENGINES[name].rival]
    lines = [f"\n{size:,} people, {STEPS} steps\n",
             "| engine | runs | run s | CPU s | build s | peak MB | adopted | against the others | |", "|---|--:|--:|--:|--:|--:|--:|---|---|"]
    good = not any("FAILED" in text or "DIFFERS" in text for text in said.values())
    for name in sorted(mid, key=mid.__getitem__):
        ok = [r for r in runs[name] if "run_s" in r]

        def middle(figure: str, rows: list[dict] = ok) -> float:
            return statistics.median(r[figure] for r in rows)

        words = ""
        if name in MUST and size == LARGE:
            must, goal = MUST[name]
            words = "goal met" if mid[name] <= goal else "must met" if mid[name] <= must else f"MISSED, must {must} s"
            good &= mid[name] <= must
        lines.append(f"| {name} {ok[0]['version']} | {len(ok)} | {mid[name]:.4g} | {middle('cpu_s'):.4g} | {middle('build_s'):.2f} "
                     f"| {middle('peak_mb'):.0f} | {statistics.mean(r['adopted'] for r in ok):.4f} | {said[name]} | {words} |")
    if rivals:
        best = min(mid[name] for name in OURS if name in mid)
        good &= best <= min(rivals)
        lines.append(f"\nours {'is the fastest' if best <= min(rivals) else 'is NOT the fastest'}: {best:.4g} s against {min(rivals):.4g} s")
    return lines, good


def main(given: list[str]) -> int:
    """Measure, print, store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000,1000000", help="numbers of people")
    parser.add_argument("--runs", type=int, default=3, help="seeds of each engine")
    parser.add_argument("--only", help="engines besides ours: " + ", ".join(ENGINES))
    parser.add_argument("--slow", action="store_true", help="run the slow engines at a million people, too")
    parser.add_argument("--folder", "--venvs", type=Path, default=default_folder(), help="where environments and graphs are kept")
    options = parser.parse_args(given)
    options.only = list(ENGINES) if options.only is None else [name.strip() for name in options.only.split(",") if name.strip()]
    if unknown := set(options.only) - set(ENGINES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(ENGINES)}")
    good, stored = True, {}
    for size in map(int, options.sizes.split(",")):
        stored[size] = measure(size, options)
        lines, fine = table(size, stored[size])
        good &= fine
        print("\n".join(lines), flush=True)
    load = os.getloadavg()[0]
    print(f"\nload of the last minute: {load:.2f} on {os.cpu_count()} cores")
    OUT.mkdir(parents=True, exist_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    (OUT / f"peers-{stamp}.json").write_text(json.dumps({"machine": machine(), "load": load, "steps": STEPS, "runs": stored}, indent=1))
    return int(not good)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
