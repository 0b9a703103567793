"""A commented scenario to start from, written from the declarations of its parameters.

The values are those of the shipped scenario of that name, so that what comes out shares its market
with the shipped ones; a kind without one starts from the declared defaults. Each line is a value,
then what it means, its unit, its plausible range and where the value comes from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten
from sim.core.params import ASSUMPTION, Params
from sim.scenario import kinds
from sim.scenario.dump import flow, scalar
from sim.scenario.find import available, is_safe_name
from sim.scenario.resolve import resolve
from sim.scenario.spec import ScenarioSpec
from sim.text.catalogue import load, say
from sim.text.message import Message

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from sim.text.catalogue import Lang

_COLUMN = 44
_TELLING = 1e6
"""A hard limit beyond this guards against typing errors and tells a reader nothing."""

_MARKET = ("days", "start", "people", "seed", "market", "network", "population", "calendar", "brand", "brands")
_ALWAYS = {"days", "start", "people", "seed", "network", "brand"}
_EXAMPLES = {"expect": "  - losing_agent_share < 0.5", "shocks": "  - {kind: account_ban, day: 120, share: 0.5}"}


def template(name: str, kind: str, lang: Lang = "en") -> str:
    """Return the text of a commented scenario.

    Parameters
    ----------
    name : str
        Name of the new scenario.
    kind : str
        Kind of strategy, or name of a shipped scenario.
    lang : {'zh', 'en'}
        Language of the comments.

    Raises
    ------
    ScenarioError
        If the name is not usable or there is no such kind.
    """
    if not is_safe_name(name):
        raise ScenarioError(Problem(Message("scenario.template_name", name=shorten(name))))
    spec = _start(kind)
    lines = [f"# {_say('what', lang, name=name, kind=kind)}", f"# {_say('how', lang, name=name, other=rival(kind))}", "",
             "schema: 1", f"name: {scalar(name)}",
             f"title: {{zh: {scalar(name)}, en: {scalar(name)}}}", "", f"# {_say('market', lang)}"]
    data = _as_written(spec)
    for part in _MARKET:
        if part in _ALWAYS or data[part] != _DEFAULTS()[part]:
            lines += _entry(part, getattr(spec, part), data[part], ScenarioSpec.model_fields[part], "", lang)
    lines += _mechanisms(name, data, lang)
    lines += ["", f"# {_say('strategies', lang)}", "strategies:" if spec.strategies else "strategies: []"]
    for strategy, written in zip(spec.strategies, data["strategies"], strict=True):
        lines += _item(strategy, written, lang)
    for part in ("shocks", "expect"):
        lines += ["", f"# {_say(part, lang)}", *_list(part, data[part])]
    return "\n".join(lines) + "\n"


def rival(kind: str) -> str:
    """Return a shipped scenario that one begun from `kind` can be compared with: another strategy, if there is one."""
    return next((k for k in kinds.kinds(kinds.STRATEGIES) if k != kind and k in available()), kind)


def _say(key: str, lang: Lang, **values: object) -> str:
    return say("scenario", f"template.{key}", lang, **values)


def _start(kind: str) -> ScenarioSpec:
    """Return the scenario whose values are written out."""
    known = kinds.kinds(kinds.STRATEGIES)
    shipped = available()
    if kind in shipped:
        spec = resolve(kind).spec
        if spec.strategies or kind not in known:
            return _branded(spec)
    if kind not in known:
        names = [*known, *(name for name in shipped if name not in known)]
        hint = did_you_mean(kind[:100], names) or Message("scenario.template_kinds", names=names)
        raise ScenarioError(Problem(Message("scenario.template_kind", kind=shorten(kind), hint=hint)))
    return _branded(ScenarioSpec.model_validate({"strategies": [{"kind": kind}]}))


def _branded(spec: ScenarioSpec) -> ScenarioSpec:
    """Spell out the brand and the product that a scenario leaves to their defaults."""
    if spec.brands:
        return spec
    brand = spec.all_brands()[0]
    product = brand.product if brand.products else brand.all_products()[0]
    return spec.model_copy(update={"brand": brand.model_copy(update={"product": product})})


def _as_written(spec: ScenarioSpec) -> dict[str, Any]:
    return spec.model_dump(mode="json", by_alias=True)


def _DEFAULTS() -> dict[str, Any]:  # noqa: N802 - reads as the constant it is, computed when first needed
    return _as_written(ScenarioSpec())


def _entry(name: str, value: Any, data: Any, field: FieldInfo, pad: str, lang: Lang) -> list[str]:
    """Return the lines of one parameter."""
    comment = meaning_of(field, lang)
    if isinstance(value, Params) and data:
        return [_line(f"{pad}{name}:", comment), *_mapping(value, data, f"{pad}  ", lang)]
    if isinstance(value, (tuple, list)) and value and all(isinstance(v, Params) for v in value):
        items = ({k: v for k, v in entry.items() if v is not None} for entry in data)
        return [_line(f"{pad}{name}:", comment), *(f"{pad}  - {flow(item)}" for item in items)]
    if data is None and field.default is None:
        return [_line(f"{pad}# {name}:", f"{_say('unset', lang)}{_say('separator', lang)}{comment}")]
    return [_line(f"{pad}{name}: {flow(data)}", comment)]


def _mapping(params: Params, data: dict[str, Any], pad: str, lang: Lang) -> list[str]:
    lines: list[str] = []
    for name, field in type(params).model_fields.items():
        shown = field.alias or name
        value = getattr(params, name)
        if name == "products" and not value:
            continue
        lines += _entry(shown, value, data[shown], field, pad, lang)
    return lines


def _item(strategy: Params, data: dict[str, Any], lang: Lang) -> list[str]:
    """Return one item of a list of strategies: its kind first, then its parameters."""
    lines = _mapping(strategy, data, "    ", lang)
    kind = next((i for i, line in enumerate(lines) if line.startswith("    kind:")), None)
    first = lines.pop(kind) if kind is not None else f"    kind: {data.get('kind', '')}"
    meaning = (type(strategy).__doc__ or "").strip().split("\n")[0]
    return [_line(f"  - {first.strip().split('#')[0].rstrip()}", meaning if lang == "en" else ""), *lines]


def _list(part: str, data: list[Any]) -> list[str]:
    if data:
        return [f"{part}:", *(f"  - {flow(entry)}" for entry in data)]
    return [f"# {part}:", f"# {_EXAMPLES[part]}"]


def _mechanisms(name: str, data: dict[str, Any], lang: Lang) -> list[str]:
    """Return the mechanisms that differ from their defaults, or only their names."""
    parts = ", ".join(kinds.mechanisms_class().model_fields)
    lines = [f"# {_say('mechanisms', lang, parts=parts, name=name)}"]
    changed = _changed(data["mechanisms"], _DEFAULTS()["mechanisms"])
    if changed:
        lines += ["mechanisms:", *(f"  {name}: {flow(values)}" for name, values in changed.items())]
    return lines


def _changed(data: dict[str, Any], default: dict[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, value in data.items():
        if isinstance(value, dict) and isinstance(default.get(name), dict):
            inner = _changed(value, default[name])
            if inner:
                changed[name] = inner
        elif value != default.get(name):
            changed[name] = value
    return changed


def _line(text: str, comment: str) -> str:
    return f"{text:<{_COLUMN}}# {comment}" if comment else text


def meaning_of(field: FieldInfo, lang: Lang) -> str:
    """Return meaning, unit, range and source of a declared parameter."""
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    meaning = (str(extra.get("zh", "")) if lang == "zh" else "") or field.description or ""
    unit = str(extra.get("unit", ""))
    source = str(extra.get("source", ""))
    if source == ASSUMPTION:
        source = _say("assumption", lang)
    parts = [" ".join(meaning.split()), _unit(unit, lang), _range(field, extra, unit, lang),
             _say("source", lang, source=source) if source and source != "scenario" else ""]
    return _say("separator", lang).join(part for part in parts if part)


def _unit(unit: str, lang: Lang) -> str:
    """Return a unit in the reader's language; money carries its unit in the value."""
    known = load("scenario").get(f"unit.{unit}")
    if unit == "fen":
        return ""
    return known[lang] if known else unit


def _range(field: FieldInfo, extra: dict[str, Any], unit: str, lang: Lang) -> str:
    """Return the plausible range, else the hard limits."""
    low, high = extra.get("range", (None, None))
    if low is None and high is None:
        low = next((m.ge for m in field.metadata if getattr(m, "ge", None) is not None), None)
        high = next((m.le for m in field.metadata if getattr(m, "le", None) is not None), None)
        limits = [v for v in (low, high) if v is not None]
        if unit == "fen" or not all(isinstance(v, (int, float)) and abs(v) <= _TELLING for v in limits):
            return ""
    shown = {key: _number(value, unit) for key, value in (("low", low), ("high", high)) if value is not None}
    key = {2: "range", 0: ""}.get(len(shown), "least" if "low" in shown else "most")
    return _say(key, lang, **shown) if key else ""


def _number(value: Any, unit: str) -> str:
    if unit == "fen":
        return f"{value / 100:g} CNY"
    return f"{value:g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
