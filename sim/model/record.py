"""The record of a run: plain tables that everything later is computed from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.core.accounts import Account
from sim.ledger import statements
from sim.model.books import price_split
from sim.model.recorder import provision
from sim.model.sample import network_sample
from sim.model.state import RunState
from sim.model.stats import memory_of
from sim.records.outcomes import FACTS
from sim.records.run_record import RunRecord


def record_of(state: RunState, timings: dict[str, float], *, pictures: bool = True) -> RunRecord:
    """Return the record of a run that has reached its horizon (or stopped early)."""
    recorder, spec, world = state.recorder, state.spec, state.world
    recorder.finish(state.ledger)
    return RunRecord(
        strategy=spec.name, title={"zh": spec.title_in("zh"), "en": spec.title_in("en")}, seed=spec.seed,
        replication=state.replication, days=spec.days, n_people=world.n_people, daily=recorder.series,
        statement=statements.by_purpose(state.ledger), facts=_facts(state), people=_people(state), agents=_agents(state),
        network=network_sample(world, spec.seed) if pictures else {}, price_split=price_split(recorder.series, state.ledger), events=recorder.marks, timings=timings,
        memory=memory_of(state),
    )


def _facts(state: RunState) -> dict[str, float]:
    """Return the scalars that summaries need."""
    world, ledger, spec = state.world, state.ledger, state.spec
    trust = world.people.brand_trust[:, 0].astype(np.float64)
    facts = {
        "n_seed_customers": float(min(spec.all_brands()[0].seed_customers, world.n_people)),
        "opening_cash_fen": float(spec.all_brands()[0].cash),
        "list_price_fen": float(world.products.price_fen[0]), "unit_cost_fen": float(world.products.unit_cost_fen[0]),
        "inventory_fen": float(ledger.closing("inventory")[0, -1]),
        "payables_fen": float(ledger.closing("payables")[0, -1]),
        "trust_sd": float(trust.std()), "n_groups": float(np.count_nonzero(world.channels.kind == 0)),
        "rebate_levels": 0.0,
    }
    for b in range(1, ledger.n_brands):
        mine = world.products.brand_of == b
        facts[f"brand_{b}_cash_fen"] = float(ledger.closing("cash")[b, -1])
        facts[f"brand_{b}_orders"] = float(world.people.orders[:, mine].sum()) - min(
            spec.all_brands()[b].seed_customers, world.n_people)
    retail, table = state.recorder.retail, world.resellers
    facts |= retail.pay_facts(np.flatnonzero(table.brand[: table.size] == 0), _entry_levels(state))
    seen = {"top_seller_share": retail.top_share(world, float(state.recorder.series["gmv_fen"].sum())),
            "income_shown_fen": retail.shown_fen, "buyback_provision_fen": provision(state)}
    facts |= {name: value for name, value in seen.items() if np.isfinite(value)} | _told(state)
    facts |= state.recorder.touch.facts((k, seat.name) for k, seat in enumerate(state.seats) if seat.brand == 0)
    if state.shocks:
        facts["shock_day"] = float(min(s.day for s in state.shocks))
    broke = [day for day, kind, _ in state.recorder.marks if kind == "insolvent"]
    if broke:
        facts["insolvent_day"] = float(broke[0])
    return facts


def _entry_levels(state: RunState) -> float:
    """Return the level rebates on recruits' first orders, as strategies of the first brand tell, fen."""
    books = [seat.book.get("entry_levels_fen") for seat in state.seats if seat.brand == 0]
    return float(sum(int(book[0]) for book in books if book is not None and len(book) == 1))


def _told(state: RunState) -> dict[str, float]:
    """Return the facts that strategies of the first brand hold in their books: columns of length 1 that `FACTS` names.

    Where several hold the same fact, the highest counts.
    """
    told: dict[str, float] = {}
    for seat in state.seats:
        for name in seat.book.keys() & FACTS.keys() if seat.brand == 0 else ():
            if len(seat.book[name]) == 1:
                told[name] = max(float(seat.book[name][0]), told.get(name, float("-inf")))
    return told


def _people(state: RunState) -> dict[str, NDArray[np.generic]]:
    """Return the purchase history of everybody with the first brand."""
    people = state.world.people
    mine = np.flatnonzero(state.world.products.brand_of == 0)

    def earliest(days: NDArray[np.int16]) -> NDArray[np.int32]:
        far = np.where(days < 0, np.int32(1 << 30), days.astype(np.int32)).min(axis=1)
        return np.where(far == 1 << 30, -1, far).astype(np.int32)

    first = people.first_day[:, mine]
    which = np.argmin(np.where(first < 0, 32_767, first), axis=1)
    at = (np.arange(len(people)), mine[which])
    return {
        "first_day": earliest(first), "second_day": earliest(people.second_day[:, mine]),
        "last_day": people.last_day[:, mine].max(axis=1).astype(np.int32),
        "n_orders": people.orders[:, mine].sum(axis=1).astype(np.int32),
        "spend_fen": people.spent_fen[:, mine].sum(axis=1), "first_path": people.first_path[at],
    }


def _agents(state: RunState) -> dict[str, NDArray[np.int64]]:
    """Return the resellers of the first brand with what each earned; stock counts what the brand has promised to pay for it."""
    table, ledger = state.world.resellers, state.ledger
    rows = np.flatnonzero(table.brand[: table.size] == 0)
    place = np.full(table.size + 1, -1, np.int64)  # the last one is for those without an upline
    place[rows] = np.arange(len(rows))

    def column(values: NDArray[np.int64]) -> NDArray[np.int64]:
        out = np.zeros(table.size, np.int64)
        out[: min(table.size, len(values))] = values[: table.size]
        return out[rows]

    # What falls due tomorrow has been earned: the result counts it, the balance does not yet.
    gained = column(ledger.result(Account.RESELLER))
    for seat in state.seats:  # unsold stock is worth what it would be bought back for
        gained += column(seat.book.get("salvage_fen", np.zeros(0, np.int64)).astype(np.int64))
    paid_in = table.buy_in_fen[rows]
    return {"person": table.person[rows], "tier": table.tier[rows], "upline": place[table.upline[rows]],
            "joined_day": table.joined[rows], "left_day": table.left[rows], "buy_in_fen": paid_in,
            "income_fen": state.recorder.retail.income_fen(rows), "net_fen": gained - paid_in, "recruits": table.recruits[rows],
            "sold": state.recorder.retail.of(rows)}
