"""`guanxi run`: one scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.command import Command
from sim.cli.failure import EXPECTATION_FAILED
from sim.cli.language import tell
from sim.cli.options import run_options, undecided_option
from sim.cli.output import note
from sim.cli.simulate import Job, carry_out

if TYPE_CHECKING:
    from sim.cli.options import RunOptions


@click.command("run", cls=Command)
@click.argument("scenario")
@click.option("--audit", is_flag=True)
@click.option("--stats", is_flag=True)
@undecided_option
@run_options
def run(scenario: str, options: RunOptions, undecided: str, *, audit: bool, stats: bool) -> int:
    """Run the scenario."""
    code = carry_out(Job("run", (scenario,), options, options.replications or 1, undecided, {"audit": audit}, stats))
    if audit and code in {0, EXPECTATION_FAILED}:
        note(tell("run.audited"), quiet=options.quiet)
    return code
