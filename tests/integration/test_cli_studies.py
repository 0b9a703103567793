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
    assert "pip install -c constraints.txt -e '.[analysis]'" in err
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


LEVER = ["--lever", "strategies.paid_ads.cpm=1..9"]
TWO = ["--maximise", "profit_fen", "--subject-to"]


@pytest.mark.parametrize(("args", "code", "words"), [
    (["sensitivity", "paid_ads", "-r", "9" * 20], 2, "not in the range"),
    (["sensitivity", "paid_ads", "--points", "9" * 11], 2, "not in the range"),
    (["optimise", "paid_ads", *LEVER, "--maximise", "profit_fen", "--trials", "9" * 11], 2, "not in the range"),
    (["optimise", "paid_ads", *LEVER, "--maximise", "profit_fen", "--front-replications", "9" * 20], 2, "not in the range"),
    (["sensitivity", "paid_ads", "--lever", ""], 3, "PATH=low..high"),
    (["sensitivity", "paid_ads", "--lever", "seed=1..2"], 3, "--seed"),
    (["sensitivity", "paid_ads", "--lever", "nope.nope=1..2"], 3, "guanxi list axes"),
    (["sensitivity", "paid_ads", "--lever", "brand.product.quality=0..5"], 3, "brand.product.quality=5: error"),
    (["sensitivity", "paid_ads", "--outcome", "nope"], 3, "guanxi list outcomes"),
    (["optimise", "paid_ads", *LEVER, *TWO, "orders > 10", "--subject-to", "orders < 5"], 3, "cannot both hold"),
    (["optimise", "paid_ads", *LEVER, *TWO, "orders >= 5", "--subject-to", "orders < 5"], 3, "cannot both hold"),
    (["attribute", "swept.yaml"], 3, "guanxi sweep swept.yaml"),
    (["run", "swept.yaml"], 3, "guanxi sweep swept.yaml"),
    (["sweep", "mine.yaml"], 3, "guanxi run mine.yaml"),
    (["compare", "community", "paid_ads", "--until-separated", "--confidence", "nan"], 2, "0.95 or 95%"),
    (["compare", "community", "paid_ads", "--until-separated", "--confidence", "40%"], 2, "0.95 or 95%"),
])  # fmt: skip
def test_what_cannot_be_meant_gets_one_message_and_writes_nothing(call, tmp_path, args, code, words):
    (tmp_path / "swept.yaml").write_text("name: a\nscenarios: [community]\naxes: {brand.product.quality: [0.1, 0.9]}\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("name: mine\nextends: community\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    found, out, err = call(*args)
    assert (found, out) == (code, "")
    assert words in err
    assert err.count("error:") == 1
    assert "unexpected" not in err
    assert sorted(tmp_path.iterdir()) == before


def test_conditions_that_meet_in_one_value_are_taken(call):
    code, _, err = call("optimise", "paid_ads", *LEVER, *TWO, "orders >= 5", "--subject-to", "orders <= 5", "--dry-run")
    assert code == 0, err


def test_a_study_of_few_people_is_warned_unless_it_moves_the_amount(call):
    told = "strategies.paid_ads.daily_budget=9.6 CNY"
    assert told in call("sensitivity", "paid_ads", "--people", "800", "--dry-run")[2]
    assert told in call("attribute", "community_and_ads", "--people", "800", "--dry-run")[2]
    moved = call("sensitivity", "paid_ads", "--people", "800", "--lever", "strategies.paid_ads.daily_budget=1..9", "--dry-run")
    assert moved[0] == 0
    assert told not in moved[2]


@pytest.mark.parametrize("text", ["[" * 100_000, "[]", "{}"])
def test_a_record_that_is_none_is_told(call, tmp_path, text):
    args, model = CALLS["one goal"]
    assert call(*args, "--out", "found", model=model)[0] == 0
    (tmp_path / "found" / "optimisation.json").write_text(text, encoding="utf-8")
    code, _, err = call("report", "found")
    assert code == 3
    assert "optimisation.json" in err
    assert "unexpected" not in err


@pytest.mark.parametrize(("points", "told"), [("7", True), ("8", False)])
def test_rows_that_are_no_power_of_two_are_told(call, points, told):
    code, out, err = call("sensitivity", "paid_ads", "--lever", "brand.product.quality=0..1", "--method", "sobol", "--points", points,
                          "-r", "1", "--dry-run")
    assert code == 0
    assert "points: 24" in out
    assert ("so 8 rows are played" in err) is told
