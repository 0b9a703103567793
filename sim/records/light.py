"""One finished run of a sweep as one small file: its outcomes, its daily series, its statement.

A sweep keeps no people and no pictures: what a comparison's page shows of single people would be a
gigabyte for a thousand runs. The file is an uncompressed ``.npz`` of four arrays (a head in JSON and
one matrix a table); its checksums tell a torn one. It is written under a temporary name and renamed, so
a worker killed at any moment leaves the whole run or nothing.

Decision: it is not flushed to disk, which costs five to ten times as much as everything else here.
After a power cut the last dozens of runs may be torn, which their checksums tell, and are played
again; parts, which take their place, are flushed.
"""

from __future__ import annotations

import contextlib
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.core.errors import DataError, reason_of
from sim.records.outcomes import LAST_TOUCH_FEN, LAST_TOUCH_ORDERS
from sim.records.spool import whole_file
from sim.records.summarise import summarise
from sim.text.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.records.run_record import RunRecord

LIGHT_SCHEMA: Final = 1
ENDING: Final = ".npz"


@dataclass(frozen=True)
class Shape:
    """What the columns of a run are called, and its days; hundreds of runs share one.

    Parameters
    ----------
    days : int
        T.
    outcomes, daily, statement : tuple of str
        Names, in the order of the columns.
    """

    days: int
    outcomes: tuple[str, ...]
    daily: tuple[str, ...]
    statement: tuple[str, ...]

    def text(self) -> str:
        """Return it as JSON, equal for equal shapes."""
        return json.dumps([self.days, self.outcomes, self.daily, self.statement], separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Shape:
        """Return the shape of a text; raises ValueError or TypeError for anything else."""
        days, *names = json.loads(text)
        outcomes, daily, statement = (tuple(str(name) for name in part) for part in names)
        return cls(int(days), outcomes, daily, statement)


@dataclass(frozen=True)
class LightRun:
    """A finished run without its people.

    Parameters
    ----------
    run : str
        Its identity, see `sim.experiment.identity.run_id`.
    shape : Shape
        Names and days.
    outcomes : float64 (K,)
        NaN where an outcome is undefined.
    daily : float64 (C, T)
        A row a series.
    statement : int64 (L, T)
        A row a purpose, fen.
    seconds : float
        What the run took.
    about : dict
        Plain data that says what was run.
    """

    run: str
    shape: Shape
    outcomes: NDArray[np.float64]
    daily: NDArray[np.float64]
    statement: NDArray[np.int64]
    seconds: float = 0.0
    about: dict[str, Any] = field(default_factory=dict)

    def summary(self) -> dict[str, float]:
        """Return the outcomes by name."""
        return dict(zip(self.shape.outcomes, self.outcomes.tolist(), strict=True))


def light_of(record: RunRecord, run: str, *, seconds: float, about: dict[str, Any]) -> LightRun:
    """Return what a sweep keeps of a run; whose offers sold is told in `about`, under the facts' own names."""
    touched = {name: value for name, value in record.facts.items() if name.startswith((LAST_TOUCH_ORDERS, LAST_TOUCH_FEN))}
    summary = record.summary or summarise(record)
    shape = Shape(record.days, tuple(summary), tuple(record.daily), tuple(record.statement))
    nothing = (0, record.days)
    return LightRun(
        run, shape, np.array(list(summary.values()), dtype=np.float64),
        np.array(list(record.daily.values()), dtype=np.float64) if record.daily else np.empty(nothing),
        np.array(list(record.statement.values()), dtype=np.int64) if record.statement else np.empty(nothing, np.int64),
        seconds, about | touched,
    )


def write_light(run: LightRun, path: Path) -> None:
    """Write a run to `path` whole or not at all."""
    head = {"schema": LIGHT_SCHEMA, "run": run.run, "shape": run.shape.text(), "seconds": run.seconds, "about": run.about}
    with whole_file(path, flushed=False) as stream:
        np.savez(stream, allow_pickle=False, head=np.frombuffer(json.dumps(head).encode(), np.uint8), outcomes=run.outcomes,
                 daily=run.daily, statement=run.statement)


def read_light(path: Path) -> LightRun:
    """Return the run stored in `path`.

    Raises
    ------
    DataError
        If the file is missing, torn, foreign, of another schema, or holds another run than its name says.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            head = json.loads(stored["head"].tobytes())
            if head["schema"] != LIGHT_SCHEMA:
                raise DataError(Message("records.spool_schema", path=path, schema=head["schema"], newest=LIGHT_SCHEMA))
            run = LightRun(str(head["run"]), Shape.read(head["shape"]), stored["outcomes"], stored["daily"],
                           stored["statement"], float(head["seconds"]), dict(head["about"]))
        require_fitting(run)
        if f"{run.run}{ENDING}" != path.name:
            raise ValueError("name")  # noqa: TRY301 - told like every other damage
    except (OSError, ValueError, KeyError, TypeError, AttributeError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError) as error:
        raise DataError(Message("records.not_whole", path=path, error=reason_of(error))) from error
    return run


def require_fitting(run: LightRun) -> None:
    """Raise ValueError if the arrays of a run have not the shape it promises."""
    shape = run.shape
    expected = [(len(shape.outcomes),), (len(shape.daily), shape.days), (len(shape.statement), shape.days)]
    found = [run.outcomes.shape, run.daily.shape, run.statement.shape]
    if found != expected:
        raise ValueError("shape")


def is_whole(path: Path) -> bool:
    """Return whether a finished run can be read from `path`."""
    with contextlib.suppress(DataError):
        read_light(path)
        return True
    return False
