"""Balances of all accounts, one int64 column each, laid end to end in one array.

An account and an owner name a slot; accounts without owners have one slot, whatever the owner says
(the owner then only stands in the journal). Brands come first, so that slot b < B is brand b's cash,
and kinds that gain owners during a run come last, so that the others never move.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import OWNED, Account
from sim.core.errors import LedgerError

Ints = NDArray[np.int64]

MAX_OWNERS = 200_000_000
"""More owners than a world can hold: a larger number is a defect, not a reason to take memory."""

GROWABLE = (Account.RESELLER, Account.KOL, Account.RESELLER_STOCK)
"""Owned kinds that gain owners during a run; the others have one owner per brand."""

_ORDER = (*(a for a in Account if a not in GROWABLE), *GROWABLE)
_MEASURES = ("value", "opening", "due_to", "due_from")


class Balances:
    """What every slot holds, in fen.

    Parameters
    ----------
    n_brands : int
        Owners of each account that brands own; PAYABLE has one more, for payers that are not brands.

    Attributes
    ----------
    is_owned, start, size : int64 (accounts,)
        Whether an account has owners, its first slot, and how many owners it has.
    wanted : int64 (accounts,)
        Owners that the last moves to be entered asked for.
    value : int64 (slots,)
        Present balance; all of them together are always zero.
    opening : int64 (slots,)
        What was put in from outside; value - opening is the result in cash.
    due_to, due_from : int64 (slots,)
        Debts not yet due, by who will receive and by who will pay.
    """

    def __init__(self, n_brands: int) -> None:
        sizes = {a: n_brands if a in OWNED else 1 for a in Account} | dict.fromkeys(GROWABLE, 0)
        sizes[Account.PAYABLE] = n_brands + 1
        self.size = np.array([sizes[a] for a in Account], np.int64)
        self._limit = self.size.view(np.uint64)
        self.wanted = self.size.copy()
        self.is_owned = np.array([a in OWNED for a in Account], np.int64)
        self._room = np.maximum(self.size, 1)
        self.start = self._layout()
        self.value, self.opening, self.due_to, self.due_from = (
            np.zeros(int(self._room.sum()), np.int64) for _ in _MEASURES
        )

    def _layout(self) -> Ints:
        start = np.zeros(len(Account), np.int64)
        start[list(_ORDER)] = np.concatenate(([0], np.cumsum(self._room[list(_ORDER)])[:-1]))
        return start

    def slots(self, account: Ints, owner: Ints) -> Ints:
        """Return the slots of accounts and owners, int64 (n,); growable kinds gain the owners they lack.

        Raises
        ------
        LedgerError
            If an owner is negative, or beyond the brands for an account that brands own.
        """
        owner = owner * self.is_owned[account]
        # Seen as unsigned, a negative owner is larger than any limit: one comparison finds both faults.
        beyond = owner.view(np.uint64) >= self._limit[account]
        if np.count_nonzero(beyond):
            self._admit(account[beyond], owner[beyond])
        owner += self.start[account]
        return owner

    def grow(self, account: int, n_owners: int) -> None:
        """Make sure that a growable account has at least `n_owners` owners; new ones start at zero."""
        if account not in GROWABLE:
            raise LedgerError(f"account {Account(account).name} has one owner per brand and cannot grow")
        if n_owners > MAX_OWNERS:
            raise LedgerError(f"account {Account(account).name}: owner {n_owners - 1} is beyond {MAX_OWNERS - 1}")
        if n_owners > self._room[account]:
            self._move(account, max(64, n_owners + n_owners // 2))
        self.size[account] = max(n_owners, int(self.size[account]))

    def make_room(self) -> bool:
        """Grow every account to the owners that are `wanted`, unless one of them cannot grow; returns whether it did."""
        short = (self.wanted > self.size).nonzero()[0].tolist()
        if not all(account in GROWABLE for account in short):
            return False
        for account in short:
            self.grow(account, int(self.wanted[account]))
        return True

    def _admit(self, account: Ints, owner: Ints) -> None:
        """Grow for new owners; refuse owners that cannot be, before anything grows."""
        for a, o in zip(account.tolist(), owner.tolist(), strict=True):
            if o < 0 or a not in GROWABLE:
                raise LedgerError(f"account {Account(a).name} has no owner {o}")
        for kind in sorted(set(account.tolist())):
            self.grow(kind, int(owner[account == kind].max()) + 1)

    def _move(self, account: int, room: int) -> None:
        """Lay the columns out anew, with more room for one account."""
        old_start, old_room = self.start, self._room.copy()
        self._room[account] = room
        self.start = self._layout()
        total = int(self._room.sum())
        for name in _MEASURES:
            old, new = getattr(self, name), np.zeros(total, np.int64)
            for a in Account:
                new[self.start[a] : self.start[a] + old_room[a]] = old[old_start[a] : old_start[a] + old_room[a]]
            setattr(self, name, new)

    def column(self, measure: Ints, account: int) -> Ints:
        """Return an account's part of a measure (such as `value`), read-only, int64 (owners,)."""
        start = int(self.start[account])
        part = measure[start : start + int(self.size[account])]
        part.flags.writeable = False
        return part
