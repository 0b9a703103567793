"""Membership fees: who pays asks what is given for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.exchange.actions import Post, Tend
    from tests.reference.village import Channel, Village


def ask(village: Village, posts: Post, care: Tend) -> None:
    """What each group asks a month, and what its useful items are worth, as they go out and fit today."""
    if not len(care):
        return
    useful, fit = ([0.0] * len(village.channels) for _ in range(2))
    for channel, items, value in zip(posts.channel.tolist(), posts.items.tolist(), posts.value.tolist(), strict=True):
        useful[channel] += items * value
    for channel, fee, fits in zip(care.channel.tolist(), care.fee_fen.tolist(), care.fit.tolist(), strict=True):
        village.channels[channel].fee_fen = fee
        fit[channel] += fits
    for c in village.channels:
        c.worth_fen = village.rules.fees.worth_per_item * 30.0 * useful[c.number] * fit[c.number]


def shortfall(fee: float, worth: float) -> float:
    """The part of a fee that nothing is given for."""
    return max(0.0, 1.0 - worth / fee) if fee > 0 else 0.0


def leaving(village: Village, channel: Channel) -> float:
    """Members leave a group that is not worth its fee."""
    rules = village.rules.fees
    return rules.leave_fee * shortfall(channel.fee_fen, channel.worth_fen) if rules.enabled else 0.0


def burden(village: Village, person: int, channel: int, entry_fen: int) -> float:
    """How far fees lower the log odds of joining."""
    rules = village.rules.fees
    if not rules.enabled or channel < 0:
        return 0.0
    at = village.channels[channel]
    asked = float(entry_fen + at.fee_fen)
    return (rules.join_wealth * (asked / (100.0 * village.people[person].wealth))
            + rules.join_value * shortfall(asked, at.worth_fen))
