"""The agenda: everybody is on one day, is found there, and can be moved."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.agenda import build_agenda, move, take

DAYS, PEOPLE = 6, 12


@given(start=st.lists(st.integers(0, 9), min_size=PEOPLE, max_size=PEOPLE),
       moves=st.lists(st.tuples(st.integers(0, PEOPLE - 1), st.integers(0, 9)), max_size=30))
@settings(max_examples=60, deadline=None)
def test_every_day_holds_exactly_those_who_were_put_there(start, moves):
    agenda = build_agenda(np.array(start, dtype=np.int16), DAYS)
    where = list(start)
    for person, to in moves:
        move(agenda.head, agenda.following, agenda.preceding, agenda.day, person, to)
        where[person] = to
    scratch = np.zeros(PEOPLE, np.int32)
    for day in range(DAYS):
        expected = [p for p, d in enumerate(where) if d == day]
        assert take(agenda, day, scratch).tolist() == expected
        assert len(take(agenda, day, scratch)) == 0, "who has been taken is on no day"


def test_who_was_taken_can_be_put_on_a_later_day():
    agenda = build_agenda(np.array([0, 0, 1], dtype=np.int16), 3)
    scratch = np.zeros(3, np.int32)
    assert take(agenda, 0, scratch).tolist() == [0, 1]
    move(agenda.head, agenda.following, agenda.preceding, agenda.day, 1, 2)
    assert take(agenda, 1, scratch).tolist() == [2]
    assert take(agenda, 2, scratch).tolist() == [1]
