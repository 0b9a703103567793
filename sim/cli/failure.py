"""What is said when something goes wrong: one located message, no traceback, the right exit code."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.language import current, local, tell
from sim.cli.output import note
from sim.core.errors import GuanxiError, strerror_of
from sim.text.message import Message, recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPECTATION_FAILED = 1
USAGE = 2
INVALID = 3
RUN_FAILED = 4
INTERRUPTED = 130

_LOCATED = re.compile(r"(^|: )(error: |错误：)", re.MULTILINE)
"""What a problem with its place looks like; the word alone may also stand in what a library said."""


def interrupted(args: list[str]) -> int:
    """Say that the command was stopped where nobody else has said it, and return the exit code."""
    note(tell("failure.interrupted", command=shlex.join(["guanxi", *args])))
    return INTERRUPTED


@contextlib.contextmanager
def drawing(folder: Path) -> Iterator[None]:
    """Say of whoever is stopped while a stored result is drawn that the result is there, and how its page is drawn.

    Raises
    ------
    click.exceptions.Exit
        After Ctrl-C.
    """
    try:
        yield
    except KeyboardInterrupt:
        note(tell("result.interrupted_page", path=folder, command=shlex.join(["guanxi", "report", str(folder)])))
        raise click.exceptions.Exit(INTERRUPTED) from None


def is_unexpected(error: Exception) -> bool:
    """Return whether an error is neither the user's, nor a library's about the command line, nor the system's."""
    return not isinstance(error, (click.ClickException, GuanxiError)) and not (isinstance(error, OSError) and error.strerror)


def report(error: Exception, args: list[str]) -> int:
    """Print what is wrong on stderr and return the exit code."""
    if os.environ.get("GUANXI_DEBUG", "") not in {"", "0"} and not isinstance(error, click.ClickException):
        traceback.print_exception(error)
    if isinstance(error, click.ClickException):
        _usage(error)
        return USAGE
    if isinstance(error, GuanxiError):
        text = local(error.message)
        is_foreign = text.isascii() and not isinstance(error.message, Message)  # the shell's own are in the language
        key = "failure.foreign" if is_foreign else "failure.known"
        note(text if _LOCATED.search(text) else tell(key, message=text))
        return error.exit_code
    if isinstance(error, OSError) and error.strerror:  # a full disk, a lost right: neither the input nor a defect
        place = f"{error.filename}: " if error.filename else ""
        note(tell("failure.known", message=f"{place}{local(strerror_of(error))}"))
        return RUN_FAILED
    where = traceback.extract_tb(error.__traceback__)
    place = f"{Path(where[-1].filename).name}:{where[-1].lineno}" if where else "?"
    message = " ".join(str(error).split()) or tell("failure.no_message")
    command = " ".join(["guanxi", *args])
    note(tell("failure.unexpected", kind=type(error).__name__, message=message, place=place, command=command))
    return RUN_FAILED


def _usage(error: click.ClickException) -> None:
    """Print a mistake in the command line, and where its help stands."""
    note(tell("failure.usage", message=_usage_text(error)))
    context = getattr(error, "ctx", None)
    if context is not None:
        note(tell("failure.see_help", command=context.command_path))


def _usage_text(error: click.ClickException) -> str:
    """Return click's message in the current language, for the mistakes that people make."""
    if current() == "en":
        return error.format_message()
    if isinstance(error, click.NoSuchOption):
        near = tell("failure.near", names=", ".join(error.possibilities)) if error.possibilities else ""
        return tell("failure.no_option", name=error.option_name) + near
    if isinstance(error, click.MissingParameter) and error.param is not None:
        is_option = isinstance(error.param, click.Option)
        return tell("failure.missing", name=error.param.opts[0] if is_option else error.param.human_readable_name.upper())
    if isinstance(error, click.BadParameter) and error.param is not None:
        return tell("failure.bad_value", name=error.param.opts[0], message=_known(error.message))
    return local(_known(error.format_message()))


def _known(text: str) -> str:
    """Return what click says as a message; what we say ourselves is in the current language already."""
    found = recognised(text, "click")
    is_ours = isinstance(found, Message) and found.key == "common.quoted" and not text.isascii()
    return text if is_ours else found
