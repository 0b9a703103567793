"""`guanxi discover`: under which conditions of a finished sweep an outcome happens."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.command import Command, terminal_width
from sim.cli.language import current, tell
from sim.cli.options import json_option, language_option
from sim.cli.output import emit, emit_json, note
from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten
from sim.text.cells import wrap
from sim.text.message import Message, said_by

if TYPE_CHECKING:
    from sim.analysis.discovery import Discovery
    from sim.records.sweep import SweepRecord
    from sim.scenario.expect import Expectation


@click.command("discover", cls=Command)
@click.argument("sweep", type=click.Path(path_type=Path))
@click.argument("condition")
@click.option("--strategy", multiple=True, metavar="NAME")
@click.option("--boxes", type=click.IntRange(min=1, max=20), default=3, metavar="N")
@json_option
@language_option
def discover(sweep: Path, condition: str, strategy: tuple[str, ...], boxes: int, *, as_json: bool) -> None:
    """Look for the boxes of conditions under which CONDITION holds."""
    from sim.analysis.discovery import discover as look
    from sim.records.sweep import SweepRecord

    wanted = _condition(condition)
    record = SweepRecord.load(sweep)
    found = [look(record, wanted, name, boxes=boxes) for name in _strategies(record, strategy)]
    if as_json:
        emit_json("discovery", {"sweep": str(sweep), "name": record.name, "condition": wanted.text, "complete": record.complete,
                                "strategies": [_document(one, record) for one in found]})
        return
    if not record.complete:
        note(tell("discover.incomplete"))
    emit("\n\n".join(_text(one, record) for one in found))


def _condition(text: str) -> Expectation:
    """Return the condition that was asked.

    Raises
    ------
    ScenarioError
        If it cannot be read or names no outcome.
    """
    from sim.scenario.expect import parse_expectation

    try:
        return parse_expectation(text)
    except ValueError as error:
        raise ScenarioError(Problem(Message("discovery.condition", condition=shorten(text), why=said_by(error)))) from None


def _strategies(record: SweepRecord, asked: tuple[str, ...]) -> list[str]:
    """Return the strategies to look at, all where none is named.

    Raises
    ------
    ScenarioError
        If the sweep has not played one.
    """
    for name in asked:
        if name not in record.strategies:
            hint = did_you_mean(name, record.strategies) or Message("experiment.compared", names=record.strategies)
            raise ScenarioError(Problem(Message("discovery.no_strategy", name=shorten(name), hint=hint)))
    return list(dict.fromkeys(asked)) or record.strategies


def _text(found: Discovery, record: SweepRecord) -> str:
    """Return what was discovered for one strategy, at most as wide as the terminal."""
    from sim.report.discovery import lines
    from sim.report.tables import plain

    head, *rest = [wrap(plain(line), terminal_width() - 2) for line in lines(found, record, current())]
    return "\n".join([*head, *(f"  {line}" for paragraph in rest for line in paragraph)])


def _document(found: Discovery, record: SweepRecord) -> dict[str, Any]:
    """Return what was discovered for one strategy as plain data."""
    from sim.report.discovery import box_of, sentence

    boxes = [
        {"conditions": box_of(one.box), "zh": sentence(one, record, "zh"), "en": sentence(one, record, "en"),
         "points": one.box.n, "hits": one.box.hits, "density": one.box.density, "coverage": one.box.coverage,
         "mass": one.box.mass, **{key: value for key, value in asdict(one).items() if key.startswith("other_")},
         "density_interval": one.density, "coverage_interval": one.coverage, "p": one.p}
        for one in found.boxes
    ]  # fmt: skip
    return {"name": found.strategy, "points": found.cases, "hits": found.hits, "undefined": found.undefined,
            "reason": found.reason, "boxes": boxes}
