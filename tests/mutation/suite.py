"""What a mutant is, and which tests are to notice it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Mutant:
    """One fault: `old`, which stands exactly once in the file, is replaced by `new`.

    `same` says why nobody could tell the difference, for mutants that are known to survive.
    """

    old: str
    new: str
    same: str = ""


@dataclass(frozen=True)
class Suite:
    """A file, the tests that are to hold it, quickest first, and its mutants.

    `but` is a pytest expression (`-k`) for tests of those files that are left out, because they are slow
    and hold something else.
    """

    file: str
    tests: tuple[str, ...]
    mutants: tuple[Mutant, ...]
    but: str = ""

    @property
    def has_kernels(self) -> bool:
        """Whether kernels stand in the file; then they run as plain Python, instead of being compiled anew each time."""
        return "@kernel(" in (ROOT / self.file).read_text(encoding="utf-8")

    def line(self, mutant: Mutant) -> int:
        """Return the number of the line in which a mutant's text begins.

        Raises
        ------
        ValueError
            If the text is not there, or not only once: the table has to follow the code.
        """
        text = (ROOT / self.file).read_text(encoding="utf-8")
        if text.count(mutant.old) != 1:
            raise ValueError(f"{self.file}: this text stands there {text.count(mutant.old)} times: {mutant.old!r}")
        return text[: text.index(mutant.old)].count("\n") + 1
