"""Results go to stdout and nothing else does; messages and progress go to stderr."""

from __future__ import annotations

import io
import json
import math
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from sim.scenario.spec import ScenarioSpec

JSON_SCHEMA = 1
"""Version of every `--json` document; it grows when a key changes its meaning or goes."""


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that steer a terminal or turn the direction of writing, and halves of characters that no stream takes."""


def harmless(text: str) -> str:
    r"""Return `text` with everything that would steer a terminal written as ``\uXXXX``, as JSON reads it, too.

    Names and lines of files, and what was typed, come back in messages.
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def emit(text: str) -> None:
    """Print a result on stdout."""
    click.echo(harmless(text))


def emit_json(kind: str, body: Mapping[str, Any]) -> None:
    """Print one JSON document on stdout: schema, kind, then `body`; what is undefined is null."""
    document = {"schema": JSON_SCHEMA, "kind": kind, **_plain(body)}
    emit(json.dumps(document, ensure_ascii=not _is_unicode(sys.stdout), indent=2, allow_nan=False))


def note(text: str, *, quiet: bool = False) -> None:
    """Print a message on stderr, unless quiet is asked for; nobody is told that it cannot be told."""
    if quiet:
        return
    try:
        click.echo(harmless(text), err=True)
    except OSError:
        silence(sys.stderr)


def silence(stream: TextIO) -> None:
    """Let a stream that takes nothing more lead nowhere, so that no message comes at shutdown."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def settle_streams() -> None:
    r"""Make the standard streams take whatever is written.

    One that was closed by the caller leads nowhere: else the next file that is opened would get its number, and what a
    library says its text. Stdout writes what its encoding has no letter for as ``\uXXXX``, as stderr does by itself.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open as long as the process
    if not _is_unicode(sys.stdout) and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _is_unicode(stream: TextIO) -> bool:
    """Tell whether a stream has every letter."""
    return str(getattr(stream, "encoding", None) or "utf-8").lower().replace("_", "-").startswith("utf")


def warn_crowded(specs: Iterable[ScenarioSpec], moved: Container[str] = (), *, quiet: bool = False) -> None:
    """Say on stderr, once each, which amounts a day are far too large for the people of scenarios."""
    from sim.cli.language import local, tell
    from sim.scenario.crowds import crowded

    for message in dict.fromkeys(one for spec in specs for one in crowded(spec, moved)):
        note(tell("check.caution", message=local(message)), quiet=quiet)


def _plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: array scalars as numbers, NaN and infinity as null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
