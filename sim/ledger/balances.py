"""Balances of all accounts, one int64 column each, laid end to end in one array.

An account and an owner name a slot; accounts without owners have one slot, whatever the owner says
(the owner then only stands in the journal). Brands come first, so that slot b < B is brand b's cash.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import OWNED, Account
from sim.core.errors import LedgerError

Ints = NDArray[np.int64]

N_ACCOUNTS = len(Account)
MAX_OWNERS = 200_000_000
"""More owners than a world can hold: a larger number is a defect, not a reason to take memory."""

GROWABLE = frozenset({Account.RESELLER, Account.KOL, Account.RESELLER_STOCK})
"""Owned kinds that gain owners during a run; the others have one owner per brand."""

_MEASURES = ("value", "opening", "received", "due_to", "due_from")


class Balances:
    """What every slot holds, in fen.

    Attributes
    ----------
    value : int64 (slots,)
        Present balance; all of them together are always zero.
    opening : int64 (slots,)
        What was put in from outside; value - opening is the result in cash.
    received : int64 (slots,)
        Everything that ever came in, openings included.
    due_to, due_from : int64 (slots,)
        Payables not yet due, by who will receive and by who will pay.

    Parameters
    ----------
    n_brands : int
        Owners of each account that brands own; PAYABLE has one more, for payers that are not brands.
    """

    def __init__(self, n_brands: int) -> None:
        per_brand = dict.fromkeys(OWNED - GROWABLE, n_brands) | {Account.PAYABLE: n_brands + 1}
        self._size = np.array([0 if a in GROWABLE else per_brand.get(a, 1) for a in Account], np.int64)
        self._is_owned = np.array([a in OWNED for a in Account], np.int64)
        self._room = np.maximum(self._size, 1)
        self._lay_out()
        self.value, self.opening, self.received, self.due_to, self.due_from = (
            np.zeros(int(self._room.sum()), np.int64) for _ in _MEASURES
        )

    def _lay_out(self) -> None:
        self._start = np.concatenate(([0], np.cumsum(self._room)[:-1]))
        self._limit = self._size.view(np.uint64)

    def slots(self, account: Ints, owner: Ints) -> Ints:
        """Return the slots of accounts and owners, int64 (n,); growable kinds gain the owners they lack.

        Raises
        ------
        LedgerError
            If an owner is negative, or beyond the brands for an account that brands own.
        """
        owner = owner * self._is_owned[account]
        # Seen as unsigned, a negative owner is larger than any limit: one comparison finds both faults.
        beyond = owner.view(np.uint64) >= self._limit[account]
        if beyond.any():
            self._admit(account[beyond], owner[beyond])
        slots: Ints = self._start[account] + owner
        return slots

    def slot(self, account: int, owner: int) -> int:
        """Return the slot of one account and owner."""
        if not self._is_owned[account]:
            return int(self._start[account])
        if not 0 <= owner < self._size[account]:
            self._admit(np.array([account]), np.array([owner]))
        return int(self._start[account]) + owner

    def grow(self, account: int, n_owners: int) -> None:
        """Make sure that a growable account has at least `n_owners` owners; new ones start at zero."""
        if account not in GROWABLE:
            raise LedgerError(f"account {Account(account).name} has one owner per brand and cannot grow")
        if n_owners > MAX_OWNERS:
            raise LedgerError(f"account {Account(account).name}: owner {n_owners - 1} is beyond {MAX_OWNERS - 1}")
        if n_owners > self._room[account]:
            self._move_to(account, max(64, n_owners + n_owners // 2))
        self._size[account] = max(n_owners, int(self._size[account]))
        self._limit = self._size.view(np.uint64)

    def _admit(self, account: Ints, owner: Ints) -> None:
        """Grow for new owners; refuse owners that cannot be."""
        for kind in np.unique(account).tolist():
            owners = owner[account == kind]
            if owners.min() < 0 or kind not in GROWABLE:
                wrong = int(owners.min() if owners.min() < 0 else owners.max())
                raise LedgerError(f"account {Account(kind).name} has no owner {wrong}")
            self.grow(kind, int(owners.max()) + 1)

    def _move_to(self, account: int, room: int) -> None:
        """Lay the columns out anew with more room for one account."""
        old_start, old_room = self._start.copy(), self._room.copy()
        self._room[account] = room
        self._lay_out()
        total = int(self._room.sum())
        for name in _MEASURES:
            old, new = getattr(self, name), np.zeros(total, np.int64)
            for a in range(N_ACCOUNTS):
                new[self._start[a] : self._start[a] + old_room[a]] = old[old_start[a] : old_start[a] + old_room[a]]
            setattr(self, name, new)

    def column(self, measure: Ints, account: int) -> Ints:
        """Return the part of a measure (such as `value`) that belongs to an account, read-only, one entry an owner."""
        start = int(self._start[account])
        part = measure[start : start + int(self._size[account])]
        part.flags.writeable = False
        return part
