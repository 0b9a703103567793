"""What a parameter means, found by its bare name in whatever part of a scenario declares it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.scenario import kinds
from sim.scenario.problems import params_in
from sim.scenario.spec import ScenarioSpec
from sim.scenario.template import meaning_of

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
