"""Claims about influencers: 29 the flash."""

from __future__ import annotations

from sim.experiment.claims.claim import SHIPPED_PEOPLE, Arm, Claim, Part, Settings, against

_ONE: Settings = ("strategies.influencer.n_kols=1", "strategies.influencer.followers_min=6000",
                  "strategies.influencer.followers_max=6000")
"""One influencer, the largest of the shipped roster, so that slots do not overlap and there are buyers to count."""


def _slots(every_days: int) -> Arm:
    return Arm("influencer", (*_ONE, f"strategies.influencer.every_days={every_days}"))


FLASH = Claim(29, (
    # A slot every 60 days: each has its three weeks to itself. Off: the post is seen as often, but evenly.
    Part("a", "flash_share", (_slots(60),), margin=0.5, off=("mechanisms.heat.mode=even",),
         rests_on=("mechanisms.heat.theta", "mechanisms.heat.burst", "mechanisms.heat.window")),
    Part("b", "buyers_per_slot", against(_slots(7), _slots(28)), relative=True, direction=-1,
         off=("mechanisms.heat.mode=even", "mechanisms.attention.fatigue_per_message=0"),
         rests_on=("mechanisms.heat.cooling", "mechanisms.attention.fatigue_per_message")),
), people=SHIPPED_PEOPLE)

CLAIMS = (FLASH,)
