"""What is said when something goes wrong: one located message, no traceback, the right exit code."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import click

from sim.cli.language import current, tell
from sim.core.errors import GuanxiError

EXPECTATION_FAILED = 1
USAGE = 2
INVALID = 3
RUN_FAILED = 4
INTERRUPTED = 130


def silence_output() -> None:
    """Let the reader of a pipe leave early without a message at shutdown."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def report(error: Exception, args: list[str]) -> int:
    """Print what is wrong on stderr and return the exit code."""
    if os.environ.get("GUANXI_DEBUG", "") not in {"", "0"} and not isinstance(error, click.ClickException):
        traceback.print_exception(error)
    if isinstance(error, click.ClickException):
        _usage(error)
        return USAGE
    if isinstance(error, GuanxiError):
        text = str(error)
        click.echo(text if "error: " in text else tell("failure.known", message=text), err=True)
        return error.exit_code
    where = traceback.extract_tb(error.__traceback__)
    place = f"{Path(where[-1].filename).name}:{where[-1].lineno}" if where else "?"
    message = " ".join(str(error).split()) or tell("failure.no_message")
    command = " ".join(["guanxi", *args])
    click.echo(
        tell("failure.unexpected", kind=type(error).__name__, message=message, place=place, command=command), err=True
    )
    return RUN_FAILED


def _usage(error: click.ClickException) -> None:
    """Print a mistake in the command line, and where its help stands."""
    click.echo(tell("failure.usage", message=_usage_text(error)), err=True)
    context = getattr(error, "ctx", None)
    if context is not None:
        click.echo(tell("failure.see_help", command=context.command_path), err=True)


def _usage_text(error: click.ClickException) -> str:
    """Return click's message in the current language, for the mistakes that people make."""
    if current() == "en":
        return error.format_message()
    if isinstance(error, click.NoSuchOption):
        near = tell("failure.near", names=", ".join(error.possibilities)) if error.possibilities else ""
        return tell("failure.no_option", name=error.option_name) + near
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return tell("failure.missing", name=error.param.human_readable_name.upper())
    if isinstance(error, click.BadParameter) and error.param is not None:
        return tell("failure.bad_value", name=error.param.opts[0], message=error.message)
    return error.format_message()
