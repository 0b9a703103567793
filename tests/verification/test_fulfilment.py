"""The ends of queues: no staff and ample staff; waits, losses and deals stand in the book, see `test_book.py`."""

from __future__ import annotations

from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Chats, Feed, Terms


def test_no_staff_answers_nobody_and_ample_staff_everybody() -> None:
    people = 400
    for servers, answered in ((0, 0), (people, people)):
        chats = Chats(offers=(Terms(queue=0),), feeds=(Feed(followers=people),), servers=(servers,))
        spec = quiet(people, 1, [chats], attention={"mode": "all"}, repurchase={"mode": "always"})
        ((_, day),) = days_of(spec)
        assert abs(len(day.events.ordered) - answered) <= (0 if servers == 0 else 2)
