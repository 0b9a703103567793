"""From a claim to the scenarios it needs: arms under a condition, checked, with what `@low` stands for.

A condition is a set of settings laid over every arm of an effect: none (the main condition), those
that switch the mechanism off, or one assumption at another value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from sim.core.errors import Problem, ScenarioError
from sim.scenario.levers import declared
from sim.scenario.resolve import resolve
from sim.text.message import Message

if TYPE_CHECKING:
    from sim.experiment.claims.claim import Arm, Claim, Part, Settings
    from sim.scenario.levers import Declared
    from sim.scenario.spec import ScenarioSpec

_ENDS = {"@low": "low", "@high": "high"}


@dataclass(frozen=True)
class Scale:
    """What is laid over every scenario of a call; None leaves what the claim says."""

    people: int | None = None
    days: int | None = None
    seed: int | None = None
    settings: Settings = ()


def specs_of(claim: Claim, part: Part, condition: Settings, scale: Scale) -> list[ScenarioSpec]:
    """Return the scenario of every arm of an effect under a condition.

    Raises
    ------
    ScenarioError
        If a scenario or a setting is wrong.
    """
    return [_spec(claim, arm, condition, scale) for arm in part.arms]


def assumption(claim: Claim, part: Part, path: str, scale: Scale) -> Declared:
    """Return a parameter that an effect rests on, from the first arm that has it.

    Raises
    ------
    ScenarioError
        If no arm has it.
    """
    for spec in specs_of(claim, part, (), scale):
        found = declared(spec, path)
        if found is not None:
            return found
    raise ScenarioError(Problem(Message("claims.no_parameter", claim=f"{claim.number}{part.id}"), path))


def _spec(claim: Claim, arm: Arm, condition: Settings, scale: Scale) -> ScenarioSpec:
    """Return the checked scenario of an arm."""
    size = (scale.people or claim.people, scale.days or claim.days, scale.seed)
    settings = (*scale.settings, *condition, *arm.settings)  # an arm keeps what makes it an arm
    plain = _resolved(arm.scenario, (), *size)
    settled = tuple(filter(None, (_settled(plain, setting) for setting in settings)))
    return _resolved(arm.scenario, settled, *size)


@lru_cache(maxsize=4096)
def _resolved(scenario: str, settings: Settings, people: int, days: int, seed: int | None) -> ScenarioSpec:
    return resolve(scenario, settings, people=people, days=days, seed=seed).spec


def _settled(spec: ScenarioSpec, setting: str) -> str:
    """Return a setting with its end of a range put in; empty if it is of a strategy that the scenario lacks."""
    path, _, value = setting.partition("=")
    if value not in _ENDS:
        return "" if _is_elsewhere(spec, path) else setting
    found = declared(spec, path)
    return found.setting(path, getattr(found, _ENDS[value])) if found is not None else ""


def _is_elsewhere(spec: ScenarioSpec, path: str) -> bool:
    """Tell whether a path is that of a strategy which the scenario does not have."""
    from sim.scenario.spec import strategy_id

    first, _, rest = path.partition(".")
    return first == "strategies" and bool(rest) and rest.split(".")[0] not in map(strategy_id, spec.strategies)
