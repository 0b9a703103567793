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
def leave_chances(channel: Array, fee_fen: Array, worth_fen: Array, most: float, out: Array) -> None:
    """Write the added chance a day to leave channels (n,); fees and worth by channel (C,)."""
    for k in range(len(channel)):
        out[k] = most * shortfall(np.float64(fee_fen[channel[k]]), worth_fen[channel[k]])


@kernel()
def burdens(person: Array, channel: Array, entry_fen: Array, fee_fen: Array, worth_fen: Array, wealth: Array,
            per_wealth: float, per_value: float, out: Array) -> None:
    """Write b of every invitation (m,); 0 where nobody is asked into a channel."""
    for k in range(len(person)):
        c = channel[k]
        out[k] = 0.0
        if c >= 0:
            asked = np.float64(entry_fen[k] + fee_fen[c])
            savings = 100.0 * np.float64(wealth[person[k]])
            out[k] = per_wealth * (asked / savings) + per_value * shortfall(asked, worth_fen[c])


def ask(world: World, posts: Post, tend: Tend, params: FeesParams) -> None:
    """Write what each group asks and gives today. Writes fee_fen and worth_fen. Cost: O(channels)."""
    if not len(tend):
        return
    channels = world.channels
    n = len(channels)
    channels.fee_fen[tend.channel] = tend.fee_fen
    useful = np.bincount(posts.channel, weights=posts.items * posts.value, minlength=n)
    fit = np.bincount(tend.channel, weights=tend.fit, minlength=n)
    channels.worth_fen[:] = params.worth_per_item * _MONTH * useful * fit


def leaving(world: World, channel: NDArray[np.int64], params: FeesParams) -> NDArray[np.float64]:
    """Return the added chance a day to leave channels, float64 (n,)."""
    added = np.zeros(len(channel))
    if params.enabled:
        leave_chances(channel, world.channels.fee_fen, world.channels.worth_fen, params.leave_fee, added)
    return added


def burden(world: World, person: NDArray[np.int64], channel: NDArray[np.int64], entry_fen: NDArray[np.int64],
           params: FeesParams) -> NDArray[np.float64]:
    """Return b, by which fees lower the log odds of joining, float64 (m,).

    Parameters
    ----------
    person, channel, entry_fen : int64 (m,)
        Who is asked into which channel (-1: none) at which entry fee.
    """
    weight = np.zeros(len(person))
    if params.enabled:
        burdens(person, channel, entry_fen, world.channels.fee_fen, world.channels.worth_fen, world.people.wealth,
                params.join_wealth, params.join_value, weight)
    return weight
