"""The model as Mesa knows it: `seed` or `rng`, levers by keyword, `step()`, `running`, data frames.

    model = SocialCommerceModel("community", seed=7, people=2000, days=90,
                                **{"strategies.community.host_hours": 6})
    while model.running:
        model.step()
    model.datacollector.get_model_vars_dataframe()
    model.agents_by_type[Buyer].agg("brand_trust", np.mean)

Every run, from any door, is an instance of this class; the day itself is `schedule.step`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np
from mesa.datacollection import DataCollector
from numpy.typing import NDArray

from sim.model.agents import Buyer, Influencer, PeopleSet, Person, Reseller
from sim.model.record import record_of
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.resolve import resolve
from sim.scenario.spec import ScenarioSpec

if TYPE_CHECKING:
    from sim.records.run_record import RunRecord

_KOL = 3

REPORTED = (
    "exposures", "orders", "first_orders", "repeat_orders", "gmv_fen", "buyers", "active_buyers", "trust", "fatigue",
    "talks", "complaints", "returns", "mutes", "members", "group_health", "agents", "cash_fen", "profit_fen",
)
"""Series that the DataCollector keeps; all of them are in the record of the run."""


class SocialCommerceModel(mesa.Model):  # type: ignore[misc]
    """One run of a scenario.

    Parameters
    ----------
    scenario : str or ScenarioSpec
        Name of a shipped scenario, path of a file, or a checked scenario.
    seed : int, optional
        Seed of all chance; the scenario's own if absent.
    rng : numpy Generator or int, optional
        Instead of `seed`: the seed is drawn from it.
    replication : int
        Number of the replication.
    threads : int
        Threads of the kernels; results do not depend on it.
    collect : bool
        Keep the series of `REPORTED` in `datacollector`, and the columns named in `agent_columns`.
    agent_columns : tuple of str
        Columns of people that the DataCollector keeps every day (small worlds only).
    audit : bool
        Check every law of money and goods each day.
    **levers
        Dotted paths of the scenario, such as ``people=2000`` or ``**{"strategies.community.groups": 8}``.

    Raises
    ------
    ScenarioError, DataError
        If the scenario, a lever or the network is wrong.
    """

    def __init__(self, scenario: str | ScenarioSpec = "community", *, seed: int | None = None, rng: Any = None,
                 replication: int = 0, threads: int = 1, collect: bool = True, agent_columns: tuple[str, ...] = (),
                 audit: bool = False, **levers: Any) -> None:
        super().__init__(seed=seed, rng=rng)
        if rng is not None:
            seed = int(self.rng.integers(2**31))
        self.spec = _spec(scenario, seed, levers)
        self.state: RunState = start(self.spec, replication, audit=audit, threads=threads)
        self.running = True
        self._days = self.spec.days
        self.datacollector = DataCollector(
            model_reporters={name: [self.latest, [name]] for name in REPORTED} if collect else {},
            agent_reporters={name: name for name in agent_columns})
        self._collect = collect or bool(agent_columns)

    def step(self) -> None:
        """Simulate one day."""
        if not self.running:
            return
        self._live()
        if self._collect:
            self.datacollector.collect(self)

    def live_a_day(self) -> None:
        """Simulate one day as `step` does, without Mesa's log of steps; nothing is collected."""
        self.steps += 1
        self._live()

    def _live(self) -> None:
        step(self.state)
        self.running = self.state.day < self._days

    def latest(self, name: str) -> float:
        """Return yesterday's value of a daily series (of the day last simulated)."""
        return float(self.state.recorder.series[name][self.state.day - 1])

    def column(self, name: str) -> NDArray[Any]:
        """Return a column of all people, not a copy; of the one product or brand where there is one.

        Raises
        ------
        AttributeError
            If people have no such column.
        """
        values = vars(self.state.world.people).get(name)
        if values is None:
            raise AttributeError(f"people have no column {name!r}; there are {', '.join(vars(self.state.world.people))}")
        column: NDArray[Any] = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
        return column

    @property
    def agents(self) -> PeopleSet:
        """Everybody."""
        return PeopleSet(self, Buyer, np.arange(self.state.world.n_people, dtype=np.int64))

    @property
    def agents_by_type(self) -> dict[type[Person], PeopleSet]:
        """Buyers (everybody), resellers and influencers."""
        table = self.state.world.resellers
        active = np.flatnonzero(table.left[: table.size] < 0)
        kols = np.flatnonzero(self.state.world.people.role == _KOL)
        return {Buyer: self.agents, Reseller: PeopleSet(self, Reseller, np.sort(table.person[active])),
                Influencer: PeopleSet(self, Influencer, kols)}

    @property
    def agent_types(self) -> list[type[Person]]:
        """The kinds of agent."""
        return [Buyer, Reseller, Influencer]

    def record(self, timings: dict[str, float] | None = None, *, pictures: bool = True) -> RunRecord:
        """Return the record of the run so far."""
        return record_of(self.state, timings or {}, pictures=pictures)


def _spec(scenario: str | ScenarioSpec, seed: int | None, levers: dict[str, Any]) -> ScenarioSpec:
    """Return the checked scenario with levers and seed set."""
    if isinstance(scenario, ScenarioSpec):
        if levers:
            raise TypeError("levers by keyword need a scenario by name or path; set them in the ScenarioSpec instead")
        return scenario if seed is None else scenario.model_copy(update={"seed": seed})
    settings = [f"{path}={value}" for path, value in levers.items()]
    if seed is not None:
        settings.append(f"seed={seed}")
    return resolve(scenario, settings).spec
