"""The record of a run as it goes: one number a series and day, and the tables pictures are drawn from.

Counts come from the day's events; money comes from the ledger's statement when the run ends; means
over people come from the first `SAMPLE` people by uid, which is everybody in a small world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account
from sim.core.among import among
from sim.core.kernel import Array, Number, kernel
from sim.ledger.ledger import Ledger
from sim.mechanisms.audience import ZOMBIE_DAYS
from sim.mechanisms.heat import broadcasts
from sim.model.books import money_series
from sim.model.counting import count_agents, count_sales
from sim.model.retail import Retail
from sim.model.touch import LastTouch
from sim.records.outcomes import DAILY
from sim.world.audiences import observed_activity
from sim.world.state import World

if TYPE_CHECKING:
    from sim.model.day import Day
    from sim.model.state import RunState

SAMPLE = 4096
ACTIVE_DAYS = 30
TIERS = 4
"""Tiers with a daily series of their own; the last one holds all above it."""
Floats = NDArray[np.float64]
_GROUP = 0


_TRADE = ("exposures", "impressions", "reach", "considered", "orders", "units", "first_orders", "repeat_orders", "gmv_fen",
          "refunds_fen", "buyers", "active_buyers", "satisfaction", "returns", "sell_through", "ultimate_units")
_PEOPLE = ("trust", "fatigue", "mutes", "talks", "complaints")
_CHANNELS = ("members", "group_health", "zombie_groups", "observed_activity", "true_activity", "unmasked", "heat", "bans")
_CHATS = ("staff", "chats", "chat_wait_minutes", "chats_lost_share")
_AGENTS = ("agents", "agent_joins", "agent_exits", "channel_stock", "sell_in", "bought_back",
           *(f"agents_tier_{k}" for k in range(TIERS)))
_CLOSE = ("cash_fen", "profit_fen")
_WRITTEN = (*_TRADE, *_PEOPLE, *_CHANNELS, *_CHATS, *_AGENTS, *_CLOSE)
"""What a day writes, in the order in which it does."""
_NO_AGENTS = (0,) * len(_AGENTS)
_DAY = len(_WRITTEN) - len(_CLOSE)


@kernel()
def take_stock(sample: Array, claims: Array, talk: Array, own: Array, trust: Array, fatigue: Array, fatigue_day: Array, keep: Array,
               day: int, members: Array, zombie_days: Array, fakes: Array, owned: Array, groups: Array) -> tuple[Number, ...]:
    """Return means over people, and counts over channels.

    Mean trust of those in the sample who know the product (of all, if nobody does), mean fatigue of the tired; members of owned
    channels, members of groups, zombies among groups, and fakes in all.

    Parameters
    ----------
    sample : rows of people in the order of uid, so that sums do not depend on row numbers
    claims to fatigue_day : (N,); keep : share of fatigue left by age
    members, zombie_days, fakes : (C,); owned, groups : numbers of channels
    """
    known_trust, all_trust, weariness, oldest = 0.0, 0.0, 0.0, len(keep) - 1
    known: Number = 0
    tired: Number = 0
    # Numbers without a sign, and choices instead of branches: a third of the time.
    for k in range(len(sample)):
        i = np.uint64(sample[k])
        t = np.float64(trust[i])
        all_trust += t
        knows: Number = np.int64((claims[i] > 0.0) | (talk[i] > 0.0) | (own[i] > 0.0))
        known += knows
        known_trust += t if knows else 0.0
    for k in range(len(sample)):
        i = np.uint64(sample[k])
        phi = np.float64(fatigue[i]) * keep[np.uint64(min(day - fatigue_day[i], oldest))]
        tired += phi > 0.0
        weariness += phi
    mean_trust = known_trust / known if known > 0 else all_trust / max(len(sample), 1)
    ours, inside, zombies, false = 0, 0, 0, 0
    for c in owned:
        ours += members[c]
    for c in groups:
        inside += members[c]
        zombies += zombie_days[c] >= ZOMBIE_DAYS
    for c in range(len(fakes)):
        false += fakes[c]
    return mean_trust, weariness / max(tired, 1), ours, inside, zombies, false


@kernel()
def count_buyers(before: int, begin: int, people: Array, ends: Array, active: int, bought_before: Array, last: Array,
                 first: Array, active_of: Array) -> int:
    """Count first orders and active buyers of the days from `begin`; returns how many are active in the end.

    Parameters
    ----------
    people : int64 (m,), ends : int64 (days + 1,)
        Buyers of each day since `before`, from which on they still count.
    first, active_of : int64 (days from `begin`,)
    """
    for t in range(len(first)):
        day = begin + t
        first[t] = 0
        for k in range(ends[day - before], ends[day - before + 1]):
            i = people[k]
            first[t] += not bought_before[i]
            bought_before[i] = True
            active += last[i] <= day - ACTIVE_DAYS
            last[i] = day
        old = day - ACTIVE_DAYS - before
        if old >= 0:
            for k in range(ends[old], ends[old + 1]):
                active -= last[people[k]] == day - ACTIVE_DAYS
        active_of[t] = active
    return active


def provision(state: RunState) -> float:
    """Return what strategies of the first brand expect to lose on stock that they will take back, fen."""
    total = 0.0
    for seat in state.seats:
        held = seat.book.get("buyback_provision_fen")
        if held is not None and seat.brand == 0 and len(held) == 1:
            total += float(held[0])
    return total


class Recorder:
    """Daily series of the first brand.

    Attributes
    ----------
    series : dict of float64 (T,)
        One array an outcome of `DAILY`; money series are filled by `finish`.
    marks : list of (day, kind, key)
        Events worth a mark on a time axis.
    queues : int64
        Queues of the first brand's strategies.
    retail : Retail
        What each reseller sold to others.
    touch : LastTouch
        Whose offer every order was placed on.
    """

    def __init__(self, days: int, world: World, ledger: Ledger, queues: NDArray[np.int64]) -> None:
        self._days = np.zeros((days, len(DAILY)))  # a day's numbers lie side by side
        places = {name: k for k, name in enumerate(dict.fromkeys((*_WRITTEN, *DAILY)))}
        self.series: dict[str, Floats] = {name: self._days[:, places[name]] for name in DAILY}
        self.marks: list[tuple[int, str, str]] = []
        self._sample = world.row_of_uid[np.sort(world.people.uid)[:SAMPLE]]
        self.retail = Retail(len(world.channels))
        self.touch = LastTouch(world)
        self._provision: Floats = np.zeros(days)
        self._bought: list[NDArray[np.int64]] = []
        self._is_ours = world.products.brand_of == 0
        self._alone = bool(self._is_ours.all())
        self._products = np.flatnonzero(self._is_ours)
        self._bought_before = np.zeros(world.n_people, np.bool_)
        self._bought_before[:] = (world.people.orders[:, self._products] > 0).any(axis=1)
        self._buyers = int(self._bought_before.sum())
        self._active = 0
        self._last = np.full(world.n_people, -ACTIVE_DAYS - 1, np.int16)
        self._ours = world.channels.brand == 0
        self._owned = np.flatnonzero(self._ours & world.channels.owned)
        self._groups = np.flatnonzero(self._ours & (world.channels.kind == _GROUP))
        self.queues = queues
        self._rented = np.flatnonzero(self._ours & ~world.channels.owned & broadcasts(world))
        self._accounts = np.unique(world.channels.account[self._ours])
        self._opening = ledger.cash_fen(0)
        opening_stock = ledger.balances.column(ledger.balances.opening, Account.INVENTORY)
        self._opening_stock = int(opening_stock[0]) if len(opening_stock) else 0

    def record(self, state: RunState, day: Day) -> None:
        """Write the counts of a day."""
        self._days[day.number, :_DAY] = (*self._trade(state, day), *self._people_and_channels(state, day), *self._chats(day),
                                         *self._agents(state, day))
        self._provision[day.number] = provision(state)

    def _trade(self, state: RunState, day: Day) -> tuple[float, ...]:
        sold, delivered, today = day.sold, day.events.delivered, day.number
        orders = units = gmv = passed = first = refunds = returned = ultimate = 0
        satisfaction = np.nan
        if len(sold) or today >= ACTIVE_DAYS:
            who = np.empty(len(sold), np.int64)
            old = self._bought[today - ACTIVE_DAYS] if today >= ACTIVE_DAYS else who[:0]
            orders, units, gmv, passed, first, active, refunds, returned, n = count_sales(
                sold.person, sold.product, sold.quantity, sold.price_fen, sold.seller, sold.offer, delivered.returned,
                delivered.refund_fen, self._is_ours, self._bought_before, self._last, old, today, ACTIVE_DAYS,
                self.touch.strategy_of, self.touch.table, who)
            self._buyers += first
            self._active += active
            self._bought.append(who[:n])
            if today >= ACTIVE_DAYS:
                self._bought[today - ACTIVE_DAYS] = who[:0]
        else:
            self._bought.append(sold.person)
        if len(sold):
            liked = delivered.satisfaction if self._alone else delivered.satisfaction[self._is_ours[delivered.product]]
            satisfaction = float(np.add.reduce(liked)) / len(liked) if len(liked) else np.nan
            ultimate = self.retail.count(state.world, sold, self._is_ours, delivered)
        return (day.noticed, day.impressions, day.reach, day.considered, orders, units, first, orders - first, gmv, refunds,
                self._buyers, self._active, satisfaction, returned, passed, ultimate)

    def _people_and_channels(self, state: RunState, day: Day) -> tuple[float, ...]:
        world, channels, groups, p = state.world, state.world.channels, self._groups, int(self._products[0])
        people = world.people
        trust, fatigue, owned, inside, zombies, fakes = take_stock(
            self._sample, people.claim_precision[:, p], people.talk_precision[:, p], people.own_precision[:, p],
            people.brand_trust[:, 0], people.fatigue, people.fatigue_day, world.keep.fatigue, day.number, channels.members,
            channels.zombie_days, channels.fakes, self._owned, groups)
        talked = day.events.talked
        polarity = talked.polarity if self._alone else talked.polarity[self._is_ours[talked.product]]
        complaints = int(np.count_nonzero(polarity < 0))
        health, dead, seen, true, heat = np.nan, np.nan, np.nan, np.nan, np.nan
        if len(groups):
            held = channels.health[groups]
            health, dead = float(np.add.reduce(held)) / len(held), float(zombies)
            if inside:
                members = channels.members[groups]
                seen = true = float(np.add.reduce(members * held)) / inside
                if fakes:
                    seen = float(np.add.reduce(members * observed_activity(channels, groups))) / inside
        if len(self._rented):
            heat = float(np.add.reduce(channels.heat[self._rented])) / len(self._rented)
        found, banned = day.events.unmasked, day.events.enforced
        unmasked = int(np.isin(found.channel, groups).sum()) if len(found) else 0
        bans = int(np.isin(banned.account, self._accounts).sum()) if len(banned) else 0
        if unmasked:
            self.marks.append((day.number, "unmasked", "sock_puppet"))
        if bans:
            self.marks.append((day.number, "ban", "account_ban"))
        return trust, fatigue, day.mutes, len(polarity), complaints, owned, health, dead, seen, true, unmasked, heat, bans

    def _chats(self, day: Day) -> tuple[float, ...]:
        told, chats, wait, lost = day.events.chatted, 0, np.nan, np.nan
        if len(told):
            mine = among(told.queue, self.queues)
            chats = int(np.count_nonzero(mine))
        if chats:
            waited, answered = told.wait_minutes, told.answered
            if chats < len(told):
                waited, answered = waited[mine], answered[mine]
            wait, lost = float(np.add.reduce(waited)) / chats, 1.0 - int(np.add.reduce(answered)) / chats
        return day.staff, chats, wait, lost

    def _agents(self, state: RunState, day: Day) -> tuple[float, ...]:
        """Count the resellers of the brand, their tiers and their stock; O(resellers)."""
        table, moved = state.world.resellers, day.events.stock_moved
        if not table.size:
            return _NO_AGENTS
        self.retail.hear(state.world, day.invite, day.events.joined, day.events.refused)
        if len(moved):
            self.retail.hand_on(state.world, moved)
        counts = np.zeros(len(_AGENTS), np.int64)
        count_agents(table.brand, table.tier, table.joined, table.left, table.stock, table.size, self._is_ours, day.number,
                     moved.buyer, moved.supplier, moved.product, moved.quantity, counts)
        counted: list[int] = counts.tolist()
        return tuple(counted)

    def close(self, state: RunState) -> None:
        """Write the day's closing cash and profit; note the day on which debts could no longer be covered."""
        day = state.day
        cash, stock, payables, receivables = state.ledger.closed(day)[:, 0].tolist()
        profit = cash - self._opening + stock - self._opening_stock - (payables - receivables) - self._provision[day]
        self._days[day, _DAY : _DAY + len(_CLOSE)] = cash, profit
        if cash < 0 and not any(kind == "insolvent" for _, kind, _ in self.marks):
            self.marks.append((state.day, "insolvent", "insolvent"))

    def record_days(self, state: RunState, days: range, counts: NDArray[np.int64], bound: NDArray[np.int64],
                    buyers: NDArray[np.int32], satisfaction: Floats) -> None:
        """Write days on which there was only talk, after the ledger has closed them; all else is as on the day before.

        Parameters
        ----------
        counts, bound, buyers, satisfaction
            As `sim.mechanisms.hearsay.live_days` leaves them.
        """
        a, b = days.start, days.stop
        for steady in self.series.values():
            steady[a:b] = steady[a - 1]
        people = buyers.astype(np.int64)
        before = max(0, a - ACTIVE_DAYS)
        known = np.concatenate([*self._bought[before:], people])
        ends: NDArray[np.int64] = np.cumsum([0, *map(len, self._bought[before:]), *np.diff(bound)])
        first, active = np.empty(len(days), np.int64), np.empty(len(days), np.int64)
        self._active = count_buyers(before, a, known, ends, self._active, self._bought_before, self._last, first, active)
        at = bound.tolist()
        self._bought += [people[at[k] : at[k + 1]] for k in range(len(days))]
        self._bought[: max(0, b - ACTIVE_DAYS)] = [people[:0]] * max(0, b - ACTIVE_DAYS)
        orders, considered, talks, complaints = counts
        series, price = self.series, int(state.world.offers.price_fen[0])
        series["considered"][a:b], series["talks"][a:b], series["complaints"][a:b] = considered, talks, complaints
        series["orders"][a:b] = series["units"][a:b] = orders
        series["first_orders"][a:b], series["repeat_orders"][a:b] = first, orders - first
        series["gmv_fen"][a:b] = orders * price
        self.touch.add_to_nobody(int(orders.sum()), int(orders.sum()) * price)
        series["buyers"][a:b], series["active_buyers"][a:b] = self._buyers + np.cumsum(first), active
        self._buyers += int(first.sum())
        series["satisfaction"][a:b] = [np.add.reduce(satisfaction[at[k] : at[k + 1]]) / (at[k + 1] - at[k])
                                       if at[k + 1] > at[k] else np.nan for k in range(len(days))]
        closing = state.ledger.closing
        cash, stock = closing("cash")[0, a:b], closing("inventory")[0, a:b]
        owed = closing("payables")[0, a:b] - closing("receivables")[0, a:b]
        series["cash_fen"][a:b] = cash
        series["profit_fen"][a:b] = cash - self._opening + stock - self._opening_stock - owed - self._provision[a:b]
        if (cash < 0).any() and not any(kind == "insolvent" for _, kind, _ in self.marks):
            self.marks.append((a + int(np.argmax(cash < 0)), "insolvent", "insolvent"))

    def finish(self, ledger: Ledger) -> None:
        """Fill the money series from the ledger; what may come back of sales to resellers is no revenue yet."""
        self.series = {name: np.ascontiguousarray(column) for name, column in self.series.items()}
        for name, value in money_series(ledger).items():
            self.series[name][:] = value
        self.series["profit_fen"] -= self._provision
        self.series["net_revenue_fen"] -= np.diff(self._provision, prepend=0.0)
