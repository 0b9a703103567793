"""`attribute`, `sensitivity` and `optimise` as a user calls them: tables, JSON, pages, both languages, mistakes."""

from __future__ import annotations

import json
import re
import sys
from html.parser import HTMLParser

import pytest

from sim.cli import main
from sim.text.cells import cell_width

CALLS = {
    "attribute": (["attribute", "community_and_ads", "-r", "3", "--mechanisms"], "parts"),
    "sensitivity": (["sensitivity", "paid_ads", "--points", "4", "-r", "2"], "noisy"),
    "sobol": (["sensitivity", "paid_ads", "--lever", "brand.product.quality=0..1", "--method", "sobol", "--points", "8", "-r", "1"], "hill"),
    "optimise": (["optimise", "paid_ads", "--lever", "strategies.paid_ads.cpm_drift=0..1", "--maximise", "profit_fen", "--minimise",
                  "losing_agent_share", "--subject-to", "ultimate_user_share > 10%", "--uncertain", "brand.product.quality=0..1",
                  "--trials", "8", "-r", "2", "--front-replications", "3"], "hill"),
    "one goal": (["optimise", "paid_ads", "--lever", "brand.product.quality=0..1", "--maximise", "profit_fen", "--trials", "8", "-r", "1",
                  "--front-replications", "1"], "hill"),
}


@pytest.fixture
def call(capsys, monkeypatch, tmp_path):
    """Return a function that runs a command in an empty folder at 80 columns: (exit code, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("GUANXI_LANG", "GUANXI_DEBUG", "GUANXI_STORE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)

    def run(*args, model="", lang="en"):
        if model:
            monkeypatch.setattr("sim.cli.studies.MODEL", f"tests.integration.study_model:{model}")
        with pytest.raises(SystemExit) as end:
            main([*args, "--workers", "1", "--lang", lang] if model else [*args, "--lang", lang])
        shown = capsys.readouterr()
        return end.value.code, shown.out, shown.err

    return run


class Balanced(HTMLParser):
    """Hold that every element that is opened is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        if tag not in {"meta", "link", "br", "hr", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for name, value in attrs if name == "id"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", CALLS)
def test_the_table_fits_and_the_page_stands(call, name, lang, tmp_path):
    args, model = CALLS[name]
    code, out, err = call(*args, "--out", "found", model=model, lang=lang)
    assert code == 0, err
    assert all(cell_width(line) <= 80 for line in out.splitlines()), out
    assert "nan" not in out.lower().replace("finan", "")
    assert bool(re.search(r"[一-鿿]", out)) == (lang == "zh")
    page = (tmp_path / "found" / "page.html").read_text(encoding="utf-8")
    reader = Balanced()
    reader.feed(page)
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))
    assert "nan" not in re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL).lower().replace("finan", "")
    assert "http" not in re.sub(r"doi:\S+", "", page.split("<body")[1]).replace("https://", "http://") or "http://www.w3.org" in page


@pytest.mark.parametrize("name", CALLS)
def test_json_holds_the_record(call, name):
    args, model = CALLS[name]
    code, out, _ = call(*args, "--json", "--quiet", model=model)
    document = json.loads(out)
    assert code == 0
    assert document["kind"] == args[0]
    assert document["schema"] == 1
    assert {"scenario", "seed", "folder", "version", "failures"} <= set(document)


def test_a_second_call_plays_nothing_and_says_so(call):
    args, model = CALLS["attribute"]
    first, second = (json.loads(call(*args, "--json", model=model)[1]) for _ in range(2))
    assert (first["kept"], second["kept"]) == (0, second["runs"])
    assert first["parts"] == second["parts"]


@pytest.mark.parametrize(("args", "package"), [
    (["sensitivity", "paid_ads"], "SALib"),
    (["optimise", "paid_ads", "--lever", "brand.product.quality=0..1", "--maximise", "profit_fen"], "optuna"),
])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_missing_extra_is_one_message_with_its_remedy(call, monkeypatch, args, package, lang, tmp_path):
    monkeypatch.setitem(sys.modules, package, None)
    code, out, err = call(*args, lang=lang)
    assert code == 3
    assert out == ""
    assert "pip install 'guanxi[analysis]'" in err
    assert package in err
    assert len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("args", [
    ["attribute", "nowhere"], ["attribute", "community", "--outcome", "profit"], ["attribute", "community", "--parts", "x"],
    ["sensitivity", "community", "--lever", "x"], ["sensitivity", "community", "--outcome", "x"],
    ["optimise", "community"], ["optimise", "community", "--maximise", "profit_fen"],
    ["optimise", "community", "--lever", "brand.product.quality=0..1", "--maximise", "x"],
])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_mistake_is_told_and_nothing_written(call, args, lang, tmp_path):
    code, out, err = call(*args, lang=lang)
    assert code == 3
    assert out == ""
    assert err.startswith("错误" if lang == "zh" else "error")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_not_written_over(call, tmp_path):
    (tmp_path / "found").mkdir()
    args, model = CALLS["attribute"]
    code, _, err = call(*args, "--out", "found", model=model)
    assert code == 3
    assert "another folder" in err


@pytest.mark.parametrize("name", CALLS)
def test_report_draws_a_stored_study_again_in_another_language(call, name, tmp_path):
    args, model = CALLS[name]
    _, told, _ = call(*args, "--out", "found", model=model)
    english = (tmp_path / "found" / "page.html").read_text(encoding="utf-8")
    assert call("report", "found")[1] == told
    assert (tmp_path / "found" / "page.html").read_text(encoding="utf-8") == english
    code, out, _ = call("report", "found", "--out", "other", lang="zh")
    assert code == 0
    assert re.search(r"[一-鿿]", out)
    assert '<html lang="zh' in (tmp_path / "other" / "page.html").read_text(encoding="utf-8")
    assert (tmp_path / "found" / "page.html").read_text(encoding="utf-8") == english
    document = json.loads(call("report", "found", "--json")[1])
    assert document["kind"] == args[0]
    assert document["scenario"] == args[1]


@pytest.mark.parametrize(("name", "runs"), [("attribute", 16 * 3), ("sensitivity", None), ("sobol", 8 * 3), ("optimise", 8 * 2)])
def test_a_forecast_plays_and_writes_nothing(call, name, runs, tmp_path):
    args, model = CALLS[name]
    code, out, _ = call(*args, "--dry-run", "--json", model=model)
    document = json.loads(out)
    assert code == 0
    assert document["kind"] == f"{args[0]} forecast"
    assert document["to_play"] == document["distinct"] <= document["runs"]
    assert runs is None or document["runs"] == runs, "of a design of one lever two points of a row are the same"
    assert list(tmp_path.iterdir()) == []
    for lang in ("zh", "en"):
        _, out, _ = call(*args, "--dry-run", model=model, lang=lang)
        assert all(cell_width(line) <= 80 for line in out.splitlines()), out
        assert f"{document['runs']:,}" in out


def test_a_forecast_counts_what_the_store_holds(call):
    args, model = CALLS["attribute"]
    call(*args, "--out", "found", model=model)
    more = json.loads(call(*args[:-3], "-r", "4", "--mechanisms", "--dry-run", "--json", model=model)[1])
    assert (more["kept"], more["to_play"]) == (48, 16)
