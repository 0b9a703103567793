"""`python -m tests.benchmarks [NAME ...]`: measure, print the table, store it beside the machine's description, draw.

    python -m tests.benchmarks                        every row, then every curve
    python -m tests.benchmarks --quick                small worlds, to see that it works: about three minutes
    python -m tests.benchmarks year_community help    these rows only
    python -m tests.benchmarks curves                 the curves only; `rows` for the rows only
    python -m tests.benchmarks --out FILE.json        add to, or measure again in, what FILE.json holds
    python -m tests.benchmarks --missing --out FILE.json    measure what FILE.json does not hold
    python -m tests.benchmarks --list                 what there is, and about how long it takes
    python -m tests.benchmarks.readme FILE.json       keep the figures, and write the README's table from them
    python -m tests.benchmarks.profile                where the time of a run goes, function by function

Rows run one after another, each in a process of its own. What is measured is on disk at once, so an interrupted
run loses one row. FILE.json, the page FILE.html and the picture FILE.png stand under results/benchmarks unless told
otherwise. Close everything else: the table marks figures during which others kept the machine busy.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.benchmarks.child import measured
from tests.benchmarks.curves import Curve, curves
from tests.benchmarks.page import draw
from tests.benchmarks.rows import ROWS
from tests.benchmarks.store import Stored, opened
from tests.benchmarks.table import HEAD, all_hold, cells, described, markdown, notes

GROUPS = ("rows", "curves")


def main(given: list[str]) -> int:
    """Measure; returns 1 if a limit that must hold was missed or a measure failed."""
    asked = _parser().parse_args(given)
    drawn = curves(is_quick=asked.quick, is_large=asked.large)
    if asked.list:
        print(_listed(drawn))
        return 0
    strange = [name for name in asked.names if name not in {*ROWS, *drawn, *GROUPS}]
    if strange:
        print(f"no row or curve is called {', '.join(strange)}; --list shows what there is", file=sys.stderr)
        return 2
    try:
        stored = opened(asked.out, is_quick=asked.quick)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    wanted = set(asked.names) or set(GROUPS)
    rows = [name for name in ROWS if name in wanted or "rows" in wanted]
    lines = [name for name in drawn if name in wanted or "curves" in wanted]
    try:
        _measure_rows(stored, [n for n in rows if not (asked.missing and n in stored.data["rows"])])
        for name in lines:
            _measure_curve(stored, name, drawn[name], missing=asked.missing)
    except KeyboardInterrupt:
        print(f"interrupted; what was measured stands in {stored.path}, --missing goes on", file=sys.stderr)
        return 130
    if rows:
        print(f"\n{described(stored.data)}")
        print("".join(f"\n- {note}" for note in notes(stored.data)))
    for text in stored.failures:
        print(f"failed: {text}", file=sys.stderr)
    print(" ".join(map(str, [stored.path, *draw(stored.data, stored.path)])))
    return int(bool(stored.failures) or not all_hold(stored.data))


def _measure_rows(stored: Stored, names: list[str]) -> None:
    """Measure rows and print each as it ends."""
    is_quick = stored.data["quick"]
    print(markdown(HEAD, [], (2, 3, 4)), flush=True)
    for name in names:
        row = ROWS[name]
        if is_quick and row.quick is None:
            continue
        try:
            found = measured(row.measure, row.arguments(is_quick))
        except RuntimeError as error:
            stored.failures.append(f"{name}: {error}")
            continue
        stored.keep_row(name, found)
        print("\n".join(f"| {' | '.join(line)} |" for line in cells(name, found, is_quick=is_quick)), flush=True)


def _measure_curve(stored: Stored, name: str, curve: Curve, *, missing: bool) -> None:
    """Measure the points of a curve."""
    for line in curve.series:
        for x, given in line.points:
            if missing and stored.has_point(name, line.label, x):
                continue
            try:
                found = measured(line.measure, given)
            except RuntimeError as error:
                stored.failures.append(f"{name}, {line.label}, {x:g}: {error}")
                continue
            stored.keep_point(name, line.label, x, found)
            shown = ", ".join(f"{what} {found['figures'][figure]:.4g}" for figure, what in curve.upright.items())
            print(f"{name}: {line.label}, {x:g}: {shown}", flush=True)


def _listed(drawn: dict[str, Curve]) -> str:
    rows = [f"  {name:20} {row.minutes:4.1f} min  {row.title()}" for name, row in ROWS.items()]
    lines = [f"  {name:20} {curve.minutes:4.1f} min  {curve.title}" for name, curve in drawn.items()]
    return "\n".join([f"rows ({sum(row.minutes for row in ROWS.values()):.0f} min)", *rows,
                      f"curves ({sum(curve.minutes for curve in drawn.values()):.0f} min)", *lines])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows or curves; `rows`, `curves`: all of them")
    parser.add_argument("--quick", action="store_true", help="small worlds, held to no limit")
    parser.add_argument("--large", action="store_true", help="draw the curve of people up to ten million")
    parser.add_argument("--missing", action="store_true", help="leave out what the file holds already")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="where figures are kept")
    parser.add_argument("--list", action="store_true", help="show rows and curves with their minutes, measure nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
