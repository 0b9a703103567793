"""Tables that are built or looked at in short ways are those of the long way: offers at another fit, blocks, postings, checks."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from sim.core.accounts import Account, Purpose
from sim.core.errors import PlanError
from sim.exchange import offers
from sim.exchange.actions import Actions, Contact, Offer, Spend, StockOrder, of_block, rows, spending
from sim.exchange.compose import carried
from sim.exchange.limits import first_misfit
from sim.exchange.offers import OfferTable, offer_table
from sim.exchange.postings import Postings, owed_by, posting, postings
from tests.proposals import SPACE, acts, offer, plan_of


def columns(table: Any) -> dict[str, list[Any]]:
    return {name: column.tolist() for name, column in vars(table).items() if isinstance(column, np.ndarray)}


def anew(*offered: tuple[Offer, ...]) -> OfferTable:
    """Return the table of a run that has seen no other."""
    offers._LAST.clear()
    return offer_table(offered, ("a", "b")[: len(offered)], SPACE)


@pytest.mark.parametrize("fits", [(0.2, 0.9), (1.0, 0.0), (0.5, 0.5)])
@pytest.mark.parametrize("ids", [(2, 5), (5, 2)])
def test_offers_at_another_fit_are_laid_out_as_if_nothing_had_been_before(ids: tuple[int, int], fits: tuple[float, float]) -> None:
    before = anew(tuple(offer(k) for k in ids))
    now = tuple(offer(k, fit=fit) for k, fit in zip(ids, fits, strict=True))
    after = offer_table((now,), ("a",), SPACE)
    assert columns(after) == columns(anew(now))
    assert after.is_live is before.is_live
    with pytest.raises(ValueError, match="read-only"):
        after.fit[0] = 0.3


@pytest.mark.parametrize("ids", [(2, 5), (5, 2)])
def test_the_lowest_price_stands_when_only_the_fit_moves(ids: tuple[int, int]) -> None:
    first, second = ids
    anew((offer(first, 9_000),), (offer(second, 12_000),))
    now = (offer(first, 9_000, fit=0.1),), (offer(second, 12_000, fit=0.6),)
    after = offer_table(now, ("a", "b"), SPACE)
    assert after.price_fen.tolist() == [9_000, 9_000]
    assert columns(after) == columns(anew(*now))


@pytest.mark.parametrize("fit", [-0.1, 1.1, float("nan")])
def test_a_fit_out_of_range_is_refused_although_the_offer_was_right_yesterday(fit: float) -> None:
    plan_of(a=acts(offers=(offer(2, fit=0.5), offer(3))))
    with pytest.raises(PlanError, match="offer 2: claim, fit"):
        plan_of(a=acts(offers=(offer(2, fit=fit), offer(3))))
    assert plan_of(a=acts(offers=(offer(2, fit=0.5), offer(3)))).offers.fit.tolist() == [0.5, 1.0]


def test_another_price_or_another_run_is_another_table() -> None:
    first = anew((offer(2),))
    assert offer_table(((offer(2, 11_000),),), ("a",), SPACE).price_fen.tolist() == [11_000]
    wider = dataclasses.replace(SPACE, n_offers=20)
    assert len(offer_table(((offer(2, 11_000),),), ("a",), wider).is_live) == 20
    assert columns(offer_table(((offer(2),),), ("a",), SPACE)) == columns(first)


def test_a_block_is_a_table_that_nobody_writes_to() -> None:
    block = np.arange(10).reshape(5, 2)
    table = of_block(StockOrder, block)
    assert columns(table) == columns(rows(StockOrder, buyer=[0, 1], supplier=[2, 3], product=[4, 5], quantity=[6, 7],
                                          unit_fen=[8, 9]))
    assert len(table) == 2
    with pytest.raises(ValueError, match="read-only"):
        table.buyer[0] = 1
    with pytest.raises(ValueError, match="zip"):
        of_block(Contact, block)


def test_spending_and_postings_are_those_of_the_long_way() -> None:
    lines = [(int(Account.STAFF), 400, int(Purpose.BASE_PAY)), (int(Account.PLATFORM), 30, int(Purpose.LEAD))]
    payee, amount, purpose = zip(*lines, strict=True)
    assert columns(spending(1, lines)) == columns(rows(Spend, brand=1, payee_account=payee, payee_owner=0,
                                                       amount_fen=amount, purpose=purpose))
    said: dict[str, Any] = {"payer_account": 0, "payer_owner": 1, "payee_account": 2, "purpose": 4, "due_day": 9}
    single: Postings = posting((0, 1), (2, 3), 50, 4, 9)
    assert columns(single) == columns(postings(**said, payee_owner=3, amount_fen=50))
    owners, amounts = np.array([3, 7]), np.array([50, 60])
    assert columns(owed_by((0, 1), 2, owners, amounts, 4, 9)) == columns(postings(**said, payee_owner=owners, amount_fen=amounts))


def test_the_first_column_that_does_not_fit_is_found() -> None:
    lowest, end, none = np.array([0, -1]), np.array([3, 5]), np.zeros(0, np.bool_)
    live = np.array([True, False, True, True, True])
    for check in (first_misfit, first_misfit.py_func):
        for values, there, wrong in (([0, 2, -1, 4], none, -1), ([0, 3, -1, 4], none, 0), ([0, 2, -2, 4], none, 1),
                                     ([0, 2, 4, 5], none, 1), ([-1, 2, 9, 9], none, 0), ([0, 2, -1, 4], live, -1),
                                     ([0, 2, 1, 4], live, 1), ([], live, -1)):
            assert check(np.array(values, np.int64), lowest, end, there) == wrong


def test_proposals_without_spending_rows_of_yesterday_stand_behind_those_of_today() -> None:
    told = rows(Contact, row=[1, 2], offer=2)
    late = carried(acts(offers=(offer(2),)), Actions(offers=(offer(2, 1), offer(3)), tables=(told,)))
    assert [o.offer for o in late.offers] == [2, 3]
    assert late.offers[0].price_fen == 12_800
    assert late.tables == (told,)
