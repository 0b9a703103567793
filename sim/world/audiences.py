"""Audiences: who is in which channel, owned (private domain 私域) or rented.

Rows are appended in blocks and never re-sorted, so a row number stays valid: orders and memories
name it. Each channel keeps the list of its blocks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.core.kernel import Array, kernel

ACTIVE, MUTED, LEFT, SPY = 0, 1, 2, 3
"""States of a membership. A muted member reads nothing but still belongs; SPY + b works for brand b, and neither
reads nor leaves."""

NO_ROW = -1


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
def list_present(start: Array, stop: Array, block: Array, state: Array, out: Array) -> int:
    """Write the rows of some blocks whose members have not left; returns how many.

    start, stop (blocks,); block (k,), the wanted ones; state (M,); out (rows of those blocks,).
    """
    n = 0
    for k in range(len(block)):
        for r in range(start[block[k]], stop[block[k]]):
            out[n] = r
            n += state[r] != LEFT
    return n


class _BlocksByChannel:
    """The blocks sorted by channel, the oldest first: no state, only quicker to look into than the blocks themselves."""

    def __init__(self) -> None:
        self.order, self._channel = np.empty(0, np.int64), np.empty(0, np.int64)

    def add(self, channel: NDArray[np.int64]) -> None:
        """Put new blocks behind the older ones of their channels."""
        turn = np.argsort(channel, kind="stable")
        at = self._channel.searchsorted(channel[turn], "right")
        self.order = np.insert(self.order, at, len(self.order) + turn)
        self._channel = np.insert(self._channel, at, channel[turn])

    def places(self, channels: Any) -> tuple[Any, Any]:
        """Return where the blocks of channels begin in `order`, and how many they are."""
        first = self._channel.searchsorted(channels, "left")
        return first, self._channel.searchsorted(channels, "right") - first


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
    _blocks: _BlocksByChannel = field(default_factory=_BlocksByChannel, repr=False)

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
            cuts = np.diff(channel).nonzero()[0] + 1
            firsts = np.concatenate([[0], cuts])
            lasts = np.concatenate([cuts, [m]])
            before = np.bincount(self.block_channel, minlength=int(channel.max()) + 1)
            self.block_nth = np.concatenate([self.block_nth, before[channel[firsts]]])
            self.block_channel = np.concatenate([self.block_channel, channel[firsts]])
            self._blocks.add(channel[firsts])
            self.block_start = np.concatenate([self.block_start, start + firsts])
            self.block_stop = np.concatenate([self.block_stop, start + lasts])
        return np.arange(start, stop, dtype=np.int64)

    def blocks_in(self, channels: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (which, block): the blocks of each channel asked for, one channel behind the other, oldest first.

        `which` numbers the channels asked for.
        """
        first, many = self._blocks.places(channels)
        which = np.repeat(np.arange(len(channels)), many)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(many) - many, many)
        return which, self._blocks.order[first[which] + nth]

    def present(self, channel: int) -> NDArray[np.int64]:
        """Return the rows of a channel's present members, oldest first."""
        first, many = self._blocks.places(channel)
        block = self._blocks.order[first:first + many]
        out = np.empty(int((self.block_stop[block] - self.block_start[block]).sum()), np.int64)
        return out[:list_present(self.block_start, self.block_stop, block, self.state, out)]

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
