"""Scenarios, comparisons and runs for programs: what is asked, and results as data frames and figures."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api.notebook import result_html
from sim.core.errors import Problem, ScenarioError, did_you_mean
from sim.records.outcomes import DAILY
from sim.scenario.resolve import Resolved, resolve, resolve_text
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from sim.analysis.expectations import Judgement
    from sim.analysis.paired import Verdict
    from sim.experiment.until_separated import Until
    from sim.records.comparison import Comparison
    from sim.scenario.spec import ScenarioSpec
    from sim.text.catalogue import Lang

class Scenario:
    """A checked scenario; never changes, `set` gives a new one.

    Parameters
    ----------
    source : str or Path
        A bare name (./scenarios, then the shipped ones) or a path.
    settings : str
        ``path=value``, as on the command line.
    text : str
        A scenario as YAML, instead of a source; it may extend shipped scenarios and reads no other file.

    Raises
    ------
    ScenarioError
        With every problem found.
    """

    def __init__(self, source: str | Path | None = None, *settings: str, text: str | None = None) -> None:
        if (source is None) == (text is None):
            raise ScenarioError(Problem(Message("scenario.source_or_text")))
        self._source, self._text, self._settings = source, text, settings
        if source is not None:
            self._resolved = resolve(source, settings)
        else:
            self._resolved = resolve_text(text or "", overrides=settings, folder=Path())

    def set(self, paths: Mapping[str, Any] | None = None, /, **levers: Any) -> Scenario:
        """Return the scenario with values laid over it.

        Parameters
        ----------
        paths : mapping of str to value
            Dotted paths: ``{"strategies.community.groups": 30}``.
        levers : value
            The same with ``__`` for the dot: ``people=5000``, ``brand__cash="500000 CNY"``.

        Raises
        ------
        ScenarioError
            If a path or value is wrong.
        """
        given = dict(paths or {}) | {name.replace("__", "."): value for name, value in levers.items()}
        settings = (*self._settings, *(f"{path}={_as_yaml(value)}" for path, value in given.items()))
        return Scenario(self._source, *settings, text=self._text)

    @property
    def resolved(self) -> Resolved:
        """Return the scenario with its texts and places."""
        return self._resolved

    @property
    def spec(self) -> ScenarioSpec:
        """Return the checked parameters."""
        return self._resolved.spec

    @property
    def text(self) -> str:
        """Return the whole scenario as YAML, every default written out."""
        return self._resolved.text

    @property
    def name(self) -> str:
        """Return the scenario's name."""
        return self.spec.name

    def __repr__(self) -> str:
        return f"Scenario({self.name!r}, people={self.spec.people}, days={self.spec.days})"


def _as_yaml(value: Any) -> str:
    """Return a value as YAML; a text such as ``128 CNY`` stays as it is written."""
    return value if isinstance(value, str) else json.dumps(value, default=str)


class Result:
    """Finished runs: data frames, figures, the verdict.

    Parameters
    ----------
    data : Comparison
        The tables as arrays.
    expected : dict of list of str
        Strategy to the expectations its scenario states.
    """

    def __init__(self, data: Comparison, expected: Mapping[str, Sequence[str]] | None = None) -> None:
        self.data = data
        self._expected = dict(expected or {})

    @property
    def table(self) -> pd.DataFrame:
        """Return summary outcomes, one row per strategy and replication."""
        return self.data.table

    @property
    def daily(self) -> pd.DataFrame:
        """Return daily series, one row per strategy, replication and day."""
        return self.data.daily_table

    @property
    def agents(self) -> pd.DataFrame:
        """Return the resellers of the first replication, one row each."""
        return self.data.agents_table

    @property
    def figures(self) -> Figures:
        """Return the figures of the page: ``result.figures.profit()``, ``result.figures.gmv()``."""
        return Figures(self.data)

    @property
    def verdict(self) -> Verdict:
        """Return which strategy has the best profit, and whether that is separated from the rest."""
        from sim.analysis.paired import verdict

        return verdict(self.data)

    @property
    def expectations(self) -> list[Judgement]:
        """Return what became of the expectations that the scenarios state."""
        from sim.analysis.expectations import judge_all

        return judge_all(self.data, self._expected)

    def save(self, folder: str | Path, *, replace: bool = False) -> Path:
        """Write the tables as a folder and return it; `guanxi report FOLDER` draws it again."""
        self.data.save(Path(folder), replace=replace)
        return Path(folder)

    def _repr_html_(self) -> str:
        """Show the answer and the mean of every outcome where a notebook shows a value."""
        return result_html(self.data)

    def __repr__(self) -> str:
        runs = ", ".join(f"{s} x {len(self.data.replications[s])}" for s in self.data.strategies)
        return f"Result({runs})"


class Figures:
    """Figures of a result, in English unless `lang` says ``zh``; each call returns a plotly figure.

    A daily series is drawn by its name, with or without its unit: ``figures.gmv()``, ``figures.trust()``.
    """

    def __init__(self, data: Comparison) -> None:
        self._data = data

    def profit(self, lang: Lang = "en") -> Any:
        """Return cumulative profit with its bands."""
        from sim.report.figures.profit import profit

        return profit(self._data, lang)

    def split(self, lang: Lang = "en") -> Any:
        """Return where the price goes, one bar a strategy."""
        from sim.report.figures.split import split

        return split(self._data, lang)

    def earners(self, strategy: str, lang: Lang = "en") -> Any:
        """Return resellers' net income in one strategy, a dot a reseller."""
        from sim.report.figures.earners import common_span, earners

        net = self._data.examples[strategy].agents["net_fen"]
        return earners(net, self._data.strategies.index(strategy), common_span([net]), lang)

    def network(self, strategy: str, lang: Lang = "en") -> Any:
        """Return a sample of the network of one strategy."""
        from sim.report.figures.network import network

        return network(self._data.examples[strategy].network, self._data.strategies.index(strategy), lang)

    def daily(self, series: str, lang: Lang = "en") -> Any:
        """Return one daily series of all strategies."""
        from sim.report.figures.panels import panel

        return panel(self._data, series, lang).figure

    def __getattr__(self, name: str) -> Callable[..., Any]:
        series = next((s for s in (name, f"{name}_fen") if s in DAILY), None)
        if series is None:
            raise AttributeError(f"no figure or daily series is called {name!r}{did_you_mean(name, DAILY)}")
        return functools.partial(self.daily, series)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(s.removesuffix("_fen") for s in DAILY)]


def compare(scenarios: Sequence[str | Path | Scenario], **options: Any) -> Result:
    """Compare scenarios of one market on common random numbers.

    Parameters
    ----------
    scenarios : sequence of str, Path or Scenario
        What to compare.
    options : object
        ``replications`` (16), ``workers`` (2), ``seed``, ``people``, ``days``, ``reference``, ``progress``
        and the other fields of `sim.experiment.prepare.Options`.

    Raises
    ------
    GuanxiError
        As `sim.experiment.compare.compare`.
    """
    from sim.experiment.compare import compare as compare_scenarios

    given = [s.resolved if isinstance(s, Scenario) else s for s in _as_list(scenarios)]
    data = compare_scenarios(given, **options)
    return Result(data, _expectations(data))


def until_separated(scenarios: Sequence[str | Path | Scenario], *, until: Until | None = None, **options: Any) -> Result:
    """Compare scenarios, adding replications until the best is known or a budget of runs ends.

    Parameters
    ----------
    scenarios : sequence of str, Path or Scenario
        At least two.
    until : Until
        Confidence (0.95), budget of runs, indifference zone: see `sim.experiment.until_separated`.
    options : object
        As for `compare`, without ``replications``.

    Raises
    ------
    GuanxiError
        As `sim.experiment.until_separated.until_separated`.
    """
    from sim.experiment.until_separated import until_separated as select

    given = [s.resolved if isinstance(s, Scenario) else s for s in _as_list(scenarios)]
    data = select(given, until=until, **options)
    return Result(data, _expectations(data))


def run(scenario: str | Path | Scenario, **options: Any) -> Result:
    """Run one scenario, one replication unless told otherwise, in this process unless told otherwise.

    Parameters
    ----------
    scenario : str, Path or Scenario
        What to run.
    options : object
        As for `compare`; also ``audit=True``, which checks the books every day.
    """
    return compare([scenario], **({"replications": 1, "workers": 1} | options))


def load(folder: str | Path) -> Result:
    """Return a stored result.

    Raises
    ------
    DataError
        If the folder is missing, torn or foreign.
    """
    from sim.records.store import load as load_folder

    data = load_folder(Path(folder))
    return Result(data, _expectations(data))


def _as_list(scenarios: Sequence[str | Path | Scenario]) -> list[str | Path | Scenario]:
    """Return the scenarios as a list; a single name is not taken for a list of letters."""
    return [scenarios] if isinstance(scenarios, (str, Path, Scenario)) else list(scenarios)


def _expectations(data: Comparison) -> dict[str, list[str]]:
    """Return the expectations that the scenarios' texts state."""
    from sim.scenario.load import stored

    plain = {strategy: stored(words, strategy) if words else {} for strategy, words in data.texts.items()}
    return {strategy: [str(text) for text in said.get("expect") or []] for strategy, said in plain.items()}
