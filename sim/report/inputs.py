"""What a page may be given besides the comparison itself: where its parameters come from, and ablations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sim.core.params import ASSUMPTION

Status = Literal["sourced", "calibrated", "assumed"]
STATUSES: tuple[Status, ...] = ("sourced", "calibrated", "assumed")


@dataclass(frozen=True)
class Parameter:
    """One declared parameter of the compared scenarios.

    Parameters
    ----------
    name : str
        Dotted path, such as ``mechanisms.choice.b_trust``.
    value : object
        Its value in the scenario; shown as text.
    unit, source : str
        As declared; the source decides the standing.
    low, high : float or None
        Plausible range.
    meaning : dict of str
        Plain words under ``zh`` and ``en``.
    """

    name: str
    value: object
    unit: str = ""
    source: str = ASSUMPTION
    low: float | None = None
    high: float | None = None
    meaning: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """Return where the number stands: assumed, calibrated (to data or to a target) or sourced."""
        word = self.source.strip().lower()
        if not word or word.startswith(ASSUMPTION):
            return "assumed"
        return "calibrated" if word.startswith("calibrat") else "sourced"


@dataclass(frozen=True)
class Ablation:
    """One strategy played again with one mechanism switched off, pairwise on the same replications.

    Parameters
    ----------
    strategy, mechanism : str
        What was played, and the name of what was switched off.
    label : dict of str
        Words for the mechanism under ``zh`` and ``en``.
    outcome : str
        Name in `sim.records.outcomes.SUMMARY`.
    with_it, without_it : float
        Means over the replications played.
    low, high : float
        95 % interval of the paired change when it is switched off.
    """

    strategy: str
    mechanism: str
    label: dict[str, str]
    outcome: str
    with_it: float
    without_it: float
    low: float
    high: float

    @property
    def change(self) -> float:
        """Return what switching it off adds to the outcome."""
        return self.without_it - self.with_it

    @property
    def is_cause(self) -> bool:
        """Return whether the interval of the change excludes zero."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Extras:
    """What the caller knows and the comparison does not.

    Parameters
    ----------
    parameters : sequence of Parameter
        For section 8; empty: the page says that it has none.
    deciding : sequence of str or None
        Assumptions that a sensitivity analysis found to decide the ranking; None: none has been run.
    ablations : sequence of Ablation
        For the reading: a cause is named only where one of these shows it.
    """

    parameters: Sequence[Parameter] = ()
    deciding: Sequence[str] | None = None
    ablations: Sequence[Ablation] = ()
