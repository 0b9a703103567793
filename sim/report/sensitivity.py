"""A sensitivity analysis in words and in the terminal, drawn from the record alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.records.sensitivity import MAIN
from sim.report.numbers import percent
from sim.report.study import (
    WIDTH,
    amount,
    change_unit,
    failures_said,
    has_span,
    is_decided,
    is_same,
    lever_range,
    listed,
    nexts_said,
    outcome_name,
    paragraphs,
    short_path,
    span_of,
    table_lines,
    wanted_of,
    with_span,
    word,
    world_asked,
    world_said,
)

if TYPE_CHECKING:
    from sim.records.sensitivity import LeverRecord, SensitivityRecord
    from sim.text.catalogue import Lang

_COLUMNS = {"morris": (27, 10, 11), "sobol": (20, 20)}
_POINTS = {"en": (30, 11, 11), "zh": (34, 13, 13)}
"""Of differences of shares, whose unit is a word."""
_LARGE = 0.1
"""Share of noise beyond which the reader is warned."""
_ROUGH = 0.5
"""Width of an interval of a share of variance beyond which the reader is warned."""
_FEW_BLOCKS = 10
"""Trajectories or rows below which more of them are recommended."""
CELLS = {"morris": ("mu_star", "mu", "sigma"), "sobol": ("total", "first")}


def title_of(record: SensitivityRecord, lang: Lang) -> str:
    """Return the scenario's title."""
    return record.title.get(lang) or record.scenario


def index_unit(record: SensitivityRecord) -> str:
    """Return the unit of the indices: the outcome's, or shares of variance."""
    return change_unit(record.outcome) if record.method == "morris" else "share"


def cells(record: SensitivityRecord, lever: LeverRecord, lang: Lang) -> list[str]:
    """Return the indices of a lever in words: those that have an interval in the terminal with it."""
    unit = index_unit(record)
    spanned = {"mu_star", "total", "first"}
    return [with_span(lever.indices[name], unit, lang) if name in spanned else amount(lever.indices[name].mean, unit, lang)
            for name in CELLS[record.method]]


def lever_name(lever: LeverRecord, lang: Lang) -> str:
    """Return what a lever is called."""
    return lever.label.get(lang) or lever.path


def said(record: SensitivityRecord, lang: Lang) -> list[str]:
    """Return the answer in sentences."""
    first, unit, main = record.levers[0], index_unit(record), MAIN[record.method]
    index = first.indices[main]
    out = [word(f"sensitivity.answer_{record.method}", lang, label=lever_name(first, lang),
                outcome=outcome_name(record.outcome, lang), value=amount(index.mean, unit, lang), span=span_of(index, unit, lang))]
    if len(record.levers) > 1:
        second = record.levers[1]
        is_ahead = index.low > second.indices[main].high
        out[0] += ("" if lang == "zh" else " ") + word("sensitivity.ahead" if is_ahead else "sensitivity.ahead_open", lang,
                                                       label=lever_name(second, lang))
    idle = [lever_name(lever, lang) for lever in record.levers if is_same(lever.swing)]
    if idle:
        out.append(word("sensitivity.no_effect", lang, names=listed(idle, lang)))
    open_ones = [lever_name(lever, lang) for lever in record.levers
                 if has_span(lever.swing) and not is_decided(lever.swing) and not is_same(lever.swing)]
    if open_ones:
        out.append(word("sensitivity.direction_open", lang, names=listed(open_ones, lang)))
    if is_rough(record):
        out.append(word("sensitivity.rough", lang))
    if math.isfinite(record.noise):
        noise = word("sensitivity.noise", lang, share=percent(record.noise), n=record.replications)
        large = word("sensitivity.noise_large", lang) if record.noise > _LARGE else ""
        out.append(f"{noise}{' ' if large and lang == 'en' else ''}{large}")
    else:
        out.append(word("sensitivity.noise_unknown", lang))
    if record.blocks_lost:
        out.append(word("sensitivity.lost", lang, n=record.blocks_lost))
    return out


def lever_range_written(lever: LeverRecord) -> str:
    """Return a lever with its range as ``--lever`` takes it."""
    step = 100 if lever.unit == "fen" else 1
    return f"{lever.path}={lever.low / step:.6g}..{lever.high / step:.6g}"


def is_rough(record: SensitivityRecord) -> bool:
    """Tell whether the design is too small for its shares of variance to be more than a ranking."""
    return record.method == "sobol" and any(index.high - index.low > _ROUGH for lever in record.levers
                                            for index in lever.indices.values())


def nexts(record: SensitivityRecord, lang: Lang) -> list[str]:
    """Return what could be done next, in sentences."""
    first = record.levers[0]
    out = [word("sensitivity.next_measure", lang, label=lever_name(first, lang))]
    if is_rough(record) or (record.blocks - record.blocks_lost < _FEW_BLOCKS):
        out.append(word("sensitivity.next_points", lang, n=4 * record.blocks if record.method == "sobol" else max(10, 2 * record.blocks)))
    if not record.noise <= _LARGE:
        out.append(word("common.next_replications", lang, n=4 * record.replications))
    goal = "--minimise" if wanted_of(record.outcome) < 0 else "--maximise"
    return [*out, word("sensitivity.next_optimise", lang, scenario=record.scenario + world_asked(record),
                       path=lever_range_written(first), goal=f"{goal} {record.outcome}")]


def terminal_sensitivity(record: SensitivityRecord, lang: Lang, width: int = WIDTH) -> str:
    """Return the levers with their indices as lines of at most `width` cells, the most important first."""
    heading = word(f"sensitivity.heading_{record.method}", lang, title=title_of(record, lang),
                   outcome=outcome_name(record.outcome, lang), blocks=record.blocks, n=record.replications)
    heads = [word("sensitivity.lever", lang), *(word(f"sensitivity.{name}", lang) for name in CELLS[record.method])]
    columns = _POINTS[lang] if index_unit(record) == "points" else _COLUMNS[record.method]
    lines = table_lines(heads, [], columns, width)
    above = len(lines)
    for lever in record.levers:
        row = [lever_name(lever, lang), *cells(record, lever, lang)]
        lines += table_lines(heads, [row], columns, width)[above:]
        lines += [f"  {text}" for text in paragraphs([f"{short_path(lever.path)}  {lever_range(lever, lang)}"], width - 2)]
    return "\n".join([*paragraphs([heading, world_said(record, lang)], width), "", *lines, "",
                      *paragraphs([*said(record, lang), *failures_said(record.failures, lang)], width),
                      *nexts_said(nexts(record, lang), lang, width)])
