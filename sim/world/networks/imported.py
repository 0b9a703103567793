"""From pairs of named people to a network: trust, layers, doubles, locality, circles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.core.errors import DataError
from sim.text.message import Message
from sim.world.networks.locality import circles_of, local_order
from sim.world.networks.network import Network
from sim.world.networks.ratings import ImportParams, last_of_each, layers_by_trust
from sim.world.ties import MAX_PEOPLE, Ties

if TYPE_CHECKING:
    from sim.world.columns import Reals, Rows


@dataclass(frozen=True)
class Pairs:
    """Rows of an imported graph: source rates target, so source listens and target speaks.

    Parameters
    ----------
    where : str
        The file, or what else it came from, for messages.
    names : list of str
        Ids in order of first appearance.
    source, target : int32 (rows,)
        Positions in `names`.
    rating, time : float64 (rows,), or None
        As written.
    trust : float64 (rows,), [-1, 1], or None
        Signed trust, where the graph says it outright; `rating` is then ignored.
    layer : float64 (rows,), 0..3, or None
        Layer, where the graph says it outright.
    """

    where: str
    names: list[str]
    source: Rows
    target: Rows
    rating: Reals | None = None
    time: Reals | None = None
    trust: Reals | None = None
    layer: Reals | None = None


def imported_network(params: ImportParams, pairs: Pairs) -> Network:
    """Return the network of imported rows, reordered for locality; `uid` keeps the order of the file.

    Raises
    ------
    DataError
        If no tie is left, there are too many people, or a rating is out of its scale.
    """
    count = len(pairs.names)
    if count >= MAX_PEOPLE:
        raise DataError(Message("networks.too_many_people", where=pairs.where, count=count, most=MAX_PEOPLE - 1))
    in_time = np.arange(len(pairs.source)) if pairs.time is None else np.argsort(pairs.time, kind="stable")
    source, target = pairs.source[in_time], pairs.target[in_time]
    kept = last_of_each(source, target, count, undirected=params.undirected)
    if not len(kept):
        raise DataError(Message("networks.no_tie", where=pairs.where))
    loops = int(np.count_nonzero(source == target))
    notes = {"self_ties": loops, "repeated": len(source) - loops - len(kept)}
    rows = in_time[kept]
    if pairs.trust is None:
        trust = params.signed_trust(None if pairs.rating is None else pairs.rating[rows], len(rows), pairs.where)
    else:
        trust = pairs.trust[rows]
    layer = layers_by_trust(trust) if pairs.layer is None else pairs.layer[rows].astype(np.uint8)
    speaker, listener = target[kept], source[kept]
    if params.undirected:
        speaker, listener = np.concatenate([speaker, listener]), np.concatenate([listener, speaker])
        trust, layer = np.tile(trust, 2), np.tile(layer, 2)
    ties = Ties.from_arrays(speaker, listener, trust, layer, count)
    order = local_order(ties)
    ties = ties.renumbered(order)
    names = [pairs.names[k] for k in order.tolist()]
    return Network(ties, count, names, circles_of(ties, order), order.astype(np.uint32), notes)
