"""`guanxi list`: what a sweep can move, what can be expected of it, and which scenarios and sweeps are there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from sim.cli.command import Command, definition_list, terminal_width
from sim.cli.language import current, tell
from sim.cli.options import json_option, language_option
from sim.cli.output import emit, emit_json
from sim.text.cells import wrap

if TYPE_CHECKING:
    from sim.scenario.inventory import Entry

_ALWAYS = ("strategies.", "brand.", "brands.", "shocks.", "days", "people")
"""Where the values begin that are listed without being asked for by a word: what sellers choose, what they sell."""
_PATHS, _NAMES = 8, 30


@click.command("list", cls=Command)
@click.argument("of", type=click.Choice(["axes", "outcomes", "scenarios", "sweeps"]), metavar="KIND")
@click.argument("words", nargs=-1, metavar="[SCENARIO] [WORD]...")
@json_option
@language_option
def list_names(of: str, words: tuple[str, ...], *, as_json: bool) -> None:
    """Print the names of one kind, those with all words in them."""
    if of == "axes":
        _axes(words, as_json=as_json)
    elif of == "outcomes":
        _outcomes(words, as_json=as_json)
    else:
        _files(of, words, as_json=as_json)


def _axes(words: tuple[str, ...], *, as_json: bool) -> None:
    """Print the paths of a scenario."""
    if not words:
        raise click.UsageError(tell("list.no_scenario"))
    from sim.scenario.inventory import inventory
    from sim.scenario.resolve import resolve

    everything = inventory(resolve(words[0]).spec)
    found = [entry for entry in everything if entry.has(words[1:])]
    if as_json:
        keys = ("path", "value", "means", "low", "high")
        emit_json("axes", {"scenario": words[0], "axes": [
            dict(zip(keys, (one.path, one.value, dict(one.means), *(one.span or (None, None))), strict=True)) for one in found]})
        return
    shown = found if words[1:] else [entry for entry in found if entry.path.startswith(_ALWAYS)]
    lines = [*wrap(tell("list.axes" if shown else "list.nothing", name=words[0]), terminal_width()), *_described(shown)]
    emit("\n".join([*lines, *_left_out(words[0], found, shown)]))


def _described(entries: list[Entry]) -> list[str]:
    """Return the lines of values: the path with a mark if it has a declared range, below it its value and meaning."""
    rows = ((f"{entry.path}{' *' if entry.span else ''}", tell("list.value", value=entry.value, means=entry.means[current()]))
            for entry in entries)
    return definition_list(rows, _PATHS)


def _left_out(name: str, found: list[Entry], shown: list[Entry]) -> list[str]:
    """Return the lines that say which parts of the market are not shown, and how to see them."""
    parts = Counter(".".join(entry.path.split(".")[:2 if entry.path.startswith("mechanisms.") else 1])
                    for entry in found if entry not in shown)
    if not parts:
        return []
    listed = ", ".join(f"{part} {count}" for part, count in parts.items())
    return ["", *wrap(tell("list.more", count=parts.total(), parts=listed, name=name), terminal_width())]


def _outcomes(words: tuple[str, ...], *, as_json: bool) -> None:
    """Print what can be expected of a run, made large or small, or explained."""
    from sim.records.outcomes import SUMMARY

    found = [one for one in SUMMARY.values()
             if all(word.casefold() in f"{one.name} {one.zh} {one.en} {one.formula}".casefold() for word in words)]
    if as_json:
        keys = ("name", "zh", "en", "unit", "better", "formula", "undefined")
        emit_json("outcomes", {"outcomes": [{key: getattr(one, key) for key in keys} for one in found]})
        return
    rows = ((one.name, f"{one.zh if current() == 'zh' else one.en} ({tell(f'list.unit.{one.unit}')})") for one in found)
    emit("\n".join([*wrap(tell("list.outcomes" if found else "list.nothing"), terminal_width()), *definition_list(rows, _NAMES)]))


def _files(of: str, words: tuple[str, ...], *, as_json: bool) -> None:
    """Print the scenarios or sweeps that a bare name reaches."""
    from sim.scenario.find import SWEEPS, available
    from sim.scenario.load import load_file

    rows: list[dict[str, Any]] = []
    for name, path in sorted(available(SWEEPS if of == "sweeps" else "").items()):
        title = load_file(path).plain().get("title") or ""
        titles = title if isinstance(title, dict) else {"zh": title, "en": title}
        rows.append({"name": name, "zh": str(titles.get("zh") or name), "en": str(titles.get("en") or name)})
    found = [row for row in rows if all(word.casefold() in " ".join(row.values()).casefold() for word in words)]
    if as_json:
        emit_json(of, {of: found})
        return
    emit("\n".join([tell(f"list.{of}" if found else "list.nothing"),
                    *definition_list(((row["name"], row[current()]) for row in found), _NAMES)]))
