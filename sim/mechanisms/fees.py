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

from sim.core.params import ASSUMPTION, Fen, Params, param
from sim.exchange.actions import Post, Tend
from sim.world.state import World

_MONTH = 30.0
_FEN = 100.0


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


def shortfall(fee_fen: NDArray[np.float64], worth_fen: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the part of a fee that nothing is given for, float64 (n,), [0, 1]; 0 without a fee."""
    part: NDArray[np.float64] = np.where(fee_fen > 0, np.maximum(0.0, 1.0 - worth_fen / np.maximum(fee_fen, 1.0)), 0.0)
    return part


def leaving(world: World, channel: NDArray[np.int64], params: FeesParams) -> NDArray[np.float64]:
    """Return the added chance a day to leave channels, float64 (n,)."""
    if not params.enabled:
        return np.zeros(len(channel))
    channels = world.channels
    return params.leave_fee * shortfall(channels.fee_fen[channel].astype(np.float64), channels.worth_fen[channel])


def burden(world: World, person: NDArray[np.int64], channel: NDArray[np.int64], entry_fen: NDArray[np.int64],
           params: FeesParams) -> NDArray[np.float64]:
    """Return b, by which fees lower the log odds of joining, float64 (m,); 0 where nobody is asked into a channel.

    Parameters
    ----------
    person, channel, entry_fen : int64 (m,)
        Who is asked into which channel (-1: none) at which entry fee.
    """
    if not params.enabled or not len(world.channels):
        return np.zeros(len(person))
    channels, at = world.channels, np.maximum(channel, 0)
    asked = np.where(channel >= 0, entry_fen + channels.fee_fen[at], 0).astype(np.float64)
    savings = _FEN * world.people.wealth[person].astype(np.float64)
    return params.join_wealth * (asked / savings) + params.join_value * shortfall(asked, channels.worth_fen[at])
