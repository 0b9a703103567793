"""A study as its page, its lines for the terminal and its sentences, whichever of the three it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.records.attribution import AttributionRecord
from sim.records.sensitivity import SensitivityRecord
from sim.report import attribution, optimisation, sensitivity
from sim.report.study import WIDTH

if TYPE_CHECKING:
    from sim.records.study_store import Study
    from sim.text.catalogue import Lang


def render(record: Study, lang: Lang = "zh") -> str:
    """Return the page as text."""
    from sim.report.attribution_page import render_attribution
    from sim.report.optimisation_page import render_optimisation
    from sim.report.sensitivity_page import render_sensitivity

    if isinstance(record, AttributionRecord):
        return render_attribution(record, lang)
    return render_sensitivity(record, lang) if isinstance(record, SensitivityRecord) else render_optimisation(record, lang)


def terminal(record: Study, lang: Lang, width: int = WIDTH) -> str:
    """Return the table and the sentences as lines of at most `width` cells."""
    if isinstance(record, AttributionRecord):
        return attribution.terminal_attribution(record, lang, width)
    if isinstance(record, SensitivityRecord):
        return sensitivity.terminal_sensitivity(record, lang, width)
    return optimisation.terminal_optimisation(record, lang, width)


def said(record: Study, lang: Lang) -> list[str]:
    """Return the answer in sentences."""
    if isinstance(record, AttributionRecord):
        return attribution.said(record, lang)
    return sensitivity.said(record, lang) if isinstance(record, SensitivityRecord) else optimisation.said(record, lang)


def title_of(record: Study, lang: Lang) -> str:
    """Return the scenario's title."""
    return record.title.get(lang) or record.scenario
