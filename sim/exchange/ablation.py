"""The one ablation that a strategy declares: the mechanism it says it lives on, and how to switch it off.

A comparison plays each strategy a few times more without it, on the same luck, so that a page may
name a cause that was shown and not one that is merely plausible.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DeclaredAblation:
    """A mechanism to switch off.

    Parameters
    ----------
    mechanism : str
        Name for tables.
    zh, en : str
        Words that complete "with ... switched off".
    settings : tuple of (str, value)
        Dotted paths of the scenario (``mechanisms.word_of_mouth.enabled``) and their values without it.
    """

    mechanism: str
    zh: str
    en: str
    settings: tuple[tuple[str, float | bool | str], ...]
