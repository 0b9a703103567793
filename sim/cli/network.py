"""`guanxi network`: look at a real network, or convert one into the form that loads at once."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.command import Command, Group, definition_list
from sim.cli.language import current, has_message, tell
from sim.cli.options import json_option, language_option, quiet_option
from sim.cli.output import emit, emit_json, note
from sim.cli.progress import tell_compiling
from sim.core.errors import Problem, ScenarioError, shorten, value_problem
from sim.text.message import Message

if TYPE_CHECKING:
    from sim.cli.options import Body
    from sim.world.networks.network import Network

_GRAPHS = {".graphml", ".xml", ".gexf", ".gml"}
_SHARES = ("reciprocity", "mutual_trust", "clustering", "distrust_share", "largest_component")
_COUNTS = ("people", "ties", "isolated")
_QUANTILES = ("listeners", "speakers", "trust")


@click.group("network", cls=Group)
@language_option
def network() -> None:
    """Hold the two commands."""


def file_options(body: Body) -> Body:
    """Add the file and how to read it."""
    body = click.argument("file")(body)
    body = click.option("--undirected", is_flag=True)(body)
    for name in ("source", "target", "rating"):
        body = click.option(f"--{name}", metavar="COLUMN")(body)
    return language_option(quiet_option(json_option(body)))


@network.command("describe", cls=Command)
@file_options
def describe(file: str, *, as_json: bool, quiet: bool, **reading: Any) -> None:
    """Print the figures of a network."""
    with tell_compiling(quiet=quiet):
        found = _read(file, reading)
        from sim.world.describe import describe as figures_of

        figures = figures_of(found.ties)
    if as_json:
        emit_json("network", {"file": file, "figures": figures, "dropped": found.notes})
        return
    rows = [(tell(f"network.figure.{name}"), _shown(figures, name)) for name in (*_COUNTS, "mean_degree")]
    rows += [(tell(f"network.figure.{name}"), _shown(figures, name)) for name in (*_SHARES, *_QUANTILES)]
    emit("\n".join([file, *definition_list(rows, 34)]))
    _tell_dropped(found, quiet=quiet)


@network.command("import", cls=Command)
@file_options
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FOLDER")
def import_(file: str, out: Path, *, as_json: bool, quiet: bool, **reading: Any) -> None:
    """Write a network as a folder that a scenario opens at once."""
    if out.exists():
        raise click.UsageError(tell("result.exists", path=out))
    with tell_compiling(quiet=quiet):
        found = _read(file, reading)
    found.save(out)
    if as_json:
        emit_json("network", {"file": file, "folder": str(out), "people": found.n_people, "ties": found.ties.n_ties})
    else:
        emit(str(out))
    _tell_dropped(found, quiet=quiet)
    snippet = f"network: {{kind: saved, path: {json.dumps(str(out), ensure_ascii=False)}}}"
    note(tell("network.next", snippet=snippet), quiet=quiet or as_json)


def _read(file: str, reading: dict[str, Any]) -> Network:
    """Return the network of a file: a table of ties, a graph file, or a folder written before.

    Raises
    ------
    ScenarioError
        If the columns named do not suit the kind of file.
    """
    from pydantic import ValidationError

    from sim.world.networks.table import network_class

    path = Path(file)
    suffix = next((part.lower() for part in reversed(path.suffixes) if part.lower() != ".gz"), "")
    kind = "saved" if _is_folder(path) else "graph" if suffix in _GRAPHS else "edge_list"
    given = {name: _column(value) for name, value in reading.items() if value}
    try:
        params = network_class(kind).model_validate({"path": file, **given})
    except ValidationError as error:
        raise ScenarioError([Problem(_first(problem), file=file) for problem in error.errors()]) from None
    return params.build(None, 1, 0)


def _is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; what no file system could hold is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _column(value: Any) -> Any:
    """Return a column as its position if it is a number, else as its name."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6 else value


def _first(problem: Any) -> Message:
    """Return one problem of pydantic in words: the option and what is wrong with it."""
    option = "--" + "".join(str(part) for part in problem["loc"][:1])
    return Message.joined([f"{option} {shorten(problem['input'])}", value_problem(problem)], ": ")


def _shown(figures: dict[str, Any], name: str) -> str:
    """Return one figure as text."""
    value = figures[name]
    if name in _QUANTILES:
        digits = 2 if name == "trust" else 0
        return tell("network.quantiles", **{key: f"{number:.{digits}f}" for key, number in value.items()})
    if name in _COUNTS:
        return f"{value:,}"
    if isinstance(value, float) and math.isnan(value):
        return tell("network.undefined")
    return f"{value:.2f}" if name in {"mean_degree", "mutual_trust"} else f"{100 * value:.1f} %"


def _dropped(name: str, count: int) -> str:
    """Return what was dropped in words; a folder from elsewhere may name anything."""
    key = f"network.dropped.{name}"
    return tell(key, count=count) if has_message(key) else f"{name} {count}"


def _tell_dropped(found: Network, *, quiet: bool) -> None:
    """Say what the import left out, if anything."""
    dropped = {name: count for name, count in found.notes.items() if count}
    if dropped:
        parts = [_dropped(name, count) for name, count in dropped.items()]
        note(tell("network.left_out", parts=("，" if current() == "zh" else ", ").join(parts)), quiet=quiet)
