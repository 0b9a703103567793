"""Compare scenarios until it is known which is best: more replications of those that are close.

The rule is `sim.analysis.selection`; the runs are those of a comparison. Replication r of a scenario is the very run
that `compare` would make of it, so finished ones are kept and found again. Runs are ordered in rounds
as large as the rule forecasts that they are needed; it looks at every replication in turn, as if they had
come one by one, and a run ordered for a strategy that is then out is kept and counted as used.

Decision: a lead below the indifference zone is not worth knowing. Where none is asked it is 1 % of the brand's
opening cash for money, .01 for shares; for other units it must be asked. It must not come from the
results, or the guarantee is gone.

Decision: the rule needs pairs of defined values. A day that a run never reached counts as its last (`sim.experiment.grid`);
a replication that failed or left the outcome undefined for any strategy is passed over for all, so what is compared is the
mean over replications in which everybody has a value.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from sim.analysis.intervals import LEVEL
from sim.analysis.selection import FIRST, Race, race
from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten, value_problem
from sim.core.params import Fen, Share
from sim.experiment.plan import Plan, carried_out
from sim.experiment.prepare import Options, Source, prepared
from sim.records.outcomes import NEVER_REACHED, SUMMARY
from sim.records.selection import Dropped, Selection
from sim.records.spool import read_run
from sim.records.summarise import summarise
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment.progress import Callback
    from sim.records.comparison import Comparison
    from sim.scenario.spec import ScenarioSpec

ZONE = 0.01
"""Indifference zone: a share of the opening cash, or of 1 for shares. Source: assumption."""
REPLICATIONS = 64
"""Replications of every strategy that the budget is worth where none is asked. Source: assumption."""


@dataclass(frozen=True)
class Until:
    """When to stop.

    Parameters
    ----------
    confidence : float, (0.5, 1)
        Least chance that the strategy named best is the best, or within `zone` of it.
    budget : int or None
        Most runs in all; None: `REPLICATIONS` of every strategy.
    zone : float or None
        Lead that is too small to matter, in the outcome's unit (fen for money); None: see the decision above.
    first : int, >= 2
        Replications of every strategy before the first look.
    outcome : str
        Name of a summary outcome.
    """

    confidence: float = LEVEL
    budget: int | None = None
    zone: float | None = None
    first: int = FIRST
    outcome: str = "profit_fen"

    def settled(self, specs: Sequence[ScenarioSpec]) -> Settled:
        """Return the rule with every default filled in.

        Raises
        ------
        ScenarioError
            If it cannot be kept to.
        """
        if self.outcome not in SUMMARY:
            hint = did_you_mean(self.outcome, SUMMARY)
            raise _wrong("experiment.until_outcome", outcome=shorten(self.outcome), hint=hint)
        if not 0.5 < self.confidence < 1.0:
            raise _wrong("experiment.until_confidence", confidence=self.confidence)
        if len(specs) < 2 or self.first < 2:
            raise _wrong("experiment.until_two")
        unit, cash = SUMMARY[self.outcome].unit, specs[0].all_brands()[0].cash
        usual = {"fen": ZONE * cash, "share": ZONE}.get(unit)
        zone = usual if self.zone is None else self.zone
        if zone is None or not 0 < zone < math.inf:
            raise _wrong("experiment.until_zone", outcome=self.outcome, unit=unit)
        budget = REPLICATIONS * len(specs) if self.budget is None else self.budget
        if budget < self.first * len(specs):
            raise _wrong("experiment.until_budget", budget=budget, least=self.first * len(specs), first=self.first)
        return Settled(self.confidence, budget, float(zone), self.first, self.outcome)


def zone_of(text: str, outcome: str) -> float:
    """Return an indifference zone as it is written: ``3000 CNY`` (or ``3000``), ``2%``, or a number in the outcome's unit.

    Raises
    ------
    ScenarioError
        If it is not an amount of that outcome.
    """
    unit = SUMMARY[outcome].unit if outcome in SUMMARY else ""
    kind: Any = {"fen": Fen, "share": Share}.get(unit, float)
    try:
        return float(TypeAdapter(kind).validate_python(text))
    except ValidationError as error:
        what = value_problem(dict(error.errors()[0]))
        raise _wrong("experiment.until_zone_text", zone=shorten(text), outcome=shorten(outcome), what=what) from None


def _wrong(key: str, **given: object) -> ScenarioError:
    return ScenarioError(Problem(Message(key, **given)))


@dataclass(frozen=True)
class Settled:
    """`Until` with nothing left open."""

    confidence: float
    budget: int
    zone: float
    first: int
    outcome: str


@dataclass
class _Values:
    """The outcome of every run so far, read once each."""

    outcome: str
    names: list[str]
    known: dict[tuple[str, int], float] = field(default_factory=dict)

    def read(self, plan: Plan) -> None:
        """Take in the runs of a plan that are new; one that was set apart has no value."""
        for key, path in plan.paths.items():
            if key not in self.known:
                run = read_run(path) if path.exists() else None
                value = (run.summary or summarise(run)).get(self.outcome, math.nan) if run else math.nan
                never = run is not None and math.isnan(value) and self.outcome in NEVER_REACHED
                self.known[key] = float(run.days) if run is not None and never else value

    @property
    def missing(self) -> list[str]:
        """Return the strategies none of whose runs has a value: more of them would have none either."""
        there = {name for (name, _), value in self.known.items() if math.isfinite(value)}
        return [name for name in self.names if name not in there]

    def table(self) -> np.ndarray[Any, np.dtype[np.float64]]:
        """Return a row a replication, NaN where a strategy was not run.

        A replication that some strategy could not finish, or leaves undefined, is passed over for all: the rule needs pairs.
        """
        rows = []
        for r in range(1 + max((r for _, r in self.known), default=-1)):
            row = [self.known.get((name, r)) for name in self.names]
            if not any(value is not None and not math.isfinite(value) for value in row):
                rows.append([math.nan if value is None else value for value in row])
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.names))


def until_separated(scenarios: Sequence[Source], *, until: Until | None = None, progress: Callback | None = None,
                    **options: Any) -> Comparison:
    """Add replications until the best strategy is known or the budget ends.

    Parameters
    ----------
    scenarios : sequence of str, Path, ScenarioSpec or Resolved
        At least two.
    until : Until
        When to stop.
    progress : callable
        Told the `Progress` several times a second.
    options : object
        Fields of `Options`; `replications` is not one of them here: `until.first` takes its place.

    Returns
    -------
    Comparison
        With `selection`; strategies may have different numbers of replications.

    Raises
    ------
    GuanxiError
        As `compare`; also if `until` cannot be kept to.
    """
    wanted = until or Until()
    asked = Options(**{**options, "replications": max(1, wanted.first)})
    specs = prepared(scenarios, asked)
    rule = wanted.settled(specs)
    return carried_out(specs, asked, lambda plan: _played(plan, rule, progress))


def _played(plan: Plan, rule: Settled, progress: Callback | None) -> Comparison:
    """Return the comparison of all runs that it took."""
    names = [spec.name for spec in plan.specs]
    values = _Values(rule.outcome, names)
    more = SUMMARY[rule.outcome].better != "less"
    while True:
        plan.carry_out(progress)
        values.read(plan)
        table = values.table()
        found = race(table, rule.zone, level=rule.confidence, first=rule.first, more=more)
        undefined = values.missing
        grown = None if undefined else _grown(plan, rule, found, [names[k] for k in found.left])
        if grown is None:
            break
        plan = grown
    comparison = plan.gathered()
    return dataclasses.replace(comparison, selection=_selection(plan, rule, found, table, undefined=undefined, more=more))


def _grown(plan: Plan, rule: Settled, found: Race, left: list[str]) -> Plan | None:
    """Return the plan with the next round of runs, None if it is decided or the budget does not reach."""
    if found.ended:
        return None
    used = len(plan.paths)
    # As many as the forecast says, at most as many again; enough that no worker idles.
    wanted = max(min(found.ahead, 2 * max(found.at, 1)) - found.at, math.ceil(plan.options.workers / len(left)))
    added = min(wanted, (rule.budget - used) // len(left))
    if added < 1:
        return None
    return replace(plan, counts=plan.counts | {name: plan.replications(name) + added for name in left})


def _selection(plan: Plan, rule: Settled, found: Race, table: np.ndarray[Any, Any], *, undefined: list[str],
               more: bool) -> Selection:
    """Return the record of the selection."""
    names = [spec.name for spec in plan.specs]
    used, last = len(plan.paths), max(plan.replications(name) for name in names)
    kinds = [tuple(strategy.kind for strategy in spec.strategies) for spec in plan.specs]
    alone = {names[drop.who]: drop.at * (drop.pairing if kinds[drop.who] == kinds[drop.by] else 1.0) for drop in found.drops}
    longest = max([last, *alone.values()])
    unpaired = sum(max(plan.replications(name), alone.get(name, longest if found.ended else last)) for name in names)
    start = table[: rule.first].mean(axis=0) * (1 if more else -1) if table.size else np.zeros(len(names))
    left = [names[k] for k in (found.left if found.at >= rule.first else np.argsort(-start, kind="stable"))]
    return Selection(
        outcome=rule.outcome, best=left[0], ended="undefined" if undefined else found.ended or "budget", confidence=rule.confidence, zone=rule.zone,
        first=rule.first, budget=rule.budget, runs=used, equal=len(names) * last,
        unpaired=int(min(unpaired, 10**9)), left=undefined or left,
        dropped=[Dropped(names[d.who], names[d.by], d.at, d.gap) for d in found.drops],
    )
