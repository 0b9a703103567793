"""`guanxi sensitivity`: which levers decide an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.command import Command
from sim.cli.language import tell
from sim.cli.options import run_options
from sim.cli.output import note
from sim.cli.studies import Study, carry_out, own_command, store_options

if TYPE_CHECKING:
    from sim.cli.options import RunOptions
    from sim.cli.studies import Where

REPLICATIONS = 4


@click.command("sensitivity", cls=Command)
@click.argument("scenario")
@click.option("--lever", multiple=True, metavar="PATH[=LOW..HIGH]")
@click.option("--method", type=click.Choice(["morris", "sobol"]), default="morris", metavar="morris|sobol")
@click.option("--outcome", default="profit_fen", metavar="NAME")
@click.option("--points", type=click.IntRange(min=2, max=65_536), metavar="N")
@store_options
@run_options
def sensitivity(scenario: str, options: RunOptions, lever: tuple[str, ...], method: str, outcome: str, points: int | None,
                where: Where) -> int:
    """Rank levers by what they do to an outcome."""
    from sim.analysis.sobol import power_of_two
    from sim.experiment.sensitivity import Asked, analysed, design_of

    if method == "sobol" and points is not None and power_of_two(points) != points:
        note(tell("sensitivity.rounded_up", points=points, rows=power_of_two(points)), quiet=options.quiet)
    asked = Asked(lever, method, outcome, points, options.replications or REPLICATIONS, options.seed, options.people, options.days,
                  options.settings, own_command())
    study = Study("sensitivity", scenario, options, where)
    return carry_out(study, lambda: design_of(scenario, asked), analysed)
