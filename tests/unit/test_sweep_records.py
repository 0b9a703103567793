"""A sweep's record: what is saved is what is loaded; what is torn, foreign or too new is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.core.errors import DataError
from sim.records.sweep import AxisRecord, Judged, SweepFailure, SweepRecord, outcome_columns
from sim.records.sweep_store import load, save

if TYPE_CHECKING:
    from pathlib import Path

LABEL = {"zh": "轴", "en": "Axis"}


def made() -> SweepRecord:
    """Return two strategies at three points, two replications, one of them failed."""
    status = np.array(["ok"] * 11 + ["failed"])
    runs = {
        "point": np.repeat(np.arange(3, dtype=np.int32), 4), "strategy": np.tile(np.array([0, 0, 1, 1], np.int32), 3),
        "replication": np.tile(np.array([0, 1], np.int32), 6), "run": np.array([f"{k:024x}" for k in range(12)]), "status": status,
        "seconds": np.where(status == "ok", 0.5, np.nan), "axis:people": np.repeat([100.0, 200.0, 300.0], 4),
        "axis:network.kind": np.repeat([0.0, 1.0, 0.0], 4), "profit_fen": np.append(np.arange(11.0), np.nan),
    }
    daily = {"point": np.zeros(3, np.int32), "strategy": np.ones(3, np.int32), "replication": np.zeros(3, np.int32),
             "day": np.arange(3, dtype=np.int32), "orders": np.array([1.0, np.nan, 3.0])}
    return SweepRecord(
        "two", LABEL, [AxisRecord("people", LABEL, "people", "linear", (100.0, 200.0, 300.0), 100.0, 300.0, is_whole=True),
                       AxisRecord("network.kind", LABEL, "", "words", ("dunbar", "small_world"), 0.0, 1.0)],
        ["community", "dual_rebate"], {"community": LABEL, "dual_rebate": LABEL}, runs,
        judged=[Judged(0, 1, "profit_fen > 0 CNY with 95 %", "profit_fen", 0.95, "undecided", "few", 1.0, np.nan, np.nan, 1, 1.0, 1.0)],
        failures=[SweepFailure(2, "dual_rebate", 1, "b" * 24, "the books do not balance", 3)],
        design={"kind": "grid", "points": 3, "seed": 1}, replications=2, seed=7, question={"product": "mask", "people": 100},
        texts={"community": "name: community\n"}, source="scenarios: [community]\n", version="0", code="c", command="guanxi sweep two",
        timings={"wall": 1.0}, machine={"cores": 2}, read_daily=lambda: daily,
    )


def same(one: SweepRecord, two: SweepRecord) -> None:
    for name in one.runs:
        np.testing.assert_array_equal(one.runs[name], two.runs[name])
    for name in one.daily:
        np.testing.assert_array_equal(one.daily[name], two.daily[name])
    assert list(one.runs) == list(two.runs)
    plain = ("name", "titles", "axes", "strategies", "strategy_titles", "failures", "design", "replications", "seed", "question",
             "source", "shard", "version", "code", "command", "timings", "machine", "complete")
    for name in plain:
        assert getattr(one, name) == getattr(two, name), name
    assert repr(one.judged) == repr(two.judged)


def test_what_is_saved_is_what_is_loaded(tmp_path: Path) -> None:
    record = made()
    record.save(tmp_path / "out")
    same(record, SweepRecord.load(tmp_path / "out"))
    record.shard, record.complete = (2, 4), False
    record.save(tmp_path / "out", replace=True)
    same(record, SweepRecord.load(tmp_path / "out"))


def test_the_daily_series_may_come_in_pieces(tmp_path: Path) -> None:
    record, whole = made(), made().daily
    save(record, tmp_path / "out", daily=({name: column[k:k + 1] for name, column in whole.items()} for k in range(3)))
    same(record, load(tmp_path / "out"))
    save(record, tmp_path / "none", daily=())
    assert load(tmp_path / "none").daily == {}


def test_frames_have_names(tmp_path: Path) -> None:
    frame = made().frame()
    assert frame["strategy"].tolist() == ["community", "community", "dual_rebate", "dual_rebate"] * 3
    assert frame["axis:network.kind"].tolist() == ["dunbar"] * 4 + ["small_world"] * 4 + ["dunbar"] * 4
    assert made().daily_frame()["strategy"].tolist() == ["dual_rebate"] * 3


def test_means_leave_out_what_is_undefined() -> None:
    record = made()
    np.testing.assert_array_equal(record.means("profit_fen"), [[0.5, 2.5], [4.5, 6.5], [8.5, 10.0]])
    assert np.isnan(record.means("no_such_outcome")).all()
    assert record.points["axis:people"].tolist() == [100.0, 200.0, 300.0]
    assert record.verdict() == "undecided"
    assert len(record.comparable()["point"]) == 11


def test_outcomes_become_columns_in_the_order_of_the_catalogue() -> None:
    columns = outcome_columns({"a": {"orders": 1.0, "profit_fen": 2.0, "zz": 5.0}, "b": {"orders": 3.0}}, ["b", "gone", "a", "b"])
    assert list(columns) == ["profit_fen", "orders", "zz"]
    np.testing.assert_array_equal(columns["orders"], [3.0, np.nan, 1.0, 3.0])


def changed(folder: Path, **keys: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | keys))


@pytest.mark.parametrize("keys", [
    {"format": "guanxi-comparison"}, {"schema": 99}, {"schema": "1"}, {"axes": [{"path": "people"}]}, {"strategies": []}, {"seed": "x"},
    {"rows": {}}, {"rows": {"runs": 3, "daily": 3, "judged": 1}}, {"shard": [1]}, {"strategy_titles": {}}, {"failures": [3]},
    {"design": {"kind": None}}, {"strategies": ["community", "other"]},
])
def test_a_garbled_manifest_is_refused(keys: dict[str, object], tmp_path: Path) -> None:
    made().save(tmp_path / "out")
    changed(tmp_path / "out", **keys)
    with pytest.raises(DataError):
        load(tmp_path / "out")


@pytest.mark.parametrize("table", ["runs", "judged", "daily"])
def test_a_torn_table_is_refused(table: str, tmp_path: Path) -> None:
    made().save(tmp_path / "out")
    path = tmp_path / "out" / f"{table}.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match="torn"):
        _ = load(tmp_path / "out").daily


@pytest.mark.parametrize("name", ["sweep.yaml", "scenarios/00.yaml", "runs.parquet", "judged.parquet", "daily.parquet"])
def test_a_file_that_is_not_the_one_that_was_written_is_named(name: str, tmp_path: Path) -> None:
    made().save(tmp_path / "out")
    path = tmp_path / "out" / name
    path.write_bytes(path.read_bytes() + b"\n" if name.endswith("yaml") else b"PAR1" + path.read_bytes()[4:-4] + b"PARX")
    with pytest.raises(DataError, match=name):
        _ = load(tmp_path / "out").daily
    path.unlink()
    with pytest.raises(DataError, match=name) as found:
        _ = load(tmp_path / "out").daily
    assert "garbles" not in str(found.value)


def test_words_that_no_list_holds_are_refused(tmp_path: Path) -> None:
    record = made()
    record.runs["axis:network.kind"][0] = 7
    record.save(tmp_path / "out")
    with pytest.raises(DataError):
        load(tmp_path / "out")


def test_a_folder_that_stands_there_is_not_replaced_unasked(tmp_path: Path) -> None:
    made().save(tmp_path / "out")
    with pytest.raises(DataError, match="already exists"):
        made().save(tmp_path / "out")
    assert load(tmp_path / "out").seed == 7
