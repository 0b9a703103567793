"""What many runs would cost, on the terminal: how many, how long, how much disk."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from sim.cli.command import terminal_width
from sim.cli.language import tell
from sim.cli.output import emit, emit_json
from sim.core.kernel import cache_folder
from sim.text.cells import cell_width, pad, wrap

if TYPE_CHECKING:
    from sim.experiment.forecast import Cost

_GAP = 2


def show_cost(kind: str, headline: str, cost: Cost, workers: int, *, notes: tuple[str, ...] = (), as_json: bool) -> None:
    """Print what a study would cost: its shape in a sentence, the figures, what they rest on."""
    if as_json:
        emit_json(f"{kind} forecast", dataclasses.asdict(cost) | {"to_play": cost.to_play, "workers": workers})
        return
    lines = cost_lines(headline, cost, workers, disk=tell("studies.disk", store=size(cost.store_bytes)))
    emit("\n".join([*lines, *(line for text in notes for line in wrap(text, terminal_width()))]))


def cost_lines(headline: str, cost: Cost, workers: int, *, disk: str) -> list[str]:
    """Return the lines: the headline, a row a figure, and where time and disk come from."""
    width = terminal_width()
    rows = [("twice", f"{cost.runs - cost.distinct:,}"), ("kept", f"{cost.kept:,}"), ("to_play", f"{cost.to_play:,}"),
            ("duration", tell("sweep.duration", time=duration(cost.seconds), workers=workers)), ("disk", disk)]
    wide = max(cell_width(tell(f"sweep.dry.{name}")) for name, _ in rows) + _GAP
    figures = ["  " + pad(tell(f"sweep.dry.{name}"), wide) + value for name, value in rows]
    return [*wrap(headline, width), *figures, *wrap(tell(f"sweep.rests.{_rests(cost)}"), width)]


def _rests(cost: Cost) -> str:
    """Return where a time comes from; a guess says that compiling comes on top, unless it has been done."""
    compiled = cost.rests_on == "guess" and next(cache_folder().rglob("*.nbi"), None) is not None
    return "guess_compiled" if compiled else cost.rests_on


def duration(seconds: float) -> str:
    """Return a time in words."""
    if seconds < 90:
        return tell("sweep.seconds", n=max(1, round(seconds)) if seconds else 0)
    if seconds < 5400:
        return tell("sweep.minutes", n=round(seconds / 60))
    return tell("sweep.hours", n=f"{seconds / 3600:.1f}")


def size(number: float) -> str:
    """Return bytes in the unit that fits."""
    for step, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if number >= step:
            return f"{number / step:.3g} {unit}"
    return f"{number:.0f} B"
