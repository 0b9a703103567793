"""What every builder returns, and the base of every builder's parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from sim.core.errors import DataError, Problem, ScenarioError
from sim.core.params import Params
from sim.text.message import Message
from sim.world.folders import load_arrays, save_arrays
from sim.world.ties import MAX_PEOPLE, Ties

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from sim.world.columns import Bytes, Labels

MAX_TIES = 1 << 31
"""16 GB of ties; no machine of today holds more of them beside the rest of a run."""
_NAMES_FILE = "names.json"


@dataclass(frozen=True)
class Network:
    """Ties among N people, with what pictures and reports need to know of them.

    Parameters
    ----------
    ties : Ties
        By speaker.
    n_people : int
        N; for files it is what the file holds, whatever the scenario asked for.
    names : list of str, or None
        Name of each row as the file wrote it; None where the people are made up.
    circle : int32 (N,)
        Label of the circle a person belongs to, for pictures.
    uid : uint32 (N,)
        Stable number of each person, the index of every draw. Imported graphs are reordered for
        locality: their uid is the order of first appearance in the file, so order changes nothing.
    notes : dict of str to int
        What an import dropped: `self_ties`, `repeated`, and the like; empty for made-up networks.
    """

    ties: Ties
    n_people: int
    names: list[str] | None
    circle: Labels
    uid: NDArray[np.uint32]
    notes: dict[str, int]

    def save(self, folder: Path) -> None:
        """Write everything into one folder of .npy columns, renamed whole."""
        texts = {_NAMES_FILE: json.dumps({"names": self.names, "notes": self.notes}, ensure_ascii=False)}
        columns: dict[str, NDArray[Any]] = {"start": self.ties.start, "listener": self.ties.listener, "weight": self.ties.weight,
                   "mark": self.ties.mark, "circle": self.circle, "uid": self.uid}
        save_arrays(folder, columns, texts)

    @classmethod
    def load(cls, folder: Path) -> Network:
        """Return a saved network, its columns memory-mapped copy-on-write.

        Raises
        ------
        DataError
            If a column is missing or torn, or lengths disagree.
        """
        ties = Ties.load(folder)
        rest = load_arrays(folder, ("circle", "uid"), mapped=True)
        try:
            facts = json.loads((folder / _NAMES_FILE).read_text(encoding="utf-8"))
            names, notes = facts["names"], dict(facts["notes"])
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DataError(Message("networks.names_torn", path=folder / _NAMES_FILE)) from error
        lengths = {len(column) for column in rest.values()} | ({len(names)} if names is not None else set())
        if lengths != {ties.n_people}:
            raise DataError(Message("networks.columns_disagree", folder=folder))
        return cls(ties, ties.n_people, names, rest["circle"], rest["uid"], notes)


class NetworkParams(Params):
    """Base of every kind of network; each kind adds `kind`, its parameters and `build`."""

    brings_people: ClassVar[bool] = False
    """True where the file decides how many people there are; traits are then drawn after the build."""

    def build(self, taste: Bytes | None, seed: int, n_people: int, threads: int = 1) -> Network:
        """Build the network; the result depends on neither `threads` nor the platform.

        Parameters
        ----------
        taste : uint8 (N,), or None
            Main interest of each person, for homophily; None where the file brings the people.
        seed : int
            World seed.
        n_people : int
            N; ignored where the file brings the people.
        threads : int
            Threads of the kernels.

        Raises
        ------
        ScenarioError
            If the parameters do not suit the number of people.
        DataError
            If a file is missing or malformed.
        """
        raise NotImplementedError  # pragma: no cover - every kind overrides it


def made_up(ties: Ties, circle: Labels) -> Network:
    """Return the network of invented people: nobody has a name, uid is the row number."""
    count = ties.n_people
    return Network(ties, count, None, circle, np.arange(count, dtype=np.uint32), {})


def refuse(path: str, value: object, message: str) -> ScenarioError:
    """Return the error of a network parameter, located under `network.`."""
    return ScenarioError(Problem(message, path=f"network.{path}", value=value))


def check_size(path: str, value: object, expected: float) -> None:
    """Refuse a network of more ties than fit beside the rest of a run.

    Raises
    ------
    ScenarioError
        Naming the parameter that decides the number of ties.
    """
    if expected > MAX_TIES:
        raise refuse(path, value, Message("networks.too_many_ties", expected=expected, most=MAX_TIES))


def check_people(n_people: int, taste: Bytes | None) -> Bytes:
    """Return the taste column of N people (all alike if there is none).

    Raises
    ------
    ScenarioError
        If N is out of range or the column has another length.
    """
    if not 1 <= n_people < MAX_PEOPLE:
        message = Message("networks.people_range", most=MAX_PEOPLE - 1)
        raise ScenarioError(Problem(message, path="people", value=n_people))
    if taste is None:
        return np.zeros(n_people, np.uint8)
    if taste.shape != (n_people,):
        raise refuse("taste", taste.shape, Message("networks.taste", people=n_people))
    return taste
