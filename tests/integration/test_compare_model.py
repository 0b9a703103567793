"""Comparisons on the shipped model: pairs, worker counts, audit, and what a stored result says."""

from __future__ import annotations

import numpy as np
import pytest

from sim.experiment.compare import compare
from sim.records.outcomes import DAILY, SUMMARY
from sim.records.run_record import AGENT_COLUMNS, EDGE_COLUMNS, NODE_COLUMNS, PEOPLE_COLUMNS

NAMES = ["community", "paid_ads"]
SMALL = {"replications": 2, "people": 400, "days": 14, "seed": 3}


@pytest.fixture(scope="module")
def alone():
    return compare(NAMES, workers=1, audit=True, **SMALL)


def test_worker_processes_give_the_same_tables_bit_for_bit(alone):
    crew = compare(NAMES, workers=2, **SMALL)
    for s in NAMES:
        for table in ("summary", "daily", "statement"):
            left, right = getattr(alone, table)[s], getattr(crew, table)[s]
            assert list(left) == list(right)
            for name in left:
                np.testing.assert_array_equal(left[name], right[name], err_msg=f"{s} {table} {name}")


def test_the_model_leaves_every_table_that_was_agreed(alone):
    for s in NAMES:
        record = alone.examples[s]
        assert set(record.daily) >= set(DAILY)
        assert all(v.shape == (14,) and v.dtype == np.float64 for v in record.daily.values())
        assert all(v.shape == (14,) and v.dtype == np.int64 for v in record.statement.values())
        assert set(record.people) >= set(PEOPLE_COLUMNS)
        assert all(len(v) == 400 for v in record.people.values())
        assert set(record.agents) >= set(AGENT_COLUMNS)
        assert set(record.network) == set(NODE_COLUMNS) | set(EDGE_COLUMNS)
        assert np.isin(record.network["source"], record.network["id"]).all()
        assert np.isin(record.network["target"], record.network["id"]).all()
        assert record.facts["opening_cash_fen"] > 0
        assert list(alone.summary[s]) == list(SUMMARY)


def test_the_books_agree_with_the_series(alone):
    for s in NAMES:
        record = alone.examples[s]
        series = record.daily
        costs = sum(v for n, v in series.items() if n.startswith("cost_"))
        np.testing.assert_allclose(np.cumsum(series["net_revenue_fen"] - costs), series["profit_fen"], atol=0.5)
        cash = np.cumsum(sum(v for n, v in record.statement.items() if n != "capital"))
        np.testing.assert_array_equal(record.facts["opening_cash_fen"] + cash, series["cash_fen"])
        if record.price_split:
            price = series["gmv_fen"].sum() / series["units"].sum()
            assert sum(record.price_split.values()) == pytest.approx(price)


def test_replications_differ_and_strategies_share_their_world(alone):
    one, two = (alone.examples[s] for s in NAMES)
    assert one.people["first_day"].shape == two.people["first_day"].shape
    # The seed customers are part of the world, which the strategies of a replication share.
    seeds = [np.flatnonzero((r.people["first_day"] == 0) & (r.people["first_path"] == -1)) for r in (one, two)]
    np.testing.assert_array_equal(*seeds)
    assert not np.array_equal(alone.daily["community"]["exposures"][0], alone.daily["community"]["exposures"][1])
