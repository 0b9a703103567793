"""Which language the terminal speaks, chosen once before any command is read."""

from __future__ import annotations

import itertools
from contextvars import ContextVar
from typing import TYPE_CHECKING

from sim.text.catalogue import LANGS, Lang, load, say
from sim.text.message import in_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CURRENT: ContextVar[Lang] = ContextVar("language", default="en")
_ENVIRONMENT = ("GUANXI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def choose(args: Sequence[str], environment: Mapping[str, str]) -> Lang:
    """Return the language asked for by `--lang`, else by the environment, else English.

    Reads the arguments before click does, so that help and usage errors are in it too.
    """
    before_end = list(args[: args.index("--")] if "--" in args else args)
    asked = [arg.partition("=")[2] for arg in before_end if arg.startswith("--lang=")]
    asked += [after for arg, after in itertools.pairwise(before_end) if arg == "--lang"]
    for lang in LANGS:
        if lang in asked[-1:]:
            return lang
    named = next((environment[name] for name in _ENVIRONMENT if environment.get(name)), "")
    return "zh" if named.lower().startswith("zh") else "en"


def speak(lang: Lang) -> None:
    """Set the language of this process's messages."""
    _CURRENT.set(lang)


def current() -> Lang:
    """Return the language set by `speak`."""
    return _CURRENT.get()


def tell(key: str, **values: object) -> str:
    """Return a message of the command line's catalogue in the current language, messages among its values too."""
    said = {name: local(value) if isinstance(value, str) else value for name, value in values.items()}
    return say("cli", key, current(), **said)


def local(text: str) -> str:
    """Return what a lower room said in the current language, as far as it knows it."""
    return in_language(text, current())


def has_message(key: str) -> bool:
    """Tell whether the command line's catalogue has a message."""
    return key in load("cli")
