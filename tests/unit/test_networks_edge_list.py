"""Edge lists: who listens to whom, ratings, headers, columns, doubles, faults with their place."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.core.errors import DataError
from sim.world.networks import delimited, files
from sim.world.networks.edge_list import EdgeListParams
from sim.world.networks.network import Network
from sim.world.networks.ratings import layers_by_trust
from tests.unit.signed_ratings import signed_ratings


def read(folder: Path, text: str | bytes, name: str = "ties.csv", **given: Any) -> Network:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return EdgeListParams(path=str(path), **given).build(None, 1, 0)


def ties_of(network: Network) -> dict[tuple[str, str], float]:
    """Return {(speaker, listener): signed trust}."""
    names = network.names
    assert names is not None
    ties = network.ties
    return {(names[i], names[j]): round(float(t), 3)
            for i, j, t in zip(ties.speaker(), ties.listener, ties.trust(), strict=True)}


def test_source_listens_and_target_speaks(tmp_path: Path) -> None:
    network = read(tmp_path, "ann,bob,10\nann,cat,-10\nbob,cat,1\n")
    assert ties_of(network) == {("bob", "ann"): 0.8, ("cat", "ann"): -0.8, ("cat", "bob"): 0.25}


def test_ratings_become_trust_on_their_scale(tmp_path: Path) -> None:
    text = "a,b,1\na,c,5.5\na,d,-10\na,e,0\na,f,0.5\n"
    found = ties_of(read(tmp_path, text, rating_min=1, rating_max=10))
    assert [found[name, "a"] for name in "bcdef"] == [0.25, 0.525, -0.8, 0.0, pytest.approx(0.219, abs=0.001)]
    bare = ties_of(read(tmp_path, "a,b\nb,a\n"))
    assert set(bare.values()) == {0.45}
    equal = ties_of(read(tmp_path, "a,b,3\nb,a,-3\n", default_trust=0.6))
    assert equal == {("b", "a"): 0.6, ("a", "b"): -0.6}
    with pytest.raises(DataError, match=r"ties\.csv: a rating of size 10 lies outside the scale up to 5; raise"):
        read(tmp_path, text, rating_max=5)


@pytest.mark.parametrize("text", [
    "source,target,rating,time\na,b,2,9\nb,c,-1,8\n",
    "# comment\n% another\n\na b 2 9\nb  c\t-1 8\n",
    "a\tb\t2\t9\r\nb\tc\t-1\t8\r\n",
    "\ufeffrater;ratee;weight\na;b;2\nb;c;-1",
    '"a","b",2\n"b","c",-1\n',
    "who,whom,rating\r a , b , 2 \r b,c,-1\r",
])
def test_one_graph_in_many_dresses(tmp_path: Path, text: str) -> None:
    expected = {("b", "a"): 0.8, ("c", "b"): -0.25}
    assert ties_of(read(tmp_path, text)) == expected
    assert ties_of(read(tmp_path, gzip.compress(text.encode(), mtime=0), "ties.csv.gz")) == expected


def test_headers_are_recognised_by_name_or_by_numbers_below(tmp_path: Path) -> None:
    assert set(read(tmp_path, "u,v\n0,1\n").names or []) == {"0", "1"}
    assert set(read(tmp_path, "left,right,score\n0,1,3\n").names or []) == {"0", "1"}
    assert set(read(tmp_path, "ann,bob\ncat,dan\n").names or []) == {"ann", "bob", "cat", "dan"}
    assert set(read(tmp_path, "ann,bob\ncat,dan\n", header=True).names or []) == {"cat", "dan"}
    assert set(read(tmp_path, "u,v\n0,1\n", header=False).names or []) == {"u", "v", "0", "1"}


def test_columns_by_name_and_by_position(tmp_path: Path) -> None:
    text = "time,to,from,liking\n1,a,b,5\n2,c,b,1\n"
    given = {"source": "from", "target": "to", "rating": "liking"}
    assert ties_of(read(tmp_path, text, **given)) == {("a", "b"): 0.8, ("c", "b"): 0.25}
    assert ties_of(read(tmp_path, text, source=2, target=1, rating=3)) == {("a", "b"): 0.8, ("c", "b"): 0.25}
    assert ties_of(read(tmp_path, text, source=2, target=1)) == {("a", "b"): 0.45, ("c", "b"): 0.45}
    with pytest.raises(DataError, match=r"no column 'form' for network\.source - did you mean 'from'"):
        read(tmp_path, text, source="form")
    with pytest.raises(DataError, match=r"no column 7 for network\.rating; the file has columns 0 to 3"):
        read(tmp_path, text, rating=7)
    with pytest.raises(DataError, match="are the same column"):
        read(tmp_path, text, source=1)
    with pytest.raises(DataError, match="the file has no header"):
        read(tmp_path, "1,2,3\n2,3,4\n", rating="liking", header=False)


def test_the_last_of_repeated_rows_wins_and_loops_are_dropped(tmp_path: Path) -> None:
    text = "a,b,1,50\na,a,3,1\na,b,3,40\nb,a,2,1\n"
    network = read(tmp_path, text, rating_min=1)
    assert ties_of(network) == {("b", "a"): 0.8, ("a", "b"): 0.525}
    assert network.notes == {"self_ties": 1, "repeated": 1}
    by_time = read(tmp_path, text, time=3, rating_min=1)
    assert ties_of(by_time) == {("b", "a"): 0.25, ("a", "b"): 0.8}


def test_undirected_rows_count_both_ways(tmp_path: Path) -> None:
    network = read(tmp_path, "a,b,1\nb,c,2\nb,a,3\n", undirected=True)
    assert ties_of(network) == {("a", "b"): 0.8, ("b", "a"): 0.8, ("b", "c"): 0.25, ("c", "b"): 0.25}
    assert network.notes["repeated"] == 1


def test_numbering_follows_locality_and_uid_the_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    ring = rng.permutation(400)
    text = "".join(f"p{ring[k]},p{ring[(k + 1) % 400]}\n" for k in rng.permutation(400))
    network = read(tmp_path, text, undirected=True)
    first = list(dict.fromkeys(cell for line in text.split() for cell in line.split(",")))
    assert [first[k] for k in network.uid] == network.names
    ties = network.ties
    assert int(np.abs(ties.speaker() - ties.listener).max()) <= 2


def test_layers_follow_the_rank_of_trust() -> None:
    trust = np.concatenate([np.linspace(0.9, 0.1, 300), [-0.9, 0.0]])
    layer = layers_by_trust(trust)
    assert np.bincount(layer[:300]).tolist() == [10, 20, 70, 200]
    assert layer[300:].tolist() == [3, 3]
    assert set(layers_by_trust(np.full(50, 0.4)).tolist()) == {3}
    assert len(layers_by_trust(np.empty(0))) == 0


def test_signed_ratings_read_as_the_real_ones(tmp_path: Path) -> None:
    text, facts = signed_ratings(n_people=400, n_ties=3000, seed=4)
    network = read(tmp_path, gzip.compress(text.encode(), mtime=0), "made.csv.gz", rating_min=1, rating_max=10)
    ties = network.ties.check()
    assert (network.n_people, ties.n_ties) == (facts["people"], 3000)
    assert int((ties.trust() < 0).sum()) == facts["negative"]
    assert float(np.abs(ties.trust()).min()) == pytest.approx(0.25, abs=1e-4)


@pytest.mark.parametrize(("text", "words"), [
    ("a,b,1\na,c\n", r"ties\.csv:2: 2 columns where the first row has 3"),
    ("a,b,1\n\n# x\na,c,nan\n", r"ties\.csv:4: rating 'nan' is not a finite number; mend or drop it"),
    ("a,b,1\na,c,x\n", r"ties\.csv:2: rating 'x' is not a finite number"),
    ("a,b,1\na,c,\n", r"ties\.csv:2: rating '' is not"),
    ("a,b,1\na,c,inf\n", r"ties\.csv:2: rating 'inf'"),
    ("a,b,1\na,c,1e999\n", r"ties\.csv:2: rating '1e999'"),
    ("a,b,1\n,c,1\n", r"ties\.csv:2: an empty id"),
    ('a,b,1\n"a,c,1\n', r"ties\.csv:2: the quotes do not match"),
    ("", "holds no ties; expected one 'source, target"),
    ("# nothing\n\n", "holds no ties"),
    ("source,target\n", "a header and no ties"),
    ("a,a\nb,b\n", r"ties\.csv holds no tie between two different people"),
    ("one\ntwo\n", r"ties\.csv:1: only one column"),
    (b"a,b\na,\x00c\n", r"ties\.csv:2: binary data"),
    (b"a,b\nc,d\n\xff\xfe,e\n", r"ties\.csv:3: not UTF-8 text; save the file as UTF-8"),
    ("a,b\n" + "x" * 70_000 + ",c\n", r"ties\.csv:2: a line of more than 65536 characters"),
    (gzip.compress(b"a,b\n" * 5000, mtime=0)[:-30], r"ties\.csv:\d+: the gzip file is torn .*; fetch it again"),
    (gzip.compress(b"a,b\n" * 5000, mtime=0)[:12] + b"garbage" * 9, "the gzip file is torn"),
])
def test_faults_name_the_line_and_the_remedy(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(tmp_path, text)


def test_a_small_file_cannot_unpack_to_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_BYTES", 1 << 21)
    with pytest.raises(DataError, match="larger than 2097152 bytes when unpacked"):
        read(tmp_path, gzip.compress(b"a,b\n" * (1 << 20), mtime=0))


def test_folders_and_missing_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUANXI_DATA", raising=False)
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "ties.csv").write_text("a,b\n")
    assert files.find_data("ties.csv", tmp_path / "inner") == (tmp_path / "inner" / "ties.csv").resolve()
    with pytest.raises(DataError, match=r"bitcoin_otc\.csv\.gz was not found .*Kumar et al.*GUANXI_DATA.*--set"):
        files.find_data("bitcoin_otc.csv.gz", tmp_path)
    monkeypatch.setenv("GUANXI_DATA", str(tmp_path / "inner"))
    assert files.find_data("ties.csv", tmp_path).name == "ties.csv"
    for bad in ("inner", "nowhere.csv", "x" * 5000, "nul\0byte"):
        with pytest.raises(DataError):
            files.find_data(bad, tmp_path)
    assert files.find_data("inner", tmp_path, folder=True).name == "inner"


QUICK = [
    "source,target,rating\n5,7,-1.25\n7,5,10\n# remark\n\n5,9,0.5\n",
    "5 7\n 7   5 \n% remark\n900000000000000 9\n5\t9",
    "-3;4\n4;-3\n",
    "1,2\r\n2,3\r\n",
    "u,v\n100000,2\n2,100000\n3,2\n",
]
SLOW = ["007,8\n8,007\n", "1,2,1e3\n2,3,1\n", "a,2\nb,3\n", "1.5,2\n2,3\n", "1,2\n3,4 5\n", "1,2\r3,4\r",
        "1,+2\n3,4\n", "-0,1\n1,2\n", "1234567890123456,1\n1,2\n", "1,2,\n2,3,\n"]


@pytest.mark.parametrize("text", QUICK + SLOW)
def test_both_lanes_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    def outcome() -> Any:
        try:
            network = read(tmp_path, text)
        except DataError as error:
            return str(error)
        return ties_of(network), network.names, network.uid.tolist(), network.notes, network.circle.tolist()

    slow = outcome()
    monkeypatch.setattr(delimited, "QUICK_BYTES", 0)
    assert outcome() == slow
    asked = []
    monkeypatch.setattr(delimited, "lines_of", lambda *given: asked.append(given) or files.lines_of(*given))
    outcome()
    assert (not asked) == (text in QUICK)
