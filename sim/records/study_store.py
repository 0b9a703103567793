"""Stored attributions, sensitivity analyses and optimisations by the format that their manifest names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sim.core.errors import DataError
from sim.records import attribution, optimisation, sensitivity
from sim.records.attribution import AttributionRecord
from sim.records.manifest import format_of
from sim.records.optimisation import OptimisationRecord
from sim.records.sensitivity import SensitivityRecord
from sim.records.study import load_study
from sim.text.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    Study = AttributionRecord | SensitivityRecord | OptimisationRecord

COMMANDS: Final = {AttributionRecord: "attribute", SensitivityRecord: "sensitivity", OptimisationRecord: "optimise"}
"""The command that leaves each sort of record; ``kind`` of its JSON document."""
STUDIES: Final[dict[str, tuple[str, type[Any]]]] = {
    attribution.KIND: (attribution.FILE, AttributionRecord),
    sensitivity.KIND: (sensitivity.FILE, SensitivityRecord),
    optimisation.KIND: (optimisation.FILE, OptimisationRecord),
}
"""Format of the manifest to the file that holds the record, and its class."""


def load(folder: Path) -> Study:
    """Return the record of a stored study.

    Raises
    ------
    DataError
        If the folder is missing, torn or foreign.
    """
    kind = format_of(folder)
    if kind not in STUDIES:
        raise DataError(Message("records.no_study", folder=folder))
    file, shape = STUDIES[kind]
    record: Study = load_study(kind, file, shape, folder)
    return record
