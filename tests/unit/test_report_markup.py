"""Markup: what files say is shown, never run."""

from __future__ import annotations

import json
import re
from html import unescape

from sim.report.markup import Html, el, join, keep_numbers, plot_text, script_json

EVIL = "</script><img src=x onerror=alert(1)>&amp;\"'`\u2028"


def test_plain_text_is_escaped_and_markup_is_kept():
    assert el("p", None, EVIL, el("br")) == (
        "<p>&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;\"'`\u2028<br></p>"
    )
    assert join(None, ["<", Html("<b>")], "&") == "&lt;<b>&amp;"


def test_attributes_cannot_be_left():
    made = el("a", {"title": EVIL, "hidden": True, "class": None, "id": False}, "x")
    assert made.startswith('<a title="&lt;/script&gt;')
    assert made.count('"') == 2
    assert " hidden>" in made
    assert "class" not in made


def test_svg_shapes_are_closed_because_the_parser_would_nest_them():
    assert el("line", {"x1": 1}) == '<line x1="1"/>'


def test_json_cannot_end_its_script_element():
    made = script_json({EVIL: [EVIL, 1.5, None]})
    assert not re.search(r"[<>&\u2028]", made)
    assert json.loads(made) == {EVIL: [EVIL, 1.5, None]}


def test_plotly_reads_no_tag_and_no_template_in_a_name():
    made = plot_text('<a href="x">%{y} & <b>')
    assert "<" not in made
    assert "%{" not in made
    assert unescape(made) == '<a href="x">%{y} & <b>'


def test_numbers_stay_whole_and_text_stays_the_same():
    text = "平均 −9.56\u00a0万元，把握 >99%（第\u00a042\u00a0天）<b>"
    made = keep_numbers(text)
    assert '<span class="nb">−9.56\u00a0万元</span>' in made
    assert '<span class="nb">&gt;99%</span>' in made
    assert unescape(re.sub(r"</?span[^>]*>", "", made)) == text
    assert "<b>" not in made
