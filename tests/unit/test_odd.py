"""The generator of ODD.md: what it reads from the code is what the code has, and its marks are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sim.core.draws import Draws
from sim.mechanisms.choice import ChoiceParams
from sim.model import odd, odd_blocks
from sim.model.schedule import step
from sim.model.state import RunState, start
from sim.scenario.spec import ScenarioSpec
from sim.strategies.community import CommunityParams
from sim.world.brands import CATEGORIES

if TYPE_CHECKING:
    from pathlib import Path

N, B, P = 60, 2, 3
SPEC = {
    "people": N, "days": 9, "network": {"kind": "dunbar", "ties_per_person": 12},
    "brands": [{"seed_customers": 20, "products": [{"uses_days": 3}, {"category": "food"}]}, {"seed_customers": 10}],
    "strategies": [{"kind": "community", "groups": 4, "prune_every_days": 2}, {"kind": "paid_ads", "daily_budget": 20_000},
                   {"kind": "direct_sales"}],
}


def built() -> RunState:
    return start(ScenarioSpec.model_validate(SPEC), 0)


# --- what is read from the code ----------------------------------------------------------------


@pytest.fixture(scope="module")
def state() -> RunState:
    return built()


@pytest.mark.parametrize("name", list(odd_blocks.ENTITIES))
def test_types_and_shapes_are_those_of_a_built_world(name: str, state: RunState) -> None:
    world = state.world
    sizes = {"N": N, "K": len(CATEGORIES), "P": P, "B": B, "S": 3, "E": world.ties.n_ties, "C": len(world.channels),
             "A": len(world.accounts), "O": len(world.offers), "N + 1": N + 1,
             "blocks": len(world.audiences.block_channel), "M": len(world.audiences.person),
             "R": len(world.resellers.person), "U": len(world.lasting)}
    held = vars(getattr(world, name))
    told = odd_blocks.told_columns(name)
    assert len(told) >= 4
    for column, kind, (shape, _, meaning) in told:
        assert held[column].dtype == np.dtype(kind), column
        assert held[column].shape == tuple(sizes[size] for size in shape.split(", ") if size in sizes) or (
            shape == "N + 1" and held[column].shape == (N + 1,)), column
        assert len(meaning) > 5, column
    assert {c for c, values in held.items() if isinstance(values, np.ndarray)} == {c for c, _, _ in told}


def test_a_column_without_a_meaning_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    told = {**odd_blocks.meanings(), "accounts": {"owner": ["A", "strategy", "Who"]}}
    monkeypatch.setattr(odd_blocks, "meanings", lambda: told)
    with pytest.raises(ValueError, match="banned_until"):
        odd_blocks.told_columns("accounts")


def test_the_day_has_twelve_steps() -> None:
    steps = odd_blocks.day_steps()
    assert [n for n, _, _ in steps] == list(range(1, 13))
    assert steps[5] == (6, "choice", "need, memory, offers met, the outside option")
    assert odd_blocks.steps().splitlines()[-1] == "12. **record**."


def test_every_draw_of_a_run_is_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Purposes with braces stand for any filling; seeds differ, so world and day draws are told apart."""
    asked: set[tuple[int, str]] = set()
    honest = Draws.key

    def key(self: Draws, purpose: str, day: int = 0) -> np.uint64:
        asked.add((self.seed, purpose))
        return honest(self, purpose, day)

    monkeypatch.setattr(Draws, "key", key)
    run = built()
    while run.day < run.spec.days:
        step(run)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in odd_blocks.draws().splitlines()[2:]]
    listed = {seed: [re.sub(r"\\\{.*?\\\}", ".+", re.escape(name)) for row in rows
                     for name in re.findall(r"`([^`]+)`", row[column])] for column, seed in ((1, "world"), (2, "day"))}
    seeds = {run.world.world_draws.seed: "world", run.world.draws.seed: "day"}
    assert len(asked) > 25
    for seed, purpose in asked:
        assert any(re.fullmatch(name, purpose) for name in listed[seeds[seed]]), (seeds[seed], purpose)


# --- parameters and heads ----------------------------------------------------------------------


def cells(table: str, name: str) -> list[str]:
    """Return the cells of the row of a parameter."""
    return next([c.strip() for c in line.strip("|").split("|")] for line in table.splitlines() if f"`{name}`" in line)


def test_a_parameter_shows_default_unit_range_source_and_meaning() -> None:
    choice = odd_blocks.parameters(ChoiceParams)
    assert cells(choice, "doors.memory") == ["`doors.memory`", "-3", "-4 to -2", "assumption *",
                                             "Remembering where one bought before"]
    assert cells(choice, "b_price")[1:4] == ["2", "1.5 to 3", "domain 4.3, row 70"]
    community = odd_blocks.parameters(CommunityParams)
    assert cells(community, "survey_cost")[1:3] == ["2,000 CNY", "500 to 5,000"]
    assert cells(community, "rules")[1] == "on"
    assert cells(odd_blocks.parameters(dict(odd_blocks.mechanisms())["word_of_mouth"]), "contact")[2] == "0.5 to 2 times"
    assert "`trust` 0.35 (0.1 to 0.8)" in cells(odd_blocks.networks(), "circles")[2]
    assert cells(community, "red_packets.amount")[1] == "60 CNY"
    assert "`kind`" not in odd_blocks.strategies()


def test_every_part_of_a_scenario_is_covered() -> None:
    parts = dict(odd_blocks.scenario_parts())
    assert {"population", "brand.product", "network: dunbar", "mechanisms.choice", "strategies: community",
            "shocks: account_ban"} <= set(parts)
    assert all(list(odd_blocks.declared(params)) for params in parts.values())


def test_a_head_becomes_sentences_equations_and_symbols() -> None:
    head = odd_blocks.head_of("sim.mechanisms.belief")
    assert "```text\nw_c  = min(sum_j w_j, cap_c - P_c)" in head
    assert "Symbols: q_ip: belief, (N, P), [0, 1]; " in head
    assert head.split("\n\n")[-1].startswith("Sources: ")
    assert all(len(line) <= odd_blocks.WIDTH for line in head.splitlines())


def test_bars_in_cells_do_not_break_a_table() -> None:
    assert odd_blocks.table(("a",), [("x | y",)]).splitlines()[2] == "| x \\| y |"


# --- marks and the command ---------------------------------------------------------------------


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "ODD.md"
    path.write_text(odd.rewritten(odd.ODD.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.setattr(odd, "ODD", path)
    return path


def test_rewriting_twice_changes_nothing(copy: Path) -> None:
    text = copy.read_text(encoding="utf-8")
    assert odd.rewritten(text) == text


def test_a_stale_block_is_found_and_mended(copy: Path) -> None:
    good = copy.read_text(encoding="utf-8")
    stale = good.replace("| `b_trust` | 2 |", "| `b_trust` | 3 |")
    assert stale != good
    copy.write_text(stale, encoding="utf-8")
    with pytest.raises(SystemExit, match=r"python -m sim\.model\.odd"):
        odd.main(["--check"])
    assert copy.read_text(encoding="utf-8") == stale
    odd.main([])
    assert copy.read_text(encoding="utf-8") == good
    odd.main(["--check"])


def test_words_outside_the_blocks_are_kept(copy: Path) -> None:
    text = copy.read_text(encoding="utf-8").replace("## 6 Input data", "## 6 Input data, in other words")
    assert odd.rewritten(text) == text


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("<!-- generated: steps -->", "<!-- generated: stops -->", "see the marks|steps"),
        ("<!-- end: steps -->", "", "steps"),
        ("<!-- generated: dunbar -->\n", "<!-- generated: nothing -->\n<!-- end: nothing -->\n<!-- generated: dunbar -->\n",
         "nothing"),
        ("<!-- generated: brand -->", "<!-- generated: brand -->\n<!-- end: brand -->\n<!-- generated: brand -->", "brand"),
    ],
)
def test_marks_that_do_not_fit_are_refused(copy: Path, old: str, new: str, named: str) -> None:
    text = copy.read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(ValueError, match=named):
        odd.rewritten(text.replace(old, new, 1))


def test_cited_works_are_listed_once_in_order() -> None:
    listed = odd.bibliography("as [Zhou2005] and [Bass1969] say, [Bass1969] first; [Nobody1999] did not").splitlines()
    assert [line.split("]")[0] for line in listed] == ["- [Bass1969", "- [Zhou2005"]


def test_the_document_is_only_written_when_asked(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("written")

    monkeypatch.setattr(type(copy), "write_text", refuse)
    odd.main(["--check"])
    odd.main([])
