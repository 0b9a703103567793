"""`guanxi attribute`: which half of the money was wasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.command import Command
from sim.cli.options import run_options
from sim.cli.studies import Study, carry_out, own_command, store_options, words

if TYPE_CHECKING:
    from sim.cli.options import RunOptions
    from sim.cli.studies import Where

REPLICATIONS = 8


@click.command("attribute", cls=Command)
@click.argument("scenario")
@click.option("--outcome", default="profit_fen", metavar="NAME")
@click.option("--parts", callback=words, metavar="NAME,NAME")
@click.option("--mechanisms", is_flag=True)
@store_options
@run_options
def attribute(scenario: str, options: RunOptions, outcome: str, parts: tuple[str, ...], *, mechanisms: bool,
              where: Where) -> int:
    """Tell what each strategy contributes, and what last touch would have said."""
    from sim.experiment.attribute import Asked, attributed, coalitions_of

    asked = Asked(outcome, parts, mechanisms, options.replications or REPLICATIONS, options.seed, options.people, options.days,
                  options.settings, own_command())
    study = Study("attribute", scenario, options, where)
    return carry_out(study, lambda: coalitions_of(scenario, asked), attributed)
