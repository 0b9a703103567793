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
| arrival, service, patience, wait | minutes | (n,) |
| free | minute at which each server of a queue is free | (c,) |

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
from sim.exchange.events import Chatted, PathKind, Reason
from sim.exchange.kept import once
from sim.world.state import World

if TYPE_CHECKING:
    from sim.exchange.actions import Capacity
    from sim.mechanisms.choice import Choices
    from sim.mechanisms.encounters import Encounters

_CHAT, _LOST = int(PathKind.CHAT), int(Reason.QUEUE)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@tabular
class Wishes:
    """People who would chat about an offer with a queue today; a person may stand here several times."""

    person: Ints
    offer: Ints


@kernel()
def draw_chats(person: Array, offer: Array, reason: Array, asked_person: Array, asked_offer: Array, queue_of: Array,
               uid: Array, staff: Array, keys: Array, seat: Array, told: Array, times: Array) -> int:
    """List one chat a person and queue, and draw arrival in the opening hours, service time and patience of each.

    A chat is about what was ordered, else about the first offer; those of a queue stand together. Returns how many there are.

    Parameters
    ----------
    person, offer, reason : (m,), orders, where reason is -1; asked_person, asked_offer : (a,), who chats anyway
    queue_of : (O,), -1: none; uid : (N,); staff : float64 (Q, 5), as `_staff`; keys : uint64 (Q,)
    seat : working space (N,), zeros before and after
    told : int64 (4, m + a), person, offer, queue, uid; times : float64 (3, m + a), arrival, service, patience, in minutes
    """
    n = 0
    for q in range(len(keys)):
        begin = n
        for k in range(len(person)):
            if reason[k] >= 0 or queue_of[offer[k]] != q:
                continue
            at = seat[person[k]] - 1
            if at < 0:
                told[0, n], told[1, n] = person[k], offer[k]
                n += 1
                seat[person[k]] = n
            else:
                told[1, at] = min(told[1, at], offer[k])
        with_order = n
        for k in range(len(asked_person)):
            if queue_of[asked_offer[k]] != q:
                continue
            at = seat[asked_person[k]] - 1
            if at < 0:
                told[0, n], told[1, n] = asked_person[k], asked_offer[k]
                n += 1
                seat[asked_person[k]] = n
            elif at >= with_order:
                told[1, at] = min(told[1, at], asked_offer[k])
        opens, closes, minutes, patience = staff[q, 1], staff[q, 2], staff[q, 3], staff[q, 4]
        for k in range(begin, n):
            i = told[0, k]
            seat[i] = 0
            told[2, k], told[3, k] = q, uid[i]
            times[0, k], times[1, k], times[2, k] = 0.0, 0.0, 0.0
            if staff[q, 0] < 0.0:
                continue
            inner = draw64(keys[q], told[3, k])
            times[0, k] = opens + (closes - opens) * uniform(inner, 0)
            times[1, k] = -log_(uniform(inner, 1)) * minutes
            times[2, k] = -log_(uniform(inner, 2)) * patience
    return n


@kernel()
def serve(turn: Array, told: Array, times: Array, staff: Array, waits: bool, free: Array, person: Array, offer: Array,
          queue_of: Array, seat: Array, lost: int, reason: Array, chats: Array, minutes: Array) -> None:
    """Serve the chats of each queue in order of arrival by the first free of its servers; an order is lost with its chat.

    Parameters
    ----------
    turn : (n,), chats by queue and arrival; told, times : as `draw_chats` leaves them; staff : float64 (Q, 5), as `_staff`
    waits : False: everybody is answered at once; free : working space, as long as the most servers of a queue
    person, offer, reason : (m,), orders, where reason is -1; it becomes `lost` with the chat
    queue_of : (O,); seat : working space (N,), zeros before and after
    chats : int64 (4, n), written: person, offer, queue, whether answered
    minutes : float64 (2, n), written: of arrival, and waited (until answer or loss)
    """
    begin = 0
    while begin < len(turn):
        q, end = told[2, turn[begin]], begin
        opens, closes, servers = staff[q, 1], staff[q, 2], np.int64(staff[q, 0])
        for c in range(servers):
            free[c] = opens
        while end < len(turn) and told[2, turn[end]] == q:
            k = turn[end]
            arrival, patience = times[0, k], times[2, k]
            wait, answered = 0.0, not waits
            if waits and servers >= 0:
                best = -1
                for c in range(servers):
                    if best < 0 or free[c] < free[best]:
                        best = c
                start = arrival if best < 0 else max(arrival, free[best])
                wait = start - arrival
                answered = best >= 0 and wait <= patience and start < closes
                if answered:
                    free[best] = start + times[1, k]
                else:
                    wait = max(0.0, min(patience, closes - arrival))
            chats[0, end], chats[1, end], chats[2, end], chats[3, end] = told[0, k], told[1, k], q, answered
            minutes[0, end], minutes[1, end] = arrival, wait
            seat[told[0, k]] = 0 if answered else 1
            end += 1
        for k in range(len(person)):
            if reason[k] < 0 and queue_of[offer[k]] == q and seat[person[k]] == 1:
                reason[k] = lost
        for k in range(begin, end):
            seat[chats[0, k]] = 0
        begin = end


def wishes(world: World, met: Encounters, considered: Bools) -> Wishes:
    """Return the encounters of today that begin a chat: one-to-one, considered (bool (m,)), about an offer with a queue."""
    if not world.queue_names:
        return Wishes(np.empty(0, np.int64), np.empty(0, np.int64))
    pick = (considered & (met.kind == _CHAT)).nonzero()[0]
    offer = met.offer[pick].astype(np.int64)
    person = met.person[pick].astype(np.int64)
    served = world.offers.queue[offer] >= 0
    return Wishes(person, offer) if np.count_nonzero(served) == len(served) else Wishes(person[served], offer[served])


def answer(world: World, asked: Wishes, chosen: Choices, reason: Ints, capacity: Capacity, day: int, *, waits: bool) -> Chatted:
    """Let everybody who chats today be answered, or not; an order whose chat is lost is lost.

    Reads offers. Purpose of draws: queue. Cost: O(chats log chats).

    Parameters
    ----------
    asked : Wishes
        Who chats without regard to what comes of it.
    chosen, reason : (m,)
        Today's orders where reason is -1; it is written where the chat is lost.
    waits : bool
        False: everybody is answered at once.

    Returns
    -------
    Chatted
        By queue, then in the order of arrival.
    """
    names, queue_of, seat, most = world.queue_names, world.offers.queue, world.scratch.load, len(reason) + len(asked.person)
    keys = np.array([world.draws.key(f"queue {name}", day) for name in names], np.uint64)
    staff, free = once(_staff, capacity, len(names))
    told, times = np.empty((4, most), np.int64), np.empty((3, most))
    n = draw_chats(chosen.person, chosen.offer, reason, asked.person, asked.offer, queue_of, world.people.uid, staff, keys, seat, told,
                   times)
    if not n:
        return Chatted.empty()
    turn = np.lexsort((told[3, :n], times[0, :n], told[2, :n]))
    chats, minutes = np.empty((4, n), np.int64), np.empty((2, n))
    serve(turn, told, times, staff, waits, free, chosen.person, chosen.offer, queue_of, seat, _LOST, reason, chats, minutes)
    person, offer, queue, answered = chats
    arrival, wait = minutes
    return Chatted(person, offer, queue, arrival, wait, answered)


def _staff(capacity: Capacity, queues: int) -> tuple[Floats, Floats]:
    """Return servers, opening, closing, minutes a case and patience by queue, float64 (Q, 5), and room for the servers of one.

    A queue without staff has -1 servers: nobody is answered there.
    """
    staff = np.zeros((queues, 5))
    staff[:, 0] = -1.0
    columns = (capacity.servers, capacity.open_minute, capacity.close_minute, capacity.minutes_a_case, capacity.patience_minutes)
    for row in range(len(capacity) - 1, -1, -1):  # the first row of a queue counts
        staff[capacity.queue[row]] = [column[row] for column in columns]
    return staff, np.empty(max(0, int(staff[:, 0].max(initial=0.0))))
