"""The JSON Schema of sweep files (draft 2020-12), for editors; beside `sim.scenario.schema`, which tells of scenarios.

It describes a file as people write it: an axis is a list, a range or a distribution, a design may be its kind alone, and
an expectation concerns every scenario or the one it names. Which paths a scenario has is not known to an editor.
"""

from __future__ import annotations

from typing import Any

from sim.scenario.schema import DIALECT, EXPECTATION, NAME, finished, schema_of
from sim.scenario.sweep_spec import AxisSpec, SweepSpec

_PATH = r"^[^\s.]+(\.[^\s.]+)*$"
_AMOUNT = {"type": ["number", "string"]}


def sweep_schema() -> dict[str, Any]:
    """Return the JSON Schema of a sweep file."""
    defs: dict[str, Any] = {}
    schema = schema_of(SweepSpec, defs)
    defs["axis"] = _axis(defs)
    properties = schema["properties"]
    properties["name"]["pattern"] = NAME
    properties["title"] = {"anyOf": [{"type": "string"}, properties["title"]], "description": properties["title"].get("description", "")}
    properties["axes"] |= {"propertyNames": {"pattern": _PATH}, "additionalProperties": {"$ref": "#/$defs/axis"}}
    properties["base"] |= {"propertyNames": {"pattern": _PATH}}
    kinds = defs["DesignSpec"]["properties"]["kind"]["enum"]
    properties["design"] = {"anyOf": [{"enum": kinds}, {"$ref": "#/$defs/DesignSpec"}],
                            "description": properties["design"].get("description", "")}
    judged = {"type": "string", "pattern": EXPECTATION}
    of_one = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": judged}
    properties["expect"]["items"] = {"anyOf": [judged, of_one]}
    whole = {"$schema": DIALECT, "$id": "guanxi-sweep.schema.json", **schema, "title": "guanxi sweep",
             "$defs": dict(sorted(defs.items()))}
    finished(whole)
    _without_replace(whole)
    return whole | {"required": ["scenarios"]}


def _without_replace(node: Any) -> None:
    """Take out ``replace``, by which scenarios drop what they extend: a sweep file extends nothing."""
    for entry in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _without_replace(entry)
    if isinstance(node, dict) and "properties" in node:
        node["properties"].pop("replace", None)


def _axis(defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of an axis: a list of values, or a mapping with either values or two ends."""
    mapping = schema_of(AxisSpec, defs)
    for end in ("low", "high"):
        mapping["properties"][end] = {**_AMOUNT, "description": mapping["properties"][end].get("description", "")}
    values = {"type": "array", "minItems": 1}
    mapping["properties"]["values"] = values | {"description": mapping["properties"]["values"].get("description", "")}
    mapping["anyOf"] = [{"required": ["values"]}, {"required": ["low", "high"]}]
    defs.pop("AxisSpec", None)
    return {"anyOf": [values, mapping]}
