"""What a page may be given besides the comparison itself: where its parameters come from, and ablations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sim.core.params import ASSUMPTION
from sim.records.ablation import Ablation

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
