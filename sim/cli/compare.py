"""`guanxi compare`: several strategies in one market."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from sim.cli.command import Command
from sim.cli.language import tell
from sim.cli.options import run_options, undecided_option
from sim.cli.simulate import Job, carry_out

if TYPE_CHECKING:
    from sim.cli.options import RunOptions
    from sim.experiment.until_separated import Until

PREFERRED = ("community", "influencer", "direct_sales", "dual_rebate", "paid_ads")
"""What is compared when nothing is named: the first four of these that are to be had. One owns its audience, one
rents it, one hires, one recruits; advertising is the yardstick where one of them is not installed."""

REPLICATIONS = 16
HALF = 0.5
"""A coin is as sure."""

ABLATIONS = 4
"""Replications of each strategy without the mechanism it lives on: a quarter of the work, for one named cause."""


class Confidence(click.ParamType[float]):
    """How sure an answer has to be: ``0.95`` or ``95%``."""

    name = "confidence"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Refuse what is no share above one half and below one."""
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            share = math.nan
        if not HALF < share < 1:
            self.fail(tell("compare.no_confidence", word=repr(text)), param, ctx)
        return share


@click.command("compare", cls=Command)
@click.argument("scenario", nargs=-1)
@click.option("--reference", metavar="NAME")
@click.option("--allow-different", multiple=True, metavar="FIELD")
@click.option("--until-separated", is_flag=True)
@click.option("--confidence", type=Confidence(), metavar="SHARE")
@click.option("--budget", type=click.IntRange(min=2), metavar="RUNS")
@click.option("--zone", metavar="AMOUNT")
@click.option("--by", metavar="OUTCOME")
@undecided_option
@run_options
def compare(
    scenario: tuple[str, ...], options: RunOptions, reference: str | None, allow_different: tuple[str, ...],
    undecided: str, **how: Any,
) -> int:
    """Compare the named scenarios."""
    names = scenario or _core()
    more: dict[str, Any] = {"reference": reference, "allow_different": allow_different, "ablations": ABLATIONS}
    replications = options.replications or REPLICATIONS
    until = _until(options, how)
    if until is not None:
        more["until"], replications = until, until.first
    return carry_out(Job("compare", names, options, replications, undecided, more))


def _until(options: RunOptions, how: dict[str, Any]) -> Until | None:
    """Return when to stop, None where the number of replications is fixed.

    Raises
    ------
    click.UsageError
        If an option is given that means nothing without `--until-separated`.
    """
    given = {name: value for name, value in how.items() if value is not None}
    if not given.pop("until_separated"):
        if given:
            raise click.UsageError(tell("compare.only_until", name=next(iter(given))))
        return None
    from sim.experiment.until_separated import Until, zone_of

    outcome = given.pop("by", Until.outcome)
    if "zone" in given:
        given["zone"] = zone_of(given["zone"], outcome)
    first = {} if options.replications is None else {"first": options.replications}
    return Until(outcome=outcome, **first, **given)


def _core() -> tuple[str, ...]:
    """Return the four core scenarios."""
    from sim.scenario.find import available

    found = available()
    return tuple(name for name in PREFERRED if name in found)[:4]
