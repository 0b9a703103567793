"""Amounts a day that are far too large for the people of a scenario: what was set for a town drowns a village."""

from __future__ import annotations

import shlex
from functools import reduce
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.scenario.spec import ScenarioSpec, strategy_id
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

CROWDED = 5
"""Times as much a head as usual at which one is told: what is bought a day then drowns the few who are there."""


class Crowd(NamedTuple):
    """An amount a day that is far too large for the people: its path, how it is written, how as much a head as usual would be."""

    path: str
    amount: str
    same: str
    times: float


def crowded(spec: ScenarioSpec, moved: Container[str] = ()) -> list[Message]:
    """Return a message for each of `crowds`, but for those that somebody moves on purpose."""
    usual: int = ScenarioSpec.model_fields["people"].default
    return [Message("scenario.crowded", path=one.path, amount=one.amount, people=spec.people, times=f"{one.times:.0f}", usual=usual,
                    same=shlex.quote(f"{one.path}={one.same}")) for one in crowds(spec) if one.path not in moved]  # fmt: skip


def crowds(spec: ScenarioSpec) -> Iterator[Crowd]:
    """Yield each amount a day that is `CROWDED` times as much a head as the defaults.

    Amounts do not shrink with ``people``: what was set for a town drowns a village. A strategy names the amount in
    ``bought_a_day``, the path of one of its own parameters; its default is meant for the default number of people.
    """
    usual_people: int = ScenarioSpec.model_fields["people"].default
    for strategy in spec.strategies:
        inside = getattr(strategy, "bought_a_day", "")
        path = f"strategies.{strategy_id(strategy)}.{inside}"
        if not inside:
            continue
        first, *rest = inside.split(".")
        declared = type(strategy).model_fields[first]
        amount, usual = reduce(getattr, inside.split("."), strategy), reduce(getattr, rest, declared.default)
        times = amount / spec.people / (usual / usual_people)
        if times >= CROWDED:
            unit = declared.json_schema_extra.get("unit") if isinstance(declared.json_schema_extra, dict) else ""
            yield Crowd(path, _written(amount, unit), _written(usual / usual_people * spec.people, unit), times)


def _written(amount: float, unit: Any) -> str:
    """Return an amount as a scenario file has it."""
    return f"{amount / 100:.10g} CNY" if unit == "fen" else f"{amount:.10g}"
