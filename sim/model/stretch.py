"""Days in which nothing can happen but talk, lived in one go where nobody looks in between.

A scenario without sellers, whose mechanisms are reduced so far that whoever hears of the one product buys it, leaves eleven of
the twelve steps of a day with nothing to do. Such days go through one compiled loop (`sim.mechanisms.hearsay`) and are booked
and recorded together. What they leave behind is, byte for byte, what the days one by one would have left
(tests/integration/test_stretch.py); the first day, the last, and any day on which a need opens are lived as usual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from sim.core.accounts import Account, Purpose
from sim.core.draws import keys_of
from sim.core.maths import log_, power
from sim.exchange.events import PathKind
from sim.ledger.goods import Place
from sim.mechanisms import hearsay
from sim.mechanisms.telling import passing

if TYPE_CHECKING:
    from sim.mechanisms.params import MechanismsSpec
    from sim.model.state import RunState
    from sim.scenario.spec import ScenarioSpec
    from sim.world.state import World

_PERSON_DAYS = 30_000_000
"""Most days times people in one stretch, so that an interrupt is heeded within a second."""


def possible(spec: ScenarioSpec) -> bool:
    """Tell whether a scenario's market is one in which there is only talk."""
    mech = cast("MechanismsSpec", spec.mechanisms)
    talk, lived, choice, need = mech.word_of_mouth, mech.experience, mech.choice, mech.repurchase
    brands = spec.all_brands()
    return not (
        spec.strategies or spec.shocks or len(brands) > 1 or len(brands[0].all_products()) > 1
        or not talk.enabled or talk.constant_rate is None or talk.shift or any(talk.show) or not any(talk.contact)
        or mech.belief.mode != "off" or choice.mode != "certain" or choice.impulse < 1 or choice.impulse_in_use
        or lived.noise or lived.defect or lived.return_base or lived.return_live or lived.return_disappointed
        or lived.moves_trust or need.mode != "occasions" or need.need_rate or need.spread
    )


def live(state: RunState) -> int:
    """Live as many days as can be lived in one go; returns how many, 0 if today cannot."""
    days = _days(state)
    if not days:
        return 0
    world, mech, people = state.world, state.mechanisms, state.world.people
    state.laps.begin()
    talk, lived, n = mech.word_of_mouth, mech.experience, world.n_people
    chance = (talk.constant_rate or 0.0) * np.asarray(talk.contact)
    keep, share = passing(*chance.tolist())
    active, spare = np.empty(n, np.int32), np.empty(n, np.int32)
    many = len(world.talkers.active[0])
    active[:many] = world.talkers.active[0]
    price = int(world.offers.price_fen[0])
    stay = log_(1.0 - 1.0 / talk.days) if talk.silence == "geometric" and talk.days > 1 else 0.0
    buyers, judged = np.empty(n + 1, np.int32), np.empty(n)
    bound, counts = np.zeros(len(days) + 1, np.int64), np.zeros((4, len(days)), np.int64)
    rules = hearsay.Rules(keep, share, bool((share < 1).any()), float(world.products.quality[0]), lived.tolerance, lived.gain,
                          lived.loss, price, int(PathKind.TIE), _lasts(world), int(talk.days), stay, _longest(world))
    columns = {name: getattr(people, name) for name in hearsay.Columns._fields if hasattr(people, name)}
    many, swapped = hearsay.live_days(
        days.start, days.stop, active, spare, many, rules,
        hearsay.Graph(*[getattr(world.ties, name) for name in hearsay.Graph._fields]),
        hearsay.Columns(**columns, occasion=world.agendas[0].day, mark=world.scratch.mark),
        keys_of(world.draws.seed, "talk 0", days.start, len(days)),
        keys_of(world.draws.seed, "silence", days.start + 1, len(days)), buyers, judged, bound, counts)
    world.talkers.active[0] = (spare if swapped else active)[:many].copy()
    latest = buyers[bound[-2] : bound[-1]]
    world.talkers.fresh[0] = latest[people.orders[latest, 0] == 1]
    orders = counts[hearsay.ORDERS]
    world.next_order += int(orders.sum())
    state.laps.end("talk")
    _book(state, days, orders, price)
    state.laps.end("settle")
    state.recorder.record_days(state, days, counts, bound, buyers[: bound[-1]], judged)
    state.day = days.stop
    state.laps.end("record")
    return len(days)


def _days(state: RunState) -> range:
    """Return the days that can be lived in one go from today on, the last of the run never among them."""
    world, today = state.world, state.day
    none = range(0)
    if (today == 0 or world.brand_stock[0] >= 0 or world.spare[0] or state.ledger.payables.by_day or world.people.fatigue.any()
            or not world.offers.live[0] or today + _lasts(world) < state.spec.days):
        return none
    stop = min(state.spec.days - 1, today + max(1, _PERSON_DAYS // world.n_people))
    ringing = np.flatnonzero(world.agendas[0].head[today:stop] >= 0)
    stop = today + int(ringing[0]) if len(ringing) else stop
    choice = state.mechanisms.choice
    for need in np.unique(world.calendar.need[today:stop]).tolist():
        if 1.0 - power(1.0 - choice.impulse, need) < 1.0 or 1.0 - power(1.0 - choice.impulse_in_use, need) > 0.0:
            return none
    return range(today, stop)


def _lasts(world: World) -> int:
    """Return how many days a unit is in use."""
    return max(1, int(float(world.products.uses_days[0]) + 0.5))


def _longest(world: World) -> int:
    """Return the most ties that anybody has."""
    return int(np.diff(world.ties.start).max(initial=0))


def _book(state: RunState, days: range, orders: np.ndarray[tuple[int], np.dtype[np.int64]], price: int) -> None:
    """Enter sales, goods and parcels of the days, and close them."""
    products = state.world.products
    rows = []
    for payer, payee, fen, purpose in (
            (Account.HOUSEHOLD, Account.BRAND, price, Purpose.SALE),
            (Account.BRAND, Account.SUPPLIER, int(products.unit_cost_fen[0]), Purpose.GOODS),
            (Account.BRAND, Account.LOGISTICS, int(products.delivery_fen[0]), Purpose.DELIVERY)):
        on = np.flatnonzero(orders * fen)
        table = np.zeros((8, len(on)), np.int64)
        table[0], table[1], table[4], table[5], table[7] = payer, payee, orders[on] * fen, purpose, days.start + on
        rows.append(table)
    moves = np.concatenate(rows, axis=1)
    state.ledger.goods.move(Place.MADE, Place.SOLD, 0, int(orders.sum()))
    state.ledger.close_days(days.stop - 1, moves[:7], moves[7])
