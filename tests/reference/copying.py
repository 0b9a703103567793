"""From the simulator's arrays to a village of objects, and back to columns that can be compared byte by byte."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.core.accounts import Account
from tests.reference.money import Books
from tests.reference.village import (
    Account as PlatformAccount,
)
from tests.reference.village import (
    Channel,
    Knowledge,
    LastingPost,
    Member,
    Offer,
    Person,
    Product,
    Reseller,
    Tie,
    Village,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.model.state import RunState
    from sim.world.state import World

OF_PERSON = ("uid", "taste", "attention", "price_factor", "wealth", "role", "fatigue", "fatigue_day")
OF_PRODUCT = ("belief", "claim_precision", "talk_precision", "own_precision", "buzz", "buzz_day", "peers",
              "satisfaction", "orders", "spent_fen", "first_day", "second_day", "last_day", "first_path", "open_until",
              "in_use_until", "talk_until", "memory_offer", "memory_day")
LISTS = ("interest", "brand_trust")
OF_MEMBER = ("person", "channel", "trust", "joined", "state", "active_day")
OF_CHANNEL = tuple(f.name for f in fields(Channel) if f.name != "number")
OF_ACCOUNT = tuple(f.name for f in fields(PlatformAccount))
OF_RESELLER = tuple(f.name for f in fields(Reseller))
OF_OFFER = tuple(f.name for f in fields(Offer))
OF_LASTING = tuple(f.name for f in fields(LastingPost))
_WEIGHT, _MARK, _MUTED = 32767, 4095, 8192


def village_of(state: RunState) -> Village:
    """Copy the state of a run, between two days, into a village."""
    world = state.world
    return Village(
        seed=world.draws.seed, rules=state.mechanisms, people=_people(world), person_of_uid=world.row_of_uid.tolist(),
        members=_rows(Member, world.audiences, OF_MEMBER, world.audiences.size),
        blocks=list(zip(world.audiences.block_channel.tolist(), world.audiences.block_start.tolist(),
                        world.audiences.block_stop.tolist(), strict=True)),
        channels=_rows(Channel, world.channels, OF_CHANNEL, len(world.channels)),
        accounts=[PlatformAccount(*row) for row in _table(world.accounts, OF_ACCOUNT, len(world.accounts))],
        resellers=[Reseller(*row) for row in _table(world.resellers, OF_RESELLER, world.resellers.size)],
        products=_products(world), offers=[Offer(*row) for row in _table(world.offers, OF_OFFER, len(world.offers))],
        brand_stock=world.brand_stock.tolist(), spare=world.spare.tolist(),
        attention_of_day=world.calendar.attention.tolist(), need_of_day=world.calendar.need.tolist(),
        shocks=[(shock.day, shock.share) for shock in state.shocks], books=_books(state),
        queue_names=world.queue_names, day=state.day, next_order=world.next_order,
        first_time_buyers=[set(fresh.tolist()) for fresh in world.talkers.fresh],
        loud_yesterday=state.posts_yesterday.tolist(),
        lasting=[LastingPost(*row) for row in _table(world.lasting, OF_LASTING, len(world.lasting))],
    )


def _table(source: Any, names: tuple[str, ...], size: int) -> list[tuple[Any, ...]]:
    return list(zip(*[getattr(source, name)[:size].tolist() for name in names], strict=True))


def _rows(kind: type[Any], source: Any, names: tuple[str, ...], size: int) -> list[Any]:
    return [kind(number, *row) for number, row in enumerate(_table(source, names, size))]


def _people(world: World) -> list[Person]:
    people, ties = world.people, world.ties
    n, start = len(people), ties.start.tolist()
    every = [Tie(number, listener, w & _WEIGHT, w > _WEIGHT, m >> 14, m & _MARK, bool(m & _MUTED)) for number, (listener, w, m) in
             enumerate(zip(ties.listener.tolist(), ties.weight.tolist(), ties.mark.tolist(), strict=True))]
    about = [[Knowledge(*(getattr(people, name)[i, p].item() for name in OF_PRODUCT),
                        int(world.memory_seller[i, p]) if len(world.memory_seller) else -1,
                        int(world.agendas[p].day[i])) for p in range(len(world.products))] for i in range(n)]
    for p, clock in enumerate(world.clocks):
        for i in range(n):
            about[i][p].rate, about[i][p].dropout_logit = clock.rate[i].item(), clock.logit[i].item()
            about[i][p].next_time = clock.next_time[i].item()
    return [Person(i, *row, people.interest[i].tolist(), people.brand_trust[i].tolist(), about[i],
                   every[start[i] : start[i + 1]], world.audiences.home[i].tolist(), int(world.resellers.row_of[i]))
            for i, row in enumerate(_table(people, OF_PERSON, n))]


def _products(world: World) -> list[Product]:
    names = ("brand_of", "price_fen", "reference_fen", "unit_cost_fen", "delivery_fen", "quality", "uses_days", "category",
             "stock")
    return [Product(*row, has_stock=stock >= 0)
            for *row, stock in _table(world.products, names, len(world.products))]


def _books(state: RunState) -> Books:
    books = Books(n_brands=state.ledger.n_brands)
    for account in Account:
        for owner, amount in enumerate(state.ledger.balance(account).tolist()):
            books.purses[int(account), owner] = amount
    for place, row in enumerate(state.ledger.goods.units.tolist()):
        for product, units in enumerate(row):
            books.units[place, product] = units
    return books


def columns_of_state(state: RunState) -> dict[str, NDArray[Any]]:
    """Every column of a run that the oracle predicts, under one name each."""
    world = state.world
    people, size = world.people, world.audiences.size
    out: dict[str, Any] = {f"people.{name}": getattr(people, name) for name in (*OF_PERSON, *OF_PRODUCT, *LISTS)}
    out |= {f"audiences.{name}": getattr(world.audiences, name)[:size] for name in OF_MEMBER}
    out |= {f"channels.{name}": getattr(world.channels, name) for name in OF_CHANNEL}
    out |= {f"accounts.{name}": getattr(world.accounts, name) for name in OF_ACCOUNT}
    out |= {f"resellers.{name}": getattr(world.resellers, name)[: world.resellers.size] for name in OF_RESELLER}
    out |= {f"offers.{name}": getattr(world.offers, name) for name in OF_OFFER}
    out |= {f"lasting.{name}": getattr(world.lasting, name) for name in OF_LASTING}
    out |= {f"blocks.{name}": getattr(world.audiences, f"block_{name}") for name in ("channel", "start", "stop")}
    for p, agenda in enumerate(world.agendas):
        out[f"occasion {p}"] = agenda.day
    for p, clock in enumerate(world.clocks):
        out |= {f"next time {p}": clock.next_time, f"rate {p}": clock.rate, f"dropout {p}": clock.logit}
    for account in Account:
        out[f"purse {account.name}"] = state.ledger.balance(account)
    return out | {
        "ties.weight": world.ties.weight, "ties.mark": world.ties.mark, "home": world.audiences.home,
        "memory_seller": world.memory_seller, "row_of": world.resellers.row_of, "brand_stock": world.brand_stock, "spare": world.spare,
        "goods": state.ledger.goods.units, "deals": np.array([world.pools.filled, world.pools.deadline]),
        "open deals": np.array(world.pools.open, np.int64), "loud": state.posts_yesterday,
    }


def columns_of_village(village: Village, like: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """The same columns out of a village, with the element types and shapes of `like`."""
    people, ties = village.people, [tie for person in village.people for tie in person.ties]
    out: dict[str, Any] = {f"people.{name}": [getattr(i, name) for i in people] for name in (*OF_PERSON, *LISTS)}
    out |= {f"people.{name}": [[getattr(known, name) for known in i.about] for i in people] for name in OF_PRODUCT}
    for prefix, rows, names in (("audiences", village.members, OF_MEMBER), ("channels", village.channels, OF_CHANNEL),
                                ("accounts", village.accounts, OF_ACCOUNT), ("offers", village.offers, OF_OFFER),
                                ("resellers", village.resellers, OF_RESELLER), ("lasting", village.lasting, OF_LASTING)):
        out |= {f"{prefix}.{name}": [getattr(row, name) for row in rows] for name in names}
    for k, name in enumerate(("channel", "start", "stop")):
        out[f"blocks.{name}"] = [block[k] for block in village.blocks]
    for p in range(len(village.products)):
        out[f"occasion {p}"] = [i.about[p].occasion for i in people]
        for title, name in (("next time", "next_time"), ("rate", "rate"), ("dropout", "dropout_logit")):
            out[f"{title} {p}"] = [getattr(i.about[p], name) for i in people]
    for account in Account:
        size = len(like[f"purse {account.name}"])
        out[f"purse {account.name}"] = [village.books.holds(account, owner) for owner in range(size)]
    out |= {
        "ties.weight": [tie.size | tie.distrust << 15 for tie in ties],
        "ties.mark": [tie.layer << 14 | tie.muted << 13 | tie.touched for tie in ties], "home": [i.home for i in people],
        "memory_seller": [[k.memory_seller for k in i.about] for i in people] if village.sells_by_path else [],
        "row_of": [i.reseller for i in people], "brand_stock": village.brand_stock, "spare": village.spare,
        "goods": [[village.books.units.get((place, p), 0) for p in range(len(village.products))] for place in range(6)],
        "deals": [[d.filled for d in village.deals], [d.deadline for d in village.deals]],
        "open deals": village.open_deals, "loud": village.loud_yesterday,
    }
    return {name: np.array(out[name]).astype(like[name].dtype).reshape(like[name].shape) for name in like}
