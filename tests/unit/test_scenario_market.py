"""Same market or not, and which fields tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import scenario_parts

from sim.core.errors import MarketMismatchError, ScenarioError
from sim.scenario.market import market_difference, market_of, require_same_market, scenario_hash
from sim.scenario.resolve import resolve, resolve_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sim.scenario.spec import ScenarioSpec


@pytest.fixture(autouse=True)
def _small_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield from scenario_parts.use_small_kinds(monkeypatch)


BASE = "name: base\nbrand: {cash: 1000, product: {price: 9}}\nstrategies: [{kind: club}]\n"


def changed(*settings: str) -> ScenarioSpec:
    return resolve_text(BASE, overrides=settings).spec


@pytest.mark.parametrize("setting", [
    "name=other", "title=x", "seed=5", "strategies.club.groups=3", "strategies=[]", "expect=[profit_fen > 3]",
    "brand.product.claimed_quality=0.9", "brand.product.name=y", "brand.name=z", "brand.cash=1000 CNY",
])
def test_levers_and_words_leave_the_market_alone(setting: str) -> None:
    assert market_difference([changed(), changed(setting)]) == []
    assert market_of(changed()) == market_of(changed(setting))
    require_same_market([changed(), changed(setting)])


@pytest.mark.parametrize(("setting", "fields"), [
    ("people=500", ["people"]), ("days=9", ["days"]), ("start=2026-02-01", ["start"]),
    ("network.reach=3", ["network.reach"]), ("calendar.weekday_need=[1,1,1,1,1,2,2]", ["calendar.weekday_need"]),
    ("population.brand_trust=0.9", ["population.brand_trust"]), ("market.seed=3", ["market.seed"]),
    ("mechanisms.ear.enabled=false", ["mechanisms.ear.enabled"]), ("brand.cash=1", ["brand.cash"]),
    ("brand.seed_customers=7", ["brand.seed_customers"]), ("brand.product.price=8", ["brand.product.price"]),
    ("brand.product.quality=0.5", ["brand.product.quality"]), ("brand.product.category=food", ["brand.product.category"]),
    ("brand.product.unit_cost=1", ["brand.product.unit_cost"]), ("brand.product.uses_days=3", ["brand.product.uses_days"]),
])
def test_a_market_differs_by_name(setting: str, fields: list[str]) -> None:
    assert market_difference([changed(), changed(setting)]) == fields
    assert market_of(changed()) != market_of(changed(setting))


def test_a_default_brand_equals_the_same_brand_written_out() -> None:
    plain = resolve_text("days: 180\n").spec
    written = resolve_text("days: 180\nbrand: {cash: 300_000 CNY, product: {price: 128 CNY}}\n").spec
    listed = resolve_text("days: 180\nbrands: [{products: [{price: 128}]}]\n").spec
    assert market_of(plain) == market_of(written) == market_of(listed)
    several = resolve_text("days: 180\nbrands: [{}, {}]\n").spec
    assert {f.split(".")[0] for f in market_difference([plain, several])} == {"brand", "brands"}


def test_shocks_are_parts_of_the_market() -> None:
    fields = market_difference([changed(), changed("shocks=[{kind: account_ban, day: 3}]")])
    assert fields[0].startswith("shocks")


def test_a_refusal_names_fields_values_and_remedy() -> None:
    with pytest.raises(MarketMismatchError) as caught:
        require_same_market([changed(), changed("name=rich", "brand.cash=2000", "people=5_000")])
    assert caught.value.exit_code == 3
    assert caught.value.fields == ["brand.cash", "people"]
    assert "brand.cash: base 1000 CNY, rich 2000 CNY" in str(caught.value)
    assert "people: base 20000, rich 5000" in str(caught.value)


def test_parts_may_be_allowed_to_differ() -> None:
    pair = [changed(), changed("mechanisms.ear.patience=3")]
    with pytest.raises(MarketMismatchError, match="--allow-different mechanisms"):
        require_same_market(pair)
    require_same_market(pair, ["mechanisms"])
    require_same_market(pair, ["mechanisms.ear"])
    assert market_difference([*pair, changed("days=3")], ["mechanisms"]) == ["days"]
    with pytest.raises(ScenarioError, match="'mechanism' is no part of a market - did you mean 'mechanisms'"):
        require_same_market(pair, ["mechanism"])


def test_a_flood_of_differences_is_cut() -> None:
    other = changed(*(f"brand.product.{name}=0.3" for name in ("quality", "service_level", "unit_cost", "delivery_cost")),
                    "days=3", "people=300", "start=2026-02-02", "network.reach=9", "market.seed=1", "brand.cash=3")
    with pytest.raises(MarketMismatchError, match="and 2 more"):
        require_same_market([changed(), other])


@pytest.mark.parametrize(("setting", "same"), [
    ("title=x", True), ("expect=[profit_fen > 3]", True), ("seed=3", False), ("strategies.club.groups=3", False),
    ("brand.product.claimed_quality=0.9", False), ("mechanisms.ear.enabled=false", False), ("name=x", False),
])
def test_a_run_is_named_by_all_that_can_change_it(setting: str, same: bool) -> None:
    assert (scenario_hash(changed()) == scenario_hash(changed(setting))) is same


def test_data_files_count_by_content_and_not_by_folder(tmp_path: Path) -> None:
    for folder, rows in (("a", "1,2\n"), ("b", "1,2\n"), ("c", "1,3\n")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "ties.csv").write_text(rows)
        (tmp_path / folder / "s.yaml").write_text("network: {kind: listed, path: ties.csv}\n")
    a, b, c = (resolve(tmp_path / folder / "s.yaml").spec for folder in "abc")
    assert a.network.path == str(tmp_path / "a" / "ties.csv")
    assert market_of(a) == market_of(b)
    # The names of files count as well as what they hold.
    assert scenario_hash(a) == scenario_hash(b) != scenario_hash(c)
    (tmp_path / "a" / "ties.csv").write_text("5,6\n")
    assert scenario_hash(a) != scenario_hash(b)


def test_devices_and_folders_are_not_read_for_ever(tmp_path: Path) -> None:
    hashes = set()
    for path in ("/dev/zero", str(tmp_path), "\0", "x" * 3000):
        hashes.add(scenario_hash(resolve_text("days: 3\n").spec.model_copy(
            update={"network": scenario_parts.ListedParams(path=path)})))
    assert len(hashes) == 4
    (tmp_path / "part.npy").write_bytes(b"x")
    assert scenario_hash(resolve_text("days: 3\n").spec.model_copy(
        update={"network": scenario_parts.ListedParams(path=str(tmp_path))})) not in hashes
