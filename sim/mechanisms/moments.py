"""Moments (朋友圈): posts along a person's own ties, noticed like any other message.

A post is delivered to every tie of the layers asked for that has not been broken; each listener
notices it with the chance of `attention`. Occasional sharing informs, mass sharing tires.

    P(noticed along tie e) = 1 - (1 - v_i)^items,  for layers in the mask

Notation: v_i as in attention, without the load of channels (N,); items a post (m,); e ties (E,).

Sources: A1 of domain 1A (a hypothesis), attention as in `sim.mechanisms.attention`.
"""

from __future__ import annotations

import numpy as np

from sim.core.draws import pair, uniform
from sim.core.kernel import Array, kernel
from sim.core.maths import exp_, log_
from sim.exchange.actions import PeerPost
from sim.exchange.events import PathKind
from sim.mechanisms.attention import AttentionParams, Noticed, join_noticed
from sim.mechanisms.word_of_mouth import signed_trust, spread
from sim.world.state import World


@kernel()
def draw_notices(listener: Array, speaker_key: Array, items: Array, uid: Array, attention: Array, background: float,
                 factor: float, everything: bool, key: int, times: Array) -> None:
    """Draw how many of a friend's posts each listener notices (0: none)."""
    for k in range(len(listener)):
        i = listener[k]
        v = 1.0 if everything else min(1.0, np.float64(attention[i]) * factor / background)
        chance = 1.0 if v >= 1.0 else 1.0 - exp_(items[k] * log_(1.0 - v))
        hit = chance > 0.0 and uniform(key, pair(speaker_key[k], np.int64(uid[i]))) < chance
        times[k] = items[k] * v / chance if hit else 0.0


def share(world: World, posts: PeerPost, day: int, params: AttentionParams) -> Noticed:
    """Return what listeners notice of today's personal posts. Purpose of draws: moments. Cost: O(ties)."""
    parts: list[Noticed] = []
    people = world.people
    for offer in np.unique(posts.offer):
        for layers in np.unique(posts.layers[posts.offer == offer]):
            mine = (posts.offer == offer) & (posts.layers == layers)
            turn = np.argsort(posts.person[mine], kind="stable")
            speakers = posts.person[mine][turn].astype(np.int32)
            contact = ((int(layers) >> np.arange(4)) & 1).astype(np.float64)
            listener, tie, speaker = spread(world, speakers, np.ones(len(speakers)), contact, world.draws.key("moments", day))
            items = posts.items[mine][turn][np.searchsorted(speakers, speaker)]
            sender = people.uid[speaker].astype(np.int64)
            times, trust = np.empty(len(tie)), np.empty(len(tie), np.float32)
            draw_notices(listener, sender, items, people.uid, people.attention, max(params.background_items, 1e-9),
                         world.calendar.attention[day], params.mode == "all",
                         world.draws.key(f"notice {world.offers.name[offer]}", day), times)
            signed_trust(tie, world.ties.weight, trust)
            hit = (times > 0.0) & (trust != 0.0)
            n = int(hit.sum())
            parts.append(Noticed(listener[hit], np.full(n, offer, np.int32), np.full(n, PathKind.TIE, np.int8), tie[hit],
                                 trust[hit], times[hit], np.ones(n), np.zeros(n), np.ones(n, np.bool_), sender[hit]))
    return join_noticed(parts)
