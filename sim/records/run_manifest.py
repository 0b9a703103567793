"""The list of a store of runs: one row a finished run, in one SQLite file that one process writes.

Decision: the journal is written ahead and the file is locked for as long as it is open, so that it
needs no shared memory and is safe on a network disk too. Rows are written in batches: what a killed
process had not yet committed is found again in the spool.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sim.core.errors import DataError, reason_of
from sim.records.light import LightRun, Shape
from sim.text.message import Message, recognised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_OURS: Final = 0x67756178
_SCHEMA: Final = 1
_BATCH: Final = 64
"""Rows of one transaction."""
_ASKED: Final = 500
"""Identities in one question: SQLite takes some hundreds of places."""
_FULL: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_TABLES: Final = """
    CREATE TABLE shapes (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
    CREATE TABLE parts (name TEXT PRIMARY KEY, size INTEGER NOT NULL);
    CREATE TABLE runs (
        run TEXT PRIMARY KEY, shape INTEGER NOT NULL REFERENCES shapes, outcomes BLOB NOT NULL, seconds REAL NOT NULL,
        about TEXT NOT NULL, part TEXT REFERENCES parts
    );
    CREATE INDEX by_part ON runs (part);
"""


class Entry(NamedTuple):
    """A run as the manifest knows it; `part` is empty as long as it lies in the spool."""

    run: str
    shape: Shape
    outcomes: dict[str, float]
    seconds: float
    part: str


class DamagedError(Exception):
    """The file is no manifest or not a whole one."""


class RunManifest:
    """The rows of one store.

    Raises
    ------
    DamagedError
        If the file is there and cannot be trusted.
    DataError
        If it cannot be opened or written, or is of a newer schema.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting = 0
        self._shapes: dict[str, int] = {}
        try:
            self._base = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=1.0)
        except sqlite3.Error as error:
            raise DataError(Message("records.unwritable", path=path, reason=_words(error))) from error
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._base.close()
            self._raise_if_whole(error)
            raise DamagedError(_words(error)) from error
        except BaseException:
            self._base.close()
            raise

    def _prepare(self) -> None:
        """Set the file up, or check the one that is there."""
        base = self._base
        for words in ("locking_mode=EXCLUSIVE", "journal_mode=WAL", "synchronous=NORMAL"):
            base.execute(f"PRAGMA {words}")
        if not base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            base.executescript(f"BEGIN; {_TABLES} PRAGMA application_id={_OURS}; PRAGMA user_version={_SCHEMA}; COMMIT;")
        (ours,), (schema,) = base.execute("PRAGMA application_id").fetchone(), base.execute("PRAGMA user_version").fetchone()
        if ours == _OURS and schema > _SCHEMA:
            raise DataError(Message("records.newer", folder=self.path, schema=schema, newest=_SCHEMA))
        (found,) = base.execute("PRAGMA quick_check(1)").fetchone()
        if ours != _OURS or found != "ok":
            raise DamagedError(found if ours == _OURS else "application_id")
        self._shapes = {text: number for number, text in base.execute("SELECT number, text FROM shapes")}

    def _raise_if_whole(self, error: sqlite3.DatabaseError) -> None:
        """Raise DataError for what is no damage: somebody else has the file open, or it cannot be written."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in _BUSY:
            raise DataError(Message("store.locked", folder=self.path.parent, process="?")) from error
        if code in _FULL:
            raise DataError(Message("store.full", path=self.path, reason=_words(error))) from error

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Say what SQLite says in our words."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            self._raise_if_whole(error)
            self._give_up()
            raise DataError(Message("store.damaged", path=self.path, error=_words(error))) from error

    @contextlib.contextmanager
    def _understood(self) -> Iterator[None]:
        """Give up a file whose pages are whole and whose rows make no sense: whoever opens it next makes it anew."""
        try:
            yield
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._give_up()
            raise DataError(Message("store.damaged", path=self.path, error=reason_of(error))) from error

    def _give_up(self) -> None:
        """Mark the file as none of ours, so that whoever opens it next makes it anew."""
        with contextlib.suppress(sqlite3.Error):
            if self._base.in_transaction:
                self._base.execute("COMMIT")
            self._base.execute("PRAGMA application_id=0")

    def add(self, runs: Iterable[LightRun], part: str | None = None, *, replace: bool = True) -> None:
        """Enter runs; committed in batches, see `commit`."""
        word = "REPLACE" if replace else "IGNORE"
        with self._told():
            for run in runs:
                self._begin()
                blob = np.ascontiguousarray(run.outcomes, dtype="<f8").tobytes()
                row = (run.run, self._shape(run.shape), blob, run.seconds, json.dumps(run.about), part)
                self._base.execute(f"INSERT OR {word} INTO runs VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608 - two words
                self._waiting += 1
        if self._waiting >= _BATCH:
            self.commit()

    def _begin(self) -> None:
        if not self._base.in_transaction:
            self._base.execute("BEGIN")

    def _shape(self, shape: Shape) -> int:
        text = shape.text()
        if text not in self._shapes:
            self._shapes[text] = len(self._shapes) + 1
            self._base.execute("INSERT INTO shapes VALUES (?, ?)", (self._shapes[text], text))
        return self._shapes[text]

    def commit(self) -> None:
        """Make everything that was entered last."""
        with self._told():
            if self._base.in_transaction:
                self._base.execute("COMMIT")
        self._waiting = 0

    def add_part(self, name: str, size: int, runs: Sequence[LightRun]) -> None:
        """Enter a part and say of its runs, entered or not, that they lie in it; committed at once."""
        with self._told():
            self._begin()
            self._base.execute("INSERT OR REPLACE INTO parts VALUES (?, ?)", (name, size))
            ids = [(name, run.run) for run in runs]
            self._base.executemany("UPDATE runs SET part = ? WHERE run = ? AND part IS NULL", ids)
        self.add(runs, name, replace=False)
        self.commit()

    def drop_part(self, name: str) -> int:
        """Strike a part and its runs; return how many they were."""
        with self._told():
            self._begin()
            dropped = self._base.execute("DELETE FROM runs WHERE part = ?", (name,)).rowcount
            self._base.execute("DELETE FROM parts WHERE name = ?", (name,))
        self.commit()
        return int(dropped)

    def drop(self, run: str) -> None:
        """Strike one run."""
        with self._told():
            self._begin()
            self._base.execute("DELETE FROM runs WHERE run = ?", (run,))

    def parts(self) -> dict[str, int]:
        """Return the size in bytes of every part by name."""
        with self._told():
            return dict(self._base.execute("SELECT name, size FROM parts ORDER BY name"))

    def spooled(self) -> list[str]:
        """Return the runs that lie in no part."""
        with self._told():
            return [run for (run,) in self._base.execute("SELECT run FROM runs WHERE part IS NULL ORDER BY rowid")]

    def known(self, ids: Iterable[str]) -> set[str]:
        """Return which of some runs are entered."""
        with self._told():
            return {row[0] for row in self._rows("run", ids)}

    def count(self) -> int:
        """Return how many runs are entered."""
        with self._told():
            return int(self._base.execute("SELECT count(*) FROM runs").fetchone()[0])

    def entries(self, ids: Iterable[str]) -> dict[str, Entry]:
        """Return what is entered of some runs, by identity."""
        with self._told(), self._understood():
            shapes = {number: Shape.read(text) for text, number in self._shapes.items()}
            out = {}
            for run, shape, blob, seconds, part in self._rows("run, shape, outcomes, seconds, part", ids):
                values = np.frombuffer(blob, dtype="<f8").tolist()
                out[run] = Entry(run, shapes[shape], dict(zip(shapes[shape].outcomes, values, strict=True)), seconds, part or "")
            return out

    def about(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the plain data kept with some runs, by identity."""
        with self._told(), self._understood():
            return {run: json.loads(text) for run, text in self._rows("run, about", ids)}

    def _rows(self, columns: str, ids: Iterable[str]) -> Iterator[tuple[Any, ...]]:
        asked = list(ids)
        for at in range(0, len(asked), _ASKED):
            some = asked[at:at + _ASKED]
            places = ",".join("?" * len(some))
            yield from self._base.execute(f"SELECT {columns} FROM runs WHERE run IN ({places})", some)  # noqa: S608 - our own words

    def check(self) -> None:
        """Look through the whole file.

        Raises
        ------
        DamagedError
            If something is wrong with it.
        """
        self.commit()
        try:
            (found,) = self._base.execute("PRAGMA integrity_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            raise DamagedError(_words(error)) from error
        if found != "ok":
            raise DamagedError(str(found))

    def close(self) -> None:
        """Commit and let go of the file."""
        try:
            self.commit()
        finally:
            with contextlib.suppress(sqlite3.Error):
                self._base.close()


def _words(error: BaseException) -> str:
    return recognised(str(error), "system")
