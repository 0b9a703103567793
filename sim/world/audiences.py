"""Audiences: who is in which channel, owned (private domain 私域) or rented.

Rows are appended in blocks and never re-sorted, so a row number stays valid: orders and memories
name it. Each channel keeps the list of its blocks.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, Number, kernel

ACTIVE, MUTED, LEFT, SPY = 0, 1, 2, 3
"""States of a membership. A muted member reads nothing but still belongs; SPY + b works for brand b, and neither
reads nor leaves."""

NO_ROW = -1
_ASKED = -2
"""Stands in `home` while newcomers are looked through: this person has been asked by this owner."""


@dataclass
class Channels:
    """The channels of all strategies; C channels.

    name: for draws, whatever the number of the channel; kind: index into
    `exchange.actions.CHANNEL_KINDS`; owner: strategy number; account: row of
    `Accounts`; capacity: most members; health, zombie days, fake accounts at work, whether fakes were ever
    found out (`unmasked`), and what a member pays and gets a month (`fee_fen`, `worth_fen`) belong to groups.
    Feeds and live events have a heat.
    """

    name: NDArray[np.int64]
    kind: NDArray[np.int64]
    owner: NDArray[np.int64]
    brand: NDArray[np.int64]
    owned: NDArray[np.bool_]
    account: NDArray[np.int64]
    capacity: NDArray[np.int64]
    trust: NDArray[np.float64]
    members: NDArray[np.int64]
    health: NDArray[np.float64]
    host_skill: NDArray[np.float64]
    zombie_days: NDArray[np.int64]
    fakes: NDArray[np.int64]
    unmasked: NDArray[np.bool_]
    fee_fen: NDArray[np.int64]
    worth_fen: NDArray[np.float64]
    heat: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.kind)

    @functools.cached_property
    def kinds(self) -> frozenset[int]:
        """Which kinds of channels there are in the run."""
        return frozenset(self.kind.tolist())


def observed_activity(channels: Channels, which: NDArray[Any]) -> NDArray[np.float64]:
    """Return what can be seen of groups' activity, float64 (n,): members alive in them, and fakes that act as members.

    Parameters
    ----------
    which : int64 (n,) or bool (C,)
        The groups asked about.
    """
    fakes = channels.fakes[which] / np.maximum(channels.members[which], 1)
    seen: NDArray[np.float64] = np.minimum(1.0, channels.health[which] + fakes)
    return seen


@dataclass
class Accounts:
    """Platform accounts that hold channels; A accounts, named for draws."""

    name: NDArray[np.int64]
    owner: NDArray[np.int64]
    banned_until: NDArray[np.int64]
    bans: NDArray[np.int64]
    reports: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.owner)


@kernel()
def first_block(channel: int, first: Array) -> Number:
    """Return a channel's oldest block, -1: it never had a member. first : (C,) or shorter, where the last channels never had one."""
    return first[channel] if channel < len(first) else -1


@kernel()
def list_present(channel: int, first: Array, following: Array, start: Array, stop: Array, state: Array) -> Array:
    """Return the rows of a channel's members who have not left, oldest first, int64 (n,).

    first (C,) and following (blocks,): the oldest block of each channel, and the next one after each block, -1: none;
    start, stop (blocks,); state (M,).
    """
    most, n = 0, 0
    block = first_block(channel, first)
    while block >= 0:
        most += stop[block] - start[block]
        block = following[block]
    out = np.empty(most, np.int64)
    block = first_block(channel, first)
    while block >= 0:
        for r in range(start[block], stop[block]):
            if state[r] != LEFT:
                out[n] = r
                n += 1
        block = following[block]
    return out[:n]


@kernel()
def move_in(turn: Array, person: Array, channel: Array, owner: Array, owned: Array, capacity: Array, trust: Array, members: Array,
            home: Array, day: int, size: int, row_person: Array, row_channel: Array, row_trust: Array, joined: Array, active_day: Array,
            state: Array, blocks: int, block: Array, first: Array, last: Array, many: Array, following: Array, held: Array,
            kept: Array) -> tuple[int, int]:
    """Append memberships of those who get in; returns how many they are, and how many blocks were cut.

    A member of an owner stays where they are, and whom one owner asks into two channels on one day joins the first. New rows of
    a channel are one block, hung behind the last of its channel.

    Parameters
    ----------
    turn : (m,), the order in which people stand, sorted by channel; person, channel : int64 (m,)
    owner to members : (C,); home : (N, S)
    size : rows so far; row_person to state : (M,), columns of the rows
    blocks : blocks so far; block : int64 (4, room), channel, first row, row after the last, blocks of the channel before it
    first, last, many : (C,), oldest and newest block of a channel, and how many; following : (room,), the next of each block
    held : working space (m,); kept : int64 (m,), written: the positions that get in, in the order of their rows
    """
    n, cut, taken, at = 0, 0, 0, -1
    for k in range(len(turn)):
        i, c = person[turn[k]], channel[turn[k]]
        o = owner[c]
        if c != at:
            taken, at = 0, c
        held[k] = home[i, o]
        if held[k] == _ASKED:
            continue
        home[i, o] = _ASKED
        if owned[c] and held[k] != NO_ROW:
            continue
        taken += 1
        if taken > capacity[c] - members[c]:
            continue
        kept[n] = turn[k]
        r = size + n
        if owned[c]:
            held[k] = r
        row_person[r], row_channel[r], row_trust[r], joined[r], active_day[r] = i, c, trust[c], day, day
        state[r] = ACTIVE
        b = blocks + cut
        if cut > 0 and block[0, b - 1] == c:
            block[2, b - 1] = r + 1
        else:
            block[0, b], block[1, b], block[2, b], block[3, b] = c, r, r + 1, many[c]
            if many[c] == 0:
                first[c] = b
            else:
                following[last[c]] = b
            last[c], following[b] = b, -1
            many[c] += 1
            cut += 1
        n += 1
    for k in range(len(turn)):
        if held[k] != _ASKED:
            home[person[turn[k]], owner[channel[turn[k]]]] = held[k]
    for k in range(n):
        members[channel[kept[k]]] += 1
    return n, cut


def _longer(old: NDArray[np.int64], size: int, fill: int) -> NDArray[np.int64]:
    new = np.full(size, fill, np.int64)
    new[: len(old)] = old
    return new


@dataclass
class BlocksByChannel:
    """Each channel's blocks as a chain, the oldest first: no state, only quicker to walk than the blocks themselves.

    first : int64 (C,), oldest block of a channel, before its first member (0,); last, many (C,), newest, and how many; following :
    int64 (blocks and room for more,), the next one; -1: none. room : int64 (4, as many), columns of the blocks themselves.
    """

    first: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    last: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    many: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    following: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    room: NDArray[np.int64] = field(default_factory=lambda: np.empty((4, 0), np.int64))


@dataclass
class Audiences:
    """Membership rows, growable: person, channel, trust, joined, state, last active day.

    `home` (N, S) names each person's row in the owned channels of strategy s, or -1.
    """

    home: NDArray[np.int32]
    size: int = 0
    person: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    channel: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    trust: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))
    joined: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, np.int16))
    state: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    active_day: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, np.int16))
    block_channel: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    block_start: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    block_stop: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    block_nth: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    chain: BlocksByChannel = field(default_factory=BlocksByChannel, repr=False)


    _COLUMNS = ("person", "channel", "trust", "joined", "state", "active_day")

    def admit(self, person: NDArray[np.int64], channel: NDArray[np.int64], turn: NDArray[np.int64], channels: Channels,
              day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Append memberships as far as channels have room; returns the positions admitted, and their rows, both int64 (n,).

        Parameters
        ----------
        person, channel : int64 (m,)
        turn : int64 (m,)
            The order in which they stand, sorted by channel; rows are appended in it.
        """
        m, start, blocks, chain = len(turn), self.size, len(self.block_channel), self.chain
        self._reserve(start + m, blocks + min(m, len(channels)), len(channels))
        kept = np.empty(m, np.int64)
        n, cut = move_in(turn, person, channel, channels.owner, channels.owned, channels.capacity, channels.trust, channels.members,
                         self.home, day, start, self.person, self.channel, self.trust, self.joined, self.active_day, self.state,
                         blocks, chain.room, chain.first, chain.last, chain.many, chain.following, np.empty(m, self.home.dtype), kept)
        self.size = start + n
        if cut:
            self.block_channel, self.block_start, self.block_stop, self.block_nth = chain.room[:, : blocks + cut]
        return kept[:n], np.arange(start, start + n, dtype=np.int64)

    def present(self, channel: int) -> NDArray[np.int64]:
        """Return the rows of a channel's present members, oldest first."""
        found: NDArray[np.int64] = list_present(channel, self.chain.first, self.chain.following, self.block_start,
                                                self.block_stop, self.state)
        return found

    def blocks_of(self, wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (start, stop) of all blocks of the channels marked in `wanted` (C,)."""
        pick = wanted[self.block_channel]
        return self.block_start[pick], self.block_stop[pick]

    def _reserve(self, size: int, blocks: int, n_channels: int) -> None:
        """Make room for rows, for blocks, and for chains of all channels."""
        chain = self.chain
        if n_channels > len(chain.first):
            chain.first, chain.last, chain.many = (_longer(old, n_channels, fill) for old, fill in (
                (chain.first, -1), (chain.last, -1), (chain.many, 0)))
        if blocks > len(chain.following):
            chain.room = np.stack([_longer(old, 2 * blocks, -1) for old in chain.room])
            chain.following = _longer(chain.following, 2 * blocks, -1)
        if size <= len(self.person):
            return
        room = max(1024, size + size // 2)
        for name in self._COLUMNS:
            old = getattr(self, name)
            new = np.zeros(room, old.dtype)
            new[: self.size] = old[: self.size]
            setattr(self, name, new)
