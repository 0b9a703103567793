"""Every error a user can meet: one base class, one class per broken rule, values as fields.

The message says what is wrong and what to do; the shells print it and leave with
`exit_code` (2 usage, 3 invalid scenario or data, 4 run failed). It is English
here; one that is a `sim.text.message.Message` can be said in another language by the shell.
"""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sim.text.message import Message, has_message, recognised, said_by

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class GuanxiError(Exception):
    """Base of all errors that are the user's to mend; never a traceback in a shell."""

    exit_code: ClassVar[int] = 4

    @property
    def message(self) -> str:
        """What it says; `sim.text.message.in_language` says it in another language."""
        return said_by(self)


@dataclass(frozen=True)
class Problem:
    """One broken rule in a file: where, what, what is allowed.

    Parameters
    ----------
    message : str
        What is wrong and what to do; a `Message` where it is to be said in more than one language.
    path : str
        Dotted path of the value, such as ``strategies.community.groups``.
    value : object
        The offending value, already shortened for print.
    file, line, column : str, int, int
        Place in the source, 1-based; line 0 means that the place is unknown.
    source : str
        The source line, for the caret display.
    width : int
        How many characters the carets span.
    """

    message: str
    path: str = ""
    value: object = None
    file: str = ""
    line: int = 0
    column: int = 0
    source: str = ""
    width: int = 1

    def located(self) -> Message:
        """Return ``file:line:column: error: path: message`` and the marked source line."""
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else f"{self.file}: " if self.file else ""
        what = f"{self.path}: " if self.path else ""
        return Message("common.located", place=place, what=what, message=self.message, marked=self._marked())

    def _marked(self) -> str:
        """Return the source line with carets under what is meant, if the place is known."""
        if not (self.line and self.source.strip()):
            return ""
        gutter = f"{self.line:>7} | "
        # A Chinese character takes two cells, and so does the ideographic space.
        before = "".join("\u3000" if unicodedata.east_asian_width(c) in "WF" else " "
                         for c in self.source[: self.column - 1])
        under = self.source[self.column - 1 : self.column - 1 + self.width]
        carets = " " * (len(gutter) - 2) + "| " + before + "^" * max(1, self.width + sum(
            unicodedata.east_asian_width(c) in "WF" for c in under))
        return f"\n{gutter}{self.source}\n{carets}"


class ScenarioError(GuanxiError):
    """A scenario (or sweep) is wrong; carries every `Problem` found."""

    exit_code: ClassVar[int] = 3

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__(Message.joined((p.located() for p in self.problems), "\n"))

    @property
    def path(self) -> str:
        """Dotted path of the first problem."""
        return self.problems[0].path

    @property
    def value(self) -> object:
        """Offending value of the first problem."""
        return self.problems[0].value


class DataError(GuanxiError):
    """A data file is missing, torn or malformed; the message names the file and the remedy."""

    exit_code: ClassVar[int] = 3


class MarketMismatchError(GuanxiError):
    """Scenarios of one comparison do not share a market; `fields` names what differs."""

    exit_code: ClassVar[int] = 3

    def __init__(self, fields: list[str], message: str) -> None:
        self.fields = fields
        super().__init__(message)


class LedgerError(GuanxiError):
    """Money or goods do not balance; a defect of the programme, never of the input."""


class PlanError(GuanxiError):
    """A strategy proposed something that the exchange cannot carry out."""


class RunError(GuanxiError):
    """A run failed; carries the case so that it can be repeated."""


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """Return `` - did you mean 'x'?`` for the nearest allowed name, or an empty string."""
    near = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.6)
    return Message("common.near", name=near[0]) if near else ""


def reason_of(error: BaseException) -> str:
    """Return what an error of the system or of a library says, translatable where its words are known."""
    if isinstance(error, OSError) and error.errno is not None and error.strerror:
        place = f": {error.filename!r}" if error.filename is not None else ""
        return Message("common.errno", number=error.errno, words=recognised(error.strerror, "system"), place=place)
    said = said_by(error)
    return said if isinstance(said, Message) else recognised(said, "system")


def strerror_of(error: BaseException) -> str:
    """Return only the system's words, without number and place, else what the error says."""
    words = error.strerror if isinstance(error, OSError) else None
    return recognised(words, "system") if words else reason_of(error)


def value_problem(entry: Mapping[str, Any]) -> str:
    """Return what is wrong with a value in plain words: one entry of the ``errors()`` of a ValidationError."""
    kind, context = str(entry["type"]), entry.get("ctx", {})
    if kind == "literal_error":
        expected = str(context.get("expected", ""))
        words = [w.strip(" '") for w in expected.replace(" or ", ", ").split(",")]
        hint = did_you_mean(str(entry["input"])[:100], words)
        most, _, last = expected.rpartition(" or ")
        choices = Message("values.choices", most=most.split(", "), last=last) if most else last
        return Message("values.literal_error", expected=choices, hint=hint)
    if kind in {"value_error", "scenario"}:
        said = context.get("message", context.get("error"))
        return said_by(said) if isinstance(said, BaseException) else said if isinstance(said, str) else str(entry["msg"])
    known = has_message(f"values.{kind}")
    return Message(f"values.{kind}", **context) if known else Message("values.other", words=str(entry["msg"]))


def shorten(value: object, limit: int = 60) -> str:
    """Return `repr(value)` cut to `limit` characters, safe to print in one line."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
