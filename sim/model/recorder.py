"""The record of a run as it goes: one number a series and day, and the tables pictures are drawn from.

Counts come from the day's events; money comes from the ledger's statement when the run ends; means
over people come from the first `SAMPLE` people by uid, which is everybody in a small world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account
from sim.core.kernel import Array, Number, kernel
from sim.ledger.ledger import Ledger
from sim.mechanisms.audience import ZOMBIE_DAYS
from sim.mechanisms.heat import broadcasts
from sim.model.books import money_series
from sim.model.retail import Retail
from sim.records.outcomes import DAILY
from sim.world.audiences import Channels, observed_activity
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


@kernel()
def sample_means(sample: Array, claims: Array, talk: Array, own: Array, trust: Array, fatigue: Array,
                 fatigue_day: Array, keep: Array, day: int) -> Number:
    """Return mean trust of those in the sample who know the product (of all, if nobody does), and mean fatigue of the tired.

    The sample is in the order of uid, so the sums do not depend on row numbers.
    """
    known, known_trust, all_trust, tired, weariness = 0, 0.0, 0.0, 0, 0.0
    for k in range(len(sample)):
        i = sample[k]
        t = np.float64(trust[i])
        all_trust += t
        if claims[i] > 0.0 or talk[i] > 0.0 or own[i] > 0.0:
            known += 1
            known_trust += t
        phi = np.float64(fatigue[i]) * keep[min(day - fatigue_day[i], len(keep) - 1)]
        if phi > 0.0:
            tired += 1
            weariness += phi
    mean_trust = known_trust / known if known > 0 else all_trust / max(len(sample), 1)
    return mean_trust, weariness / max(tired, 1)


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


def _activity(channels: Channels, groups: NDArray[np.bool_]) -> dict[str, float]:
    """Return the activity that is seen and the true one, means over the members of groups (NaN without any)."""
    members = channels.members[groups]
    total = int(members.sum())
    if not total:
        return {"observed_activity": np.nan, "true_activity": np.nan}
    return {"observed_activity": float((members * observed_activity(channels, groups)).sum()) / total,
            "true_activity": float((members * channels.health[groups]).sum()) / total}


def provision(state: RunState) -> float:
    """Return what strategies of the first brand expect to lose on stock that they will take back, fen."""
    name = "buyback_provision_fen"
    return float(sum(seat.book[name][0] for seat in state.seats if seat.brand == 0 and len(seat.book.get(name, ())) == 1))


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
    """

    def __init__(self, days: int, world: World, ledger: Ledger, queues: NDArray[np.int64]) -> None:
        self.series: dict[str, Floats] = {name: np.zeros(days) for name in DAILY}
        self.marks: list[tuple[int, str, str]] = []
        self._sample = world.row_of_uid[np.sort(world.people.uid)[:SAMPLE]]
        self.retail = Retail(len(world.channels))
        self._provision: Floats = np.zeros(days)
        self._bought: list[NDArray[np.int64]] = []
        self._products = np.flatnonzero(world.products.brand_of == 0)
        self._bought_before = np.zeros(world.n_people, np.bool_)
        self._bought_before[:] = (world.people.orders[:, self._products] > 0).any(axis=1)
        self._buyers = int(self._bought_before.sum())
        self._active = 0
        self._last = np.full(world.n_people, -ACTIVE_DAYS - 1, np.int16)
        self._ours = world.channels.brand == 0
        self._groups = self._ours & (world.channels.kind == _GROUP)
        self.queues = queues
        self._rented = self._ours & ~world.channels.owned & broadcasts(world)
        self._accounts = np.unique(world.channels.account[self._ours])
        self._opening = ledger.cash_fen(0)
        opening_stock = ledger.balances.column(ledger.balances.opening, Account.INVENTORY)
        self._opening_stock = int(opening_stock[0]) if len(opening_stock) else 0

    def record(self, state: RunState, day: Day) -> None:
        """Write the counts of a day."""
        self._trade(state, day)
        self._people(state, day)
        self._channels(state, day)
        self._chats(day)
        self._agents(state, day)
        self._provision[day.number] = provision(state)

    def _put(self, day: int, **values: float) -> None:
        for name, value in values.items():
            self.series[name][day] = value

    def _trade(self, state: RunState, day: Day) -> None:
        sold, delivered = day.sold, day.events.delivered
        mine = state.world.products.brand_of[sold.product] == 0
        back = state.world.products.brand_of[delivered.product] == 0
        buyers = np.unique(sold.person[mine])
        first = self._count_new(buyers)
        orders = int(np.count_nonzero(mine))
        satisfaction = delivered.satisfaction[back]
        self._put(
            day.number, exposures=day.noticed, impressions=day.impressions, reach=day.reach, considered=day.considered,
            orders=orders, units=int(sold.quantity[mine].sum()), first_orders=first, repeat_orders=orders - first,
            gmv_fen=int((sold.price_fen * sold.quantity)[mine].sum()),
            refunds_fen=int(delivered.refund_fen[back].sum()), buyers=self._buyers,
            active_buyers=self._count_active(buyers, day.number),
            satisfaction=float(satisfaction.mean()) if len(satisfaction) else np.nan,
            returns=int(delivered.returned[back].sum()),
            sell_through=int(sold.quantity[mine & (sold.seller >= 0)].sum()),
            ultimate_units=self.retail.count(state.world, sold, mine, delivered),
        )

    def _count_new(self, who: NDArray[np.int64]) -> int:
        """Return how many of today's buyers had never bought from the brand, any of its products."""
        fresh = who[~self._bought_before[who]]
        self._bought_before[fresh] = True
        self._buyers += len(fresh)
        return len(fresh)

    def _count_active(self, who: NDArray[np.int64], day: int) -> int:
        """Return how many people ordered within the last `ACTIVE_DAYS` days; O(today's and that day's buyers)."""
        self._active += int(np.count_nonzero(self._last[who] <= day - ACTIVE_DAYS))
        self._last[who] = day
        self._bought.append(who)
        if day >= ACTIVE_DAYS:
            old = self._bought[day - ACTIVE_DAYS]
            self._active -= int(np.count_nonzero(self._last[old] == day - ACTIVE_DAYS))
            self._bought[day - ACTIVE_DAYS] = who[:0]
        return self._active

    def _people(self, state: RunState, day: Day) -> None:
        people, p = state.world.people, int(self._products[0])
        trust, fatigue = sample_means(
            self._sample, people.claim_precision[:, p], people.talk_precision[:, p], people.own_precision[:, p],
            people.brand_trust[:, 0], people.fatigue, people.fatigue_day, state.world.keep.fatigue, day.number)
        talked = day.events.talked
        about = state.world.products.brand_of[talked.product] == 0
        self._put(
            day.number, trust=trust, fatigue=fatigue, mutes=day.mutes,
            talks=int(np.count_nonzero(about)), complaints=int(np.count_nonzero(about & (talked.polarity < 0))),
        )

    def _channels(self, state: RunState, day: Day) -> None:
        channels, groups = state.world.channels, self._groups
        some = bool(groups.any())
        unmasked = int(groups[day.events.unmasked.channel].sum())
        banned = day.events.enforced.account
        bans = int(np.isin(banned, self._accounts).sum()) if len(banned) else 0
        self._put(
            day.number, members=int(channels.members[channels.owned & self._ours].sum()),
            group_health=float(channels.health[groups].mean()) if some else np.nan,
            zombie_groups=int(np.count_nonzero(channels.zombie_days[groups] >= ZOMBIE_DAYS)) if some else np.nan,
            **_activity(channels, groups), unmasked=unmasked,
            heat=float(channels.heat[self._rented].mean()) if self._rented.any() else np.nan, bans=bans,
        )
        if unmasked:
            self.marks.append((day.number, "unmasked", "sock_puppet"))
        if bans:
            self.marks.append((day.number, "ban", "account_ban"))

    def _chats(self, day: Day) -> None:
        told = day.events.chatted
        mine = (told.queue[:, None] == self.queues).any(axis=1)
        some = bool(mine.any())
        self._put(day.number, staff=day.staff, chats=int(np.count_nonzero(mine)),
                  chat_wait_minutes=float(told.wait_minutes[mine].mean()) if some else np.nan,
                  chats_lost_share=1.0 - float(told.answered[mine].mean()) if some else np.nan)

    def _agents(self, state: RunState, day: Day) -> None:
        """Count the resellers of the brand, their tiers and their stock; O(resellers)."""
        table, moved = state.world.resellers, day.events.stock_moved
        if not table.size:
            return
        self.retail.hear(day.invite, day.events.joined, day.events.refused)
        self.retail.hand_on(state.world, moved)
        mine = table.brand[: table.size] == 0
        active = mine & (table.left[: table.size] < 0)
        tiers = np.bincount(np.minimum(table.tier[: table.size][active], TIERS - 1), minlength=TIERS)
        ours = np.isin(moved.product, self._products)
        self._put(
            day.number, agents=int(np.count_nonzero(active)),
            agent_joins=int(np.count_nonzero(mine & (table.joined[: table.size] == day.number))),
            agent_exits=int(np.count_nonzero(mine & (table.left[: table.size] == day.number))),
            channel_stock=int(table.stock[: table.size, self._products].sum()),
            sell_in=int(moved.quantity[ours & (moved.supplier < 0)].sum()),
            bought_back=int(moved.quantity[ours & (moved.buyer < 0)].sum()),
            **{f"agents_tier_{k}": int(many) for k, many in enumerate(tiers)},
        )

    def close(self, state: RunState) -> None:
        """Write the day's closing cash and profit; note the day on which debts could no longer be covered."""
        day, closing = state.day, state.ledger.closing
        cash = int(closing("cash")[0, day])
        stock, owed = int(closing("inventory")[0, day]), int(closing("payables")[0, day] - closing("receivables")[0, day])
        self._put(day, cash_fen=cash, profit_fen=cash - self._opening + stock - self._opening_stock - owed - self._provision[day])
        if state.ledger.closing("cash")[0, state.day] < 0 and not any(kind == "insolvent" for _, kind, _ in self.marks):
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
        for name, value in money_series(ledger).items():
            self.series[name][:] = value
        self.series["profit_fen"] -= self._provision
        self.series["net_revenue_fen"] -= np.diff(self._provision, prepend=0.0)
