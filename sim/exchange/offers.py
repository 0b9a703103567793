"""The offers of a day as columns, and the rule between strategies that sell the same thing.

The lowest price wins: among offers that a brand sells singly out of its own stock (no pool, no
reseller), an offer costs no more than what *another* strategy asks for the same product. The prices
that one strategy sets side by side (a ladder for members, a flash price) are its own affair and
stay as they are, unless another strategy undercuts them.
"""

from __future__ import annotations

import functools
import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular
from sim.core.errors import PlanError
from sim.core.money import LIMIT_FEN
from sim.exchange.actions import BY_PATH

if TYPE_CHECKING:
    from sim.exchange.actions import Offer

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@tabular
class OfferTable:
    """Offers of a day, ascending by id; arrays of one length, read-only and shared between equal days.

    Parameters
    ----------
    offer : int64 (n,)
        Id.
    product, price_fen, list_price_fen, stock_owner, queue, pool_seats : int64 (n,)
    claim, fit, commission, warmth : float64 (n,), [0, 1]
        As in `Offer`; `price_fen` after the rule of the lowest price.
    brand : int64 (n,)
        Brand that sells the product.
    strategy : int64 (n,)
        Position of the strategy among the sorted ids.
    is_live : bool (O,)
        Whether an id can be posted about today; one array for all tables of the same ids.
    last_owner : int
        Highest reseller's row that owns stock; -1 where none does.
    by_path : bool
        Whether resellers behind paths sell any of them out of their own stock.
    """

    offer: Ints
    product: Ints
    price_fen: Ints
    list_price_fen: Ints
    claim: Floats
    fit: Floats
    stock_owner: Ints
    queue: Ints
    pool_seats: Ints
    commission: Floats
    warmth: Floats
    brand: Ints
    strategy: Ints
    is_live: NDArray[np.bool_]
    last_owner: int
    by_path: bool

    def __len__(self) -> int:
        return len(self.offer)


@dataclass(frozen=True)
class OfferSpace:
    """Ids that a run has: O offers of which the first are shops (open without being proposed), P products, queues."""

    n_offers: int
    n_shops: int
    n_queues: int
    brand_of: tuple[int, ...]


_WHOLE = ("offer", "product", "price_fen", "list_price_fen", "stock_owner", "queue", "pool_seats")
_SHARES = ("claim", "fit", "commission", "warmth")
_whole, _shares = operator.attrgetter(*_WHOLE), operator.attrgetter(*_SHARES)
_terms = operator.attrgetter(*_WHOLE, *[name for name in _SHARES if name != "fit"])


def offer_table(proposed: tuple[tuple[Offer, ...], ...], names: tuple[str, ...], space: OfferSpace) -> OfferTable:
    """Lay out the offers of all strategies; most days propose what yesterday did, or the same at another fit.

    Parameters
    ----------
    proposed : tuple of tuple of Offer
        One tuple a strategy, in the order of `names`.

    Raises
    ------
    PlanError
        If an id is proposed twice or unknown, or an offer names what does not exist or a value out of range.
    """
    known = _LAST.get(names)
    if known is not None and known.space is space and all(map(operator.is_, proposed, known.proposed)):
        return known.table
    terms = [[_terms(offer) for offer in offers] for offers in proposed]
    fits = [offer.fit for offers in proposed for offer in offers]
    if known is None or known.terms != terms or known.space != space:
        table = _laid_out(proposed, names, space)
    elif known.fits == fits:
        return known.table
    elif known.in_order and all(0 <= fit <= 1 for fit in fits):
        fit = np.array(fits, np.float64)
        fit.flags.writeable = False
        table = OfferTable(**(vars(known.table) | {"fit": fit}))
        _LAST[names] = known._replace(proposed=proposed, fits=fits, table=table)
        return table
    else:
        table = _laid_out(proposed, names, space)
    if len(_LAST) >= _MOST:
        _LAST.clear()
    ids = [offer.offer for offers in proposed for offer in offers]
    _LAST[names] = _Laid(proposed, terms, fits, space, table, ids == sorted(ids))
    return table


class _Laid(NamedTuple):
    """A table that was laid out, and of what: the offers but for their fit, by strategy, their fits, and whether they stood by id."""

    proposed: tuple[tuple[Offer, ...], ...]
    terms: list[list[tuple[Any, ...]]]
    fits: list[float]
    space: OfferSpace
    table: OfferTable
    in_order: bool


_MOST = 32
_LAST: dict[tuple[str, ...], _Laid] = {}
"""The last table of the strategies of these names."""


def _laid_out(proposed: tuple[tuple[Offer, ...], ...], names: tuple[str, ...], space: OfferSpace) -> OfferTable:
    """Check offers and return them as columns."""
    flat = [(o, s) for s, offers in enumerate(proposed) for o in offers]
    flat.sort(key=lambda pair: pair[0].offer)
    _check(flat, names, space)
    whole = _columns([(*_whole(o), space.brand_of[o.product], s) for o, s in flat], len(_WHOLE) + 2, np.int64)
    shares = _columns([_shares(o) for o, _ in flat], len(_SHARES), np.float64)
    offer, product, price_fen, list_price_fen, stock_owner, queue, pool_seats, brand, strategy = whole
    if len(names) > 1:
        price_fen = np.array(_lowest(flat), np.int64)
        price_fen.flags.writeable = False
    claim, fit, commission, warmth = shares
    ids, owners = tuple([o.offer for o, _ in flat]), [o.stock_owner for o, _ in flat]
    return OfferTable(offer, product, price_fen, list_price_fen, claim, fit, stock_owner, queue, pool_seats, commission,
                      warmth, brand, strategy, _live(ids, space), max(owners, default=-1), BY_PATH in owners)


def _columns(rows: list[Any], columns: int, kind: type[Any]) -> NDArray[Any]:
    """Return rows as an array of columns that nobody can write to, (columns, n)."""
    found = np.array(rows, kind).reshape(len(rows), columns).T.copy()
    found.flags.writeable = False
    return found


@functools.lru_cache(maxsize=128)
def _live(ids: tuple[int, ...], space: OfferSpace) -> NDArray[np.bool_]:
    """Return which offers are made where these are proposed, bool (O,), shared by all days that make the same."""
    live = np.arange(space.n_offers) < space.n_shops
    live[list(ids)] = True
    live.flags.writeable = False
    return live


def _check(flat: list[tuple[Offer, int]], names: tuple[str, ...], space: OfferSpace) -> None:
    before: tuple[int, int] | None = None
    for offer, s in flat:
        if before and before[0] == offer.offer:
            pair = " and ".join(sorted({names[before[1]], names[s]}))
            raise PlanError(f"offer {offer.offer} is proposed twice (by {pair}); each id describes one offer")
        wrong = _fault(offer, space)
        if wrong:
            raise PlanError(f"strategy {names[s]}: offer {offer.offer}: {wrong}")
        before = (offer.offer, s)


def _fault(offer: Offer, space: OfferSpace) -> str:
    """Return what is wrong with an offer, or an empty string."""
    if _is_right(offer, space):
        return ""
    rules = {
        f"its id is not one of {space.n_shops} to {space.n_offers - 1}": space.n_shops <= offer.offer < space.n_offers,
        f"product {offer.product} does not exist": 0 <= offer.product < len(space.brand_of),
        f"price_fen {offer.price_fen} is out of range": 0 < offer.price_fen <= LIMIT_FEN,
        f"list_price_fen {offer.list_price_fen} is out of range": 0 < offer.list_price_fen <= LIMIT_FEN,
        "claim, fit, commission and warmth must lie in [0, 1]": all(
            math.isfinite(x) and 0 <= x <= 1 for x in (offer.claim, offer.fit, offer.commission, offer.warmth)),
        f"queue {offer.queue} does not exist": -1 <= offer.queue < space.n_queues,
        f"a pool of {offer.pool_seats} seats cannot be": offer.pool_seats >= 0,
        f"stock owner {offer.stock_owner} does not exist": offer.stock_owner >= BY_PATH,
    }
    return next((text for text, holds in rules.items() if not holds), "")


def _is_right(offer: Offer, space: OfferSpace) -> bool:
    """Return whether all rules of `_fault` hold; most offers are right, and no text need be made for them."""
    return (space.n_shops <= offer.offer < space.n_offers and 0 <= offer.product < len(space.brand_of)
            and 0 < offer.price_fen <= LIMIT_FEN and 0 < offer.list_price_fen <= LIMIT_FEN
            and 0 <= offer.claim <= 1 and 0 <= offer.fit <= 1 and 0 <= offer.commission <= 1 and 0 <= offer.warmth <= 1
            and -1 <= offer.queue < space.n_queues and offer.pool_seats >= 0 and offer.stock_owner >= BY_PATH)


def _is_single(offer: Offer) -> bool:
    return offer.pool_seats == 0 and offer.stock_owner == -1


def _lowest(flat: list[tuple[Offer, int]]) -> list[int]:
    """Return the price of every offer after the rule of the lowest price."""
    lowest: dict[tuple[int, int], int] = {}
    for o, s in flat:
        if _is_single(o):
            lowest[o.product, s] = min(o.price_fen, lowest.get((o.product, s), o.price_fen))
    # A product belongs to one brand, so offers of one product are offers of one brand.
    best_two: dict[int, list[tuple[int, int]]] = {}
    for (product, s), price in lowest.items():
        best_two[product] = sorted([*best_two.get(product, []), (price, s)])[:2]
    return [min([o.price_fen, *(p for p, other in best_two[o.product] if other != s)]) if _is_single(o) else o.price_fen
            for o, s in flat]
