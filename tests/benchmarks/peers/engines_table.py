"""Which engines there are, what each needs, and its environment: a folder of its own, made with pip on first use."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Engine:
    """One engine: its script, what pip installs for it, and what a reader must know.

    slow : takes a minute or more at a million people, so runs there only if asked for
    apart : its process differs in a known way, so its share is shown and not judged
    rival : our model must be faster
    """

    script: str
    needs: tuple[str, ...]
    slow: bool = False
    apart: str = ""
    rival: bool = True


_NUMPY, _GRAPHS = "numpy==2.4.6", "networkx==3.6.1"
_MESA = ("mesa==3.3.1", _GRAPHS, _NUMPY)  # the last that runs on Python 3.11
ENGINES = {
    "numba loop": Engine("numba", ("numba==0.68.1", _NUMPY), rival=False),
    "numpy": Engine("numpy", ("numba==0.68.1", _NUMPY)),
    "ambr": Engine("ambr", ("ambr==0.5.2",)),
    "laser-core": Engine("laser", ("laser-core==1.0.5",)),
    "starsim": Engine("starsim", ("starsim==3.7.2",)),
    "epiworld": Engine("epiworld", ("epiworldpy==0.17.0.post2", _NUMPY), apart="at most one neighbour a step wins somebody"),
    "mesa-frames": Engine("mesa_frames", ("--pre", "mesa-frames==0.1.0a0")),
    "Mesa, frontier": Engine("mesa_frontier", _MESA),
    "Mesa": Engine("mesa", _MESA, slow=True),
    "agentpy": Engine("agentpy", ("agentpy==0.1.5", _GRAPHS, _NUMPY), slow=True),
    "ndlib": Engine("ndlib", ("ndlib==6.0.1", "six==1.17.0", _GRAPHS, _NUMPY), slow=True),
}


def default_folder() -> Path:
    """Return where environments and graphs are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "guanxi-peers"


def command(engine: Engine, folder: Path) -> list[str]:
    """Return the command that starts an engine, its environment made if it is not there yet."""
    name = next(other.script for other in ENGINES.values() if other.needs == engine.needs)
    place, python = folder / "environments" / name, folder / "environments" / name / "bin" / "python"
    ready = place / "needs.txt"
    if not ready.exists() or ready.read_text() != "\n".join(engine.needs):
        print(f"making the environment of {engine.script} ...", file=sys.stderr, flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *engine.needs], check=True)
        ready.write_text("\n".join(engine.needs))
    return [str(python), str(HERE / "engines" / f"with_{engine.script}.py")]
