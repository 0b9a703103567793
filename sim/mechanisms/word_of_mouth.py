"""Word of mouth (口碑): buyers tell their ties, and their group, for some days after a purchase.

Satisfied and dissatisfied buyers both talk, the dissatisfied a little more; what is heard moves the
listener's belief and, for a while, the utility itself, up or down by the same amount.

Equations, speaker j with satisfaction S, tie e of layer l to listener i:

    rate_j    = w_0 + a_+ max(S, 0) + a_- max(-S, 0)          for L_j days after a delivery
    L_j       = `days`, or geometric with that mean: 1 + floor(ln u / ln(1 - 1 / days))
    P(told_e) = min(1, rate_j c_l)                            each day and tie, independent (`telling`)
    buzz_i   <- buzz_i e^{-dt / tau} + sum_e sign(S_j) delta T_e      (sign(0) = 1)
    peers_i  <- peers_i + 1   with chance show_l, once a tie, on the day after the first purchase
    in groups: each active member hears a talker with chance r_g

Telling by layer alone, for ever, with certain choice, is the strong/weak tie model of
[Goldenberg2001]; telling on one day only is the independent cascade; falling silent with a chance a day, as
the infected recover, is the epidemic of [KermackMcKendrick1927].

| symbol | array | shape |
|---|---|---|
| told_e | hits: tie row and speaker | (h,) |
| T_e | signed trust of the tie | [-1, 1] |
| c_l | contact by layer | (4,) |

Sources: [Anderson1998], [East2008] (symmetric shift of utility), domain 4.5; market 7 (decay of the
shift); contact by layer assumed.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.draws import draw64, threshold, uniform
from sim.core.kernel import Array, Number, kernel
from sim.core.maths import log_, to_fixed
from sim.core.params import ASSUMPTION, Days, Params, Share, param
from sim.exchange.events import PathKind, Talked
from sim.mechanisms.encounters import Gathering
from sim.mechanisms.telling import spread, spread_alike
from sim.world.audiences import ACTIVE, NO_ROW, first_block
from sim.world.state import World

_GROUP, _TIE = 0, int(PathKind.TIE)


class WordOfMouthParams(Params):
    """Who talks, how often, and what it does to the listener."""

    enabled: bool = param(True, source="scenario", doc="Switch word of mouth off altogether", zh="口碑开关")
    base_rate: float = param(0.02, source="domain 4.5", low=0.005, high=0.05, ge=0, le=1,
                             doc="Talk a day of an indifferent buyer", zh="基础口碑率", unit="per day")
    praise: float = param(0.3, source="market 7", low=0.1, high=0.6, ge=0, le=10,
                          doc="Talk a day for each unit of satisfaction", zh="满意加成")
    complaint_ratio: float = param(1.3, source="domain 4.5", low=1, high=2, ge=0, le=10,
                                   doc="Complaint against praise", zh="抱怨比")
    days: Days = param(14.0, source="domain 4.5", low=7, high=28, unit="days",
                       doc="How long a purchase is talked about", zh="口碑天数")
    silence: Literal["fixed", "geometric"] = param(
        "fixed", source="scenario", zh="沉默方式",
        doc="fixed: all talk for `days` days; geometric: each day ends it with chance 1/days, so that `days` is the mean")
    first_customers: bool = param(False, source="scenario", zh="种子客户传播",
                                  doc="Seed customers talk from the first day on, as if they had just bought")
    contact: tuple[float, float, float, float] = param(
        (0.5, 0.2, 0.08, 0.03), source=ASSUMPTION,
        doc="Chance that a talker meets a tie of each layer, closest first (range 0.5 to 2 times)", zh="各层接触率")
    show: tuple[float, float, float, float] = param(
        (0.5, 0.3, 0.1, 0.05), source=ASSUMPTION,
        doc="Chance that a first purchase becomes known to a tie of each layer (range 0.5 to 2 times)", zh="晒单率")
    shift: float = param(1.0, source="domain 4.5", low=0.3, high=1.5, ge=0, le=20,
                         doc="Shift of utility by one talk at full trust", zh="口碑效用")
    shift_decay: Days = param(14.0, source="market 7", low=7, high=28, unit="days",
                              doc="Time constant of the shift", zh="口碑衰减")
    group_hearing: Share = param(0.25, source="domain 4.5", low=0.1, high=0.4,
                                 doc="Share of a group that hears a talker in it", zh="群内可见率")
    constant_rate: float | None = param(None, source="scenario", ge=0, le=1,
                                        doc="Talk a day whatever the satisfaction (closed forms)", zh="固定口碑率")


_NOBODY = np.empty(0, np.int32)


@tabular
class Heard:
    """What was heard today: listeners, ties, speakers, product, trust, praise or not, and the quality told of."""

    listener: NDArray[np.int32]
    tie: NDArray[np.int64]
    speaker: NDArray[np.int32]
    product: NDArray[np.int64]
    trust: NDArray[np.float32]
    polarity: NDArray[np.int8]
    told: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.listener)


@kernel()
def talk_rate(satisfaction: float, base: float, praise: float, complaint: float) -> Number:
    """Return w_0 + a_+ S+ + a_- S-, chance a tie and day."""
    return base + (praise * satisfaction if satisfaction > 0.0 else -complaint * satisfaction)


@kernel()
def limits(speakers: Array, product: int, satisfaction: Array, base: float, praise: float, complaint: float,
           contact: tuple[float, ...], start: Array, out: Array) -> int:
    """Write the 32-bit threshold of each speaker and layer; returns how many ties the speakers have.

    speakers (s,); satisfaction (N, P); contact: factor of each of the four layers; start (N + 1,); out (s, 4), 2^32: for certain.
    """
    ties = 0
    for s in range(len(speakers)):
        j = speakers[s]
        ties += start[j + 1] - start[j]
        rate = talk_rate(np.float64(satisfaction[j, product]), base, praise, complaint)
        for layer in range(4):
            out[s, layer] = threshold(rate * contact[layer])
    return ties


@kernel()
def trust_of(weight: int) -> Number:
    """Return the trust of a tie, negative across distrust, [-1, 1], from its packed size and sign."""
    size = (weight & 32767) / 32767.0
    return -size if weight & 32768 else size


@kernel()
def add_buzz(listener: Array, about: Array, product: int, polarity: Array, trust: Array, shift: float, day: int,
             keep: Array, buzz: Array, buzz_day: Array, load: Array, mark: Array, touched: Array) -> None:
    """Shift utilities by today's talk about a product; fixed-point sums, each listener written once.

    listener, about, polarity, trust (m,); buzz, buzz_day (N, P); keep: decay by age in days; load, mark, touched (N,): scratch.
    """
    count = 0
    for k in range(len(listener)):
        if about[k] != product:
            continue
        i = listener[k]
        if mark[i] == 0:
            mark[i] = 1
            touched[count] = i
            count += 1
        load[i] += to_fixed(shift * polarity[k] * np.float64(trust[k]))
    for k in range(count):
        i = touched[k]
        old = np.float64(buzz[i, product]) * keep[min(day - buzz_day[i, product], len(keep) - 1)]
        buzz[i, product] = old + load[i] / 4294967296.0
        buzz_day[i, product] = day
        load[i] = 0
        mark[i] = 0


@kernel()
def count_peers(out: Array, room: Array, written: Array, weight: Array, listener: Array, product: int,
                peers: Array) -> None:
    """Count one more acquaintance known to have bought, along each tie told.

    out, room, written: as `telling.emit` has them; weight, listener (E,); peers (N, P).
    """
    for c in range(len(written)):
        for k in range(room[c], room[c] + written[c]):
            i = listener[out[k]]
            if (weight[out[k]] & 32767) > 0 and peers[i, product] < 65535:
                peers[i, product] += 1


@kernel()
def hear(out: Array, bound: Array, room: Array, written: Array, speakers: Array, product: int, start: Array,
         weight: Array, listener: Array, satisfaction: Array, belief: Array) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Put the hits of all shares behind one another, as the columns of `Heard`, and count them, as those of `Talked`.

    out, bound, room, written: as `telling.emit` has them; speakers (s,); start (N + 1,); weight, listener (E,); satisfaction,
    belief (N, P). A tie that a defect has broken carries nothing any more.
    """
    hits = 0
    for c in range(len(written)):
        hits += written[c]
    who, tie, speaker = np.empty(hits, np.int32), np.empty(hits, np.int64), np.empty(hits, np.int32)
    trust, polarity, told = np.empty(hits, np.float32), np.empty(hits, np.int8), np.empty(hits)
    about, many = np.empty(hits, np.int64), np.zeros(len(speakers), np.int64)
    n = 0
    for c in range(len(written)):
        s = bound[c]
        for k in range(room[c], room[c] + written[c]):
            e = out[k]
            while e >= start[speakers[s] + 1]:
                s += 1
            w = np.int64(weight[e])
            if w & 32767:
                j = speakers[s]
                who[n], tie[n], speaker[n], trust[n] = listener[e], e, j, trust_of(w)
                polarity[n], told[n] = 1 if satisfaction[j, product] >= 0 else -1, belief[j, product]
                about[n] = product
                many[s] += 1
                n += 1
    said = 0
    for s in range(len(speakers)):
        said += many[s] > 0
    talker, what, praise = np.empty(said, np.int64), np.empty(said, np.int64), np.empty(said, np.int64)
    heard, channel = np.empty(said, np.int64), np.empty(said, np.int64)
    k = 0
    for s in range(len(speakers)):
        if many[s] > 0:
            talker[k], what[k], heard[k], channel[k] = speakers[s], product, many[s], -1
            praise[k] = 1 if satisfaction[speakers[s], product] >= 0 else -1
            k += 1
    return ((who[:n], tie[:n], speaker[:n], about[:n], trust[:n], polarity[:n], told[:n]),
            (talker, what, praise, heard, channel))


@kernel()
def hear_in_groups(talker: Array, product: Array, polarity: Array, home: Array, channel: Array, kind: Array, name: Array,
                   first: Array, following: Array, start: Array, stop: Array, person: Array, state: Array, trust: Array,
                   uid: Array, belief: Array, key: int, chance: float) -> tuple[Array, ...]:
    """Draw which active members hear each talker of their groups; returns the columns of `Heard`.

    talker, product, polarity (k,); home (N, S); kind, name, first (C,); following, start, stop (blocks,): the chain of each
    channel's blocks; channel, person, state, trust (M,); uid (N,); belief (N, P).
    """
    most, w = 0, 0
    for drawn in range(2):  # at first only how many could hear
        row, by = np.empty(most, np.int64), np.empty(most, np.int64)
        for k in range(len(talker)):
            j = talker[k]
            for s in range(home.shape[1]):
                own = home[j, s]
                if own == NO_ROW or state[own] != ACTIVE or kind[channel[own]] != _GROUP:
                    continue
                # The name of a group has 24 bits, the number of a product fewer than 8.
                inner = draw64(key, (np.int64(uid[j]) << 32) | (name[channel[own]] << 8) | product[k])
                block = first_block(np.int64(channel[own]), first)
                while block >= 0:
                    if drawn:
                        for r in range(start[block], stop[block]):
                            if state[r] == ACTIVE and person[r] != j and uniform(inner, np.int64(uid[person[r]])) < chance:
                                row[w], by[w] = r, k
                                w += 1
                    else:
                        most += stop[block] - start[block]
                    block = following[block]
    who, speaker = np.empty(w, np.int32), np.empty(w, np.int32)
    about, trusts = np.empty(w, np.int64), np.empty(w, np.float32)
    praise, told = np.empty(w, np.int8), np.empty(w)
    for n in range(w):
        k, r = by[n], row[n]
        who[n], speaker[n], about[n], trusts[n] = person[r], talker[k], product[k], trust[r]
        praise[n], told[n] = polarity[k], belief[talker[k], product[k]]
    return who, row[:w], speaker, about, trusts, praise, told


_LONGEST = 32_000


@kernel()
def draw_silence(uid: Array, product: Array, day: int, log_stay: float, key: int, out: Array) -> None:
    """Write the last day on which each buyer talks.

    uid, product (m,) of the buyers; log_stay : ln of the chance to go on talking the next day; out (m,).
    """
    for k in range(len(uid)):
        lasts = 1.0 + np.floor(log_(uniform(key, np.int64(uid[k]) * 16 + product[k])) / log_stay)
        out[k] = np.int64(min(day + lasts, np.float64(_LONGEST)))


def last_days(world: World, person: NDArray[np.int64], product: NDArray[np.int64], day: int,
              params: WordOfMouthParams) -> NDArray[np.int64]:
    """Return until which day buyers of a day talk, from the next on, int64 (m,). Purpose of draws: silence."""
    out = np.full(len(person), min(day + int(params.days), _LONGEST), np.int64)
    if params.silence == "geometric" and params.days > 1:
        stay = log_(1.0 - 1.0 / params.days)
        draw_silence(world.people.uid[person], product, day, stay, world.draws.key("silence", day + 1), out)
    return out


def talk(world: World, day: int, params: WordOfMouthParams) -> tuple[list[Heard], Talked]:
    """Let yesterday's and earlier buyers talk; returns what was heard, a table a product.

    Reads people, ties, talkers. Writes buzz and peers. Purposes of draws: talk, show. Cost: O(ties of
    the speakers).
    """
    heard, told = [], []
    talkers = world.talkers
    for p in range(len(world.products)):
        active, fresh = talkers.active[p], talkers.fresh[p]
        if len(active):
            active = talkers.active[p] = active[world.people.talk_until[active, p] >= day]
        if len(fresh):
            talkers.fresh[p] = _NOBODY
        if not params.enabled:
            continue
        if len(fresh) and any(params.show):
            _show(world, p, fresh, day, params)
        if len(active):
            one, said = _talk_of(world, p, active, day, params)
            heard.append(one)
            told.append(said)
    return heard, Talked.stacked(told)


def _show(world: World, product: int, fresh: NDArray[np.int32], day: int, params: WordOfMouthParams) -> None:
    """Let the ties of those who bought for the first time yesterday get to know it."""
    ties = world.ties
    limit = np.empty((len(fresh), 4), np.int64)
    total = limits(fresh, product, world.people.satisfaction, 1.0, 0.0, 0.0, params.show, ties.start, limit)
    out, _, room, written = spread(world, fresh, limit, total, world.draws.key(f"show {product}", day))
    count_peers(out, room, written, ties.weight, ties.listener, product, world.people.peers)


def _talk_of(world: World, product: int, active: NDArray[np.int32], day: int,
             params: WordOfMouthParams) -> tuple[Heard, Talked]:
    """Spread the talk about one product along ties and shift the listeners' utilities."""
    people, ties, scratch = world.people, world.ties, world.scratch
    key = world.draws.key(f"talk {product}", day)
    if params.constant_rate is None:
        limit = np.empty((len(active), 4), np.int64)
        total = limits(active, product, people.satisfaction, params.base_rate, params.praise,
                       params.praise * params.complaint_ratio, params.contact, ties.start, limit)
        out, bound, room, written = spread(world, active, limit, total, key)
    else:
        out, bound, room, written = spread_alike(world, active, params.constant_rate * np.asarray(params.contact), key)
    heard, talked = hear(out, bound, room, written, active, product, ties.start, ties.weight, ties.listener,
                         people.satisfaction, people.belief)
    found = Heard(*heard)
    if params.shift > 0:
        add_buzz(found.listener, found.product, product, found.polarity, found.trust, params.shift, day, world.keep.buzz,
                 people.buzz, people.buzz_day, scratch.load, scratch.mark, scratch.people_list)
    return found, Talked(*talked)


def talk_in_groups(world: World, talked: Talked, day: int, params: WordOfMouthParams) -> Heard | None:
    """Let the members of a talker's groups hear it: complaints there are public (群体投诉).

    Returns rows of audiences in `tie` (or None if nobody heard anything in a group); writes buzz.
    """
    aud, channels, people, scratch = world.audiences, world.channels, world.people, world.scratch
    if not len(talked) or not aud.size or params.group_hearing <= 0 or _GROUP not in channels.kinds:
        return None
    heard = Heard(*hear_in_groups(
        talked.person, talked.product, talked.polarity, aud.home, aud.channel, channels.kind, channels.name,
        aud.chain.first, aud.chain.following, aud.block_start, aud.block_stop, aud.person, aud.state, aud.trust,
        people.uid, people.belief, world.draws.key("group talk", day), params.group_hearing))
    if not len(heard):
        return None
    for p in range(len(world.products) if params.shift > 0 else 0):
        add_buzz(heard.listener, heard.product, p, heard.polarity, heard.trust, params.shift, day, world.keep.buzz,
                 people.buzz, people.buzz_day, scratch.load, scratch.mark, scratch.people_list)
    return heard


@kernel()
def point_out(listener: Array, tie: Array, speaker: Array, product: Array, trust: Array, polarity: Array,
              memory_offer: Array, live: Array, row_of: Array, brand: Array, brand_of: Array, own_offer: Array, uid: Array,
              to_person: Array, to_offer: Array, to_kind: Array, to_row: Array, to_trust: Array, to_sure: Array, to_key: Array,
              n: int) -> int:
    """Gather the live offers that praise made people meet.

    Columns of `Heard` (m,); memory_offer (N, P); live (O,); row_of (N,) and brand (R,) of resellers; brand_of, own_offer
    (P,): what resellers of the brand sell, -1: nothing; uid (N,); the rest: a `Gathering`.
    """
    for k in range(len(polarity)):
        if polarity[k] <= 0:
            continue
        j, p = speaker[k], product[k]
        offer = np.int64(memory_offer[j, p])
        if offer < 0 or not live[offer]:
            offer = np.int64(p)  # who remembers no live offer sends people to the brand's shop
        if own_offer[p] >= 0 and row_of[j] >= 0 and brand[row_of[j]] == brand_of[p]:
            offer = own_offer[p]
        if live[offer]:
            to_person[n], to_offer[n], to_kind[n], to_row[n] = listener[k], offer, _TIE, tie[k]
            to_trust[n], to_sure[n], to_key[n] = trust[k], False, uid[j]
            n += 1
    return n


def recommend(world: World, heard: list[Heard], met: Gathering) -> None:
    """Gather the offers that praise along ties made people meet: the speaker's last purchase, or what they sell themselves."""
    table, people, n_products = world.resellers, world.people, len(world.products)
    own_offer = world.offers.by_path(n_products) if table.size else np.full(n_products, -1, np.int64)
    for h in heard:
        met.count = point_out(h.listener, h.tie, h.speaker, h.product, h.trust, h.polarity, people.memory_offer, world.offers.live,
                              table.row_of, table.brand, world.products.brand_of, own_offer, people.uid, *met.room(len(h)),
                              met.count)
