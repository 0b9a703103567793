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

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import draw64, uniform
from sim.core.kernel import Array, kernel
from sim.core.maths import log_, to_fixed
from sim.core.params import ASSUMPTION, Days, Params, Share, param
from sim.exchange.events import PathKind, Talked
from sim.mechanisms.encounters import Encounters, encounters
from sim.mechanisms.telling import spread, spread_alike
from sim.world.audiences import ACTIVE, NO_ROW
from sim.world.state import World


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


@dataclass(frozen=True)
class Heard:
    """What was heard today: listeners, ties, speakers, product, polarity."""

    listener: NDArray[np.int32]
    tie: NDArray[np.int64]
    speaker: NDArray[np.int32]
    product: NDArray[np.int64]
    trust: NDArray[np.float32]
    polarity: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.listener)


@kernel()
def talk_rates(speakers: Array, product: int, satisfaction: Array, base: float, praise: float, complaint: float,
               out: Array) -> None:
    """Write w_0 + a_+ S+ + a_- S- of every speaker.

    speakers, out (speakers,), chances a tie and day; satisfaction (N, P).
    """
    for s in range(len(speakers)):
        sat = np.float64(satisfaction[speakers[s], product])
        out[s] = base + (praise * sat if sat > 0.0 else -complaint * sat)


@kernel()
def signed_trust(tie: Array, weight: Array, out: Array) -> None:
    """Write the trust of ties, negative across distrust.

    tie, out (m,), [-1, 1]; weight (E,): packed size and sign.
    """
    for k in range(len(tie)):
        w = np.int64(weight[tie[k]])
        size = (w & 32767) / 32767.0
        out[k] = -size if w & 32768 else size


@kernel()
def add_buzz(listener: Array, product: int, polarity: Array, trust: Array, shift: float, day: int, keep: Array,
             buzz: Array, buzz_day: Array, load: Array, mark: Array, touched: Array) -> None:
    """Shift utilities by today's talk; fixed-point sums, each listener written once.

    listener, polarity, trust (m,); buzz, buzz_day (N, P); keep: decay by age in days; load, mark, touched (N,): scratch.
    """
    count = 0
    for k in range(len(listener)):
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
def count_peers(listener: Array, product: int, peers: Array) -> None:
    """Count one more acquaintance known to have bought.

    listener (m,); peers (N, P).
    """
    for k in range(len(listener)):
        if peers[listener[k], product] < 65535:
            peers[listener[k], product] += 1


@kernel()
def hear_in_groups(member_start: Array, member_stop: Array, speaker: Array, speaker_key: Array, person: Array,
                   state: Array, uid: Array, key: int, chance: float, out_row: Array, out_k: Array) -> int:
    """Draw which active members hear each talker of their group; returns the number of hits.

    member_start, member_stop, speaker, speaker_key (k,), one a talker and block; person, state (M,); uid (N,); out_row and
    out_k (hits,): the audience row that hears and the talker it hears.
    """
    w = 0
    for k in range(len(speaker)):
        inner = draw64(key, speaker_key[k])
        for r in range(member_start[k], member_stop[k]):
            i = person[r]
            if state[r] == ACTIVE and i != speaker[k] and uniform(inner, np.int64(uid[i])) < chance:
                out_row[w] = r
                out_k[w] = k
                w += 1
    return w


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
    for p in range(len(world.products)):
        active = world.talkers.active[p]
        active = active[world.people.talk_until[active, p] >= day]
        world.talkers.active[p] = active
        fresh, world.talkers.fresh[p] = world.talkers.fresh[p], np.empty(0, np.int32)
        if not params.enabled:
            continue
        if len(fresh) and any(params.show):
            show = np.asarray(params.show)
            listener, _, _ = spread(world, fresh, np.ones(len(fresh)), show, world.draws.key(f"show {p}", day))
            count_peers(listener, p, world.people.peers)
        if len(active):
            one = _talk_of(world, p, active, day, params)
            heard.append(one)
            told.append(_talked(world, one, active, p))
    return heard, Talked.stacked(told)


def _talk_of(world: World, product: int, active: NDArray[np.int32], day: int, params: WordOfMouthParams) -> Heard:
    """Spread the talk about one product along ties and shift the listeners' utilities."""
    people, scratch = world.people, world.scratch
    contact, key = np.asarray(params.contact), world.draws.key(f"talk {product}", day)
    if params.constant_rate is None:
        rate = np.empty(len(active))
        talk_rates(active, product, people.satisfaction, params.base_rate, params.praise,
                   params.praise * params.complaint_ratio, rate)
        listener, tie, speaker = spread(world, active, rate, contact, key)
    else:
        listener, tie, speaker = spread_alike(world, active, params.constant_rate * contact, key)
    trust = np.empty(len(tie), np.float32)
    signed_trust(tie, world.ties.weight, trust)
    polarity = np.where(people.satisfaction[speaker, product] >= 0, 1, -1).astype(np.int8)
    if params.shift > 0:
        add_buzz(listener, product, polarity, trust, params.shift, day, world.keep.buzz, people.buzz, people.buzz_day,
                 scratch.load, scratch.mark, scratch.people_list)
    return Heard(listener, tie, speaker, np.full(len(tie), product, np.int64), trust, polarity)


def _talked(world: World, heard: Heard, active: NDArray[np.int32], product: int) -> Talked:
    """Count how many ties each talker told."""
    told = np.bincount(np.searchsorted(active, heard.speaker), minlength=len(active))
    said = told > 0
    who = active[said].astype(np.int64)
    polarity = np.where(world.people.satisfaction[who, product] >= 0, 1, -1).astype(np.int64)
    return Talked(who, np.full(len(who), product, np.int64), polarity, told[said].astype(np.int64),
                  np.full(len(who), -1, np.int64))


def talk_in_groups(world: World, talked: Talked, day: int, params: WordOfMouthParams) -> Heard | None:
    """Let the members of a talker's groups hear it: complaints there are public (群体投诉).

    Returns rows of audiences in `tie` (or None if nobody talked in a group); writes buzz.
    """
    aud, people, scratch = world.audiences, world.people, world.scratch
    if not len(talked) or not aud.size or params.group_hearing <= 0:
        return None
    home = aud.home[talked.person]
    which, strategy = np.nonzero(home != NO_ROW)
    if not len(which):
        return None
    row = home[which, strategy]
    inside = (aud.state[row] == ACTIVE) & (world.channels.kind[aud.channel[row]] == 0)
    which, row = which[inside], row[inside].astype(np.int64)
    channel = aud.channel[row].astype(np.int64)
    k, block = aud.blocks_in(channel)
    start, stop = aud.block_start[block], aud.block_stop[block]
    speaker = talked.person[which][k]
    size = int((stop - start).sum())
    out_row, out_k = np.empty(size, np.int64), np.empty(size, np.int64)
    product = talked.product[which][k]
    # The name of a group has 24 bits, the number of a product fewer than 8.
    spoken = (people.uid[speaker].astype(np.int64) << 32) | (world.channels.name[channel[k]] << 8) | product
    n = hear_in_groups(start, stop, speaker, spoken, aud.person, aud.state, people.uid,
                       world.draws.key("group talk", day), params.group_hearing, out_row, out_k)
    out_row, out_k = out_row[:n], out_k[:n]
    listener = aud.person[out_row]
    polarity = talked.polarity[which][k][out_k].astype(np.int8)
    trust = aud.trust[out_row]
    for p in range(len(world.products)):
        of = product[out_k] == p
        if of.any() and params.shift > 0:
            add_buzz(listener[of], p, polarity[of], trust[of], params.shift, day, world.keep.buzz, people.buzz,
                     people.buzz_day, scratch.load, scratch.mark, scratch.people_list)
    return Heard(listener, out_row, speaker[out_k].astype(np.int32), product[out_k], trust, polarity)


def recommendations(world: World, heard: list[Heard]) -> list[Encounters]:
    """Return the offers that praise along ties made people meet: the speaker's last purchase, or what they sell themselves."""
    met = []
    table, own_offer = world.resellers, world.offers.by_path(len(world.products))
    sells = table.size > 0 and bool((own_offer >= 0).any())
    for h in heard:
        good = h.polarity > 0
        if not good.any():
            continue
        speaker = h.speaker[good]
        product = h.product[good]
        offer = world.people.memory_offer[speaker, product].astype(np.int32)
        # A speaker who remembers no live offer sends people to the brand's shop.
        usable = (offer >= 0) & world.offers.live[np.maximum(offer, 0)]
        offer = np.where(usable, offer, product).astype(np.int32)
        if sells:
            row = table.row_of[speaker]
            mine = (row >= 0) & (table.brand[np.maximum(row, 0)] == world.products.brand_of[product])
            offer = np.where(mine & (own_offer[product] >= 0), own_offer[product], offer).astype(np.int32)
        met.append(encounters(person=h.listener[good], offer=offer, kind=int(PathKind.TIE), row=h.tie[good],
                              trust=h.trust[good], sure=False, row_key=world.people.uid[speaker].astype(np.int64)))
    return met
