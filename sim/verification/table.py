"""The checks by theme, in the order of the book. Adding one takes its declaration in the file of its theme and its words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.verification import diffusion

if TYPE_CHECKING:
    from sim.verification.check import Check

THEMES: dict[str, tuple[Check, ...]] = {
    "diffusion": diffusion.CHECKS,
}
