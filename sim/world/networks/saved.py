"""A network that was built or imported before and saved as a folder of columns, memory-mapped."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from sim.core.params import param
from sim.world.networks.files import find_data
from sim.world.networks.network import Network, NetworkParams

if TYPE_CHECKING:
    from sim.world.columns import Bytes


class SavedParams(NetworkParams):
    """A saved network; workers on one machine share its memory."""

    brings_people: ClassVar[bool] = True

    kind: Literal["saved"] = "saved"
    path: str = param(..., source="scenario", min_length=1, max_length=4096, zh="网络文件夹",
                      doc="Folder written by `guanxi network import`")

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:  # noqa: ARG002
        """Open the folder; the people are those it holds. See `NetworkParams.build`."""
        return Network.load(find_data(self.path, folder=True))
