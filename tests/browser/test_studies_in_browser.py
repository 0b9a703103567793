"""The pages of attribution, sensitivity and optimisation as a reader meets them."""

from __future__ import annotations

import pytest

from tests.browser.test_page_in_browser import CUT_OFF

pytestmark = pytest.mark.browser

VIEWS = [("attribution_en", 390, "light"),
         *(pytest.param(*view, marks=pytest.mark.slow) for view in (
             ("attribution_zh", 1280, "dark"), ("morris_zh", 390, "dark"), ("morris_en", 1280, "light"), ("sobol_en", 390, "light"),
             ("front_en", 390, "dark"), ("front_zh", 1280, "light"), ("best_en", 1280, "dark"), ("best_zh", 390, "light")))]  # fmt: skip

OVERLAP = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('main svg')) {
    const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]).filter(([, b]) => b.width > 0);
    boxes.forEach(([text, a], k) => boxes.slice(k + 1).forEach(([other, b]) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 3) found.push(`'${text}' on '${other}'`);
    }));
  }
  return found;
}"""


@pytest.mark.parametrize(("name", "width", "scheme"), VIEWS)
def test_page_is_whole_at_every_width_and_theme(visit, shots, name, width, scheme):
    opened = visit(name, width=width, scheme=scheme)
    page = opened.page
    page.screenshot(path=shots / f"{name}_{width}_{scheme}.png", full_page=True)
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(CUT_OFF) == []
    assert page.evaluate(OVERLAP) == []


@pytest.mark.slow
@pytest.mark.parametrize(("width", "seen"), [(1280, "wide"), (390, "narrow")])
def test_every_candidate_stands_in_the_one_drawing_that_is_seen(visit, width, seen):
    page = visit("front_en", width=width).page
    drawings = page.locator(".cloud svg")
    assert [drawings.nth(k).get_attribute("class") for k in range(drawings.count()) if drawings.nth(k).is_visible()] == [seen]
    assert page.locator(f".cloud svg.{seen} .mark").count() == 24
    assert page.locator("#table-all tbody tr").count() == 24


@pytest.mark.slow
def test_print_keeps_pictures_and_numbers(visit):
    page = visit("attribution_en").page
    page.emulate_media(media="print")
    assert page.locator("#table-shares .strip").first.is_visible()
    assert page.locator("#theme").is_hidden()
    assert page.locator("#table-combinations").is_visible()
