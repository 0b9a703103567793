"""`guanxi compare`: several strategies in one market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.command import Command
from sim.cli.options import run_options, undecided_option
from sim.cli.simulate import Job, carry_out

if TYPE_CHECKING:
    from sim.cli.options import RunOptions

DEFAULT = ("community", "influencer", "direct", "dual_rebate")
"""What is compared when nothing is named: who owns the audience, who rents it, who hires, who recruits."""

REPLICATIONS = 16


@click.command("compare", cls=Command)
@click.argument("scenario", nargs=-1)
@click.option("--reference", metavar="NAME")
@click.option("--allow-different", multiple=True, metavar="FIELD")
@undecided_option
@run_options
def compare(
    scenario: tuple[str, ...], options: RunOptions, reference: str | None, allow_different: tuple[str, ...],
    undecided: str,
) -> int:
    """Compare the named scenarios."""
    names = scenario or DEFAULT
    more = {"reference": reference, "allow_different": allow_different}
    return carry_out(Job("compare", names, options, options.replications or REPLICATIONS, undecided, more))
