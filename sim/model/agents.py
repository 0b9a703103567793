"""Array-backed agent sets: what people know of Mesa's `AgentSet`, at a million people.

Nobody is an object. A set holds the rows of the people it means and answers `select`, `get`, `set`,
`agg`, `groupby`, `do` and `map` from the columns; a view of one person is made only on iteration.
A reporter that is a column's name reads the whole column at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.model.mesa_model import SocialCommerceModel

Rows = NDArray[np.int64]


class Person:
    """A view of one row; attributes are the columns, read and written in place."""

    __slots__ = ("model", "row")

    def __init__(self, model: SocialCommerceModel, row: int) -> None:
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "row", row)

    @property
    def unique_id(self) -> int:
        """The person's uid."""
        return int(self.model.column("uid")[self.row])

    def __getattr__(self, name: str) -> Any:
        value = self.model.column(name)[self.row]
        return value.item() if np.ndim(value) == 0 else value

    def __setattr__(self, name: str, value: Any) -> None:
        self.model.column(name)[self.row] = value


class Buyer(Person):
    """Anybody: a person who may see, talk, buy."""


class Reseller(Person):
    """A person in the resellers' table (代理)."""


class Influencer(Person):
    """A person with the role of an influencer (KOL)."""


class PeopleSet:
    """People as rows of columns; the order of rows is the order of the set.

    Parameters
    ----------
    model : SocialCommerceModel
    kind : type
        Class of the views made on iteration.
    rows : int64 (n,)
        Rows of people.
    """

    def __init__(self, model: SocialCommerceModel, kind: type[Person], rows: Rows) -> None:
        self.model, self.kind, self.rows = model, kind, rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Person]:
        return (self.kind(self.model, int(row)) for row in self.rows)

    def __getitem__(self, position: int | slice) -> Person | PeopleSet:
        if isinstance(position, slice):
            return PeopleSet(self.model, self.kind, self.rows[position])
        return self.kind(self.model, int(self.rows[position]))

    def __contains__(self, agent: object) -> bool:
        return isinstance(agent, Person) and bool((self.rows == agent.row).any())

    def select(self, where: Callable[[Any], bool] | NDArray[np.bool_] | str | None = None,
               at_most: float = float("inf")) -> PeopleSet:
        """Return the people for whom `where` holds.

        Parameters
        ----------
        where : bool (n,), str, or callable
            A mask over this set (fast), the name of a column that is not zero (fast), or a function
            of one view (slow: it makes a view a person).
        at_most : float
            Most people to return; below 1 a share of the set.
        """
        if where is None:
            mask = np.ones(len(self), np.bool_)
        elif isinstance(where, str):
            mask = np.asarray(self.get(where) != 0)
        elif callable(where):
            mask = np.fromiter((bool(where(person)) for person in self), np.bool_, len(self))
        else:
            mask = np.asarray(where, np.bool_)
        rows = self.rows[mask]
        limit = int(at_most * len(self)) if at_most < 1 else min(len(rows), at_most)
        return PeopleSet(self.model, self.kind, rows[: int(limit)])

    def get(self, names: str | list[str]) -> Any:
        """Return a column of the set, or a list of columns, as arrays."""
        if isinstance(names, str):
            return self.model.column(names)[self.rows]
        return [self.get(name) for name in names]

    def set(self, name: str, value: Any) -> PeopleSet:
        """Write a value, or one value a person, into a column."""
        self.model.column(name)[self.rows] = value
        return self

    def agg(self, name: str, func: Callable[[Any], Any] | list[Callable[[Any], Any]]) -> Any:
        """Return `func` of a column, or a list of results for a list of functions."""
        values = self.get(name)
        return [f(values) for f in func] if isinstance(func, list) else func(values)

    def groupby(self, name: str) -> dict[Any, PeopleSet]:
        """Return one set for each value of a column."""
        values = self.get(name)
        return {v.item(): PeopleSet(self.model, self.kind, self.rows[values == v]) for v in np.unique(values)}

    def map(self, func: Callable[[Any], Any]) -> list[Any]:
        """Return `func` of every view (slow: it makes a view a person)."""
        return [func(person) for person in self]

    def do(self, func: Callable[[Any], Any]) -> PeopleSet:
        """Call `func` with every view, in order (slow)."""
        for person in self:
            func(person)
        return self

    def sort(self, name: str, *, ascending: bool = False) -> PeopleSet:
        """Return the set ordered by a column, ties by uid."""
        values = self.get(name)
        turn = np.lexsort((self.get("uid"), values if ascending else -values.astype(np.float64)))
        return PeopleSet(self.model, self.kind, self.rows[turn])

    def count(self, agent: object) -> int:
        """Return 1 if the person belongs to the set, else 0."""
        return int(agent in self)
