"""guanxi as a model of the EMA workbench: levers and uncertainties in, outcomes out.

    model = ema_model("community", levers={"strategies.community.groups": (2, 40)},
                      uncertainties={"brand.product.quality": (0.3, 0.9)}, outcomes=["profit_fen", "losing_agent_share"])
    experiments, outcomes = ema_workbench.perform_experiments(model, scenarios=50, policies=4)

The workbench wants names that are Python names, so a dotted path is written with ``__`` for the dot. All experiments
meet the same luck (common random numbers); with several replications an outcome is their mean. Undefined outcomes are
NaN, which the workbench hands on.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.errors import DataError, Problem, ScenarioError, did_you_mean
from sim.records.outcomes import DAILY, SUMMARY
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from sim.api.results import Scenario

DAILY_PREFIX = "daily."
"""Before the name of a daily series, where a summary outcome may have the same name."""


class Experiment:
    """One experiment: settings in by name, outcomes out by name. It can be pickled, for the workbench's processes.

    Parameters
    ----------
    scenario : Scenario
        What settings are laid over.
    outcomes : iterable of str
        Summary outcomes, and daily series as ``daily.NAME``.
    replications : int
        Runs that each outcome is the mean of.
    """

    def __init__(self, scenario: Scenario, outcomes: Iterable[str], replications: int = 1) -> None:
        self.scenario, self.outcomes, self.replications = scenario, tuple(outcomes), replications

    def __call__(self, **settings: Any) -> dict[str, Any]:
        """Play the scenario with the settings and return the outcomes.

        Raises
        ------
        ScenarioError
            If a setting is wrong.
        """
        from sim.model.run import run_once
        from sim.records.summarise import summarise

        spec = self.scenario.set({_path(name): _plain(value) for name, value in settings.items()}).spec
        records = [run_once(spec, k, pictures=False) for k in range(self.replications)]
        summaries = [summarise(record) for record in records]
        found: dict[str, Any] = {}
        for name in self.outcomes:
            if name.startswith(DAILY_PREFIX):
                paths = np.stack([record.daily[name.removeprefix(DAILY_PREFIX)] for record in records])
                found[_name(name)] = _mean(np.asarray(paths, np.float64))
            else:
                found[_name(name)] = float(_mean(np.array([[one[name]] for one in summaries]))[0])
        return found


def ema_model(scenario: str | Path | Scenario, *, levers: Mapping[str, Any] | None = None,
              uncertainties: Mapping[str, Any] | None = None, outcomes: Iterable[str] = ("profit_fen",),
              replications: int = 1, name: str = "guanxi") -> Any:
    """Return a scenario as an `ema_workbench.Model`.

    Parameters
    ----------
    scenario : str, Path or Scenario
        What to play; make it small with ``Scenario(...).set(people=2000, days=90)``.
    levers, uncertainties : mapping
        Dotted path to its values: ``(low, high)`` of two whole numbers or two numbers, or a list of values to choose
        from. An own ``ema_workbench`` parameter may stand there too.
    outcomes : iterable of str
        Summary outcomes, and daily series as ``daily.NAME``. Their direction is that of the catalogue.
    replications : int
        Runs that each outcome is the mean of.
    name : str
        Letters and digits only, as the workbench wants it.

    Raises
    ------
    DataError
        If the EMA workbench is not installed.
    ScenarioError
        If the scenario or an outcome is wrong. A lever is tried at its ends, before anything runs.
    """
    from sim.api.results import Scenario

    try:
        from ema_workbench import Model
    except ImportError as error:
        raise DataError(Message("api.no_ema")) from error
    played = scenario if isinstance(scenario, Scenario) else Scenario(scenario)
    wanted = [_checked(one) for one in outcomes]
    model = Model(name, function=Experiment(played, wanted, replications))
    model.levers = [_parameter(played, path, values) for path, values in (levers or {}).items()]
    model.uncertainties = [_parameter(played, path, values) for path, values in (uncertainties or {}).items()]
    model.outcomes = [_outcome(one) for one in wanted]
    return model


def _checked(outcome: str) -> str:
    known = [*SUMMARY, *(DAILY_PREFIX + one for one in DAILY)]
    if outcome not in known:
        hint = did_you_mean(outcome, known)
        raise ScenarioError(Problem(Message("scenario.unknown_outcome", outcome=outcome, hint=hint)))
    return outcome


def _parameter(scenario: Scenario, path: str, values: Any) -> Any:
    """Return one parameter of the workbench; both ends of a range, or all values of a list, are tried first."""
    from ema_workbench import CategoricalParameter, IntegerParameter, RealParameter
    from ema_workbench.em_framework.parameters import Parameter

    if isinstance(values, Parameter):
        return values
    for value in values:
        scenario.set({path: _plain(value)})
    if isinstance(values, tuple) and len(values) == 2 and all(_is_number(value) for value in values):
        kind = IntegerParameter if all(isinstance(value, int) for value in values) else RealParameter
        return kind(_name(path), *values)
    return CategoricalParameter(_name(path), list(values))


def _outcome(name: str) -> Any:
    from ema_workbench import ScalarOutcome, TimeSeriesOutcome

    if name.startswith(DAILY_PREFIX):
        return TimeSeriesOutcome(_name(name))
    kinds = {"more": ScalarOutcome.MAXIMIZE, "less": ScalarOutcome.MINIMIZE, "neutral": ScalarOutcome.INFO}
    return ScalarOutcome(_name(name), kinds[SUMMARY[name].better])


def _name(path: str) -> str:
    return path.replace(".", "__")


def _path(name: str) -> str:
    return name.replace("__", ".")


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _plain(value: Any) -> Any:
    """Return a value as a scenario takes it: numbers of numpy as Python's, categories as what they stand for."""
    value = getattr(value, "value", value)
    return value.item() if isinstance(value, np.generic) else value


def _mean(rows: Any) -> Any:
    """Return the mean over replications, undefined values left out."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    return np.divide(np.where(known, rows, 0.0).sum(axis=0), count, out=np.full(rows.shape[1:], np.nan), where=count > 0)
