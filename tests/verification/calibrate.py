"""How the intercepts of the doors were set: `python -m tests.verification.calibrate` finds them again.

One commercial message goes through one door to everybody of a town on one day: untired, noticed, at the
trust and price that are usual there. The intercept is the one at which the orders a message reach the
geometric middle of the published band, rounded to a tenth. It is found for the door, whoever sells through
it, and it was set before any comparison of strategies was read. Who asks in a chat has an open need, so that
band holds for open needs only; an impression is counted when it is bought, noticed or not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.exchange.actions import Actions, Contact, rows
from sim.exchange.events import PathKind
from sim.mechanisms.choice import DoorParams
from sim.model.schedule import step
from sim.model.state import start
from sim.scenario.spec import ScenarioSpec
from tests.conformance.strategies import Feed, Feeds, Impressions, Sharers, Terms

if TYPE_CHECKING:
    from sim.exchange.view import View

PEOPLE, DAY, REPEATS = 10_000, 40, 4
SPREAD = 30
"""Days over which impressions are spread: they convert so rarely that one day would show nothing."""
FRIENDS = 0b0111
"""Layers of the circles of 5, 15 and 50: who is called a friend; the outermost are acquaintances."""


class Friends(Sharers):
    """Every twentieth person posts the offer once, and friends see it."""

    people: tuple[int, ...] = tuple(range(0, PEOPLE, 20))
    layers: int = FRIENDS

    def plan(self, view: View) -> Actions:
        """Post on one day only."""
        return super().plan(view) if view.day == DAY else Actions()


class Written(Feeds):
    """One message to every contact on one day, as a chat."""

    def plan(self, view: View) -> Actions:
        """Write instead of posting."""
        if view.day != DAY:
            return Actions()
        told = rows(Contact, row=view.rows(int(view.channels[0])), offer=view.offers[0])
        return Actions(offers=self.offered(view), tables=(told,))


class Shown(Impressions):
    """An impression for every fifth person a day, half of them drawn by interest as paid ads are by default."""

    counts: tuple[int, ...] = (0,) * DAY + (PEOPLE // 5,) * SPREAD
    targeting: float = 0.5


def feed(kind: str, trust: float, price: float = 1.0) -> Feeds:
    """Return one channel that everybody reads, with one commercial message on one day."""
    return Feeds(offers=(Terms(price_share=price),),
                 feeds=(Feed(kind=kind, followers=PEOPLE, trust=trust, first_day=DAY, last_day=DAY),))


@dataclass(frozen=True)
class Single:
    """A single exposure: door, seller, published band of orders a message, and its source."""

    door: str
    what: str
    strategy: Any
    low: float
    high: float
    source: str
    only_needs: bool = False

    @property
    def middle(self) -> float:
        """Return the geometric middle of the band."""
        return math.sqrt(self.low * self.high)


SINGLES = (
    Single("impression", "an impression, half targeted", Shown(), 0.0002, 0.0008, "market 0.8, in the order of .04 %"),
    Single("feed", "a post in a followed feed, trust .25", feed("feed", 0.25), 0.001, 0.005, "domain 4.3, cold broadcast"),
    Single("group", "an offer in a group, trust .45", feed("group", 0.45), 0.02, 0.05, "domain 4.3, active group"),
    Single("live", "a live event, trust .25, 20 % off", feed("live", 0.25, 0.8), 0.01, 0.03, "domain 4.3, KOL live"),
    Single("chat", "a chat of somebody in need, trust .35",
           Written(feeds=(Feed(kind="contacts", followers=PEOPLE, trust=0.35),)), 0.05, 0.15,
           "domain 4.3, inbound as in market 0.8", only_needs=True),
    Single("tie", "a friend's post, trust of the tie", Friends(), 0.005, 0.02, "domain 4.3, Moments from a friend"),
)


def orders_an_exposure(case: Single, intercept: float | None = None) -> float:
    """Return orders a message on the day of the message, over a few worlds."""
    choice: dict[str, Any] = {} if intercept is None else {"doors": {case.door: intercept}}
    if case.only_needs:
        choice |= {"impulse": 0, "impulse_in_use": 0}
    attention = {} if case.door == "impression" else {"mode": "all"}
    days = DAY + (SPREAD if case.door == "impression" else 1)
    spec = ScenarioSpec.model_validate({
        "people": PEOPLE, "days": days, "strategies": [case.strategy], "network": {"kind": "dunbar"},
        "brand": {"seed_customers": 0, "product": {"price": 128, "unit_cost": 22}},
        "mechanisms": {"attention": attention, "choice": choice, "word_of_mouth": {"enabled": False}}})
    orders, shown = 0, 0
    for replication in range(REPEATS):
        state = start(spec, replication)
        for _ in range(days):
            day = step(state)
            exposed = day.events.exposed
            orders += int((day.events.ordered.path_kind == PathKind[case.door.upper()]).sum())
            shown += day.impressions or int((exposed.considered if case.only_needs else exposed.seen).sum())
    return orders / shown


def intercept_of(case: Single) -> float:
    """Return the intercept at the middle of the band, to a tenth, by bisection (orders rise with it)."""
    low, high = -12.0, 0.0
    while high - low > 0.02:
        middle = (low + high) / 2
        low, high = (middle, high) if orders_an_exposure(case, middle) < case.middle else (low, middle)
    return round((low + high) / 2, 1)


if __name__ == "__main__":
    for case in SINGLES:
        now = getattr(DoorParams(), case.door)
        print(f"{case.door:<12}{now:>6} gives {orders_an_exposure(case):.5f}; middle {case.middle:.5f} at "  # noqa: T201
              f"{intercept_of(case)}")
