"""Money is int64 fen (分) everywhere but in a report: 1 CNY = 100 fen."""

from __future__ import annotations

from decimal import Decimal

from sim.text.message import Message

FEN = 100
LIMIT_FEN = 10**15
"""Ten trillion yuan: a larger amount is a typing error, and sums stay far below 2**63."""


def fen(yuan: str | float | Decimal, unit: int | str = 1) -> int:
    """Return an amount of yuan in fen; `unit` is the worth in yuan of what is counted (10,000 for 万元).

    Raises
    ------
    ValueError
        If it is not a number, not finite, beyond `LIMIT_FEN`, or finer than one fen.
    """
    try:
        amount = Decimal(str(yuan)) * Decimal(unit) * FEN
    except ArithmeticError:
        raise ValueError(Message("values.not_money", amount=repr(yuan))) from None
    if not amount.is_finite() or abs(amount) > LIMIT_FEN:
        raise ValueError(Message("values.unusable_money", amount=repr(yuan), limit=LIMIT_FEN // FEN))
    if amount != amount.to_integral_value():
        raise ValueError(Message("values.finer_than_fen", amount=repr(yuan)))
    return int(amount)


def yuan(amount_fen: float) -> float:
    """Return fen as yuan, for reports only."""
    return amount_fen / FEN


def show(amount_fen: float) -> str:
    """Return an amount for people: whole yuan with thousands separators."""
    return f"{amount_fen / FEN:,.0f}"
