"""Ties: who listens to whom, how far they trust, and when they last touched.

Directed and trust-weighted, compressed sparse rows by *speaker*: row i lists the people who listen
to person i. A day's talk then reads only the rows of those who speak. Eight bytes a tie:

    listener  int32   row number of the listening person
    weight    uint16  bit 15 marks distrust; the low 15 bits are the size, trust = size / 32767
    mark      uint16  bits 14-15 the layer (0 = closest, 3 = outermost); bit 13: the listener has muted the
                      speaker's personal posts; bits 0-11 last day touched, modulo 4096

The order inside a row is free and is never changed after the build, because draws use
(uid of the speaker, position in the row). Rows may be memory-mapped: see `save` and `load`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.core.errors import DataError, shorten
from sim.core.kernel import kernel
from sim.text.message import Message
from sim.world.folders import load_arrays, save_arrays

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

    from sim.world.columns import Rows, Starts, Weights, Wide

DISTRUST = 0x8000
"""Bit of `weight` that marks distrust; trust never drifts across zero."""
SIZE_MASK = 0x7FFF
"""Bits of `weight` that hold the size of trust."""
SIZE_ONE = 32_767
"""Size of full trust."""
LAYER_SHIFT = 14
"""Bits of `mark` below the layer."""
MUTED = 0x2000
"""Bit of `mark` that marks muted personal posts."""
TOUCHED_MASK = 0x0FFF
"""Bits of `mark` that hold the last day touched."""
N_LAYERS = 4
MAX_PEOPLE = 1 << 29
"""Builders pack (listener, layer) into 32 bits, so row numbers have 29 bits and a sign."""

_COLUMNS = ("start", "listener", "weight", "mark")
_TYPES = {"start": np.int64, "listener": np.int32, "weight": np.uint16, "mark": np.uint16}


def pack_trust(trust: npt.ArrayLike) -> Weights:
    """Return the weights of signed trust values in [-1, 1]; negative means distrust of that size."""
    signed = np.asarray(trust, dtype=np.float64)
    size = np.floor(np.abs(signed) * SIZE_ONE + 0.5).astype(np.uint16)
    return np.where(signed < 0.0, size | np.uint16(DISTRUST), size).astype(np.uint16)


def unpack_trust(weight: Weights) -> npt.NDArray[np.float32]:
    """Return signed trust in [-1, 1] of packed weights (m,)."""
    size = (weight & SIZE_MASK).astype(np.float32) / np.float32(SIZE_ONE)
    return np.where(weight & DISTRUST, -size, size).astype(np.float32)


def pack_mark(layer: npt.ArrayLike, touched: npt.ArrayLike = 0) -> Weights:
    """Return the marks of layers 0..3 and last days touched (0..4095)."""
    high = np.asarray(layer, dtype=np.int64) << LAYER_SHIFT
    return (high | (np.asarray(touched, dtype=np.int64) & TOUCHED_MASK)).astype(np.uint16)


@dataclass(frozen=True)
class ListenerIndex:
    """The same ties by listener, made on demand: row j lists whom person j listens to.

    Parameters
    ----------
    start : int64 (N+1,)
        Row bounds.
    speaker : int32 (E,)
        Row number of the speaking person, ascending within a row.
    tie : int64 (E,)
        Position of the tie in the columns by speaker.
    """

    start: Starts
    speaker: Rows
    tie: Wide


@dataclass(frozen=True)
class Ties:
    """Directed ties by speaker; `weight` and `mark` are changed in place during a run.

    Parameters
    ----------
    start : int64 (N+1,)
        Row bounds: the ties of speaker i are start[i] .. start[i+1].
    listener : int32 (E,)
        Row number of the listener.
    weight : uint16 (E,)
        Packed trust of the listener in the speaker, see the module's head.
    mark : uint16 (E,)
        Packed layer, mute and last day touched.
    """

    start: Starts
    listener: Rows
    weight: Weights
    mark: Weights

    @property
    def n_people(self) -> int:
        """Number of people N."""
        return len(self.start) - 1

    @property
    def n_ties(self) -> int:
        """Number of directed ties E."""
        return len(self.listener)

    @property
    def n_bytes(self) -> int:
        """Memory of the four columns, bytes."""
        return sum(int(getattr(self, name).nbytes) for name in _COLUMNS)

    @classmethod
    def from_arrays(
        cls,
        speaker: npt.ArrayLike,
        listener: npt.ArrayLike,
        trust: npt.ArrayLike,
        layer: npt.ArrayLike = 0,
        n_people: int | None = None,
    ) -> Ties:
        """Return ties from one row a tie, in any order; the order inside each speaker's row is kept.

        Parameters
        ----------
        speaker, listener : int (E,)
            Row numbers from 0.
        trust : float (E,) or one number, [-1, 1]
            Trust of the listener in the speaker; negative is distrust.
        layer : int (E,) or one number, 0..3
            Layer of each tie, 0 the closest.
        n_people : int, optional
            Number of people; by default the largest row number plus one.

        Raises
        ------
        DataError
            If lengths differ, a number is out of range, a trust is not finite or someone listens to themselves.
        """
        source = np.asarray(speaker, dtype=np.int64).ravel()
        target = np.asarray(listener, dtype=np.int64).ravel()
        signed = np.broadcast_to(np.asarray(trust, dtype=np.float64), source.shape)
        layers = np.broadcast_to(np.asarray(layer, dtype=np.int64), source.shape)
        if source.shape != target.shape:
            raise DataError(Message("networks.speakers_and_listeners", speakers=len(source), listeners=len(target)))
        top = int(max(source.max(), target.max())) + 1 if len(source) else 0
        count = top if n_people is None else n_people
        _check_range("person", np.concatenate([source, target]), 0, count - 1)
        _check_range("trust", signed, -1.0, 1.0)
        _check_range("layer", layers, 0, N_LAYERS - 1)
        if bool(np.any(source == target)):
            raise DataError(Message("networks.self_tie", person=int(source[source == target][0])))
        start = np.zeros(count + 1, np.int64)
        np.cumsum(np.bincount(source, minlength=count), out=start[1:])
        order = np.empty(len(source), np.int64)
        _order_by(source, start[:-1].copy(), order)
        return cls(
            start, target[order].astype(np.int32), pack_trust(signed[order]), pack_mark(layers[order])
        )

    def speaker(self) -> npt.NDArray[np.int32]:
        """Return the speaker of every tie, int32 (E,)."""
        people = np.arange(self.n_people, dtype=np.int32)
        return np.repeat(people, np.diff(self.start))

    def trust(self) -> npt.NDArray[np.float32]:
        """Return the signed trust of every tie, float32 (E,) in [-1, 1]."""
        return unpack_trust(self.weight)

    def layer(self) -> npt.NDArray[np.uint8]:
        """Return the layer of every tie, uint8 (E,), 0 the closest."""
        return (self.mark >> LAYER_SHIFT).astype(np.uint8)

    def check(self) -> Ties:
        """Return these ties if they are sound.

        Raises
        ------
        DataError
            Naming the column and the first bad place.
        """
        for name in _COLUMNS:
            column = getattr(self, name)
            if column.dtype != _TYPES[name] or column.ndim != 1:
                raise DataError(Message("networks.column_type", name=name, expected=str(np.dtype(_TYPES[name])),
                                        found=str(column.dtype), dimensions=column.ndim))
        if len(self.start) == 0 or self.start[0] != 0 or self.start[-1] != self.n_ties:
            raise DataError(Message("networks.start_ends", ties=self.n_ties))
        falls = np.flatnonzero(np.diff(self.start) < 0)
        if len(falls):
            raise DataError(Message("networks.start_falls", person=int(falls[0])))
        if not len(self.weight) == len(self.mark) == self.n_ties:
            raise DataError(Message("networks.unequal_columns"))
        _check_range("listener", self.listener, 0, self.n_people - 1)
        return self

    def renumbered(self, order: npt.NDArray[np.integer[Any]]) -> Ties:
        """Return the same ties among renumbered people.

        Parameters
        ----------
        order : int (N,)
            A permutation: `order[k]` is the old number of the person who becomes k, so that every
            column of the people is renumbered by `column[order]`. Rows keep their inner order.
        """
        old = np.asarray(order, dtype=np.int64)
        count = self.n_people
        if old.shape != (count,) or not np.array_equal(np.sort(old), np.arange(count)):
            raise DataError(Message("networks.permutation", last=count - 1))
        new = np.empty(count, np.int32)
        new[old] = np.arange(count, dtype=np.int32)
        start = np.zeros(count + 1, np.int64)
        np.cumsum(np.diff(self.start)[old], out=start[1:])
        fresh = Ties(start, np.empty_like(self.listener), np.empty_like(self.weight), np.empty_like(self.mark))
        _copy_rows(old, new, self.start, self.listener, self.weight, self.mark,
                   start, fresh.listener, fresh.weight, fresh.mark)
        return fresh

    def transposed(self) -> ListenerIndex:
        """Return the index by listener; costs 12 bytes a tie, so only where it is needed."""
        start = np.zeros(self.n_people + 1, np.int64)
        np.cumsum(np.bincount(self.listener, minlength=self.n_people), out=start[1:])
        speaker = np.empty(self.n_ties, np.int32)
        tie = np.empty(self.n_ties, np.int64)
        _transpose(self.start, self.listener, start[:-1].copy(), speaker, tie)
        return ListenerIndex(start, speaker, tie)

    def to_networkx(self) -> nx.DiGraph[int]:
        """Return a networkx graph for people up to about 50,000.

        An edge u -> v reads as in an edge list: u rates v, so u *listens* and v speaks. Edges carry
        `trust` (signed) and `layer`; the network kind `graph` reads the result back unchanged.
        """
        import networkx as nx

        graph: nx.DiGraph[int] = nx.DiGraph()
        graph.add_nodes_from(range(self.n_people))
        rows = zip(self.listener.tolist(), self.speaker().tolist(),
                   self.trust().tolist(), self.layer().tolist(), strict=True)
        graph.add_edges_from((u, v, {"trust": trust, "layer": layer}) for u, v, trust, layer in rows)
        return graph

    def save(self, folder: Path) -> None:
        """Write the columns as .npy files into `folder`, under a temporary name first, then renamed whole."""
        save_arrays(folder, {name: getattr(self, name) for name in _COLUMNS})

    @classmethod
    def load(cls, folder: Path, *, mapped: bool = True) -> Ties:
        """Return saved ties; memory-mapped copy-on-write unless `mapped` is false.

        Raises
        ------
        DataError
            If a column is missing, torn or of the wrong kind.
        """
        return cls(**load_arrays(folder, _COLUMNS, mapped=mapped)).check()


def _check_range(name: str, values: npt.NDArray[Any], low: float, high: float) -> None:
    """Raise DataError at the first value outside [low, high] (NaN included)."""
    if len(values) == 0 or bool(values.min() >= low and values.max() <= high):
        return
    at = int(np.flatnonzero(~((values >= low) & (values <= high)))[0])
    value = shorten(values[at].item())
    raise DataError(Message("networks.out_of_range", name=name, at=at, value=value, low=low, high=high))


@kernel()
def _order_by(group: Wide, cursor: Wide, out: Wide) -> None:
    """Write into `out` the positions of all rows, grouped; `cursor` starts at each group's first slot."""
    for e in range(len(group)):
        g = group[e]
        out[cursor[g]] = e
        cursor[g] += 1


@kernel()
def _copy_rows(old: Wide, new: Rows, start: Starts, listener: Rows, weight: Weights, mark: Weights,
               to_start: Starts, to_listener: Rows, to_weight: Weights, to_mark: Weights) -> None:
    """Copy row old[k] to row k, its listeners under their new numbers."""
    for k in range(len(old)):
        at = to_start[k]
        for e in range(start[old[k]], start[old[k] + 1]):
            to_listener[at] = new[listener[e]]
            to_weight[at] = weight[e]
            to_mark[at] = mark[e]
            at += 1


@kernel()
def _transpose(start: Starts, listener: Rows, cursor: Wide, speaker: Rows, tie: Wide) -> None:
    """Fill the index by listener; speakers ascend within a row because they are read in order."""
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            j = listener[e]
            speaker[cursor[j]] = i
            tie[cursor[j]] = e
            cursor[j] += 1
