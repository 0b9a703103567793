"""A network from a file of ties: CSV, TSV or blanks between columns, gzip allowed.

A row "source, target, rating" means that source rates target: *source listens, target speaks*.
Lines that begin with # or % are comments. Ids may be any text. Of repeated rows the last wins (or
the latest, if a time column is named); ties to oneself are dropped; both are counted in the notes.

Columns are taken by position (source, target, rating) unless named. A header is recognised by the
names of its columns, or by words where the line below has numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from sim.core.errors import DataError
from sim.core.params import param
from sim.text.message import Message
from sim.world.networks.delimited import read_grid
from sim.world.networks.files import bad_line, find_data
from sim.world.networks.grid import Grid, NumberGrid, as_number
from sim.world.networks.imported import Pairs, imported_network
from sim.world.networks.ratings import ImportParams

if TYPE_CHECKING:
    from sim.world.columns import Bytes
    from sim.world.networks.network import Network

Column = str | int | None

_HEADER_WORDS = {"source", "target", "from", "to", "u", "v", "src", "dst", "rater", "ratee", "truster", "trustee",
                 "user", "friend", "follower", "followee", "listener", "speaker", "id_1", "id_2", "node_1", "node_2"}
_RATING_WORDS = ("rating", "trust", "weight", "sign")


class EdgeListParams(ImportParams):
    """A network read from a file of ties."""

    kind: Literal["edge_list"] = "edge_list"
    path: str = param(..., source="scenario", min_length=1, max_length=4096, zh="关系文件",
                      doc="File of ties, beside the scenario or in the folder GUANXI_DATA")
    source: Column = param(None, source="scenario", zh="评价者列",
                           doc="Column of the person who rates and listens, by name or position; else the first")
    target: Column = param(None, source="scenario", zh="被评价者列",
                           doc="Column of the person who is rated and speaks; else the second")
    rating: Column = param(None, source="scenario", zh="评分列",
                           doc="Column of the rating; else the one named rating, trust, weight or sign, or the "
                               "third of a file without a header")
    time: Column = param(None, source="scenario", zh="时间列",
                         doc="Column of the time: the latest of repeated rows wins; else the last in the file")
    header: bool | None = param(None, source="scenario", zh="首行为列名",
                                doc="Whether the first line names the columns; else recognised")
    separator: Literal["auto", "comma", "tab", "semicolon", "blank"] = param(
        "auto", source="scenario", doc="What stands between columns", zh="分隔符")

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:  # noqa: ARG002
        """Read the file; the people are those it names. See `NetworkParams.build`."""
        path = find_data(self.path)
        grid = read_grid(path, self.separator, self.is_header)
        roles = self.roles(grid)
        if isinstance(grid, NumberGrid) and not (grid.whole[roles["source"]] and grid.whole[roles["target"]]):
            grid = read_grid(path, self.separator, self.is_header, quick=False)
        names, source, target = grid.codes(roles["source"], roles["target"])
        rating, time = (grid.numbers(roles[role], role) if role in roles else None for role in ("rating", "time"))
        return imported_network(self, Pairs(str(path), names, source, target, rating, time))

    def is_header(self, first: list[str], second: list[str]) -> bool:
        """Tell whether the first row names the columns."""
        if self.header is not None:
            return self.header
        named = {column for column in (self.source, self.target, self.rating, self.time) if isinstance(column, str)}
        if named & set(first) or {cell.lower() for cell in first[:2]} <= _HEADER_WORDS:
            return True
        wordy = [math.isnan(as_number(cell)) for cell in first]
        return any(word and not math.isnan(as_number(cell)) for word, cell in zip(wordy, second, strict=False))

    def roles(self, grid: Grid) -> dict[str, int]:
        """Return the position of each column that has a role.

        Raises
        ------
        DataError
            If a column is missing or has two roles.
        """
        width = grid.width
        if width < 2:
            bad_line(grid.path, grid.lines[0], Message("networks.one_column"))
        given = {"source": 0 if self.source is None else self.source,
                 "target": 1 if self.target is None else self.target,
                 "rating": self.rating, "time": self.time}
        found = {role: grid.place(column, role) for role, column in given.items() if column is not None}
        if "rating" not in found:
            free = [k for k in range(width) if k not in found.values()]
            if grid.names is None:
                guess = [k for k in free if k == 2]
            else:
                words = [name.lower() for name in grid.names]
                guess = [k for k in free if words[k] in _RATING_WORDS]
            if guess:
                found["rating"] = guess[0]
        if len(set(found.values())) < len(found):
            raise DataError(Message("networks.same_column", path=grid.path, roles=list(found)))
        return found
