"""The README is true: its examples run, its first block is the set-up, its tables match the programme.

Commands run as they are written but smaller (fewer people, days and replications), because what is
tested is that they work, not what they find.
"""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from ruamel.yaml import YAML

from sim.cli import main
from sim.cli.command import COMMANDS
from sim.records.run_store import default_store

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = "python -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e ."
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


def test_workers_on_slurm_leave_before_their_time_is_up_in_words_that_dask_reads() -> None:
    parse = pytest.importorskip("dask.utils").parse_timedelta
    hours, minutes, seconds = map(int, re.findall(r'walltime="(\d+):(\d+):(\d+)"', README)[0])
    lifetime, stagger = re.findall(r'"--lifetime", "(\w+)", "--lifetime-stagger", "(\w+)"', README)[0]
    assert 0 < parse(lifetime) + parse(stagger) < 3600 * hours + 60 * minutes + seconds


def test_the_first_block_is_the_set_up() -> None:
    kind, text = BLOCKS[0]
    venv = "python3 -m venv .venv && .venv/bin/pip install -q -c constraints.txt -e"
    assert kind == "sh"
    assert text.splitlines() == [f"{venv} . && .venv/bin/guanxi compare", f"{venv} '.[dev]' && .venv/bin/pytest -n auto --dist loadfile"]


@pytest.mark.parametrize("block", list(shell_blocks()), ids=lambda block: block[0][1])
def test_the_commands_of_the_readme_work_in_their_order(
    block: list[list[str]], desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not any(words[1] == "new" for words in block):
        write_scenarios(desk)
    write_sweeps(desk)
    for words in block:
        assert words[0] == "guanxi"
        to = words.index(">") if ">" in words else len(words)
        given = [*words[1:to], *(SMALL if words[1] in {"compare", "run"} else [])]
        with pytest.raises(SystemExit) as end:
            main(given)
        shown = capsys.readouterr()
        # That an expectation of a sweep fails may be its finding.
        assert end.value.code in ({0, 1} if words[1] == "sweep" else {0}), shown.err
        assert shown.out.strip()
        if to < len(words):
            assert set(json.loads(shown.out)) == set(json_keys())


def write_sweeps(folder: Path) -> None:
    """Write the sweep files of the README under their names, smaller."""
    for kind, text in BLOCKS:
        if kind == "yml" and "\naxes:" in text:
            small = text.replace("people: 2000, days: 120", "people: 400, days: 20").replace("replications: 8", "replications: 2")
            assert small != text
            (folder / text.split()[1]).write_text(small, encoding="utf-8")


@pytest.fixture
def workflow() -> dict[str, Any]:
    """Return the workflow to copy."""
    (text,) = [text for kind, text in BLOCKS if kind == "yml" and "\njobs:" in text]
    parser = YAML(typ="safe", pure=True)
    parser.version = (1, 2)
    found: dict[str, Any] = parser.load(text)
    return found


def test_the_workflow_to_copy_is_one(workflow: dict[str, Any]) -> None:
    assert set(workflow) == {"name", "on", "jobs"}
    assert set(workflow["on"]) <= {"push", "pull_request", "schedule", "workflow_dispatch"}
    (job,) = workflow["jobs"].values()
    assert job["runs-on"] == "ubuntu-latest"
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert set(step) <= {"uses", "run", "with", "if", "name", "env"}
        assert re.fullmatch(r"actions/[\w-]+@v\d+", step.get("uses", "actions/x@v1"))
    uses = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
    assert uses == ["actions/checkout", "actions/setup-python", "actions/cache", "actions/upload-artifact"]
    (cache,) = [step["with"] for step in job["steps"] if step.get("uses", "").startswith("actions/cache")]
    assert Path(cache["path"]) == default_store()
    assert job["steps"][2]["run"] == SET_UP


def test_the_line_of_the_workflow_works(
    workflow: dict[str, Any], desk: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(desk / "summary.md"))
    monkeypatch.delenv("GUANXI_STORE", raising=False)
    write_sweeps(desk)
    (job,) = workflow["jobs"].values()
    (line,) = [step["run"] for step in job["steps"] if "guanxi sweep" in step.get("run", "")]
    words = shlex.split(os.path.expandvars(line))
    assert words[0] == ".venv/bin/guanxi"
    with pytest.raises(SystemExit) as end:
        main([*words[1:], "--workers", "1"])
    assert end.value.code in {0, 1}, capsys.readouterr().err
    assert "## Terms for agents" in (desk / "summary.md").read_text(encoding="utf-8")
    assert (desk / "results" / "terms" / "page.html").exists()
    assert (desk / "results" / "store").is_dir()
    tests = ET.parse(desk / "results" / "terms.xml").getroot()  # noqa: S314 - our own file
    assert tests.get("tests") == "6"
    assert ("::error file=terms.yaml" in capsys.readouterr().err) == (end.value.code == 1)


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
