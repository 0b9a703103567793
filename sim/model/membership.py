"""Carrying out who joins, leaves and rises: the people side of settling.

Mechanisms decide who says yes; here memberships and the resellers' table are written, and the money
that goes with them is booked. Goods in the channel stand in `sim.model.channel`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account, Purpose
from sim.exchange.actions import Enrol, Promote, Release
from sim.exchange.events import Joined, Left, Reason, Refused
from sim.ledger.ledger import Ledger
from sim.ledger.moves import AMOUNT, PAYEE, PAYEE_OWNER, PAYER, PAYER_OWNER, PURPOSE
from sim.mechanisms.fulfilment import hashes
from sim.mechanisms.sellers import forget_themselves
from sim.world.audiences import LEFT, NO_ROW, SPY
from sim.world.state import World

Ints = NDArray[np.int64]


class Newcomers(NamedTuple):
    """People about to become resellers, columns (n,); upline -1: the brand."""

    person: Ints
    brand: Ints
    tier: Ints
    upline: Ints
    buy_in_fen: Ints


def sort_for_channels(world: World, person: Ints, channel: Ints) -> Ints:
    """Return the order (channel, uid), in which memberships are appended whatever the row numbers."""
    return np.lexsort((world.people.uid[person], channel))


def let_in(world: World, person: Ints, channel: Ints, day: int) -> Ints:
    """Append memberships as far as channels have room; returns the positions admitted, int64 (n,)."""
    return admitted(world, person, channel, day)[0]


def admitted(world: World, person: Ints, channel: Ints, day: int) -> tuple[Ints, Ints]:
    """Append memberships as far as channels have room; returns the positions admitted and their audience rows, int64 (n,)."""
    if not len(person):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return world.audiences.admit(person, channel, sort_for_channels(world, person, channel), world.channels, day)


def join(world: World, ledger: Ledger, joined: Joined, day: int) -> tuple[Joined, Refused]:
    """Carry out accepted invitations; returns those that really joined, and those for whom there was no room."""
    if not len(joined):
        return joined, Refused.empty()
    to_role = (joined.tier >= 0).nonzero()[0]
    if not len(to_role) and np.count_nonzero(joined.channel < 0) == 0:
        let = let_in(world, joined.person, joined.channel, day)
        if len(let) == len(joined):
            return joined, Refused.empty()
        to_channel = np.arange(len(joined))
    else:
        to_channel = ((joined.channel >= 0) & (joined.tier < 0)).nonzero()[0]
        let = to_channel[let_in(world, joined.person[to_channel], joined.channel[to_channel], day)]
    if len(to_role):
        sponsor = joined.sponsor[to_role]
        upline = np.where(sponsor >= 0, world.resellers.row_of[np.maximum(sponsor, 0)], -1).astype(np.int64)
        enrol_resellers(world, ledger, Newcomers(joined.person[to_role], joined.brand[to_role], joined.tier[to_role], upline,
                                                 joined.buy_in_fen[to_role]), day)
    if len(let) + len(to_role) == len(joined):
        return joined, Refused.empty()
    pick = np.concatenate([let, to_role])
    pick.sort()
    kept = joined if len(pick) == len(joined) else Joined(*[column[pick] for column in vars(joined).values()])
    if len(let) == len(to_channel):
        return kept, Refused.empty()
    outside = np.ones(len(joined), np.bool_)
    outside[let] = False
    late = to_channel[outside[to_channel]]
    refused = Refused(joined.person[late], joined.sponsor[late], joined.channel[late], joined.tier[late],
                      np.full(len(late), int(Reason.FULL), np.int64))
    return kept, refused


def enrol_resellers(world: World, ledger: Ledger, newcomers: Newcomers, day: int) -> None:
    """Open rows of the resellers' table, by uid; their buy-in comes out of their household's purse."""
    rows = world.resellers.enrol(world.people.uid[newcomers.person].argsort(kind="stable"), *newcomers, day)
    world.people.role[newcomers.person] = 2
    moves = np.empty((7, len(rows)), np.int64)
    moves[PAYER], moves[PAYEE], moves[PAYER_OWNER], moves[PAYEE_OWNER] = int(Account.HOUSEHOLD), int(Account.RESELLER), 0, rows
    moves[AMOUNT], moves[PURPOSE] = newcomers.buy_in_fen, int(Purpose.BUY_IN)
    ledger.book_moves(moves, day, "join")


def enrol(world: World, ledger: Ledger, table: Enrol, day: int) -> Joined:
    """Put people where they have agreed to be, without asking again; in another brand's channel they are spies."""
    if not len(table):
        return Joined.empty()
    zero = np.zeros(len(table), np.int64)
    channel = np.flatnonzero((table.channel >= 0) & (table.tier < 0))
    at, rows = admitted(world, table.person[channel], table.channel[channel], day)
    kept = [channel[at]]
    brand = table.brand.copy()
    brand[kept[0]] = world.channels.brand[table.channel[kept[0]]]  # who a spy works for is nobody's business
    spies = table.brand[kept[0]] != brand[kept[0]]
    world.audiences.state[rows[spies]] = SPY + table.brand[kept[0]][spies]
    role = np.flatnonzero(table.tier >= 0)
    role = role[world.resellers.row_of[table.person[role]] < 0]
    if len(role):
        role = _one_brand_each(world, table, role, day)
        enrol_resellers(world, ledger, Newcomers(table.person[role], table.brand[role], table.tier[role], table.upline[role],
                                                 table.buy_in_fen[role]), day)
        kept.append(role)
    pick = np.sort(np.concatenate(kept))
    return Joined(table.person[pick], table.channel[pick], table.tier[pick], brand[pick],
                  np.full(len(pick), -1, np.int64), np.full(len(pick), -1, np.int64), zero[pick], zero[pick],
                  np.where(table.tier[pick] >= 0, table.buy_in_fen[pick], 0))


def _one_brand_each(world: World, table: Enrol, role: Ints, day: int) -> Ints:
    """Return the rows left when of several brands that enrol one person the smallest hash wins."""
    score = np.empty(len(role))
    hashes(world.people.uid[table.person[role]], table.brand[role], world.draws.key("enrol", day), score)
    turn = role[np.lexsort((score, table.person[role]))]
    again = np.zeros(len(turn), np.bool_)
    again[1:] = table.person[turn[1:]] == table.person[turn[:-1]]
    return np.sort(turn[~again])


def release(world: World, table: Release, day: int) -> Left:
    """Take people out of channels or out of the reseller role."""
    if not len(table):
        return Left.empty()
    out = np.zeros(len(table), np.bool_)
    role = np.flatnonzero(table.channel < 0)
    rows = world.resellers.row_of[table.person[role]].astype(np.int64)
    out[role] = rows >= 0
    leave_role(world, rows[rows >= 0], day)
    for k in np.flatnonzero(table.channel >= 0).tolist():
        out[k] = _leave_channel(world, int(table.person[k]), int(table.channel[k]))
    n = int(out.sum())
    return Left(table.person[out], table.channel[out], np.full(n, int(Reason.RELEASED), np.int64))


def _leave_channel(world: World, person: int, channel: int) -> bool:
    aud, owner = world.audiences, int(world.channels.owner[channel])
    row = int(aud.home[person, owner])
    if row == NO_ROW or aud.channel[row] != channel or aud.state[row] == LEFT:
        return False
    aud.state[row] = LEFT
    aud.home[person, owner] = NO_ROW
    world.channels.members[channel] -= 1
    return True


def leave_role(world: World, rows: Ints, day: int) -> None:
    """End the reseller role of some rows, int64 (n,); what stock they hold is written off tomorrow, unless it is bought back."""
    table = world.resellers
    forget_themselves(world, rows)
    table.left[rows] = day
    table.row_of[table.person[rows]] = -1
    world.people.role[table.person[rows]] = 0


def give_up(world: World, rows: Ints, day: int) -> Left:
    """Let resellers who lose by it go, rows int64 (n,)."""
    if not len(rows):
        return Left.empty()
    leave_role(world, rows, day)
    return Left(world.resellers.person[rows], np.full(len(rows), -1, np.int64), np.full(len(rows), int(Reason.LOSSES), np.int64))


def promote(world: World, table: Promote) -> None:
    """Move resellers to their new tier."""
    if len(table):
        world.resellers.tier[table.reseller] = table.tier

