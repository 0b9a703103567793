"""A price that is moved while people hold prices against it is warned of; the reference price makes demand answer to it."""

from __future__ import annotations

import pytest

from sim.model.run import run_once
from sim.scenario.cautions import cautions_of_prices, cautions_of_sweep
from sim.scenario.resolve import resolve
from sim.scenario.sweep import resolve_sweep_text

PRICE, REFERENCE = "brand.product.price", "brand.product.reference_price"


@pytest.mark.parametrize(("settings", "paths", "warned"), [
    ((), [PRICE], [PRICE]),
    ((), [PRICE, "brand.cash"], [PRICE]),
    ((), ["brand.cash", "strategies.community.discount", "brand.product.unit_cost"], []),
    ((), [PRICE, REFERENCE], []),
    ((f"{REFERENCE}=128 CNY",), [PRICE], []),
])
def test_a_price_moved_alone_is_warned_of(settings: tuple[str, ...], paths: list[str], warned: list[str]) -> None:
    said = [str(message) for message in cautions_of_prices(resolve("community", settings).spec, paths)]
    assert [text.split(" is moved alone")[0] for text in said] == warned
    assert all(f"--set '{REFERENCE}=" in text for text in said)


def test_a_sweep_is_warned_once_for_all_its_scenarios() -> None:
    text = f"scenarios: [community, paid_ads]\naxes:\n  {PRICE}: [90 CNY, 128 CNY]\n"
    assert len(cautions_of_sweep(resolve_sweep_text(text))) == 1
    assert cautions_of_sweep(resolve_sweep_text(f"base: {{{REFERENCE}: 128 CNY}}\n{text}")) == []


def orders(price: int, *settings: str) -> float:
    """Return the orders of a small community, mean of three runs."""
    spec = resolve("community", [f"{PRICE}={price} CNY", "people=1500", "days=40", *settings]).spec
    return sum(float(run_once(spec, r, pictures=False).daily["orders"].sum()) for r in range(3)) / 3


def test_demand_answers_to_the_price_only_where_people_know_another() -> None:
    known = [orders(price, f"{REFERENCE}=128 CNY") for price in (64, 128, 256)]
    assert known[0] > 1.2 * known[1] > 1.2 * 1.2 * known[2]
    unknown = [orders(price) for price in (64, 128, 256)]
    assert max(unknown) < 1.1 * min(unknown)
    assert unknown[1] == known[1]
