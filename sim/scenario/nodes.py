"""The tree of a scenario file: plain values that remember where they were written.

A `Node` holds a mapping, a list or a scalar, and the `Place` of its value and of its key. Merging
parents, applying ``--set`` and reporting errors all work on this tree, so a value keeps the file
and line it came from however many files a scenario was put together from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, shorten
from sim.text.message import changed

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator

Path = tuple[str | int, ...]
"""Keys and list positions from the top of a file down to a value."""

_WINDOW = 100


def printable(text: str) -> str:
    """Return text with everything replaced that could disturb a terminal (escapes, direction marks)."""
    return "".join(c if c.isprintable() or c == "\u3000" else " " if c == "\t" else "?" for c in text)


@dataclass(frozen=True)
class Place:
    """Where something is written.

    Parameters
    ----------
    file : str
        Name of the file as the user knows it, or the option that set the value.
    line, column : int
        1-based; line 0 means that the place has no line (a command-line option).
    source : str
        The source line.
    width : int
        How many characters the carets span.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    source: str = ""
    width: int = 1

    def problem(self, message: str, path: Path = (), value: object = None) -> Problem:
        """Return a located problem at this place."""
        source, column = self._window()
        width = max(1, min(self.width, len(source) - column + 1))
        return Problem(changed(message, printable), dotted(path), value, self.file, self.line, column, source, width)

    def _window(self) -> tuple[str, int]:
        """Cut an overlong line around the column, so that the carets still fit on a screen."""
        source = printable(self.source)
        if len(source) <= _WINDOW or self.column <= _WINDOW:
            return source[:_WINDOW], self.column
        start = self.column - _WINDOW // 2
        return source[start : start + _WINDOW], self.column - start


NOWHERE = Place()


@dataclass
class Node:
    """One value of the tree.

    Parameters
    ----------
    value : dict of str to Node, list of Node, or scalar
        What is written there.
    place : Place
        Where the value starts.
    key : Place
        Where its key starts (the value's place in a list and at the top).
    folder : pathlib.Path
        What the value is relative to if it is the path of a data file; None for the working folder.
    """

    value: Any
    place: Place = NOWHERE
    key: Place = NOWHERE
    folder: pathlib.Path | None = None

    @property
    def is_map(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, list)

    def get(self, name: str) -> Node | None:
        """Return the child of that name, or None."""
        return self.value.get(name) if isinstance(self.value, dict) else None

    def text(self, name: str) -> str | None:
        """Return the child of that name if it is a text, else None."""
        child = self.get(name)
        return child.value if child is not None and isinstance(child.value, str) else None

    def plain(self) -> Any:
        """Return the data without places. Depth is bounded by the loader, so recursion is safe."""
        if isinstance(self.value, dict):
            return {name: child.plain() for name, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def copy(self) -> Node:
        """Return a tree that can be changed without touching this one."""
        value = self.value
        if isinstance(value, dict):
            value = {name: child.copy() for name, child in value.items()}
        elif isinstance(value, list):
            value = [child.copy() for child in value]
        return Node(value, self.place, self.key, self.folder)


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield every value of the tree with its path, top first."""
    yield path, node
    if isinstance(node.value, dict):
        for name, child in node.value.items():
            yield from walk(child, (*path, name))
    elif isinstance(node.value, list):
        for position, child in enumerate(node.value):
            yield from walk(child, (*path, position))


def locate(node: Node, path: Path) -> tuple[Node, bool]:
    """Return the node at `path` and True, or the deepest node on the way there and False.

    Parts of the path that the tree does not have are skipped when a later part fits: validators
    put names of union members into their paths, which no file contains.
    """
    found = True
    for part in path:
        child: Node | None = None
        if isinstance(node.value, dict):
            child = node.value.get(str(part))
        elif isinstance(node.value, list) and isinstance(part, int) and 0 <= part < len(node.value):
            child = node.value[part]
        found = child is not None
        if child is not None:
            node = child
    return node, found


def dotted(path: Path) -> str:
    """Return a path as people write it: ``strategies.community.groups``."""
    return ".".join(printable(part) if isinstance(part, str) and len(part) < 80 else shorten(part) for part in path)
