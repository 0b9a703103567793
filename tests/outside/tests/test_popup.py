"""The outside package's own tests: the laws, inherited, and one of its own."""

from sim.api import Scenario, run
from sim.conformance import StrategyConformance


class TestPopupStall(StrategyConformance):
    """All laws of the kit."""

    strategy = {"kind": "popup_stall", "stalls": 2}  # noqa: RUF012 (the kit only reads it)
    people = 400
    days = 60


def test_no_rent_no_stall() -> None:
    text = """
        name: broke
        title: {zh: 没钱, en: Broke}
        people: 400
        days: 20
        network: {kind: small_world}
        brand: {cash: 500 CNY, seed_customers: 0, product: {price: 128 CNY, unit_cost: 22 CNY}}
        strategies: [{kind: popup_stall, stalls: 2, rent: 200 CNY, footfall: 50}]
    """
    shown = run(Scenario(text=text)).daily["impressions"]
    assert shown.iloc[0] > 0
    assert shown.iloc[-1] == 0
