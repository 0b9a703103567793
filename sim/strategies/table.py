"""The strategies by kind. Adding one takes its own file and one line here."""

from __future__ import annotations

STRATEGIES: dict[str, str] = {
    "community": "sim.strategies.community:CommunityParams",
    "influencer": "sim.strategies.influencer:InfluencerParams",
    "direct_sales": "sim.strategies.direct_sales:DirectSalesParams",
    "dual_rebate": "sim.strategies.dual_rebate:DualRebateParams",
    "paid_ads": "sim.strategies.paid_ads:PaidAdsParams",
}
"""Kind -> ``module:Class``; outside packages add theirs by the entry-point group ``guanxi.strategies``."""
