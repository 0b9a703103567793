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
from sim.core.kernel import Array, Number, kernel, prange
from sim.core.maths import log_
from sim.mechanisms.experience import begin_talking
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
    """Keep those at the head of the list who still talk; returns how many."""
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
    considered, talks, complaints = 0, 0, 0
    for s in range(low, stop):
        j = active[s]
        n = tell_row(key, pair(np.int64(people.uid[j]), 0), ties.start[j], ties.start[j + 1], rules.keep, rules.share,
                     rules.thinned, ties.mark, told, 0)
        if n == 0:
            continue
        pleased = people.satisfaction[j, 0] >= 0
        said = 0
        for k in range(n):
            e = told[k]
            if (ties.weight[e] & 32767) == 0:
                continue
            said = 1
            i = ties.listener[e]
            if pleased and people.in_use_until[i, 0] < day:
                considered += 1
                people.mark[i] = 1
        talks += said
        if not pleased:
            complaints += said
    out[CONSIDERED] += considered
    out[TALKS] += talks
    out[COMPLAINTS] += complaints


@kernel(parallel=True)
def tell(active: Array, rules: Rules, ties: Graph, people: Columns, key: int, day: int, out: Array) -> None:
    """As `tell_some` for all speakers, in chunks side by side."""
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
    """Write who is marked, ascending, and clear the marks; returns how many. One place of `out` is spare."""
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
def buy_some(low: int, stop: int, buyers: Array, rules: Rules, people: Columns, day: int, key_silence: int, judged: Array,
             until: Array) -> None:
    """Write what the purchases of buyers low..stop leave behind, by buyer `judged` and `until` when they talk."""
    for k in range(low, stop):
        i = buyers[k]
        d = rules.quality - np.float64(people.belief[i, 0]) + rules.tolerance
        judged[k] = rules.gain * d if d > 0.0 else rules.loss * d
        people.satisfaction[i, 0] = judged[k]
        before = np.int64(people.orders[i, 0])
        if before == 0:
            people.first_path[i, 0] = rules.door
            people.first_day[i, 0] = day
        elif before == 1:
            people.second_day[i, 0] = day
        people.orders[i, 0] = min(before + 1, 65535)
        people.spent_fen[i, 0] += rules.price
        people.last_day[i, 0] = day
        people.memory_offer[i, 0] = 0
        people.memory_day[i, 0] = day
        people.open_until[i, 0] = day - 1
        people.in_use_until[i, 0] = min(day + rules.lasts, 30000)
        people.occasion[i] = min(day + rules.lasts, 30000)
        talk = np.float64(rules.days)
        if rules.log_stay < 0.0:
            talk = 1.0 + np.floor(log_(uniform(key_silence, np.int64(people.uid[i]) * 16)) / rules.log_stay)
        until[k] = np.int64(min(day + talk, 32000.0))


@kernel(parallel=True)
def buy(buyers: Array, rules: Rules, people: Columns, day: int, key_silence: int, judged: Array, until: Array) -> None:
    """As `buy_some` for all buyers, in chunks side by side."""
    chunks = min(_MOST_CHUNKS, len(buyers) // _CHUNK)
    for c in prange(chunks):
        buy_some(len(buyers) * c // chunks, len(buyers) * (c + 1) // chunks, buyers, rules, people, day, key_silence, judged,
                 until)


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
    until, alike, told = np.empty(len(buyers), np.int64), np.zeros(len(buyers), np.uint8), np.empty(rules.longest, np.int64)
    today_counts = np.zeros(4, np.int64)
    swapped = False
    for t in range(stop - first):
        day = first + t
        many = still_talking(active[:many], people.talk_until, day)
        bound[t + 1] = bound[t]
        if many == 0:
            continue
        today_counts[:] = 0
        if many < _ALONE:
            tell_some(0, many, active, rules, ties, people, key_talk[t], day, told, today_counts)
        else:
            tell(active[:many], rules, ties, people, key_talk[t], day, today_counts)
        if today_counts[CONSIDERED] > 0:
            n = read_marks(people.mark, buyers[bound[t] :])
            today, felt = buyers[bound[t] : bound[t] + n], judged[bound[t] : bound[t] + n]
            if n < _ALONE:
                buy_some(0, n, today, rules, people, day, key_silence[t], felt, until)
            else:
                buy(today, rules, people, day, key_silence[t], felt, until)
            many = begin_talking(today, alike, 0, until, day, people.talk_until, active[:many], spare)
            active, spare = spare, active
            swapped = not swapped
            bound[t + 1] = bound[t] + n
            today_counts[ORDERS] = n
        counts[:, t] = today_counts
    return many, swapped
