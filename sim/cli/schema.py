"""`guanxi schema`: the JSON Schema of scenario files, for editors."""

from __future__ import annotations

import json

import click

from sim.cli.command import Command
from sim.cli.options import language_option
from sim.cli.output import emit


@click.command("schema", cls=Command)
@language_option
def schema() -> None:
    """Print the schema."""
    from sim.scenario.schema import scenario_schema

    emit(json.dumps(scenario_schema(), ensure_ascii=False, indent=2))
