"""`guanxi new`: a commented scenario, or a commented sweep, to start from."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.command import Command
from sim.cli.language import current, tell
from sim.cli.options import language_option, out_option, quiet_option
from sim.cli.output import emit, note
from sim.core.errors import strerror_of


@click.command("new", cls=Command)
@click.argument("name", required=False)
@click.option("--from", "kind", metavar="KIND", default="community")
@click.option("--sweep", "is_sweep", is_flag=True)
@click.option("--list", "show_kinds", is_flag=True)
@click.option("--force", is_flag=True)
@out_option
@quiet_option
@language_option
def new(name: str | None, kind: str, out: Path | None, *, is_sweep: bool, show_kinds: bool, force: bool, quiet: bool) -> None:
    """Write NAME.yaml, or list what can be started from."""
    if show_kinds:
        emit("\n".join(_kinds()))
        return
    if name is None:
        raise click.UsageError(tell("new.no_name"))
    from sim.scenario.sweep_template import sweep_template
    from sim.scenario.template import rival, template

    folder = out or Path()
    text = sweep_template(name, kind, current(), folder) if is_sweep else template(name, kind, current())
    path = folder / f"{name}.yaml"
    _write(path, text, force=force)
    emit(str(path))
    note(tell("new.next_sweep", path=path) if is_sweep else tell("new.next", path=path, other=rival(kind)), quiet=quiet)


def _kinds() -> list[str]:
    """Return what `--from` accepts: shipped scenarios, and kinds of strategies without one."""
    from sim.scenario.find import available
    from sim.scenario.kinds import STRATEGIES, kinds

    return sorted({*available(), *kinds(STRATEGIES)})


def _write(path: Path, text: str, *, force: bool) -> None:
    """Write a new file, or over an old one if that is asked for.

    Raises
    ------
    click.UsageError
        If it is there and not to be overwritten, or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(tell("new.exists", path=path)) from None
    except OSError as error:
        raise click.UsageError(tell("new.unwritable", path=path, reason=strerror_of(error))) from None
