"""A browser that may not leave the machine, and pages written once for all tests."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from sim.records.verification import BookRecord, CheckRecord, Figure
from sim.report.inputs import Ablation, Extras, Parameter
from sim.report.page import write_page
from sim.report.shell import write_whole
from sim.report.studies import render
from sim.report.sweep_page import write_sweep_page
from sim.report.verification_page import render_book
from sim.verification.table import THEMES
from tests.made_studies import made_studies
from tests.synthetic import make_comparison
from tests.synthetic_sweep import make_sweep
from tests.unit.report_parts import many

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
SOURCES = ("assumption", "domain 4.3", "calibrated: .04 % an impression")
PARAMETERS = tuple(
    Parameter(f"mechanisms.choice.b_{k}", k / 10, "", SOURCES[k % 3], 0.1, 2.5, {"zh": "权重", "en": "weight"})
    for k in range(24)
)
ABLATION = Ablation("influencer", "heat", {"zh": "热度衰减", "en": "decay of heat"}, "profit_fen", -9.5e6, -2.1e6, 5.1e6, 9.9e6)

SWEEPS = {
    "sweep_zh": lambda: make_sweep(axes=2, strategies=2, failed=3),
    "sweep_en": lambda: make_sweep(axes=2, strategies=2, failed=3),
    "sweep_one": lambda: make_sweep(axes=1, strategies=1),
    "sweep_eight": lambda: make_sweep(axes=8, points=40, strategies=2, replications=3),
}


def book(*, is_missed: bool = False) -> BookRecord:
    """Return a verification book of every closed form with made-up figures, many cases and few."""
    checks = [
        CheckRecord(check.id, theme, check.formula, list(check.sources), [
            Figure(f"n = {k}, mean skill", 0.5, 0.5 + 0.01 * ((k * 7 + len(check.id)) % 11 - 5) / 2, error=0.01 * (k != 3))
            if k != 3 else Figure("paid, fen", 1_234_567, 1_234_567 + is_missed) for k in range(1 + len(check.id) % 12)])
        for theme, checks in THEMES.items() for check in checks]  # fmt: skip
    if is_missed:
        checks[5] = replace(checks[5], figures=[], broken="not everybody came")
    return BookRecord(checks, 1, "guanxi verify --lang en", "0.0", 61.0)


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the pages that tests open."""
    folder = tmp_path_factory.mktemp("pages")
    four = make_comparison(replications=8)
    struck = {"community": [(40, "ban", "account_ban"), (90, "unmasked", "sock_puppet")],
              "direct_sales": [(150, "insolvent", "insolvent")]}
    for name, events in struck.items():
        four.examples[name] = replace(four.examples[name], events=events)
    extras = Extras(PARAMETERS, None, (ABLATION,))
    return {
        **{name: write_sweep_page(make(), folder / f"{name}.html", "zh" if name == "sweep_zh" else "en")
           for name, make in SWEEPS.items()},
        **{f"{name}_{lang}": write_whole(render(record, lang), folder / f"{name}_{lang}.html")  # type: ignore[arg-type]
           for name, record in made_studies(tmp_path_factory.mktemp("studies")).items() for lang in ("zh", "en")},
        "zh": write_page(four, folder / "zh.html", "zh", extras),
        "en": write_page(four, folder / "en.html", "en", extras),
        "one": write_page(make_comparison(("dual_rebate",), replications=4), folder / "one.html", "zh"),
        "nine": write_page(many(9, 3), folder / "nine.html", "en"),
        "book_zh": write_whole(render_book(book(), "zh"), folder / "book_zh.html"),
        "book_en": write_whole(render_book(book(), "en"), folder / "book_en.html"),
        "book_missed": write_whole(render_book(book(is_missed=True), "en"), folder / "book_missed.html"),
    }


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder where screenshots are left for people to look at."""
    return tmp_path_factory.mktemp("shots")


@pytest.fixture(scope="session")
def browser(chromium: str):
    """Start Debian's Chromium once."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Opened:
    """A page in the browser with everything it asked for and complained about."""

    page: object
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def visit(browser, pages):
    """Return a function that opens a page and waits until its figures are drawn."""
    contexts = []

    def open_page(name: str, *, width: int = 1280, scheme: str = "light") -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True, reduced_motion="reduce"
        )
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.on("request", lambda request: opened.requests.append(request.url))
        opened.page.on("console", lambda message: opened.complaints.append(message.text))
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.goto(pages[name].as_uri())
        opened.page.wait_for_selector("html[data-ready]", timeout=60_000)
        return opened

    yield open_page
    for context in contexts:
        context.close()
