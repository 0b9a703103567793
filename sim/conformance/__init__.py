"""The test kit that authors of strategies inherit: what every strategy must keep, checked on real runs.

    from sim.conformance import StrategyConformance

    class TestPopupStall(StrategyConformance):
        strategy = {"kind": "popup_stall", "stalls": 2}

Nothing here needs pytest to be imported; its runner finds the methods named ``test_*``.
"""

from sim.conformance.kit import StrategyConformance
from sim.conformance.watch import ConformanceError

__all__ = ["ConformanceError", "StrategyConformance"]
