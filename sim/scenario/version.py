"""The version of the scenario language, and how files of older versions are read.

A file says ``schema: 1``; nothing means the newest. A change of the language that would make an
older file wrong or mean something else raises `NEWEST` and adds one line to `MIGRATIONS`: a
function that rewrites the tree of a file from that version to the next. Each file of an
``extends`` chain is brought up to date by itself, before merging.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.core.errors import ScenarioError
from sim.scenario.nodes import Node
from sim.text.message import Message

NEWEST = 1

Migration = Callable[[Node], None]

MIGRATIONS: dict[int, Migration] = {}
"""Version -> function that turns a tree of that version into one of the next, in place."""


def bring_up_to_date(tree: Node, newest: int = NEWEST, migrations: dict[int, Migration] | None = None) -> Node:
    """Return the tree in the newest version of the language.

    Raises
    ------
    ScenarioError
        If ``schema`` is not a version this program knows.
    """
    rules = MIGRATIONS if migrations is None else migrations
    stated = tree.get("schema")
    if stated is None:
        return tree
    version = stated.value
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        message = Message("scenario.schema", newest=newest)
        raise ScenarioError(stated.place.problem(message, ("schema",), version))
    if version > newest:
        message = Message("scenario.newer_schema", version=version, newest=newest)
        raise ScenarioError(stated.place.problem(message, ("schema",), version))
    for step in range(version, newest):
        rules[step](tree)
    stated.value = newest
    return tree
