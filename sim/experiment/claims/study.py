"""Put claims to the test: runs of all conditions, verdicts, and where an effect turns.

All conditions known in advance (main, mechanism off, both ends of every assumption) run in one go,
so that workers are never idle and runs that claims share are made once. Ends at which the answer is
another than at the default are then narrowed down by halving, all of them side by side.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.claims import against_best, halfway, holds, lost, paired_effects, rule, together
from sim.analysis.intervals import mean_interval
from sim.core.errors import Problem, ScenarioError
from sim.experiment.claims.conditions import Scale, assumption, specs_of
from sim.experiment.claims.measures import MEASURES, unit_of
from sim.experiment.claims.runs import Runs
from sim.experiment.identity import code_hash, code_version
from sim.experiment.runs import MODEL
from sim.experiment.spool import spool
from sim.records.claims import ClaimRecord, ClaimsRecord, Estimate, PartRecord, Tried, Turn, read_runs
from sim.records.folders import runs_of
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from sim.analysis.intervals import Interval
    from sim.experiment.claims.claim import Claim, Part, Settings
    from sim.experiment.progress import Callback
    from sim.scenario.levers import Declared
    from sim.scenario.spec import ScenarioSpec

    Floats = NDArray[np.float64]

STEPS = 2
"""Halvings on the way to a boundary: a quarter of the way from the default to the end remains open."""


@dataclass(frozen=True)
class Asked:
    """How to test claims.

    Parameters
    ----------
    replications, workers : int
        R, and processes.
    scale : Scale
        What is laid over every scenario.
    is_quick : bool
        Main condition and mechanism off only; no range is tried.
    out : Path or None
        The folder meant for the result: finished runs wait beside it, and those in it are used again.
    command : str
        What repeats it.
    model : str
        ``module:function`` that runs a scenario.
    """

    replications: int = 20
    workers: int = 1
    scale: Scale = field(default_factory=Scale)
    is_quick: bool = False
    out: Path | None = None
    command: str = ""
    model: str = MODEL


@dataclass
class _Trial:
    """One effect under test: its conditions, and the values of assumptions tried so far."""

    claim: Claim
    part: Part
    scale: Scale
    ranges: dict[str, Declared]
    tried: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    """(path, end) to the values tried on the way there, the end itself first."""

    def conditions(self) -> Iterator[Settings]:
        """Yield the settings of every condition so far."""
        yield ()
        yield self.part.off
        for (path, _), values in self.tried.items():
            for value in values:
                yield (self.ranges[path].setting(path, value),)

    def specs(self) -> Iterator[tuple[ScenarioSpec, str]]:
        """Yield every scenario needed, with its settings in words."""
        for condition in self.conditions():
            arms = zip(specs_of(self.claim, self.part, condition, self.scale), self.part.arms, strict=True)
            for spec, arm in arms:
                yield spec, " ".join((*self.scale.settings, *condition, *arm.settings))

    def effects(self, runs: Runs, condition: Settings) -> Floats:
        """Return the effect of every replication under a condition."""
        arms = specs_of(self.claim, self.part, condition, self.scale)
        part, values = self.part, [runs.values(spec, self.part.measure) for spec in arms]
        if part.against_best:
            return against_best(values, part.direction, relative=part.relative)
        return paired_effects(values, [arm.weight for arm in part.arms], relative=part.relative)

    def at(self, runs: Runs, path: str, value: float) -> Floats:
        """Return the effects with one assumption at a value."""
        return self.effects(runs, (self.ranges[path].setting(path, value),))

    def is_same(self, runs: Runs, path: str, value: float) -> bool:
        """Tell whether the answer there is that of the default."""
        question = self.part.question
        return holds(question, self.at(runs, path, value)) == holds(question, self.effects(runs, ()))

    def bracket(self, runs: Runs, path: str, end: str) -> tuple[float, float] | None:
        """Return the last value on the way to an end that agrees with the default and the first that does not."""
        inside = self.ranges[path].value
        outside = self.tried[path, end][0]
        if self.is_same(runs, path, outside):
            return None
        for value in self.tried[path, end][1:]:
            if self.is_same(runs, path, value):
                inside = value
            else:
                outside = value
        return inside, outside

    def narrow(self, runs: Runs) -> bool:
        """Put the next value between the two of every open bracket; tell whether there was any."""
        went_on = False
        for (path, end), values in self.tried.items():
            around = self.bracket(runs, path, end)
            middle = halfway(*around, whole=self.ranges[path].is_whole) if around else None
            if middle is not None:
                values.append(middle)
                went_on = True
        return went_on


def study(claims: Sequence[Claim], asked: Asked, progress: Callback | None = None) -> tuple[ClaimsRecord, list[dict[str, Any]]]:
    """Test claims and return the verdicts, and all measured runs known by now, those of earlier calls included.

    Parameters
    ----------
    claims : sequence of Claim
        At least one.
    asked : Asked
        How.
    progress : callable
        Told the `Progress` several times a second.

    Raises
    ------
    ScenarioError
        If a scenario, setting or measure of a claim is wrong; nothing is run then.
    InterruptedRunsError
        On Ctrl-C; finished runs are kept beside `asked.out`.
    """
    if not claims or asked.replications < 2:
        raise ScenarioError(Problem(Message("claims.too_few")))
    trials = [_trial(claim, part, asked) for claim in claims for part in claim.parts]
    names = tuple(sorted({*MEASURES, *(trial.part.measure for trial in trials)} | {"profit_fen", "gmv_fen"}))
    with spool(asked.out) as folder:
        runs = Runs(folder, asked.replications, asked.workers, names, _known(asked.out), asked.model)
        runs.carry_out((one for trial in trials for one in trial.specs()), progress)
        for _ in range(STEPS):
            went_on = [trial.narrow(runs) for trial in trials]
            if not any(went_on):
                break
            runs.carry_out((one for trial in trials for one in trial.specs()), progress)
        parts = {(trial.claim.number, trial.part.id): _judged(trial, runs) for trial in trials}
    seed = next(trials[0].specs())[0].seed
    record = ClaimsRecord(
        [_claim(claim, asked, [parts[claim.number, part.id] for part in claim.parts], seed) for claim in claims],
        seed=seed, replications=asked.replications,
        command=asked.command, version=code_version(), failures=list(runs.failures.values()), timings=runs.timings)
    return record, list(runs.known.values())


def _trial(claim: Claim, part: Part, asked: Asked) -> _Trial:
    """Return an effect with the ends of its assumptions still to be tried."""
    unit_of(part.measure)
    ranges = {path: assumption(claim, part, path, asked.scale) for path in (() if asked.is_quick else part.rests_on)}
    ends = {(path, end): [getattr(found, end)] for path, found in ranges.items() for end in ("low", "high")
            if getattr(found, end) != found.value}
    return _Trial(claim, part, asked.scale, ranges, ends)


def _judged(trial: _Trial, runs: Runs) -> PartRecord:
    """Return the verdict on one effect with its evidence."""
    part, question = trial.part, trial.part.question
    main, off = trial.effects(runs, ()), trial.effects(runs, part.off)
    ends = {f"{path} {end}": trial.at(runs, path, values[0]) for (path, end), values in trial.tried.items()}
    ruling = rule(question, main, off, ends)
    arms = [{"scenario": arm.scenario, "settings": list(arm.settings), "weight": arm.weight} for arm in part.arms]
    return PartRecord(
        part.id, part.measure, unit_of(part.measure), part.relative, part.against_best,
        part.direction, part.margin, part.off_rule, arms, list(part.off), _estimate(mean_interval(main)),
        _estimate(mean_interval(off)), _estimate(lost(question, main, off)), _tried(trial, runs), _turns(trial, runs),
        ruling.result, ruling.reason, ruling.is_range_tried)


def _tried(trial: _Trial, runs: Runs) -> list[Tried]:
    """Return the effect at every value of an assumption that was tried."""
    out = []
    for (path, end), values in trial.tried.items():
        for position, value in enumerate(values):
            effects = trial.at(runs, path, value)
            out.append(Tried(path, value, trial.ranges[path].value, end if position == 0 else "",
                             _estimate(mean_interval(effects)), holds(trial.part.question, effects)))
    return out


def _turns(trial: _Trial, runs: Runs) -> list[Turn]:
    """Return the boundaries found."""
    around = {key: trial.bracket(runs, *key) for key in trial.tried}
    return [Turn(path, *pair, end) for (path, end), pair in around.items() if pair is not None]


def _claim(claim: Claim, asked: Asked, parts: list[PartRecord], seed: int) -> ClaimRecord:
    """Return a claim with its verdict."""
    verdict = together([part.result for part in parts])
    return ClaimRecord(claim.number, asked.scale.people or claim.people, asked.scale.days or claim.days, verdict, parts,
                       asked.replications, seed, asked.command, code_hash())


def _estimate(interval: Interval) -> Estimate:
    return Estimate(interval.mean, interval.low, interval.high, interval.n)


def _known(out: Path | None) -> dict[str, dict[str, Any]]:
    """Return the runs of a result that is there already."""
    return read_runs(out) if out is not None and out.exists() else {}


def clear(out: Path) -> None:
    """Remove the single files of finished runs, once the folder that holds them all is written."""
    import shutil

    shutil.rmtree(runs_of(out), ignore_errors=True)
