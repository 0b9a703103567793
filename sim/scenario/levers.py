"""What a parameter means, found by its bare name in whatever part of a scenario declares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, ScenarioError
from sim.scenario import kinds
from sim.scenario.problems import params_in
from sim.scenario.spec import ScenarioSpec, strategy_id
from sim.scenario.template import meaning_of
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

    from sim.core.params import Params
    from sim.text.catalogue import Lang

_FAMILIES = {"network": kinds.NETWORK, "strategies": kinds.STRATEGIES}


def levers(name: str) -> dict[str, dict[Lang, str]]:
    """Return every parameter of that name: {dotted path, as --set takes it: {language: meaning, range, source}}."""
    return {
        path: {"zh": meaning_of(field, "zh") or _names(field), "en": meaning_of(field, "en") or _names(field)}
        for path, field in _declared()
        if path.rpartition(".")[2] == name or path == name
    }


def _names(field: FieldInfo) -> str:
    """Return the names of the values in a parameter that is a mapping of others."""
    inside = params_in(field.annotation)
    return ", ".join(inside.model_fields) if inside is not None else ""


def _declared() -> Iterator[tuple[str, FieldInfo]]:
    """Yield every declared parameter under its dotted path."""
    for name, field in ScenarioSpec.model_fields.items():
        path = field.alias or name
        if path in _FAMILIES:
            for kind in kinds.kinds(_FAMILIES[path]):
                yield from _inside(kinds.params_class(_FAMILIES[path], kind), f"{path}.{kind}" if path == "strategies" else path)
        elif path == "mechanisms":
            yield from _inside(kinds.mechanisms_class(), path)
        elif path not in {"brands", "shocks"}:
            yield path, field
            yield from _inside(params_in(field.annotation), path)


def _inside(owner: type[Params] | None, path: str) -> Iterator[tuple[str, FieldInfo]]:
    """Yield the parameters of a class and of the classes in it."""
    fields = owner.model_fields if owner is not None else {}
    for name, field in fields.items():
        here = f"{path}.{field.alias or name}"
        if name == "products":
            continue
        yield here, field
        yield from _inside(params_in(field.annotation), here)


@dataclass(frozen=True)
class Declared:
    """One number of a scenario as it was declared.

    Parameters
    ----------
    value : float
        What the scenario says, in the unit of the declaration.
    low, high : float
        Ends of the declared range.
    unit : str
        Unit of all three; ``fen`` for money.
    is_whole : bool
        Whether only whole numbers are values.
    """

    value: float
    low: float
    high: float
    unit: str
    is_whole: bool

    def setting(self, path: str, value: float) -> str:
        """Return ``path=value`` as `--set` reads it."""
        number = f"{value:.0f}" if self.is_whole else f"{value:.10g}"
        return f"{path}={number} fen" if self.unit == "fen" else f"{path}={number}"


def declared(spec: ScenarioSpec, path: str) -> Declared | None:
    """Return a parameter of a scenario with its declared range; None if the scenario has no such strategy.

    Raises
    ------
    ScenarioError
        If there is no such parameter, or it was declared without a range.
    """
    owner: Any = spec
    *parents, last = path.split(".")
    for at, name in enumerate(parents):
        if at == 1 and parents[0] == "strategies":
            owner = next((s for s in owner if strategy_id(s) == name), None)
            if owner is None:
                return None
        else:
            owner = getattr(owner, name, None)
    field = type(owner).model_fields.get(last) if owner is not None else None
    extra = field.json_schema_extra if field is not None else None
    if field is None or not isinstance(extra, dict) or "range" not in extra:
        raise ScenarioError(Problem(Message("scenario.no_range"), path))
    low, high = extra["range"]
    value = getattr(owner, last)
    return Declared(float(value), float(low), float(high), str(extra.get("unit", "")), isinstance(value, int))
