"""What a strategy may propose for a day. A strategy decides; it never touches the world.

Every class below is a table: its fields are arrays of equal length (one row a proposal), except
`Offer`, which describes one offer. Ids of offers, channels and queues are the run's own; a
strategy learns its ids from the view (`view.offers[0]`, `view.channels`, `view.queues`).

A row that costs money names in `spend` the row of `Spend` that pays for it (-1: free). Budgets
cut only `Spend`; whatever it pays for shrinks by the same share (floored where it counts things).
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.core.columns import tabular

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LAYER_ALL = 0b1111
"""Layer mask of a peer post that goes along every tie (bit l = layer l, 0 closest)."""


BY_PATH = -2
"""Stock owner of an offer that serves thousands of resellers: each sells it out of their own stock."""


@tabular
class Offer:
    """One thing for sale: a product of a brand, at a price, with a claim.

    Parameters
    ----------
    offer : int
        Id, one of `view.offers`.
    product : int
        Product axis of the world.
    price_fen, list_price_fen : int
        What the buyer pays, and the list price that the discount refers to.
    claim : float, [0, 1]
        Delivered quality as claimed; above the true one it is exaggeration.
    fit : float, [0, 1]
        Fit of the seller's label or content with the product.
    stock_owner : int
        -1: the brand delivers; `BY_PATH`: the reseller behind the path an order comes by; otherwise the
        reseller (row of the resellers' table).
    queue : int
        Queue that must answer before the order counts; -1: none.
    pool_seats : int
        Seats of a group deal that must fill; 0: sold singly.
    commission : float, [0, 1]
        Share of the price owed to the path's owner (settled by the strategy).
    warmth : float, [0, 1]
        How far a good delivery is put down to the person on the path: scales the gain of trust in
        the path, never its loss. Whoever talks by script stays a stranger.
    """

    offer: int
    product: int
    price_fen: int
    list_price_fen: int
    claim: float
    fit: float = 1.0
    stock_owner: int = -1
    queue: int = -1
    pool_seats: int = 0
    commission: float = 0.0
    warmth: float = 1.0


UNLESS_SAID = "unless said"
"""Name, in the metadata of a column, of the value that `rows` gives it where a strategy says nothing."""

_COLUMNS: dict[type[Any], dict[str, type[np.generic]]] = {}
_UNSAID: dict[type[Any], dict[str, Any]] = {}


def columns_of(cls: type[Any]) -> dict[str, type[np.generic]]:
    """Return the columns of a table class, name -> int64 or float64, in order (looked up once a class)."""
    known = _COLUMNS.get(cls)
    if known is None:
        known = {f.name: (np.int64 if "Ints" in str(f.type) else np.float64) for f in fields(cls)}
        _COLUMNS[cls] = known
        _UNSAID[cls] = {f.name: f.metadata[UNLESS_SAID] for f in fields(cls) if UNLESS_SAID in f.metadata}
    return known


@dataclass(frozen=True)
class Table:
    """Base of the row-wise actions: length, checked on construction."""

    _first = ""

    def __post_init__(self) -> None:
        if len(set(map(len, self.__dict__.values()))) > 1:
            raise ValueError(f"{type(self).__name__}: columns differ in length")

    def __init_subclass__(cls) -> None:
        cls._first = next(iter(inspect.get_annotations(cls)), cls._first)

    def __len__(self) -> int:
        return len(self.__dict__[self._first])


@tabular
class Post(Table):
    """Messages in channels.

    items: messages a day; commercial: share that sells, [0, 1]; value: usefulness to a reader,
    [0, 1]; visibility: multiplier of being seen. lasting: 1 if the post stays up and is seen on later
    days as its heat allows, 0 (unless said) if it is gone tomorrow.
    """

    channel: Ints
    offer: Ints
    items: Floats
    commercial: Floats
    value: Floats
    visibility: Floats
    lasting: Ints = field(metadata={UNLESS_SAID: 0})


@tabular
class PeerPost(Table):
    """Messages along a person's own ties (Moments). layers: bit mask of tie layers."""

    person: Ints
    offer: Ints
    items: Floats
    layers: Ints


@tabular
class Impress(Table):
    """Bought impressions shown to people drawn at random.

    targeting: [0, 1], chance that an impression is drawn by interest in the product's category
    rather than uniformly. spend: row of `Spend` that pays.
    """

    offer: Ints
    count: Ints
    targeting: Floats
    spend: Ints


@tabular
class Lead(Table):
    """Bought leads (加粉): advertisements that each find one person who agrees to be contacted.

    channel: one of the seller's own, which they join if they are no member of the seller yet and there
    is room. product: the one whose interest counts for targeting. targeting: as in `Impress`. Whoever is
    found a second time is paid for a second time. spend: row of `Spend` that pays.
    """

    channel: Ints
    product: Ints
    count: Ints
    targeting: Floats
    spend: Ints


@tabular
class Contact(Table):
    """One-to-one messages to members: audience row and offer."""

    row: Ints
    offer: Ints


@tabular
class Invite(Table):
    """Sponsors asked to bring somebody.

    invitee: person, or -1 (drawn along a tie of the sponsor). channel: where the invitee would
    join, or -1. role_tier: tier of reseller offered, or -1 (no reseller role). brand: who asks; what a
    reward is weighed against, and whom a new reseller sells for. Rewards in fen. buy_in_fen: what the
    invitee must pay. perceived_income_fen: monthly income shown to recruits.
    """

    sponsor: Ints
    invitee: Ints
    channel: Ints
    role_tier: Ints
    brand: Ints
    reward_sponsor_fen: Ints
    reward_invitee_fen: Ints
    buy_in_fen: Ints
    perceived_income_fen: Ints


@tabular
class Enrol(Table):
    """Put people where they have agreed to be: a channel (or -1), or a reseller's tier (or -1).

    brand: whom a reseller sells for; in a channel of another brand the person sits as a spy of this one. upline: reseller row of that brand, -1: the brand itself.
    buy_in_fen: what a reseller brings from home to buy stock with.
    """

    person: Ints
    channel: Ints
    tier: Ints
    brand: Ints
    upline: Ints
    buy_in_fen: Ints


@tabular
class Release(Table):
    """Take people out of a channel (or -1) or out of the reseller role (channel -1)."""

    person: Ints
    channel: Ints


@tabular
class StockOrder(Table):
    """Goods ordered into the channel, or back out of it: buyer and supplier are reseller rows (-1: the brand).

    A brand that buys back (buyer -1) pays what it has promised; a reseller gets what they can pay for.
    """

    buyer: Ints
    supplier: Ints
    product: Ints
    quantity: Ints
    unit_fen: Ints


@tabular
class Promote(Table):
    """Move resellers to a tier."""

    reseller: Ints
    tier: Ints


@tabular
class PoolOpen(Table):
    """Open group deals: they close at the end of `deadline_day`, filled or not."""

    initiator: Ints
    offer: Ints
    seats: Ints
    deadline_day: Ints


@tabular
class Tend(Table):
    """Care for a group: host hours, red packets, rules, fit of content, pruning, fake accounts, fee, screening.

    packet_fen: total given away today; packets: how many; rules: 0 or 1; fit: [0, 1] knowledge of
    needs; prune_idle_days: remove muted members who have not read for so long (0: nobody); fake_accounts: how many
    act as members today; fee_fen: what a member is asked to pay a month; screen: 1 to look for spies today.
    """

    channel: Ints
    host_hours: Floats
    packet_fen: Ints
    packets: Ints
    rules: Floats
    fit: Floats
    prune_idle_days: Ints
    fake_accounts: Ints
    fee_fen: Ints = field(metadata={UNLESS_SAID: 0})
    screen: Ints = field(metadata={UNLESS_SAID: 0})
    spend: Ints


@tabular
class Capacity(Table):
    """Staff of a queue: servers, opening hours of the day, minutes a case, mean patience."""

    queue: Ints
    servers: Ints
    open_minute: Ints
    close_minute: Ints
    minutes_a_case: Floats
    patience_minutes: Floats
    spend: Ints


@tabular
class Spend(Table):
    """Money that a brand wants to spend today, the only thing budgets cut.

    payee_account: `sim.core.accounts.Account`; purpose: `sim.core.accounts.Purpose`.
    """

    brand: Ints
    payee_account: Ints
    payee_owner: Ints
    amount_fen: Ints
    purpose: Ints


_T = TypeVar("_T")
_SINGLE = frozenset((int, float, bool, np.int64, np.float64))


def rows(cls: type[_T], **columns: Any) -> _T:
    """Build a table from scalars and arrays of one length (scalars and single values are repeated).

    `rows(Post, channel=view.channels, offer=3, items=1.5, ...)`; columns that have a usual value may be left out.

    Raises
    ------
    ValueError
        If a column is missing or unknown, or lengths differ.
    """
    kinds = columns_of(cls)
    if len(columns) < len(kinds):
        columns = _UNSAID[cls] | columns
    if len(columns) != len(kinds) or not columns.keys() >= kinds.keys():
        unknown = columns.keys() ^ kinds.keys()
        raise ValueError(f"{cls.__name__}: columns missing or unknown: {', '.join(sorted(unknown))}")
    return cls(**repeated(columns, kinds))


def spending(brand: int, lines: Sequence[tuple[int, int, int]]) -> Spend:
    """Build `Spend` from lines of (payee account, amount in fen, purpose), all of one brand and to nobody in particular."""
    return of_block(Spend, np.array([(brand, account, 0, amount, purpose) for account, amount, purpose in lines], np.int64).T.copy())


def of_block(cls: type[_T], block: NDArray[np.int64]) -> _T:
    """Build a table of whole numbers alone from its columns, int64 (columns, n), that nobody writes to from then on."""
    block.flags.writeable = False
    table = cls.__new__(cls)  # columns of one block are of one length: there is nothing to check
    table.__dict__.update(zip(columns_of(cls), block, strict=True))
    return table


def repeated(columns: dict[str, Any], kinds: dict[str, type[np.generic]]) -> dict[str, NDArray[Any]]:
    """Return the columns as arrays of one length, cast to their kinds; single values are repeated."""
    n = 1
    for value in columns.values():
        kind = type(value)
        if kind in _SINGLE:
            continue
        size = value.size if kind is np.ndarray else len(value) if kind is tuple or kind is list else np.size(value)
        if size not in (1, n):
            if n != 1:
                sizes = ", ".join(f"{k} {np.size(v)}" for k, v in columns.items())
                raise ValueError(f"columns differ in length: {sizes}")
            n = size
    # Two blocks of memory instead of one a column; each column is a row of one.
    whole, real = np.empty((len(kinds), n), np.int64), np.empty((len(kinds), n))
    made: dict[str, NDArray[Any]] = {}
    for k, name in enumerate(kinds):
        column: NDArray[Any] = whole[k] if kinds[name] is np.int64 else real[k]
        column[:] = columns[name]
        made[name] = column
    return made


@dataclass(frozen=True)
class Actions:
    """Everything one strategy proposes for one day."""

    offers: tuple[Offer, ...] = ()
    tables: tuple[Table, ...] = field(default=())


@dataclass(frozen=True)
class Opening:
    """What a strategy needs before day 0. Counts become ids in the view.

    channel_kind: one of `CHANNEL_KINDS` a channel; owned: private domain or rented; capacity:
    members a channel can hold; account: number of the account (within the strategy) that holds
    the channel, for bans. seed_members_share: share of the seed customers placed in the channels at the
    start; followers: how many people follow each channel. book: what the strategy remembers on day 0.
    """

    n_offers: int = 1
    channel_kind: tuple[str, ...] = ()
    channel_owned: tuple[bool, ...] = ()
    channel_capacity: tuple[int, ...] = ()
    channel_account: tuple[int, ...] = ()
    channel_trust: tuple[float, ...] = ()
    seed_members_share: float = 0.0
    followers: tuple[int, ...] = ()
    n_queues: int = 0
    actions: Actions = Actions()
    book: dict[str, NDArray[np.generic]] = field(default_factory=dict)


CHANNEL_KINDS = ("group", "feed", "contacts", "live")
"""group: everybody talks; feed: a broadcaster's followers; contacts: one-to-one; live: an event."""
