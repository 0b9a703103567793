"""Word of mouth and belief: who tells whom, and how claims, talk and own experience add up to an opinion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.reference.arithmetic import UNIT, f32, fixed, share_left
from tests.reference.chance import coin, draw, pair, uniform
from tests.reference.village import ACTIVE, GROUP, Knowledge

if TYPE_CHECKING:
    from tests.reference.seeing import Message
    from tests.reference.village import Tie, Village

CLAIM, TALK, OWN = "claim", "talk", "own"


@dataclass
class Signal:
    """Somebody hears that product p has quality x, from a source trusted so far."""

    person: int
    product: int
    trust: float
    quality: float


@dataclass
class Heard:
    """One telling: along tie `tie`, or in a group (tie None)."""

    listener: int
    speaker: int
    product: int
    trust: float
    praise: bool
    tie: Tie | None


@dataclass
class Talker:
    """A person who told somebody about a product today."""

    person: int
    product: int
    praise: bool
    told: int


def learn(village: Village, source: str, signals: list[Signal]) -> None:
    """Put today's signals of one source into opinions, as far as the cap of that source leaves room."""
    rules = village.rules.belief
    if rules.mode == "off":
        return
    each = getattr(rules, f"{source}_precision")
    sums: dict[tuple[int, int], tuple[int, int]] = {}
    for s in signals:
        if s.trust > 0.0:
            weight = each * s.trust
            before = sums.get((s.person, s.product), (0, 0))
            sums[s.person, s.product] = (before[0] + fixed(weight), before[1] + fixed(weight * s.quality))
    for (person, product), (weight, message) in sums.items():
        if weight:
            _believe(village.people[person].about[product], source, weight / UNIT, message / UNIT / (weight / UNIT),
                     getattr(rules, f"{source}_cap"), rules.prior_precision)


def _believe(known: Knowledge, source: str, given: float, quality: float, cap: float, prior: float) -> None:
    """Move the opinion to the mean of what was known and what is new, weighted by precision."""
    held = getattr(known, f"{source}_precision")
    weight = min(given, cap - held)
    if weight <= 0.0:
        return
    before = prior + known.claim_precision + known.talk_precision + known.own_precision
    known.belief = f32((before * known.belief + weight * quality) / (before + weight))
    setattr(known, f"{source}_precision", f32(held + weight))


def hear_claims(village: Village, seen: list[Message]) -> None:
    """Claims weigh by the trust in the sender; where the sender has none, by the trust in the brand."""
    signals = []
    for m in seen:
        if m.met:
            offer = village.offers[m.offer]
            person = village.people[m.person]
            trust = person.brand_trust[village.products[offer.product].brand] if m.trust is None else m.trust
            signals.append(Signal(m.person, offer.product, trust, offer.claim))
    learn(village, CLAIM, signals)


def talk(village: Village) -> tuple[list[Heard], list[Talker]]:
    """First purchases of yesterday become known; whoever has something to tell tells some of their ties."""
    heard: list[Heard] = []
    talkers: list[Talker] = []
    for p in range(len(village.products)):
        shown, village.first_time_buyers[p] = sorted(village.first_time_buyers[p]), set()
        if not village.rules.word_of_mouth.enabled:
            continue
        for number in shown:
            _show(village, number, p)
        told = [h for person in village.people if person.about[p].talk_until >= village.day
                for h in _tell(village, person.number, p)]
        _shift(village, told)
        heard += told
        for number in sorted({h.speaker for h in told}):
            mine = [h for h in told if h.speaker == number]
            talkers.append(Talker(number, p, mine[0].praise, len(mine)))
    return heard, talkers


def _show(village: Village, number: int, p: int) -> None:
    """A friend has bought it too: each tie learns of a first purchase with a chance by layer, once."""
    speaker = village.people[number]
    for place, tie in enumerate(speaker.ties):
        chance = 1.0 * village.rules.word_of_mouth.show[tie.layer]
        if tie.size and coin(village.key(f"show {p}"), pair(speaker.uid, place), chance):
            known = village.people[tie.listener].about[p]
            known.peers = min(known.peers + 1, 65535)


def _tell(village: Village, number: int, p: int) -> list[Heard]:
    """The pleased praise, the displeased complain a little more, to each tie with a chance by layer."""
    rules = village.rules.word_of_mouth
    speaker = village.people[number]
    satisfaction = speaker.about[p].satisfaction
    praise = satisfaction >= 0
    if rules.constant_rate is not None:
        places = _places_told(village, number, p, [rules.constant_rate * c for c in rules.contact])
    else:
        if satisfaction > 0.0:
            rate = rules.base_rate + rules.praise * satisfaction
        else:
            rate = rules.base_rate + -(rules.praise * rules.complaint_ratio) * satisfaction
        places = [place for place, tie in enumerate(speaker.ties)
                  if coin(village.key(f"talk {p}"), pair(speaker.uid, place), rate * rules.contact[tie.layer])]
    told = [speaker.ties[place] for place in places]
    return [Heard(tie.listener, number, p, f32(tie.trust), praise, tie) for tie in told if tie.size]


def _places_told(village: Village, number: int, p: int, chance: list[float]) -> list[int]:
    """Who talks like everybody else passes over a geometric number of ties; those of lesser layers then count less."""
    speaker, most = village.people[number], min(1.0, max(chance))
    places: list[int] = []
    place, lot = 0, pair(speaker.uid, 0)
    while most > 0.0 and place < len(speaker.ties):
        left = min(len(speaker.ties) - place, 64)
        u, lot = uniform(village.key(f"talk {p}"), lot), lot + 1
        passed, none_yet = 0, 1.0 * (1.0 - most)
        while passed < left and u < none_yet:
            passed, none_yet = passed + 1, none_yet * (1.0 - most)
        place += passed
        if passed == left:
            continue
        share = min(1.0, chance[speaker.ties[place].layer]) / most
        if share < 1.0:
            kept, lot = uniform(village.key(f"talk {p}"), lot) < share, lot + 1
        if share == 1.0 or kept:
            places.append(place)
        place += 1
    return places


def _shift(village: Village, told: list[Heard]) -> None:
    """Talk moves the wish itself for a while: up by praise, down by complaint, by the trust in the speaker."""
    rules, day = village.rules.word_of_mouth, village.day
    if rules.shift == 0:
        return
    sums: dict[tuple[int, int], int] = {}
    for h in told:
        at = h.listener, h.product
        sums[at] = sums.get(at, 0) + fixed(rules.shift * (1 if h.praise else -1) * h.trust)
    for (listener, product), total in sums.items():
        known = village.people[listener].about[product]
        left = known.buzz * share_left(day - known.buzz_day, rules.shift_decay)
        known.buzz = f32(left + total / UNIT)
        known.buzz_day = day


def talk_in_groups(village: Village, talkers: list[Talker]) -> list[Heard]:
    """What is told is also told in the talker's groups, where a share of the active members hears it."""
    heard = []
    chance = village.rules.word_of_mouth.group_hearing
    for t in talkers:
        speaker = village.people[t.person]
        for row in speaker.home:
            own = village.members[row] if row >= 0 else None
            if own is None or own.state != ACTIVE or village.channels[own.channel].kind != GROUP:
                continue
            group = village.channels[own.channel]
            name = draw(village.key("group talk"), pair(speaker.uid, group.name * 256 + t.product))
            for member in village.members_of(own.channel):
                listener = village.people[member.person]
                if member.state == ACTIVE and member.person != t.person and uniform(name, listener.uid) < chance:
                    heard.append(Heard(member.person, t.person, t.product, member.trust, t.praise, None))
    _shift(village, heard)
    return heard


def hear_talk(village: Village) -> list[Heard]:
    """All that is told today enters wishes and opinions; returns what was told along ties."""
    along_ties, talkers = talk(village)
    in_groups = talk_in_groups(village, talkers)
    for part in [*([h for h in along_ties if h.product == p] for p in range(len(village.products))), in_groups]:
        learn(village, TALK, [Signal(h.listener, h.product, h.trust, village.people[h.speaker].about[h.product].belief)
                              for h in part])
    village.diary.talked = [(t.person, t.product, 1 if t.praise else -1, t.told) for t in talkers]
    return along_ties
