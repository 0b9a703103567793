"""Hosting groups (群运营): where host hours go, and what a target for activity (KPI) makes of them.

A boss who looks at activity sees the observed one, fake accounts included. Two decisions act on it:

    even:      every group gets the same share of the host hours
    observed:  group c gets hours in proportion to its observed activity, so that fakes draw hours to
               themselves, away from groups that need them
    target:    a group observed below the target gets one more fake account, and the hours that were its
               own are spent on playing the fakes: instead of care. Where fakes were found out, none can
               act any more, and care is all that is left

Sources: G3 and G11 of the trade press (domain 1A), claims 39 and 43 (domain 1B), market 0.6, as hypotheses.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, kernel
from sim.exchange.actions import Invite, of_block
from sim.exchange.view import View

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Care:
    """What each group gets today: hours of real care, and fake accounts; shapes (groups,)."""

    hours: Floats
    fakes: Ints


@functools.lru_cache(maxsize=64)
def evenly(groups: int, hours: float) -> Care:
    """Return the same share of the hours for every group, and no fakes; shared, read-only."""
    care = Care(np.full(groups, hours / groups), np.zeros(groups, np.int64))
    care.hours.flags.writeable = care.fakes.flags.writeable = False
    return care


def cared_for(view: View, hours: float, *, by_activity: bool, fakes: Ints, target: float | None) -> Care:
    """Divide the day's host hours, and say how many fakes act in each group.

    Parameters
    ----------
    hours : float
        Host hours for the whole operation.
    by_activity : bool
        In proportion to observed activity instead of evenly.
    fakes : int64 (groups,)
        Fake accounts that are wanted whatever the activity.
    target : float or None
        Observed activity below which a fake is added instead of care.
    """
    n = len(view.channels)
    given = np.full(n, hours / n)
    seen = view.observed_activity(view.channels)
    if by_activity and seen.any():
        given = hours * seen / seen.sum()
    caught = view.unmasked(view.channels)
    if target is not None:
        short = (seen < target) & ~caught
        fakes = np.maximum(fakes, view.fakes(view.channels) + short)
        given = np.where(short, 0.0, given)
    return Care(given, np.where(caught, 0, fakes))


def first_groups(count: int, share: float, each: int) -> Ints:
    """Return `each` for a share of the groups, the first ones, and 0 for the others; int64 (count,)."""
    chosen = np.zeros(count, np.int64)
    chosen[: round(share * count)] = each
    return chosen


def monthly_fees(view: View, fee_fen: int) -> int:
    """Return what members owe today of a monthly fee: a thirtieth, floored for each group; nobody pays a closed one."""
    members = view.members(view.channels)
    return int((members * fee_fen // 30)[~view.banned(view.channels)].sum())


def daily(amount_fen: int, count: int) -> int:
    """Return what `count` things that cost `amount_fen` a month each cost today (a month has 30 days), floored."""
    return amount_fen * count // 30


class CareDay(NamedTuple):
    """What is due on a day in groups: the survey is known, it takes place, packets, pruning, a search for spies; own spies."""

    surveyed: bool
    surveys: bool
    gives: bool
    prunes: bool
    screens: bool
    abroad: int


@kernel()
def whom_to_ask(product: Array, person: Array, satisfaction: Array, inside: Array, ours: Array, asks: bool, invites: bool,
                brand: int, rewards: tuple[int, int], entry_fee: int, out: Array) -> int:
    """List invitations after a day's deliveries: buyers who are no members, then pleased members, to bring a friend.

    Returns how many invitations there are; into which group is left to the caller.

    Parameters
    ----------
    product, person, satisfaction, inside : (n,)
        Deliveries, and whether the person is a member.
    ours : (P,), products; asks, invites : bool, whether buyers are asked at all, and members
    rewards : (int, int), fen for a member who brings somebody, and for whom they bring
    out : int64 (9, n), written: the columns of `Invite`
    """
    m = 0
    for is_member in (False, True):
        for k in range(len(person)):
            if inside[k] != is_member or not (invites and satisfaction[k] > 0 if is_member else asks):
                continue
            for p in ours:
                if product[k] == p:
                    out[0, m], out[1, m] = (person[k], -1) if is_member else (-1, person[k])
                    out[2, m], out[3, m], out[4, m], out[7, m], out[8, m] = -1, -1, brand, entry_fee, 0
                    out[5, m], out[6, m] = rewards if is_member else (0, 0)
                    m += 1
    return m


def asked_in(view: View, products: Ints, *, asks: bool, invites: bool, rewards: tuple[int, int] = (0, 0),
             entry_fee: int = 0) -> Invite | None:
    """Return invitations after yesterday's deliveries of some products, int64 (P,), or None; to the group with the most members' room.

    Buyers who are no members are asked to join, if `asks`, and pleased members to bring a friend, if `invites`.
    """
    delivered = view.events.delivered
    if not len(delivered):
        return None
    columns = np.empty((9, len(delivered)), np.int64)
    m = whom_to_ask(delivered.product, delivered.person, delivered.satisfaction, view.belongs(delivered.person), products,
                    asks, invites, view.brand, rewards, entry_fee, columns)
    if not m:
        return None
    columns[2] = view.channels[view.members(view.channels).argmin()]
    return of_block(Invite, columns[:, :m])
