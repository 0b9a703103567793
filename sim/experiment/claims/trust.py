"""Claims about trust, circles and promises: 1, 2, 3."""

from __future__ import annotations

import math

from sim.experiment.claims.claim import Arm, Claim, Part, against

_HOMOPHILY = "network.homophily"
_TALKERS = "brand.seed_customers=300"
"""Three times the shipped number of first customers, so that a run holds some hundred orders along ties."""
_TIE_TRUST = ("network.trust=[0.6, 0.45, 0.25, 0.05]", "network.trust=[0.95, 0.85, 0.65, 0.45]")
"""Every layer's mean trust .2 below and above domain 4.1 (at most .95)."""
_HONEST = ("strategies.paid_ads.daily_budget=48 CNY",)
"""The shipped budget (240 CNY for 20,000 people) for 4,000: there are strangers to promise to, and members to disappoint."""
_EXAGGERATED = "brand.product.claimed_quality=0.936"
"""Claims 30 % above the true quality of .72: the middle of the range of exaggeration in domain 4.4 (0 to .6)."""

CIRCLES = Claim(1, (
    # The first customers have the need, and talk; the same words reach friends of the same needs (a circle) or
    # friends of any (broad). Equal exposures: orders a talk. Off: whether one needs the product no longer matters.
    Part("a", "buyers_per_talk", against(Arm("base", (_TALKERS,)), Arm("base", (_TALKERS, f"{_HOMOPHILY}=0"))),
         relative=True,
         off=("mechanisms.choice.impulse=1", "mechanisms.choice.impulse_in_use=1", "mechanisms.choice.b_need=0"),
         rests_on=("network.candidates", "mechanisms.choice.impulse")),
))


def _trusting(*settings: str) -> Arm:
    return Arm("community", (_TALKERS, *settings))


TRUST = Claim(2, (
    # Monotone: orders a talk, from little trust in one's ties to the middle, and from the middle to much.
    Part("a", "buyers_per_talk", against(_trusting(), _trusting(_TIE_TRUST[0])), relative=True,
         off=("mechanisms.choice.b_trust=0", "mechanisms.word_of_mouth.shift=0", "mechanisms.belief.talk_precision=0"),
         rests_on=("mechanisms.choice.b_trust",)),
    Part("b", "buyers_per_talk", against(_trusting(_TIE_TRUST[1]), _trusting()), relative=True,
         off=("mechanisms.choice.b_trust=0", "mechanisms.word_of_mouth.shift=0", "mechanisms.belief.talk_precision=0"),
         rests_on=("mechanisms.choice.b_trust",)),
    # Collapse: less than half of the sales without the term. Off: where nobody trusts, it has nothing to weigh.
    Part("c", "gmv_fen", against(Arm("community"), Arm("community", ("mechanisms.choice.b_trust=0",))), relative=True,
         margin=math.log(2.0),
         off=("network.trust=[0.01, 0.01, 0.01, 0.01]", "strategies.community.member_trust=0", "population.brand_trust=0",
              "mechanisms.experience.moves_trust=false", "mechanisms.attention.trust_gain_value=0"),
         rests_on=("population.brand_trust", "mechanisms.choice.doors.memory")),
))


def _promise(*settings: str) -> Arm:
    return Arm("community_and_ads", (*_HONEST, *settings))


EXAGGERATION = Claim(3, (
    # Pays once: profit of the first month. Off: nobody learns from claims.
    Part("a", "profit_of_a_month", against(_promise(_EXAGGERATED), _promise()), off=("mechanisms.belief.mode=off",),
         rests_on=("mechanisms.belief.claim_precision", "mechanisms.choice.b_quality")),
    # Then kills: profit of a year. Off: disappointment moves neither trust nor talk.
    Part("b", "profit_fen", against(_promise(_EXAGGERATED), _promise()), direction=-1,
         off=("mechanisms.experience.moves_trust=false", "mechanisms.word_of_mouth.enabled=false"),
         rests_on=("mechanisms.belief.claim_precision", "mechanisms.choice.b_quality")),
), days=365)

CLAIMS = (CIRCLES, TRUST, EXAGGERATION)
