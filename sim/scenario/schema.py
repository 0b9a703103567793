"""The JSON Schema of scenario files (draft 2020-12), for editors: completion, meaning, unit, source.

It describes a file as people write it: one that extends another may leave out anything, so nothing
is required, and quantities may carry their unit. Members of a family are chosen by ``kind`` with
if/then, so that an editor's complaint is about the kind meant and not about all of them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sim.core.money import FEN
from sim.scenario import kinds
from sim.scenario.spec import ScenarioSpec

if TYPE_CHECKING:
    from sim.core.params import Params

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TEMPLATE = "#/$defs/{model}"
_MARK = "x-guanxi-family"
# As find.SAFE_NAME, but understood alike by every engine: no ASCII sign but _ and -.
NAME = r"^[^\x00-\x2f:-@\[-`{-\x7f][^\x00-,./:-@\[-^`{-\x7f]{0,59}$"
EXPECTATION = r"^\s*[A-Za-z_]\w*\s*(<=|>=|<|>)\s*[-+]?[\d_.]+(?:[eE][-+]?\d+)?\s*(%|CNY|元)?(?:\s+with\s+\d{1,2}(?:\.\d{1,4})?\s*%(?:\s+confidence)?)?\s*$"
_REPLACE = {"type": "boolean", "description": "true: take nothing over from the extended file here"}


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file with every kind of every family."""
    defs: dict[str, Any] = {}
    schema = schema_of(ScenarioSpec, defs)
    defs["mechanisms"] = schema_of(kinds.mechanisms_class(), defs)
    for family in (kinds.NETWORK, kinds.STRATEGIES, kinds.SHOCKS):
        defs[family] = _family(family, defs)
    properties = schema["properties"]
    properties["name"]["pattern"] = NAME
    properties["expect"]["items"]["pattern"] = EXPECTATION
    properties |= {
        "extends": {"type": "string", "description": "Scenario that this one changes: a name or a path"},
        "title": {"anyOf": [{"type": "string"}, properties["title"]],
                  "description": properties["title"].get("description", "")},
    }
    whole = {"$schema": DIALECT, "$id": "guanxi-scenario.schema.json",
             **schema, "title": "guanxi scenario", "$defs": dict(sorted(defs.items()))}
    finished(whole)
    return whole


def schema_of(params: type[Params], defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one class; what it refers to goes into `defs`."""
    schema = params.model_json_schema(by_alias=True, mode="validation", ref_template=_TEMPLATE)
    defs.update(schema.pop("$defs", {}))
    return schema


def _family(family: str, defs: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one member of a family, chosen by its kind."""
    known = kinds.kinds(family)
    branches = []
    for kind in known:
        params = kinds.params_class(family, kind)
        if params is None:  # pragma: no cover - the kind comes from the same table
            continue
        member = schema_of(params, defs)
        member["properties"] |= {"kind": {"const": kind}, "replace": _REPLACE}
        if "id" in member["properties"]:
            member["properties"]["id"] = {**member["properties"]["id"], "type": "string", "pattern": NAME}
        defs[f"{family}.{kind}"] = member
        chosen: dict[str, Any] = {"properties": {"kind": {"const": kind}}}
        if kind != kinds.DEFAULT_KIND.get(family):
            chosen["required"] = ["kind"]
        branches.append({"if": chosen, "then": {"$ref": f"#/$defs/{family}.{kind}"}})
    return {"type": "object", "properties": {"kind": {"enum": known, "description": f"Kind of {family}"}},
            "allOf": branches}


def finished(node: Any) -> None:
    """Put the families in, drop what a file may leave out, and let any mapping say ``replace``."""
    if isinstance(node, list):
        for entry in node:
            finished(entry)
    if not isinstance(node, dict):
        return
    family = node.pop(_MARK, None)
    if family is not None:
        node["$ref"] = f"#/$defs/{family}"
    if "$ref" in node or isinstance(node.get("default"), dict):
        node.pop("default", None)  # the parts say their own defaults
    if node.get("unit") == "fen":
        _in_yuan(node)
    if node.get("additionalProperties") is False:
        node.pop("required", None)
        node["properties"] = {**node.get("properties", {}), "replace": _REPLACE}
    for entry in node.values():
        finished(entry)


def _in_yuan(node: dict[str, Any]) -> None:
    """Write the declared fen as files write money, where a bare number means yuan."""
    node["unit"] = "CNY"
    if "default" in node:
        node["default"] = _yuan(node["default"])
    if "range" in node:
        node["range"] = [bound if bound is None else bound / FEN for bound in node["range"]]


def _yuan(value: Any) -> Any:
    if isinstance(value, list):
        return [_yuan(entry) for entry in value]
    return f"{Decimal(value) / FEN} CNY" if isinstance(value, int) else value
