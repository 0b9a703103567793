"""Words of the page, bound to one language: `Words("zh")("strip.profit")`."""

from __future__ import annotations

from collections.abc import Sequence

from sim.records.comparison import Comparison
from sim.records.outcomes import DAILY, SUMMARY
from sim.report.numbers import show
from sim.text.catalogue import Lang, load, say

CATALOGUE = "page"


class Words:
    """The catalogue ``page`` in one language.

    Parameters
    ----------
    lang : {'zh', 'en'}
    """

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang

    def __call__(self, key: str, **values: object) -> str:
        """Return one message."""
        return say(CATALOGUE, key, self.lang, **values)

    def title(self, comparison: Comparison, strategy: str) -> str:
        """Return a strategy's title."""
        return title_of(comparison, strategy, self.lang)

    def outcome(self, name: str) -> str:
        """Return the label of a summary outcome or daily series."""
        declared = SUMMARY.get(name) or DAILY[name]
        return declared.zh if self.lang == "zh" else declared.en

    def value(self, amount: float, outcome: str) -> str:
        """Return a value with the unit that its outcome declares."""
        declared = SUMMARY.get(outcome) or DAILY[outcome]
        return show(amount, declared.unit, self.lang)

    def purpose(self, name: str) -> str:
        """Return the words for a line of the statement; an unknown one keeps its name."""
        key = f"purpose.{name}"
        return self(key) if key in load(CATALOGUE) else name.replace("_", " ")

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list in words."""
        return self("reading.list_join").join(names)


def title_of(comparison: Comparison, strategy: str, lang: Lang) -> str:
    """Return a strategy's title; its name where the file gave none in this language."""
    return comparison.titles.get(strategy, {}).get(lang) or strategy
