"""The works that equations, parameters and claims rest on, by key such as ``Fader2005``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from sim.text.catalogue import read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Reference:
    """One work.

    Parameters
    ----------
    key : str
        Author and year, as written in docstrings and in parameters' sources.
    text : str
        The full reference.
    doi : str
        Digital object identifier; empty where it is not certain.
    """

    key: str
    text: str
    doi: str = ""

    def full(self) -> str:
        """Return the reference with its DOI."""
        return f"{self.text} doi:{self.doi}" if self.doi else self.text


@cache
def references() -> Mapping[str, Reference]:
    """Return all works by key."""
    return MappingProxyType({key: Reference(key, **entry) for key, entry in read_toml("bibliography").items()})
