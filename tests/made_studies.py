"""Studies of the stand-ins of `study_model`, made in a second, for tests of what is shown of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiment import attribute, optimise, sensitivity
from sim.experiment.grid import Field
from sim.experiment.play import How
from sim.records.run_store import RunStore

if TYPE_CHECKING:
    from pathlib import Path

    from sim.records.study_store import Study

LEVERS = ("strategies.paid_ads.cpm_drift=0..1", "brand.product.quality=0..1", "brand.product.claimed_quality=0..1")


def made_studies(folder: Path) -> dict[str, Study]:
    """Return an attribution, two sensitivity analyses and two optimisations; runs are kept in `folder`."""
    with RunStore(folder / "store") as store:
        def field(name: str) -> Field:
            return Field(store, How(workers=1, model=f"tests.integration.study_model:{name}"))

        return {
            "attribution": attribute.attribute("community_and_ads", attribute.Asked(
                replications=4, mechanisms=True, command="guanxi attribute community_and_ads --mechanisms -r 4"), field("parts")),
            "morris": sensitivity.sensitivity("paid_ads", sensitivity.Asked(LEVERS, points=5, replications=2), field("noisy")),
            "sobol": sensitivity.sensitivity("paid_ads", sensitivity.Asked(LEVERS, "sobol", points=8, replications=2), field("ishigami")),
            "front": optimise.optimise("paid_ads", optimise.Asked(
                LEVERS[:2], maximise=("profit_fen",), minimise=("losing_agent_share",), conditions=("ultimate_user_share > 20%",),
                trials=24, replications=2, front_replications=4), field("hill")),
            "best": optimise.optimise("paid_ads", optimise.Asked(LEVERS, maximise=("profit_fen",), trials=12, replications=2),
                                      field("hill")),
        }  # fmt: skip
