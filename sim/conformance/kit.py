"""The laws of a strategy as tests to inherit: a subclass names its settings, the methods do the rest.

Each law runs the strategy in small worlds, alone and beside others, with the audit of money and goods
on. A law that is broken raises `ConformanceError`, which says what was expected and what was found.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, ClassVar

from sim.conformance.watch import ConformanceError, different, expect, finished, watched
from sim.core.params import Params
from sim.scenario.spec import ScenarioSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class StrategyConformance:
    """Inherit this and set `strategy`; every ``test_*`` method is one law.

    Attributes
    ----------
    strategy : mapping of str
        Settings of the strategy as a scenario writes them, `kind` among them.
    beside : sequence of mappings
        Strategies that it must compose with, in either order.
    people, days : int
        Size of the worlds that the laws are tried in.
    market : mapping of str
        Anything else of a scenario, such as the brand.
    """

    strategy: ClassVar[Mapping[str, Any]] = {}
    beside: ClassVar[Sequence[Mapping[str, Any]]] = ({"kind": "community", "groups": 2}, {"kind": "paid_ads"})
    people: ClassVar[int] = 600
    days: ClassVar[int] = 60
    market: ClassVar[Mapping[str, Any]] = {"network": {"kind": "small_world"}}

    def spec(self, *strategies: Mapping[str, Any], **settings: Any) -> ScenarioSpec:
        """Return a small checked scenario; without `strategies` the strategy stands alone in it."""
        sellers = [dict(s) for s in strategies or (self.strategy,)]
        return ScenarioSpec.model_validate(
            {"people": self.people, "days": self.days, **self.market, "strategies": sellers, **settings})

    def levers(self) -> Params:
        """Return the checked parameters of the strategy."""
        expect("kind" in self.strategy, "the class sets no `strategy` with a `kind`")
        (levers,) = self.spec().strategies
        if not isinstance(levers, Params):
            raise ConformanceError(f"{type(levers).__name__} is not a class of parameters (sim.core.params.Params)")
        return levers

    def test_declares_every_parameter(self) -> None:
        """Parameters are frozen, and each says what it means in both languages and where it comes from."""
        cls = type(self.levers())
        expect(bool(cls.model_config.get("frozen")), f"{cls.__name__} is not frozen")
        for name, declared in cls.model_fields.items():
            nested = declared.annotation
            if isinstance(nested, type) and issubclass(nested, Params):
                continue
            said = declared.json_schema_extra if isinstance(declared.json_schema_extra, dict) else {}
            expect(bool(declared.description), f"{cls.__name__}.{name} has no meaning (`doc`)")
            expect(bool(said.get("zh")), f"{cls.__name__}.{name} has no Chinese label (`zh`)")
            expect(bool(said.get("source")), f"{cls.__name__}.{name} names no source")

    def test_survives_writing_and_reading(self) -> None:
        """A scenario that is written out and read again holds the same strategy."""
        levers = self.levers()
        again = type(levers).model_validate(levers.model_dump(mode="json", by_alias=True))
        expect(again == levers, "written out and read again, the parameters differ")

    def test_survives_pickling(self) -> None:
        """The parameters, and the strategy's book in the middle of a run, travel between processes."""
        levers = self.levers()
        expect(pickle.loads(pickle.dumps(levers)) == levers, "pickled, the parameters differ")  # noqa: S301
        straight = finished(self.spec())
        travelled = finished(self.spec(), pickle_on=self.days // 2)
        expect(not different(straight, travelled), f"after pickling: {different(straight, travelled)}")

    def test_is_seeded(self) -> None:
        """Equal seeds give equal runs, on one thread or two; another seed gives another run."""
        one = finished(self.spec())
        expect(not different(one, finished(self.spec())), "two runs of one seed differ")
        expect(not different(one, finished(self.spec(), threads=2)), "two threads give another result than one")
        expect(bool(different(one, finished(self.spec(seed=2)))), "another seed gives the same run: is anything sold?")

    def test_conserves_money_and_goods(self) -> None:
        """Every day sums to zero to the fen, and no unit is lost (the audit raises otherwise)."""
        record = finished(self.spec())
        expect(len(record.daily["cash_fen"]) == self.days, "the run ended early")

    def test_composes_in_any_order(self) -> None:
        """Beside another strategy the order of the scenario changes nothing."""
        for other in self.beside:
            neighbour = dict(other) if other["kind"] != self.strategy["kind"] else {**other, "id": "neighbour"}
            one = finished(self.spec(self.strategy, neighbour))
            two = finished(self.spec(neighbour, self.strategy))
            found = different(one, two)
            expect(not found, f"beside {other['kind']} the order changes {found}")

    def test_writes_only_its_own_state(self) -> None:
        """Deciding changes nothing but the strategy's book, and names only what is its own."""
        for day in watched(self.spec(self.strategy, *self._others()), self._id()):
            expect(not day.touched, f"day {day.number}: {day.during} changed {', '.join(day.touched)}")
            expect(not day.foreign, f"day {day.number}: {day.during} names what is not its own: {', '.join(day.foreign)}")

    def test_decides_the_same_twice(self) -> None:
        """Asked twice on one day, it says the same: it keeps nothing between days but its book."""
        for day in watched(self.spec(self.strategy, *self._others()), self._id()):
            expect(not day.changed_mind, f"day {day.number}: {day.during} asked again gives another answer")

    def _others(self) -> list[dict[str, Any]]:
        return [dict(s) for s in self.beside if s["kind"] != self.strategy["kind"]]

    def _id(self) -> str:
        return str(getattr(self.levers(), "id", self.strategy["kind"]))
