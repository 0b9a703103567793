"""`guanxi compare`: several strategies in one market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sim.cli.command import Command
from sim.cli.options import run_options, undecided_option
from sim.cli.simulate import Job, carry_out

if TYPE_CHECKING:
    from sim.cli.options import RunOptions

PREFERRED = ("community", "influencer", "direct_sales", "dual_rebate", "paid_ads")
"""What is compared when nothing is named: the first four of these that are to be had. One owns its audience, one
rents it, one hires, one recruits; advertising is the yardstick where one of them is not installed."""

REPLICATIONS = 16
ABLATIONS = 4
"""Replications of each strategy without the mechanism it lives on: a quarter of the work, for one named cause."""


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
    names = scenario or _core()
    more = {"reference": reference, "allow_different": allow_different, "ablations": ABLATIONS}
    return carry_out(Job("compare", names, options, options.replications or REPLICATIONS, undecided, more))


def _core() -> tuple[str, ...]:
    """Return the four core scenarios."""
    from sim.scenario.find import available

    found = available()
    return tuple(name for name in PREFERRED if name in found)[:4]
