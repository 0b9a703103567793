"""What may befall a market on a given day: the shocks of a scenario.

A shock is a part of the market, so it hits every compared strategy alike; what it does to each is a
result. The model applies them first thing in the day.
"""

from __future__ import annotations

from typing import Literal

from sim.core.params import ASSUMPTION, Params, Share, param

SHOCKS: dict[str, str] = {
    "account_ban": "sim.scenario.shocks:AccountBan",
}
"""Kind -> ``module:Class``."""


class AccountBan(Params):
    """The platform closes a share of the sellers' accounts overnight."""

    kind: Literal["account_ban"] = param("account_ban", source="design 7", doc="Kind of shock", zh="冲击类型")
    day: int = param(..., source="scenario", doc="Day on which it happens, counted from 0", zh="发生日", unit="days",
                     ge=0, le=30_000)
    share: Share = param(0.5, source=ASSUMPTION, low=0.1, high=0.9, doc="Share of accounts closed", zh="封号比例")
