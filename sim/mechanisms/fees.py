"""Membership fees (会费): what a paying member asks is whether the group is worth it.

Whoever is asked to pay weighs the fee against their savings and against what the group gives; whoever pays
every month leaves sooner or later if it gives less than it takes. So collecting fees kills a group that gives
little (圈钱), and a group worth its fee loses nobody by it.

Equations, group c, person i; worth and fee in fen a month, F the entry fee of an invitation:

    worth_c         = `worth_per_item` 30 u_c fit_c
    chance to leave = leave (1 - h_c) + `leave_fee` max(0, 1 - worth_c / fee_c)          a day, see `audience`
    chance to join  : the odds of `recruiting` are multiplied by e^-b,
    b               = `join_wealth` (F + fee_c) / w_i + `join_value` max(0, 1 - worth_c / (F + fee_c))

Notation: u useful items a day (items times value) that go out and fit of the content by channel (C,), both today's;
h health (C,); w savings in fen (N,). Without a fee every term is 0.

Sources: K1 of the trade press (domain 1A: the leader must answer "what do I give for the fee?") and claim 28
(domain 1B) as hypotheses; form and numbers assumed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, Number, kernel
from sim.core.params import ASSUMPTION, Fen, Params, param
from sim.exchange.actions import Post, Tend
from sim.world.state import World

_MONTH = 30.0
_GROUP = 0


class FeesParams(Params):
    """How fees act on joining and leaving."""

    enabled: bool = param(True, source="scenario", doc="Fees act on joining and leaving; off: they are paid without a thought",
                          zh="会费影响开关")
    worth_per_item: Fen = param(50, source=ASSUMPTION, low=10, high=200, unit="fen",
                                doc="What one useful item that fits is worth to a member", zh="每条有用内容价值")
    leave_fee: float = param(0.02, source=ASSUMPTION, low=0.005, high=0.05, ge=0, le=1, unit="per day",
                             doc="Added chance a day to leave a group that gives nothing for its fee", zh="收费退群")
    join_wealth: float = param(5.0, source=ASSUMPTION, low=1, high=20, ge=0, le=1000,
                               doc="Weight of the fee as a share of savings on joining", zh="会费负担")
    join_value: float = param(2.0, source=ASSUMPTION, low=1, high=4, ge=0, le=50,
                              doc="Weight of getting less than one pays on joining", zh="会费不值")


@kernel()
def shortfall(fee_fen: float, worth_fen: float) -> Number:
    """Return the part of a fee that nothing is given for, [0, 1]; 0 without a fee."""
    return max(0.0, 1.0 - worth_fen / fee_fen) if fee_fen > 0.0 else 0.0


@kernel()
def leave_chances(kind: Array, health: Array, fee_fen: Array, worth_fen: Array, leave: float, most: float) -> Array:
    """Return the chance a day to leave each channel, which is 0 but for groups; all arrays (C,)."""
    out = np.zeros(len(kind))
    for c in range(len(kind)):
        if kind[c] == _GROUP:
            out[c] = leave * (1.0 - health[c]) + most * shortfall(np.float64(fee_fen[c]), worth_fen[c])
    return out


@kernel()
def tell_worth(channel: Array, items: Array, value: Array, tended: Array, fit: Array, each: float, worth_fen: Array) -> None:
    """Write what each group gives a month, `each` for a useful item that fits.

    channel, items, value (n,), of posts; tended, fit (g,), of groups; worth_fen (C,).
    """
    useful, fitting = np.zeros(len(worth_fen)), np.zeros(len(worth_fen))
    for k in range(len(channel)):
        useful[channel[k]] += items[k] * value[k]
    for k in range(len(tended)):
        fitting[tended[k]] += fit[k]
    for c in range(len(worth_fen)):
        worth_fen[c] = each * useful[c] * fitting[c]


@kernel(types="float64(float64, float64, float64, float64, float64)")
def burden(asked_fen: float, wealth: float, worth_fen: float, per_wealth: float, per_value: float) -> Number:
    """Return b, by which what a channel asks for, and gives, lowers the log odds of joining it; wealth in yuan."""
    return per_wealth * (asked_fen / (100.0 * wealth)) + per_value * shortfall(asked_fen, worth_fen)


def ask(world: World, posts: Post, tend: Tend, params: FeesParams) -> None:
    """Write what each group asks and gives today. Writes fee_fen and worth_fen. Cost: O(channels)."""
    if not len(tend):
        return
    channels = world.channels
    channels.fee_fen[tend.channel] = tend.fee_fen
    tell_worth(posts.channel, posts.items, posts.value, tend.channel, tend.fit, params.worth_per_item * _MONTH,
               channels.worth_fen)


def leaving(world: World, leave: float, params: FeesParams) -> NDArray[np.float64]:
    """Return the chance a day to leave each channel, `leave` being that of a dead group without a fee, float64 (C,)."""
    channels = world.channels
    chance: NDArray[np.float64] = leave_chances(channels.kind, channels.health, channels.fee_fen, channels.worth_fen, leave,
                                                params.leave_fee if params.enabled else 0.0)
    return chance
