"""Money: balances, payables, statements, the book of goods and the audit; integers in fen, double entry."""

from sim.ledger.goods import Goods, Place
from sim.ledger.ledger import Ledger

__all__ = ["Goods", "Ledger", "Place"]
