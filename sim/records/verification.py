"""What holding the programme to its closed forms leaves: a figure of theory beside ours, case by case.

A statistic is met within `MOST` standard errors; what is exact is met within its tolerance, which is zero
for counts and money and some rounding errors for real numbers.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sim.records.folders import whole_folder
from sim.records.manifest import machine, write_manifest

if TYPE_CHECKING:
    from pathlib import Path

KIND = "guanxi verification"
MOST = 4.0
"""Standard errors allowed; with a fixed seed a verdict never flickers."""


@dataclass(frozen=True)
class Figure:
    """One case of a closed form.

    Parameters
    ----------
    case : str
        Which case, in the symbols of the formula.
    theory, ours : float
        What the closed form says and what the programme did.
    error : float
        Standard error of `ours`; 0 where theory is exact.
    tolerance : float
        How far an exact figure may be away.
    """

    case: str
    theory: float
    ours: float
    error: float = 0.0
    tolerance: float = 0.0

    @property
    def is_exact(self) -> bool:
        """Whether the figure has no chance in it."""
        return self.error == 0.0

    @property
    def deviation(self) -> float:
        """Ours less theory: in standard errors, or as it is for an exact figure."""
        away = self.ours - self.theory
        return away if self.is_exact else away / self.error

    @property
    def strain(self) -> float:
        """The deviation as a share of what is allowed, for telling which case is the worst; infinite if undefined."""
        allowed = self.tolerance if self.is_exact else MOST
        if not math.isfinite(self.deviation):
            return math.inf
        if allowed == 0.0:
            return 0.0 if self.deviation == 0.0 else math.inf
        return abs(self.deviation) / allowed

    @property
    def is_met(self) -> bool:
        """Whether the closed form holds in this case."""
        return self.strain <= 1.0


@dataclass(frozen=True)
class CheckRecord:
    """One closed form with its cases.

    Parameters
    ----------
    id, theme : str
        Keys of its words in the catalogue ``verification``.
    formula : str
        The closed form.
    sources : list of str
        Keys of the bibliography.
    figures : list of Figure
        The cases.
    broken : str
        What did not hold that had to hold for the check to mean anything; then it is missed.
    seconds : float
        What it took.
    """

    id: str
    theme: str
    formula: str
    sources: list[str]
    figures: list[Figure]
    broken: str = ""
    seconds: float = 0.0

    @property
    def is_met(self) -> bool:
        """Whether every case is met, and there is one."""
        return not self.broken and bool(self.figures) and all(figure.is_met for figure in self.figures)

    @property
    def worst(self) -> Figure | None:
        """The case with the least room left."""
        return max(self.figures, key=lambda figure: figure.strain, default=None)


@dataclass(frozen=True)
class BookRecord:
    """All closed forms of one call, what repeats it, and the seconds it took."""

    checks: list[CheckRecord]
    seed: int
    command: str = ""
    version: str = ""
    seconds: float = 0.0
    machine: dict[str, Any] = field(default_factory=machine)

    @property
    def missed(self) -> list[CheckRecord]:
        """The closed forms that are missed."""
        return [check for check in self.checks if not check.is_met]

    @property
    def figures(self) -> list[Figure]:
        """All cases."""
        return [figure for check in self.checks for figure in check.figures]

    @property
    def deviations(self) -> list[float]:
        """Deviations in standard errors of the cases with chance in them."""
        return [f.deviation for f in self.figures if not f.is_exact and math.isfinite(f.deviation)]


def as_document(record: BookRecord) -> dict[str, Any]:
    """Return the book as plain data; what is undefined is null."""
    deviations = [abs(z) for z in record.deviations]
    return {
        "seed": record.seed, "command": record.command, "version": record.version,
        "seconds": round(record.seconds, 1), "machine": record.machine,
        "met": not record.missed, "allowed_standard_errors": MOST,
        "counts": {"closed_forms": len(record.checks), "missed": len(record.missed), "figures": len(record.figures),
                   "exact": sum(figure.is_exact for figure in record.figures)},
        "largest_deviation": max(deviations, default=None),
        "checks": [_check(check) for check in record.checks],
    }  # fmt: skip


def _check(check: CheckRecord) -> dict[str, Any]:
    """Return one closed form as plain data."""
    head = {name: value for name, value in asdict(check).items() if name != "figures"}
    return head | {"seconds": round(check.seconds, 2), "met": check.is_met, "figures": [
        {**{name: _finite(value) for name, value in asdict(figure).items()}, "exact": figure.is_exact,
         "deviation": _finite(figure.deviation), "met": figure.is_met} for figure in check.figures]}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def save_book(record: BookRecord, texts: dict[str, str], path: Path) -> None:
    """Write a folder whole: the manifest, the figures, and `texts` by file name."""
    document = as_document(record)
    body = {name: document[name] for name in ("seed", "command", "version", "seconds", "machine")}
    with whole_folder(path) as folder:
        (folder / "verification.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        write_manifest(folder, KIND, body)
