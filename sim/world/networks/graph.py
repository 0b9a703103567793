"""A network from a networkx graph: a file (GraphML, GEXF, GML) or an object handed over in Python.

An edge u -> v reads as in an edge list: u rates v, so u *listens* and v speaks; an undirected graph
counts both ways. The rating is the attribute named by `rating`; unless one is named, edges that all
carry signed `trust` in [-1, 1] (as `Ties.to_networkx` writes it) are taken as they are, with their
`layer` if they have one, else `rating` or `weight` is a rating. networkx serves graphs up to about
50,000 people; larger ones come as edge lists.
"""

from __future__ import annotations

import hashlib
import warnings
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import Field, field_serializer, model_validator
from pydantic.json_schema import SkipJsonSchema

from sim.core.errors import DataError, shorten
from sim.core.params import param
from sim.text.message import Message, recognised
from sim.world.networks.files import find_data
from sim.world.networks.imported import Pairs, imported_network
from sim.world.networks.ratings import ImportParams

if TYPE_CHECKING:
    from pathlib import Path

    from sim.world.columns import Bytes, Reals
    from sim.world.networks.network import Network

MAX_FILE = 1 << 29
"""Largest file given to networkx, bytes; it needs about ten times as much memory."""
_READERS = {".graphml": "read_graphml", ".xml": "read_graphml", ".gexf": "read_gexf", ".gml": "read_gml"}


class GraphParams(ImportParams):
    """A network read from a GraphML, GEXF or GML file, or from a networkx graph object."""

    kind: Literal["graph"] = "graph"
    path: str | None = param(None, source="scenario", min_length=1, max_length=4096, zh="图文件",
                             doc="File of the graph: .graphml, .gexf or .gml, also gzip'ed")
    graph: SkipJsonSchema[Any] = Field(default=None, description="A networkx graph, from Python only", repr=False)
    rating: str | None = param(None, source="scenario", zh="评分属性",
                               doc="Edge attribute that holds the rating; else recognised")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.graph is None):
            raise ValueError(Message("networks.one_graph"))
        return self

    @field_serializer("graph")
    def _fingerprint(self, graph: Any) -> str | None:
        """Write a graph object as a hash of its edges, so that two graphs are told apart."""
        if graph is None:
            return None
        text = repr((list(graph.nodes), list(graph.edges(data=True))))
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:  # noqa: ARG002
        """Read the graph; the people are its nodes. See `NetworkParams.build`."""
        graph = self.graph if self.path is None else read_graph(find_data(self.path))
        if not (hasattr(graph, "is_directed") and hasattr(graph, "edges")):
            raise DataError(Message("networks.not_a_graph", name=type(graph).__name__))
        params = self if graph.is_directed() else self.model_copy(update={"undirected": True})
        where = Message("networks.the_graph") if self.path is None else self.path
        return imported_network(params, _pairs_of(graph, self.rating, where))


def read_graph(path: Path) -> Any:
    """Return the networkx graph of a file.

    Raises
    ------
    DataError
        If the kind of file is unknown, or networkx cannot read it.
    """
    import networkx as nx

    suffix = next((part.lower() for part in reversed(path.suffixes) if part.lower() != ".gz"), "")
    reader = _READERS.get(suffix)
    if reader is None:
        raise DataError(Message("networks.graph_suffix", path=path))
    if path.stat().st_size > MAX_FILE:
        raise DataError(Message("networks.graph_too_large", path=path, most=MAX_FILE))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(nx, reader)(path)
    except Exception as error:  # networkx and its parsers raise nearly anything on a bad file
        said = recognised(shorten(str(error), 200).strip("'\""), "system")
        raise DataError(Message("networks.unsound_graph", path=path, kind=suffix[1:], error=said)) from error


def _pairs_of(graph: Any, rating: str | None, where: str) -> Pairs:
    """Return the edges of a graph as rows, with their ratings, or their trust and layer."""
    place = {node: k for k, node in enumerate(graph.nodes)}
    edges = list(graph.edges(data=True))
    source = np.array([place[u] for u, _, _ in edges], np.int32)
    target = np.array([place[v] for _, v, _ in edges], np.int32)
    names = [str(node) for node in graph.nodes]
    if rating is not None:
        return Pairs(where, names, source, target, rating=_attribute(edges, rating, needed=True))
    trust = _attribute(edges, "trust")
    if trust is not None and len(trust) and float(np.abs(trust).max()) <= 1.0:
        return Pairs(where, names, source, target, trust=trust, layer=_attribute(edges, "layer"))
    found = next((values for name in ("rating", "trust", "weight")
                  if (values := _attribute(edges, name)) is not None), None)
    return Pairs(where, names, source, target, rating=found)


def _attribute(edges: list[tuple[Any, Any, dict[str, Any]]], name: str, *, needed: bool = False) -> Reals | None:
    """Return an attribute of all edges, None if an edge lacks it.

    Raises
    ------
    DataError
        If an edge lacks a needed attribute, or a value is no finite number.
    """
    lacking = next(((u, v) for u, v, facts in edges if name not in facts), None)
    if lacking is not None and not needed:
        return None
    if lacking is not None:
        raise DataError(Message("networks.no_attribute", u=lacking[0], v=lacking[1], name=name))
    values = []
    for u, v, facts in edges:
        try:
            values.append(float(facts[name]))
        except (TypeError, ValueError):
            values.append(np.nan)
        if not np.isfinite(values[-1]):
            value = shorten(facts[name])
            raise DataError(Message("networks.attribute_not_finite", u=u, v=v, name=name, value=value))
    return np.array(values, np.float64)
