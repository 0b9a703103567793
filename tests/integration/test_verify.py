"""The verification book: its table, its JSON, its page, what counts as missed; the command."""

from __future__ import annotations

import contextlib
import json
import re
import signal
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sim.cli.app import main
from sim.core.errors import ScenarioError
from sim.records.verification import BookRecord, CheckRecord, Figure, as_document
from sim.report.verification import has_words, in_words, terminal_book, word
from sim.report.verification_page import render_book
from sim.text.bibliography import references
from sim.text.catalogue import LANGS, load
from sim.text.cells import cell_width
from sim.verification.book import chosen, hold, hold_all
from sim.verification.check import Check, PremiseError, exact, near, require, share
from sim.verification.diffusion import P
from sim.verification.scripted import Feed, Feeds
from sim.verification.table import THEMES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUICK = "bass_external,newsvendor,reach_thinned"
NAMES_IN_FORMULAS = {"min", "max", "Bin", "Var", "cos", "logit", "Erlang", "Hill"}
EVERY = [(theme, check) for theme, checks in THEMES.items() for check in checks]


@pytest.fixture(scope="module")
def book() -> BookRecord:
    return replace(hold_all(chosen(QUICK.split(","))), command="guanxi verify", version="0.0")


def missed(book: BookRecord) -> BookRecord:
    """Return the book with a figure that is far away and a check whose premise broke."""
    far = replace(book.checks[0], figures=[replace(book.checks[0].figures[0], ours=0.9)])
    return replace(book, checks=[far, replace(book.checks[1], figures=[], broken="nobody came"), book.checks[2]])


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as left:
        main(["verify", *args])
    out, err = capsys.readouterr()
    return int(left.value.code or 0), out, err


# --- figures and verdicts ----------------------------------------------------------------------


@pytest.mark.parametrize(("ours", "met"), [(1.0, True), (1.39, True), (0.61, True), (1.41, False), (np.nan, False), (np.inf, False)])
def test_a_statistic_is_met_within_four_standard_errors(ours: float, *, met: bool) -> None:
    assert Figure("", 1.0, ours, error=0.1).is_met is met


def test_what_is_exact_is_met_within_its_tolerance_only() -> None:
    assert exact("", 7, 7).is_met
    assert not exact("", 7.000001, 7).is_met
    assert exact("", 7.000001, 7, 1e-5).is_met
    assert not exact("", float("nan"), 7, 1e-5).is_met


def test_near_takes_values_or_an_error() -> None:
    found = near("", [1.0, 2.0, 3.0], 2.5)
    assert (found.ours, found.error) == (2.0, pytest.approx(1 / np.sqrt(3)))
    assert share("", 0.5, 0.2, 400).error == pytest.approx(0.02)
    with pytest.raises(PremiseError, match="no spread"):
        near("", [2.0, 2.0], 2.0)


def test_a_check_without_cases_or_with_a_broken_premise_is_missed() -> None:
    def broken(_seed: int):
        yield exact("a", 1, 1)
        require([], "nobody came")

    for measure, told in ((broken, "nobody came"), (lambda _seed: iter(()), "")):
        record = hold("diffusion", Check("bass_external", "", (), measure))
        assert record.broken == told
        assert not record.is_met


def test_the_worst_case_is_the_one_with_the_least_room() -> None:
    figures = [Figure("a", 0, 1, error=1), Figure("b", 0, -3, error=1), Figure("c", 5, 5)]
    record = CheckRecord("x", "trees", "", [], figures)
    assert record.worst == figures[1]
    assert replace(record, figures=[*figures, Figure("d", 5, 6)]).worst.case == "d"


# --- declarations ------------------------------------------------------------------------------


@pytest.mark.parametrize(("theme", "check"), EVERY, ids=[check.id for _, check in EVERY])
def test_a_declaration_is_whole(theme: str, check: Check) -> None:
    assert has_words(check.id)
    assert {f"theme.{theme}", f"page.deck.{theme}"} <= set(load("verification"))
    assert check.formula
    assert set(check.sources) <= set(references())
    assert not re.findall(r"[A-Za-z]{3,}", re.sub("|".join({*NAMES_IN_FORMULAS, *(c.id for _, c in EVERY)}), "",
                                                  in_words(check.formula, "zh")))


def test_names_are_unique_and_no_words_are_left_over() -> None:
    ids = [check.id for _, check in EVERY]
    assert len(ids) == len(set(ids) | set(THEMES)) - len(THEMES)
    told = {key.split(".")[1] for key in load("verification") if key.startswith("check.")}
    assert told == set(ids)


def test_names_and_themes_choose() -> None:
    assert [check.id for _, check in chosen(["leads", "bass_ring"])] == ["bass_ring", "leads"]
    assert {theme for theme, _ in chosen(["trees"])} == {"trees"}
    assert chosen([]) == EVERY
    with pytest.raises(ScenarioError, match="no_such"):
        chosen(["no_such"])


def test_a_seed_repeats_and_another_differs() -> None:
    (first,) = chosen(["reach_thinned"])
    assert hold(*first, 3).figures == hold(*first, 3).figures != hold(*first, 4).figures


def test_a_kernel_that_is_off_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The counter-condition of the whole book: theory of another chance is missed."""
    louder = partial(Feed, visibility=1.1 * P)
    monkeypatch.setattr("sim.verification.diffusion.external", lambda people, _p: Feeds(feeds=(louder(followers=people),)))
    (check,) = chosen(["bass_external"])
    assert not hold(*check).is_met


# --- table, JSON, page -------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("is_whole", [False, True])
def test_the_table_fits_eighty_cells(lang, is_whole: bool, book: BookRecord) -> None:
    for record in (book, missed(book)):
        table = terminal_book(record, lang, is_whole=is_whole)
        assert max(cell_width(line) for line in table.splitlines()) <= 80
        for check in record.checks:
            assert check.id in table
    assert word("table.missed", lang) in table
    assert "nobody came" in table


@pytest.mark.parametrize("lang", LANGS)
def test_titles_are_not_cut(lang) -> None:
    figure = Figure("a", 0.1, 0.1, error=1)
    checks = [CheckRecord(check.id, theme, check.formula, list(check.sources), [figure]) for theme, check in EVERY]
    table = terminal_book(BookRecord(checks, 1), lang)
    assert "…" not in table
    assert max(cell_width(line) for line in table.splitlines()) <= 80


def test_the_document_says_what_the_book_says(book: BookRecord) -> None:
    document = as_document(book)
    assert document["met"] is True
    assert document["counts"]["closed_forms"] == 3
    assert document["counts"]["figures"] == len(book.figures)
    figure = document["checks"][0]["figures"][0]
    assert figure["deviation"] == (figure["ours"] - figure["theory"]) / figure["error"]
    assert as_document(missed(book))["counts"]["missed"] == 2
    json.dumps(document, allow_nan=False)


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_holds_all_and_fetches_nothing(lang, book: BookRecord) -> None:
    page = render_book(book, lang)
    for check in book.checks:
        assert f'id="{check.id}"' in page
        assert word(f"check.{check.id}.title", lang) in page
    assert not re.search(r"(src|href)=\"(?!#|data:,)", page)
    assert "@import" not in page
    assert "url(" not in page
    bad = render_book(missed(book), lang)
    assert bad.count(word("table.missed", lang)) >= 3
    assert "nobody came" in bad


def test_a_name_from_a_file_cannot_run_on_the_page(book: BookRecord) -> None:
    evil = replace(book, command="guanxi verify <script>alert(7)</script>")
    assert "<script>alert(7)" not in render_book(evil, "en")


# --- the command -------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGS)
def test_the_command_prints_stores_and_is_good(lang, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "book"
    code, text, err = run(capsys, "--only", QUICK, "--out", str(out), "--quiet", "--lang", lang)
    assert (code, err) == (0, "")
    assert max(cell_width(line) for line in text.splitlines() if "verification.html" not in line) <= 80
    assert {p.name for p in out.iterdir()} == {"manifest.json", "verification.html", "verification.json"}
    assert json.loads((out / "verification.json").read_text(encoding="utf-8"))["counts"]["closed_forms"] == 3
    assert run(capsys, "--only", QUICK, "--out", str(out))[0] == 3, "what is there is not written over"


def test_json_alone_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = run(capsys, "--only", "newsvendor", "--json")
    document = json.loads(text)
    assert code == 0
    assert (document["kind"], document["folder"]) == ("verification", None)
    assert all(figure["exact"] and figure["met"] for figure in document["checks"][0]["figures"])


def test_what_is_missed_is_exit_code_one(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.verification.schemes.critical_ratio", lambda *_: np.full(5, 0.7))
    code, text, _ = run(capsys, "--only", "newsvendor")
    assert code == 1
    assert "MISSED" in text


@pytest.mark.parametrize("lang", LANGS)
def test_every_closed_form_is_listed(lang, capsys: pytest.CaptureFixture[str]) -> None:
    code, text, _ = run(capsys, "--list", "--lang", lang)
    assert code == 0
    assert all(cell_width(line) <= 80 for line in text.splitlines())
    for theme, check in EVERY:
        assert theme in text
        assert check.id in text
    code, text, _ = run(capsys, "--list", "--only", "trees", "--json")
    assert [one["id"] for one in json.loads(text)["checks"]] == [check.id for check in THEMES["trees"]]


@pytest.mark.parametrize("heard", [True, False])
def test_ctrl_c_leaves_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *, heard: bool
) -> None:
    """A Ctrl-C that a library swallows stops the book at its next case."""

    def interrupted(_seed: int) -> Iterator[Figure]:
        with contextlib.suppress(*(() if heard else (KeyboardInterrupt,))):
            signal.raise_signal(signal.SIGINT)
        yield exact("a", 1, 1)
        pytest.fail("it went on")

    monkeypatch.setitem(THEMES, "cascades", (Check("cascade", "", (), interrupted),))
    code, text, err = run(capsys, "--only", "bass_external,cascade", "--out", str(tmp_path / "book"), "--lang", "en")
    assert (code, text) == (130, "")
    assert "Interrupted: 1 of 2 closed forms" in err
    assert list(tmp_path.iterdir()) == []
