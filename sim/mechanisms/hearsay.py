"""Hearsay: days on which nothing can happen but talk, and whoever hears of the one product buys it, lived in one go.

No rule of its own: these are the rules of `telling`, `word_of_mouth`, `choice` (certain), `experience` and `repurchase`, for a
market in which they reduce to the following, compiled as one loop over days. `sim.model.stretch` says when that is so, and a
test holds that every column is, byte for byte, what the days one by one leave behind.

    told        as in `telling`, speakers alike
    hears       a listener told with praise who has none in use buys today
    S           g_+ d or -g_- d, d = quality - belief + tolerance
    talks       from tomorrow, until the day drawn as in `word_of_mouth`

| symbol | array | shape |
|---|---|---|
| who buys | mark, by person | (N,), a byte each, read eight at a time |
| counts | orders, considered, talks, complaints a day | (4, T) |

Sources: those of the mechanisms named. Kernel: chunks of the ascending speaker list mark who hears; marks are only ever set,
so neither order nor threads change anything; buyers are then read off in order of their rows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.core.draws import pair, uniform
from sim.core.kernel import Array, Number, kernel, prange, prefetch
from sim.core.maths import log_
from sim.mechanisms.telling import tell_row

ORDERS, CONSIDERED, TALKS, COMPLAINTS = range(4)
"""Rows of the counts."""
_CHUNK = 2048
_MOST_CHUNKS = 64
_ALONE = 8192
"""Speakers or buyers below which waking other threads costs more than they save."""


class Rules(NamedTuple):
    """Numbers of the mechanisms; `keep`, `share` as `telling.passing` makes them, the others by their names there.

    door : of a tie; lasts : days a unit is in use; days : of talk, where log_stay is 0; log_stay : ln of the chance to go on
    talking the next day; longest : most ties of a person.
    """

    keep: Array
    share: Array
    thinned: bool
    quality: float
    tolerance: float
    gain: float
    loss: float
    price: int
    door: int
    lasts: int
    days: int
    log_stay: float
    longest: int


class Graph(NamedTuple):
    """The ties, as `sim.world.ties.Ties` holds them."""

    start: Array
    listener: Array
    weight: Array
    mark: Array


class Columns(NamedTuple):
    """Columns of people by their names there; `occasion`: day of the agenda; `mark`: uint8 (N,), zeros."""

    uid: Array
    belief: Array
    satisfaction: Array
    orders: Array
    spent_fen: Array
    first_path: Array
    first_day: Array
    second_day: Array
    last_day: Array
    memory_offer: Array
    memory_day: Array
    open_until: Array
    in_use_until: Array
    talk_until: Array
    occasion: Array
    mark: Array


@kernel()
def still_talking(active: Array, talk_until: Array, day: int) -> int:
    """Keep those at the head of the list who still talk; returns how many.

    active (a,), rows of people; talk_until (N, 1).
    """
    n = 0
    for k in range(len(active)):
        active[n] = active[k]
        n += talk_until[active[k], 0] >= day
    return n


@kernel()
def tell_some(low: int, stop: int, active: Array, rules: Rules, ties: Graph, people: Columns, key: int, day: int,
              told: Array, out: Array) -> None:
    """Let speakers low..stop of the list talk: mark who hears and buys; add considered, talks, complaints to `out`.

    told : int64 (longest row,), working space
    """
    # Out of the tuples once: inside a loop each look-up would count references.
    start, listener, weight, layers = ties.start, ties.listener, ties.weight, ties.mark
    keep, share, thinned, uid, mark = rules.keep, rules.share, rules.thinned, people.uid, people.mark
    satisfaction, in_use_until = people.satisfaction, people.in_use_until
    considered, talks, complaints = 0, 0, 0
    for s in range(low, stop):
        if s + 16 < stop:
            prefetch(start, np.int64(active[s + 16]))
            prefetch(uid, np.int64(active[s + 16]))
            prefetch(listener, start[active[s + 8]])
            prefetch(weight, start[active[s + 8]])
        j = active[s]
        n = tell_row(key, pair(np.int64(uid[j]), 0), start[j], start[j + 1], keep, share, thinned, layers, told, 0)
        if n == 0:
            continue
        pleased = satisfaction[j, 0] >= 0
        said = 0
        for k in range(n):
            e = told[k]
            if (weight[e] & 32767) == 0:
                continue
            said = 1
            i = listener[e]
            # Without a branch: who has one in use already is as good as tossed.
            buys = pleased & (in_use_until[i, 0] < day)
            considered += buys
            mark[i] |= buys
        talks += said
        if not pleased:
            complaints += said
    out[CONSIDERED] += considered
    out[TALKS] += talks
    out[COMPLAINTS] += complaints


@kernel(parallel=True)
def tell(active: Array, rules: Rules, ties: Graph, people: Columns, key: int, day: int, out: Array) -> None:
    """As `tell_some` for all speakers, in chunks side by side; active (a,), out (4,)."""
    chunks = min(_MOST_CHUNKS, len(active) // _CHUNK)
    part = np.zeros((chunks, 8), np.int64)
    for c in prange(chunks):
        told = np.empty(rules.longest, np.int64)
        tell_some(len(active) * c // chunks, len(active) * (c + 1) // chunks, active, rules, ties, people, key, day, told,
                  part[c])
    for c in range(chunks):
        for k in range(len(out)):
            out[k] += part[c, k]


@kernel()
def read_marks(mark: Array, out: Array) -> int:
    """Write who is marked, ascending, and clear the marks; returns how many.

    mark : uint8 (N,); out : int32 (N + 1,), of which one place is spare.
    """
    n = 0
    words = mark[: len(mark) // 8 * 8].view(np.uint64)
    for w in range(len(words)):
        if words[w] != 0:
            for i in range(8 * w, 8 * w + 8):
                out[n] = i
                n += mark[i]
            words[w] = 0
    for i in range(8 * len(words), len(mark)):
        if mark[i] != 0:
            out[n] = i
            n += 1
            mark[i] = 0
    return n


@kernel()
def buy_some(low: int, stop: int, buyers: Array, rules: Rules, people: Columns, day: int, key_silence: int,
             judged: Array) -> None:
    """Write what the purchases of buyers low..stop leave behind, and what each judged; buyers, judged (m,)."""
    # Out of the tuples once, as above.
    belief, satisfaction, orders, first_path = people.belief, people.satisfaction, people.orders, people.first_path
    first_day, second_day, spent_fen, last_day = people.first_day, people.second_day, people.spent_fen, people.last_day
    memory_offer, memory_day, open_until, in_use_until = people.memory_offer, people.memory_day, people.open_until, people.in_use_until
    occasion, uid, talk_until = people.occasion, people.uid, people.talk_until
    quality, tolerance, gain, loss = rules.quality, rules.tolerance, rules.gain, rules.loss
    door, price, lasts, days = rules.door, rules.price, rules.lasts, rules.days
    log_stay = rules.log_stay
    for k in range(low, stop):
        i = buyers[k]
        d = quality - np.float64(belief[i, 0]) + tolerance
        judged[k] = gain * d if d > 0.0 else loss * d
        satisfaction[i, 0] = judged[k]
        before = np.int64(orders[i, 0])
        if before == 0:
            first_path[i, 0] = door
            first_day[i, 0] = day
        elif before == 1:
            second_day[i, 0] = day
        orders[i, 0] = min(before + 1, 65535)
        spent_fen[i, 0] += price
        last_day[i, 0] = day
        memory_offer[i, 0] = 0
        memory_day[i, 0] = day
        open_until[i, 0] = day - 1
        in_use_until[i, 0] = min(day + lasts, 30000)
        occasion[i] = min(day + lasts, 30000)
        talk = np.float64(days)
        if log_stay < 0.0:
            talk = 1.0 + np.floor(log_(uniform(key_silence, np.int64(uid[i]) * 16)) / log_stay)
        talk_until[i, 0] = np.int64(min(day + talk, 32000.0))


@kernel(parallel=True)
def buy(buyers: Array, rules: Rules, people: Columns, day: int, key_silence: int, judged: Array) -> None:
    """As `buy_some` for all buyers, in chunks side by side; buyers, judged (m,)."""
    chunks = min(_MOST_CHUNKS, len(buyers) // _CHUNK)
    for c in prange(chunks):
        buy_some(len(buyers) * c // chunks, len(buyers) * (c + 1) // chunks, buyers, rules, people, day, key_silence, judged)


@kernel()
def merged(active: Array, buyers: Array, out: Array) -> int:
    """Write who stands in either list, both ascending, once each; returns how many.

    active (a,), buyers (m,), out (a + m,).
    """
    n, h, k = 0, 0, 0
    while h < len(active) and k < len(buyers):
        a, b = active[h], buyers[k]
        out[n] = min(a, b)
        n += 1
        h += a <= b
        k += b <= a
    for rest in range(h, len(active)):
        out[n] = active[rest]
        n += 1
    for rest in range(k, len(buyers)):
        out[n] = buyers[rest]
        n += 1
    return n


@kernel()
def live_days(first: int, stop: int, active: Array, spare: Array, many: int, rules: Rules, ties: Graph, people: Columns,
              key_talk: Array, key_silence: Array, buyers: Array, judged: Array, bound: Array, counts: Array) -> Number:
    """Live the days from `first` up to `stop`; returns how many talk afterwards, and whether they stand in `spare`.

    Parameters
    ----------
    active, spare : int32 (N,)
        The first `many` of `active` talk, ascending; the other is working space.
    key_talk, key_silence : uint64 (T,), by day from `first`
    buyers : int32 (N + 1,), judged : float64 (N,), bound : int64 (T + 1,)
        Buyers of each day and their satisfaction: those of day `first + t` are bound[t] .. bound[t + 1].
    counts : int64 (4, T)
    """
    told, today_counts = np.empty(rules.longest, np.int64), np.zeros(4, np.int64)
    swapped = False
    for t in range(stop - first):
        day = first + t
        many = still_talking(active[:many], people.talk_until, day)
        bound[t + 1] = bound[t]
        if many == 0:
            continue
        for what in range(len(today_counts)):
            today_counts[what] = 0
        if many < _ALONE:
            tell_some(0, many, active, rules, ties, people, key_talk[t], day, told, today_counts)
        else:
            tell(active[:many], rules, ties, people, key_talk[t], day, today_counts)
        if today_counts[CONSIDERED] > 0:
            n = read_marks(people.mark, buyers[bound[t] :])
            today, felt = buyers[bound[t] : bound[t] + n], judged[bound[t] : bound[t] + n]
            if n < _ALONE:
                buy_some(0, n, today, rules, people, day, key_silence[t], felt)
            else:
                buy(today, rules, people, day, key_silence[t], felt)
            many = merged(active[:many], today, spare)
            active, spare = spare, active
            swapped = not swapped
            bound[t + 1] = bound[t] + n
            today_counts[ORDERS] = n
        for what in range(len(today_counts)):
            counts[what, t] = today_counts[what]
    return many, swapped
