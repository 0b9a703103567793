"""The page of a sweep as a reader meets it: drawn, closed to the network, whole at every width, and following the choice."""

from __future__ import annotations

import pytest

from tests.browser.test_page_in_browser import CLASHES, CUT_OFF

pytestmark = pytest.mark.browser

NOISE = "GPU stall due to ReadPixels"
"""What the software renderer says of itself when lines are drawn."""
VIEWS = [("sweep_zh", 390, "dark"), ("sweep_eight", 1280, "light"),
         *(pytest.param(*view, marks=pytest.mark.slow) for view in (
             ("sweep_zh", 1280, "light"), ("sweep_en", 1280, "dark"), ("sweep_en", 390, "light"), ("sweep_one", 390, "light"),
             ("sweep_eight", 390, "dark")))]  # fmt: skip


@pytest.mark.parametrize(("name", "width", "scheme"), VIEWS)
def test_page_is_whole_at_every_width_and_theme(visit, shots, name, width, scheme):
    opened = visit(name, width=width, scheme=scheme)
    page = opened.page
    page.screenshot(path=shots / f"{name}_{width}_{scheme}.png", full_page=True)
    assert [one for one in opened.complaints if NOISE not in one] == []
    assert [url for url in opened.requests if not url.startswith(("file:", "data:", "blob:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cut = page.evaluate(CUT_OFF.replace("one.closest('.scroll')", "one.closest('.scroll') || one.closest('.lines')"))
    assert cut == []
    assert page.evaluate(CLASHES) == []


@pytest.mark.slow
def test_every_figure_is_drawn(visit):
    page = visit("sweep_eight").page
    assert page.locator(".plot").count() == 8 + 2 + 1
    assert page.evaluate("[...document.querySelectorAll('.plot')].every(p => p.querySelectorAll('.main-svg').length > 0)")
    lines = "document.getElementById('plot-parallel').data[0].dimensions.map(d => d.values.length)"
    assert set(page.evaluate(lines)) == {40}, "one scenario of two has agents"


def test_curves_maps_lines_and_cases_follow_the_outcome_chosen(visit):
    page = visit("sweep_en").page
    state = """() => ({
      title: document.querySelector('#plot-response-0 .annotation-text').textContent,
      y: document.getElementById('plot-response-0').data[1].y.join(),
      z: JSON.stringify(document.getElementById('plot-heat-1').data[0].z),
      lines: document.getElementById('plot-parallel').data[0].line.color.join(),
      alt: document.getElementById('plot-heat-1').getAttribute('aria-label'),
      cases: [...document.querySelectorAll('#worst [data-outcome]')].filter(d => !d.hidden).map(d => d.dataset.outcome),
      words: document.querySelector('#response [data-named]').textContent,
    })"""
    before = page.evaluate(state)
    assert before["cases"] == ["losing_agent_share"]
    page.locator("#outcome").select_option(label="Profit")
    page.wait_for_selector("html[data-shown=profit_fen]")
    after = page.evaluate(state)
    assert after["title"].startswith("Profit (¥")
    assert after["cases"] == ["profit_fen"]
    assert after["words"] == "profit"
    assert "rofit" in after["alt"]
    assert all(before[key] != after[key] for key in ("title", "y", "z", "lines"))
    page.locator("#outcome").select_option(index=0)
    page.wait_for_selector("html[data-shown=losing_agent_share]")
    again = page.evaluate(state)
    assert {k: again[k] for k in ("y", "cases", "words")} == {k: before[k] for k in ("y", "cases", "words")}


def test_the_maps_in_the_browser_are_those_of_python(visit):
    from sim.report.swept import Swept
    from tests.browser.conftest import SWEEPS

    page = visit("sweep_en").page
    swept = Swept(SWEEPS["sweep_en"](), "en")
    pair = [int(page.locator(f"#heat-{side}").input_value()) for side in ("across", "up")]
    shown = page.evaluate("document.getElementById('plot-heat-1').data[0].z")
    slow = swept.heat("losing_agent_share", (pair[0], pair[1]), 1) * 100
    for row, wanted in zip(shown, slow.tolist(), strict=True):
        assert row == pytest.approx(wanted, rel=2e-3)


@pytest.mark.slow
def test_an_axis_is_never_set_against_itself(visit):
    page = visit("sweep_en").page
    across, up = page.locator("#heat-across"), page.locator("#heat-up")
    first, second = across.input_value(), up.input_value()
    across.select_option(value=second)
    assert (across.input_value(), up.input_value()) == (second, first)
    page.wait_for_timeout(300)
    titles = page.evaluate("[...document.querySelectorAll('#plot-heat-1 .xtitle, #plot-heat-1 .ytitle')].map(t => t.textContent)")
    assert titles == ["Cash", "Buy-back"]


@pytest.mark.slow
def test_the_theme_button_repaints_lines_and_key(visit):
    page = visit("sweep_en").page
    scale = "document.getElementById('plot-parallel').data[0].line.colorscale[0][1]"
    key = "document.getElementById('scale-bar').style.background"
    light = page.evaluate(scale), page.evaluate(key)
    page.locator("#theme").click()
    page.wait_for_selector("html[data-ready=dark]")
    dark = page.evaluate(scale), page.evaluate(key)
    assert light[0] != dark[0]
    assert light[1] != dark[1]
