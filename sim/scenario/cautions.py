"""What is lawful in a scenario and yet looks like a mistake: files that are missing, levers that cannot pay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.scenario.data import missing_data

if TYPE_CHECKING:
    from sim.scenario.spec import ScenarioSpec
    from sim.text.message import Message


def cautions(spec: ScenarioSpec) -> list[str | Message]:
    """Return one message for each thing that looks like a mistake.

    A strategy may have a method ``cautions(price_fen, unit_cost_fen)``, called with the list price and the unit
    cost of the product that its `product` names (the first, if it has none); it returns messages.
    """
    found: list[str | Message] = [*missing_data(spec)]
    brands = spec.all_brands()
    for strategy in spec.strategies:
        said_by = getattr(strategy, "cautions", None)
        products = brands[strategy.brand].all_products()
        which = getattr(strategy, "product", 0)
        if said_by is not None and isinstance(which, int) and which < len(products):
            found += said_by(products[which].price, products[which].unit_cost)
    return found
