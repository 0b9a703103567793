"""The options that commands share, read into one frozen value."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from sim.cli.language import tell
from sim.text.catalogue import LANGS

Body = Callable[..., Any]


@dataclass(frozen=True)
class RunOptions:
    """What a user asked of a simulation.

    Parameters
    ----------
    settings : tuple of str
        ``path=value`` of every `--set`.
    seed, people, days : int or None
        None where the scenario's own value is meant.
    replications, workers : int or None
        None where the command's own default is meant.
    out : Path or None
        Folder of the result; None for a new one under `results/`.
    as_json, quiet : bool
        Output as one JSON document; no progress and no notes.
    """

    settings: tuple[str, ...]
    seed: int | None
    people: int | None
    days: int | None
    replications: int | None
    workers: int | None
    out: Path | None
    as_json: bool
    quiet: bool


def language_option(body: Body) -> Body:
    """Add `--lang`; its value was read before click started, see `sim.cli.language`."""
    return click.option("--lang", type=click.Choice(list(LANGS)), expose_value=False, metavar="zh|en")(body)


def json_option(body: Body) -> Body:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True)(body)


def quiet_option(body: Body) -> Body:
    """Add `--quiet`."""
    return click.option("-q", "--quiet", is_flag=True)(body)


def set_option(body: Body) -> Body:
    """Add `--set`, checked for its shape only; the scenario knows the paths."""
    return click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", callback=_check_settings)(body)


def out_option(body: Body) -> Body:
    """Add `--out`."""
    return click.option("--out", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER")(body)


def undecided_option(body: Body) -> Body:
    """Add `--undecided`: what an expectation without a clear answer counts as."""
    choice = click.Choice(["fail", "pass"])
    return click.option("--undecided", type=choice, default="fail", metavar="pass|fail")(body)


def run_options(body: Body) -> Body:
    """Add the options of every command that simulates and hand them over as one `RunOptions`."""
    counted = click.IntRange(min=1)

    @set_option
    @click.option("--seed", type=click.IntRange(min=0, max=2**63 - 1), metavar="N")
    @click.option("-r", "--replications", type=counted, metavar="N")
    @click.option("--people", type=counted, metavar="N")
    @click.option("--days", type=counted, metavar="N")
    @click.option("--workers", type=counted, metavar="N")
    @out_option
    @json_option
    @quiet_option
    @language_option
    @functools.wraps(body)
    def wrapped(**given: Any) -> Any:
        options = RunOptions(**{field.name: given.pop(field.name) for field in fields(RunOptions)})
        return body(options=options, **given)

    return wrapped


def _check_settings(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse a setting that has no path or no equals sign."""
    for setting in value:
        path, equals, _ = setting.partition("=")
        if not (equals and path.strip()):
            raise click.BadParameter(tell("failure.setting", setting=repr(setting)), ctx=ctx, param=param)
    return value
