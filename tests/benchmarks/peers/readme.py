"""`python -m tests.benchmarks.peers.readme [FILE.json]`: the README's table of other frameworks, from figures that are kept.

With a file its figures are kept as those of the project (`results/peers.json`) first. `--check` changes nothing and fails
if the README says something else.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.peers.__main__ import OURS, judged
from tests.benchmarks.peers.engines_table import ENGINES
from tests.benchmarks.readme import README, ROOT

KEPT = ROOT / "results" / "peers.json"
BEGIN, END = "<!-- peers: python -m tests.benchmarks.peers.readme -->", "<!-- end of peers -->"
NEEDED = 3
"""Sizes of a whole table."""


def middle(runs: list[dict[str, Any]]) -> float | None:
    """Return the median time of some runs, None if none came to its end."""
    times = [run["run_s"] for run in runs if "run_s" in run]
    return statistics.median(times) if times else None


def time(seconds: float | None) -> str:
    """Return a time as the table shows it."""
    if seconds is None:
        return ""
    return f"{1000 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def block(stored: Mapping[str, Any]) -> str:
    """Return what stands between the marks: engines by sizes, the fastest at the greatest size first."""
    sizes = sorted(stored["runs"], key=int)
    largest = stored["runs"][sizes[-1]]
    order = sorted([*OURS, *ENGINES], key=lambda name: middle(largest.get(name, [])) or float("inf"))
    lines = ["| engine | " + " | ".join(f"{int(size):,} people" for size in sizes) + " |", "| --- |" + " --: |" * len(sizes)]
    for name in order:
        found = [stored["runs"][size].get(name, []) for size in sizes]
        version = next((run["version"] for runs in found for run in runs if "version" in run), "")
        if version:
            shown = f"**{name}**" if name in OURS else f"{name} {version}"
            lines.append(f"| {shown} | " + " | ".join(time(middle(runs)) for runs in found) + " |")
    said = [(name, words) for size in sizes for name, words in judged(stored["runs"][size]).items()]
    differ = sorted({name for name, words in said if words.startswith(("DIFFERS", "not judged"))})
    shares = f"The share reached is not shown to be equal in {', '.join(differ)}." if differ else (
        "All reach the same share of people, but for chance.")
    apart = "".join(f" {name} differs: {ENGINES[name].apart}." for name in ENGINES if ENGINES[name].apart and name in dict(said))
    runs = max(len(runs) for size in sizes for runs in stored["runs"][size].values())
    told = stored["machine"]
    where = (f"Medians of {runs} runs of {stored['steps']} steps, on {told['cpu']}, {told['cores']} cores, Python {told['python']}; "
             "building the graph and compiling are not counted.")
    load = stored.get("load", 0.0)
    busy = (f" Others kept the machine busy meanwhile (load {load:.1f} on {told['cores']} cores), from which two threads suffer most."
            if load > told["cores"] else "")
    return f"{where}{busy} {shares}{apart}\n\n" + "\n".join(lines)


def written(text: str, stored: Mapping[str, Any]) -> str:
    """Return a README with the block put between its marks.

    Raises
    ------
    ValueError
        If the marks are not there, or sizes or our own figures are missing.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"the README needs the marks {BEGIN} and {END}, once each")
    if len(stored["runs"]) < NEEDED or any(middle(runs.get(name, [])) is None for runs in stored["runs"].values() for name in OURS):
        raise ValueError(f"{NEEDED} sizes are needed, and our own figures at each")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{block(stored)}\n{END}{rest.split(END)[1]}"


def main(given: list[str]) -> int:
    """Write or check the README; returns 1 if a check fails."""
    names = [name for name in given if name != "--check"]
    old = README.read_text(encoding="utf-8")
    if names:
        stored = json.loads(Path(names[0]).read_text(encoding="utf-8"))
        written(old, stored)
        KEPT.write_text(json.dumps(stored) + "\n", encoding="utf-8")
    new = written(old, json.loads(KEPT.read_text(encoding="utf-8")))
    if "--check" in given:
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
