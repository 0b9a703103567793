"""Which levers decide an outcome: a design over their ranges, played on common random numbers, and its indices.

Every point of the design is played on the same replications; indices are those of the mean over them, and the share of
the spread that is still noise is stated beside them (`sim.analysis.problems`). Two methods: screening by elementary
effects [Morris1991], which is cheap, and shares of variance [SaltelliEtAl2010], which are exact in the limit of many points
and of replications enough that no luck is left.

Decision: a lever of whole numbers takes each of them as often as any other where its variance counts (Sobol); on the grid
of a screening it takes the nearest (Morris), and the effect is divided by the step that it really made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.analysis.morris import morris_indices, morris_points
from sim.analysis.problems import noise_share, point_means, whole_blocks
from sim.analysis.sobol import sobol_indices, sobol_points
from sim.analysis.tornado import bars
from sim.core.errors import RunError
from sim.experiment.grid import planned_runs, require_some
from sim.experiment.identity import code_version
from sim.experiment.levers import Laid, levers_of
from sim.experiment.prepare import Options, prepared
from sim.experiment.studies import require_defined, require_outcome, require_package
from sim.records.attribution import Estimate
from sim.records.sensitivity import MAIN, LeverRecord, SensitivityRecord
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from sim.experiment.grid import Field, Grid
    from sim.experiment.levers import Lever
    from sim.experiment.prepare import Source
    from sim.scenario.spec import ScenarioSpec

    Floats = NDArray[np.float64]

POINTS = {"morris": 10, "sobol": 64}
"""Trajectories of a screening, rows of a design for shares of variance, where nothing is asked."""


@dataclass(frozen=True)
class Asked:
    """What to analyse.

    Parameters
    ----------
    levers : tuple of str
        ``PATH`` or ``PATH=low..high``; empty: every number of the strategies with a declared range.
    method : {'morris', 'sobol'}
        Which indices.
    outcome : str
        Name in `sim.records.outcomes.SUMMARY`.
    points : int or None
        Trajectories or rows; None: `POINTS`.
    replications : int, >= 1
        R of every point.
    seed, people, days : int or None
        Laid over the scenario.
    overrides : tuple of str
        ``path=value`` laid over it.
    command : str
        The command line, for the page.
    """

    levers: tuple[str, ...] = ()
    method: str = "morris"
    outcome: str = "profit_fen"
    points: int | None = None
    replications: int = 4
    seed: int | None = None
    people: int | None = None
    days: int | None = None
    overrides: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True)
class Design:
    """Points of levers of one scenario.

    Parameters
    ----------
    laid : Laid
        The scenario.
    levers : list of Lever
        k levers.
    unit : float64 (P, k)
        Points in the unit cube.
    asked : Asked
        What was asked.
    """

    laid: Laid
    levers: list[Lever]
    unit: Floats
    asked: Asked

    def values(self, row: int) -> dict[str, float]:
        """Return the levers' values at a point, as the scenario gets them."""
        evenly = self.asked.method == "sobol"
        return {one.path: _scaled(one, float(x), evenly=evenly) for one, x in zip(self.levers, self.unit[row], strict=True)}

    def stood(self) -> Floats:
        """Return where in the unit cube the levers stood once brought to values that they can have, float64 (P, k)."""
        low, high = (np.array([getattr(one, end) for one in self.levers]) for end in ("low", "high"))
        taken = np.array([list(self.values(row).values()) for row in range(len(self.unit))])
        return np.asarray((taken - low) / (high - low))

    def spec(self, row: int) -> ScenarioSpec:
        """Return the scenario of a point."""
        values = self.values(row)
        return self.laid.at({one.path: one.written(values[one.path]) for one in self.levers})

    @property
    def shape(self) -> dict[str, int]:
        """Return how many there are of what makes the runs."""
        return {"levers": len(self.levers), "points": len(self.unit), "replications": self.asked.replications}

    def planned(self, model: str) -> Iterator[tuple[str, ScenarioSpec]]:
        """Yield identity and scenario of every run."""
        return planned_runs(map(self.spec, range(len(self.unit))), self.asked.replications, model)


def _scaled(lever: Lever, x: float, *, evenly: bool) -> float:
    if lever.is_whole and evenly:
        return min(lever.high, float(math.floor(lever.low + x * (lever.high - lever.low + 1))))
    value = lever.low + x * (lever.high - lever.low)
    return float(round(value)) if lever.is_whole else value


def design_of(source: Source, asked: Asked) -> Design:
    """Return the design, checked as far as can be without a run.

    Raises
    ------
    ScenarioError, DataError
        If the scenario, a lever or the outcome is wrong, or SALib is missing.
    """
    require_outcome(asked.outcome)
    given = Options(seed=asked.seed, people=asked.people, days=asked.days, overrides=asked.overrides)
    laid = Laid(source, prepared([source], given)[0], asked.overrides)
    levers = levers_of(laid, asked.levers)
    require_package("SALib")
    number = asked.points or POINTS[asked.method]
    make = morris_points if asked.method == "morris" else sobol_points
    return Design(laid, levers, make(len(levers), max(2, number), laid.spec.seed % 2**31), asked)


def sensitivity(source: Source, asked: Asked, field: Field) -> SensitivityRecord:
    """Play a design and return the indices of every lever.

    Raises
    ------
    ScenarioError, DataError
        If the scenario, a lever or the outcome is wrong, or SALib is missing; nothing is played then.
    InterruptedRunsError
        On Ctrl-C; what is finished stays in the store.
    RunError
        If too few points have a value.
    """
    return analysed(design_of(source, asked), field)


def analysed(design: Design, field: Field) -> SensitivityRecord:
    """Play a design; see `sensitivity`."""
    asked = design.asked
    grid = field.play(design.spec, len(design.unit), asked.replications, [asked.outcome])
    require_some(grid, asked.outcome)
    require_defined(grid.values[asked.outcome], asked.outcome, design.laid.spec.name)
    return _recorded(design, grid)


def _recorded(design: Design, grid: Grid) -> SensitivityRecord:
    asked, spec = design.asked, design.laid.spec
    table = grid.until_the_end(asked.outcome, spec.days)
    mean = point_means(table)
    size = len(design.levers) + (1 if asked.method == "morris" else 2)
    blocks = len(mean) // size
    try:
        indices, whole = _indices(design, mean, asked.method)
    except ValueError as error:
        raise RunError(Message("studies.few_points", outcome=asked.outcome, whole=int(whole_blocks(mean, size).sum()) // size,
                               blocks=blocks)) from error
    found = bars(design.unit, mean, size, spec.seed % 2**31)
    levers = [LeverRecord(one.path, one.label, one.unit, one.low, one.high, one.value, indices[k],
                          *(_estimate(ends[k], whole) for ends in (found.low, found.high, found.swing)))
              for k, one in enumerate(design.levers)]
    levers.sort(key=lambda lever: -lever.indices[MAIN[asked.method]].mean)
    points = [{"levers": design.values(row), "mean": float(mean[row]), "values": table[row].tolist()} for row in range(len(mean))]
    failures = [{"point": lost.row, "replication": lost.replication, "reason": lost.reason} for lost in grid.failures]
    return SensitivityRecord(
        spec.name, {"zh": spec.title_in("zh"), "en": spec.title_in("en")}, asked.method, asked.outcome, levers,
        float(np.nanmean(mean)), noise_share(table), blocks, blocks - whole, asked.replications, spec.seed, spec.people, spec.days,
        points, failures, int(grid.runs.size), grid.kept, grid.seconds, asked.command, code_version())


def _indices(design: Design, mean: Floats, method: str) -> tuple[list[dict[str, Estimate]], int]:
    """Return the indices of every lever and the number of whole blocks."""
    seed, levers = design.laid.spec.seed % 2**31, range(len(design.levers))
    if method == "morris":
        found = morris_indices(design.stood(), mean, seed)
        return [{"mu_star": _with_span(found.mu_star, found.mu_star_span, k, found.trajectories),
                 "mu": _with_span(found.mu, found.mu_span, k, found.trajectories),
                 "sigma": _with_span(found.sigma, found.sigma_span, k, found.trajectories)} for k in levers], found.trajectories
    shares = sobol_indices(design.unit, mean, seed)
    return [{"total": _with_span(shares.total, shares.total_span, k, shares.rows),
             "first": _with_span(shares.first, shares.first_span, k, shares.rows)} for k in levers], shares.rows


def _with_span(values: Floats, span: Floats, k: int, n: int) -> Estimate:
    return Estimate(float(values[k]), float(span[k, 0]), float(span[k, 1]), n)


def _estimate(ends: Floats, n: int) -> Estimate:
    mean, low, high = ends.tolist()
    return Estimate(mean, low, high, n)
