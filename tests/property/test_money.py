"""Whatever is booked, money is neither made nor lost; whatever is proposed, budgets hold and order does not matter."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.core.accounts import OWNED, Account, Purpose
from sim.core.money import LIMIT_FEN
from sim.exchange.actions import (
    Actions,
    Capacity,
    Impress,
    Invite,
    Offer,
    Post,
    Spend,
    Table,
    Tend,
    columns_of,
    rows,
)
from sim.exchange.compose import DayPlan, compose
from sim.exchange.limits import Limits
from sim.exchange.offers import OfferSpace
from sim.exchange.postings import Postings, floor_share, postings
from sim.ledger import Goods, Ledger, Place
from sim.ledger.audit import PARTIES
from sim.ledger.statements import profit

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAYS = 6
BRANDS = 2
CASH_ACCOUNTS = (Account.BRAND, Account.RESELLER, Account.KOL, Account.HOUSEHOLD, Account.STAFF, Account.SUPPLIER,
                 Account.LOGISTICS, Account.PLATFORM, Account.ESCROW)
PURPOSES = (Purpose.SALE, Purpose.REFUND, Purpose.MEDIA, Purpose.COMMISSION, Purpose.SELL_IN, Purpose.OTHER)

ends = st.tuples(st.sampled_from(CASH_ACCOUNTS), st.integers(0, 40)).map(
    lambda end: (end[0], end[1] % BRANDS) if end[0] in {Account.BRAND, Account.ESCROW} else end)
amounts = st.one_of(st.integers(0, 1_000_000), st.integers(0, LIMIT_FEN // 1000))
lines = st.tuples(ends, ends, amounts, st.sampled_from(PURPOSES), st.integers(-1, DAYS + 3))
days_of_lines = st.lists(st.lists(lines, max_size=12), min_size=DAYS, max_size=DAYS)


def table_of(batch: list[Any]) -> Postings:
    """Return drawn lines as postings."""
    return postings(payer_account=[b[0][0] for b in batch], payer_owner=[b[0][1] for b in batch],
                    payee_account=[b[1][0] for b in batch], payee_owner=[b[1][1] for b in batch],
                    amount_fen=[b[2] for b in batch], purpose=[b[3] for b in batch], due_day=[b[4] for b in batch])


def opened(*, audit: bool) -> Ledger:
    ledger = Ledger(BRANDS, 1, DAYS, audit=audit)
    ledger.open_account(Account.BRAND, np.arange(BRANDS), 1_000_000)
    return ledger


def run(days: list[list[Any]], *, audit: bool) -> Ledger:
    """Post every day's lines to a fresh ledger."""
    ledger = opened(audit=audit)
    for day, batch in enumerate(days):
        ledger.fall_due(day)
        if batch:
            ledger.post(table_of(batch), day)
        ledger.close_day(day)
    return ledger


def by_hand(days: list[list[Any]]) -> tuple[dict[tuple[int, int], int], dict[int, int]]:
    """Return balances and open payables of brands, from one line after the other in plain Python."""
    balance: dict[tuple[int, int], int] = defaultdict(int)
    owed: dict[int, int] = defaultdict(int)
    for brand in range(BRANDS):
        balance[Account.BRAND, brand] += 1_000_000
    for day, batch in enumerate(days):
        for payer, payee, amount, _, due in batch:
            if max(due, day) >= DAYS:
                owed[payer[1]] += amount if payer[0] == Account.BRAND else 0
                continue
            for (account, owner), sign in ((payer, -1), (payee, 1)):
                balance[account, owner if account in OWNED else 0] += sign * amount
    return balance, owed


@settings(max_examples=60, deadline=None)
@given(days_of_lines)
def test_random_postings_never_create_money(days: list[list[Any]]) -> None:
    ledger = run(days, audit=True)
    assert int(ledger.balances.value.sum()) == 0
    balance, owed = by_hand(days)
    for (account, owner), amount in balance.items():
        assert ledger.balance(Account(account))[owner] == amount
    assert [ledger.payables_fen(b) for b in range(BRANDS)] == [owed[b] for b in range(BRANDS)]
    assert ledger.balance(Account.PAYABLE).sum() == -ledger.balance(Account.RECEIVABLE)[0]


@settings(max_examples=30, deadline=None)
@given(days_of_lines)
def test_the_audit_changes_nothing(days: list[list[Any]]) -> None:
    audited, plain = run(days, audit=True), run(days, audit=False)
    assert np.array_equal(audited.balances.value, plain.balances.value)
    assert np.array_equal(audited.statement, plain.statement)
    assert np.array_equal(audited.flows.total(), plain.flows.total())


@settings(max_examples=30, deadline=None)
@given(days_of_lines)
def test_lines_booked_singly_give_the_same_books(days: list[list[Any]]) -> None:
    today = [[(*line[:4], 0) for line in batch] for batch in days]
    together, singly = run(today, audit=False), opened(audit=False)
    for day, batch in enumerate(today):
        for payer, payee, amount, purpose, _ in batch:
            singly.pay(payer, payee, amount, purpose, day)
        singly.close_day(day)
    for account in Account:
        assert np.array_equal(together.balance(account), singly.balance(account))
    assert np.array_equal(together.statement, singly.statement)


@settings(max_examples=30, deadline=None)
@given(days_of_lines, st.randoms(use_true_random=False))
def test_the_order_of_lines_within_a_day_never_matters(days: list[list[Any]], random: Any) -> None:
    shuffled = [random.sample(batch, len(batch)) for batch in days]
    one, other = run(days, audit=False), run(shuffled, audit=False)
    for account in Account:
        assert np.array_equal(one.balance(account), other.balance(account))
    for what in ("cash", "payables", "receivables"):
        assert np.array_equal(one.closing(what), other.closing(what))


@settings(max_examples=40, deadline=None)
@given(days_of_lines)
def test_payables_reverse_exactly(days: list[list[Any]]) -> None:
    """Debts that all fall due within the run end where cash paid at once would have ended."""
    due_inside = [[(*line[:4], min(line[4], DAYS - 1)) for line in batch] for batch in days]
    at_once = [[(*line[:4], 0) for line in batch] for batch in days]
    later, now = run(due_inside, audit=True), run(at_once, audit=True)
    for account in Account:
        assert np.array_equal(later.balance(account), now.balance(account))
    assert later.balance(Account.PAYABLE).tolist() == [0] * (BRANDS + 1)
    assert not later.balances.due_to.any()
    assert not later.balances.due_from.any()
    assert np.array_equal(later.statement.sum(axis=2), now.statement.sum(axis=2))


@settings(max_examples=40, deadline=None)
@given(days_of_lines)
def test_a_debt_counts_from_the_day_it_is_made(days: list[list[Any]]) -> None:
    """Profit of a day does not depend on when its debts fall due; neither does the sum of participants."""
    at_once = [[(*line[:4], 0) for line in batch] for batch in days]
    later, now = run(days, audit=False), run(at_once, audit=False)
    for brand in range(BRANDS):
        assert np.array_equal(profit(later, brand), profit(now, brand))
    for account in (Account.BRAND, Account.INVENTORY, Account.RESELLER, Account.RESELLER_STOCK, Account.KOL):
        assert int(later.result(account).sum()) == int(now.result(account).sum())


@settings(max_examples=40, deadline=None)
@given(days_of_lines)
def test_the_statement_is_the_change_of_cash(days: list[list[Any]]) -> None:
    ledger = run(days, audit=False)
    for brand in range(BRANDS):
        change = np.diff(ledger.closing("cash")[brand], prepend=0)
        assert np.array_equal(ledger.statement[brand].sum(axis=0), change)
        assert np.array_equal(ledger.statement[brand].sum(axis=0), change)


@settings(max_examples=40, deadline=None)
@given(days_of_lines)
def test_parties_gain_what_consumers_spend_less_external_costs(days: list[list[Any]]) -> None:
    ledger = run(days, audit=False)
    outside = (Account.HOUSEHOLD, Account.SUPPLIER, Account.LOGISTICS, Account.PLATFORM, Account.CAPITAL)
    parties = sum(int(ledger.balance(a).sum()) for a in PARTIES)
    assert parties == -sum(int(ledger.balance(a).sum()) for a in outside)


places = st.sampled_from([p for p in Place if p is not Place.MADE])


@given(st.lists(st.tuples(places, places, st.integers(0, 2), st.integers(0, 50)), max_size=40))
def test_goods_are_conserved(moves: list[Any]) -> None:
    goods = Goods(3)
    for source, target, product, quantity in moves:
        short = quantity - int(goods.units[source, product])
        if short > 0:
            goods.move(Place.MADE, source, product, short)
        goods.move(source, target, np.array([product]), np.array([quantity]))
    goods.check(0)
    assert np.array_equal(goods.made, goods.units[1:].sum(axis=0))


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=20), st.integers(0, 1_000_000))
def test_floored_shares_never_exceed_the_amount(values: list[int], millionths: int) -> None:
    amount = np.array(values, np.int64)
    share = floor_share(amount, millionths / 1_000_000)
    assert (share >= 0).all()
    assert (share <= amount).all()
    assert share.tolist() == [v * millionths // 1_000_000 for v in values]


# ---------------------------------------------------------------------- composition

SPACE = OfferSpace(n_offers=9, n_shops=1, n_queues=6, brand_of=(0, 1))
NAMES = ("ads", "community", "zeta", "beta")
OFFERS = {name: (2 * k + 1, 2 * k + 2) for k, name in enumerate(NAMES)}


def limits(cash: list[int]) -> Limits:
    return Limits(np.array(cash, np.int64), SPACE, n_people=30, n_channels=4)


@st.composite
def proposal(draw: st.DrawFn, name: str) -> Actions:
    """Draw what one strategy proposes; values are multiples of 1/8, so that float sums are exact."""
    eighths = st.integers(0, 80).map(lambda v: v / 8)
    number = draw(st.integers(1, 4))
    costs = draw(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 10**7)), min_size=number, max_size=number))
    payer = st.integers(-1, number - 1)

    def column(values: st.SearchStrategy[Any], n: int) -> list[Any]:
        return draw(st.lists(values, min_size=n, max_size=n))

    price = draw(st.lists(st.integers(1, 20_000), min_size=2, max_size=2))
    offers = tuple(Offer(offer=o, product=draw(st.integers(0, 1)), price_fen=p, list_price_fen=20_000, claim=0.5,
                         pool_seats=draw(st.sampled_from([0, 0, 3])))
                   for o, p in zip(OFFERS[name], price, strict=True))
    tables: list[Table] = [rows(Spend, brand=[c[0] for c in costs], payee_account=int(Account.PLATFORM), payee_owner=0,
                                amount_fen=[c[1] for c in costs], purpose=int(Purpose.MEDIA))]
    n = draw(st.integers(0, 5))
    tables.append(rows(Post, channel=column(st.integers(0, 3), n), offer=column(st.sampled_from([0, OFFERS[name][0]]), n),
                       items=column(eighths, n), commercial=column(st.integers(0, 8).map(lambda v: v / 8), n),
                       value=0.5, visibility=column(eighths, n)))
    tables.append(rows(Impress, offer=OFFERS[name][0], count=column(st.integers(0, 10**6), n), targeting=0.5,
                       spend=column(payer, n)))
    tables.append(rows(Invite, sponsor=column(st.integers(0, 3), n), invitee=-1, channel=0, role_tier=-1, brand=0,
                       reward_sponsor_fen=column(st.integers(0, 900), n), reward_invitee_fen=column(st.integers(0, 9), n),
                       buy_in_fen=0, perceived_income_fen=column(st.integers(0, 99), n)))
    tables.append(rows(Tend, channel=column(st.integers(0, 3), n), host_hours=column(eighths, n),
                       packet_fen=column(st.integers(0, 900), n), packets=column(st.integers(0, 9), n), rules=1.0, fit=0.5,
                       prune_idle_days=column(st.integers(0, 30), n), fake_accounts=column(st.integers(0, 9), n),
                       fee_fen=column(st.integers(0, 900), n), screen=column(st.integers(0, 1), n), spend=column(payer, n)))
    tables.append(rows(Capacity, queue=NAMES.index(name), servers=draw(st.integers(0, 9)), open_minute=0,
                       close_minute=600, minutes_a_case=5.0, patience_minutes=5.0, spend=draw(payer)))
    return Actions(offers=offers, tables=tuple(tables))


proposals = st.lists(st.sampled_from(NAMES), unique=True, max_size=4).flatmap(
    lambda names: st.fixed_dictionaries({name: proposal(name) for name in names}))
purses = st.lists(st.integers(-1000, 2 * 10**7), min_size=2, max_size=2)


def columns(plan: DayPlan) -> dict[str, NDArray[Any]]:
    """Return every column of a plan by name."""
    found: dict[str, NDArray[Any]] = {"paid_fen": plan.paid_fen}
    for name, part in vars(plan).items():
        if isinstance(part, Table):
            found |= {f"{name}.{c}": getattr(part, c) for c in columns_of(type(part))}
    return found | {f"offers.{c}": values for c, values in vars(plan.offers).items()}


@settings(max_examples=80, deadline=None)
@given(proposals, purses, st.randoms(use_true_random=False))
def test_the_order_of_strategies_never_matters(asked: dict[str, Actions], cash: list[int], random: Any) -> None:
    shuffled = {name: asked[name] for name in random.sample(sorted(asked), len(asked))}
    one, other = compose(asked, limits(cash)), compose(shuffled, limits(cash))
    assert one.strategies == other.strategies
    for (name, a), (_, b) in zip(columns(one).items(), columns(other).items(), strict=True):
        assert np.array_equal(a, b), name


@settings(max_examples=80, deadline=None)
@given(proposals, purses)
def test_a_strategy_that_does_nothing_changes_nothing(asked: dict[str, Actions], cash: list[int]) -> None:
    one, other = compose(asked, limits(cash)), compose({**asked, "zzz": Actions()}, limits(cash))
    for (name, a), (_, b) in zip(columns(one).items(), columns(other).items(), strict=True):
        assert np.array_equal(a, b), name


@settings(max_examples=80, deadline=None)
@given(proposals, purses)
def test_budgets_never_overspend_and_floor(asked: dict[str, Actions], cash: list[int]) -> None:
    plan = compose(asked, limits(cash))
    amount, brand = plan.spend.amount_fen.tolist(), plan.spend.brand.tolist()
    for b, pot in enumerate(cash):
        mine = [a for a, owner in zip(amount, brand, strict=True) if owner == b]
        given_fen = [p for p, owner in zip(plan.paid_fen.tolist(), brand, strict=True) if owner == b]
        have, total = max(pot, 0), sum(mine)
        assert sum(given_fen) <= max(have, 0)
        assert given_fen == (mine if total <= have else [a * have // total for a in mine])
        # Flooring leaves less than one fen a row unspent.
        if total > have:
            assert sum(given_fen) > have - len(mine)
    booked = plan.postings(0)
    assert booked.amount_fen.tolist() == plan.paid_fen.tolist()


@settings(max_examples=80, deadline=None)
@given(proposals, purses)
def test_what_is_bought_shrinks_by_the_share_that_was_paid(asked: dict[str, Actions], cash: list[int]) -> None:
    plan = compose(asked, limits(cash))
    paid_fen = iter(plan.paid_fen.tolist())
    left = iter(plan.impress.count.tolist())
    for name in sorted(asked):
        own = [(a, next(paid_fen)) for t in asked[name].tables if isinstance(t, Spend) for a in t.amount_fen.tolist()]
        bought = [t for t in asked[name].tables if isinstance(t, Impress)]
        for count, row in ((c, r) for t in bought for c, r in zip(t.count.tolist(), t.spend.tolist(), strict=True)):
            amount, got = own[row] if row >= 0 and own[row][0] else (1, 1)
            assert next(left) == count * got // amount
    assert next(left, None) is None


@settings(max_examples=80, deadline=None)
@given(proposals)
def test_merging_adds_up(asked: dict[str, Actions]) -> None:
    plan = compose(asked, limits([10**9, 10**9]))

    def total(kind: type[Table], column: str) -> float:
        return sum(float(getattr(t, column).sum()) for a in asked.values() for t in a.tables if isinstance(t, kind))

    assert plan.post.items.sum() == total(Post, "items")
    assert plan.invite.reward_sponsor_fen.sum() == total(Invite, "reward_sponsor_fen")
    assert plan.invite.reward_invitee_fen.sum() == total(Invite, "reward_invitee_fen")
    assert plan.tend.host_hours.sum() == total(Tend, "host_hours")
    assert plan.tend.packet_fen.sum() == total(Tend, "packet_fen")
    assert plan.tend.fake_accounts.sum() == total(Tend, "fake_accounts")
    assert len(np.unique(plan.tend.channel)) == len(plan.tend)
    assert len(np.unique(plan.post.channel * 100 + plan.post.offer)) == len(plan.post)
    commercial = sum(float((t.items * t.commercial).sum()) for a in asked.values() for t in a.tables
                     if isinstance(t, Post))
    assert np.isclose((plan.post.items * plan.post.commercial).sum(), commercial, rtol=1e-12)


@settings(max_examples=80, deadline=None)
@given(proposals)
def test_no_single_offer_is_dearer_than_another_strategys(asked: dict[str, Actions]) -> None:
    offers = compose(asked, limits([0, 0])).offers
    asked_price = {o.offer: o.price_fen for a in asked.values() for o in a.offers}
    single = offers.pool_seats == 0
    for k in range(len(offers)):
        own = asked_price[int(offers.offer[k])]
        rivals = (offers.product == offers.product[k]) & (offers.strategy != offers.strategy[k]) & single
        best = min([own, *(asked_price[int(o)] for o in offers.offer[rivals])]) if single[k] else own
        assert offers.price_fen[k] == best


@settings(max_examples=60, deadline=None)
@given(proposals, purses)
def test_a_plan_books_into_the_ledger_without_going_below_zero(asked: dict[str, Actions], cash: list[int]) -> None:
    ledger = Ledger(BRANDS, 2, 1, audit=True)
    ledger.open_account(Account.BRAND, np.arange(BRANDS), np.maximum(cash, 0))
    plan = compose(asked, limits(ledger.balance(Account.BRAND).tolist()))
    ledger.post(plan.postings(0), 0, "budget")
    ledger.close_day(0)
    assert (ledger.closing("cash")[:, 0] >= 0).all()
    assert -ledger.statement[:, Purpose.MEDIA, 0].sum() == plan.settled().paid_fen.sum()
