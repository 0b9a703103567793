"""What stands in a manifest, by type: a folder from elsewhere may say anything.

Only what is read later is checked; further keys are left alone, so that adding one needs no new schema.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.core.errors import DataError, value_problem
from sim.text.message import Message

Number = Annotated[float, Field(allow_inf_nan=False)]


class Shape(BaseModel):
    """Base: exact types, further keys let through."""

    model_config = ConfigDict(strict=True)


class Title(Shape):
    """A title in both languages."""

    zh: str
    en: str


class Question(Shape):
    """What the comparison asks."""

    product: str = ""
    product_zh: str = ""
    category: str = ""
    price_fen: int = 0
    cash_fen: int = 0
    people: int = 0
    days: int = 0


class Apart(Shape):
    """A run that failed for good."""

    strategy: str
    replication: int
    seed: int
    reason: str
    attempts: int


class Switched(Shape):
    """What switching one mechanism off showed, as `Ablation` has it."""

    strategy: str
    mechanism: str
    label: dict[str, str]
    outcome: str
    with_it: Number
    without_it: Number
    low: Number
    high: Number


class Out(Shape):
    """A strategy that a selection dropped, as `Dropped` has it."""

    strategy: str
    by: str
    replications: int
    gap: Number


class Selected(Shape):
    """How the best was selected, as `Selection` has it."""

    outcome: str
    best: str
    ended: Literal["separated", "tied", "budget", "undefined"]
    confidence: Number
    zone: Number
    first: int
    budget: int
    runs: int
    equal: int
    unpaired: int
    left: list[str]
    dropped: list[Out]


class ComparisonHead(Shape):
    """The manifest of a comparison."""

    strategies: Annotated[list[str], Field(min_length=1)]
    titles: dict[str, Title]
    question: Question
    seed: int
    reference: str
    version: str
    command: str
    timings: dict[str, Number]
    complete: bool
    failures: list[Apart]
    ablations: list[Switched] = []
    selection: Selected | None = None
    rows: dict[str, int]


class RunHead(Shape):
    """The manifest of one run."""

    strategy: str
    title: Title
    seed: int
    replication: int
    days: Annotated[int, Field(ge=1)]
    n_people: Annotated[int, Field(ge=1)]
    facts: dict[str, Number | None]
    summary: dict[str, Number | None]
    price_split: dict[str, Number]
    events: list[tuple[int, str, str]]
    timings: dict[str, Number]
    memory: dict[str, Number] = {}
    rows: dict[str, int]


def require_shape(shape: type[Shape], found: dict[str, Any], where: object) -> None:
    """Refuse a manifest that lacks a key or holds another type than was written.

    Parameters
    ----------
    shape : type
        `ComparisonHead` or `RunHead`.
    found : dict
        The manifest as JSON gives it.
    where : Path
        Its folder, for the message.

    Raises
    ------
    DataError
        Naming the first key that is wrong.
    """
    try:
        shape.model_validate_json(json.dumps(found))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        what = value_problem(dict(first))
        raise DataError(Message("records.garbled_place", folder=where, place=place, what=what)) from None
