"""Attribution, sensitivity and optimisation from Python: carried out, stored, as data frames, as figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.api.notebook import study_html
from sim.api.results import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from sim.experiment.grid import Field
    from sim.records.study_store import Study
    from sim.text.catalogue import Lang

    Source = str | Path | Scenario


class StudyResult:
    """A finished attribution, sensitivity analysis or optimisation: a data frame, figures, the answer, the page.

    Parameters
    ----------
    data : AttributionRecord, SensitivityRecord or OptimisationRecord
        What was found.
    """

    def __init__(self, data: Study) -> None:
        self.data = data

    @property
    def table(self) -> pd.DataFrame:
        """Return one row a part, a lever or a candidate; each estimate with the ends of its 95 % interval."""
        return self.data.frame()

    @property
    def figures(self) -> StudyFigures:
        """Return the figures of the page, such as ``result.figures.tornado()``."""
        return StudyFigures(self.data)

    def answer(self, lang: Lang = "en") -> list[str]:
        """Return what came out, in sentences."""
        from sim.report.studies import said

        return said(self.data, lang)

    def page(self, path: str | Path, lang: Lang = "en") -> Path:
        """Write the page, one file with everything inside, and return its path."""
        from sim.report.shell import write_whole
        from sim.report.studies import render

        return write_whole(render(self.data, lang), Path(path))

    def save(self, folder: str | Path) -> Path:
        """Write a folder and return it; `load_study` reads it, `guanxi report FOLDER` draws its page."""
        self.data.save(Path(folder))
        return Path(folder)

    def _repr_html_(self) -> str:
        """Show what came out where a notebook shows a value."""
        return study_html(self.data)

    def __repr__(self) -> str:
        from sim.records.study_store import COMMANDS

        return f"StudyResult({COMMANDS[type(self.data)]} {self.data.scenario!r}, {self.data.runs} runs)"


class StudyFigures:
    """Figures of a study, in English unless `lang` says ``zh``; each call returns a plotly figure.

    An attribution has `contributions` and `touch`, a sensitivity analysis `tornado` and `indices`, an optimisation `front`.
    """

    def __init__(self, data: Study) -> None:
        self._data: Any = data

    def contributions(self, lang: Lang = "en") -> Any:
        """Return what each part contributes."""
        from sim.report.figures.study_plots import contributions

        return contributions(self._of("attribute"), lang)

    def touch(self, lang: Lang = "en") -> Any:
        """Return revenue as caused and as last touch books it."""
        from sim.report.figures.study_plots import touch

        return touch(self._of("attribute"), lang)

    def tornado(self, lang: Lang = "en") -> Any:
        """Return the outcome where each lever is low and where it is high."""
        from sim.report.figures.study_plots import tornado

        return tornado(self._of("sensitivity"), lang)

    def indices(self, index: str | None = None, lang: Lang = "en") -> Any:
        """Return an index of every lever (``mu_star``, ``mu``, ``sigma``; ``total``, ``first``), the one they are ranked by unless named."""
        from sim.records.sensitivity import MAIN
        from sim.report.figures.study_plots import indices

        record = self._of("sensitivity")
        return indices(record, lang, index or MAIN[record.method])

    def front(self, other: str | None = None, lang: Lang = "en") -> Any:
        """Return all candidates over the first goal and another, the second unless named."""
        from sim.report.figures.study_plots import front

        return front(self._of("optimise"), lang, other)

    def _of(self, command: str) -> Any:
        from sim.records.study_store import COMMANDS

        if COMMANDS[type(self._data)] != command:
            raise AttributeError(f"this figure belongs to a result of {command!r}, and this is one of {COMMANDS[type(self._data)]!r}")
        return self._data


def attribute(scenario: Source, *, workers: int = 1, cluster: str | None = None, store: str | Path | None = None,
              progress: Callable[[Any], None] | None = None, **asked: Any) -> StudyResult:
    """Tell what each strategy, and each mechanism, contributes to an outcome, and what last touch would have said.

    Parameters
    ----------
    scenario : str, Path or Scenario
        What to take apart.
    workers : int
        Processes; 1 plays everything in this one, with the same results.
    cluster : str, optional
        Address of a Dask scheduler that plays instead.
    store : str or Path, optional
        Folder of finished runs; the usual one unless given.
    progress : callable, optional
        Told the `Progress` several times a second.
    asked : object
        ``outcome``, ``parts``, ``mechanisms``, ``replications``, ``seed``, ``people``, ``days`` and the other fields of
        `sim.experiment.attribute.Asked`.

    Raises
    ------
    GuanxiError
        As `sim.experiment.attribute.attribute`.
    """
    from sim.experiment.attribute import Asked, attributed, coalitions_of

    question = coalitions_of(_source(scenario), Asked(**_fixed("attribute", scenario, asked)))
    return _studied(lambda field: attributed(question, field), workers, cluster, store, progress)


def sensitivity(scenario: Source, *, workers: int = 1, cluster: str | None = None, store: str | Path | None = None,
                progress: Callable[[Any], None] | None = None, **asked: Any) -> StudyResult:
    """Rank levers by what they do to an outcome.

    Parameters
    ----------
    scenario, workers, cluster, store, progress
        As for `attribute`.
    asked : object
        ``levers`` (each ``PATH`` or ``PATH=low..high``), ``method`` (``morris``, ``sobol``), ``outcome``, ``points``,
        ``replications`` and the other fields of `sim.experiment.sensitivity.Asked`.

    Raises
    ------
    GuanxiError
        As `sim.experiment.sensitivity.sensitivity`.
    """
    from sim.experiment.sensitivity import Asked, analysed, design_of

    question = design_of(_source(scenario), Asked(**_fixed("sensitivity", scenario, asked)))
    return _studied(lambda field: analysed(question, field), workers, cluster, store, progress)


def optimise(scenario: Source, *, workers: int = 1, cluster: str | None = None, store: str | Path | None = None,
             progress: Callable[[Any], None] | None = None, **asked: Any) -> StudyResult:
    """Search the settings that nobody beats.

    Parameters
    ----------
    scenario, workers, cluster, store, progress
        As for `attribute`.
    asked : object
        ``levers``, ``maximise``, ``minimise``, ``conditions``, ``uncertain``, ``trials``, ``replications``,
        ``front_replications``, ``robust`` (``mean``, ``tenth``) and the other fields of `sim.experiment.optimise.Asked`.

    Raises
    ------
    GuanxiError
        As `sim.experiment.optimise.optimise`.
    """
    from sim.experiment.optimise import Asked, question_of, searched

    question = question_of(_source(scenario), Asked(**_fixed("optimise", scenario, asked)))
    return _studied(lambda field: searched(question, field), workers, cluster, store, progress)


def load_study(folder: str | Path) -> StudyResult:
    """Return a stored attribution, sensitivity analysis or optimisation.

    Raises
    ------
    DataError
        If the folder is missing, torn or foreign.
    """
    from sim.records.study_store import load

    return StudyResult(load(Path(folder)))


def _source(scenario: Source) -> Any:
    return scenario.resolved if isinstance(scenario, Scenario) else scenario


def _fixed(name: str, scenario: Source, asked: dict[str, Any]) -> dict[str, Any]:
    """Return what is asked with lists as the tuples that frozen questions hold, and the call itself, which repeats it."""
    named = scenario.resolved.spec.name if isinstance(scenario, Scenario) else str(scenario)
    call = ", ".join([repr(named), *(f"{key}={value!r}" for key, value in asked.items())])
    return {"command": f"sim.{name}({call})"} | {key: tuple(value) if isinstance(value, list) else value for key, value in asked.items()}


def _studied(analyse: Callable[[Field], Study], workers: int, cluster: str | None, store: str | Path | None,
             progress: Callable[[Any], None] | None) -> StudyResult:
    from sim.experiment.grid import Field
    from sim.experiment.play import How
    from sim.records.run_store import RunStore, default_store

    with RunStore(default_store() if store is None else Path(store)) as opened:
        return StudyResult(analyse(Field(opened, How(workers=workers, cluster=cluster), progress)))
