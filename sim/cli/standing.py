"""Which declared parameters a result rests on: read from its scenarios, for the page's section on standing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.core.errors import value_problem
from sim.text.evidence import standing
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.records.comparison import Comparison
    from sim.report.inputs import Extras, Parameter

_PARTS = ("network", "population", "calendar", "mechanisms", "strategies")


def extras_of(data: Comparison) -> Extras:
    """Return what the page is told besides the tables: every parameter that has a source, once.

    Raises
    ------
    DataError
        If a stored scenario is not one (any more).
    """
    from pydantic import ValidationError

    from sim.core.errors import DataError
    from sim.report.inputs import Extras
    from sim.scenario.load import stored
    from sim.scenario.spec import ScenarioSpec

    found: dict[str, Parameter] = {}
    for name, text in data.texts.items():
        try:
            spec = ScenarioSpec.model_validate(stored(text, name))
        except ValidationError as error:
            first = error.errors()[0]
            place, what = ".".join(map(str, first["loc"])), value_problem(dict(first))
            raise DataError(Message("records.stored_scenario", name=name, place=place, what=what)) from error
        for part in _PARTS:
            for parameter in _parameters(getattr(spec, part, None), part):
                found.setdefault(parameter.name, parameter)
    return Extras(parameters=tuple(found.values()), ablations=tuple(data.ablations))


def _parameters(value: Any, path: str) -> Iterator[Parameter]:
    """Yield the declared parameters of a part of a scenario, each under its dotted path."""
    from sim.core.params import Params

    if isinstance(value, (list, tuple)):
        for entry in value:
            name = getattr(entry, "id", "") or getattr(entry, "kind", "")
            yield from _parameters(entry, f"{path}.{name}" if name else path)
    if not isinstance(value, Params):
        return
    for name, field in type(value).model_fields.items():
        here, inner = f"{path}.{field.alias or name}", getattr(value, name)
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        if isinstance(inner, Params):
            yield from _parameters(inner, here)
        elif extra.get("source") not in {None, "scenario"}:
            yield _declared(here, inner, extra, field.description or "")


def _declared(path: str, value: Any, extra: dict[str, Any], meaning: str) -> Parameter:
    """Return one parameter with its source, range and meaning in both languages."""
    from sim.core.params import ASSUMPTION
    from sim.report.inputs import Parameter

    low, high = extra.get("range", (None, None))
    source = str(extra["source"])
    if standing(source) == "assumed" and not source.startswith(ASSUMPTION):
        source = f"{ASSUMPTION}: {source}"
    words = {"en": meaning, "zh": str(extra.get("zh") or meaning)}
    return Parameter(path, value, str(extra.get("unit", "")), source, low, high, words)
