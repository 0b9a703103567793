"""Write plain data as YAML that the loader reads back to the same data.

Only what scenarios contain is written: mappings, lists, texts, numbers, true, false and null. Small
mappings and lists of scalars stand on one line, as people write them.
"""

from __future__ import annotations

import json
import re
from typing import Any

from sim.scenario.scalars import read_scalar

_PLAIN = re.compile(r"[^\W\d_][\w /.+%-]*[\w%]|[^\W\d_]|[\d][\w./% -]*[\w%]")
_WIDTH = 100
_EXACT = 2**53


def to_yaml(data: Any, indent: int = 0) -> str:
    """Return a mapping as a YAML text that ends with a line break."""
    return "".join(f"{line}\n" for line in _block(data, " " * indent))


def scalar(value: Any) -> str:
    """Return one scalar as YAML, quoted where the plain word would be read as something else."""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if not isinstance(value, str):
        return json.dumps(value)
    if _PLAIN.fullmatch(value) and _reads_back(value):
        return value
    # JSON strings are YAML strings, but for characters beyond 16 bits, which YAML escapes as one.
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)


def _reads_back(text: str) -> bool:
    try:
        return read_scalar(text) == text and isinstance(read_scalar(text), str)
    except ValueError:
        return False


def flow(value: Any) -> str:
    """Return data on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(v) for v in value) + "]"
    return scalar(value)


def _is_flat(value: Any) -> bool:
    entries = value.values() if isinstance(value, dict) else value
    return all(not isinstance(v, (dict, list, tuple)) for v in entries)


def _block(data: Any, pad: str) -> list[str]:
    lines: list[str] = []
    for name, value in data.items():
        key = f"{pad}{scalar(name)}:"
        if not isinstance(value, (dict, list, tuple)):
            lines.append(f"{key} {scalar(value)}")
        elif not value or (_is_flat(value) and len(key) + len(flow(value)) < _WIDTH and not isinstance(value, dict)):
            lines.append(f"{key} {flow(value)}")
        elif isinstance(value, dict):
            lines += [key, *_block(value, pad + "  ")]
        else:
            lines += [key, *_items(value, pad + "  ")]
    return lines


def _items(values: Any, pad: str) -> list[str]:
    lines: list[str] = []
    for value in values:
        if isinstance(value, dict) and value:
            inner = _block(value, pad + "  ")
            lines += [f"{pad}- {inner[0].lstrip()}", *inner[1:]]
        else:
            lines.append(f"{pad}- {flow(value)}")
    return lines
