"""`python -m tests.benchmarks [ROW ...]`: measure, print the table, store it beside the machine's description.

Rows run one after another, each in a process of its own, on whatever the machine is doing: read the
load in the last line before you quote a figure.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from tests.benchmarks.rows import ROWS, Figures

OUT = Path("results/benchmarks")


def machine() -> dict[str, object]:
    """Describe the machine as far as a reader of figures needs it."""
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.processor()) if Path("/proc/cpuinfo").exists() else ""
    return {"cpu": cpu, "cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}


def line(name: str, figures: Figures) -> list[str]:
    """Return the table's lines of one row."""
    row, lines = ROWS[name], []
    for figure, value in figures.items():
        must, goal = row.limits.get(figure, (None, None))
        verdict = "" if must is None else "goal" if value <= goal else "must" if value <= must else "MISSED"
        limits = "" if must is None else f"{must:g} / {goal:g}"
        lines.append(f"| {row.what} | {figure} | {value:.4g} | {limits} | {verdict} |")
    return lines


def main(names: list[str]) -> int:
    """Measure rows; returns 1 if a limit that must hold was missed."""
    lines = ["| what | figure | measured | must / goal | met |", "|---|---|--:|--:|---|"]
    table: dict[str, Figures] = {}
    print("\n".join(lines), flush=True)
    for name in names or list(ROWS):
        out = subprocess.run([sys.executable, "-m", "tests.benchmarks.row", name], check=True, stdout=subprocess.PIPE,
                             text=True)
        table[name] = json.loads(out.stdout.splitlines()[-1])
        print("\n".join(line(name, table[name])), flush=True)
    load = os.getloadavg()[0]
    print(f"\nload of the last minute: {load:.2f} on {os.cpu_count()} cores")
    OUT.mkdir(parents=True, exist_ok=True)
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    (OUT / f"{stamp}.json").write_text(json.dumps({"machine": machine(), "load": load, "rows": table}, indent=1))
    missed = any("MISSED" in text for name, figures in table.items() for text in line(name, figures))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
