"""Results on disk: whole or not at all, read back bit for bit, refused with a remedy when torn."""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path
from subprocess import run as run_process

import numpy as np
import pytest

from sim.core.errors import DataError
from sim.records import manifest
from sim.records.comparison import Comparison, Failure
from sim.records.folders import new_folder, safe_name, whole_folder
from sim.records.lock import Lock
from sim.records.spool import read_run, write_run
from sim.records.store import load_run, save_run
from sim.records.tables import read_table
from tests.synthetic import make_comparison, make_run

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("daily", "statement", "people", "agents", "network")


def assert_same_run(one, two):
    for name in (f.name for f in dataclasses.fields(one)):
        if name not in TABLES:
            assert getattr(one, name) == getattr(two, name), name
    for table in TABLES:
        left, right = getattr(one, table), getattr(two, table)
        assert list(left) == list(right)
        for column in left:
            assert left[column].dtype == right[column].dtype, (table, column)
            np.testing.assert_array_equal(left[column], right[column])


@pytest.fixture(scope="module")
def comparison():
    made = make_comparison(replications=3, days=50)
    failures = [Failure("community", 7, 1, "RunError: no", 3)]
    return dataclasses.replace(made, failures=failures, complete=False)


@pytest.fixture
def folder(comparison, tmp_path):
    comparison.save(tmp_path / "result")
    return tmp_path / "result"


@pytest.mark.parametrize("name", ["community", "dual_rebate"])
def test_a_run_reads_back_bit_for_bit(tmp_path, name):
    made = make_run(name, 3, days=50, shock=True)
    (tmp_path / "run").mkdir()
    save_run(made, tmp_path / "run")
    assert_same_run(made, load_run(tmp_path / "run"))
    write_run(made, tmp_path / "deep" / "run.npz")
    assert_same_run(made, read_run(tmp_path / "deep" / "run.npz"))
    assert [p.name for p in (tmp_path / "deep").iterdir()] == ["run.npz"]


def test_a_comparison_reads_back_bit_for_bit(comparison, folder):
    back = Comparison.load(folder)
    simple = ("strategies", "titles", "question", "texts", "seed", "reference", "version", "command", "timings",
              "failures", "complete")
    for name in simple:
        assert getattr(back, name) == getattr(comparison, name), name
    for s in comparison.strategies:
        np.testing.assert_array_equal(back.replications[s], comparison.replications[s])
        for table in ("summary", "daily", "statement"):
            left, right = getattr(comparison, table)[s], getattr(back, table)[s]
            assert list(left) == list(right)
            for column in left:
                assert left[column].dtype == right[column].dtype
                np.testing.assert_array_equal(left[column], right[column])
        assert_same_run(comparison.examples[s], back.examples[s])


def test_other_tools_read_names_in_the_tables(folder, comparison):
    from pyarrow import parquet

    table = parquet.read_table(folder / "summary.parquet").to_pandas()
    assert list(table["strategy"].unique()) == comparison.strategies
    assert table.groupby("strategy", observed=True).size().tolist() == [3] * 4


def test_the_manifest_says_what_made_it(folder):
    found = json.loads((folder / "manifest.json").read_text())
    assert (found["format"], found["schema"]) == ("guanxi-comparison", manifest.SCHEMA)
    assert found["machine"]["cores"] >= 1
    assert found["command"].startswith("guanxi compare")
    assert (folder / "scenarios" / "00.yaml").read_text().startswith("name: community")


@pytest.mark.parametrize(
    "harm",
    [
        lambda f: (f / "manifest.json").unlink(),
        lambda f: (f / "manifest.json").write_text("{"),
        lambda f: (f / "manifest.json").write_text("[]"),
        lambda f: (f / "manifest.json").write_text("[" * 100_000),
        lambda f: (f / "manifest.json").write_text('{"format": "other", "schema": 1}'),
        lambda f: (f / "manifest.json").write_text('{"format": "guanxi-comparison", "schema": 1}'),
        lambda f: (f / "daily.parquet").unlink(),
        lambda f: (f / "daily.parquet").write_bytes((f / "daily.parquet").read_bytes()[:-300]),
        lambda f: (f / "summary.parquet").write_bytes(b""),
        lambda f: (f / "summary.parquet").write_bytes((f / "daily.parquet").read_bytes()),
        lambda f: (f / "examples" / "01" / "people.parquet").unlink(),
        lambda f: (f / "examples" / "01" / "manifest.json").write_text('{"format": "guanxi-run", "schema": 1}'),
        lambda f: (f / "scenarios" / "02.yaml").unlink(),
    ],
)
def test_a_torn_or_foreign_folder_is_refused_with_a_remedy(folder, harm):
    harm(folder)
    with pytest.raises(DataError, match=r"copied whole|copy the whole folder|run the command") as caught:
        Comparison.load(folder)
    assert str(folder) in str(caught.value)


def test_strategies_swapped_in_a_manifest_are_noticed(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"community"', '"comunity"', 1))
    with pytest.raises(DataError):
        Comparison.load(folder)


def test_a_missing_folder_and_a_file_are_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "nothing", tmp_path / "file"):
        with pytest.raises(DataError, match="no result here"):
            Comparison.load(path)


def test_a_newer_schema_is_refused(folder):
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 99', 1))
    with pytest.raises(DataError, match="upgrade"):
        Comparison.load(folder)


def test_older_schemas_are_migrated_in_turn(folder, monkeypatch):
    monkeypatch.setattr(manifest, "SCHEMA", 3)
    with pytest.raises(DataError, match="no longer read"):
        manifest.read_manifest(folder, "guanxi-comparison")
    monkeypatch.setitem(manifest.MIGRATIONS, 1, lambda m: m | {"steps": [1]})
    monkeypatch.setitem(manifest.MIGRATIONS, 2, lambda m: m | {"steps": [*m["steps"], 2]})
    found = manifest.read_manifest(folder, "guanxi-comparison")
    assert (found["schema"], found["steps"]) == (3, [1, 2])


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    def fail():
        with whole_folder(tmp_path / "a") as part:
            (part / "half").touch()
            raise RuntimeError("power is gone")

    with pytest.raises(RuntimeError, match="power"):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_replaced_only_when_asked(comparison, folder):
    with pytest.raises(DataError, match="already exists"):
        comparison.save(folder)
    (folder / "leftover").touch()
    comparison.save(folder, replace=True)
    assert not (folder / "leftover").exists()
    assert [p.name for p in folder.parent.iterdir()] == ["result"]
    assert Comparison.load(folder).strategies == comparison.strategies


def test_a_place_that_cannot_be_written_is_named(comparison, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="cannot be written"):
        comparison.save(tmp_path / "file" / "result")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("community", "community"), ("社群 微商", "社群-微商"), ("../../etc/passwd", "etc-passwd"), ("..", "result"),
        ("", "result"), ("a/b\\c:d", "a-b-c-d"), (".hidden", "hidden"), ("x" * 300, "x" * 80), ("a\0b\nc", "a-b-c"),
        ("<script>", "script"),
    ],
)
def test_names_stay_inside_the_folder(text, name):
    assert safe_name(text) == name


def test_a_new_folder_takes_the_next_free_number(tmp_path):
    with new_folder(tmp_path / "results", "a b") as first, new_folder(tmp_path / "results", "a b") as second:
        assert [first.name, second.name] == ["a-b", "a-b-2"], "two commands of one second"
    assert not list(tmp_path.iterdir()), "what holds nothing goes again"
    (tmp_path / "a-b").mkdir()
    (tmp_path / "a-b-2.runs").mkdir()
    with new_folder(tmp_path, "a b") as third:
        assert third == tmp_path / "a-b-3", "a number whose runs wait for the rest is taken too"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-b", "a-b-2.runs"]


@pytest.mark.parametrize("name", ["scenarios/00.yaml", "summary.parquet", "daily.parquet", "examples/01/people.parquet"])
@pytest.mark.parametrize("harm", [lambda _b: b"", lambda b: b[:-40], lambda b: b + b"\xff", None], ids=["empty", "cut", "longer", "gone"])
def test_a_file_that_is_not_the_one_that_was_written_is_named(comparison, name, harm, tmp_path):
    comparison.save(tmp_path / "r")
    path = tmp_path / "r" / name
    if harm is None:
        path.unlink()
    else:
        path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(DataError, match=name) as found:
        Comparison.load(tmp_path / "r")
    assert "garbles" not in str(found.value)


def test_a_table_of_another_result_is_refused(comparison, tmp_path):
    comparison.save(tmp_path / "r")
    make_comparison(replications=3, days=50, seed=2).save(tmp_path / "other")
    (tmp_path / "other" / "summary.parquet").replace(tmp_path / "r" / "summary.parquet")
    with pytest.raises(DataError, match=r"summary\.parquet: not the file that was written here"):
        Comparison.load(tmp_path / "r")


def test_a_bit_that_flips_is_noticed(comparison, tmp_path):
    comparison.save(tmp_path / "r")
    document = json.loads((tmp_path / "r" / "manifest.json").read_text(encoding="utf-8"))
    path = tmp_path / "r" / "daily.parquet"
    sound, rows = path.read_bytes(), document["rows"]["daily"]
    before = read_table(path, rows, comparison.strategies)
    for place in np.random.default_rng(1).integers(0, len(sound), 60):
        harmed = bytearray(sound)
        harmed[place] ^= 1 << (place % 8)
        path.write_bytes(harmed)
        try:
            after = read_table(path, rows, comparison.strategies)
        except DataError:
            continue
        assert list(after) == list(before), place
        for column in before:
            np.testing.assert_array_equal(after[column], before[column], f"bit of byte {place}")


def test_a_folder_without_digests_is_read_as_it_is(comparison, tmp_path):
    comparison.save(tmp_path / "r")
    path = tmp_path / "r" / "manifest.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    assert len(document.pop("digests")) == 3 + len(comparison.strategies)
    path.write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "r" / "scenarios" / "00.yaml").write_text("name: other\n", encoding="utf-8")
    assert Comparison.load(tmp_path / "r").texts[comparison.strategies[0]] == "name: other\n"


def test_a_lock_whose_file_was_removed_locks_nothing(tmp_path):
    one = Lock(tmp_path / "lock", "records.busy")
    with pytest.raises(DataError, match="another command is working there"):
        Lock(tmp_path / "lock", "records.busy")
    (tmp_path / "lock").unlink()
    other = Lock(tmp_path / "lock", "records.busy")
    one.release(remove=True)
    assert (tmp_path / "lock").exists(), "it is another's by now"
    other.release(remove=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "harm",
    [lambda b: b[: len(b) // 2], lambda _b: b"", lambda _b: b"PK\x03\x04 not a zip", lambda b: b.replace(b'"schema": 1', b'"schema": 2')],
)
def test_a_torn_run_file_is_refused(tmp_path, harm):
    path = tmp_path / "run.npz"
    write_run(make_run(days=20, n_people=200), path)
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(DataError, match="run again"):
        read_run(path)


def test_a_pickle_in_a_run_file_is_refused(tmp_path):
    path = tmp_path / "run.npz"
    np.savez(path, head=np.array([{"a": 1}], dtype=object))
    with pytest.raises(DataError):
        read_run(path)


def test_saving_and_loading_loads_neither_pandas_nor_the_simulator(comparison, tmp_path):
    comparison.save(tmp_path / "r")
    code = (
        "import sys; from sim.records.comparison import Comparison; c = Comparison.load(sys.argv[1]);"
        "c.save(sys.argv[2]); from sim.analysis import compliance, crossings, expectations, inequality, paired;"
        "paired.verdict(c); crossings.crossings(c);"
        "bad = {'pandas', 'scipy', 'numba', 'mesa', 'plotly', 'networkx'} & set(sys.modules); assert not bad, bad"
    )
    args = [sys.executable, "-c", code, str(tmp_path / "r"), str(tmp_path / "again")]
    done = run_process(args, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
