"""What tests of the report share: comparisons of many shapes, and reading a page back."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from sim.experiment.comparison import Frame, gather
from tests.synthetic import STRATEGIES, TITLES, make_run

EVIL = "</script><img src=x onerror=alert(1)><a href=\"http://evil.example/\">%{x}</a> & '`\u2028"
NUMBER = re.compile(r"[<>]?\u2212?¥?\d+(?:,\d{3})*(?:\.\d+)?(?:\u00a0M\b)?%?")


def many(count, replications=4, *, titles=None, days=120):
    """Return a comparison of `count` strategies, the synthetic four over and over with other seeds."""
    names, shown, runs = [], {}, []
    for k in range(count):
        kind = STRATEGIES[k % 4]
        name = f"{kind}_{k}"
        names.append(name)
        shown[name] = titles or {lang: f"{text} {chr(65 + k)}" for lang, text in TITLES[kind].items()}
        for r in range(replications):
            run = make_run(kind, r, seed=1 + 7 * (k // 4), days=days)
            runs.append(replace(run, strategy=name, title=shown[name]))
    question = {"product": "face mask", "category": "beauty", "price_fen": 12_800, "cash_fen": 30_000_000,
                "people": 20_000, "days": days}  # fmt: skip
    frame = Frame(strategies=names, titles=shown, question=question, texts={n: f"name: {n}\n" for n in names}, seed=3,
                  reference=names[0], version="0.1.0", command="guanxi compare")  # fmt: skip
    return gather(runs, frame, timings={"wall": 1.0})


class Reader(HTMLParser):
    """Collects elements, the text of every table by its id, and the text of every section by its id."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.tables, self.sections, self.addresses = [], {}, {}, []
        self._open, self._table, self._section, self._script = [], None, None, False

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append((tag, attrs))
        self.addresses += [attrs[key] for key in ("src", "href", "action", "data", "poster") if key in attrs]
        self._script = tag in {"script", "style"}
        if tag == "table":
            self._table = attrs["id"]
            self.tables[self._table] = ""
        if tag == "section":
            self._section = attrs["id"]
            self.sections[self._section] = ""

    def handle_endtag(self, tag):
        self._script = False
        if tag == "table":
            self._table = None
        if tag == "section":
            self._section = None

    def handle_data(self, data):
        if self._script:
            return
        if self._table:
            self.tables[self._table] += f" {data} "
        if self._section:
            self.sections[self._section] += data


def read(page):
    """Return what a parser finds in a page."""
    reader = Reader()
    reader.feed(page)
    return reader


def numbers_in(text, names=()):
    """Return the numbers of a sentence, names left out (they may hold digits of their own)."""
    for name in names:
        text = text.replace(name, "")
    return NUMBER.findall(text)
