"""The store of finished runs: what is in it, what befalls its files, and what comes back."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import zipfile

import numpy as np
import pytest

from sim.core.errors import DataError
from sim.records import run_store
from sim.records.light import LightRun, Shape, light_of, read_light, write_light
from sim.records.parts import read_part, write_part
from sim.records.run_store import PART_RUNS, RunStore, default_store, runs_in
from sim.text.message import Message
from tests.synthetic import make_run

FULL = PART_RUNS + 6
"""Runs of a store that has one part and a few files in its spool."""


def name_of(number):
    return hashlib.blake2b(str(number).encode(), digest_size=12).hexdigest()


def run_of(number, days=20):
    rng = np.random.default_rng(number)
    daily = ("orders", "trust", f"series {number % 2}")
    shape = Shape(days, ("profit_fen", "ltv_fen"), daily, ("sales",) if number % 3 else ("sales", "media"))
    return LightRun(name_of(number), shape, np.array([rng.normal(), np.nan]), rng.normal(size=(3, days)),
                    rng.integers(-(1 << 60), 1 << 60, (len(shape.statement), days)), 0.1, {"replication": number})


def put(store, numbers):
    for number in numbers:
        run = run_of(number)
        write_light(run, store.spool_path(run.run))
        store.book(run.run, seconds=float(number), about={"attempts": 1})


def contents(store, numbers):
    """Return everything that can be asked of some runs, comparable."""
    ids = [name_of(number) for number in numbers]
    tables = [store.daily(ids), store.statement(ids)]
    outcomes = store.outcomes(ids)
    return [repr([outcomes[run] for run in ids]), *((name, column.tobytes()) for table in tables for name, column in table.items())]


@pytest.fixture
def filled(tmp_path):
    """Return a folder with a part and a few spool files, and what the store answered."""
    with RunStore(tmp_path / "store") as store:
        put(store, range(FULL))
        told = contents(store, range(FULL))
    assert len(list((tmp_path / "store/parts").iterdir())) == 1
    assert len(list((tmp_path / "store/spool").iterdir())) == FULL - PART_RUNS
    return tmp_path / "store", told


def only_part(folder):
    (path,) = (folder / "parts").iterdir()
    return path


def test_a_run_comes_back_as_it_was_from_the_spool_and_from_a_part(tmp_path):
    runs = [run_of(number, days) for number, days in ((1, 20), (2, 7), (3, 20))]
    write_part(runs, tmp_path / "part.parquet")
    for run, back in zip(runs, read_part(tmp_path / "part.parquet"), strict=True):
        write_light(run, tmp_path / f"{run.run}.npz")
        for found in (back, read_light(tmp_path / f"{run.run}.npz")):
            assert (found.run, found.shape, found.seconds, found.about) == (run.run, run.shape, run.seconds, run.about)
            for table in ("outcomes", "daily", "statement"):
                assert getattr(found, table).dtype == getattr(run, table).dtype
                assert getattr(found, table).tobytes() == getattr(run, table).tobytes()


def test_a_record_is_kept_without_its_people():
    record = make_run("community", 3, days=30, n_people=300, seed=1)
    light = light_of(record, "ab", seconds=1.5, about={"seed": 1})
    assert light.shape.daily == tuple(record.daily)
    assert light.summary()["orders"] == record.daily["orders"].sum()
    np.testing.assert_array_equal(light.statement[0], next(iter(record.statement.values())))


def test_what_is_booked_is_known_and_answered(tmp_path):
    with RunStore(tmp_path) as store:
        put(store, range(3))
        assert store.known([name_of(n) for n in range(5)]) == {name_of(n) for n in range(3)}
        assert len(store) == 3
        outcomes = store.outcomes([name_of(2), name_of(9)])
        assert list(outcomes) == [name_of(2)]
        assert outcomes[name_of(2)]["profit_fen"] == run_of(2).outcomes[0]
        assert np.isnan(outcomes[name_of(2)]["ltv_fen"])
        assert store.entries([name_of(2)])[name_of(2)].seconds == 2.0


def test_daily_tables_are_long_and_filled_where_a_run_lacks_a_series(tmp_path):
    with RunStore(tmp_path) as store:
        put(store, range(4))
        ids = [name_of(3), name_of(0), name_of(3)]
        table = store.daily(ids)
        assert table["run"].tolist() == [0] * 20 + [1] * 20 + [2] * 20
        assert table["day"].tolist() == list(range(20)) * 3
        np.testing.assert_array_equal(table["orders"][20:40], run_of(0).daily[0])
        np.testing.assert_array_equal(table["orders"][:20], table["orders"][40:])
        assert np.isnan(table["series 0"][:20]).all()
        assert list(store.daily(ids, ["trust"])) == ["run", "day", "trust"]
        lines = store.statement(ids)
        assert lines["sales"].dtype == np.int64
        np.testing.assert_array_equal(lines["sales"][20:40], run_of(0).statement[0])
        with pytest.raises(DataError, match="1 of the runs asked for are not here"):
            store.daily([name_of(3), name_of(77)])


def test_tables_do_not_depend_on_what_lies_in_which_file(filled, tmp_path):
    _, told = filled
    with RunStore(tmp_path / "other") as store:
        put(store, reversed(range(FULL)))
        assert contents(store, range(FULL)) == told


def test_the_next_one_finds_everything(filled):
    folder, told = filled
    with RunStore(folder) as store:
        assert store.notices == []
        assert contents(store, range(FULL)) == told
        assert store.repair() == []


def test_a_run_that_nobody_entered_is_found_in_the_spool(tmp_path):
    RunStore(tmp_path).close()
    write_light(run_of(5), tmp_path / "spool" / f"{name_of(5)}.npz")
    with RunStore(tmp_path) as store:
        assert store.known([name_of(5)])


@pytest.mark.parametrize("keep", [0, 100, -1], ids=["empty", "cut short", "a byte less"])
def test_a_torn_spool_file_is_told_and_only_its_run_is_lost(filled, keep):
    folder, _ = filled
    path = next((folder / "spool").iterdir())
    path.write_bytes(path.read_bytes()[:keep])
    with RunStore(folder) as store:
        assert [notice.key for notice in store.notices] == ["store.spool_lost"]
        assert len(store) == FULL - 1
        assert not store.known([path.stem])


def test_a_spool_file_of_another_run_is_not_taken(tmp_path):
    RunStore(tmp_path).close()
    write_light(run_of(5), tmp_path / "spool" / f"{name_of(6)}.npz")
    with RunStore(tmp_path) as store:
        assert len(store) == 0
        assert len(store.notices) == 1


def damage(path, how):
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "cut short":
        path.write_bytes(data[:len(data) // 2])
    else:  # one bit in the middle, its size as before
        at = len(data) // 3
        path.write_bytes(data[:at] + bytes([data[at] ^ 64]) + data[at + 1:])


@pytest.mark.parametrize("how", ["gone", "cut short", "a bit turned"])
def test_a_torn_part_is_told_and_its_runs_are_played_again(filled, how):
    folder, told = filled
    damage(only_part(folder), how)
    with RunStore(folder) as store:
        notices = store.notices or store.repair()
        assert [notice.key for notice in notices] == ["store.part_lost"]
        assert f"{PART_RUNS} runs will be played again, {FULL - PART_RUNS} others are kept" in notices[0]
        assert len(store) == FULL - PART_RUNS
        put(store, [n for n in range(FULL) if not store.known([name_of(n)])])
        assert contents(store, range(FULL)) == told
        assert store.repair() == []


def test_a_torn_part_that_is_met_while_reading_is_struck(filled):
    folder, _ = filled
    damage(only_part(folder), "a bit turned")
    with RunStore(folder) as store:
        assert store.notices == []
        with pytest.raises(DataError, match="give the same command again"):
            store.daily([name_of(n) for n in range(FULL)])
        assert len(store) == FULL - PART_RUNS


@pytest.mark.parametrize("how", ["garbage", "cut short", "gone", "another base", "a page in the middle"])
def test_a_damaged_manifest_is_told_and_made_anew_without_losing_a_run(filled, how):
    folder, told = filled
    path = folder / "manifest.sqlite"
    data = path.read_bytes()
    if how == "gone":
        path.unlink()
    elif how == "another base":
        path.unlink()
        with sqlite3.connect(path) as base:
            base.execute("CREATE TABLE runs (run TEXT)")
        base.close()
    else:
        page = len(data) // 4096 // 2 * 4096
        path.write_bytes({"garbage": b"x" * 9000, "cut short": data[:5000],
                          "a page in the middle": data[:page] + b"\xff" * 4096 + data[page + 4096:]}[how])
    with RunStore(folder) as store:
        notices = store.notices or store.repair()
        assert [notice.key for notice in notices] == ["store.rebuilt"]
        assert f"{FULL} finished runs are kept" in notices[0]
        assert contents(store, range(FULL)) == told


@pytest.mark.parametrize("words", ["UPDATE runs SET outcomes = x'00'", "UPDATE runs SET shape = 99", "UPDATE runs SET outcomes = 'words'",
                                   "ALTER TABLE runs RENAME COLUMN seconds TO minutes"])
def test_rows_that_make_no_sense_are_told_and_made_anew_by_the_next_one(filled, words):
    folder, told = filled
    with contextlib.closing(sqlite3.connect(folder / "manifest.sqlite")) as base:
        base.execute(words)
        base.commit()
    with RunStore(folder) as store, pytest.raises(DataError, match="give the same command again"):
        store.entries([name_of(number) for number in range(FULL)])
    with RunStore(folder) as store:
        assert len(store) == FULL
        assert contents(store, range(FULL)) == told
        assert "has been made anew" in store.notices[0]


def test_a_damaged_manifest_and_a_torn_part_at_once(filled):
    folder, _ = filled
    damage(only_part(folder), "cut short")
    (folder / "manifest.sqlite").write_bytes(b"not a base")
    with RunStore(folder) as store:
        assert {notice.key for notice in store.notices} == {"store.rebuilt", "store.part_lost"}
        assert len(store) == FULL - PART_RUNS


def test_messages_are_said_in_both_languages(filled):
    folder, _ = filled
    damage(only_part(folder), "gone")
    with RunStore(folder) as store:
        (notice,) = store.notices
        assert isinstance(notice, Message)
        assert "重做" in notice.said_in("zh")


class Killed(BaseException):
    """The end of the process, as far as a test can play it."""


@pytest.mark.parametrize("moment", ["before the part is written", "before the part is entered", "before the spool is emptied"])
def test_killed_while_a_part_is_made_nothing_is_lost(tmp_path, monkeypatch, moment):
    def die(*_args, **_how):
        raise Killed

    with monkeypatch.context() as patch:
        store = RunStore(tmp_path)
        if moment == "before the part is written":
            patch.setattr(run_store, "write_part", die)
        elif moment == "before the part is entered":
            patch.setattr(store._manifest, "add_part", die)
        else:
            patch.setattr(store._manifest, "add_part", lambda *given, old=store._manifest.add_part: (old(*given), die()))
        with pytest.raises(Killed):
            put(store, range(PART_RUNS))
        store._manifest._base.rollback()
        store._manifest._base.close()
        store._lock.release()
    with RunStore(tmp_path) as again:
        assert len(again) == PART_RUNS
        put(again, range(PART_RUNS, FULL))
        told = contents(again, range(FULL))
        assert again.repair() == []
    with RunStore(tmp_path) as last:
        assert contents(last, range(FULL)) == told
        assert last.notices == []


def test_a_full_disk_while_a_part_is_made_is_one_message_and_the_spool_stays(tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    with RunStore(tmp_path) as store:
        monkeypatch.setattr(run_store, "write_part", full)
        with pytest.raises(DataError, match=r"No space left on device.*every finished run is kept"):
            put(store, range(PART_RUNS))
        monkeypatch.undo()
        assert len(store) == PART_RUNS
        put(store, [PART_RUNS])
        assert len(list((tmp_path / "parts").iterdir())) == 1


def test_folders_that_are_none_of_ours_are_left_alone(filled):
    folder, told = filled
    others = [folder / "parts/x.parquet", folder / f"spool/{'0' * 24}.npz"]
    for other in others:
        other.mkdir()
    with RunStore(folder) as store:
        assert contents(store, range(FULL)) == told
        assert store.notices == []
    assert all(other.is_dir() for other in others)


def test_half_files_of_the_killed_are_swept_out(filled):
    folder, told = filled
    for place in ("spool", "parts"):
        (folder / place / "x.npz.77-ab.part").write_bytes(b"half")
    with RunStore(folder) as store:
        assert contents(store, range(FULL)) == told
    assert not list(folder.rglob("*.part"))


def test_a_store_of_a_newer_version_is_refused_and_left_alone(tmp_path):
    RunStore(tmp_path).close()
    base = sqlite3.connect(tmp_path / "manifest.sqlite")
    base.execute("PRAGMA user_version=9")
    base.close()
    with pytest.raises(DataError, match="newer"):
        RunStore(tmp_path)
    assert not (tmp_path / "manifest.sqlite.damaged").exists()
    with pytest.raises(DataError, match="newer"):  # the lock was let go
        RunStore(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_message(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot be written"):
        RunStore(tmp_path / "file" / "store")


def test_a_store_can_be_copied_and_moved(filled, tmp_path):
    folder, told = filled
    shutil.copytree(folder, tmp_path / "copy")
    with RunStore(tmp_path / "copy") as store:
        assert contents(store, range(FULL)) == told


def test_the_folder_is_named_by_the_environment_else_under_results(monkeypatch, tmp_path):
    monkeypatch.delenv("GUANXI_STORE", raising=False)
    assert default_store().parts == ("results", "store")
    monkeypatch.setenv("GUANXI_STORE", str(tmp_path))
    assert default_store() == tmp_path


def test_a_manifest_that_somebody_looks_into_is_no_damage(filled):
    folder, _ = filled
    other = sqlite3.connect(folder / "manifest.sqlite", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM runs").fetchone()
    with pytest.raises(DataError, match="another command"):
        RunStore(folder)
    other.close()
    with RunStore(folder) as store:
        assert len(store) == FULL
        assert store.notices == []


def test_a_manifest_that_names_files_elsewhere_touches_none(filled, tmp_path):
    folder, _ = filled
    outside = tmp_path / "outside.parquet"
    outside.write_text("mine")
    base = sqlite3.connect(folder / "manifest.sqlite")
    base.execute("INSERT INTO parts VALUES ('../../outside.parquet', 99)")
    base.execute("INSERT INTO runs SELECT '../../x', shape, outcomes, seconds, about, '../../outside.parquet' FROM runs LIMIT 1")
    base.commit()
    base.close()
    with RunStore(folder) as store:
        assert len(store) == FULL
    assert outside.read_text() == "mine"


def test_foreign_archives_in_the_spool_are_no_runs(tmp_path):
    RunStore(tmp_path).close()
    with zipfile.ZipFile(tmp_path / "spool" / "abc.npz", "w") as archive:
        archive.writestr("head.npy", b"hello")
    np.savez(tmp_path / "spool" / "abd.npz", head=np.array([{"x": 1}], dtype=object))
    with RunStore(tmp_path) as store:
        assert len(store) == 0
        assert len(store.notices) == 2


def test_a_file_of_somebody_else_is_told_of_and_left_alone_or_put_aside_under_a_name_of_ours(filled):
    folder, _ = filled
    strangers = [folder / "parts" / "sales.parquet", folder / "spool" / "mine.npz", folder / "parts" / "film.part"]
    named_as_ours = [folder / "parts" / f"{'0' * 16}.parquet", folder / "spool" / f"{'0' * 24}.npz"]
    for stranger in strangers + named_as_ours:
        stranger.write_bytes(b"precious")
    with RunStore(folder) as store:
        assert sorted(notice.key for notice in store.notices) == ["store.foreign", "store.foreign", "store.part_lost", "store.spool_lost"]
        assert all(str(stranger) in "".join(store.notices) for stranger in strangers[:2] + named_as_ours)
        assert len(store.known(runs_in(folder))) == len(store) == FULL, "files tell it while another command works here"
    aside = [path.with_name(f"{path.name}.damaged") for path in named_as_ours]
    assert [stranger.read_bytes() for stranger in strangers + aside] == [b"precious"] * 5
