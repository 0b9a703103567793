"""Names of the accounts that money moves between, and of the reasons it moves for.

The numbers are stored in tables and never change their meaning; new ones are added at the end.
"""

from __future__ import annotations

from enum import IntEnum


class Account(IntEnum):
    """Kinds of account. Owned kinds have one balance per owner, the others one in all.

    BRAND, RESELLER and KOL hold cash. PAYABLE is what a brand owes (negative), RECEIVABLE what
    others are owed by it. INVENTORY and RESELLER_STOCK are goods at cost, mirrored by GOODS_VALUE.
    ESCROW holds buyers' money for open pools. CAPITAL is where opening balances come from.
    """

    BRAND = 0
    RESELLER = 1
    KOL = 2
    HOUSEHOLD = 3
    STAFF = 4
    SUPPLIER = 5
    LOGISTICS = 6
    PLATFORM = 7
    ESCROW = 8
    PAYABLE = 9
    RECEIVABLE = 10
    INVENTORY = 11
    RESELLER_STOCK = 12
    GOODS_VALUE = 13
    CAPITAL = 14


OWNED = frozenset({Account.BRAND, Account.RESELLER, Account.KOL, Account.ESCROW, Account.PAYABLE,
                   Account.INVENTORY, Account.RESELLER_STOCK})
"""Kinds with one balance per owner (brand, reseller row, or person in the KOL table)."""


class Purpose(IntEnum):
    """Why money moves. The statement of a brand has one line for each."""

    CAPITAL = 0
    SALE = 1
    REFUND = 2
    GOODS = 3
    DELIVERY = 4
    RETURN_FREIGHT = 5
    MEDIA = 6
    HOST = 7
    PACKET = 8
    SLOT_FEE = 9
    COMMISSION = 10
    BASE_PAY = 11
    LEAD = 12
    REFERRAL_REWARD = 13
    SELL_IN = 14
    RESELLER_SALE = 15
    TIER_SPREAD = 16
    LEVEL_REBATE = 17
    REFERRAL_REBATE = 18
    SAME_LEVEL_REBATE = 19
    BUY_IN = 20
    BUY_BACK = 21
    ESCROW_IN = 22
    ESCROW_RELEASE = 23
    ESCROW_REFUND = 24
    SURVEY = 25
    TOOLS = 26
    MEMBERSHIP_FEE = 27
    STOCK_VALUE = 28
    WRITE_OFF = 29
    DEBT = 30
    OTHER = 31
    HIRING = 32


REBATES = (Purpose.COMMISSION, Purpose.REFERRAL_REWARD, Purpose.TIER_SPREAD, Purpose.LEVEL_REBATE,
           Purpose.REFERRAL_REBATE, Purpose.SAME_LEVEL_REBATE)
"""Purposes that pay resellers for what others bought or for whom they brought."""

INCOME = (Purpose.SALE, Purpose.SELL_IN, Purpose.ESCROW_RELEASE, Purpose.MEMBERSHIP_FEE)
"""Purposes that bring a brand money."""
