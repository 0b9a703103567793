"""Words of a sweep's page, bound to one language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.report.sweep_axes import CATALOGUE
from sim.text.catalogue import load, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.text.catalogue import Lang


class SweepWords:
    """The catalogue ``sweep_page`` in one language.

    Parameters
    ----------
    lang : {'zh', 'en'}
    """

    def __init__(self, lang: Lang) -> None:
        self.lang: Lang = lang

    def __call__(self, key: str, **values: object) -> str:
        """Return one message."""
        return say(CATALOGUE, key, self.lang, **values)

    def known(self, key: str, otherwise: str) -> str:
        """Return a message, or another text where the catalogue lacks it."""
        return self(key) if key in load(CATALOGUE) else otherwise

    def listed(self, names: Sequence[str]) -> str:
        """Return names as a list in words."""
        return say("page", "reading.list_join", self.lang).join(names)
