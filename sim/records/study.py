"""What the records of attribution, sensitivity and optimisation share: plain data, a table, a folder."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from sim.records.folders import whole_folder
from sim.records.manifest import write_manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

_HEAD = ("scenario", "seed", "command", "version", "seconds", "machine")


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it; what is not finite is null."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    return None if isinstance(value, float) and not math.isfinite(value) else value


def frame_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return rows as a data frame; an estimate becomes three columns: ``name``, ``name_low``, ``name_high``."""
    import pandas as pd

    return pd.DataFrame([_flat(row) for row in rows])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, value in row.items():
        if not isinstance(value, dict):
            out[name] = value
        elif "mean" in value:
            out |= {name: value["mean"], f"{name}_low": value["low"], f"{name}_high": value["high"]}
        elif "zh" in value:
            out |= {f"{name}_{lang}": text for lang, text in value.items()}
        else:
            out |= {inner: number if not isinstance(number, dict) else number["mean"] for inner, number in value.items()}
    return out


def save_study(kind: str, file: str, document: dict[str, Any], path: Path, texts: dict[str, str]) -> None:
    """Write a folder whole: the manifest, the document as `file`, and `texts` by file name."""
    with whole_folder(path) as folder:
        write_manifest(folder, kind, {name: document[name] for name in _HEAD if name in document})
        text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
        (folder / file).write_text(text + "\n", encoding="utf-8")
        for name, words in texts.items():
            (folder / name).write_text(words, encoding="utf-8")
