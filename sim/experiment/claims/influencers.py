"""Claims about influencers: 29 the flash, 46 live selling that settles in a private domain."""

from __future__ import annotations

from sim.experiment.claims.claim import Arm, Claim, Part, Settings, against

_ONE: Settings = ("strategies.influencer.n_kols=1", "strategies.influencer.followers_min=1500",
                  "strategies.influencer.followers_max=1500")
"""One influencer whom a third of the people follow, so that slots do not overlap and buyers can be counted."""
_SMALL: Settings = ("strategies.influencer.followers_min=60", "strategies.influencer.followers_max=1200")
"""The shipped roster (for 20,000 people) for 4,000."""


def _slots(every_days: int) -> Arm:
    return Arm("influencer", (*_ONE, f"strategies.influencer.every_days={every_days}"))


FLASH = Claim(29, (
    # A slot every 60 days: each has its three weeks to itself.
    Part("a", "flash_share", (_slots(60),), margin=0.5, off=("mechanisms.heat.mode=even",),
         rests_on=("mechanisms.heat.theta", "mechanisms.heat.burst", "mechanisms.heat.window")),
    Part("b", "buyers_per_slot", against(_slots(7), _slots(28)), relative=True, direction=-1,
         off=("mechanisms.heat.mode=even", "mechanisms.attention.fatigue_per_message=0"),
         rests_on=("mechanisms.heat.cooling", "mechanisms.attention.fatigue_per_message")),
))

_SUM = (Arm("live_to_private", _SMALL), Arm("influencer", _SMALL, -1.0), Arm("community", (), -1.0), Arm("base"))
"""Both - live - private + nothing: what fixed costs and the customers one starts with bring counts once on each side."""

SETTLING = Claim(46, (
    Part("a", "profit_fen", _SUM,
         off=("mechanisms.recruiting.buyer_joins=0", "mechanisms.recruiting.join_base=-50"),
         rests_on=("mechanisms.recruiting.buyer_joins", "mechanisms.repurchase.memory")),
    Part("b", "profit_fen", _SUM, off=("brand.product.uses_days=3650",), off_rule="smaller",
         rests_on=("mechanisms.recruiting.buyer_joins", "mechanisms.repurchase.memory")),
    Part("c", "profit_fen", _SUM, off=("mechanisms.heat.mode=even",), off_rule="smaller",
         rests_on=("mechanisms.recruiting.buyer_joins", "mechanisms.repurchase.memory")),
))

CLAIMS = (FLASH, SETTLING)
