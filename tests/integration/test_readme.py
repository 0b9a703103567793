"""The README is true: its examples run, its first block is the set-up, its tables match the programme.

Commands run as they are written but smaller (fewer people, days and replications), because what is
tested is that they work, not what they find.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sim.cli import main
from sim.cli.command import COMMANDS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SMALL = ["--people", "600", "--days", "25", "--replications", "2", "--workers", "1", "--undecided", "pass"]


def shell_blocks() -> Iterator[list[list[str]]]:
    """Yield the words of each `guanxi` command, block by block, without the set-up block."""
    for kind, text in BLOCKS[1:]:
        if kind == "sh":
            found = [shlex.split(line, comments=True) for line in text.splitlines()]
            yield [words for words in found if words]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to a new folder that has the network that an example names."""
    (tmp_path / "ratings.csv").write_text("source,target,rating\na,b,5\nb,a,4\nc,a,-3\nc,b,2\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GUANXI_LANG", "en")
    return tmp_path


def test_the_first_block_is_the_set_up() -> None:
    kind, text = BLOCKS[0]
    venv = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e"
    assert kind == "sh"
    assert text.splitlines() == [f"{venv} . && .venv/bin/guanxi compare", f"{venv} '.[dev]' && .venv/bin/pytest"]


@pytest.mark.parametrize("block", list(shell_blocks()), ids=lambda block: block[0][1])
def test_the_commands_of_the_readme_work_in_their_order(
    block: list[list[str]], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not any(words[1] == "new" for words in block):
        write_scenarios(desk)
    for words in block:
        assert words[0] == "guanxi"
        to = words.index(">") if ">" in words else len(words)
        given = [*words[1:to], *(SMALL if words[1] in {"compare", "run"} else [])]
        with pytest.raises(SystemExit) as end:
            main(given)
        shown = capsys.readouterr()
        assert end.value.code == 0, shown.err
        assert shown.out.strip()
        if to < len(words):
            assert set(json.loads(shown.out)) == set(json_keys())


def test_every_command_that_exists_is_mentioned() -> None:
    for name in COMMANDS:
        assert re.search(rf"guanxi {name}\b", README), name


def json_keys() -> list[str]:
    """Return the top-level keys of `--json` that the README's table names."""
    table = README.split("| key | holds |")[1].split("\n\n")[0]
    firsts = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return [key.removesuffix("[]") for first in firsts for key in re.findall(r"`([\w\[\]]+)`", first)]


def write_scenarios(folder: Path) -> list[str]:
    """Write the scenarios of the README under their names and return the files."""
    texts = {text.split()[1]: text for kind, text in BLOCKS if kind == "yaml"}
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return [f"{name}.yaml" for name in texts]


def test_the_scenarios_of_the_readme_are_good(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["check", *write_scenarios(desk)])
    assert end.value.code == 0
    assert capsys.readouterr().out.splitlines() == ["mine.yaml: good (community)", "my_ads.yaml: good (paid_ads)"]


@pytest.mark.parametrize("text", [text for kind, text in BLOCKS if kind == "python"])
@pytest.mark.usefixtures("desk")
def test_python_of_the_readme_runs(text: str) -> None:
    exec(compile(text, "README.md", "exec"), {"__name__": "readme"})  # noqa: S102 - the README's own words
