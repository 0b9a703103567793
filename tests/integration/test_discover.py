"""`guanxi discover`: boxes of a stored sweep in words, in both languages, and mistakes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sim.analysis.discovery import Discovered, discover
from sim.analysis.prim import Box, Side
from sim.cli import main
from sim.records.sweep import AxisRecord
from sim.report.discovery import roundest, sentence, side_of
from sim.scenario.expect import parse_expectation
from sim.text.cells import cell_width
from tests.unit.test_analysis_prim import record


@pytest.fixture
def stored(tmp_path):
    record(points=120).save(tmp_path / "sweep")
    return str(tmp_path / "sweep")


@pytest.fixture
def call(capsys):
    def run(*args):
        with pytest.raises(SystemExit) as end:
            main(["discover", *args])
        return end.value.code, *capsys.readouterr()

    return run


@pytest.mark.parametrize(("lang", "words"), [
    ("en", ("Agents losing money < 30%", "only if, Buy-back share >", "and Buy-in < ¥", "density", "quasi-p",
            "The outcome is undefined at every point.")),
    ("zh", ("亏损代理占比 < 30%", "只当回购比例 >", "且入门费 <", "密度", "拟 p 值", "该指标在所有点上都无定义。")),
])
def test_boxes_are_told_in_words(stored, call, lang, words):
    code, out, err = call(stored, "losing_agent_share < 30%", "--lang", lang)
    assert (code, err) == (0, "")
    joined = " ".join(out.split())
    assert [word for word in words if word not in joined] == []
    assert [line for line in out.splitlines() if cell_width(line) > 80] == []
    assert "{" not in out


def test_as_json(stored, call):
    code, out, _ = call(stored, "losing_agent_share < 0.3", "--strategy", "dual_rebate", "--json")
    assert code == 0
    body = json.loads(out)
    (one,) = body["strategies"]
    (box, *_) = one["boxes"]
    assert {side["axis"].rsplit(".")[-1] for side in box["conditions"]} == {"buyback_share", "buy_in"}
    assert box["density_interval"][0] <= box["density"] <= box["density_interval"][1]
    assert one["points"] == 120


@pytest.mark.parametrize(("args", "word"), [
    (("losing_agents < 3",), "losing_agent_share"), (("whatever",), "cannot be read"),
    (("losing_agent_share < 0.3", "--strategy", "dual_rebates"), "dual_rebate"),
])
def test_mistakes_are_one_message(stored, call, args, word):
    code, out, err = call(stored, *args, "--lang", "en")
    assert (code, out) == (3, "")
    assert word in err
    assert len(err.strip().splitlines()) <= 2


def test_no_sweep_there(tmp_path, call):
    code, _, err = call(str(tmp_path), "losing_agent_share < 0.3", "--lang", "en")
    assert code == 3
    assert "no result here" in err


def test_limits_are_as_round_as_the_points_allow():
    assert roundest(0.5931, 0.6077) == 0.6
    assert roundest(301_230, 318_777) == 310_000
    assert roundest(2.0, 3.0) == 2.5
    assert roundest(-0.31, -0.28) == -0.3
    assert roundest(0.0, 0.0) == 0.0
    rng = np.random.default_rng(1)
    for low, gap in zip(rng.normal(0, 1000, 200), rng.exponential(0.1, 200), strict=True):
        assert low < roundest(low, low + gap) < low + gap


def test_values_that_somebody_chose_are_said_as_they_are():
    made = record(points=40)
    grid = AxisRecord("people", {"zh": "人数", "en": "People"}, "", "linear", (100.0, 200.0, 400.0), 100.0, 400.0)
    made.axes.append(grid)
    made.runs[grid.column] = np.array(grid.values)[made.runs["point"] % 3]
    assert side_of(Side("people", "low", 150.0), made, "en") == "People ≥ 200"
    assert side_of(Side("people", "high", 150.0), made, "zh") == "人数 ≤ 100"
    assert side_of(Side("network.kind", "words", words=("ring",)), made, "en") == "Network is ring"


@pytest.mark.parametrize(("hits", "n", "of", "start"), [(9, 10, 10, "If, and almost only if"), (9, 30, 10, "Almost only if"),
                                                        (9, 10, 30, "Almost always if"), (3, 10, 10, "More often if")])
def test_only_if_is_said_of_what_covers_and_if_of_what_is_dense(hits, n, of, start):
    box = Box((Side("network.kind", "words", words=("ring",)),), n, hits, 100, of)
    one = Discovered(box, (0.0, 1.0), (0.0, 1.0), 0.01, 0.5, 0.5)
    assert sentence(one, record(points=24), "en").startswith(start)


def test_a_box_of_a_stored_sweep_is_that_of_the_one_in_memory(tmp_path):
    made = record(points=120)
    made.save(tmp_path / "kept")
    wanted = parse_expectation("losing_agent_share < 0.3")
    again = type(made).load(tmp_path / "kept")
    assert discover(again, wanted, "dual_rebate", deals=19) == discover(made, wanted, "dual_rebate", deals=19)
