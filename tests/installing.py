"""Outside packages, laid down as an installer would leave them, without running one."""

from __future__ import annotations

import shutil
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def installed(source: Path, folder: Path) -> Path:
    """Copy the code of a project into a folder, beside metadata that names its entry points; return the folder."""
    asked = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))
    project, found = asked["project"], asked["tool"]["setuptools"]
    for name in found.get("packages", ()):
        shutil.copytree(source / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in found.get("py-modules", ()):
        shutil.copy(source / f"{name}.py", folder)
    meta = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    (meta / "entry_points.txt").write_text("".join(
        f"[{group}]\n" + "".join(f"{name} = {target}\n" for name, target in names.items())
        for group, names in project["entry-points"].items()))
    return folder
