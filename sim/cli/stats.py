"""What a run costs, as `guanxi run --stats` shows it: memory by what it holds, time by part of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.cli.language import tell
from sim.text.cells import pad

if TYPE_CHECKING:
    from sim.records.run_record import RunRecord

_LABEL, _FIGURE = 44, 16


def stats_document(run: RunRecord) -> dict[str, Any]:
    """Return the figures of one run as plain data; bytes are what its arrays take, `peak` what the process took."""
    state = {kind: size for kind, size in run.memory.items() if kind != "peak"}
    return {
        "strategy": run.strategy, "replication": run.replication, "people": run.n_people, "days": run.days,
        "memory": {kind: {"bytes": int(size), "bytes_a_person": size / run.n_people} for kind, size in state.items()},
        "bytes": int(sum(state.values())), "peak_resident_bytes": int(run.memory["peak"]) if "peak" in run.memory else None,
        "seconds": {"build": run.timings.get("build"), "days": run.timings.get("days"),
                    "compile": run.timings.get("compile"),
                    "parts": {name.removeprefix("day."): spent for name, spent in run.timings.items() if "." in name}},
    }  # fmt: skip


def stats_table(run: RunRecord) -> str:
    """Return the figures of one run as two tables of at most 80 cells."""
    found = stats_document(run)
    parts, whole = found["seconds"]["parts"], max(sum(found["seconds"]["parts"].values()), 1e-12)
    rows = [_row("stats.heading.memory", tell("stats.a_person"), tell("stats.megabytes"), people=run.n_people)]
    rows += [_size(f"stats.memory.{kind}", one["bytes"], run.n_people) for kind, one in found["memory"].items()]
    rows.append(_size("stats.memory.all", found["bytes"], run.n_people))
    if found["peak_resident_bytes"] is not None:
        rows.append(_row("stats.memory.peak", "", _megabytes(found["peak_resident_bytes"])))
    rows += ["", _row("stats.heading.time", tell("stats.a_day"), tell("stats.share"), days=run.days)]
    rows += [_row(f"stats.time.{part}", f"{1000 * spent / run.days:.3f}", f"{spent / whole:.0%}")
             for part, spent in parts.items()]
    rows.append(_row("stats.time.all", f"{1000 * whole / run.days:.3f}", "100%"))
    return "\n".join(rows)


def _size(key: str, size: float, people: int) -> str:
    return _row(key, f"{size / people:,.1f}", _megabytes(size))


def _megabytes(size: float) -> str:
    return f"{size / 1e6:,.2f}"


def _row(key: str, first: str, second: str, **names: object) -> str:
    return (pad(tell(key, **names), _LABEL) + pad(first, _FIGURE, right=True) + pad(second, _FIGURE, right=True)).rstrip()
