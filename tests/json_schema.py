"""The part of JSON Schema that our schemas use, checked as an editor would."""

from __future__ import annotations

import re
from typing import Any

_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
          "null": type(None)}


def checks(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> list[str]:
    """Check a value against a schema; return what is wrong."""
    if "$ref" in schema:
        return checks(root["$defs"][schema["$ref"].rpartition("/")[2]], value, root)
    kinds = schema.get("type", [])
    if kinds and not any(_is_a(kind, value) for kind in ([kinds] if isinstance(kinds, str) else kinds)):
        return [f"{value!r} is no {kinds}"]
    wrong = [f"{name} is missing" for name in schema.get("required", []) if name not in value]
    if "anyOf" in schema and all(checks(part, value, root) for part in schema["anyOf"]):
        wrong.append(f"{value!r} fits nothing")
    for part in schema.get("allOf", []):
        wrong += [] if checks(part["if"], value, root) else checks(part["then"], value, root)
    allowed = [schema["const"]] if "const" in schema else schema.get("enum", [value])
    wrong += [] if value in allowed else [f"{value!r} is not one of {allowed}"]
    if isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        wrong.append(f"{value!r} does not match {schema['pattern']}")
    if isinstance(value, (list, dict)) and not _many(schema, value):
        wrong.append(f"{value!r} has too few or too many entries")
    return wrong + _parts(schema, value, root)


def _is_a(kind: str, value: Any) -> bool:
    return isinstance(value, _TYPES[kind]) and isinstance(value, bool) is (kind == "boolean")


def _many(schema: dict[str, Any], value: Any) -> bool:
    what = "Items" if isinstance(value, list) else "Properties"
    return schema.get(f"min{what}", 0) <= len(value) <= schema.get(f"max{what}", len(value))


def _parts(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> list[str]:
    if isinstance(value, list):
        return [fault for entry in value for fault in checks(schema.get("items", {}), entry, root)]
    properties, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    wrong: list[str] = []
    for name, entry in value.items() if isinstance(value, dict) else ():
        wrong += checks(schema.get("propertyNames", {}), name, root)
        if name not in properties and others is False:
            wrong.append(f"{name} is unknown")
        wrong += checks(properties.get(name, others if isinstance(others, dict) else {}), entry, root)
    return wrong
