"""What is lawful in a scenario or sweep and yet looks like a mistake: missing files, levers that cannot pay, a price moved alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sim.scenario.crowds import crowded
from sim.scenario.data import missing_data
from sim.scenario.sweep_axes import value_at
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Collection

    from sim.scenario.spec import ScenarioSpec
    from sim.scenario.sweep import Sweep

_PRICE = re.compile(r"(?P<product>(.*\.)?(product|products\.\d+))\.price")


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


def cautions_of_sweep(sweep: Sweep) -> list[str | Message]:
    """Return one message for each thing that looks like a mistake, in its scenarios and in what is moved."""
    paths = {axis.path for axis in sweep.axes}
    found: dict[str | Message, None] = {}
    for case in sweep.cases:
        found |= dict.fromkeys([*cautions(case.spec), *cautions_of_prices(case.spec, paths), *crowded(case.spec, paths)])
    return list(found)


def cautions_of_prices(spec: ScenarioSpec, paths: Collection[str]) -> list[Message]:
    """Return one message for each list price that is moved while people hold prices against it: no price puts them off then.

    Parameters
    ----------
    paths : collection of str
        Dotted paths of everything that is moved.
    """
    found = []
    for path in sorted(paths):
        match = _PRICE.fullmatch(path)
        if match is None:
            continue
        reference = f"{match['product']}.reference_price"
        if reference not in paths and value_at(spec, reference)[0] is None:
            found.append(Message("scenario.price_alone", path=path, reference=reference))
    return found
