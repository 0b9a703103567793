"""Does an outcome still come out as it did? A new sweep against a stored one, by a test of equivalence.

A plain test of difference cannot say "the same": with few runs it finds nothing, with many it finds
what nobody cares about. So a margin m is stated, and the difference delta = new - baseline is put to
three hypotheses that together are all there is [Goeman2010]:

    drifted     H: |delta| <= m is rejected      p_drift = P(T > (|d| - m) / s) + P(T > (|d| + m) / s)
    same        H: |delta| >= m is rejected      p_same  = P(T > (m - |d|) / s)     [Schuirmann1987], [Wellek2010]
    undecided   neither

`p_same` is the larger of the two one-sided p values (TOST); the same rule says that the interval of
confidence 1 - 2 alpha lies inside (-m, m).

    d   difference of means
    s   its standard error; T Student's t with nu degrees of freedom
        unpaired [Welch1947]  s^2 = v1/n1 + v0/n0,  nu = s^4 / ((v1/n1)^2 / (n1-1) + (v0/n0)^2 / (n0-1))
        paired                s^2 = var(gaps)/n,     nu = n - 1

Errors. A *false alarm* ('drifted' within the margin) and a *miss* ('same' beyond it) each have a chance
of at most alpha = 1 - level. Over the cells of two sweeps (point x strategy x outcome) false alarms
are held by Holm's correction [Holm1979], so that the chance of any is at most alpha. "The whole sweep
is the same" is said only if every cell is, which needs no correction: a miss needs all tests to pass,
also the one that should not (intersection-union [Berger1982]).

Decision: the pairing is used where both sweeps hold the same (replication, seed) of a cell, all of
those of one side at least; else Welch's test on all. Values equal pair by pair are 'same' at any
number of runs: the very same luck gave the very same figure. Where values do not vary but differ,
t says nothing and the randomisation test stands in: p = 2^(1-n) of n pairs, 2 / C(n1+n0, n1) unpaired.

Decision: an outcome undefined (NaN or infinite) in other runs than before is a change too. Fisher's exact test of the
two shares goes into `p_drift` (Bonferroni over two), and 'same' asks that the shares seen differ by at most `UNDEFINED`.

Needs roughly normal *means*; the margin is taken as given. Where it is a share of the baseline's standard deviation it
is itself uncertain, and a shift of just that share is called drifted more often than alpha: in 5.6 to 6.7 % of cells with
as many runs on both sides, in 8.2 % with 30 against 8. An absolute margin has no such error.

Each comparison with a baseline is one look with its own alpha: who compares every night has a false alarm now and then.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.analysis.intervals import LEVEL

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Equal = Literal["same", "drifted", "undecided"]
VERDICTS: tuple[Equal, ...] = ("same", "drifted", "undecided")
UNDEFINED = 0.1
"""Largest difference of the shares of undefined values that still counts as the same. Source: assumption."""
_AXIS = "axis:"


@dataclass(frozen=True)
class Margin:
    """How far an outcome may move and still count as the same: the largest of three.

    Source: assumption. Half a standard deviation is a shift that a look at two histograms just shows; a
    twentieth of the mean is what a reader of a page would round away.

    Parameters
    ----------
    of_mean : float, >= 0
        Share of the size of the baseline's mean.
    of_sd : float, >= 0
        Share of the baseline's standard deviation over replications: the floor where the mean is near nought.
    least : dict of float
        Outcome to an absolute margin in its own unit, used alone where given.
    """

    of_mean: float = 0.05
    of_sd: float = 0.5
    least: Mapping[str, float] = field(default_factory=dict)

    def of(self, base: Floats, outcomes: Sequence[str]) -> Floats:
        """Return the margin of every outcome, a column of `base` each."""
        n, mean, var = _moments(base)
        margin = np.fmax(self.of_mean * np.abs(np.where(n > 0, mean, 0.0)), self.of_sd * np.sqrt(np.where(n > 1, var, 0.0)))
        return np.array([self.least.get(name, m) for name, m in zip(outcomes, margin, strict=True)])


@dataclass(frozen=True)
class Cell:
    """One outcome of one strategy at one point, new against baseline.

    Parameters
    ----------
    point, strategy : object
        As in the tables; a point is named as the new sweep numbers it.
    outcome : str
        What was measured.
    verdict : {'same', 'drifted', 'undecided'}
        After correction for the number of cells.
    base, gap : float
        Baseline's mean and the difference of means, new minus baseline.
    low, high : float
        Interval of the difference, of confidence 1 - 2 alpha.
    margin : float
        m.
    p_same, p_drift : float
        `p_drift` is corrected by Holm's rule.
    n, n_base : int
        Defined values on each side.
    paired : bool
        Whether runs were compared one by one.
    """

    point: Any
    strategy: Any
    outcome: str
    verdict: Equal
    base: float
    gap: float
    low: float
    high: float
    margin: float
    p_same: float
    p_drift: float
    n: int
    n_base: int
    paired: bool


@dataclass(frozen=True)
class Drift:
    """What became of a sweep against its baseline.

    Parameters
    ----------
    cells : dict of arrays
        The fields of `Cell` as columns, one row a cell.
    missing, added : list of tuple
        (point, strategy) of the baseline that the new sweep lacks, and the other way round; (None, outcome)
        is an outcome that one of them lacks.
    level : float
        1 - alpha.
    """

    cells: dict[str, NDArray[Any]]
    missing: list[tuple[Any, Any]]
    added: list[tuple[Any, Any]]
    level: float

    def named(self, verdict: Equal) -> list[Cell]:
        """Return the cells of one verdict, the surest first."""
        at = np.flatnonzero(self.cells["verdict"] == verdict)
        at = at[np.argsort(self.cells["p_same" if verdict == "same" else "p_drift"][at], kind="stable")]
        return [Cell(**{name: _plain(column[k]) for name, column in self.cells.items()}) for k in at]

    @property
    def drifted(self) -> list[Cell]:
        """Return the cells that drifted."""
        return self.named("drifted")

    @property
    def verdict(self) -> Equal:
        """Return 'drifted' if any cell did, 'same' if all are and none is missing, else 'undecided'."""
        found = set(self.cells["verdict"].tolist())
        if "drifted" in found:
            return "drifted"
        return "same" if found == {"same"} and not self.missing else "undecided"


def equivalence(new: Floats, base: Floats, margin: Floats, *, paired: bool, level: float = LEVEL) -> dict[str, NDArray[Any]]:
    """Return the tests of every column, without correction for their number.

    Parameters
    ----------
    new, base : float64 (R, O), (R0, O)
        One row a run, one column an outcome; rows correspond if `paired`.
    margin : float64 (O,), >= 0
        m of each outcome.
    paired : bool
        Whether row r of both met the same luck.
    level : float
        1 - alpha, of the interval only.

    Returns
    -------
    dict of arrays (O,)
        ``base, gap, low, high, margin, p_same, p_drift, n, n_base``.
    """
    from scipy.special import stdtr, stdtrit

    n1, m1, v1 = _moments(new)
    n0, m0, v0 = _moments(base)
    one, few = np.maximum(n1, 1), np.maximum(n0, 1)
    if paired:
        gaps = np.where(np.isfinite(new) & np.isfinite(base), new - np.where(np.isfinite(base), base, 0.0), np.nan)
        pairs, gap, spread = _moments(gaps)
        s2, nu, smallest = spread / np.maximum(pairs, 1), pairs - 1.0, 2.0 ** (1.0 - np.maximum(pairs, 1))
        same_luck = (pairs == np.maximum(n1, n0)) & ((gaps == 0) | np.isnan(gaps)).all(axis=0)
    else:
        gap, s2 = m1 - m0, v1 / one + v0 / few
        parts = (v1 / one) ** 2 / np.maximum(n1 - 1, 1) + (v0 / few) ** 2 / np.maximum(n0 - 1, 1)
        nu = np.where((n1 > 1) & (n0 > 1), np.divide(s2**2, parts, out=np.ones_like(s2), where=parts > 0), 0.0)
        smallest = np.array([2 / math.comb(int(a + b), int(a)) for a, b in zip(one, few, strict=True)])
        same_luck = (n1 == 0) & (n0 == 0)
    known, s, df = nu > 0, np.sqrt(s2), np.maximum(nu, 1.0)
    size, some = np.abs(gap), s > 0
    with np.errstate(invalid="ignore"):
        below, above = (np.divide(x, s, out=np.zeros_like(s), where=some) for x in (margin - size, margin + size))
        p_same = np.where(some, stdtr(df, -below), np.where(size <= margin, smallest, 1.0))
        p_drift = np.where(some, stdtr(df, below) + stdtr(df, -above), np.where(size > margin, smallest, 1.0))
    p_same = np.where(same_luck, 0.0, np.where(known, p_same, 1.0))
    p_drift = np.where(same_luck | ~known, 1.0, np.minimum(p_drift, 1.0))
    p_same, p_drift = _with_undefined(p_same, p_drift, np.isfinite(new), np.isfinite(base))
    half = np.where(known, stdtrit(df, level) * s, np.nan)
    return {"base": m0, "gap": gap, "low": gap - half, "high": gap + half, "margin": margin, "p_same": p_same,
            "p_drift": p_drift, "n": n1, "n_base": n0}


def compare_sweeps(new: Mapping[str, Any], base: Mapping[str, Any], outcomes: Sequence[str], *,
                   margin: Margin | None = None, level: float = LEVEL) -> Drift:
    """Name the outcomes of a sweep that drifted from a stored one.

    Parameters
    ----------
    new, base : dict of arrays (n,)
        One row a finished run: ``point``, ``strategy`` (names, or numbers that mean the same in both),
        ``replication``, ``seed`` (may be missing: the same in all runs) and a column an outcome. Columns that begin with
        ``axis:``, where both tables hold the same ones, name a point in place of its number.
    outcomes : sequence of str
        What to compare; one that a table lacks is reported, not judged.
    margin : Margin
        How far an outcome may move; None for the assumption stated there.
    level : float
        1 - alpha.
    """
    names = [name for name in outcomes if name in new and name in base]
    axes = sorted(name for name in new if name.startswith(_AXIS))
    axes = axes if axes == sorted(name for name in base if name.startswith(_AXIS)) else []
    groups, before = _groups(new, axes or ["point"]), _groups(base, axes or ["point"])
    tests = [_test(new, base, groups[key], before[key], names, margin or Margin(), level) for key in groups if key in before]
    cells = _joined(tests)
    corrected = holm_array(cells["p_drift"])
    chosen = np.where(corrected < 1 - level, "drifted", np.where(cells["p_same"] < 1 - level, "same", "undecided"))
    missing = [_place(base, before[key]) for key in before if key not in groups]
    missing += [(None, name) for name in outcomes if name in base and name not in new]
    added = [_place(new, groups[key]) for key in groups if key not in before]
    added += [(None, name) for name in outcomes if name in new and name not in base]
    return Drift(cells | {"p_drift": corrected, "verdict": chosen}, missing, added, level)


def holm_array(p: Floats) -> Floats:
    """Return Holm's step-down correction of p values [Holm1979]."""
    order = np.argsort(p, kind="stable")
    steps = np.minimum(1.0, np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)))
    out = np.empty_like(steps)
    out[order] = steps
    return out


def _moments(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Return number, mean and variance of the finite values of each column; NaN where there are too few."""
    finite = np.isfinite(values)
    n = finite.sum(axis=0).astype(np.float64)
    first = np.where(finite, values, 0.0)
    mean = np.divide(first.sum(axis=0), n, out=np.full(n.shape, np.nan), where=n > 0)
    away = np.where(finite, first - np.where(n > 0, mean, 0.0), 0.0)
    # What does not vary has no spread, whatever a mean of many digits leaves in the last one.
    level = np.where(finite, values, np.inf).min(axis=0, initial=np.inf) == np.where(finite, values, -np.inf).max(
        axis=0, initial=-np.inf)
    spread = np.divide((away**2).sum(axis=0), n - 1, out=np.zeros(n.shape), where=n > 1)
    return n, mean, np.where(level, 0.0, spread)


def _with_undefined(p_same: Floats, p_drift: Floats, new: NDArray[np.bool_], base: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the p values with the shares of undefined values taken in."""
    p_same, p_drift = p_same.copy(), p_drift.copy()
    lost, before = (~new).sum(axis=0), (~base).sum(axis=0)
    a, b = new.shape[0], base.shape[0]
    for k in np.flatnonzero(lost * b != before * a):
        p_drift[k] = min(1.0, 2.0 * min(p_drift[k], fisher_exact(int(lost[k]), a, int(before[k]), b)))
        if abs(lost[k] / a - before[k] / b) > UNDEFINED:
            p_same[k] = 1.0
    return p_same, p_drift


def fisher_exact(hits: int, n: int, hits0: int, n0: int) -> float:
    """Return the two-sided p value of Fisher's exact test that two shares are equal."""
    total, all_runs = hits + hits0, n + n0
    weights = [math.comb(n, k) * math.comb(n0, total - k) for k in range(max(0, total - n0), min(n, total) + 1)]
    seen = math.comb(n, hits) * math.comb(n0, hits0)
    return sum(w for w in weights if w <= seen) / math.comb(all_runs, total)


def _groups(table: Mapping[str, Any], place: Sequence[str]) -> dict[tuple[Any, ...], list[int]]:
    """Return the rows of every (place, strategy), in the order of the table."""
    found: dict[tuple[Any, ...], list[int]] = {}
    columns = [np.asarray(table[name]).tolist() for name in (*place, "strategy")]
    for row, key in enumerate(zip(*columns, strict=True)):
        found.setdefault(key, []).append(row)
    return found


def _place(table: Mapping[str, Any], rows: list[int]) -> tuple[Any, Any]:
    """Return the point and the strategy of some rows."""
    return _plain(table["point"][rows[0]]), _plain(table["strategy"][rows[0]])


def _test(new: Mapping[str, Any], base: Mapping[str, Any], rows: list[int], before: list[int], names: list[str],
          margin: Margin, level: float) -> dict[str, NDArray[Any]]:
    """Return the tests of one point and strategy, a row an outcome."""
    at, at0, paired = _paired(new, base, rows, before)
    limits = margin.of(_matrix(base, before, names), names)
    tests = equivalence(_matrix(new, at, names), _matrix(base, at0, names), limits, paired=paired, level=level)
    point, strategy = _place(new, rows)
    same = {"point": np.full(len(names), point), "strategy": np.full(len(names), strategy),
            "outcome": np.array(names, dtype=object), "paired": np.full(len(names), paired)}
    return same | tests


def _matrix(table: Mapping[str, Any], rows: list[int], names: list[str]) -> Floats:
    """Return rows of a table, a column an outcome."""
    return np.array([np.asarray(table[name], dtype=np.float64)[rows] for name in names]).reshape(len(names), len(rows)).T


def _paired(new: Mapping[str, Any], base: Mapping[str, Any], rows: list[int],
            before: list[int]) -> tuple[list[int], list[int], bool]:
    """Return the rows to compare: common ones in pairs if those are all of one side, else all."""
    def luck(table: Mapping[str, Any], row: int) -> tuple[Any, Any]:
        return _plain(table["replication"][row]), _plain(table["seed"][row]) if "seed" in table else 0

    there = {luck(base, row): row for row in before}
    pairs = [(row, there[luck(new, row)]) for row in rows if luck(new, row) in there]
    if pairs and len(pairs) in {len(rows), len(before)}:
        return [row for row, _ in pairs], [row for _, row in pairs], True
    return rows, before, False


def _joined(tests: list[dict[str, NDArray[Any]]]) -> dict[str, NDArray[Any]]:
    """Return tables one below the other."""
    columns = ("point", "strategy", "outcome", "paired", "base", "gap", "low", "high", "margin", "p_same", "p_drift", "n",
               "n_base")
    return {name: np.concatenate([test[name] for test in tests]) if tests else np.empty(0) for name in columns}


def _plain(value: Any) -> Any:
    """Return an array's scalar as Python's own."""
    return value.item() if isinstance(value, np.generic) else value
