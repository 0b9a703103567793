"""The checks by theme, in the order of the book. Adding one takes its declaration in the file of its theme and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.verification import (
    cascades,
    choice,
    diffusion,
    exposure,
    heat,
    influencers,
    queues,
    rebates,
    repurchase,
    risks,
    schemes,
    staff,
    trees,
    trust,
)

if TYPE_CHECKING:
    from sim.verification.check import Check

THEMES: dict[str, tuple[Check, ...]] = {
    "diffusion": diffusion.CHECKS,
    "cascades": cascades.CHECKS,
    "trust": trust.CHECKS,
    "exposure": exposure.CHECKS,
    "heat": heat.CHECKS,
    "choice": choice.CHECKS,
    "repurchase": repurchase.CHECKS,
    "trees": trees.CHECKS,
    "schemes": (*schemes.CHECKS, *rebates.CHECKS),
    "queues": queues.CHECKS,
    "staff": staff.CHECKS,
    "influencers": influencers.CHECKS,
    "risks": risks.CHECKS,
}
