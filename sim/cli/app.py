"""The entry point: choose the language, run the command, turn every end into an exit code.

0 good, 1 an expectation failed or stayed undecided, 2 usage, 3 invalid scenario or data,
4 run failed, 130 interrupted (143 by SIGTERM, 129 by SIGHUP).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from sim.cli import failure
from sim.cli.command import LazyGroup
from sim.cli.language import choose, speak
from sim.cli.options import language_option
from sim.cli.output import settle_streams, silence
from sim.core import interrupts

if TYPE_CHECKING:
    from collections.abc import Sequence


def _version(ctx: click.Context, _param: click.Parameter, value: object) -> None:
    """Print the version and leave."""
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"guanxi {version('guanxi')}")
        ctx.exit()


@click.command("guanxi", cls=LazyGroup)
@language_option
@click.option("--version", is_flag=True, expose_value=False, is_eager=True, callback=_version)
def guanxi() -> None:
    """Hold the commands; see `sim.cli.command.COMMANDS`."""


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    args : sequence of str
        Arguments without the programme's name; those of the process if absent.

    Raises
    ------
    SystemExit
        Always, with the exit code.
    """
    given = list(sys.argv[1:] if args is None else args)
    settle_streams()
    speak(choose(given, os.environ))
    with interrupts.for_a_command():
        code = _run(given)
    sys.exit(interrupts.exit_code() if code == failure.INTERRUPTED else code)


def _run(args: list[str]) -> int:
    """Run a command and return its exit code, having told what went wrong."""
    try:
        code = guanxi.main(args, prog_name="guanxi", standalone_mode=False, obj=list(args))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe left early
        silence(sys.stdout)
        return 0
    except (click.exceptions.Abort, KeyboardInterrupt):
        return failure.interrupted(args)
    except Exception as error:  # noqa: BLE001 - the one place where every failure becomes a message
        if interrupts.was_told() and failure.is_unexpected(error):
            return failure.interrupted(args)
        return failure.report(error, args)
    return code if isinstance(code, int) else 0
