"""Sweeps from Python: carried out, stored, as data frames, as figures."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api.notebook import sweep_html
from sim.core.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from sim.records.sweep import Judged, SweepRecord
    from sim.report.swept import Swept
    from sim.text.catalogue import Lang


class SweepResult:
    """A finished sweep: data frames, figures, verdicts.

    Parameters
    ----------
    data : SweepRecord
        The tables as arrays.
    """

    def __init__(self, data: SweepRecord) -> None:
        self.data = data

    @property
    def table(self) -> pd.DataFrame:
        """Return one row a run: point, strategy, replication, the axes as ``axis:PATH``, every summary outcome."""
        return self.data.frame()

    @property
    def daily(self) -> pd.DataFrame:
        """Return daily series, one row a run and day; read when asked for."""
        return self.data.daily_frame()

    @property
    def expectations(self) -> list[Judged]:
        """Return what became of every expectation at every point."""
        return self.data.judged

    @property
    def verdict(self) -> str:
        """Return ``pass``, ``fail`` or ``undecided`` over all expectations."""
        return self.data.verdict()

    @property
    def figures(self) -> SweepFigures:
        """Return the figures of the page: ``result.figures.response()``, ``result.figures.heat()``."""
        return SweepFigures(self.data)

    def page(self, path: str | Path, lang: Lang = "en") -> Path:
        """Write the page of the sweep, one file with everything inside, and return its path."""
        from sim.report.sweep_page import write_sweep_page

        return write_sweep_page(self.data, Path(path), lang)

    def save(self, folder: str | Path, *, replace: bool = False) -> Path:
        """Write the tables as a folder and return it; `load_sweep` reads it."""
        self.data.save(Path(folder), replace=replace)
        return Path(folder)

    def _repr_html_(self) -> str:
        """Show what came out where a notebook shows a value."""
        return sweep_html(self.data)

    def __repr__(self) -> str:
        points = len({int(point) for point in self.data.runs["point"]})
        return f"SweepResult({self.data.name!r}, {points} points x {len(self.data.strategies)} x {self.data.replications})"


class SweepFigures:
    """Figures of a sweep, in English unless `lang` says ``zh``; each call returns a plotly figure.

    Without arguments they show the outcome that is expected first (else profit), and the axes that move it most. An
    outcome's name, with or without its unit, is its response to the axis that moves it most: ``figures.profit()``.
    """

    def __init__(self, data: SweepRecord) -> None:
        self._data = data

    def response(self, outcome: str | None = None, axis: str | None = None, lang: Lang = "en") -> Any:
        """Return the mean of an outcome against one axis (its path), a line a scenario, with 95 % intervals."""
        from sim.report.figures.sweep_response import response

        swept, name = self._swept(outcome, lang)
        figure = response(swept, name, self._axes(swept, name, axis)[0])
        return figure.update_layout(showlegend=swept.wide > 1)

    def heat(self, outcome: str | None = None, across: str | None = None, up: str | None = None,
             scenario: str | None = None, lang: Lang = "en") -> Any:
        """Return the mean of an outcome over two axes (their paths) in one scenario, the first unless named."""
        from sim.report.figures.sweep_heat import heat

        swept, name = self._swept(outcome, lang)
        names = self._data.strategies
        strategy = self._known(scenario or names[0], names)
        return heat(swept, name, self._axes(swept, name, across, up), strategy)

    def parallel(self, outcome: str | None = None, lang: Lang = "en") -> Any:
        """Return every point as a line through all axes, coloured by an outcome."""
        from sim.report.figures.sweep_parallel import parallel

        swept, name = self._swept(outcome, lang)
        return parallel(swept, name).update_traces(line_showscale=True)

    def _swept(self, outcome: str | None, lang: Lang) -> tuple[Swept, str]:
        from sim.report.swept import Swept

        swept = Swept(self._data, lang)
        name = outcome or (swept.shown[0] if swept.shown else "profit_fen")
        known = self._data.outcomes
        full = next((one for one in (name, f"{name}_fen") if one in known), None)
        if full is None:
            raise KeyError(f"no outcome is called {name!r}{did_you_mean(name, known)}")
        return swept, full

    def _axes(self, swept: Swept, outcome: str, *paths: str | None) -> tuple[int, int]:
        """Return the positions of the axes named, else of those that move the outcome most."""
        known = [axis.record.path for axis in swept.axes]
        if len(known) < len(paths):
            raise ValueError(f"the sweep has {len(known)} axes; this figure needs {len(paths)}")
        chosen = [None if path is None else self._known(path, known) for path in paths]
        free = iter(k for k in (-swept.shares(outcome)).argsort(kind="stable").tolist() if k not in chosen)
        found = [next(free) if one is None else one for one in chosen]
        return found[0], found[-1]

    def _known(self, name: str, names: list[str]) -> int:
        if name not in names:
            raise KeyError(f"there is no {name!r}{did_you_mean(name, names)}; there are {', '.join(names)}")
        return names.index(name)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        known = self._data.outcomes
        if name.startswith("_") or not {name, f"{name}_fen"} & set(known):
            raise AttributeError(f"no figure or outcome is called {name!r}{did_you_mean(name, known)}")
        return functools.partial(self.response, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(one.removesuffix("_fen") for one in self._data.outcomes)]


def sweep(source: str | Path, *, workers: int = 2, cluster: str | None = None, store: str | Path | None = None,
          out: str | Path | None = None, **options: Any) -> SweepResult:
    """Carry out a sweep; finished runs are taken from the store, and new ones kept there.

    Parameters
    ----------
    source : str or Path
        Name or path of a sweep file.
    workers : int
        Processes; 1 plays everything in this one, with the same results.
    cluster : str, optional
        Address of a Dask scheduler that plays instead.
    store : str or Path, optional
        Folder of finished runs; the usual one unless given.
    out : str or Path, optional
        Folder to save the sweep in.
    options : object
        ``shard``, ``progress``, ``replace``, ``overrides`` and the others of `sim.experiment.sweep.sweep`.

    Raises
    ------
    GuanxiError
        As `sim.experiment.sweep.sweep`.
    """
    from sim.experiment.play import How
    from sim.experiment.sweep import sweep as carry_out

    how = options.pop("how", None) or How(workers=workers, cluster=cluster)
    data = carry_out(source, how=how, store=None if store is None else Path(store), out=None if out is None else Path(out),
                     **options)
    return SweepResult(data)


def load_sweep(folder: str | Path) -> SweepResult:
    """Return a stored sweep.

    Raises
    ------
    DataError
        If the folder is missing, torn or foreign.
    """
    from sim.records.sweep_store import load

    return SweepResult(load(Path(folder)))
