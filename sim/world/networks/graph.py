"""A network from a networkx graph: a file (GraphML, GEXF, GML) or an object handed over in Python.

An edge u -> v reads as in an edge list: u rates v, so u *listens* and v speaks; an undirected graph
counts both ways. The rating is the attribute `rating`, else `trust`, else `weight`, if every edge
has it; edges that carry signed `trust` in [-1, 1], as `Ties.to_networkx` writes it, are taken as
they are. networkx serves graphs up to about 50,000 people; larger ones come as edge lists.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from sim.core.errors import DataError, shorten
from sim.core.params import param
from sim.world.networks.files import MAX_BYTES, find_data
from sim.world.networks.imported import Pairs, imported_network
from sim.world.networks.ratings import ImportParams

if TYPE_CHECKING:
    from sim.world.columns import Bytes, Reals
    from sim.world.networks.network import Network

_READERS = {".graphml": "read_graphml", ".xml": "read_graphml", ".gexf": "read_gexf", ".gml": "read_gml"}
