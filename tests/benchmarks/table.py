"""From stored figures to lines of text: the table, the verdicts, the notes on goals that are not met."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.benchmarks.rows import FIGURES, MORE_IS_BETTER, ROWS, Row

HEAD = ("what", "figure", "ours", "must", "goal", "met", "ratio")
CALM = 0.15
"""Cores kept busy by others from which on a figure is marked: it is an upper bound of a time."""
DISTURBED = "~"


def verdict(row: Row, figure: str, value: float) -> str:
    """Return `goal` or `must` for the sharper limit that a figure meets, `MISSED` if neither, nothing if there is none."""
    if figure not in row.limits:
        return ""
    sign = -1 if figure in MORE_IS_BETTER else 1
    must, goal = row.limits[figure]
    return "goal" if sign * value <= sign * goal else "must" if sign * value <= sign * must else "MISSED"


def amount(value: float, figure: str) -> str:
    """Return a figure with its unit, in three digits."""
    unit = FIGURES[figure][1]
    return f"{digits(value)} {unit}".strip()


def digits(value: float) -> str:
    """Return a number in three digits, whole from a hundred on."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    size = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    text = f"{value:.{3 - size}f}" if abs(value) >= 0.01 else f"{value:.2g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ratios(found: Mapping[str, Any], figure: str) -> str:
    """Return how many times as fast as other engines."""
    told = found.get("ratios", {}).get(figure, {})
    return ", ".join(f"{digits(times)} x {engine}" for engine, times in told.items())


def cells(name: str, found: Mapping[str, Any], *, is_quick: bool = False) -> list[tuple[str, ...]]:
    """Return the cells of a row, a line for each figure; quick figures are held to no limit."""
    row, lines = ROWS[name], []
    mark = DISTURBED if is_disturbed(found) else ""
    for figure, value in found["figures"].items():
        limits = () if is_quick else row.limits.get(figure, ())
        must, goal = (amount(limit, figure) for limit in limits) if limits else ("", "")
        met = "" if is_quick else verdict(row, figure, value)
        lines.append((row.title(is_quick), FIGURES[figure][0], mark + amount(value, figure), must, goal, met,
                      ratios(found, figure)))
    return lines


def is_disturbed(found: Mapping[str, Any]) -> bool:
    """Tell whether others kept the machine busy while figures were taken; unknown counts as calm."""
    return (found.get("others_cores") or 0.0) >= CALM


def markdown(head: tuple[str, ...], lines: list[tuple[str, ...]], numbers: tuple[int, ...]) -> str:
    """Return a table; the columns `numbers` stand right."""
    rule = ["--:" if k in numbers else "---" for k in range(len(head))]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, tuple(rule), *lines])


def whole(stored: Mapping[str, Any]) -> str:
    """Return the table of everything measured, and who it was measured on."""
    lines = [line for name in ROWS if name in stored["rows"] for line in cells(name, stored["rows"][name], is_quick=stored["quick"])]
    return f"{markdown(HEAD, lines, (2, 3, 4))}\n\n{described(stored)}"


def described(stored: Mapping[str, Any]) -> str:
    """Return the machine, the dates, and whether somebody else was at work."""
    told, found = stored["machine"], [*stored["rows"].values()]
    dates = sorted({one["measured"] for one in found})
    when = " to ".join(dict.fromkeys([dates[0], dates[-1]])) if dates else "not yet"
    noisy = sum(map(is_disturbed, found))
    text = (f"{told['cpu']}, {told['cores']} cores, {told['memory_gb']:g} GB, {told['system']}, Python {told['python']}, numba "
            f"{told['numba']}, numpy {told['numpy']}; measured {when}.")
    if noisy:
        text += (f" {DISTURBED}: others kept more than {CALM:g} of a core busy meanwhile ({noisy} of {len(found)} rows), so a time "
                 "is an upper bound.")
    return text


def notes(stored: Mapping[str, Any]) -> list[str]:
    """Return a note on each row that misses a goal: the figures, what the profile says, what was tried."""
    if stored["quick"]:
        return []
    told = []
    for name, row in ROWS.items():
        found = stored["rows"].get(name)
        if found is None:
            continue
        missed = [f"{FIGURES[figure][0]} {amount(found['figures'][figure], figure)} (goal {amount(limits[1], figure)})"
                  for figure, limits in row.limits.items() if verdict(row, figure, found["figures"][figure]) != "goal"]
        if missed:
            told.append(" ".join(filter(None, [f"{row.title()}: {', '.join(missed)}.", profile(found), row.tried])))
    return told


def profile(found: Mapping[str, Any], most: int = 4) -> str:
    """Return which parts take most of the time, if that was measured."""
    parts = sorted(found.get("parts", {}).items(), key=lambda part: -part[1])[:most]
    if not parts:
        return ""
    return f"Of the time {', '.join(f'{name} takes {share:.0%}' for name, share in parts)}."


def all_hold(stored: Mapping[str, Any]) -> bool:
    """Tell whether every limit that must hold does."""
    if stored["quick"]:
        return True
    return all(verdict(ROWS[name], figure, value) != "MISSED" for name, found in stored["rows"].items() if name in ROWS
               for figure, value in found["figures"].items())
