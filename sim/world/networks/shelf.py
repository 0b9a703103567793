"""Large networks, built once and shared by every process of a machine.

A network of a million people takes a second to build and a quarter of a gigabyte to hold. Where many
runs are played, each process would build its own for every run; from a shelf it opens the columns that
the first one wrote, memory-mapped copy-on-write: what nobody changes lies in memory once.

Decision: a shelf keeps the few networks used last. Runs of one world are played one after the other, so
more would only fill the disk. A network that is taken off while somebody reads it stays readable to them.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.world.networks.network import Network

KEPT: Final = 3
"""Networks of a shelf."""
_HALF: Final = ".half"


class Shelf:
    """A folder of networks.

    Parameters
    ----------
    folder : Path
        Made when the first network is put there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def network(self, text: str, seed: int, n_people: int, build: Callable[[], Network]) -> Network:
        """Return a network from the shelf; one that is not there is built and put there.

        Parameters
        ----------
        text : str
            Its parameters as JSON, and whatever else decides what is built.
        seed : int
            World seed.
        n_people : int
            N.
        build : callable
            Builds it. The result is the same whether it was built or read.
        """
        from sim.world.networks.network import Network as Stored

        name = hashlib.blake2b(f"{text}/{seed}/{n_people}".encode(), digest_size=12).hexdigest()
        place = self.folder / name
        with contextlib.suppress(DataError, OSError):  # not there, or taken off just now
            found = Stored.load(place)
            os.utime(place)
            return found
        network = build()
        with contextlib.suppress(OSError):  # a full disk, or somebody was quicker: this process has what it needs
            self._put(network, place)
            return Stored.load(place)
        return network

    def _put(self, network: Network, place: Path) -> None:
        """Write a network under another name, rename it, and take the oldest off."""
        fresh = self.folder / f"{place.name}-{secrets.token_hex(4)}{_HALF}"
        try:
            network.save(fresh)
            if place.exists():  # torn, or written by somebody else meanwhile
                shutil.rmtree(place, ignore_errors=True)
            fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        self._take_off(place)

    def _take_off(self, newest: Path) -> None:
        """Remove all but the networks used last."""
        used = []
        for place in self.folder.iterdir():
            with contextlib.suppress(OSError):
                if place != newest and place.suffix != _HALF and place.is_dir():
                    used.append((place.stat().st_mtime_ns, place))
        for _, place in sorted(used, reverse=True)[KEPT - 1:]:
            shutil.rmtree(place, ignore_errors=True)


_in_use: list[Shelf] = []


@contextlib.contextmanager
def using(folder: Path) -> Iterator[None]:
    """Take large networks from a folder until the block ends; what a run is does not change."""
    _in_use.append(Shelf(folder))
    try:
        yield
    finally:
        _in_use.pop()


def in_use() -> Shelf | None:
    """Return the shelf of this process, if there is one."""
    return _in_use[-1] if _in_use else None
