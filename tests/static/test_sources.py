"""Rules of the house that no linter knows: sizes, names, addresses, who imports whom."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = 400
FORBIDDEN_NAMES = {"utils.py", "util.py", "helpers.py", "helper.py", "manager.py", "common.py", "misc.py"}
GENERATED = {".venv", ".git", "build", "dist", "node_modules"}

# Written in pieces, so that this file passes its own test.
HOSTS = [
    "py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js", "deb.deb" + "ian.org",
    "conda." + "anaconda.org", "proxy.go" + "lang.org", "crates" + ".io", "--index" + "-url", "--extra-index" + "-url",
]
MACHINE_PATH = re.compile(r"(?<![\w.~$}/-])/(?:work|home|root|Users|workspace|mnt|data)/\w")


@cache
def tracked() -> list[Path]:
    """Return the files under version control, or all that are not generated where git has no say."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in done.stdout.split("\0") if name]
    if done.returncode or not names:
        found = (path for path in ROOT.rglob("*") if path.is_file())
        return [p for p in found if not GENERATED & set(p.relative_to(ROOT).parts) and "cache" not in str(p)]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def texts() -> list[tuple[str, str]]:
    """Return (name, text) of every tracked file that is text."""
    found = []
    for path in tracked():
        blob = path.read_bytes()
        if b"\0" not in blob[:4096]:
            found.append((path.relative_to(ROOT).as_posix(), blob.decode("utf-8")))
    return found


def modules() -> list[tuple[str, ast.Module]]:
    """Return (name, syntax tree) of every tracked Python file of the package."""
    return [(name, ast.parse(text)) for name, text in texts() if name.startswith("sim/") and name.endswith(".py")]


def test_the_list_of_files_is_not_empty() -> None:
    names = {name for name, _ in texts()}
    assert {"README.md", "pyproject.toml", "constraints.txt", "sim/__init__.py"} <= names


@pytest.mark.parametrize("host", HOSTS)
def test_no_registry_address_stands_in_a_file(host: str) -> None:
    assert [name for name, text in texts() if host in text] == []


def test_no_path_of_one_machine_stands_in_a_file() -> None:
    found = [f"{name}: {hit.group()}" for name, text in texts() for hit in MACHINE_PATH.finditer(text)]
    assert found == []


def test_no_lock_file_with_addresses_is_kept() -> None:
    assert not {path.name for path in tracked()} & {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock"}


def test_files_stay_readable_in_size() -> None:
    long = {name: text.count("\n") for name, text in texts() if name.endswith(".py") and text.count("\n") > LINES}
    assert long == {}


def test_no_file_is_named_after_nothing() -> None:
    assert [path.as_posix() for path in tracked() if path.name in FORBIDDEN_NAMES] == []


def test_nothing_in_the_package_imports_its_root() -> None:
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import) and any(alias.name == "sim" for alias in node.names):
                found.append(f"{name}:{node.lineno}")
            if isinstance(node, ast.ImportFrom) and node.module == "sim" and node.level == 0:
                found.append(f"{name}:{node.lineno}")
    guarded = {"sim/__init__.py"}
    assert [place for place in found if place.split(":")[0] not in guarded] == []


def test_package_inits_only_export() -> None:
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.Expr)
    found = []
    for name, tree in modules():
        if name.endswith("__init__.py") and name != "sim/__init__.py":
            lazy = {"__getattr__", "__dir__"}
            for node in tree.body:
                is_lazy = isinstance(node, ast.FunctionDef) and node.name in lazy
                is_typing = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
                if not (isinstance(node, allowed) or is_lazy or is_typing):
                    found.append(f"{name}:{node.lineno}")
    assert found == []


def test_pins_cover_what_the_project_asks_for() -> None:
    pinned = {re.split(r"==", line)[0].strip().lower() for line in (ROOT / "constraints.txt").read_text().splitlines()}
    project = (ROOT / "pyproject.toml").read_text()
    wanted = re.findall(r'^\s+"([A-Za-z][\w.-]*)(?:\[[\w,]+\])?[<>=]', project, re.MULTILINE)
    assert wanted
    assert {name.lower().replace(".", "-").replace("_", "-") for name in wanted} <= pinned
