"""What a claim is: arms, a measure, a direction, the mechanism behind it, the assumptions it rests on.

A claim is data. No file that declares one says what comes out; words stand in the catalogue
``claims`` (``<number>.title``, ``<number><part>.says`` and ``.off``). Numbers are those of domain 1B.

A setting is ``path=value`` as `--set` takes it; ``path=@low`` and ``path=@high`` mean the ends of the
parameter's own declared range. What makes an arm is laid over the condition, not under it. A setting of a strategy that an arm does not have passes it by.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.analysis.claims import Question

if TYPE_CHECKING:
    from sim.analysis.claims import OffRule

PEOPLE, DAYS = 4_000, 180
"""The default size of a claim's runs. 4,000 people hold four times the largest circle (spans of 1,024), 180 days six
units of a 30-day product; a run takes half a second, so that an effect can be asked again at every end of a range."""
SHIPPED_PEOPLE = 20_000
"""The size for which costs, cash and rosters of the shipped scenarios are made; a run takes half as long again."""

Settings = tuple[str, ...]


@dataclass(frozen=True)
class Arm:
    """One scenario of a claim and the weight of its measure in the effect.

    Parameters
    ----------
    scenario : str
        Name of a shipped scenario.
    settings : tuple of str
        What is laid over it.
    weight : float
        1 for the arm, -1 for its reference.
    """

    scenario: str
    settings: Settings = ()
    weight: float = 1.0


@dataclass(frozen=True)
class Part:
    """One effect that a claim says there is.

    Parameters
    ----------
    id : str
        ``a``, ``b``...; with the claim's number the key of its words.
    measure : str
        A name of `sim.experiment.claims.measures.MEASURES` or a summary outcome.
    arms : tuple of Arm
        What is compared, on the same people and luck.
    off : tuple of str
        Settings, laid over every arm, that switch the mechanism off.
    rests_on : tuple of str
        Dotted paths of the assumptions it is tried across; their ranges are those of their declarations.
    relative : bool
        The effect is a sum of logarithms, shown as per cent.
    against_best : bool
        The effect is not the weighted sum, but the first arm less the best of the others.
    direction, margin, off_rule : see `sim.analysis.claims.Question`
    """

    id: str
    measure: str
    arms: tuple[Arm, ...]
    off: Settings
    rests_on: tuple[str, ...] = ()
    relative: bool = False
    against_best: bool = False
    direction: int = 1
    margin: float = 0.0
    off_rule: OffRule = "gone"

    @property
    def question(self) -> Question:
        """Return what is claimed of the effect."""
        return Question(self.direction, self.margin, self.off_rule)


@dataclass(frozen=True)
class Claim:
    """A claim of the field: shown only if all its parts are.

    Parameters
    ----------
    number : int
        Its number in domain 1B.
    parts : tuple of Part
        The effects.
    people, days : int
        Size of its runs.
    """

    number: int
    parts: tuple[Part, ...]
    people: int = PEOPLE
    days: int = DAYS


def against(arm: Arm, reference: Arm) -> tuple[Arm, Arm]:
    """Return an arm and its reference, weighed for a difference."""
    return arm, Arm(reference.scenario, reference.settings, -1.0)
