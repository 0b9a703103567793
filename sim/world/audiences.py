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
def add_blocks(channel: Array, row: int, blocks: int, first: Array, last: Array, many: Array, following: Array,
               out: Array) -> None:
    """Cut new rows into blocks, each hung behind the last of its channel.

    channel (m,): those of one channel are adjacent; row: that of the first; blocks: how many there were before; first, last,
    many (C,): oldest and newest block of a channel, and how many; following (room,); out (4, new blocks): channel, first row,
    row after the last, blocks of the channel before it.
    """
    n = 0
    for k in range(len(channel)):
        c = channel[k]
        if k > 0 and channel[k - 1] == c:
            out[2, n - 1] = row + k + 1
            continue
        out[0, n], out[1, n], out[2, n], out[3, n] = c, row + k, row + k + 1, many[c]
        b = blocks + n
        if many[c] == 0:
            first[c] = b
        else:
            following[last[c]] = b
        last[c] = b
        following[b] = -1
        many[c] += 1
        n += 1


@kernel()
def find_room(turn: Array, person: Array, channel: Array, owner: Array, owned: Array, capacity: Array, members: Array,
              home: Array, held: Array, kept: Array) -> None:
    """Write who gets in of those who stand in a `turn` sorted by channel.

    A member of an owner stays where they are, and whom one owner asks into two channels on one day joins the first. turn,
    person, channel : int64 (m,); owner to members : (C,); home : (N, S), as it was when this returns; held : working space
    (m,); kept : bool (m,), in the order of the turn.
    """
    taken, last = 0, -1
    for k in range(len(turn)):
        i, c = person[turn[k]], channel[turn[k]]
        o = owner[c]
        if c != last:
            taken, last = 0, c
        held[k] = home[i, o]
        kept[k] = False
        if held[k] != _ASKED:
            home[i, o] = _ASKED
            if not owned[c] or held[k] == NO_ROW:
                kept[k] = taken < capacity[c] - members[c]
                taken += 1
    for k in range(len(turn)):
        if held[k] != _ASKED:
            home[person[turn[k]], owner[channel[turn[k]]]] = held[k]


def _longer(old: NDArray[np.int64], size: int, fill: int) -> NDArray[np.int64]:
    new = np.full(size, fill, np.int64)
    new[: len(old)] = old
    return new


class BlocksByChannel:
    """Each channel's blocks as a chain, the oldest first: no state, only quicker to walk than the blocks themselves.

    first : int64 (C,), oldest block of a channel; following : int64 (blocks and room for more,), the next one; -1: none.
    """

    def __init__(self) -> None:
        self.first = self._last = self._many = self.following = np.empty(0, np.int64)

    def add(self, channel: NDArray[np.int64], row: int, blocks: int) -> NDArray[np.int64]:
        """Chain new rows to their channels, from a row on; returns columns of the new blocks, as `add_blocks`."""
        most = int(channel.max()) + 1
        if most > len(self.first):
            self.first, self._last = _longer(self.first, most, -1), _longer(self._last, most, -1)
            self._many = _longer(self._many, most, 0)
        added = 1 + int(np.count_nonzero(channel[1:] != channel[:-1]))
        if blocks + added > len(self.following):
            self.following = _longer(self.following, 2 * (blocks + added), -1)
        out = np.empty((4, added), np.int64)
        add_blocks(channel, row, blocks, self.first, self._last, self._many, self.following, out)
        return out


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

    def append(self, person: NDArray[np.int64], channel: NDArray[np.int64], trust: NDArray[np.float64],
               day: int) -> NDArray[np.int64]:
        """Append memberships and return their rows, in the order given.

        Parameters
        ----------
        person, channel : int64 (m,)
            Rows of one channel must be adjacent (sorted by channel).
        trust : float64 (m,), [0, 1]
        """
        m = len(person)
        start = self.size
        self._reserve(start + m)
        stop = start + m
        self.person[start:stop] = person
        self.channel[start:stop] = channel
        self.trust[start:stop] = trust
        self.joined[start:stop] = day
        self.active_day[start:stop] = day
        self.state[start:stop] = ACTIVE
        self.size = stop
        if m:
            added = self.chain.add(channel, start, len(self.block_channel))
            self.block_channel = np.concatenate([self.block_channel, added[0]])
            self.block_start = np.concatenate([self.block_start, added[1]])
            self.block_stop = np.concatenate([self.block_stop, added[2]])
            self.block_nth = np.concatenate([self.block_nth, added[3]])
        return np.arange(start, stop, dtype=np.int64)

    def present(self, channel: int) -> NDArray[np.int64]:
        """Return the rows of a channel's present members, oldest first."""
        found: NDArray[np.int64] = list_present(channel, self.chain.first, self.chain.following, self.block_start,
                                                self.block_stop, self.state)
        return found

    def blocks_of(self, wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (start, stop) of all blocks of the channels marked in `wanted` (C,)."""
        pick = wanted[self.block_channel]
        return self.block_start[pick], self.block_stop[pick]

    def _reserve(self, size: int) -> None:
        if size <= len(self.person):
            return
        room = max(1024, size + size // 2)
        for name in self._COLUMNS:
            old = getattr(self, name)
            new = np.zeros(room, old.dtype)
            new[: self.size] = old[: self.size]
            setattr(self, name, new)
