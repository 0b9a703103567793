"""`guanxi list` and `guanxi new --sweep`: what a newcomer asks before writing a sweep."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from sim.text.cells import cell_width

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Outcome = tuple[int, str, str]


def test_a_new_sweep_leads_to_its_forecast(call: Callable[..., Outcome], tmp_path: Path) -> None:
    code, out, err = call("new", "terms", "--sweep", "--from", "dual_rebate", "--lang", "en")
    assert (code, out) == (0, "terms.yaml\n")
    assert "guanxi sweep terms.yaml --dry-run" in err
    assert call("sweep", "terms.yaml", "--dry-run")[0] == 0
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("words", [["axes", "dual_rebate"], ["axes", "community", "trust"], ["outcomes"], ["scenarios"], ["sweeps"]],
                         ids=" ".join)
def test_lists_fit_the_terminal_and_hold_what_their_json_holds(words: list[str], lang: str, call: Callable[..., Outcome]) -> None:
    code, out, err = call("list", *words, "--lang", lang)
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if cell_width(line) > 80] == []
    document = json.loads(call("list", *words, "--json")[1])
    assert document["kind"] == words[0]
    names = [one.get("name") or one["path"] for one in document[words[0]]]
    assert len(names) > 4
    shown = {word for word in out.split() if word in set(names)}
    assert shown == set(names) if words != ["axes", "dual_rebate"] else {n for n in names if n.startswith("strategies.")} < shown


def test_a_list_says_what_it_needs_and_what_it_leaves_out(call: Callable[..., Outcome]) -> None:
    code, _, err = call("list", "axes", "--lang", "en")
    assert (code, "guanxi list axes community" in err) == (2, True)
    assert call("list", "axes", "comunity")[0] == 3
    assert "mechanisms.choice" in call("list", "axes", "community", "--lang", "en")[1]
    assert call("list", "outcomes", "no such thing", "--lang", "en")[1] == "Nothing has all of these words.\n"
