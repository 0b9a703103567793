"""Every value that a scenario has, under the dotted path by which axes, ``base`` and ``--set`` reach it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.core.params import Params
from sim.scenario.dump import flow
from sim.scenario.spec import strategy_id
from sim.scenario.sweep import OWN
from sim.scenario.template import meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic.fields import FieldInfo

    from sim.scenario.spec import ScenarioSpec
    from sim.text.catalogue import Lang

_NAMES = frozenset({"id", "kind"})
"""What a strategy is called and what it is; as axes they would make another strategy of it."""


@dataclass(frozen=True)
class Entry:
    """One value of a scenario.

    Parameters
    ----------
    path : str
        Dotted path, as axes, ``base`` and ``--set`` take it.
    value : str
        What the scenario says, as a file would have it on one line.
    means : dict of str
        Meaning, unit, range and source under ``zh`` and ``en``.
    span : tuple of str, or None
        Ends of the declared range of a number, as a file would have them; None where no range was declared.
    """

    path: str
    value: str
    means: Mapping[Lang, str]
    span: tuple[str, str] | None

    def has(self, words: tuple[str, ...]) -> bool:
        """Return whether all words stand in the path or in the meaning, in either language, whatever their case."""
        text = " ".join([self.path, *self.means.values()]).casefold()
        return all(word.casefold() in text for word in words)


def inventory(spec: ScenarioSpec) -> list[Entry]:
    """Return every value of a scenario that an axis can move: those of its strategies first, then the market's."""
    data = spec.model_dump(mode="json", by_alias=True)
    found = [entry for name, field in type(spec).model_fields.items() if (field.alias or name) not in OWN
             for entry in _below(_spelt(spec, name), data[field.alias or name], field, field.alias or name)]
    return sorted(found, key=lambda entry: not entry.path.startswith("strategies."))


def _spelt(spec: ScenarioSpec, name: str) -> Any:
    """Return a part of a scenario; the brand is spelt out where it is left to its defaults."""
    if name == "brand" and not spec.brands:
        return spec.all_brands()[0]
    return getattr(spec, name)


def _below(value: Any, data: Any, field: FieldInfo, path: str) -> Iterator[Entry]:
    """Yield the values at and below a path."""
    if isinstance(value, Params):
        yield from _inside(value, value.model_dump(mode="json", by_alias=True), path, field)
    elif path in {"strategies", "brands", "shocks"}:
        for place, item in enumerate(value):
            name = strategy_id(item) if path == "strategies" else str(place)
            yield from _inside(item, data[place], f"{path}.{name}", field)
    else:
        yield Entry(path, flow(data), {"zh": meaning_of(field, "zh"), "en": meaning_of(field, "en")}, _span(value, data, field))


def _inside(owner: Params, data: Mapping[str, Any], path: str, declared: FieldInfo) -> Iterator[Entry]:
    """Yield the values of a part that was declared as `declared`; what says nothing itself (a kind) means what its part does."""
    for name, field in type(owner).model_fields.items():
        shown, value = field.alias or name, getattr(owner, name)
        if (shown in _NAMES and path.startswith(("strategies.", "shocks."))) or (shown == "products" and not value):
            continue
        yield from _below(value, data[shown], field if field.description else declared, f"{path}.{shown}")


def _span(value: Any, data: Any, field: FieldInfo) -> tuple[str, str] | None:
    """Return the declared range of a number; money has its unit."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    span = extra.get("range")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not isinstance(span, list) or None in span:
        return None
    is_money = isinstance(data, str)
    low, high = (f"{end / 100:g} CNY" if is_money else f"{end:g}" for end in span)  # type: ignore[operator]
    return low, high
