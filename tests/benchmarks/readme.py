"""`python -m tests.benchmarks.readme [FILE.json]`: the README's words on speed, from figures that are kept.

With a file its figures are kept as those of the project (`results/benchmarks.json`) first. `--check` changes nothing and
fails if the README says something else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.rows import FIGURES, ROWS
from tests.benchmarks.store import read
from tests.benchmarks.table import DISTURBED, amount, described, is_disturbed, markdown, notes, ratios, verdict

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
KEPT = ROOT / "results" / "benchmarks.json"
BEGIN, END = "<!-- speed: python -m tests.benchmarks.readme -->", "<!-- end of speed -->"
HEAD = ("what", "measured", "must", "goal", "met", "times as fast as")
NOTHING = "Nothing has been measured yet: `python -m tests.benchmarks` does it."


def block(stored: Mapping[str, Any] | None) -> str:
    """Return what stands between the marks."""
    if not stored:
        return NOTHING
    lines = [line(name, stored["rows"][name]) for name in ROWS if name in stored["rows"]]
    told = notes(stored)
    missed = ["Goals that are not met:", "\n".join(f"- {note}" for note in told)] if told else []
    return "\n\n".join([f"Measured on {described(stored)}", markdown(HEAD, lines, (1, 2, 3)), *missed])


def line(name: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one line a row: the figures that have a limit, else the first."""
    row, figures = ROWS[name], found["figures"]
    shown = list(row.limits) or [next(iter(figures))]
    several = len(shown) > 1

    def joined(values: list[float]) -> str:
        return ", ".join(amount(value, figure) for figure, value in zip(shown, values, strict=True))

    def named(figure: str) -> str:
        text = amount(figures[figure], figure)
        return f"{text} ({FIGURES[figure][0]})" if several and FIGURES[figure][0] != "time" else text

    must, goal = (joined([row.limits[figure][k] for figure in shown]) if row.limits else "" for k in (0, 1))
    met = [verdict(row, figure, figures[figure]) for figure in shown]
    worst = max(met, key=["", "goal", "must", "MISSED"].index)
    return (row.title(), (DISTURBED if is_disturbed(found) else "") + ", ".join(map(named, shown)), must, goal, worst,
            ", ".join(filter(None, (ratios(found, figure) for figure in shown))))


def written(text: str, stored: Mapping[str, Any] | None) -> str:
    """Return a README with the block put between its marks.

    Raises
    ------
    ValueError
        If the marks are not there, the figures are those of small worlds, or a row is missing.
    """
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise ValueError(f"the README needs the marks {BEGIN} and {END}, once each")
    if stored and stored["quick"]:
        raise ValueError("quick figures are no figures for the README")
    missing = [name for name in ROWS if stored and name not in stored["rows"]]
    if missing:
        raise ValueError(f"rows that were not measured: {', '.join(missing)}")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{block(stored)}\n{END}{rest.split(END)[1]}"


def kept() -> dict[str, Any] | None:
    """Return the project's figures, None if there are none."""
    return read(KEPT) if KEPT.exists() else None


def main(given: list[str]) -> int:
    """Write or check the README; returns 1 if a check fails."""
    names = [name for name in given if name != "--check"]
    if names:
        stored = read(Path(names[0]))
        written(README.read_text(encoding="utf-8"), stored)
        KEPT.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    old = README.read_text(encoding="utf-8")
    new = written(old, kept())
    if "--check" in given:
        return int(new != old)
    README.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
