"""ODD.md, the model described for researchers: writes its generated blocks, or says that they are stale.

    python -m sim.model.odd            rewrite the blocks in ODD.md
    python -m sim.model.odd --check    write nothing; exit 1 if a block differs from the code

A block stands between ``<!-- generated: NAME -->`` and ``<!-- end: NAME -->``; all else is written by hand.
The protocol is that of [Grimm2020] with the questions on decisions of [Mueller2013].
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from sim.model.odd_blocks import blocks
from sim.text.bibliography import references

ODD = Path(__file__).with_name("ODD.md")
_BLOCK = re.compile(r"(<!-- generated: ([\w ]+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)
_MARK = re.compile(r"<!-- (?:generated|end): ([\w ]+) -->")
_REFERENCES = "references"
_KEY = re.compile(r"[A-Z][A-Za-z]+\d{4}[a-z]?")


def rewritten(text: str) -> str:
    """Return the document with every generated block as the code says today.

    Raises
    ------
    ValueError
        If a block is unknown, not closed, missing or there twice.
    """
    known = blocks()
    found = [name for _, name, _ in _BLOCK.findall(text)]
    wrong = sorted({*known, _REFERENCES} ^ set(found)) + [name for name in set(found) if found.count(name) > 1]
    if wrong or len(_MARK.findall(text)) != 2 * len(found):
        raise ValueError(f"ODD.md: blocks unknown, missing, not closed or there twice: {', '.join(wrong) or 'see the marks'}")

    def fill(match: re.Match[str]) -> str:
        opening, name, closing = match.groups()
        return f"{opening}{known[name]()}\n{closing}" if name in known else f"{opening}{closing}"

    text = _BLOCK.sub(fill, text)
    opening = f"<!-- generated: {_REFERENCES} -->\n"
    return text.replace(opening, f"{opening}{bibliography(text)}\n")


def bibliography(text: str) -> str:
    """Return the works that a text cites, in the order of their keys."""
    cited = sorted(set(_KEY.findall(text)) & set(references()))
    return "\n".join(f"- [{key}] {references()[key].full()}" for key in cited)


def main(arguments: list[str] | None = None) -> None:
    """Rewrite ODD.md, or check it."""
    parser = argparse.ArgumentParser(prog="python -m sim.model.odd", description="Generated blocks of sim/model/ODD.md")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a block is stale")
    check = parser.parse_args(arguments).check
    old = ODD.read_text(encoding="utf-8")
    new = rewritten(old)
    if check and new != old:
        raise SystemExit("ODD.md does not say what the code says: run python -m sim.model.odd")
    if new != old:
        ODD.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
