"""Queueing: every chat needs somebody to answer it, whether or not it ends in an order.

Whoever chats with a seller about an offer that is sold by chat waits for the first member of staff who
is free. Who waits longer than their patience, or until the seller closes, is lost, and with them their
order. At night the queue is empty.

Rules of a queue with c servers, chat by chat in the order of arrival:

    arrival ~ U(opening, closing),  service ~ Exp(minutes a case),  patience ~ Exp(patience)
    start = max(arrival, first server free);  wait = start - arrival
    answered if wait <= patience and start < closing; otherwise wait = min(patience, closing - arrival)

so that P(answered | wait w) = e^{-w / patience}. A chat is whatever of the day's encounters through
one-to-one messages is considered, and every order of an offer with a queue through any other door; a
person chats once with a queue and day. Given their number, uniform arrivals are a Poisson stream: with
long patience waits are Erlang C, with no patience losses are Erlang B, between them Erlang A.

| symbol | array | shape |
|---|---|---|
| arrival, service, patience, wait | minutes | (n,) ascending arrival |
| free | minute at which each server is free | (c,) |

Sources: [Erlang1917], [Palm1957]; minutes a case and patience domain 4.10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.draws import draw64, uniform
from sim.core.kernel import Array, kernel
from sim.core.maths import log_
from sim.exchange.events import Chatted, PathKind
from sim.world.state import World

if TYPE_CHECKING:
    from sim.exchange.actions import Capacity
    from sim.mechanisms.encounters import Encounters

_CHAT = int(PathKind.CHAT)

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@tabular
class Wishes:
    """People who would chat about an offer with a queue today; a person may stand here several times."""

    person: Ints
    offer: Ints


@kernel()
def draw_chats(uid: Array, key: int, opens: float, closes: float, minutes: float, patience: float, arrival: Array,
               service: Array, patient: Array) -> None:
    """Draw arrival in the opening hours, service time and patience of every chat.

    All in minutes; uid, arrival, service, patient (chats,).
    """
    for k in range(len(uid)):
        inner = draw64(key, np.int64(uid[k]))
        arrival[k] = opens + (closes - opens) * uniform(inner, 0)
        service[k] = -log_(uniform(inner, 1)) * minutes
        patient[k] = -log_(uniform(inner, 2)) * patience


@kernel()
def serve(arrival: Array, service: Array, patience: Array, free: Array, closes: float, wait: Array,
          answered: Array) -> None:
    """Serve chats in order of arrival by the first free of c servers.

    Parameters
    ----------
    arrival, service, patience : float64 (n,), minutes, arrival ascending
    free : float64 (c,), minute at which each server is free; changed
    closes : float, minute after which nobody is answered any more
    wait : float64 (n,), minutes waited (until answer or loss); answered : bool (n,)
    """
    for k in range(len(arrival)):
        best = -1
        for c in range(len(free)):
            if best < 0 or free[c] < free[best]:
                best = c
        start = arrival[k] if best < 0 else max(arrival[k], free[best])
        wait[k] = start - arrival[k]
        answered[k] = best >= 0 and wait[k] <= patience[k] and start < closes
        if answered[k]:
            free[best] = start + service[k]
        else:
            wait[k] = max(0.0, min(patience[k], closes - arrival[k]))


def wishes(world: World, met: Encounters, considered: Bools) -> Wishes:
    """Return the encounters of today that begin a chat: one-to-one, considered (bool (m,)), about an offer with a queue."""
    if not world.queue_names:
        return Wishes(np.empty(0, np.int64), np.empty(0, np.int64))
    pick = (considered & (met.kind == _CHAT)).nonzero()[0]
    offer = met.offer[pick].astype(np.int64)
    person = met.person[pick].astype(np.int64)
    served = world.offers.queue[offer] >= 0
    return Wishes(person, offer) if np.count_nonzero(served) == len(served) else Wishes(person[served], offer[served])


def answer(world: World, asked: Wishes, ordered: Wishes, capacity: Capacity, day: int, *,
           waits: bool) -> tuple[Chatted, Bools]:
    """Let everybody who chats today be answered, or not.

    Reads offers. Purpose of draws: queue. Cost: O(chats log chats).

    Parameters
    ----------
    asked : Wishes
        Who chats without regard to what comes of it.
    ordered : Wishes
        Today's orders, one row an order, of any offer.
    waits : bool
        False: everybody is answered at once.

    Returns
    -------
    Chatted
        By queue, then in the order of arrival.
    bool (orders,)
        Orders whose chat was lost.
    """
    lost = np.zeros(len(ordered.person), np.bool_)
    queue_of = world.offers.queue
    sold = (queue_of[ordered.offer] >= 0).nonzero()[0]
    if not len(sold) and not len(asked.person):
        return Chatted.empty(), lost
    # One chat a person and queue: about what was ordered, else about the first offer.
    slots = np.concatenate([_slot(world, ordered.person[sold], ordered.offer[sold]), _slot(world, asked.person, asked.offer)])
    n_offers = len(world.offers)
    code = slots * 2
    code[len(sold):] += 1
    code = code * n_offers + np.concatenate([ordered.offer[sold], asked.offer])
    code.sort()
    slot = code // (2 * n_offers)
    first = np.empty(len(slot), np.bool_)
    first[0] = True
    np.not_equal(slot[1:], slot[:-1], out=first[1:])
    slot, offer = slot[first], code[first] % n_offers
    queue, person = np.divmod(slot, world.n_people)
    parts, answered = [], np.empty(len(slot), np.bool_)
    for q in range(int(queue[0]), int(queue[-1]) + 1):
        begin, end = queue.searchsorted((q, q + 1)).tolist()
        if begin < end:
            chatted, answered[begin:end] = _served(world, person[begin:end], offer[begin:end], q, capacity, day, waits=waits)
            parts.append(chatted)
    lost[sold] = ~answered[slot.searchsorted(slots[:len(sold)])]
    return Chatted.stacked(parts), lost


def _slot(world: World, person: Ints, offer: Ints) -> Ints:
    """Number the queue of an offer and a person together, int64 (m,), by queue and then by person."""
    found: Ints = world.offers.queue[offer] * world.n_people + person
    return found


def _served(world: World, person: Ints, offer: Ints, queue: int, capacity: Capacity, day: int, *,
            waits: bool) -> tuple[Chatted, Bools]:
    """Serve the chats of one queue (n,); returns them in the order of arrival, and whether each (n,) was answered.

    Without staff nobody is answered.
    """
    n, uid, name = len(person), world.people.uid[person], world.queue_names[queue]
    arrival, service, patience, wait = np.zeros((4, n))
    answered = np.full(n, not waits)
    row = (capacity.queue == queue).nonzero()[0]
    r = int(row[0]) if len(row) else -1
    opens, closes = (float(capacity.open_minute[r]), float(capacity.close_minute[r])) if r >= 0 else (0.0, 0.0)
    if r >= 0:
        draw_chats(uid, world.draws.key(f"queue {name}", day), opens, closes,
                   float(capacity.minutes_a_case[r]), float(capacity.patience_minutes[r]), arrival, service, patience)
    turn = np.lexsort((uid, arrival))
    arrival = arrival[turn]
    if waits and r >= 0:
        free = np.full(int(capacity.servers[r]), opens)
        serve(arrival, service[turn], patience[turn], free, closes, wait, answered)
    in_turn = np.empty(n, np.bool_)
    in_turn[turn] = answered
    return Chatted(person[turn], offer[turn], np.full(n, queue, np.int64), arrival, wait,
                   answered.astype(np.int64)), in_turn
