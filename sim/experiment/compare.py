"""Compare scenarios of one market on common random numbers.

Replication r meets the same world and the same luck under every scenario: the seed is the
comparison's, one for all. Runs go replication by replication through all scenarios, so that what an
interruption leaves is still a comparison in pairs. Each finished run is on disk the moment it ends,
in a folder beside the output; the same call finds it there and computes nothing twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.experiment.plan import Plan, carried_out
from sim.experiment.prepare import Options, Source, prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.progress import Callback
    from sim.records.comparison import Comparison

__all__ = ["Options", "compare"]


def compare(scenarios: Sequence[Source], *, progress: Callback | None = None, **options: Any) -> Comparison:
    """Run every scenario on common replications and return the comparison.

    Parameters
    ----------
    scenarios : sequence of str, Path, ScenarioSpec or Resolved
        At least one. A name that comes twice gets a number: ``community``, ``community-2``.
    progress : callable
        Told the `Progress` several times a second.
    options : object
        Fields of `Options`.

    Returns
    -------
    Comparison
        With `failures` naming runs that were set apart.

    Raises
    ------
    ScenarioError, DataError
        If a scenario or its data is wrong, or `out` exists; nothing is written then.
    MarketMismatchError
        If the scenarios do not share a market.
    RunError
        If no run of a scenario could be finished.
    InterruptedRunsError
        On Ctrl-C.
    """
    asked = Options(**options)
    specs = prepared(scenarios, asked)

    def play(plan: Plan) -> Comparison:
        plan.carry_out(progress)
        return plan.gathered()

    return carried_out(specs, asked, play)
