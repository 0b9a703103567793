"""The options that commands share, read into one frozen value."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click

from sim.cli.language import local, tell
from sim.core.errors import strerror_of
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


class PathType(click.Path):
    """A path that is said: an empty word, such as an unset variable of a script leaves, would be the working folder."""

    def __init__(self, **kinds: bool) -> None:
        super().__init__(path_type=Path, **kinds)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse an empty word and a name that no disk can hold."""
        if not str(value).strip() or "\0" in str(value):
            self.fail(tell("failure.no_path"), param, ctx)
        try:
            return super().convert(value, param, ctx)
        except OSError as error:
            self.fail(local(strerror_of(error)), param, ctx)


COUNTED = click.IntRange(min=1, max=100_000)
"""Replications that can be asked for: what is planned for more than these fills the memory before anything is played."""

FOLDER = PathType(file_okay=False)
FILE = PathType(dir_okay=False)


def out_option(body: Body) -> Body:
    """Add `--out`."""
    return click.option("--out", type=FOLDER, metavar="FOLDER")(body)


def cluster_option(body: Body) -> Body:
    """Add `--cluster`, checked for its shape only."""
    return click.option("--cluster", metavar="ADDRESS", callback=_check_address)(body)


def _check_address(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuse what is neither ``tcp://HOST:PORT`` nor a scheduler file."""
    if value is None or value.endswith(".json"):
        return value
    found = _ADDRESS.fullmatch(value)
    if found is None or not 1 <= int(found[1]) <= _LAST_PORT:
        raise click.BadParameter(tell("failure.address", word=repr(value)), ctx=ctx, param=param)
    return value


_ADDRESS = re.compile(r"(?:(?:tcp|tls|ws|wss)://)?(?:\[[0-9a-fA-F:.]+(?:%\w+)?\]|[^\s:/\[\]]+):([0-9]{1,5})")
_LAST_PORT = 65535


def workers_option(body: Body) -> Body:
    """Add `--workers`: some for every core, not as many as a machine dies of."""
    return click.option("--workers", type=click.IntRange(min=1), metavar="N", callback=_check_workers)(body)


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _check_workers(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    most = max(_MOST_WORKERS, _A_CORE * cores())
    if value is not None and value > most:
        raise click.BadParameter(tell("failure.workers", count=value, cores=cores(), most=most), ctx=ctx, param=param)
    return value


_A_CORE, _MOST_WORKERS = 4, 16
"""Workers a core that are still allowed, and workers that always are."""


def undecided_option(body: Body) -> Body:
    """Add `--undecided`: what an expectation without a clear answer counts as."""
    choice = click.Choice(["fail", "pass"])
    return click.option("--undecided", type=choice, default="fail", metavar="pass|fail")(body)


def run_options(body: Body) -> Body:
    """Add the options of every command that simulates and hand them over as one `RunOptions`."""
    counted = click.IntRange(min=1)

    @set_option
    @click.option("--seed", type=click.IntRange(min=0, max=2**63 - 1), metavar="N")
    @click.option("-r", "--replications", type=COUNTED, metavar="N")
    @click.option("--people", type=counted, metavar="N")
    @click.option("--days", type=counted, metavar="N")
    @workers_option
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
