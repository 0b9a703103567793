"""Tiers of resellers, and the terms on which more of them are sought: parameters of `dual_rebate`."""

from __future__ import annotations

from sim.core.kernel import Array, kernel
from sim.core.params import ASSUMPTION, Fen, Params, Share, param


class TierParams(Params):
    """One tier of resellers."""

    name: str = param("agent", source="scenario", doc="Name of the tier", zh="级别名称", max_length=40)
    price_share: Share = param(0.65, source="domain row 67", low=0.25, high=0.7, gt=0,
                               doc="What they pay for a unit, as a share of the list price", zh="拿货折扣")
    units: int = param(0, source="scenario", ge=0, le=1_000_000, doc="Units ordered in all at which one rises to it",
                       zh="升级累计件数")
    recruits: int = param(0, source="scenario", ge=0, le=1_000_000,
                          doc="Or recruits brought; 0: recruits alone do not count", zh="升级直推人数")


TIERS = (TierParams(name="entry", price_share=0.65), TierParams(name="level one", price_share=0.5, units=60),
         TierParams(name="general", price_share=0.4, units=300))


class RecruitParams(Params):
    """How recruits are sought, what they are shown, and what entering costs besides goods."""

    push: Share = param(1.0, source="scenario", doc="Share of days on which a reseller is pushed to bring somebody",
                        zh="招募动员频率")
    survivor_bias: Share = param(0.5, source="domain 4.8", low=0, high=1,
                                 doc="Weight of the best income in what is shown (b)", zh="幸存者偏差")
    exaggeration: float = param(1.0, source="scenario", ge=0, le=100, doc="Income shown over income had", zh="收入夸大倍数")
    visible: int = param(3, source=ASSUMPTION, low=1, high=6, ge=0, le=12, doc="Uplines whose income is shown",
                         zh="可见上线层数")
    entry_fee: Fen = param(0, source="scenario", unit="fen", doc="Fee for entering that buys no goods; unlawful in China",
                           zh="入门费")


@kernel()
def earned_tiers(tier: Array, units: Array, recruits: Array, here: Array, least_units: Array, least_recruits: Array,
                 row: Array, to: Array) -> int:
    """List who has earned a higher tier, the highest there is, and which; nobody falls. Returns how many they are.

    tier, units, recruits, here: (R,), ordered and brought so far; least_units, least_recruits: (tiers,), what a tier
    takes, 0 for what does not count; row, to: (R,), written.
    """
    n = 0
    for r in range(len(tier)):
        earned = tier[r]
        for k in range(1, len(least_units)):
            if (0 < least_units[k] <= units[r]) or (0 < least_recruits[k] <= recruits[r]):
                earned = max(earned, k)
        if here[r] and earned > tier[r]:
            row[n], to[n] = r, earned
            n += 1
    return n
