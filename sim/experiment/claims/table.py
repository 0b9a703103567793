"""The claims by number. Adding one takes its declaration in a file of its family, one name here, and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.core.errors import Problem, ScenarioError
from sim.experiment.claims import groups, influencers, modes, trust
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sim.experiment.claims.claim import Claim

CLAIMS: dict[int, Claim] = {claim.number: claim for claim in sorted(
    (*trust.CLAIMS, *groups.CLAIMS, *influencers.CLAIMS, *modes.CLAIMS), key=lambda claim: claim.number)}


def chosen(numbers: Iterable[int]) -> list[Claim]:
    """Return claims by number, in the order asked; all of them for none.

    Raises
    ------
    ScenarioError
        If there is no claim of a number.
    """
    asked = list(dict.fromkeys(numbers)) or list(CLAIMS)
    unknown = [n for n in asked if n not in CLAIMS]
    if unknown:
        raise ScenarioError(Problem(Message("claims.no_claim", unknown=unknown, known=list(CLAIMS))))
    return [CLAIMS[n] for n in asked]
