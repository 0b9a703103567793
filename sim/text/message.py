"""Messages that can be said in another language after the fact: a key, its values, and the English text.

How to raise one, in any room::

    raise ValueError(Message("brands.price"))                       # in a validator of parameters
    raise DataError(Message("files.too_long", path=path, most=80))  # anywhere else

and the text of each language stands side by side in ``sim/text/faults/ROOM.toml`` under the rest of
the key, ``[price]`` in ``brands.toml`` and ``[too_long]`` in ``files.toml``. A strategy keeps a file
of its own, named after its kind; a package outside writes both texts where it raises::

    raise ValueError(Message.of("groups must be even, not {groups}", "groups 必须是偶数，不能是 {groups}", groups=3))

A `Message` is a ``str``: the English one, for Python and its tracebacks. Lower rooms hand it on and
know no language; the shell that prints it asks `in_language`. What an f-string makes of it is plain
English and stays so, hence a message inside another is one of its values, as a list of names is.
"""

from __future__ import annotations

import re
import string
from functools import cache
from typing import TYPE_CHECKING, Any, Self

from sim.text.catalogue import LANGS, load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sim.text.catalogue import Lang

_FOLDER = "faults"
_BETWEEN: dict[Lang, str] = {"zh": "、", "en": ", "}
_KEY = "key"


class Message(str):
    """A text in every language; as a ``str`` it is the English one.

    Parameters
    ----------
    key : str
        ``room.name``: the entry ``[name]`` of ``faults/room.toml``.
    given : object
        The values of its places. Texts stay as they are, a list is written with the language's
        comma, a `Message` in the language asked for.
    """

    __slots__ = ("given", "key", "texts")

    key: str
    texts: Mapping[Lang, str]
    given: Mapping[str, object]

    def __new__(cls, key: str, /, **given: object) -> Self:
        """Return the message of a key."""
        return cls._filled(key, _texts(key), given)

    @classmethod
    def _filled(cls, key: str, texts: Mapping[Lang, str], given: Mapping[str, object]) -> Self:
        english = texts["en"].format(**{name: _said(value, "en") for name, value in given.items()})
        message = str.__new__(cls, english)
        message.key, message.texts, message.given = key, texts, given
        return message

    @staticmethod
    def of(en: str, zh: str, /, **given: object) -> Message:
        """Return a message whose texts stand where it is raised, for packages without a catalogue here."""
        return _made("", {"en": en, "zh": zh}, given)

    @staticmethod
    def spoken(en: str, zh: str) -> Message:
        """Return a text that is there in every language and has no places."""
        return Message.of("{text_en}", "{text_zh}", text_en=en, text_zh=zh)

    @staticmethod
    def joined(parts: Iterable[str], between: str) -> Message:
        """Return messages one after the other."""
        given: dict[str, object] = {f"part{number}": part for number, part in enumerate(parts)}
        text = between.join(f"{{{name}}}" for name in given)
        return _made("", dict.fromkeys(LANGS, text), given)

    def said_in(self, lang: Lang) -> str:
        """Return the text in one language."""
        return self.texts[lang].format(**{name: _said(value, lang) for name, value in self.given.items()})

    def __reduce__(self) -> tuple[Callable[..., Message], tuple[object, ...]]:
        """Tell how to copy it."""
        return _made, (self.key, self.texts, self.given)


def has_message(key: str) -> bool:
    """Tell whether a catalogue of faults has a key."""
    room, _, name = key.partition(".")
    return name in load(f"{_FOLDER}/{room}")


def in_language(text: str, lang: Lang) -> str:
    """Return a text in a language if it knows how, else as it is."""
    return text.said_in(lang) if isinstance(text, Message) else str(text)


def said_by(error: BaseException) -> str:
    """Return what an error says: its message, with all languages if it has them."""
    first = error.args[0] if error.args else None
    return first if isinstance(first, Message) else str(error)


def changed(text: str, change: Callable[[str], str]) -> str:
    """Return a text with `change` made to it, or to every value of a message."""
    if not isinstance(text, Message):
        return change(text)
    return _made(text.key, text.texts, {name: _changed(value, change) for name, value in text.given.items()})


def recognised(text: str, *rooms: str) -> str:
    """Return what a library said as a message: its English text is looked for in the catalogues of `rooms`.

    What is not found there becomes a quotation.
    """
    for room in rooms:
        for pattern, key in _patterns(room):
            found = pattern.fullmatch(text)
            if found is not None:
                return Message(key, **{name: _word(value, room) for name, value in found.groupdict().items()})
    return Message("common.quoted", words=text) if text else ""


def packed(text: str) -> Any:
    """Return a text as plain data, so that it can leave the process; see `unpacked`."""
    if not isinstance(text, Message):
        return text
    return {_KEY: text.key, "texts": dict(text.texts), "given": {name: _packed(value) for name, value in text.given.items()}}


def unpacked(data: Any) -> str:
    """Return the text that `packed` made plain."""
    if not (isinstance(data, dict) and _KEY in data):
        return str(data)
    return _made(data[_KEY], data["texts"], {name: _unpacked(value) for name, value in data["given"].items()})


def _made(key: str, texts: Mapping[Lang, str], given: Mapping[str, object]) -> Message:
    return Message._filled(key, texts, given)  # noqa: SLF001 - its own module


def _word(value: str, room: str) -> str:
    """Return what a library put into its text, if that has an entry of its own."""
    key = next((f"{room}.{name}" for name, texts in load(f"{_FOLDER}/{room}").items() if texts["en"] == value), "")
    return Message(key) if key else value


def _texts(key: str) -> Mapping[Lang, str]:
    room, _, name = key.partition(".")
    return load(f"{_FOLDER}/{room}")[name]


def _said(value: object, lang: Lang) -> object:
    """Return a value as it stands in a text."""
    if isinstance(value, (list, tuple)):
        return _BETWEEN[lang].join(str(_said(entry, lang)) for entry in value)
    return value.said_in(lang) if isinstance(value, Message) else value


def _changed(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, (list, tuple)):
        return [_changed(entry, change) for entry in value]
    return changed(value, change) if isinstance(value, str) else value


def _packed(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return [_packed(entry) for entry in value]
    if isinstance(value, str):
        return packed(value)
    return value if isinstance(value, (int, float)) else str(value)


def _unpacked(value: Any) -> object:
    if isinstance(value, list):
        return [_unpacked(entry) for entry in value]
    return unpacked(value) if isinstance(value, (str, dict)) else value


@cache
def _patterns(room: str) -> list[tuple[re.Pattern[str], str]]:
    """Return the English texts of a catalogue as patterns, the most particular first."""
    found = []
    for name, texts in load(f"{_FOLDER}/{room}").items():
        parts = list(string.Formatter().parse(texts["en"]))
        pattern = "".join(re.escape(words) + (f"(?P<{place}>.*?)" if place else "") for words, place, _, _ in parts)
        found.append((sum(len(words) for words, *_ in parts), re.compile(pattern, re.DOTALL), f"{room}.{name}"))
    return [(pattern, key) for _, pattern, key in sorted(found, key=lambda entry: -entry[0])]
