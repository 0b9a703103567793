"""The families of things that a scenario names by ``kind``, looked up without loading the others.

Each family has one explicit table (kind -> ``module:Class``) that its own room keeps. Reading a
scenario imports only the modules of the kinds it names. Strategies of outside packages come
through the entry-point group ``guanxi.strategies`` and are asked for only when the table is silent.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points

from sim.core.errors import Problem, ScenarioError, reason_of
from sim.core.params import Params
from sim.text.message import Message

NETWORK = "network"
STRATEGIES = "strategies"
SHOCKS = "shocks"

_TABLES = {
    NETWORK: "sim.world.networks.table:NETWORKS",
    STRATEGIES: "sim.strategies.table:STRATEGIES",
    SHOCKS: "sim.scenario.shocks:SHOCKS",
}
_MECHANISMS = "sim.mechanisms.params:MechanismsSpec"
_GROUPS = {STRATEGIES: "guanxi.strategies"}

DEFAULT_KIND = {NETWORK: "dunbar"}
"""Kind that is meant when a mapping of the family names none."""


def load_object(target: str) -> object:
    """Return the object of ``module:name``."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def mechanisms_class() -> type[Params]:
    """Return the class that holds the parameters of all mechanisms."""
    found = load_object(_MECHANISMS)
    if not (isinstance(found, type) and issubclass(found, Params)):
        raise TypeError(f"{_MECHANISMS} is not a class of parameters")
    return found


@functools.cache
def table(family: str) -> Mapping[str, str]:
    """Return the built-in kinds of a family."""
    found = load_object(_TABLES[family])
    if not isinstance(found, Mapping):
        raise TypeError(f"{_TABLES[family]} is not a table of kinds")
    return found


@functools.cache
def _outside(family: str) -> dict[str, EntryPoint]:
    """Return kinds that other packages add; a built-in kind is never replaced."""
    group = _GROUPS.get(family)
    return {e.name: e for e in entry_points(group=group) if e.name not in table(family)} if group else {}


def kinds(family: str) -> list[str]:
    """Return every kind of a family, built-in ones first."""
    return [*table(family), *sorted(_outside(family))]


def params_class(family: str, kind: str) -> type[Params] | None:
    """Return the parameter class of a kind, or None if there is no such kind.

    Raises
    ------
    ScenarioError
        If an outside package cannot be loaded or does not offer a parameter class.
    """
    if kind in table(family):
        found = load_object(table(family)[kind])
    elif kind in _outside(family):
        found = _load_outside(family, kind)
    else:
        return None
    if not (isinstance(found, type) and issubclass(found, Params)):
        raise ScenarioError(Problem(Message("scenario.no_params", kind=kind, family=family)))
    return found


def _load_outside(family: str, kind: str) -> object:
    """Import what an outside package registered."""
    entry = _outside(family)[kind]
    try:
        return entry.load()
    except Exception as error:  # whatever an outside package does must not look like our defect
        package = entry.dist.name if entry.dist else "?"
        raise ScenarioError(Problem(Message(
            "scenario.not_loaded", family=family, kind=kind, package=package, place=entry.value, error=reason_of(error),
        ))) from error
