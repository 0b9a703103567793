"""Every shipped strategy keeps the laws of the kit that outside authors inherit."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from sim.conformance import ConformanceError, StrategyConformance
from sim.strategies.table import STRATEGIES
from tests.conformance.faulty import FAULTS

SMALL: dict[str, dict[str, Any]] = {"community": {"groups": 2}}
"""Settings that make a strategy of a kind fit into six hundred people; without a line: its defaults."""


@pytest.mark.parametrize("kind", list(STRATEGIES))
class TestShipped:
    """All laws, for each kind of the table."""

    @pytest.mark.parametrize("law", [name for name in vars(StrategyConformance) if name.startswith("test_")])
    def test_keeps(self, kind: str, law: str) -> None:
        settings = {"kind": kind, **SMALL.get(kind, {})}
        laws = type(f"Of{kind}", (StrategyConformance,), {"strategy": settings})()
        getattr(laws, law)()


class TestTheKitItself:
    """A kit that cannot fail proves nothing."""

    def laws(self, fault: str) -> StrategyConformance:
        class Faulty(StrategyConformance):
            strategy: ClassVar[dict[str, Any]] = {"kind": fault}
            days = 12

            def spec(self, *strategies: Any, **settings: Any) -> Any:
                sellers = strategies or (self.strategy,)
                made = [FAULTS[s["kind"]]() if s["kind"] in FAULTS else s for s in sellers]
                return super().spec({"kind": "paid_ads"}, **settings).model_copy(
                    update={"strategies": tuple(m if not isinstance(m, dict) else
                                                super(Faulty, self).spec(m).strategies[0] for m in made)})

        return Faulty()

    @pytest.mark.parametrize(("fault", "law"), [
        ("forgetful", "test_decides_the_same_twice"), ("meddler", "test_writes_only_its_own_state"),
        ("scribbler", "test_writes_only_its_own_state"), ("gambler", "test_is_seeded"),
        ("undocumented", "test_declares_every_parameter"),
    ])
    def test_finds(self, fault: str, law: str) -> None:
        with pytest.raises(ConformanceError):
            getattr(self.laws(fault), law)()
