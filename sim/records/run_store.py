"""Finished runs by identity, in one folder that many sweeps share.

``spool/RUN.npz``     a run, left by the worker that played it, whole or not at all
``parts/NAME.parquet`` some dozens of runs, made of spool files by `RunStore.compact`
``manifest.sqlite``   one row a finished run, with its outcomes and where it lies; written by the supervisor alone
``lock``              held by the one process that works in the store

Readers take the names of parts from the manifest, so half a file beside them harms nobody. The
parts and the spool alone say everything that the manifest says: it can be made anew from them. A
run is entered, its part written and flushed, the manifest told, and only then its spool file
removed; killed at any moment, the next one to open the store finds every finished run.

Decision: one process works in a store at a time; a second one is refused with a clear message. Two
sweeps side by side want two stores (``--store``), or one after the other.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.core.errors import DataError, strerror_of
from sim.records.folders import safe_name
from sim.records.light import ENDING, LightRun, read_light
from sim.records.lock import Lock
from sim.records.parts import read_part, runs_of_part, write_part
from sim.records.run_manifest import DamagedError, RunManifest
from sim.records.spool import PART
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from types import TracebackType
    from typing import Self

    from sim.records.run_manifest import Entry
    from sim.records.tables import Table

PART_RUNS: Final = 64
"""Runs of a part."""
VARIABLE: Final = "GUANXI_STORE"
_FILE: Final = "manifest.sqlite"
_TABLE: Final = ".parquet"
_OURS: Final = re.compile(r"[0-9a-f]{16}|[0-9a-f]{24}")
"""Names of parts and of runs; what is called otherwise and is not whole has been put there by somebody."""
_HALF: Final = re.compile(rf".+\.(npz|parquet)\.\d+-[0-9a-f]+\{PART}")
"""Names of files that were being written when their process was killed."""
_BESIDE: Final = ("", "-wal", "-shm", "-journal")


def default_store() -> Path:
    """Return the folder that is used where none is named: ``GUANXI_STORE``, else ``results/store`` here."""
    return Path(os.environ.get(VARIABLE) or Path("results", "store"))


def runs_in(folder: Path) -> set[str]:
    """Return the runs that the files of a store hold, without opening or changing it: another command may be at work there."""
    found = {path.stem for path in (folder / "spool").glob(f"*{ENDING}")}
    for part in (folder / "parts").glob(f"*{_TABLE}"):
        with contextlib.suppress(DataError):
            found.update(runs_of_part(part))
    return found


class RunStore:
    """The finished runs of one folder.

    Parameters
    ----------
    folder : Path
        Made if it is not there.

    Raises
    ------
    DataError
        If another process works in it, or it cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.notices: list[Message] = []
        """What was found damaged, and what was done about it; for shells to show."""
        self._spool, self._parts = self.folder / "spool", self.folder / "parts"
        try:
            for place in (self._spool, self._parts):
                place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(Message("records.unwritable", path=self.folder, reason=strerror_of(error))) from error
        self._lock = Lock(self.folder / "lock")
        self._fresh: dict[str, LightRun] = {}
        """Runs of the spool that are in memory already."""
        try:
            self._manifest = self._opened()
            self.notices += self._tidied(deep=False)
        except BaseException:
            with contextlib.suppress(AttributeError):
                self._manifest.close()
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __len__(self) -> int:
        return self._manifest.count()

    def known(self, ids: Iterable[str]) -> set[str]:
        """Return which of some runs are finished and readable."""
        return self._manifest.known(ids)

    def spool_path(self, run: str) -> Path:
        """Return where a worker leaves a run."""
        return (self._spool / f"{run}{ENDING}").absolute()

    def book(self, run: str, *, seconds: float, about: dict[str, Any]) -> dict[str, float]:
        """Enter a run that lies in the spool, and return its outcomes.

        Parameters
        ----------
        run : str
            Its identity.
        seconds : float
            What it took.
        about : dict
            Plain data to keep with it, laid over what its worker wrote.

        Raises
        ------
        DataError
            If its file is not there or torn, or the store cannot be written.
        """
        found = read_light(self.spool_path(run))
        entered = LightRun(run, found.shape, found.outcomes, found.daily, found.statement, seconds, found.about | about)
        self._manifest.add([entered])
        self._fresh[run] = entered
        if len(self._fresh) >= PART_RUNS:
            self.compact()
        return entered.summary()

    def outcomes(self, ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Return the outcomes of finished runs by identity; those that are not here are left out."""
        return {run: entry.outcomes for run, entry in self._manifest.entries(ids).items()}

    def entries(self, ids: Iterable[str]) -> dict[str, Entry]:
        """Return what the manifest says of finished runs, by identity."""
        return self._manifest.entries(ids)

    def about(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Return the plain data that were kept with finished runs, by identity."""
        return self._manifest.about(ids)

    def daily(self, ids: Sequence[str], names: Sequence[str] | None = None) -> Table:
        """Return the daily series of runs as one long table.

        Parameters
        ----------
        ids : list of str
            Finished runs.
        names : list of str, optional
            The series wanted; None: all.

        Returns
        -------
        dict of arrays
            ``run`` (position in `ids`), ``day``, and a column a series, NaN where a run has none.

        Raises
        ------
        DataError
            If a run is not here, or its file is torn: it is struck then, so that the next sweep plays it again.
        """
        return self._long(ids, names, lambda run: (run.shape.daily, run.daily), "daily", np.nan)

    def statement(self, ids: Sequence[str], names: Sequence[str] | None = None) -> Table:
        """Return the statements of runs as one long table of int64, fen; see `daily`."""
        return self._long(ids, names, lambda run: (run.shape.statement, run.statement), "statement", 0)

    def _long(self, ids: Sequence[str], names: Sequence[str] | None,
              part: Callable[[LightRun], tuple[tuple[str, ...], Any]], which: str, missing: float) -> Table:
        entries = self._manifest.entries(set(ids))
        absent = {run for run in ids if run not in entries}
        if absent:
            raise DataError(Message("store.gone", folder=self.folder, count=len(absent)))
        wanted = list(dict.fromkeys(n for run in ids for n in getattr(entries[run].shape, which))) if names is None else names
        days = np.array([entries[run].shape.days for run in ids], dtype=np.int64)
        first = np.cumsum(days) - days
        total = int(days.sum())
        kind = np.float64 if which == "daily" else np.int64
        out: Table = {"run": np.repeat(np.arange(len(ids), dtype=np.int32), days),
                      "day": (np.arange(total) - np.repeat(first, days)).astype(np.int32)}
        out |= {name: np.full(total, missing, kind) for name in wanted}
        places: dict[str, list[int]] = {}
        for number, run in enumerate(ids):
            places.setdefault(run, []).append(number)
        for found in self._read(entries):
            own, values = part(found)
            for name in set(own) & set(wanted):
                for number in places[found.run]:
                    out[name][first[number]:first[number] + days[number]] = values[own.index(name)]
        return out

    def _read(self, entries: dict[str, Entry]) -> Iterable[LightRun]:
        """Yield runs, one part in memory at a time."""
        by_part: dict[str, set[str]] = {}
        for run, entry in entries.items():
            by_part.setdefault(entry.part, set()).add(run)
        for spooled in sorted(by_part.pop("", set())):
            yield self._from_spool(spooled)
        for name, runs in sorted(by_part.items()):
            yield from (run for run in self._from_part(name) if run.run in runs)

    def _from_spool(self, run: str) -> LightRun:
        try:
            return self._fresh.get(run) or read_light(self.spool_path(run))
        except DataError:
            self._manifest.drop(run)
            self._manifest.commit()
            raise

    def _from_part(self, name: str) -> list[LightRun]:
        try:
            return read_part(self._parts / name)
        except DataError:
            self._manifest.drop_part(name)
            raise

    def commit(self) -> None:
        """Make everything that was entered last."""
        self._manifest.commit()

    def compact(self) -> None:
        """Roll full dozens of spool files into parts; fewer than `PART_RUNS` wait for more.

        Raises
        ------
        DataError
            If a part cannot be written; the spool stays as it is.
        """
        spooled = self._manifest.spooled()
        while len(spooled) >= PART_RUNS:
            runs = [self._from_spool(run) for run in spooled[:PART_RUNS]]
            name = hashlib.blake2b("".join(run.run for run in runs).encode(), digest_size=8).hexdigest() + _TABLE
            try:
                write_part(runs, self._parts / name)
            except OSError as error:
                raise DataError(Message("store.full", path=self._parts / name, reason=strerror_of(error))) from error
            self._manifest.add_part(name, (self._parts / name).stat().st_size, runs)
            for run in runs:
                self._fresh.pop(run.run, None)
                self.spool_path(run.run).unlink(missing_ok=True)
            spooled = spooled[PART_RUNS:]

    def repair(self) -> list[Message]:
        """Read every byte of the store, strike what is torn, and return what was found."""
        found: list[Message] = []
        try:
            self._manifest.check()
        except DamagedError as error:
            self._manifest.close()
            self._manifest = self._rebuilt(str(error))
        found += self._tidied(deep=True)
        self.notices += found
        return found

    def close(self) -> None:
        """Commit, and let the next one in."""
        try:
            self._manifest.close()
        finally:
            self._lock.release()

    def _opened(self) -> RunManifest:
        """Open the manifest, or make it anew where it is damaged or lost."""
        path = self.folder / _FILE
        if not path.exists() and any(self._parts.glob(f"*{_TABLE}")):
            return self._rebuilt(Message("store.no_manifest"))
        try:
            return RunManifest(path)
        except DamagedError as error:
            return self._rebuilt(error.args[0])

    def _rebuilt(self, why: str) -> RunManifest:
        """Put a damaged manifest aside and make a new one of the parts; the spool is entered later."""
        path = self.folder / _FILE
        for ending in _BESIDE:
            with contextlib.suppress(FileNotFoundError):
                path.with_name(_FILE + ending).replace(path.with_name(f"{_FILE}{ending}.damaged"))
        manifest = RunManifest(path)
        for part in sorted(self._parts.glob(f"*{_TABLE}")):
            with contextlib.suppress(DataError):  # told by `_tidied`
                manifest.add_part(part.name, part.stat().st_size, read_part(part))
        left = manifest.count() + sum(1 for _ in self._spool.glob(f"*{ENDING}"))
        self.notices.append(Message("store.rebuilt", path=path, error=why, runs=left))
        return manifest

    def _tidied(self, *, deep: bool) -> list[Message]:
        """Bring the manifest and the files to agree; `deep` reads every part, else only sizes are compared."""
        for place in (self._spool, self._parts):
            for leftover in place.glob(f"*{PART}"):
                if _HALF.fullmatch(leftover.name):
                    leftover.unlink(missing_ok=True)
        found = self._parts_checked(deep=deep)
        found += self._spool_checked()
        self._manifest.commit()
        return found

    def _parts_checked(self, *, deep: bool) -> list[Message]:
        """Strike parts that are not whole; enter whole ones that nobody knows, leave alone what is none of ours."""
        found = []
        for name, size in self._manifest.parts().items():
            path = self._parts / safe_name(name)
            if name != path.name:  # no name of ours: nothing outside the folder is touched
                self._manifest.drop_part(name)
                continue
            if not path.exists() or path.stat().st_size != size or (deep and not _reads(path)):
                runs = self._manifest.drop_part(name)
                _put_aside(path)
                found.append(Message("store.part_lost", path=path, runs=runs, kept=self._manifest.count()))
        known = self._manifest.parts()
        for path in sorted(self._parts.glob(f"*{_TABLE}")):
            if path.name in known or path.is_dir():
                continue
            try:
                runs_in = read_part(path)
            except DataError:
                if not _OURS.fullmatch(path.stem):
                    found.append(Message("store.foreign", path=path))
                    continue
                _put_aside(path)
                found.append(Message("store.part_lost", path=path, runs=0, kept=self._manifest.count()))
            else:
                self._manifest.add_part(path.name, path.stat().st_size, runs_in)
                found.append(Message("store.part_adopted", path=path, runs=len(runs_in)))
        return found

    def _spool_checked(self) -> list[Message]:
        """Enter whole spool files, put torn ones of ours aside, remove those whose run lies in a part."""
        found = []
        entered = set(self._manifest.spooled())
        there = {path.stem: path for path in self._spool.glob(f"*{ENDING}") if not path.is_dir()}
        for run in sorted(entered - there.keys()):
            self._manifest.drop(run)
            found.append(Message("store.spool_lost", path=self.spool_path(run)))
        for run, path in sorted(there.items()):
            if run not in entered and self._manifest.known([run]):
                path.unlink(missing_ok=True)
                continue
            try:
                self._manifest.add([read_light(path)], replace=run not in entered)
            except DataError:
                if run not in entered and not _OURS.fullmatch(run):
                    found.append(Message("store.foreign", path=path))
                    continue
                self._manifest.drop(run)
                _put_aside(path)
                found.append(Message("store.spool_lost", path=path))
        return found


def _put_aside(path: Path) -> None:
    """Let a file that cannot be read stand beside its place: a disk may give it back one day, or it is somebody else's."""
    with contextlib.suppress(FileNotFoundError):
        path.replace(path.with_name(f"{path.name}.damaged"))


def _reads(path: Path) -> bool:
    with contextlib.suppress(DataError):
        read_part(path)
        return True
    return False
