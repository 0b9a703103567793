"""Who proposes candidates: Optuna's samplers by ask and tell, without a storage of their own.

Decision: candidates are asked `BATCH` at a time, however many workers there are, and told in the order in which they
were asked. The search therefore depends on the seed alone; asked again, it proposes the same candidates, whose runs lie in
the store already. Nothing but the store is needed to resume.

Sources: tree-structured Parzen estimators [BergstraEtAl2011], for several goals [OzakiEtAl2022]; NSGA-II [DebEtAl2002];
Optuna [AkibaEtAl2019].
"""

from __future__ import annotations

import contextlib
import math
import warnings
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sim.experiment.levers import Lever

BATCH: Final = 8
"""Candidates asked together; also the population that NSGA-II crosses is a multiple of it."""
_STARTUP: Final = 16
"""Candidates drawn at random before anything is learned."""


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep what Optuna says about itself to itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


class Proposals:
    """A search over levers.

    Parameters
    ----------
    levers : list of Lever
        What may be moved.
    more : list of bool
        Whether more is better, goal by goal.
    sampler : {'tpe', 'nsga2'}
        Who proposes.
    seed : int
        Decides all.
    """

    def __init__(self, levers: Sequence[Lever], more: Sequence[bool], sampler: str, seed: int) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        whole, real = optuna.distributions.IntDistribution, optuna.distributions.FloatDistribution
        self._space: dict[str, Any] = {
            one.path: whole(math.ceil(one.low), math.floor(one.high)) if one.is_whole else real(one.low, one.high)
            for one in levers}
        with _quiet():
            if sampler == "nsga2":
                chosen: Any = optuna.samplers.NSGAIISampler(population_size=2 * BATCH, seed=seed)
            else:
                chosen = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_STARTUP, multivariate=True)
            self._study = optuna.create_study(directions=["maximize" if up else "minimize" for up in more], sampler=chosen)
        stated = {one.path: round(one.value) if one.is_whole else one.value for one in levers}
        if all(one.low <= one.value <= one.high for one in levers):
            self._study.enqueue_trial(stated)
        self._open: list[Any] = []

    def ask(self, count: int) -> list[dict[str, float]]:
        """Return the next candidates: values by path."""
        with _quiet():
            self._open = [self._study.ask(self._space) for _ in range(count)]
        return [{path: float(value) for path, value in trial.params.items()} for trial in self._open]

    def tell(self, scores: Sequence[Sequence[float]], excess: Sequence[Mapping[str, float]]) -> None:
        """Tell what became of the candidates that were asked last.

        Parameters
        ----------
        scores : list of list of float
            Goals of each; an undefined one counts as a failure.
        excess : list of dict of float
            By how much each condition is missed; zero or less where it holds.
        """
        import optuna

        with _quiet():
            for trial, values, missed in zip(self._open, scores, excess, strict=True):
                for name, amount in missed.items():
                    trial.set_constraint(name, amount)
                if all(map(math.isfinite, values)):
                    self._study.tell(trial, list(values))
                else:
                    self._study.tell(trial, state=optuna.trial.TrialState.FAIL)
        self._open = []
