"""Shares of work along rows: together they are everything, in order, and no share is longer than another, whoever has many ties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim.mechanisms.delivery import cut_spans
from sim.mechanisms.telling import emit
from sim.mechanisms.word_of_mouth import limits
from sim.world.shares import equal_shares, shared_out, whole_rows

Ints = NDArray[np.int64]
THREADS = (2, 4, 8)


def starts(degree: Ints) -> Ints:
    """Return the row bounds of people with these numbers of ties."""
    return np.concatenate([[0], np.cumsum(degree)])


def ties_of_shares(who: Ints, start: Ints, spare: int = 0) -> list[list[int]]:
    """Return the ties of each share, in order."""
    bound, skip, room = shared_out(who, start, spare)
    shares = []
    for c in range(len(bound) - 1):
        ties: list[int] = []
        for s in range(bound[c], bound[c + 1] + (skip[c + 1] > 0)):
            first = start[who[s]] + (skip[c] if s == bound[c] else 0)
            last = start[who[s]] + skip[c + 1] if s == bound[c + 1] else start[who[s] + 1]
            ties += range(int(first), int(last))
        assert room[c + 1] - room[c] == len(ties) + spare
        shares.append(ties)
    return shares


def most_against_mean(work: Ints, threads: int) -> float:
    """Return the work of the busiest thread against the mean, when each gets as many shares in a row as the next."""
    of_threads = np.array([part.sum() for part in np.array_split(work, threads)])
    return float(of_threads.max() / of_threads.mean())


HOSTILE = {
    "one hub": np.array([0, 0, 600_000, 0, *[1] * 5_000]),
    "a hub at the end": np.array([*[3] * 20_000, 900_000]),
    "two hubs, nobody between": np.array([200_000, *[0] * 10_000, 200_000]),
    "heavy tail": np.minimum(np.random.default_rng(2).zipf(1.9, 60_000), 400_000),
    "even": np.full(30_000, 20),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_shares_are_everything_in_order_and_equal(name: str) -> None:
    degree = HOSTILE[name]
    who, start = np.arange(len(degree)), starts(degree)
    shares = ties_of_shares(who, start, spare=1)
    assert [tie for share in shares for tie in share] == list(range(int(start[-1])))
    sizes = np.array([len(share) for share in shares])
    assert len(sizes) >= 20
    assert sizes.max() - sizes.min() <= 1
    assert all(most_against_mean(sizes, threads) < 1.3 for threads in THREADS)


@given(st.lists(st.sampled_from([0, 0, 1, 7, 900, 20_000, 70_000]), max_size=12), st.data())
@settings(max_examples=60, deadline=None)
def test_any_people_in_any_order(degree: list[int], data: st.DataObject) -> None:
    start = starts(np.array(degree, dtype=np.int64))
    who = np.array(data.draw(st.permutations(range(len(degree)))), dtype=np.int64)
    shares = ties_of_shares(who, start)
    assert [tie for share in shares for tie in share] == [t for i in who for t in range(int(start[i]), int(start[i + 1]))]


def test_members_of_channels_of_any_size_are_shared_equally() -> None:
    size = np.array([1_000_000, *[14] * 20_000, 300_000, 5_000])
    stop, own = np.cumsum(size), np.arange(len(size))
    post, begin, end, at = cut_spans(own, own, np.full(len(size), -1), stop - size, stop)
    rows = end - begin
    bound = equal_shares(at, int(rows.sum()))
    work = np.add.reduceat(rows, bound[:-1])
    assert (bound[0], bound[-1], work.sum()) == (0, len(rows), size.sum())
    assert np.bincount(post, weights=rows).tolist() == size.tolist()
    assert all(most_against_mean(work, threads) < 1.3 for threads in THREADS)


def test_a_hub_tells_the_same_ties_whether_its_row_is_cut_or_whole() -> None:
    degree = np.array([3, 60_000, 0, 5])
    start, who = starts(degree), np.arange(4, dtype=np.int32)
    mark = ((np.arange(start[-1]) % 4) << 14).astype(np.uint16)
    limit = np.empty((4, 4), np.int64)
    ties = limits(who, 0, np.zeros((4, 1), np.float32), 0.5, 0.0, 0.0, (0.5, 0.2, 0.08, 0.03), start, limit)
    assert ties == degree.sum()

    def told(bound: Ints, skip: Ints, room: Ints) -> Ints:
        out, written = np.empty(int(room[-1]), np.int64), np.empty(len(bound) - 1, np.int64)
        emit(who, limit, bound, skip, room, start, mark, np.arange(4, dtype=np.uint32), 7, out, written)
        return np.concatenate([out[room[c]:room[c] + n] for c, n in enumerate(written.tolist())])

    cut = told(*shared_out(who, start, spare=1))
    whole = told(np.array([0, 4]), np.zeros(2, np.int64), np.array([0, int(start[-1]) + 1]))
    assert len(shared_out(who, start)[0]) > 2
    assert np.array_equal(cut, whole)
    expected = degree.sum() * 0.5 * np.mean([0.5, 0.2, 0.08, 0.03])
    assert abs(len(whole) - expected) < 4 * np.sqrt(expected)


@pytest.mark.parametrize("hub", [0, 3, 6])
def test_whole_rows_lie_in_one_share_each_and_room_holds_them_all(hub: int) -> None:
    degree = np.full(7, 12_000)
    degree[hub] = 300_000
    start = np.concatenate([[0], np.cumsum(degree)])
    who = np.arange(7)
    bound, room = whole_rows(who, start, *shared_out(who, start))
    assert bound[0] == 0
    assert bound[-1] == 7
    assert (np.diff(bound) >= 0).all()
    assert np.diff(bound).max() < 7
    for c in range(len(bound) - 1):
        assert room[c] == start[bound[c]]
        assert degree[bound[c] : bound[c + 1]].sum() <= room[c + 1] - room[c]
