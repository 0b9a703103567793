"""Read a scenario file into a tree of values and places, whatever somebody put into it.

The file is read as a stream of YAML 1.2 events, never composed or constructed by the library: every
limit is checked before the next event is asked for, so a file can be neither deep, wide nor
self-referring enough to hurt. Anchors, aliases and tags are refused (a scenario that repeats itself
uses ``extends``); duplicate keys, NaN, infinity and anything but one mapping at the top are errors.
"""

from __future__ import annotations

import functools
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from sim.core.errors import Problem, ScenarioError, shorten, strerror_of
from sim.scenario.nodes import Node, Place
from sim.scenario.scalars import read_scalar
from sim.text.message import Message, recognised, said_by

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LIMIT_BYTES = 1_000_000
LIMIT_DEPTH = 40
LIMIT_NODES = 20_000
LIMIT_KEY = 200
_WIDE = {"：": "", "，": "', '", "“": "'\"'", "”": "'\"'", "＃": "' #'", "｛": "'{'", "｝": "'}'"}
"""Signs of the Chinese keyboard that stand where YAML has a sign of its own, and how to write that."""
_SHAPE = "yaml.shape"


def load_file(path: Path, label: str = "") -> Node:
    """Return the tree of a scenario file.

    Parameters
    ----------
    path : Path
        The file.
    label : str
        Name to show in messages; the path as given by default.

    Raises
    ------
    ScenarioError
        If the file cannot be read or is not a mapping in plain YAML; carries every place.
    """
    name = label or str(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise ScenarioError(Problem(Message("yaml.not_a_file"), file=name))
        if status.st_size > LIMIT_BYTES:
            raise ScenarioError(Problem(_too_large(status.st_size), file=name))
        with path.open("rb") as stream:
            content = stream.read(LIMIT_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ScenarioError(Problem(Message("yaml.unreadable", reason=strerror_of(error)), file=name)) from None
    return load_bytes(content, name)


def load_bytes(content: bytes, name: str) -> Node:
    """Return the tree of the bytes of a file; see `load_file`."""
    if len(content) > LIMIT_BYTES:
        raise ScenarioError(Problem(_too_large(len(content)), file=name))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ScenarioError(Problem(Message("yaml.not_utf8"), file=name, line=line, column=1)) from None
    return load_text(text, name)


def load_text(text: str, name: str) -> Node:
    """Return the tree of a YAML text; see `load_file`."""
    if len(text) > LIMIT_BYTES:
        raise ScenarioError(Problem(_too_large(len(text)), file=name))
    builder = _Builder(name, text.splitlines())
    for event in _events(text, builder):
        builder.take(event)
    return builder.result()


@functools.lru_cache(maxsize=16)
def stored(text: str, name: str) -> dict[str, Any]:
    """Return what the scenario of a result says, without places: several ask, and reading it takes long. Not to be changed."""
    plain: dict[str, Any] = load_text(text, name).plain()
    return plain


def parse_value(text: str, name: str) -> Node:
    """Return the value of ``--set path=value``: a scalar or YAML in flow style.

    Raises
    ------
    ScenarioError
        As for a file; the place is the option `name`.
    """
    if len(text.splitlines()) > 1:
        raise ScenarioError(Problem(Message("yaml.one_line"), file=name))
    try:
        tree = load_text(f"value: {text}", name)
    except ScenarioError as error:
        raise ScenarioError(Problem(p.message, value=p.value, file=name) for p in error.problems) from None
    if set(tree.value) != {"value"}:
        raise ScenarioError(Problem(Message("yaml.not_one_value"), value=shorten(text), file=name))
    node: Node = tree.value["value"]
    place = Place(file=name)
    return _replaced(node, place)


def _replaced(node: Node, place: Place) -> Node:
    """Put one place on a whole tree."""
    value = node.value
    if isinstance(value, dict):
        value = {name: _replaced(child, place) for name, child in value.items()}
    elif isinstance(value, list):
        value = [_replaced(child, place) for child in value]
    return Node(value, place, place)


def _too_large(size: int) -> Message:
    return Message("yaml.too_large", size=size, most=LIMIT_BYTES)


def _events(text: str, builder: _Builder) -> Iterable[Any]:
    """Yield YAML events; the library's complaints become located problems."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    parser = YAML(typ="safe", pure=True)
    parser.version = (1, 2)
    try:
        yield from parser.parse(text)
    except MarkedYAMLError as error:
        unfinished = "end of stream" in str(error.problem) and error.context_mark is not None
        mark = error.context_mark if unfinished else error.problem_mark or error.context_mark
        context, problem = (recognised(str(part or ""), "parser") for part in (error.context, error.problem))
        words = Message("yaml.complaint", context=context, problem=problem) if context and problem else context or problem
        builder.fail(Message("yaml.invalid", words=words, hint=builder.suspicion(error)), mark)
    except ReaderError as error:
        message = Message("yaml.character", code=f"{ord(_first(error.character)):04x}")
        builder.fail_at(message, int(error.position), text)
    except (YAMLError, ValueError, OverflowError, RecursionError) as error:
        builder.fail(Message("yaml.invalid", words=recognised(shorten(str(error)), "parser"), hint=""), None)


def as_written(value: object) -> str:
    """Return a value in a message as YAML has it: nothing, true, or a text in quotes."""
    if value is None:
        return Message("values.nothing")
    return str(value).lower() if isinstance(value, bool) else shorten(value, 40)


def wide_signs(text: str) -> str:
    """Return a hint at Chinese punctuation that YAML takes for letters, or an empty string."""
    found = next(((sign, meant) for sign, meant in _WIDE.items() if sign in text), None)
    if found is None:
        return ""
    return Message("yaml.wide_sign", sign=found[0], meant=found[1] or Message("yaml.colon_and_blank"))


def _first(character: Any) -> str:
    """Return the first character of what the reader complained about, which may be its number, or bytes."""
    if isinstance(character, int):
        return chr(character)
    text = character.decode("latin-1") if isinstance(character, bytes) else str(character)
    return text[0] if text else "?"


@dataclass
class _Open:
    """A mapping or list whose end has not been read yet: `path` leads to it, `name` is the key that has no value yet."""

    node: Node
    path: tuple[str | int, ...] = ()
    name: str | None = None
    key: Place = field(default_factory=Place)


class _Builder:
    """Puts events together with a stack of its own, so that depth never meets Python's limit."""

    def __init__(self, file: str, lines: list[str]) -> None:
        self.file = file
        self.lines = lines
        self.stack: list[_Open] = []
        self.top: Node | None = None
        self.count = 0
        self.documents = 0
        self.problems: list[Problem] = []

    def take(self, event: Any) -> None:
        """Add one event to the tree."""
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self._document(event)
        elif kind == "AliasEvent":
            self.fail(Message("yaml.alias"), event.start_mark)
        elif kind in {"MappingStartEvent", "SequenceStartEvent"}:
            self._start(event, {} if kind == "MappingStartEvent" else [])
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            self.stack.pop()
        elif kind == "ScalarEvent":
            self._scalar(event)

    def result(self) -> Node:
        """Return the finished tree, or raise everything that was wrong with it."""
        if self.problems:
            raise ScenarioError(self.problems)
        if self.top is None or (self.top.value is None):
            raise ScenarioError(Problem(Message("yaml.empty", shape=Message(_SHAPE)), file=self.file))
        if not self.top.is_map:
            raise ScenarioError(self.top.place.problem(Message(_SHAPE)))
        return self.top

    def _document(self, event: Any) -> None:
        self.documents += 1
        if self.documents > 1:
            self.fail(Message("yaml.second_document"), event.start_mark)
        if event.tags:
            self.fail(Message("yaml.tag_directive"), event.start_mark)
        if event.version and tuple(event.version) != (1, 2):
            self.fail(Message("yaml.version"), event.start_mark)

    def _start(self, event: Any, value: dict[str, Node] | list[Node]) -> None:
        self._guard(event)
        if len(self.stack) >= LIMIT_DEPTH:
            self.fail(Message("yaml.too_deep", most=LIMIT_DEPTH), event.start_mark)
        if self.stack and self.stack[-1].node.is_map and self.stack[-1].name is None:
            self.fail(Message("yaml.name_not_scalar"), event.start_mark)
        node, path = Node(value, self.place(event.start_mark)), self._path()
        self._attach(node)
        self.stack.append(_Open(node, path))

    def _scalar(self, event: Any) -> None:
        self._guard(event)
        place = self.place(event.start_mark, event.end_mark)
        top = self.stack[-1] if self.stack else None
        if top is not None and top.node.is_map and top.name is None:
            self._name(top, event.value, place)
            return
        value = event.value
        if not value and top is not None and top.name is not None and event.start_mark.line + 1 != top.key.line:
            place = top.key  # nothing is written: the parser names the next thing in the file
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            self.fail(Message("yaml.half_character"), event.start_mark)
        if event.implicit[0]:
            try:
                value = read_scalar(value)
            except ValueError as error:
                message = Message("values.got", text=said_by(error), value=as_written(value))
                self.problems.append(place.problem(message, self._path(), shorten(value)))
                value = 0
        self._attach(Node(value, place))

    def _name(self, top: _Open, name: str, place: Place) -> None:
        path = top.path
        if not name or len(name) > LIMIT_KEY or not name.isprintable():
            self.problems.append(place.problem(Message("yaml.name"), path, shorten(name)))
        elif name in top.node.value:
            first = top.node.value[name].key.line
            self.problems.append(place.problem(Message("yaml.twice", name=name, line=first), (*path, name)))
        top.name, top.key = name, place

    def _attach(self, node: Node) -> None:
        if not self.stack:
            node.key = node.place
            self.top = self.top or node
            return
        top = self.stack[-1]
        if isinstance(top.node.value, list):
            node.key = node.place
            top.node.value.append(node)
        elif top.name is not None:
            node.key = top.key
            top.node.value[top.name] = node
            top.name = None

    def _path(self) -> tuple[str | int, ...]:
        """Return the path of the value that is read now."""
        if not self.stack:
            return ()
        top = self.stack[-1]
        return (*top.path, str(top.name) if top.node.is_map else len(top.node.value))

    def _guard(self, event: Any) -> None:
        """Refuse what could multiply or construct, and count."""
        self.count += 1
        if self.count > LIMIT_NODES:
            self.fail(Message("yaml.too_many", most=LIMIT_NODES), event.start_mark)
        if event.anchor is not None:
            self.fail(Message("yaml.anchor"), event.start_mark)
        if event.tag is not None:
            self.fail(Message("yaml.tag", tag=shorten(str(event.tag), 40)), event.start_mark)

    def place(self, start: Any, end: Any = None) -> Place:
        """Return the place of a mark of the parser."""
        line, column = start.line, start.column
        source = self.lines[line] if 0 <= line < len(self.lines) else ""
        same_line = end is not None and end.line == line
        width = end.column - column if same_line else len(source.rstrip()) - column if end is not None else 1
        return Place(self.file, line + 1, column + 1, source, max(1, width))

    def suspicion(self, error: Any) -> str:
        """Return what is likely behind a complaint of the parser: a tab, or punctuation of the Chinese keyboard.

        The parser complains late, so the lines from where it began are looked at, and the one before.
        """
        last = error.problem_mark or error.context_mark
        first = error.context_mark or last
        for number in range(max(0, first.line - 1), min(last.line + 1, first.line + 3, len(self.lines))):
            line = self.lines[number].partition(" #")[0]
            if "\t" in line[: len(line) - len(line.lstrip())]:
                return Message("yaml.tab", line=number + 1)
            if wide_signs(line):
                return Message("yaml.wide_sign_in_line", line=number + 1, hint=wide_signs(line))
        return ""

    def fail(self, message: str, mark: Any) -> NoReturn:
        """Stop reading here."""
        place = self.place(mark) if mark is not None else Place(self.file)
        raise ScenarioError([*self.problems, place.problem(message)])

    def fail_at(self, message: str, position: int, text: str) -> NoReturn:
        """Stop at a character of the text."""
        line = text.count("\n", 0, position)
        column = position - (text.rfind("\n", 0, position) + 1)
        source = self.lines[line] if line < len(self.lines) else ""
        raise ScenarioError([*self.problems, Place(self.file, line + 1, column + 1, source).problem(message)])
