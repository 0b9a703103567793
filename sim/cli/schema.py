"""`guanxi schema`: the JSON Schema of scenario files and of sweep files, for editors."""

from __future__ import annotations

import json

import click

from sim.cli.command import Command
from sim.cli.options import language_option
from sim.cli.output import emit


@click.command("schema", cls=Command)
@click.argument("of", type=click.Choice(["scenario", "sweep"]), default="scenario")
@language_option
def schema(of: str) -> None:
    """Print the schema."""
    if of == "sweep":
        from sim.scenario.sweep_schema import sweep_schema as written
    else:
        from sim.scenario.schema import scenario_schema as written
    emit(json.dumps(written(), ensure_ascii=False, indent=2))
