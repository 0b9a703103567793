"""Small kinds of network and strategy, so that the scenario room is tested without the others' parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sim.core.params import ASSUMPTION, Days, Fen, Params, Share, param
from sim.scenario import kinds

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


class MixParams(Params):
    useful: Share = param(0.5, source="scenario", doc="Useful content", zh="有用")
    profitable: Share = param(0.5, source="scenario", doc="Selling content", zh="有利")


class ClubParams(Params):
    """A club of people who know each other."""

    kind: Literal["club"] = param("club", source="scenario", doc="Kind of strategy")
    id: str = param("club", source="scenario", doc="Name in paths")
    brand: int = param(0, source="scenario", ge=0, doc="Brand that runs it")
    groups: int = param(20, source="market 1", ge=1, le=1000, doc="Groups kept", zh="群数")
    fee: Fen = param(1_250, source=ASSUMPTION, low=500, high=2000, unit="fen", doc="Entry fee", zh="入会费")
    prizes: tuple[Fen, ...] = param((100, 250), source="scenario", unit="fen", doc="Prizes", zh="奖金")
    span: Days = param(7.0, source=ASSUMPTION, low=3, high=14, unit="days", doc="Rhythm", zh="节奏")
    loud: bool = param(False, source="scenario", doc="Whether it shouts")
    limit: int | None = param(None, source="scenario", doc="Most members; nothing: no limit")
    mix: MixParams = MixParams()


class StallParams(Params):
    """A stall that must be told where to stand."""

    kind: Literal["stall"] = param("stall", source="scenario", doc="Kind of strategy")
    id: str = param("stall", source="scenario", doc="Name in paths")
    street: str = param(..., source="scenario", doc="Where it stands")


class RingParams(Params):
    """Everybody knows two neighbours."""

    kind: Literal["dunbar"] = "dunbar"
    reach: int = param(2, source="scenario", ge=1, le=50, doc="Neighbours on each side")


class ListedParams(Params):
    """Ties of a file."""

    kind: Literal["listed"] = "listed"
    path: str = param(..., source="scenario", doc="File of ties")


class EarParams(Params):
    enabled: bool = param(True, source="scenario", doc="Whether people listen")
    patience: float = param(10.0, source=ASSUMPTION, low=5, high=20, ge=0, doc="How long")


class AllMechanisms(Params):
    ear: EarParams = EarParams()


class NotParams:
    """Something a package registered by mistake."""


NETWORKS = {"dunbar": f"{__name__}:RingParams", "listed": f"{__name__}:ListedParams"}
STRATEGIES = {"club": f"{__name__}:ClubParams", "stall": f"{__name__}:StallParams"}


def use_small_kinds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the small tables in the place of the real ones while a test runs."""
    monkeypatch.setitem(kinds._TABLES, kinds.NETWORK, f"{__name__}:NETWORKS")
    monkeypatch.setitem(kinds._TABLES, kinds.STRATEGIES, f"{__name__}:STRATEGIES")
    monkeypatch.setattr(kinds, "_MECHANISMS", f"{__name__}:AllMechanisms")
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    kinds.table.cache_clear()
    kinds._outside.cache_clear()
