"""The memory of a world: what a person and a tie cost, and which scratch is shared."""

from __future__ import annotations

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.model.state import start
from sim.scenario.spec import ScenarioSpec
from sim.world.audiences import NO_ROW, Audiences
from sim.world.state import Scratch, World, build_scratch

PEOPLE, DAYS = 2_000, 30
A_PERSON, A_TIE = 128, 9
"""The budgets, in bytes."""


def world_of(products: int) -> World:
    brand = {"products": [{"name": f"product {k}"} for k in range(products)]}
    spec = ScenarioSpec.model_validate({"people": PEOPLE, "days": DAYS, "brand": brand, "strategies": [],
                                        "network": {"kind": "dunbar", "ties_per_person": 20}})
    return start(spec, 0).world


def bytes_of(*parts: Any) -> int:
    """Sum the memory of all arrays of some dataclasses; what several names share counts once."""
    held: dict[int, int] = {}
    for part in parts:
        for column in fields(part):
            array = getattr(part, column.name)
            place = array.__array_interface__["data"][0]
            held[place] = max(held.get(place, 0), array.nbytes)
    return sum(held.values())


def a_person(world: World) -> float:
    heads = sum(agenda.head.nbytes for agenda in world.agendas)
    return (bytes_of(world.people, world.scratch, *world.agendas) - heads) / PEOPLE


def test_a_person_with_one_product_keeps_to_the_budget() -> None:
    assert a_person(world_of(1)) <= A_PERSON - 4, "four bytes are kept for the seller a person remembers"


def test_a_second_product_costs_less_than_another_person() -> None:
    one, two = (a_person(world_of(products)) for products in (1, 2))
    assert 0 < two - one < one


def test_a_tie_keeps_to_its_budget() -> None:
    ties = world_of(1).ties
    assert ties.n_ties > 10 * PEOPLE
    assert bytes_of(ties) / ties.n_ties <= A_TIE


def test_scratch_that_is_never_in_use_together_is_shared_and_begins_clean() -> None:
    scratch = build_scratch(5, 3)
    together = [("sums", "load", "precision"), ("best", "score", "message"), ("people_list", "winner")]
    for names in together:
        assert all(np.shares_memory(getattr(scratch, names[0]), getattr(scratch, name)) for name in names)
    alone = [names[0] for names in together] + ["mark", "product_of"]
    assert {f.name for f in fields(Scratch)} == set(alone).union(*together)
    for k, name in enumerate(alone):
        assert not any(np.shares_memory(getattr(scratch, name), getattr(scratch, other)) for other in alone[:k])
    for column in fields(scratch):
        assert (getattr(scratch, column.name) == (-1 if column.name == "product_of" else 0)).all()


class Many(SimpleNamespace):
    """Channels as far as joining reads them."""

    def __len__(self) -> int:
        return len(self.owner)


@pytest.mark.parametrize("channel", [32_767, 32_768, 640_000])
def test_memberships_name_any_channel(channel: int) -> None:
    """Thirty-two strategies of 20,000 groups each are allowed."""
    audiences, many = Audiences(np.full((PEOPLE, 1), NO_ROW, np.int32)), channel + 1
    channels: Any = Many(owner=np.zeros(many, np.int64), owned=np.ones(many, np.bool_), capacity=np.ones(many, np.int64),
                         trust=np.full(many, 0.5), members=np.zeros(many, np.int64))
    admitted, row = audiences.admit(np.array([3]), np.array([channel]), np.array([0]), channels, 0)
    assert admitted.tolist() == [0]
    assert audiences.channel[row].tolist() == [channel]
    assert channels.members[channel] == 1
