"""Are the shipped markets plausible? Conversions, costs and talk beside the bands of the evidence table.

The intercepts of choice were set once, by door and never by strategy (`sim.mechanisms.choice.DoorParams`),
against the bands below. This test prints which bands today's model hits and which it misses; a miss is
news for the reader and never a failure. What does fail is a band that could not be measured.

Two kinds of measurement: a *single exposure* as in `tests.verification.calibrate`, and a shipped *scenario* as it
stands, where people tire, have bought before, and are asked again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.exchange.events import PathKind
from sim.mechanisms.choice import DoorParams
from sim.model.mesa_model import SocialCommerceModel
from sim.scenario.resolve import resolve
from tests.verification.calibrate import SINGLES, orders_an_exposure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCENARIO_PEOPLE, SCENARIO_DAYS = 20_000, 120


@dataclass
class Seen:
    """What a shipped scenario showed, summed over its days."""

    daily: Mapping[str, Any]
    orders: dict[PathKind, int]
    returned: dict[PathKind, int]
    chats: int
    chats_bought: int
    agents: Mapping[str, Any]
    praise: int
    complaints: int
    first_by_tie: int


def watch(scenario: str) -> Seen:
    """Run a shipped scenario and count."""
    settings = (f"people={SCENARIO_PEOPLE}", f"days={SCENARIO_DAYS}")
    model = SocialCommerceModel(resolve(scenario, settings).spec, collect=False)
    out = Seen({}, dict.fromkeys(PathKind, 0), dict.fromkeys(PathKind, 0), 0, 0, {}, 0, 0, 0)
    while model.running:
        model.step()
        events = model.state.yesterday
        for kind in PathKind:
            mine = events.ordered.order[events.ordered.path_kind == kind]
            out.orders[kind] += len(mine)
            out.returned[kind] += int(np.isin(mine, events.delivered.order[events.delivered.returned > 0]).sum())
        answered = events.chatted.person[events.chatted.answered > 0]
        out.chats += len(answered)
        bought = events.ordered.person[events.ordered.path_kind == PathKind.CHAT]
        out.chats_bought += int(np.isin(bought, answered).sum())
        out.first_by_tie += int(events.ordered.first[events.ordered.path_kind == PathKind.TIE].sum())
        out.praise += int(events.talked.told[events.talked.polarity > 0].sum())
        out.complaints += int(events.talked.told[events.talked.polarity < 0].sum())
    record = model.record({}, pictures=False)
    out.daily, out.agents = record.daily, record.agents
    return out


@dataclass(frozen=True)
class Shown:
    """A band read off a shipped scenario."""

    what: str
    scenario: str
    low: float
    high: float
    source: str
    read: Callable[[Seen], float]


SHOWN = (
    Shown("orders an impression", "paid_ads", 0.0002, 0.0008, "market 0.8, in the order of .04 %",
          lambda s: s.orders[PathKind.IMPRESSION] / s.daily["impressions"].sum()),
    Shown("media cost of a first order, CNY", "paid_ads", 75, 300, "market 2, 150 CNY at a CPM of 60",
          lambda s: s.daily["cost_media_fen"].sum() / 100 / s.daily["first_orders"].sum()),
    Shown("orders a friend told of it", "community", 0.005, 0.02, "domain 4.3, from a friend",
          lambda s: s.orders[PathKind.TIE] / (s.praise + s.complaints)),
    Shown("first orders by ties, an order", "paid_ads", 0.1, 0.3, "domain row 10, offspring of a buyer",
          lambda s: s.first_by_tie / sum(s.orders.values())),
    Shown("orders an answered chat", "direct_sales", 0.05, 0.15, "domain 4.3, inbound as in market 0.8",
          lambda s: s.chats_bought / s.chats),
    Shown("returns of live sales", "influencer", 0.1, 0.3, "domain 4.11",
          lambda s: s.returned[PathKind.LIVE] / s.orders[PathKind.LIVE]),
    Shown("resellers who recruit nobody", "dual_rebate", 0.45, 0.7, "domain 5.3",
          lambda s: float((s.agents["recruits"] == 0).mean())),
    Shown("resellers who lose money", "dual_rebate", 0.5, 0.99, "domain 5.3",
          lambda s: float((s.agents["net_fen"] < 0).mean())),
    Shown("praise a complaint", "community", 2, 5, "domain row 41, about 3 to 1", lambda s: s.praise / s.complaints),
)


def line(verdict: str, place: str, what: str, value: float, low: float, high: float, source: str) -> str:
    return f"  {verdict:<7}{place:<16}{what:<40}{value:>9.4g}  ({low:g} to {high:g}; {source})"


def verdict(value: float, low: float, high: float) -> str:
    return "hit" if low <= value <= high else "MISSED"


def test_bands_of_single_exposures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    lines = []
    for case in SINGLES:
        value = orders_an_exposure(case)
        assert math.isfinite(value), f"{case.what} could not be measured"
        lines.append(line(verdict(value, case.low, case.high), "single exposure", case.what, value, case.low, case.high,
                          case.source))
    with capsys.disabled():
        print("\nPlausible bands, never gated:", *lines, sep="\n")  # noqa: T201


def test_bands_of_shipped_scenarios_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    shown = {name: watch(name) for name in dict.fromkeys(band.scenario for band in SHOWN)}
    lines = []
    for band in SHOWN:
        value = float(band.read(shown[band.scenario]))
        assert math.isfinite(value), f"{band.what} in {band.scenario} could not be measured"
        lines.append(line(verdict(value, band.low, band.high), band.scenario, band.what, value, band.low, band.high,
                          band.source))
    with capsys.disabled():
        print("", *lines, sep="\n")  # noqa: T201


def test_no_intercept_belongs_to_a_strategy() -> None:
    assert set(DoorParams.model_fields) == {kind.name.lower() for kind in PathKind}
