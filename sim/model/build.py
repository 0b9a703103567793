"""Building the world of one run from a checked scenario.

Two seeds: people, ties and need traits come from the world seed alone, everything later from the day
seed. Both derive from (seed, replication), so all compared strategies meet the same people and the
same luck; `market.seed` pins the world for every replication.

Decision: the last two networks built are kept in the process (small worlds only). The four
scenarios of a comparison share each replication's world, and ties are three quarters of the cost of
a small run; only `weight` and `mark`, which a run changes, are copied. Where many runs are played,
larger networks are taken from a shelf that all processes share (`sim.world.networks.shelf`).
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.core.draws import Draws, derive_seed, names_of, normal, uniform, uniforms
from sim.core.kernel import Array, kernel, set_threads
from sim.core.maths import exp_, log_
from sim.exchange.actions import CHANNEL_KINDS, Opening
from sim.mechanisms.params import MechanismsSpec
from sim.mechanisms.repurchase import first_days, start_clock, start_owner
from sim.mechanisms.word_of_mouth import last_days
from sim.world.agenda import FAR, build_agenda
from sim.world.audiences import Accounts, Audiences, Channels
from sim.world.brands import build_products
from sim.world.calendar import build_calendar
from sim.world.networks.files import find_data
from sim.world.networks.shelf import in_use
from sim.world.offers import build_offers
from sim.world.people import build_people, draw_taste
from sim.world.resellers import Resellers
from sim.world.state import Keep, Talkers, World, build_scratch, decay_table
from sim.world.ties import Ties

if TYPE_CHECKING:
    from sim.scenario.spec import ScenarioSpec
    from sim.world.networks.network import Network, NetworkParams


_KEPT_PEOPLE = 200_000


@functools.lru_cache(maxsize=2)
def _network(text: str, params: NetworkParams, seed: int, n: int, threads: int) -> Network:
    """Build a network, or return the last one built; `text` is what `params` says."""
    del text
    taste = None
    if not params.brings_people:
        taste = draw_taste(Draws(seed), np.arange(n, dtype=np.uint32))
    return params.build(taste, seed, n, threads)


def _ties_and_network(spec: ScenarioSpec, seed: int, threads: int) -> tuple[Ties, Network]:
    """Return the network, and its ties as the run may change them."""
    params: NetworkParams = spec.network
    text, shelf = params.model_dump_json(), in_use()
    # A large world is built for one run only: two of them would not fit beside the run.
    if spec.people <= _KEPT_PEOPLE:
        network = _network(text, params, seed, spec.people, threads)
    elif shelf is None or (params.brings_people and getattr(params, "path", None) is None):
        network = _network.__wrapped__(text, params, seed, spec.people, threads)
        return network.ties, network
    else:
        network = shelf.network(f"{text}/{_file_of(params)}", seed, spec.people,
                                lambda: _network.__wrapped__(text, params, seed, spec.people, threads))
    shared = network.ties
    return Ties(shared.start, shared.listener, shared.weight.copy(), shared.mark.copy()), network


def _file_of(params: NetworkParams) -> str:
    """Return what tells the versions of a network's file apart, if it comes from one."""
    path = getattr(params, "path", None)
    if path is None:
        return ""
    status = find_data(path).stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def world_seed(spec: ScenarioSpec, replication: int) -> int:
    """Return the seed of people, ties and need traits."""
    pinned = spec.market.seed
    return derive_seed(spec.seed, "world", replication) if pinned is None else derive_seed(pinned, "world")


def build_world(spec: ScenarioSpec, replication: int, openings: list[tuple[str, int, Opening]], threads: int) -> World:
    """Build the state of day 0.

    Parameters
    ----------
    openings : list of (id, brand, Opening)
        What each strategy needs, in the order of the strategies' ids.
    threads : int
        Threads of the kernels; the result does not depend on it.

    Raises
    ------
    ScenarioError, DataError
        If the network cannot be built.
    """
    set_threads(threads)
    mech: MechanismsSpec = spec.mechanisms  # type: ignore[assignment]
    seed = world_seed(spec, replication)
    ties, network = _ties_and_network(spec, seed, threads)
    products = build_products(spec.all_brands())
    spare = np.zeros(len(products), np.int64)
    if not mech.fulfilment.stock:  # what lies in stock is sold first, and then units are made to order
        spare, products = np.maximum(products.stock, 0), replace(products, stock=np.full(len(products), -1, np.int64))
    people = build_people(spec.population, Draws(seed), network.uid, len(spec.all_brands()), products.category)
    n, n_products = len(people), len(products)
    row_of_uid = np.empty(n, np.int32)
    row_of_uid[network.uid] = np.arange(n, dtype=np.int32)
    owners = [s for s, (*_, opening) in enumerate(openings) for _ in range(opening.n_offers)]
    world = World(
        people=people, ties=ties, circle=network.circle,
        audiences=Audiences(home=np.full((n, len(openings)), -1, np.int32)), channels=_channels(openings, mech),
        accounts=_accounts(openings), resellers=Resellers(np.full(n, -1, np.int32), n_products), products=products,
        offers=build_offers(products, np.array(owners, dtype=np.int64),
                            _names("offers", [(i, o.n_offers) for i, _, o in openings])), agendas=[],
        calendar=build_calendar(spec.calendar, spec.start, spec.days), draws=Draws(derive_seed(spec.seed, "days", replication)),
        world_draws=Draws(seed), scratch=build_scratch(n, n_products),
        keep=Keep(decay_table(mech.attention.fatigue_decay), decay_table(mech.word_of_mouth.shift_decay),
                  decay_table(mech.repurchase.memory)),
        talkers=Talkers([np.empty(0, np.int32) for _ in range(n_products)],
                        [np.empty(0, np.int32) for _ in range(n_products)]),
        days=spec.days, row_of_uid=row_of_uid, brand_stock=products.stock.copy(),
        spare=spare, queue_names=[f"{i} {q}" for i, _, o in openings for q in range(o.n_queues)],
    )
    _skill(world, mech)
    _needs(world, mech)
    _seed_customers(world, spec, mech)
    return world


def _names(what: str, counts: list[tuple[str, int]]) -> NDArray[np.int64]:
    """Return the names of all strategies' things of one kind, each strategy's by its own id."""
    return np.concatenate([np.empty(0, np.int64), *(names_of(f"{what} {owner}", count) for owner, count in counts)])


def _channels(openings: list[tuple[str, int, Opening]], mech: MechanismsSpec) -> Channels:
    """Lay the channels of all strategies out as columns."""
    flat = [(s, brand, o, c) for s, (_, brand, o) in enumerate(openings) for c in range(len(o.channel_kind))]
    offset = np.cumsum([0, *[_n_accounts(o) for *_, o in openings]])
    n = len(flat)

    def ints(values: list[int]) -> NDArray[np.int64]:
        return np.array(values, dtype=np.int64)

    return Channels(
        name=_names("channels", [(i, len(o.channel_kind)) for i, _, o in openings]),
        kind=ints([CHANNEL_KINDS.index(o.channel_kind[c]) for _, _, o, c in flat]), owner=ints([s for s, *_ in flat]),
        brand=ints([b for _, b, *_ in flat]), owned=np.array([o.channel_owned[c] for _, _, o, c in flat], dtype=np.bool_),
        account=ints([int(offset[s]) + o.channel_account[c] for s, _, o, c in flat]),
        capacity=ints([o.channel_capacity[c] for _, _, o, c in flat]),
        trust=np.array([o.channel_trust[c] for _, _, o, c in flat]), members=np.zeros(n, np.int64),
        health=np.full(n, mech.audience.start_health), host_skill=np.ones(n), zombie_days=np.zeros(n, np.int64),
        fakes=np.zeros(n, np.int64), unmasked=np.zeros(n, np.bool_), fee_fen=np.zeros(n, np.int64), worth_fen=np.zeros(n),
        heat=np.ones(n),
    )


def _n_accounts(opening: Opening) -> int:
    return max(opening.channel_account, default=-1) + 1


def _accounts(openings: list[tuple[str, int, Opening]]) -> Accounts:
    owner = [s for s, (*_, o) in enumerate(openings) for _ in range(_n_accounts(o))]
    n = len(owner)
    return Accounts(_names("accounts", [(i, _n_accounts(o)) for i, _, o in openings]),
                    np.array(owner, dtype=np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64))


def _skill(world: World, mech: MechanismsSpec) -> None:
    """Draw the skill of every group's host, log-normal with mean 1."""
    spread = mech.audience.host_skill_spread
    key = world.world_draws.key("host skill")
    for c in range(len(world.channels)):
        world.channels.host_skill[c] = exp_(spread * normal(key, world.channels.name[c]) - 0.5 * spread * spread)


def _needs(world: World, mech: MechanismsSpec) -> None:
    """Put everybody's first occasion on the agenda, and start the clocks of the BG/NBD mode."""
    params = mech.repurchase
    for p in range(len(world.products)):
        world.agendas.append(build_agenda(first_days(world, params, p), world.days))
        if params.mode == "bgnbd":
            world.clocks.append(start_clock(world, params, p))
        if params.mode == "always":
            world.people.open_until[:, p] = FAR


@kernel()
def _race(uid: Array, interest: Array, key: int, out: Array) -> None:
    """Write -ln(u) / interest: the smallest become the seed customers."""
    for i in range(len(uid)):
        out[i] = -log_(uniform(key, np.int64(uid[i]))) / max(np.float64(interest[i]), 1e-9)


def _seed_customers(world: World, spec: ScenarioSpec, mech: MechanismsSpec) -> None:
    """Give each brand its first customers: interested people, part-way through their first unit."""
    people = world.people
    for b, brand in enumerate(spec.all_brands()):
        wanted = min(brand.seed_customers, len(people))
        if not wanted:
            continue
        p = int(np.flatnonzero(world.products.brand_of == b)[0])
        score = np.empty(len(people))
        _race(people.uid, people.interest[:, p], world.world_draws.key(f"seed customers {b}"), score)
        chosen = np.argpartition(score, wanted - 1)[:wanted]
        chosen = np.sort(chosen)
        own_first_unit(world, chosen, p, mech)
        if mech.word_of_mouth.first_customers:
            people.talk_until[chosen, p] = last_days(world, chosen, np.full(wanted, p), -1, mech.word_of_mouth)
            world.talkers.active[p] = chosen.astype(np.int32)


def own_first_unit(world: World, who: NDArray[np.int64], p: int, mech: MechanismsSpec) -> None:
    """Make people, int64 (n,), owners of product p on day 0: they know its quality and buy again when it is used up."""
    people = world.people
    people.orders[who, p] = 1
    people.first_day[who, p] = 0
    people.last_day[who, p] = 0
    people.role[who] = 1
    people.memory_offer[who, p] = p
    people.memory_day[who, p] = 0
    people.own_precision[who, p] = mech.belief.own_precision
    total = mech.belief.prior_precision + mech.belief.own_precision
    prior = people.belief[who, p].astype(np.float64)
    quality = world.products.quality[p]
    people.belief[who, p] = (mech.belief.prior_precision * prior + mech.belief.own_precision * quality) / total
    used = uniforms(world.world_draws.key(f"half used {p}"), people.uid[who])
    start_owner(world, who, p, used, mech.repurchase)
