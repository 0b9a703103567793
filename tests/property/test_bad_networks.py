"""Mutated files of ties either read as sound ties or raise `DataError`; never anything else."""

from __future__ import annotations

import gzip
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sim.core.errors import DataError
from sim.world.networks import delimited
from sim.world.networks.edge_list import EdgeListParams
from sim.world.networks.graph import GraphParams
from sim.world.networks.network import Network
from tests.unit.signed_ratings import signed_ratings

RATINGS = signed_ratings(12, 30, 1)[0].encode()
GRAPHML = (b'<?xml version="1.0" encoding="UTF-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
           b'<key id="w" for="edge" attr.name="weight" attr.type="int"/><graph edgedefault="directed">'
           b'<node id="a"/><node id="b"/><edge source="a" target="b"><data key="w">3</data></edge></graph></graphml>')
GML = b'graph [ directed 1 node [ id 0 label "a" ] node [ id 1 label "b" ] edge [ source 0 target 1 weight 3 ] ]'
TOKENS = [b"nan", b"inf", b"-", b"1e400", b",", b",,", b"\t", b";", b" ", b"\n", b"\r", b"\r\n", b'"', b"#", b"%",
          b"\0", b"\xff", b"\xef\xbb\xbf", b"1_0", b"9" * 40, b"\xd9\xa1", b"<", b">", b"]", b"[", b"&", b"\x1f\x8b",
          "人".encode(), b"source", b"00", b"+1", b".5", b"1."]

QUIET = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def mutated(draw: st.DrawFn, base: bytes) -> bytes:
    """Draw a few cuts, repeats and strange tokens somewhere in `base`."""
    data = base
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        to = draw(st.integers(at, min(len(data), at + 12)))
        piece = draw(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=4), st.just(data[at:to] * 2)))
        data = data[:at] + piece + data[to:]
    return data


def sound_or_refused(params: type[Any], name: str, data: bytes, given_params: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        try:
            network: Network = params(path=str(path), **given_params).build(None, 1, 0)
        except DataError:
            return
    ties = network.ties.check()
    assert ties.n_ties > 0
    assert network.names is not None
    assert len(network.names) == network.n_people == len(set(network.names))
    assert not (ties.speaker() == ties.listener).any()


@QUIET
@given(data=mutated(RATINGS), packed=st.booleans(), undirected=st.booleans(), time=st.sampled_from([None, 3]))
@example(data=b"", packed=False, undirected=False, time=None)
@example(data=b'"\n"\n', packed=False, undirected=False, time=None)
@example(data=b",\n,\n", packed=False, undirected=False, time=None)
@example(data=b'a,"b\x00"\n', packed=True, undirected=False, time=None)
def test_mutated_edge_lists(data: bytes, packed: bool, undirected: bool, time: int | None) -> None:
    raw = gzip.compress(data) if packed else data
    sound_or_refused(EdgeListParams, "ties.csv", raw, {"undirected": undirected, "time": time})


@QUIET
@given(data=mutated(RATINGS))
def test_mutated_edge_lists_on_the_quick_lane(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "QUICK_BYTES", 0)
        sound_or_refused(EdgeListParams, "ties.csv", data, {})


@QUIET
@given(data=mutated(gzip.compress(RATINGS, mtime=0)))
def test_mutated_gzip_files(data: bytes) -> None:
    sound_or_refused(EdgeListParams, "ties.csv.gz", data, {})


@QUIET
@given(data=st.binary(max_size=60))
def test_binary_junk(data: bytes) -> None:
    sound_or_refused(EdgeListParams, "ties.csv", data, {})


@QUIET
@given(data=st.one_of(mutated(GRAPHML).map(lambda data: ("g.graphml", data)), mutated(GML).map(lambda data: ("g.gml", data)),
                      mutated(GRAPHML).map(lambda data: ("g.gexf", data))))
def test_mutated_graph_files(data: tuple[str, bytes]) -> None:
    sound_or_refused(GraphParams, *data, {})


@QUIET
@given(column=st.one_of(st.integers(-3, 9), st.text(max_size=6)), role=st.sampled_from(["source", "target", "rating", "time"]))
def test_any_column_may_be_named(column: str | int, role: str) -> None:
    sound_or_refused(EdgeListParams, "ties.csv", RATINGS, {role: column})
