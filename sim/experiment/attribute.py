"""Which half of the money was wasted: the causal contribution of each strategy, and of mechanisms, to an outcome.

Every combination of parts is played on common random numbers: strategies that are not in it are taken out of the
scenario, mechanisms are switched off the way the strategies' declared ablations do it. Contributions are exact Shapley
values, replication by replication (`sim.analysis.shapley`). Beside them stands last touch: an order's revenue goes to
the strategy whose offer was bought. The distance between the two is what last-touch attribution gets wrong.

Decision: rivals of other brands stay as they are in every combination; only the first brand's strategies are parts.

Sources: [Shapley1953], [BlakeNoskoTadelis2015] on what last touch credits to advertising.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.intervals import mean_interval
from sim.analysis.shapley import MOST, contributions
from sim.core.errors import Problem, ScenarioError, did_you_mean
from sim.experiment.grid import planned_runs, require_some
from sim.experiment.identity import code_version
from sim.experiment.levers import Laid
from sim.experiment.prepare import Options, prepared
from sim.experiment.studies import require_defined, require_outcome
from sim.records.attribution import AttributionRecord, Estimate, PartRecord
from sim.records.outcomes import LAST_TOUCH_FEN
from sim.scenario import kinds
from sim.scenario.spec import ScenarioSpec, strategy_id
from sim.text.glossary import terms
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sim.exchange.ablation import DeclaredAblation
    from sim.experiment.grid import Field, Grid
    from sim.experiment.prepare import Source

    Floats = NDArray[np.float64]

REVENUE = "gmv_fen"


@dataclass(frozen=True)
class Part:
    """Something that can be there or not: a strategy, or a mechanism that can be switched off."""

    id: str
    kind: str
    label: dict[str, str]
    settings: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Asked:
    """What to attribute.

    Parameters
    ----------
    outcome : str
        Name in `sim.records.outcomes.SUMMARY`.
    parts : tuple of str
        Ids of strategies and names of mechanisms; empty: all strategies of the first brand.
    mechanisms : bool
        Add the mechanisms that the scenario's strategies declare they live on.
    replications : int, >= 1
        R.
    seed, people, days : int or None
        Laid over the scenario.
    overrides : tuple of str
        ``path=value`` laid over it.
    command : str
        The command line, for the page.
    """

    outcome: str = "profit_fen"
    parts: tuple[str, ...] = ()
    mechanisms: bool = False
    replications: int = 8
    seed: int | None = None
    people: int | None = None
    days: int | None = None
    overrides: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True)
class Coalitions:
    """All combinations of parts of one scenario; bit i of a combination's number says whether part i is there."""

    laid: Laid
    parts: list[Part]
    asked: Asked

    def __len__(self) -> int:
        return 1 << len(self.parts)

    @cached_property
    def specs(self) -> list[ScenarioSpec]:
        """The scenario of every combination, in the order of their numbers."""
        return [self._spec(number) for number in range(len(self))]

    def _spec(self, number: int) -> ScenarioSpec:
        absent = [part for i, part in enumerate(self.parts) if not number >> i & 1]
        off = {path: value for part in absent for path, value in part.settings}
        gone = {part.id for part in absent if part.kind == "strategy"}
        kept = tuple(one for one in self.laid.spec.strategies if strategy_id(one) not in gone)
        return Laid(self.laid.source, self.laid.spec.model_copy(update={"strategies": kept})).at(off)

    @property
    def shape(self) -> dict[str, int]:
        """Return how many there are of what makes the runs."""
        return {"parts": len(self.parts), "combinations": len(self), "replications": self.asked.replications}

    def planned(self, model: str) -> Iterator[tuple[str, ScenarioSpec]]:
        """Yield identity and scenario of every run."""
        return planned_runs(self.specs, self.asked.replications, model)

    def name(self, number: int) -> str:
        """Return the ids of a combination joined by ``+``."""
        return "+".join(part.id for i, part in enumerate(self.parts) if number >> i & 1)


def attribute(source: Source, asked: Asked, field: Field) -> AttributionRecord:
    """Play all combinations of a scenario's parts and return what each contributes.

    Parameters
    ----------
    source : str, Path, ScenarioSpec or Resolved
        The scenario.
    asked : Asked
        What to attribute.
    field : Field
        Where runs are played.

    Raises
    ------
    ScenarioError, DataError
        If the scenario, a part or the outcome is wrong; nothing is played then.
    InterruptedRunsError
        On Ctrl-C; what is finished stays in the store.
    RunError
        If no run could be finished.
    """
    return attributed(coalitions_of(source, asked), field)


def coalitions_of(source: Source, asked: Asked) -> Coalitions:
    """Return the combinations to be played, checked as far as can be without a run.

    Raises
    ------
    ScenarioError, DataError
        If the scenario, a part or the outcome is wrong.
    """
    require_outcome(asked.outcome)
    given = Options(seed=asked.seed, people=asked.people, days=asked.days, overrides=asked.overrides)
    laid = Laid(source, prepared([source], given)[0], asked.overrides)
    return Coalitions(laid, parts_of(laid.spec, asked.parts, mechanisms=asked.mechanisms), asked)


def attributed(coalitions: Coalitions, field: Field) -> AttributionRecord:
    """Play all combinations; see `attribute`."""
    asked, specs = coalitions.asked, coalitions.specs
    grid = field.play(specs.__getitem__, len(specs), asked.replications, list(dict.fromkeys([asked.outcome, REVENUE])))
    require_some(grid, REVENUE)
    require_defined(grid.values[asked.outcome][-1], asked.outcome, coalitions.laid.spec.name)
    return _recorded(coalitions, grid, _touched(coalitions, grid, field))


def parts_of(spec: ScenarioSpec, wanted: Sequence[str] = (), *, mechanisms: bool = False) -> list[Part]:
    """Return the parts asked for; by default the strategies of the first brand.

    Raises
    ------
    ScenarioError
        If a part is unknown, there is none, or there are too many.
    """
    strategies = [_strategy(one) for one in spec.strategies if getattr(one, "brand", 0) == 0]
    declared = _declared(spec)
    if not strategies:
        raise ScenarioError(Problem(Message("studies.no_parts", scenario=spec.name)))
    every = {part.id: part for part in [*declared.values(), *strategies]}  # a strategy goes before a mechanism of its name
    for name in wanted:
        if name not in every:
            message = Message("studies.no_part", name=name[:60], hint=did_you_mean(name[:60], every), names=list(every))
            raise ScenarioError(Problem(message))
    own = {one.mechanism for one in map(_ablation, map(type, spec.strategies)) if one is not None}
    chosen = [every[name] for name in dict.fromkeys(wanted)] or strategies
    if mechanisms:
        chosen += [part for name, part in declared.items() if name in own and part not in chosen]
    if len(chosen) > MOST:
        raise ScenarioError(Problem(Message("studies.many_parts", count=len(chosen), most=MOST, names=[p.id for p in chosen])))
    return chosen


def _strategy(one: Any) -> Part:
    name = strategy_id(one)
    term = terms().get(str(getattr(one, "kind", "")))
    own = "" if term is None or name == term.key else f" ({name})"
    return Part(name, "strategy", {"zh": term.zh + own, "en": term.en + own} if term else {"zh": name, "en": name})


def _ablation(kind: type | None) -> DeclaredAblation | None:
    found: DeclaredAblation | None = getattr(kind, "ablation", None)
    return found


def _declared(spec: ScenarioSpec) -> dict[str, Part]:
    """Return every mechanism that some strategy has declared how to switch off, and that the scenario has on."""
    classes = [*map(type, spec.strategies), *(kinds.params_class(kinds.STRATEGIES, kind) for kind in kinds.table(kinds.STRATEGIES))]
    found: dict[str, Part] = {}
    for one in filter(None, map(_ablation, classes)):
        found.setdefault(one.mechanism, Part(one.mechanism, "mechanism", {"zh": one.zh, "en": one.en}, one.settings))
    return found


def _touched(coalitions: Coalitions, grid: Grid, field: Field) -> Floats:
    """Return revenue by replication and strategy in the runs of the whole, nobody's last, float64 (R, k + 1)."""
    about = field.store.about([run for run in grid.runs[-1].tolist() if run])
    names = [f"{LAST_TOUCH_FEN}{part.id}" if part.kind == "strategy" else None for part in coalitions.parts]
    rows = []
    for run in grid.runs[-1].tolist():
        told = about.get(run, {})
        lost = np.nan if f"{LAST_TOUCH_FEN}" not in told else 0.0
        row = [lost if name is None else float(told.get(name, np.nan)) for name in names]
        others = sum(float(value) for name, value in told.items() if name.startswith(LAST_TOUCH_FEN) and name not in names)
        rows.append([*row, others + lost])
    return np.array(rows)


def _estimate(values: Floats) -> Estimate:
    found = mean_interval(values)
    return Estimate(found.mean, found.low, found.high, found.n)


def _misplaced(error: Floats, whole: Floats) -> Floats:
    """Return values whose mean is the share of revenue that last touch books to the wrong account.

    The share is sum_i |e_i| / (2 w) of the *means* over replications, e_i the error of account i and w the revenue: luck
    that moves a single run one way or the other is no fault of last touch. Each value is the share plus what its
    replication adds to it in the first order [EfronTibshirani1993], so that an interval of their mean is one of the share.
    """
    known = np.isfinite(error).all(axis=1) & np.isfinite(whole)
    mean = float(whole[known].mean()) if known.any() else 0.0
    if mean <= 0:
        return np.full(len(whole), np.nan)
    wrong = 0.5 * error @ np.sign(error[known].mean(axis=0))
    share = float(wrong[known].mean()) / mean
    return np.where(known, share + (wrong - share * whole) / mean, np.nan)


def _at_least_nought(one: Estimate) -> Estimate:
    return replace(one, low=max(one.low, 0.0)) if np.isfinite(one.low) else one


def _recorded(coalitions: Coalitions, grid: Grid, touched: Floats) -> AttributionRecord:
    """Return the record of a played table."""
    parts, spec, asked = coalitions.parts, coalitions.laid.spec, coalitions.asked
    table = grid.until_the_end(asked.outcome, spec.days)
    found = contributions(table.T)
    revenue = contributions(grid.values[REVENUE].T)
    caused = np.column_stack([revenue.shapley, revenue.none])
    error = touched - caused
    touched = np.where(np.isfinite(error), touched, np.nan)  # of the same replications as what it is set against
    misplaced = _misplaced(error, revenue.whole)
    records = [
        PartRecord(part.id, part.kind, part.label, _estimate(found.shapley[:, i]), _estimate(found.alone[:, i]),
                   _estimate(found.last[:, i]), _estimate(caused[:, i]), _estimate(touched[:, i]), _estimate(error[:, i]))
        for i, part in enumerate(parts)]
    means = {coalitions.name(number): _estimate(row) for number, row in enumerate(table)}
    against = {coalitions.name(number): _estimate(row - table[-1]) for number, row in enumerate(table)}
    failures = [{"parts": coalitions.name(lost.row), "replication": lost.replication, "reason": lost.reason}
                for lost in grid.failures]
    return AttributionRecord(
        spec.name, {"zh": spec.title_in("zh"), "en": spec.title_in("en")}, asked.outcome, records, _estimate(found.none),
        _estimate(found.whole), _estimate(found.whole - found.none), _estimate(revenue.none), _estimate(revenue.whole),
        _estimate(touched[:, -1]), _at_least_nought(_estimate(misplaced)), asked.replications, means, against, spec.seed,
        spec.people, spec.days, failures, int(grid.runs.size), grid.kept, grid.seconds, asked.command, code_version())
