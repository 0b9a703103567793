"""The newcomer's exercise can be done as it is written: the worked strategy runs, and the changed equation is noticed."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sim.conformance
from sim.cli import main
from sim.mechanisms import heat
from sim.model.odd import ODD
from sim.model.schedule import step
from sim.model.state import start
from sim.scenario import kinds
from sim.strategies.table import STRATEGIES
from sim.verification.book import chosen, hold_all
from sim.verification.table import THEMES
from tests.installing import installed
from tests.reference.scenarios import spec_of
from tests.reference.side_by_side import compare

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).parents[1] / "exercise"
TEXT = Path(sim.conformance.__file__).with_name("EXERCISE.md").read_text(encoding="utf-8")
FILE = FOLDER / "share_reward.py"
LINES = 150
DAYS = 4


# --- a strategy in one file --------------------------------------------------------------------


@pytest.fixture
def newcomer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Put the worked strategy on the path as its installer would; return a folder to work in."""
    site, desk = tmp_path / "site", tmp_path / "desk"
    site.mkdir()
    desk.mkdir()
    monkeypatch.syspath_prepend(installed(FOLDER, site))
    monkeypatch.syspath_prepend(FOLDER)
    monkeypatch.chdir(desk)
    kinds._outside.cache_clear()
    yield desk
    kinds._outside.cache_clear()
    for name in ("share_reward", "test_share_reward"):
        sys.modules.pop(name, None)


def test_the_strategy_is_one_file_of_the_size_that_is_told_and_no_part_of_the_house() -> None:
    assert len(FILE.read_text(encoding="utf-8").splitlines()) <= LINES
    assert f"{LINES} lines" in TEXT
    assert "share_reward" not in STRATEGIES


def test_its_own_tests_hold(newcomer: Path) -> None:
    import test_share_reward as own

    laws = own.TestShareReward()
    names = [name for name in dir(laws) if name.startswith("test_")]
    assert len(names) == 8
    for name in names:
        getattr(laws, name)()
    own.test_friends_see_it_because_buyers_show_it()
    own.test_nobody_is_asked_who_could_not_be_paid()


def test_a_scenario_names_it_by_its_kind(newcomer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (newcomer / "thanks.yaml").write_bytes((FOLDER / "thanks.yaml").read_bytes())
    for words in (["check"], ["run", "--people", "300", "--days", "20", "-r", "2", "--workers", "1", "--out", "made"]):
        with pytest.raises(SystemExit) as end:
            main([words[0], "thanks.yaml", *words[1:], "--lang", "en"])
        assert end.value.code == 0, capsys.readouterr().err
    assert (newcomer / "made" / "page.html").exists()


def test_the_text_shows_the_files_as_they_are() -> None:
    for name in ("pyproject.toml", "thanks.yaml"):
        shown = re.search(rf"`{re.escape(name)}`.*?```\w+\n(.*?)```", TEXT, re.DOTALL)
        assert shown, name
        assert shown[1] in (FOLDER / name).read_text(encoding="utf-8"), name


def test_every_mechanism_is_led_to_its_oracle_and_its_closed_forms() -> None:
    rows = re.findall(r"^\| ([\w, ]+) \| `(\w+\.py)` \| ([\w, ]+) \|$", TEXT, re.MULTILINE)
    mechanisms = re.findall(r"<!-- generated: mechanism (\w+) -->", ODD.read_text(encoding="utf-8"))
    assert sorted(name for names, _, _ in rows for name in names.split(", ")) == sorted(mechanisms)
    assert [oracle for _, oracle, _ in rows if not (FOLDER.parent / "reference" / oracle).exists()] == []
    assert {theme for *_, themes in rows for theme in themes.split(", ")} - {"none"} <= set(THEMES)


# --- an equation in its one place --------------------------------------------------------------


@pytest.fixture
def faded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Change the equation as the exercise's own lines do, and the mechanism with it."""
    source = Path(heat.__file__).read_text(encoding="utf-8")
    change = re.search(r"```diff\n(.*?)```", TEXT, re.DOTALL)
    assert change
    lines = change[1].splitlines()
    old, new = ("\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+")
    assert source.count(old) == 1, "the lines to change stand once in the file"
    assert all(old not in path.read_text(encoding="utf-8") for path in Path(heat.__file__).parents[1].rglob("*.py")
               if path != Path(heat.__file__)), "and nowhere else"
    scope: dict[str, Any] = {"__name__": heat.__name__}
    exec(compile(source.replace(old, new), "changed", "exec"), scope)  # noqa: S102 - the exercise's own lines
    monkeypatch.setattr(heat, "burst_weights", scope["burst_weights"].py_func)
    heat.weights_of.cache_clear()
    yield
    heat.weights_of.cache_clear()


def missed() -> list[str]:
    """Return the closed forms of heat that are missed."""
    return [check.id for check in hold_all(chosen(("heat",))).missed]


def noticed() -> list[float]:
    """Return how many posts are noticed on each day."""
    state = start(spec_of("influencer"), 0)
    for _ in range(DAYS):
        step(state)
    found: list[float] = state.recorder.series["exposures"][:DAYS].tolist()
    return found


def test_without_a_change_oracle_and_book_agree() -> None:
    assert compare(spec_of("influencer"), DAYS).differences == []
    assert missed() == []


@pytest.mark.usefixtures("faded")
def test_the_oracle_and_the_book_notice_the_change() -> None:
    assert compare(spec_of("influencer"), DAYS).differences != []
    found = missed()
    assert found == ["heat_decay", "heat_72_hours", "heat_off"]
    assert [name for name in found if f"`{name}`" not in TEXT] == []


def test_the_change_moves_the_outcome(request: pytest.FixtureRequest) -> None:
    before = noticed()
    request.getfixturevalue("faded")
    assert noticed() != before
