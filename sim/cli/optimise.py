"""`guanxi optimise`: the best settings of levers under conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.command import Command
from sim.cli.options import COUNTED, run_options
from sim.cli.studies import Study, carry_out, own_command, store_options

if TYPE_CHECKING:
    from sim.cli.options import RunOptions
    from sim.cli.studies import Where

REPLICATIONS = 4
TRIALS = 64
_MORE = 4
"""Times as many replications on the front, where nothing is asked."""


@click.command("optimise", cls=Command)
@click.argument("scenario")
@click.option("--lever", multiple=True, metavar="PATH[=LOW..HIGH]")
@click.option("--maximise", multiple=True, metavar="NAME")
@click.option("--minimise", multiple=True, metavar="NAME")
@click.option("--subject-to", multiple=True, metavar='"NAME > N"')
@click.option("--uncertain", multiple=True, metavar="PATH[=LOW..HIGH]")
@click.option("--judge", type=click.Choice(["mean", "worst-tenth"]), default="mean", metavar="mean|worst-tenth")
@click.option("--trials", type=click.IntRange(min=1, max=100_000), default=TRIALS, metavar="N")
@click.option("--front-replications", type=COUNTED, metavar="N")
@click.option("--sampler", type=click.Choice(["tpe", "nsga2"]), default="tpe", metavar="tpe|nsga2")
@store_options
@run_options
def optimise(scenario: str, options: RunOptions, judge: str, trials: int, front_replications: int | None, sampler: str,
             where: Where, **asked_for: tuple[str, ...]) -> int:
    """Search the settings that nobody beats."""
    from sim.experiment.optimise import Asked, question_of, searched

    replications = options.replications or REPLICATIONS
    asked = Asked(
        asked_for["lever"], asked_for["uncertain"], asked_for["maximise"], asked_for["minimise"], asked_for["subject_to"], trials,
        replications, front_replications or _MORE * replications, "tenth" if judge == "worst-tenth" else "mean", sampler,
        options.seed, options.people, options.days, options.settings, own_command())
    study = Study("optimise", scenario, options, where)
    return carry_out(study, lambda: question_of(scenario, asked), searched)
