"""The page of a sweep."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.records.sweep import SweepRecord
    from sim.text.catalogue import Lang


def page(record: SweepRecord, lang: Lang) -> str:
    """Return the page."""
    return f"<!doctype html><title>{escape(record.titles[lang])}</title>"
