"""The curves and the table as one page that needs no network, and the curves as a picture."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from sim.report.figures.theme import base, unit_above
from sim.report.markup import Html, el, join, plot_text, script_json
from sim.report.palette import mark
from sim.report.shell import write_whole
from tests.benchmarks.curves import Curve, curves
from tests.benchmarks.rows import ROWS
from tests.benchmarks.table import CALM, HEAD, cells, described, is_disturbed, notes

_WIDE = 8
"""Largest over smallest value from which on an upright axis is logarithmic."""
_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_STYLE = """
body{font:15px/1.5 "Inter","Helvetica Neue","Segoe UI",system-ui,Roboto,sans-serif;color:#16191D;background:#fff;margin:0 auto;
max-width:1120px;padding:24px}
h1{font-size:26px;margin:0 0 4px}h2{font-size:17px;margin:32px 0 0}p{color:#59616A;margin:4px 0}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:24px}.pair>div{min-width:0}
.wide{overflow-x:auto}table{border-collapse:collapse;margin:16px 0;font-size:13px;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid #DFE2E6;vertical-align:top}
td:nth-child(n+3):nth-child(-n+5){text-align:right;white-space:nowrap}
@media(max-width:760px){.pair{grid-template-columns:1fr}}
"""
_SCRIPT = """
const figures = JSON.parse(document.getElementById('data').textContent);
Promise.all(Object.entries(figures).map(([name, figure]) =>
  Plotly.newPlot(name, figure.data, figure.layout, {displayModeBar: false, responsive: true})))
  .then(() => document.documentElement.dataset.ready = '');
"""


def draw(stored: Mapping[str, Any], path: Path) -> list[Path]:
    """Write the page beside the figures, and the picture if a browser is there; returns what was written."""
    page = write_whole(render(stored), path.with_suffix(".html"))
    picture = path.with_suffix(".png")
    return [page, picture] if stored["curves"] and shot(page, picture) else [page]


def render(stored: Mapping[str, Any]) -> str:
    """Return the page as text."""
    drawn = {name: curve for name, curve in curves(is_quick=stored["quick"]).items() if stored["curves"].get(name)}
    made = {f"{name}-{k}": json.loads(figure(curve, upright, stored["curves"][name]).to_json())
            for name, curve in drawn.items() for k, upright in enumerate(curve.upright)}
    lines = [line for name in ROWS if name in stored["rows"] for line in cells(name, stored["rows"][name], is_quick=stored["quick"])]
    head = el("head", None, el("meta", {"charset": "utf-8"}),
              el("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
              el("link", {"rel": "icon", "href": "data:,"}), el("title", None, "Speed and memory · guanxi"),
              el("style", None, Html(_STYLE)))
    pairs = [join(el("h2", None, curve.title[0].upper() + curve.title[1:]),
                  el("div", {"class": "pair"}, [el("div", {"id": f"{name}-{k}"}) for k in range(len(curve.upright))]))
             for name, curve in drawn.items()]
    rows = join(el("h2", None, "Measured"), el("div", {"class": "wide"}, el("table", None, el("tr", None, [el("th", None, cell) for cell in HEAD]),
                [el("tr", None, [el("td", None, cell.replace("`", "")) for cell in line]) for line in lines])))
    told = notes(stored)
    missed = join(el("h2", None, "Goals that are not met"), el("ul", None, [el("li", None, note) for note in told])) if told else None
    body = el("body", None, el("h1", None, "Speed and memory"), el("p", None, described(stored)),
              el("p", None, f"An open sign: others kept more than {CALM:g} of a core busy meanwhile, so a time is an upper bound."),
              el("section", {"id": "curves"}, pairs), rows if lines else None, missed,
              el("script", {"type": "application/json", "id": "data"}, script_json(made)),
              el("script", None, Html(get_plotlyjs())), el("script", None, Html(_SCRIPT)))
    return f"<!DOCTYPE html>\n{el('html', {'lang': 'en'}, head, body)}\n"


def figure(curve: Curve, upright: str, lines: Mapping[str, list[dict[str, Any]]]) -> go.Figure:
    """Return one figure: a line for each series of a curve, a sign for each point."""
    made = base(330)
    for k, (label, points) in enumerate(lines.items()):
        at = sorted((p["figures"].get(curve.measured, p["x"]), p["figures"][upright], is_disturbed(p)) for p in points)
        signs = [mark(k).symbol + "-open" * disturbed for *_, disturbed in at]
        made.add_scatter(x=[x for x, *_ in at], y=[y for _, y, _ in at], name=plot_text(label), mode="lines+markers",
                         line={"color": mark(k).light, "width": 2}, marker={"symbol": signs, "size": 8})
    across = {"type": "log", "dtick": "D2"} if curve.log else {"type": "linear", "dtick": 1}
    made.update_xaxes(title={"text": plot_text(curve.across)}, tickformat="~%" if curve.share else "~s", **across)
    heights = [p["figures"][upright] for points in lines.values() for p in points]
    # A logarithm needs decades to be read by; what hardly grows is shown from zero.
    wide = min(heights) > 0 and max(heights) > _WIDE * min(heights)
    made.update_yaxes(tickformat="~r", **({"type": "log", "dtick": "D2"} if wide else {"rangemode": "tozero"}))
    unit_above(made, curve.upright[upright])
    made.update_layout(showlegend=True, margin={"t": 72}, legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.16,
                                                                        "yanchor": "bottom", "font": {"size": 12}})
    return made


def shot(page: Path, picture: Path) -> bool:
    """Take a picture of the curves with a browser, if there is one; tells whether it was taken."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return False
    if found is None:
        return False
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=_FLAGS)
        opened = browser.new_page(viewport={"width": 1168, "height": 900}, device_scale_factor=1.5)
        opened.goto(page.resolve().as_uri())
        opened.wait_for_selector("html[data-ready]", timeout=60_000)
        opened.locator("#curves").screenshot(path=picture)
        browser.close()
    return True
