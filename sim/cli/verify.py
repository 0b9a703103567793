"""`guanxi verify`: hold the shipped kernels to closed forms and show the figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.command import Command, terminal_width, written_command
from sim.cli.failure import EXPECTATION_FAILED, INTERRUPTED
from sim.cli.language import current, tell
from sim.cli.options import json_option, language_option, out_option, quiet_option
from sim.cli.output import emit, emit_json, note
from sim.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.records.verification import BookRecord
    from sim.verification.check import Check

PAGE = "verification.html"


def _names(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Read ``trust,erlang_c``."""
    return tuple(word.strip() for word in (value or "").split(",") if word.strip())


@click.command("verify", cls=Command)
@click.option("--only", callback=_names, metavar="NAME,NAME")
@click.option("--list", "is_list", is_flag=True)
@click.option("--cases", "is_whole", is_flag=True)
@click.option("--seed", type=click.IntRange(min=0, max=2**31 - 1), metavar="N")
@out_option
@json_option
@quiet_option
@language_option
def verify(only: tuple[str, ...], *, is_list: bool, is_whole: bool, seed: int | None, out: Path | None, as_json: bool,
           quiet: bool) -> int:
    """Run the book, or list it; return 1 if a closed form is missed."""
    from sim.verification.book import chosen

    asked = chosen(only)
    if is_list:
        return _listed(asked, as_json=as_json)
    if out is not None:
        _require_free(out)
    record = _held(asked, seed, quiet=quiet)
    if record is None:
        return INTERRUPTED
    if out is not None:
        _stored(record, out)
    _show(record, out, as_json=as_json, is_whole=is_whole)
    return EXPECTATION_FAILED if record.missed else 0


def _listed(asked: Sequence[tuple[str, Check]], *, as_json: bool) -> int:
    """Print the closed forms with their names."""
    from sim.report.verification import word
    from sim.text.catalogue import load

    if as_json:
        words = load("verification")
        emit_json("verification list", {"checks": [
            {"id": check.id, "theme": theme, "title": words[f"check.{check.id}.title"], "formula": check.formula,
             "sources": list(check.sources)} for theme, check in asked]})
        return 0
    from sim.cli.command import definition_list

    lines, last = [], ""
    for theme, check in asked:
        if theme != last:
            lines += ["", f"{theme}  {word(f'theme.{theme}', current())}"]
            last = theme
        lines += definition_list([(check.id, word(f"check.{check.id}.title", current()))])
    emit("\n".join(lines[1:]))
    return 0


def _held(asked: Sequence[tuple[str, Check]], seed: int | None, *, quiet: bool) -> BookRecord | None:
    """Run the checks; None if Ctrl-C ended it."""
    from dataclasses import replace
    from importlib.metadata import version

    from sim.cli.progress import Meter, tell_compiling
    from sim.verification.book import SEED, hold_all

    done = 0
    try:
        with tell_compiling(quiet=quiet), Meter(quiet=quiet, words="progress.checks") as meter:

            def follow(now: int, total: int, left: float | None) -> None:
                nonlocal done
                done = now
                meter.update(now, total, left)

            record = hold_all(asked, SEED if seed is None else seed, follow)
    except KeyboardInterrupt:
        note(tell("verify.interrupted", done=done, all=len(asked)))
        return None
    return replace(record, command=written_command(out=None), version=version("guanxi"))


def _require_free(out: Path) -> None:
    """Refuse a folder that is there, or cannot be written, before a minute is spent."""
    from sim.records.folders import require_place

    require_place(out)
    if out.exists():
        raise DataError(tell("verify.exists", path=out))


def _stored(record: BookRecord, out: Path) -> None:
    """Write the folder with the page."""
    from sim.records.verification import save_book
    from sim.report.verification_page import render_book

    save_book(record, {PAGE: render_book(record, current())}, out)


def _show(record: BookRecord, out: Path | None, *, as_json: bool, is_whole: bool) -> None:
    """Print the book on stdout."""
    from sim.records.verification import as_document
    from sim.report.verification import terminal_book

    if as_json:
        emit_json("verification", {"folder": None if out is None else str(out), **as_document(record)})
        return
    emit(terminal_book(record, current(), terminal_width(), is_whole=is_whole))
    if out is not None:
        emit("\n" + tell("verify.page", path=out / PAGE))
