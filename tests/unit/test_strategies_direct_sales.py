"""Direct sales buys leads, staffs a counter, writes to its contacts, and pays for all of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from sim.core.accounts import Account, Purpose
from sim.core.maths import power
from sim.exchange.events import PathKind, Reason
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.spec import ScenarioSpec
from sim.strategies.direct_sales import DirectSalesParams

SILENT = {"greet": False, "push_every_days": 0, "moments_a_day": 0}
STEADY = {"quits": 0, "worked": 1000}


def market(days: int = 30, people: int = 800, brand: dict[str, Any] | None = None,
           mechanisms: dict[str, Any] | None = None, shocks: tuple[Any, ...] = (), **levers: Any) -> ScenarioSpec:
    return ScenarioSpec.model_validate({
        "people": people, "days": days, "network": {"kind": "small_world", "ties_per_person": 10},
        "brand": {"cash": 100_000, "seed_customers": 120} | (brand or {}), "mechanisms": mechanisms or {},
        "shocks": list(shocks), "strategies": [{"kind": "direct_sales"} | levers]})


def planned(day: int, **settings: Any) -> dict[str, Any]:
    """Return the tables proposed on a day, by name, and the offer."""
    state = start(market(days=day + 1, **settings), 0)
    for _ in range(day):
        step(state)
    actions = state.seats[0].strategy.plan(state.views[0])
    return {type(table).__name__: table for table in actions.tables} | {"offer": actions.offers[0], "state": state}


def asked_fen(tables: dict[str, Any], purpose: Purpose) -> int:
    spend = tables["Spend"]
    return int(spend.amount_fen[spend.purpose == purpose].sum())


def lived(**settings: Any) -> RunState:
    state = start(market(**settings), 0, audit=True)
    for _ in range(state.spec.days):
        step(state)
    return state


def total(state: RunState, series: str) -> float:
    return float(np.nansum(state.recorder.series[series]))


# --- leads ---------------------------------------------------------------------------------------


def test_leads_are_bought_at_the_days_price() -> None:
    first, later = planned(0), planned(50)
    assert int(first["Lead"].count.sum()) == int(later["Lead"].count.sum()) == 40
    assert asked_fen(first, Purpose.LEAD) == 40 * 800
    assert asked_fen(later, Purpose.LEAD) == int(800 * power(1.1, 50 / 365) * 40)
    assert first["Spend"].purpose[first["Lead"].spend[0]] == Purpose.LEAD
    assert asked_fen(planned(50, leads={"drift": 0}), Purpose.LEAD) == 40 * 800


def test_a_part_of_a_lead_waits_for_its_day() -> None:
    bought = [int(t["Lead"].count.sum()) if "Lead" in (t := planned(day, leads={"adds_a_day": "2 /week"})) else 0
              for day in range(7)]
    assert sum(bought) == 2
    assert set(bought) == {0, 1}


def test_leads_end_on_their_day() -> None:
    assert "Lead" in planned(5, leads={"until_day": 5})
    assert "Lead" not in planned(6, leads={"until_day": 5})


def test_leads_go_where_there_is_room_and_into_no_banned_account() -> None:
    tables = planned(0, accounts=3, contacts_per_account=50, brand={"seed_customers": 70}, leads={"adds_a_day": 45})
    # 70 customers are spread 24, 23, 23 over the accounts; the emptiest is filled first, the rest overflows.
    room = 50 - tables["state"].world.channels.members
    assert room.tolist() == [26, 27, 27]
    assert dict(zip(tables["Lead"].channel.tolist(), tables["Lead"].count.tolist(), strict=True)) == {1: 27, 2: 18}
    full = planned(0, accounts=1, contacts_per_account=120)
    assert "Lead" not in full
    assert asked_fen(full, Purpose.LEAD) == 0
    state = planned(3, accounts=2, shocks=({"kind": "account_ban", "day": 2, "share": 1},))
    assert "Lead" not in state


def test_contacts_grow_by_leads_and_only_so_far() -> None:
    state = lived(days=40, accounts=2, contacts_per_account=100, leads={"adds_a_day": 20}, brand={"seed_customers": 20})
    assert state.world.channels.members.tolist() == [100, 100]
    none = lived(days=40, leads={"adds_a_day": 0}, ask_buyers=False, brand={"seed_customers": 20})
    assert none.world.channels.members.sum() == 20


# --- staff and money -----------------------------------------------------------------------------


def test_base_pay_is_paid_by_the_day_and_budgets_cut_it_and_with_it_who_answers() -> None:
    tables = planned(0, staff={"people": 3, "base_pay": 4000})
    assert asked_fen(tables, Purpose.BASE_PAY) == 3 * 400_000 // 30
    assert tables["Capacity"].servers.tolist() == [3]
    assert tables["Spend"].purpose[tables["Capacity"].spend[0]] == Purpose.BASE_PAY
    state = lived(days=30, staff={"people": 3, "most": 3} | STEADY)
    assert -int(state.ledger.statement[0, Purpose.BASE_PAY].sum()) == 30 * (3 * 400_000 // 30)
    assert int(state.ledger.balance(Account.STAFF)[0]) == -int(
        state.ledger.statement[0, [Purpose.BASE_PAY, Purpose.COMMISSION]].sum())
    poor = lived(days=10, brand={"cash": 900}, staff={"people": 3, "most": 3} | STEADY, leads={"adds_a_day": 0})
    assert poor.recorder.series["staff"].min() < 3


def test_staff_get_their_share_of_what_the_offer_sold() -> None:
    state = start(market(days=40, staff={"commission": 0.05}), 0, audit=True)
    owed = sold = 0
    for _ in range(40):
        ordered = step(state).events.ordered
        mine = ordered.offer == state.seats[0].offers[0]
        value = int((ordered.price_fen * ordered.quantity)[mine].sum())
        owed += int((ordered.price_fen * ordered.quantity)[mine] @ np.full(np.count_nonzero(mine), 50_000) // 1_000_000)
        sold += value
    assert sold > 0
    assert -int(state.ledger.statement[0, Purpose.COMMISSION].sum()) == owed


def test_the_counter_keeps_its_hours() -> None:
    capacity = planned(0, counter={"opens": 10, "hours": 6, "minutes_a_chat": 12, "patience": 15})["Capacity"]
    assert (capacity.open_minute.tolist(), capacity.close_minute.tolist()) == ([600], [960])
    assert (capacity.minutes_a_case.tolist(), capacity.patience_minutes.tolist()) == ([12], [15])
    state = start(market(days=20, counter={"opens": 10, "hours": 6}), 0)
    for _ in range(20):
        told = step(state).events.chatted
        assert ((told.arrival_minute > 600) & (told.arrival_minute < 960)).all()


# --- the offer -----------------------------------------------------------------------------------


def test_the_offer_says_price_skill_and_warmth() -> None:
    offer = planned(0, discount=0.25, scripts=0.5, script_chill=0.4, staff={"script_floor": 0.6})["offer"]
    assert (offer.price_fen, offer.list_price_fen, offer.queue) == (9_600, 12_800, 0)
    assert offer.fit == pytest.approx(0.3)
    assert offer.warmth == pytest.approx(0.8)
    assert planned(30, scripts=0, staff={"quits": 0, "most": 4})["offer"].fit == pytest.approx(1 - np.exp(-1))
    assert planned(0, scripts=0)["offer"].warmth == 1


def test_scripts_sell_sooner_and_win_less_trust() -> None:
    """Newcomers only; trust of those contacts who bought through a chat, after the same number of good deliveries."""
    told = {}
    eager = {"inquiry": {"ask": 1.0}, "experience": {"noise": 0, "defect": 0, "return_base": 0, "tolerance": 0.3}}
    for scripts in (0.0, 1.0):
        state = start(market(days=60, people=1500, mechanisms=eager, scripts=scripts, outbound=SILENT,
                             staff={"people": 20, "most": 20, "quits": 0}, leads={"adds_a_day": 60}), 0)
        early, gains = 0, []
        for day in range(60):
            trust = state.world.audiences.trust[: state.world.audiences.size].astype(np.float64)
            ordered = step(state).events.ordered
            row = ordered.path_row[ordered.path_kind == PathKind.CHAT]
            early += len(ordered) if day < 20 else 0
            known = row[row < len(trust)]
            after = state.world.audiences.trust[known].astype(np.float64)
            gains += ((after - trust[known]) / (1 - trust[known])).tolist()
        told[scripts] = early, float(np.mean(gains)), len(gains)
    assert told[0.0][2] > 40
    assert told[1.0][0] > told[0.0][0]
    # Every delivery is as good as every other, so the gain is e+ u, times the warmth of .7.
    assert told[1.0][1] == pytest.approx(0.7 * told[0.0][1], rel=0.05)


# --- contacts ------------------------------------------------------------------------------------


def test_a_new_contact_is_greeted_once() -> None:
    state = start(market(days=8, outbound=SILENT | {"greet": True}, ask_buyers=False), 0)
    joined: list[int] = []
    for day in range(8):
        tables = {type(t).__name__: t for t in state.seats[0].strategy.plan(state.views[0]).tables}
        if day == 0:
            assert "Contact" not in tables
        else:
            row = tables["Contact"].row
            assert sorted(state.world.audiences.person[row].tolist()) == sorted(joined)
        joined = step(state).events.joined.person.tolist()


def test_every_contact_is_written_to_once_in_so_many_days() -> None:
    state = start(market(days=6, outbound=SILENT | {"push_every_days": 5}, leads={"adds_a_day": 0}, ask_buyers=False), 0)
    written: list[int] = []
    for _ in range(5):
        tables = {type(t).__name__: t for t in state.seats[0].strategy.plan(state.views[0]).tables}
        written += tables["Contact"].row.tolist()
        step(state)
    assert sorted(written) == list(range(120))


def test_what_is_not_sent_is_not_sent() -> None:
    tables = planned(3, outbound=SILENT)
    assert "Contact" not in tables
    assert "Post" not in tables
    post = planned(0, outbound={"moments_a_day": 2, "moments_selling": 0.25})["Post"]
    assert (post.items == 2).all()
    assert (post.commercial == 0.25).all()
    assert (post.value == 0.75).all()


def test_buyers_from_elsewhere_are_asked_in() -> None:
    keen = {"recruiting": {"buyer_joins": 1.0}}
    common = {"days": 30, "mechanisms": keen, "seed_contacts": 0.0, "leads": {"adds_a_day": 0}}
    assert lived(**common).world.audiences.size > 5
    assert lived(**common, ask_buyers=False).world.audiences.size == 0


def test_without_inbound_chats_or_staff_little_is_sold() -> None:
    levers: dict[str, Any] = {"days": 60, "people": 1500, "staff": {"people": 3, "most": 3} | STEADY, "outbound": SILENT}
    asked = lived(**levers)
    silent = lived(**levers, mechanisms={"inquiry": {"enabled": False}})
    alone = lived(**(levers | {"staff": {"people": 0, "most": 0}}))
    assert total(asked, "orders") > 1.3 * total(silent, "orders")
    assert total(alone, "orders") < 0.7 * total(asked, "orders")
    assert set(np.unique(alone.recorder.series["chats_lost_share"][alone.recorder.series["chats"] > 0])) == {1.0}


def test_growth_follows_staff_until_everybody_is_answered_and_queues_are_the_reason() -> None:
    """The same leads with 1, 2 and 6 staff; then with the queue switched off."""
    waits, lost, orders, free = [], [], [], []
    for people in (1, 2, 6):
        levers: dict[str, Any] = {"days": 70, "people": 3000, "leads": {"adds_a_day": 60},
                                  "staff": {"people": people, "most": people} | STEADY}
        state = lived(**levers)
        chats = total(state, "chats")
        series = state.recorder.series
        waits.append(float(np.nansum(series["chat_wait_minutes"] * series["chats"])) / chats)
        lost.append(float(np.nansum(series["chats_lost_share"] * series["chats"])) / chats)
        orders.append(total(state, "orders"))
        off = lived(**levers, mechanisms={"fulfilment": {"queues": False}})
        free.append(total(off, "orders"))
        assert total(off, "chats_lost_share") == total(off, "chat_wait_minutes") == 0
    assert waits[0] > waits[1] > waits[2]
    assert lost[0] > lost[1] > lost[2]
    assert orders[0] < orders[1] < orders[2]
    assert free[0] == free[1] == free[2] > orders[0]


def test_unanswered_orders_are_told_as_such() -> None:
    state = start(market(days=30, staff={"people": 1, "most": 1}, leads={"adds_a_day": 80}), 0)
    reasons = [step(state).events.unfilled.reason for _ in range(30)]
    assert set(np.concatenate(reasons).tolist()) == {Reason.QUEUE}


# --- bad parameters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("levers", "place", "words"),
    [({"staff": {"people": 5, "most": 4}}, ("staff", "most"), "at least the number of people on day 0, 5"),
     ({"counter": {"opens": 20, "hours": 8}}, ("counter", "hours"), "can stay open for 4 hours of the same day, not 8"),
     ({"counter": {"minutes_a_chat": 0}}, ("counter", "minutes_a_chat"), "greater than 0"),
     ({"contacts_per_account": 20_000}, ("contacts_per_account",), "less than or equal to 10000"),
     ({"scripts": 1.5}, ("scripts",), "less than or equal to 1"),
     ({"leads": {"adds_a_day": -1}}, ("leads", "adds_a_day"), "greater than or equal to 0"),
     ({"staff": {"base_pay": "four thousand"}}, ("staff", "base_pay"), "CNY"),
     ({"staff": {"learning": 0}}, ("staff", "learning"), "greater than 0")],
)
def test_wrong_levers_are_named(levers: dict[str, Any], place: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DirectSalesParams.model_validate(levers)
    (error,) = caught.value.errors()
    assert error["loc"] == place
    assert words in error["msg"]
