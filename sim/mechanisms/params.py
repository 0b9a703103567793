"""All mechanisms' parameters under one roof: the `mechanisms:` section of a scenario."""

from __future__ import annotations

from sim.core.params import Params
from sim.mechanisms.attention import AttentionParams
from sim.mechanisms.audience import AudienceParams
from sim.mechanisms.belief import BeliefParams
from sim.mechanisms.choice import ChoiceParams
from sim.mechanisms.detection import DetectionParams
from sim.mechanisms.enforcement import EnforcementParams
from sim.mechanisms.experience import ExperienceParams
from sim.mechanisms.fees import FeesParams
from sim.mechanisms.fulfilment import FulfilmentParams
from sim.mechanisms.heat import HeatParams
from sim.mechanisms.inquiry import InquiryParams
from sim.mechanisms.recruiting import RecruitingParams
from sim.mechanisms.repurchase import RepurchaseParams
from sim.mechanisms.word_of_mouth import WordOfMouthParams


class MechanismsSpec(Params):
    """How people respond; each part can be switched off or reduced."""

    attention: AttentionParams = AttentionParams()
    belief: BeliefParams = BeliefParams()
    choice: ChoiceParams = ChoiceParams()
    fulfilment: FulfilmentParams = FulfilmentParams()
    experience: ExperienceParams = ExperienceParams()
    word_of_mouth: WordOfMouthParams = WordOfMouthParams()
    repurchase: RepurchaseParams = RepurchaseParams()
    inquiry: InquiryParams = InquiryParams()
    recruiting: RecruitingParams = RecruitingParams()
    audience: AudienceParams = AudienceParams()
    detection: DetectionParams = DetectionParams()
    fees: FeesParams = FeesParams()
    heat: HeatParams = HeatParams()
    enforcement: EnforcementParams = EnforcementParams()
