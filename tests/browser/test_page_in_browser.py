"""The result page as a reader meets it: drawn, closed to the network, whole at every width and in both themes."""

from __future__ import annotations

import re

import pytest

from sim.report.palette import PAPER, mark

pytestmark = pytest.mark.browser

VIEWS = [("zh", 1280, "light"), ("zh", 1280, "dark"), ("zh", 390, "light"), ("en", 1280, "light"), ("en", 1280, "dark"),
         ("en", 390, "dark"), ("one", 1280, "light"), ("one", 390, "light"), ("nine", 1280, "light"),
         ("nine", 390, "light")]  # fmt: skip

CUT_OFF = """() => {
  const wide = document.documentElement.clientWidth;
  return [...document.querySelectorAll('main *')].filter(one => {
    if (one.closest('.scroll') || one.closest('svg') || one.closest('.unseen') || one.closest('thead')) return false;
    const box = one.getBoundingClientRect();
    return box.width > 0 && (box.right > wide + 1 || box.left < -1);
  }).map(one => one.tagName + '.' + one.className);
}"""
# Texts of one figure that overlap by more than a pixel or leave their drawing.
CLASHES = """() => {
  const found = [];
  for (const plot of document.querySelectorAll('.js-plotly-plot')) {
    const frame = plot.getBoundingClientRect();
    const texts = [...plot.querySelectorAll('.annotation-text, .xtick text, .ytick text, .xtitle, .bartext')]
      .filter(t => t.textContent.trim() && t.getBoundingClientRect().width > 0);
    const boxes = texts.map(t => [t.textContent, t.getBoundingClientRect()]);
    boxes.forEach(([text, a], k) => {
      if (a.left < frame.left - 1 || a.right > frame.right + 1 || a.top < frame.top - 1 || a.bottom > frame.bottom + 1)
        found.push(`${plot.id}: '${text}' is cut`);
      boxes.slice(k + 1).forEach(([other, b]) => {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 3) found.push(`${plot.id}: '${text}' on '${other}'`);
      });
    });
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
    assert page.evaluate(CLASHES) == []
    assert (shots / f"{name}_{width}_{scheme}.png").stat().st_size > 100_000


def test_every_figure_is_drawn(visit):
    page = visit("zh").page
    assert page.locator(".plot").count() == 14
    assert page.locator(".plot .main-svg").first.is_visible()
    assert page.evaluate("[...document.querySelectorAll('.plot')].every(p => p.querySelectorAll('path').length > 3)")


@pytest.mark.parametrize(("name", "title"), [
    ("zh", "Sheet mask，单价 128 元，启动资金 30 万元，20,000 人的市场，180 天：哪种增长模式更好？"),
    ("en", "Sheet mask at ¥128, ¥300,000 of cash, 20,000 people, 180 days: which growth model?"),
])  # fmt: skip
def test_title_and_language(visit, name, title):
    page = visit(name).page
    assert page.locator("h1").inner_text().replace("\u00a0", " ") == title
    assert page.title().replace("\u00a0", " ") == f"{title} · guanxi"
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[name]


@pytest.mark.parametrize("name", ["zh", "en", "nine"])
def test_the_cards_say_what_the_table_says(visit, name):
    page = visit(name).page
    cards = page.evaluate("""() => [...document.querySelectorAll('.card')].map(card => [
        card.querySelector('h3').textContent,
        ...[...card.querySelectorAll('.entry')].map(entry => {
            const small = entry.querySelector('dd.small');
            return entry.querySelector('.value').textContent + (small ? ` (${small.textContent})` : '');
        })])""")
    rows = page.evaluate("""() => [...document.querySelectorAll('#table-strip tbody tr')].map(
        row => [...row.children].map(cell => cell.textContent))""")
    assert cards == rows
    assert len(cards) == {"zh": 4, "en": 4, "nine": 9}[name]


def test_the_best_of_a_row_is_marked_in_words(visit):
    page = visit("en").page
    best = page.locator(".card[data-strategy-name=community] .entry[data-row=profit] .best")
    assert best.inner_text() == "✓ best"
    assert page.locator(".entry[data-row=profit] .best").count() == 1


def test_the_theme_button_repaints_page_and_figures(visit):
    page = visit("en").page
    line = "document.querySelector('#plot-profit .lines .js-line[style*=\"2.5px\"]').style.stroke"
    paper = "getComputedStyle(document.body).backgroundColor"

    def rgb(colour):
        return "rgb({}, {}, {})".format(*(int(colour[k : k + 2], 16) for k in (1, 3, 5)))

    assert page.evaluate(line) == rgb(mark(0).light)
    page.locator("#theme").click()
    page.wait_for_selector("html[data-ready=dark]")
    assert page.evaluate(paper) == rgb(PAPER["dark"])
    assert page.evaluate(line) == rgb(mark(0).dark)
    page.locator("#theme").click()
    page.wait_for_selector("html[data-ready=light]")
    assert page.evaluate(line) == rgb(mark(0).light)


def test_the_slider_changes_colours_only(visit):
    page = visit("en").page
    state = """() => {
      const points = [...document.querySelectorAll('#plot-network .points path')];
      return {places: points.map(p => p.getAttribute('transform')).join(), fills: points.map(p => p.style.fill)};
    }"""
    page.locator("#plot-network .points path").first.wait_for()
    late = page.evaluate(state)
    page.locator("#network-day").fill("0")
    page.wait_for_function("document.getElementById('network-now').textContent === '0'")
    page.wait_for_timeout(300)
    early = page.evaluate(state)
    assert early["places"] == late["places"]
    paper = "rgb(255, 255, 255)"
    assert early["fills"].count(paper) > late["fills"].count(paper)
    count = re.search(r"(\d+) of (\d+)", page.locator("#network-count").inner_text())
    assert int(count[1]) == len(early["fills"]) - early["fills"].count(paper)
    assert int(count[2]) == len(early["fills"]) == 240


def test_choosing_a_strategy_changes_the_network(visit):
    page = visit("zh").page
    page.locator("label.chip", has_text="双创分销").locator("input").check(force=True)
    page.wait_for_function("document.getElementById('plot-network').dataset.network === '3'")
    page.wait_for_timeout(500)
    assert page.locator("#plot-network .trace.scatter").count() > 4


def test_a_chip_dims_the_others(visit):
    page = visit("en").page
    page.locator("#profit button.chip").nth(1).click()
    page.wait_for_timeout(400)
    assert page.locator("button.chip[aria-pressed=true]").count() == 2
    faint = page.evaluate("""() => [...document.querySelectorAll('#plot-profit .scatterlayer .trace')].filter(
        t => getComputedStyle(t).opacity < 0.5).length""")
    assert faint > 0


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit):
    page = visit("en").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("""() => {
          const one = document.activeElement;
          const near = one.closest('label') || one;
          return [one.id || one.tagName, getComputedStyle(near).outlineStyle];
        }"""))
    ids = [name for name, _ in seen]
    assert {"theme", "network-play", "network-day"} <= set(ids)
    unmarked = [name for name, outline in seen if outline == "none" and name != "BODY"]
    assert unmarked == []


def test_a_link_to_a_folded_table_opens_it(visit):
    page = visit("en").page
    assert not page.locator("#table-outcomes").is_visible()
    page.locator(".see[href='#table-outcomes']").first.click()
    page.locator("#table-outcomes").wait_for(state="visible")


def test_print_is_light_and_unfolds_every_table(visit, shots):
    page = visit("zh", scheme="dark").page
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_selector("html[data-ready=light]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("[...document.querySelectorAll('details')].every(d => d.open)")
    assert not page.locator("#theme").is_visible()
    page.screenshot(path=shots / "zh_print.png", full_page=True)
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.wait_for_selector("html[data-ready=dark]")
    assert not page.evaluate("[...document.querySelectorAll('details')].some(d => d.open)")
