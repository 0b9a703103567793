"""Commands and their help: loaded when called, laid out in terminal cells, in both languages.

Decision: click lays out help by counting characters, which breaks Chinese at 80 columns, and reads
help texts at import, which is too early for `--lang`. So help is written here: texts come from the
catalogue under ``<command>.summary``, ``.examples``, ``.about`` and ``<command>.option.<name>``
(``option.<name>`` for what commands share), examples first.
"""

from __future__ import annotations

import difflib
import importlib
import shlex
import shutil
from typing import TYPE_CHECKING, Any

import click

from sim.cli.language import has_message, tell
from sim.text.cells import cell_width, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH = 80
_NARROWEST = 40
_COLUMN = 26

COMMANDS: dict[str, str] = {
    "compare": "sim.cli.compare:compare",
    "run": "sim.cli.run:run",
    "new": "sim.cli.new:new",
    "check": "sim.cli.check:check",
    "sweep": "sim.cli.sweep:sweep",
    "report": "sim.cli.report:report",
    "discover": "sim.cli.discover:discover",
    "attribute": "sim.cli.attribute:attribute",
    "sensitivity": "sim.cli.sensitivity:sensitivity",
    "optimise": "sim.cli.optimise:optimise",
    "claims": "sim.cli.claims:claims",
    "verify": "sim.cli.verify:verify",
    "network": "sim.cli.network:network",
    "list": "sim.cli.list:list_names",
    "schema": "sim.cli.schema:schema",
    "explain": "sim.cli.explain:explain",
}
"""Every command and the object that carries it out; nothing else is a command."""


def written_command(**options: object) -> str:
    """Return the command line as the user wrote it, with options (`out=...`) in place of its own of that name."""
    args: list[str] = click.get_current_context().find_root().obj or []
    names = {f"--{name}" for name in options} | ({"-r"} if "replications" in options else set())
    kept = [
        arg
        for before, arg in zip(["", *args], args, strict=False)
        if arg not in names and before not in names and arg.partition("=")[0] not in names
    ]
    more = [word for name, value in options.items() if value is not None for word in (f"--{name}", str(value))]
    return shlex.join(["guanxi", *kept, *more])


def terminal_width() -> int:
    """Return the cells of a line: those of the terminal, at most `WIDTH`, which is also what a pipe gets."""
    return max(_NARROWEST, min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns))


def definition_list(rows: Iterable[tuple[str, str]], column: int = _COLUMN) -> list[str]:
    """Return lines of names with their meanings beside them, at most as wide as the terminal."""
    lines: list[str] = []
    width = terminal_width()
    column = min(column, width // 2)
    for name, meaning in rows:
        texts = wrap(meaning, width - column - 2)
        head = f"  {name}"
        if cell_width(head) > column:
            lines.append(head)
            head = ""
        lines += [pad(head if at == 0 else "", column) + "  " + text for at, text in enumerate(texts)]
    return lines


class Command(click.Command):
    """A command whose help comes from the catalogue."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("add_help_option", True)
        settings = kwargs.setdefault("context_settings", {})
        settings.setdefault("help_option_names", ["-h", "--help"])
        super().__init__(*args, **kwargs)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the whole help: usage, summary, examples, about, commands, options."""
        topic = _topic(ctx)
        lines = [tell("usage", line=" ".join([ctx.command_path, *self.collect_usage_pieces(ctx)])), ""]
        lines += _paragraphs(f"{topic}.summary")
        lines += ["", tell("heading.examples"), *_verbatim(f"{topic}.examples")]
        if has_message(f"{topic}.about"):
            lines += ["", *_paragraphs(f"{topic}.about")]
        lines += self.command_lines(ctx)
        lines += ["", tell("heading.options"), *definition_list(self.option_rows(ctx))]
        formatter.write("\n".join(lines) + "\n")

    def command_lines(self, _ctx: click.Context) -> list[str]:
        """Return the section that lists subcommands; a plain command has none."""
        return []

    def option_rows(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return (how to write it, what it does) for each option."""
        rows = []
        for option in self.get_params(ctx):
            if isinstance(option, click.Option):
                names = ", ".join([*option.opts, *option.secondary_opts])
                metavar = "" if option.is_flag else f" {option.make_metavar(ctx)}"
                name = "help" if "--help" in option.opts else option.name
                own = f"{_topic(ctx)}.option.{name}"
                key = own if has_message(own) else f"option.{name}"
                rows.append((names + metavar, tell(key, default=option.default)))
        return rows


class Group(Command, click.Group):
    """Commands under one name, listed with their summaries in the order in which they were added."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names; what is used most stands first."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant, or say which are near.

        Raises
        ------
        click.UsageError
            If there is none of that name.
        """
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            hint = tell("failure.near", names=near[0]) if near else ""
            raise click.UsageError(tell("failure.no_command", name=name) + hint, ctx)
        return super().resolve_command(ctx, args)

    def command_lines(self, ctx: click.Context) -> list[str]:
        """Return the section that lists subcommands."""
        above = "" if ctx.parent is None else f"{_topic(ctx)}."
        rows = [(name, tell(f"{above}{name}.summary")) for name in self.list_commands(ctx)]
        return ["", tell("heading.commands"), *definition_list(rows, 12)]


class LazyGroup(Group):
    """The group of all commands; each is imported when it is called for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the table."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Import and return one command."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


def _topic(ctx: click.Context) -> str:
    """Return the first part of a command's keys in the catalogue: ``network.describe``, or ``guanxi`` for the root."""
    root, *names = ctx.command_path.split(" ")
    return ".".join(names) or root


def _paragraphs(key: str) -> list[str]:
    """Return a text wrapped to the terminal; a blank line parts paragraphs."""
    lines: list[str] = []
    for paragraph in tell(key).split("\n\n"):
        joined = " ".join(paragraph.split("\n"))
        broken = wrap(joined, terminal_width())
        lines += ["", *broken] if lines else broken
    return lines


def _verbatim(key: str) -> list[str]:
    """Return a text line by line, set in by two blanks."""
    return [f"  {line}" for line in tell(key).split("\n")]
