"""Verdicts on claims: a table for the terminal and a document in Markdown, drawn from the record alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.text.catalogue import load, say
from sim.text.cells import cell_width, clip, pad, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sim.records.claims import ClaimRecord, ClaimsRecord, Estimate, PartRecord, Tried, Turn
    from sim.text.catalogue import Lang

WIDTH = 80
_COLUMNS = (9, 18, 22, 10)
"""Cells of effect, interval, mechanism off, verdict; the claim has the rest."""


def word(key: str, lang: Lang, **values: object) -> str:
    """Return a text of the catalogue of claims."""
    return say("claims", key, lang, **values)


def title(number: int, lang: Lang) -> str:
    """Return the title of a claim."""
    return word(f"claim.{number}.title", lang)


def terminal_claims(record: ClaimsRecord, lang: Lang, width: int = WIDTH) -> str:
    """Return the verdicts as lines of at most `width` cells; below them where each turns and why it fails."""
    heads = [word(f"table.{name}", lang) for name in ("claim", "effect", "interval", "off", "verdict")]
    lines = [_line(heads, width), "-" * width]
    for claim in record.claims:
        lines.append(_line([f"{claim.number} {title(claim.number, lang)}", "", "", "", ""], width, whole=_verdict(claim, lang)))
        for part in claim.parts:
            lines += _hanging(f"  {word(f'claim.{claim.number}.{part.id}.says', lang)}", width)
            lines.append(_line(_cells(claim, part, lang), width))
    notes = [line for claim in record.claims for part in claim.parts for text in _notes(claim, part, lang)
             for line in _hanging(text, width)]
    keys = "\n".join(wrap(word("table.key", lang, replications=record.replications), width))
    return "\n".join([*lines, "", keys, *(["", *notes] if notes else [])])


def _line(cells: list[str], width: int, whole: str = "") -> str:
    """Return one line of the table; `whole` is a verdict behind a title that runs over the columns."""
    first = max(12, width - sum(_COLUMNS) - len(_COLUMNS))
    if whole:
        room = width - max(_COLUMNS[-1], cell_width(whole)) - 1
        return f"{pad(clip(cells[0], room), room)} {whole}"
    shown = [pad(clip(cells[0], first), first)]
    for position, (text, size) in enumerate(zip(cells[1:], _COLUMNS, strict=True)):
        shown.append(pad(clip(text, size), size, right=position < len(_COLUMNS) - 1))
    return " ".join(shown).rstrip()


def _hanging(text: str, width: int) -> list[str]:
    """Return a note broken at the width, set in from its second line."""
    first, *rest = wrap(text, width - 2)
    return [first, *(f"  {line.lstrip()}" for line in rest)]


def _cells(claim: ClaimRecord, part: PartRecord, lang: Lang) -> list[str]:
    """Return the cells of one effect."""
    off = f"{amount(part.off.mean, part, lang)} {interval(part.off, part, lang)}"
    return [f"  {claim.number}{part.id}", amount(part.main.mean, part, lang), interval(part.main, part, lang), off,
            word(f"verdict.{part.result}", lang)]


def _verdict(claim: ClaimRecord, lang: Lang) -> str:
    """Return the verdict on a claim in words: how many of its parts are shown where not all are."""
    text = word(f"verdict.{claim.result}", lang)
    tried = all(part.is_range_tried for part in claim.parts)
    there = sum(part.result != "not shown" for part in claim.parts)
    if claim.result == "not shown":
        return f"{text}{word('verdict.partly', lang, parts=there, all=len(claim.parts))}" if there else text
    return text if tried else f"{text}{word('verdict.untried', lang)}"


def amount(value: float, part: PartRecord, lang: Lang) -> str:
    """Return an effect with its sign, short: per cent, percentage points, yuan, or a number."""
    if not math.isfinite(value):
        return "-"
    if part.relative:
        return f"{_short(100 * math.expm1(value))}%"
    if part.unit == "share":
        return f"{_short(100 * value)}{word('unit.points', lang)}"
    if part.unit == "fen":
        return _yuan(value / 100, lang)
    return _short(value)


def _short(value: float) -> str:
    """Return a number with its sign in three digits, at most two of them decimals, and no sign of nothing."""
    text = f"{value:+.0f}" if abs(value) >= 100 else f"{value:+.1f}" if abs(value) >= 10 else f"{value:+.2f}"
    return text if any(digit in "123456789" for digit in text) else "0"


def _yuan(value: float, lang: Lang) -> str:
    """Return yuan in three digits: thousands in English, ten thousands in Chinese."""
    step, unit = (1e4, "万") if lang == "zh" else (1e3, "k")
    if abs(value) < step:
        return _short(value)
    scaled = value / step
    return f"{scaled:+.{max(0, 2 - int(math.log10(abs(scaled))))}f}{unit}"


def interval(one: Estimate, part: PartRecord, lang: Lang) -> str:
    """Return the ends of an interval in brackets."""
    if not math.isfinite(one.low):
        return "[-]"
    return f"[{_bare(one.low, part, lang)},{_bare(one.high, part, lang)}]"


def _bare(value: float, part: PartRecord, lang: Lang) -> str:
    return amount(value, part, lang).removesuffix("%").removesuffix(word("unit.points", lang))


def _notes(claim: ClaimRecord, part: PartRecord, lang: Lang) -> Iterator[str]:
    """Yield why an effect is not simply shown, and where it turns."""
    name = f"{claim.number}{part.id}"
    if part.reason and part.reason != "range":
        yield f"{name} {word(f'reason.{part.reason}', lang)}"
    for turn in part.turns:
        yield f"{name} {turn_text(part, turn, lang)}"


def turn_text(part: PartRecord, turn: Turn, lang: Lang) -> str:
    """Return where an effect comes or goes, in words."""
    comes = not _is_there(part)
    key = "turn.comes" if comes else "turn.goes"
    return word(key, lang, path=turn.path, here=f"{turn.same_at:.4g}", there=f"{turn.other_at:.4g}")


def _is_there(part: PartRecord) -> bool:
    """Tell whether the interval of the main condition lies on the claimed side."""
    ends = (part.direction * part.main.low, part.direction * part.main.high)
    return min(ends) > part.margin


def markdown_claims(record: ClaimsRecord, lang: Lang) -> str:
    """Return all verdicts with their evidence as one document, without dates and times."""
    lines = [f"# {word('page.title', lang)}", "", word("page.about", lang), "",
             *_commands(record, lang)]
    heads = [word(f"table.{name}", lang) for name in ("claim", "effect", "interval", "off", "verdict", "turns")]
    lines += [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for claim in record.claims:
        lines.append(f"| **{claim.number} {title(claim.number, lang)}** | | | | **{_verdict(claim, lang)}** | |")
        lines += [_row(claim, part, lang) for part in claim.parts]
    lines += ["", word("page.key", lang), ""]
    for claim in record.claims:
        lines += _section(claim, lang)
    return "\n".join(lines).rstrip() + "\n"


def _commands(record: ClaimsRecord, lang: Lang) -> list[str]:
    """Return how to repeat it: one command, or one for the claims of each call that the folder was filled by."""
    calls: dict[tuple[str, str, int, int], list[int]] = {}
    for claim in record.claims:
        calls.setdefault((claim.command, claim.code, claim.replications, claim.seed), []).append(claim.number)
    lines: list[str] = []
    for (command, code, replications, seed), numbers in calls.items():
        lines += [word("page.repeat", lang, claims=", ".join(map(str, numbers))), "", f"    {command}", "",
                  word("page.size", lang, replications=replications, seed=seed, code=code), ""]
    return lines


def _row(claim: ClaimRecord, part: PartRecord, lang: Lang) -> str:
    """Return one effect as a row of the first table."""
    cells = _cells(claim, part, lang)
    why = [word(f"reason.{part.reason}", lang)] if part.reason not in {"", "range"} else []
    turns = " ".join([*why, *(turn_text(part, turn, lang) for turn in part.turns)])
    says = word(f"claim.{claim.number}.{part.id}.says", lang)
    return f"| {cells[0].strip()} {says} | {cells[1]} | {cells[2]} | {cells[3]} | {cells[4]} | {turns} |"


def _section(claim: ClaimRecord, lang: Lang) -> list[str]:
    """Return the section of one claim: how each effect was asked, and across what."""
    lines = [f"## {claim.number} {title(claim.number, lang)}", "",
             word("page.claim_size", lang, people=f"{claim.people:,}", days=claim.days), ""]
    for part in claim.parts:
        key = f"claim.{claim.number}.{part.id}"
        lines += [f"### {claim.number}{part.id}", "", word(f"{key}.says", lang), ""]
        for position, arm in enumerate(part.arms):
            settings = ", ".join(f"`{setting}`" for setting in arm["settings"])
            role = f"{arm['weight']:+g} ×"
            if part.against_best:
                role = word("page.best" if position else "page.first", lang)
            lines.append(f"- {role} {arm['scenario']}{': ' if settings else ''}{settings}")
        off = ", ".join(f"`{setting}`" for setting in part.off_settings)
        lines += [f"- {word('page.off', lang)}: {word(f'{key}.off', lang)} ({off})", ""]
        lines += _ranges(part, lang)
    return lines


def _ranges(part: PartRecord, lang: Lang) -> list[str]:
    """Return the table of values tried."""
    if not part.tried:
        return []
    heads = [word(f"range.{name}", lang) for name in ("path", "value", "effect", "interval", "holds")]
    return [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}",
            *(_tried(one, part, lang) for one in sorted(part.tried, key=lambda t: (t.path, t.value))), ""]


def _tried(one: Tried, part: PartRecord, lang: Lang) -> str:
    end = f" ({word(f'range.{one.end}', lang)})" if one.end else ""
    yes = word("range.yes" if one.holds else "range.no", lang)
    return (f"| {one.path} | {one.value:.4g}{end} | {amount(one.effect.mean, part, lang)} "
            f"| {interval(one.effect, part, lang)} | {yes} |")


def has_words(number: int, part: str) -> bool:
    """Tell whether the catalogue has the words of an effect."""
    return {f"claim.{number}.title", f"claim.{number}.{part}.says", f"claim.{number}.{part}.off"} <= set(load("claims"))
