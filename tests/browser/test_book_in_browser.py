"""The verification book as a reader meets it: whole at every width, in both themes and languages, closed to the network."""

from __future__ import annotations

import pytest

from sim.report.palette import PAPER
from sim.verification.table import THEMES
from tests.browser.test_page_in_browser import CUT_OFF

pytestmark = pytest.mark.browser

VIEWS = [(name, width, scheme) for name in ("book_zh", "book_en", "book_missed") for width in (1280, 390)
         for scheme in ("light", "dark")]  # fmt: skip
# Cells that are wider than the table around them, or that lie on each other.
WIDE = """() => [...document.querySelectorAll('.book table')].filter(one =>
  one.offsetParent && one.scrollWidth > one.parentElement.clientWidth + 1).map(one => one.id)"""
COUNT = sum(map(len, THEMES.values()))


@pytest.mark.parametrize(("name", "width", "scheme"), VIEWS)
def test_the_book_is_whole_at_every_width_and_theme(visit, shots, name, width, scheme):
    opened = visit(name, width=width, scheme=scheme)
    page = opened.page
    page.screenshot(path=shots / f"{name}_{width}_{scheme}.png")
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(WIDE) == []
    assert page.locator(".check").count() == COUNT


def test_the_verdict_is_told_in_words_and_sums_the_parts(visit):
    page = visit("book_missed").page
    missed = page.locator(".check > h3 .verdict.missed").count()
    assert page.locator(".answer").inner_text().startswith(f"{missed} of {COUNT} closed forms are missed")
    assert "a premise does not hold: not everybody came" in page.locator("main").inner_text()
    good = visit("book_zh").page
    assert good.locator(".verdict.missed").count() == 0
    assert good.locator(".answer").inner_text().startswith(f"{COUNT} 个闭式全部符合")


def test_cases_that_are_folded_open(visit):
    page = visit("book_en").page
    fold = page.locator(".check details").first
    assert not fold.locator("table").is_visible()
    fold.locator("summary").click()
    assert fold.locator("table").is_visible()


def test_links_lead_to_themes_and_works(visit):
    page = visit("book_en").page
    lost = page.evaluate("""() => [...document.querySelectorAll('a[href^="#"]')]
        .map(one => one.getAttribute('href').slice(1)).filter(id => !document.getElementById(id))""")
    assert lost == []


def test_the_theme_button_turns_the_paper(visit):
    page = visit("book_en").page
    page.locator("#theme").click()
    page.wait_for_selector("html[data-ready=dark]")
    dark = "rgb({}, {}, {})".format(*(int(PAPER["dark"][k : k + 2], 16) for k in (1, 3, 5)))
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
