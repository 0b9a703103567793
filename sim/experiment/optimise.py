"""The best settings of levers: several goals, conditions, and what is uncertain, searched on common random numbers.

Every candidate is played on the same replications. Where parameters are uncertain, replication r takes its own draw of
them, the same draw for every candidate, and a candidate is judged by its mean over these cases or by the mean of its
worst tenth (`sim.analysis.pareto`). What looks best out of many is partly luck. So when the search ends, those that nobody
beats, and the scenario as it stands, are played on more replications; whoever does not hold its place there gives it to the
next, until nobody new comes in.

Candidates are only ever compared on the same replications: in the search on the first ones, at the end on those that were
added. Luck that all share drops out, a worst tenth is taken of as many cases for each, and what is told of the front rests
on runs that had no part in choosing it. Where fewer were added than searched with, all of them count.

Decision: a condition whose outcome is undefined does not hold, and it is judged by what the runs came to, not at a
confidence; a candidate whose goal is undefined is kept, but is never on the front. A day that is never reached comes
infinitely late in a condition and on the last day in a goal (`sim.experiment.grid`). With one goal the `BEST` best
candidates get more replications.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.analysis.intervals import mean_interval
from sim.analysis.pareto import even_draws, front, worst_tenth
from sim.core.errors import Problem, ScenarioError
from sim.experiment.grid import Grid, require_some, until_the_end
from sim.experiment.identity import code_version
from sim.experiment.levers import Laid, levers_of
from sim.experiment.prepare import Options, prepared
from sim.experiment.proposals import BATCH, Proposals
from sim.experiment.studies import require_outcome, require_package
from sim.records.attribution import Estimate
from sim.records.optimisation import CandidateRecord, GoalRecord, OptimisationRecord
from sim.records.outcomes import NEVER_REACHED, SUMMARY
from sim.scenario.expect import parse_expectation
from sim.text.message import Message, said_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from sim.experiment.grid import Field
    from sim.experiment.levers import Lever
    from sim.experiment.prepare import Source
    from sim.scenario.expect import Expectation
    from sim.scenario.spec import ScenarioSpec

    Floats = NDArray[np.float64]

BEST: Final = 3
_ROUNDS: Final = 6
"""Times that a changed front is looked at again."""


@dataclass(frozen=True)
class Asked:
    """What to search.

    Parameters
    ----------
    levers, uncertain : tuple of str
        ``PATH`` or ``PATH=low..high``: what may be moved, and what is not known.
    maximise, minimise : tuple of str
        Outcomes.
    conditions : tuple of str
        What has to hold, such as ``ultimate_user_share > .7``.
    trials : int, >= 1
        Candidates.
    replications, front_replications : int, >= 1
        Runs of every candidate, and of those on the front.
    robust : {'mean', 'tenth'}
        Judge by the mean over cases, or by the mean of the worst tenth.
    sampler : {'tpe', 'nsga2'}
        Who proposes.
    seed, people, days : int or None
        Laid over the scenario.
    overrides : tuple of str
        ``path=value`` laid over it.
    command : str
        The command line, for the page.
    """

    levers: tuple[str, ...] = ()
    uncertain: tuple[str, ...] = ()
    maximise: tuple[str, ...] = ()
    minimise: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    trials: int = 64
    replications: int = 4
    front_replications: int = 16
    robust: str = "mean"
    sampler: str = "tpe"
    seed: int | None = None
    people: int | None = None
    days: int | None = None
    overrides: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True)
class Question:
    """A search, checked as far as can be without a run."""

    laid: Laid
    levers: list[Lever]
    uncertain: list[Lever]
    goals: list[GoalRecord]
    conditions: list[Expectation]
    asked: Asked

    def cases(self, values: dict[str, float], replications: range) -> ScenarioSpec | dict[int, ScenarioSpec]:
        """Return the scenario of a candidate; where something is uncertain, one a replication."""
        settings = {one.path: one.written(values[one.path]) for one in self.levers}
        if not self.uncertain:
            return self.laid.at(settings)
        draws = even_draws(replications.stop, len(self.uncertain), self.laid.spec.seed)
        return {r: self.laid.at(settings | {one.path: one.written(one.low + x * (one.high - one.low))
                                            for one, x in zip(self.uncertain, draws[r].tolist(), strict=True)})
                for r in replications}

    def score(self, values: Floats, *, more: bool) -> float:
        """Return what a candidate's cases come to."""
        if self.asked.robust == "tenth":
            return worst_tenth(values, more=more)
        return mean_interval(values).mean

    @property
    def shape(self) -> dict[str, int]:
        """Return how many there are of what makes the runs, and how many more a candidate on the front gets."""
        asked = self.asked
        return {"levers": len(self.levers), "trials": asked.trials, "replications": asked.replications,
                "more": max(0, asked.front_replications - asked.replications)}

    def planned(self, model: str) -> Iterator[tuple[str, ScenarioSpec]]:
        """Yield a name and a scenario of the same size for every run before the front is known.

        Which candidates will be tried shows only as the search goes, so none of the names is in any store.
        """
        del model
        return ((f"{trial}/{luck}", self.laid.spec) for trial in range(self.asked.trials) for luck in range(self.asked.replications))


@dataclass(eq=False)
class _Candidate:
    """Levers and the outcomes of the replications played so far, by outcome; whether each run finished."""

    number: int
    levers: dict[str, float]
    values: dict[str, Floats] = field(default_factory=dict)
    finished: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    def add(self, grid: Grid, row: int) -> None:
        for name, table in grid.values.items():
            self.values[name] = np.concatenate([self.values.get(name, np.empty(0)), table[row]])
        self.finished = np.concatenate([self.finished, grid.finished[row]])


def question_of(source: Source, asked: Asked) -> Question:
    """Return what is to be searched.

    Raises
    ------
    ScenarioError, DataError
        If the scenario, a lever, a goal or a condition is wrong, or Optuna is missing.
    """
    goals = _goals(asked)
    conditions = []
    for text in asked.conditions:
        try:
            conditions.append(parse_expectation(text))
        except ValueError as error:
            raise ScenarioError(Problem(said_by(error), file=f"--subject-to {text[:60]}")) from error
    _require_together(conditions)
    if not asked.levers:
        raise ScenarioError(Problem(Message("studies.no_optimise_levers")))
    given = Options(seed=asked.seed, people=asked.people, days=asked.days, overrides=asked.overrides)
    laid = Laid(source, prepared([source], given)[0], asked.overrides)
    levers = levers_of(laid, asked.levers)
    uncertain = levers_of(laid, asked.uncertain) if asked.uncertain else []
    both = {one.path for one in levers} & {one.path for one in uncertain}
    if both:
        raise ScenarioError(Problem(Message("studies.both_lever_and_uncertain"), min(both)))
    require_package("optuna")
    return Question(laid, levers, uncertain, goals, conditions, asked)


def _require_together(conditions: Sequence[Expectation]) -> None:
    """Raise ScenarioError if no value of an outcome meets both of two conditions on it."""
    for least in (one for one in conditions if one.op in {">", ">="}):
        for most in (one for one in conditions if one.outcome == least.outcome and one.op in {"<", "<="}):
            if least.number > most.number or (least.number == most.number and {least.op, most.op} != {">=", "<="}):
                raise ScenarioError(Problem(Message("studies.contradiction", first=least.text, second=most.text), file="--subject-to"))


def _goals(asked: Asked) -> list[GoalRecord]:
    goals = [GoalRecord(name, more=True) for name in asked.maximise] + [GoalRecord(name, more=False) for name in asked.minimise]
    if not goals:
        raise ScenarioError(Problem(Message("studies.no_objective")))
    seen: set[str] = set()
    for goal in goals:
        require_outcome(goal.outcome, "studies.objective")
        if goal.outcome in seen:
            raise ScenarioError(Problem(Message("studies.objective_twice", name=goal.outcome)))
        seen.add(goal.outcome)
    return goals


def optimise(source: Source, asked: Asked, field: Field) -> OptimisationRecord:
    """Search, and return every candidate.

    Raises
    ------
    ScenarioError, DataError
        If what is asked is wrong, or Optuna is missing; nothing is played then.
    InterruptedRunsError
        On Ctrl-C; what is finished stays in the store, and the same call goes on from there.
    RunError
        If no run could be finished.
    """
    return searched(question_of(source, asked), field)


def searched(question: Question, field: Field) -> OptimisationRecord:
    """Search; see `optimise`."""
    search = _Search(question, field)
    search.explore()
    search.refine()
    return search.record()


class _Search:
    """A search as it goes."""

    def __init__(self, question: Question, field: Field) -> None:
        self.question, self.field = question, field
        self.candidates: list[_Candidate] = []
        self.failures: list[dict[str, Any]] = []
        self.done = self.kept = 0
        self.seconds = 0.0

    def explore(self) -> None:
        """Ask for candidates, a batch at a time, and play them."""
        asked = self.question.asked
        more = [goal.more for goal in self.question.goals]
        proposals = Proposals(self.question.levers, more, asked.sampler, self.question.laid.spec.seed % 2**32)
        while len(self.candidates) < asked.trials:
            first = len(self.candidates)
            batch = [_Candidate(first + k, levers) for k, levers in
                     enumerate(proposals.ask(min(BATCH, asked.trials - first)))]
            self._play(batch, range(asked.replications))
            self.candidates += batch
            proposals.tell([self._scores(one) for one in batch], [self._excess(one) for one in batch])

    def refine(self) -> None:
        """Play those that nobody beats on more replications, until all that hold their place there have been."""
        asked = self.question.asked
        luck = range(asked.replications, asked.front_replications)
        stands = self.candidates[:1] if self.candidates and self.candidates[0].levers == self._stated else []
        for turn in range(_ROUNDS if luck else 0):
            held = self._best([one for one in self.candidates if self._is_refined(one)])
            search = slice(asked.replications)
            ahead = self._best([one for one in self.candidates if one in held or not self._is_refined(one)], search)
            wanted = [one for one in ahead if not self._is_refined(one)]
            wanted += [one for one in stands if turn == 0 and wanted and one not in wanted]
            if not wanted:
                return
            self._play(sorted(wanted, key=lambda one: one.number), luck)

    @property
    def _stated(self) -> dict[str, float]:
        return {one.path: one.value for one in self.question.levers}

    def _is_refined(self, one: _Candidate) -> bool:
        return len(one.finished) > self.question.asked.replications

    def _told_on(self, one: _Candidate) -> slice:
        """Return the replications that count: those that were added, unless they are fewer than the search had."""
        asked = self.question.asked
        added = len(one.finished) - asked.replications
        return slice(asked.replications if added >= asked.replications else 0, None)

    def _base(self) -> _Candidate | None:
        """Return the scenario as it stands, None if it was not tried."""
        stated = {one.path: one.value for one in self.question.levers}
        first = self.candidates[0]
        return first if first.levers == stated else None

    def _play(self, batch: Sequence[_Candidate], luck: range) -> None:
        by_number = {one.number: one for one in batch}
        total = max(self.question.asked.trials * self.question.asked.replications, self.done + len(batch) * len(luck))
        grid = self.field.play(lambda number: self.question.cases(by_number[number].levers, luck), list(by_number), luck,
                               list(SUMMARY), before=self.done, total=total)
        if not self.candidates:
            require_some(grid, self.question.goals[0].outcome)
        for row, one in enumerate(batch):
            one.add(grid, row)
        self.failures += [{"candidate": lost.row, "replication": lost.replication, "reason": lost.reason}
                          for lost in grid.failures]
        self.done += grid.runs.size
        self.kept += grid.kept
        self.seconds += grid.seconds

    def _values(self, one: _Candidate, goal: GoalRecord, on: slice | None) -> Floats:
        """Return what counts of a goal: on the replications given, else on those that it is told on."""
        on, days = on or self._told_on(one), self.question.laid.spec.days
        return until_the_end(one.values[goal.outcome][on], one.finished[on], goal.outcome, days)

    def _scores(self, one: _Candidate, on: slice | None = None) -> list[float]:
        return [self.question.score(self._values(one, goal, on), more=goal.more) for goal in self.question.goals]

    def _condition(self, one: _Candidate, condition: Expectation, on: slice | None = None) -> float:
        """Return what a condition's outcome comes to; what is never reached comes infinitely late, and the worst case counts."""
        on = on or self._told_on(one)
        values = one.values[condition.outcome][on]
        if condition.outcome in NEVER_REACHED:
            values = values[one.finished[on]]  # a run that failed did not reach the end, let alone stay clear of it
            values = np.where(np.isnan(values), np.inf, values)
            return float((values.min() if condition.op.startswith(">") else values.max()) if values.size else np.nan)
        return self.question.score(values, more=condition.op.startswith(">"))

    def _excess(self, one: _Candidate) -> dict[str, float]:
        """Return by how much each condition is missed, zero or less where it holds."""
        out = {}
        for condition in self.question.conditions:
            value = self._condition(one, condition)
            away = condition.number - value if condition.op.startswith(">") else value - condition.number
            unknown = max(1.0, abs(condition.number))
            out[condition.text] = float(np.clip(away, -1e12, 1e12)) if not np.isnan(away) else unknown
        return out

    def _is_feasible(self, one: _Candidate, on: slice | None = None) -> bool:
        return all(condition.holds(self._condition(one, condition, on)) for condition in self.question.conditions)

    def _best(self, among: Sequence[_Candidate], on: slice | None = None) -> list[_Candidate]:
        """Return the feasible ones of some candidates that nobody beats; with one goal, the `BEST` best."""
        fit = [one for one in among if self._is_feasible(one, on)]
        goals = self.question.goals
        if not fit:
            return []
        scores = np.array([self._scores(one, on) for one in fit])
        if len(goals) > 1:
            return [one for one, kept in zip(fit, front(scores, [goal.more for goal in goals]), strict=True) if kept]
        order = np.argsort(-scores[:, 0] if goals[0].more else scores[:, 0], kind="stable")
        return [fit[k] for k in order[:BEST].tolist() if np.isfinite(scores[k, 0])]

    def record(self) -> OptimisationRecord:
        """Return what became of the search."""
        asked, spec = self.question.asked, self.question.laid.spec
        refined = [one for one in self.candidates if self._is_refined(one)]
        best = self._best(refined) or self._best([one for one in self.candidates if one not in refined])
        winners = {one.number for one in (best if len(self.question.goals) > 1 else best[:1])}
        return OptimisationRecord(
            spec.name, {"zh": spec.title_in("zh"), "en": spec.title_in("en")}, self.question.goals,
            [condition.text for condition in self.question.conditions], [_told(one) for one in self.question.levers],
            [_told(one) for one in self.question.uncertain], asked.robust, asked.sampler,
            [self._told(one, on_front=one.number in winners) for one in self.candidates], asked.replications,
            asked.front_replications, spec.seed, spec.people, spec.days, self.failures, self.done, self.kept, self.seconds, asked.command,
            code_version())

    def _told(self, one: _Candidate, *, on_front: bool) -> CandidateRecord:
        intervals = {goal.outcome: _estimate(self._values(one, goal, None)) for goal in self.question.goals}
        return CandidateRecord(
            one.number, one.levers, intervals,
            dict(zip(intervals, self._scores(one), strict=True)),
            {condition.text: self._condition(one, condition) for condition in self.question.conditions},
            self._is_feasible(one), on_front, int(one.finished.sum()),
            {name: mean_interval(values).mean for name, values in one.values.items()}, self._margins(one),
            self._gains(one) if on_front else {})

    def _margins(self, one: _Candidate) -> dict[str, Estimate]:
        if self.question.asked.robust != "mean":
            return {}
        return {condition.text: _estimate(one.values[condition.outcome][self._told_on(one)]) for condition in self.question.conditions
                if condition.outcome not in NEVER_REACHED}

    def _gains(self, one: _Candidate) -> dict[str, Estimate]:
        base = self._base()
        if base is None or base is one:
            return {}
        on = slice(max(self._told_on(one).start, self._told_on(base).start), min(len(one.finished), len(base.finished)))
        return {goal.outcome: _estimate(self._values(one, goal, on) - self._values(base, goal, on)) for goal in self.question.goals}


def _estimate(values: Floats) -> Estimate:
    found = mean_interval(values)
    return Estimate(found.mean, found.low, found.high, found.n)


def _told(lever: Lever) -> dict[str, Any]:
    return {name: getattr(lever, name) for name in ("path", "label", "unit", "low", "high", "value")}
