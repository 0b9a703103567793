"""The parts of ODD.md that are read from the code: state, steps, equations, parameters, draws, vocabulary.

Each block is a function that returns Markdown. Types come from the dataclasses, meanings of columns from
`odd.toml` beside this file, equations from the head of the module that holds the kernel, parameters from
their declarations. Nothing here runs a simulation or loads numba.
"""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import re
import textwrap
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from sim.core.params import Params
from sim.exchange import actions
from sim.model import schedule
from sim.records.outcomes import DAILY, SUMMARY
from sim.scenario import kinds
from sim.text.evidence import standing
from sim.world import audiences, brands, columns, lasting, offers, people, resellers, ties
from sim.world.calendar import CalendarParams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydantic.fields import FieldInfo

PACKAGE = Path(__file__).resolve().parent.parent
WIDTH = 118
_FEN = 100
_GIVEN_BY_ENVELOPE = {"kind", "id", "brand"}

ENTITIES: dict[str, type[Any]] = {
    "people": people.People, "ties": ties.Ties, "channels": audiences.Channels, "accounts": audiences.Accounts,
    "audiences": audiences.Audiences, "lasting": lasting.LastingPosts, "resellers": resellers.Resellers, "products": brands.Products,
    "offers": offers.Offers,
}
"""Tables of the state, under the names of `odd.toml`."""

_STEP = re.compile(r"^ {4,5}(\d+) (\S.*?)(?: {2,}(\S.*))?$", re.MULTILINE)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table; bars inside cells are escaped."""
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(head), line(["---"] * len(head)), *(line(row) for row in rows)])


# --- the day ---------------------------------------------------------------------------------------


def day_steps() -> list[tuple[int, str, str]]:
    """Return (number, step, what happens) of the day, as the head of `schedule.py` lists them."""
    return [(int(n), name, what) for n, name, what in _STEP.findall(schedule.__doc__ or "")]


def steps() -> str:
    """Return the steps of a day as a numbered list."""
    return "\n".join(f"{n}. **{name}**{what and ': '}{what}." for n, name, what in day_steps())


# --- the state -------------------------------------------------------------------------------------


@functools.cache
def meanings() -> dict[str, dict[str, list[str]]]:
    """Return shape, unit and meaning of every column, by entity."""
    return tomllib.loads(Path(__file__).with_name("odd.toml").read_text(encoding="utf-8"))


def columns_of(entity: type[Any]) -> dict[str, str]:
    """Return the array columns of a table of the state, name -> element type."""
    hints = get_type_hints(entity, localns=vars(columns))
    found = {}
    for field in fields(entity):
        kind = [get_args(arg)[0] for arg in get_args(hints[field.name]) if get_args(arg)]
        if kind and getattr(hints[field.name], "__origin__", None) is not tuple:
            found[field.name] = str(kind[-1].__name__).rstrip("_")
    return found


def told_columns(name: str) -> list[tuple[str, str, list[str]]]:
    """Return (column, element type, [shape, unit, meaning]) of an entity, in the order of the code.

    Raises
    ------
    ValueError
        If a column has no meaning in `odd.toml`, or a meaning has no column.
    """
    types, told = columns_of(ENTITIES[name]), meanings()[name]
    if types.keys() != told.keys():
        raise ValueError(f"odd.toml [{name}]: columns missing or unknown: {sorted(types.keys() ^ told.keys())}")
    return [(column, kind, told[column]) for column, kind in types.items()]


def state_of_people() -> str:
    """Return the table of people's state variables."""
    return table(("column", "type (shape)", "unit, range", "meaning"),
                 [(f"`{column}`", f"{kind} ({shape})", unit, meaning)
                  for column, kind, (shape, unit, meaning) in told_columns("people")])


def state_of_others() -> str:
    """Return the state variables of all other entities, a paragraph each; shapes that differ stand in brackets."""
    parts = []
    for name in ENTITIES:
        if name == "people":
            continue
        told = told_columns(name)
        usual = max({cells[0] for _, _, cells in told}, key=[cells[0] for _, _, cells in told].count)
        texts = [f"`{column}` ({kind}{'' if shape == usual else f' ({shape})'}, {unit}) {meaning[:1].lower()}{meaning[1:]}"
                 for column, kind, (shape, unit, meaning) in told]
        parts.append(filled(f"**{name.capitalize()}** ({usual} rows). {'. '.join(texts)}."))
    return "\n\n".join(parts)


# --- parameters ------------------------------------------------------------------------------------


def declared(params: type[Params], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield (dotted name, declaration) of all parameters that a class and its parts declare."""
    for name, field in params.model_fields.items():
        inner = field.default
        if isinstance(inner, BaseModel):
            yield from declared(type(inner), f"{prefix}{name}.")  # type: ignore[arg-type]
        elif _extra(field):
            yield f"{prefix}{name}", field


def parameters(params: type[Params], *, without: frozenset[str] | set[str] = frozenset()) -> str:
    """Return the table of a class of parameters; a star marks sources behind which nothing was published."""
    rows = [(f"`{name}`", shown(field, field.default), plausible(field),
             _source(field) + " *" * is_assumed(field), field.description or "")
            for name, field in declared(params) if name not in without]
    return table(("parameter", "default", "range", "source", "meaning"), rows)


def shown(field: FieldInfo, value: Any) -> str:
    """Return a value of a parameter with its unit: money in yuan, switches as on and off."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return ", ".join(shown(field, v) for v in value)
    if not isinstance(value, (int, float)):
        return "required" if value is PydanticUndefined else str(value)
    unit = str(_extra(field).get("unit", ""))
    return f"{value / _FEN:,.6g} CNY" if unit == "fen" else f"{value:,.6g} {unit}".rstrip()


def plausible(field: FieldInfo) -> str:
    """Return the range in which a parameter is plausible, or nothing where none is declared.

    A row of numbers says it in words: "(range 0.5 to 2 times)".
    """
    low, high = _extra(field).get("range", (None, None))
    if low is None:
        told = re.search(r"\(range ([^)]*)\)", field.description or "")
        return told.group(1) if told else ""
    return f"{_number(field, low)} to {_number(field, high)}"


def is_assumed(field: FieldInfo) -> bool:
    """Tell whether a parameter is a number behind which nothing was published."""
    return standing(_source(field)) == "assumed" and not isinstance(field.default, str)


def _number(field: FieldInfo, value: float) -> str:
    """Return a number without its unit."""
    return shown(field, value).split(" ", maxsplit=1)[0]


def _source(field: FieldInfo) -> str:
    return str(_extra(field)["source"])


def _extra(field: FieldInfo) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def scenario_parts() -> Iterator[tuple[str, type[Params]]]:
    """Yield (path, parameters) of everything that a scenario consists of."""
    yield "population", people.PopulationParams
    yield "calendar", CalendarParams
    yield "brand", brands.BrandParams
    yield "brand.product", brands.ProductParams
    for kind in kinds.table(kinds.NETWORK):
        yield f"network: {kind}", _kind(kinds.NETWORK, kind)
    for name, params in mechanisms():
        yield f"mechanisms.{name}", params
    for kind in kinds.table(kinds.STRATEGIES):
        yield f"strategies: {kind}", _kind(kinds.STRATEGIES, kind)
    for kind in kinds.table(kinds.SHOCKS):
        yield f"shocks: {kind}", _kind(kinds.SHOCKS, kind)


def mechanisms() -> Iterator[tuple[str, type[Params]]]:
    """Yield (name, parameters) of every mechanism that a scenario can set."""
    for name, field in kinds.mechanisms_class().model_fields.items():
        yield name, type(field.default)


def _kind(family: str, kind: str) -> type[Params]:
    found = kinds.params_class(family, kind)
    if found is None:
        raise ValueError(f"{family} has no kind {kind}")
    return found


# --- submodels -------------------------------------------------------------------------------------


def head_of(module: str) -> str:
    """Return the head of a module as Markdown: sentences, equations as text blocks, symbols as a sentence."""
    text = inspect.cleandoc(importlib.import_module(module).__doc__ or "")
    parts: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = paragraph.split("\n")
        if all(line.startswith("    ") for line in lines):
            parts.append("```text\n" + textwrap.dedent(paragraph) + "\n```")
            continue
        said = _symbols(lines) if paragraph.startswith("|") else " ".join(lines)
        if parts and not parts[-1].startswith("```") and not said.startswith("Source"):
            said = f"{parts.pop()} {said}"
        parts.append(said)
    return "\n\n".join(part if part.startswith("```") else filled(part) for part in parts)


def filled(text: str) -> str:
    """Return a paragraph in lines of even width."""
    return textwrap.fill(" ".join(text.split()), WIDTH, break_on_hyphens=False, break_long_words=False)


def _symbols(lines: list[str]) -> str:
    """Return a table of symbols as one sentence."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[2:]]
    return "Symbols: " + "; ".join(f"{row[0]}: {', '.join(row[1:])}" for row in rows) + "."


def mechanism(name: str) -> str:
    """Return a mechanism's head and, where it has parameters of its own, their table."""
    params = dict(mechanisms()).get(name)
    head = head_of(f"sim.mechanisms.{name}")
    return head if params is None else f"{head}\n\n{parameters(params)}"


def strategies() -> str:
    """Return a section for each strategy."""
    parts = []
    for kind in kinds.table(kinds.STRATEGIES):
        params = _kind(kinds.STRATEGIES, kind)
        levers = {name: field for name, field in declared(params)
                  if _extra(field)["source"] == "scenario" and name not in _GIVEN_BY_ENVELOPE}
        told = "; ".join(f"`{name}` {shown(field, field.default)}: {field.description}" for name, field in levers.items())
        parts += [f"#### `{kind}`: `strategies/{Path(inspect.getfile(params)).name}`", head_of(params.__module__),
                  *(f"`{path}` is told in `{module.removeprefix('sim.').replace('.', '/')}.py`:\n\n{head_of(module)}"
                    for path, module in _shared(params)),
                  filled(f"Levers, with their defaults: {told}."),
                  parameters(params, without=_GIVEN_BY_ENVELOPE | levers.keys())]
    return "\n\n".join(parts)


def _shared(params: type[Params]) -> list[tuple[str, str]]:
    """Return (parameter, module) of the parts of a strategy that stand in a file of their own."""
    parts = {name: type(field.default).__module__ for name, field in params.model_fields.items()
             if isinstance(field.default, BaseModel)}
    return [(name, module) for name, module in parts.items() if module != params.__module__]


def networks() -> str:
    """Return the kinds of network with the first sentence of each module's head and the numbers assumed in it."""
    rows = []
    for kind in kinds.table(kinds.NETWORK):
        params = _kind(kinds.NETWORK, kind)
        head = inspect.cleandoc(importlib.import_module(params.__module__).__doc__ or "").split("\n")[0]
        numbers = [f"`{name}` {shown(field, field.default)} ({plausible(field)})"
                   for name, field in declared(params) if is_assumed(field)]
        rows.append((f"`{kind}`", head, ", ".join(numbers)))
    return table(("kind", "what it builds", "assumed (range)"), rows)


def shocks() -> str:
    """Return the kinds of shock and their parameters."""
    return "\n\n".join(f"`{kind}`: {(_kind(kinds.SHOCKS, kind).__doc__ or '').strip()}\n\n"
                       f"{parameters(_kind(kinds.SHOCKS, kind), without={'kind'})}" for kind in kinds.table(kinds.SHOCKS))


# --- vocabulary, chance, outcomes ------------------------------------------------------------------


def actions_table() -> str:
    """Return what strategies may propose: name, columns, meaning."""
    rows = []
    for name, found in vars(actions).items():
        if inspect.isclass(found) and issubclass(found, actions.Table) and found is not actions.Table:
            meaning = filled(inspect.cleandoc(found.__doc__ or "").split("\n\n")[0])
            rows.append((f"`{name}`", ", ".join(f.name for f in fields(found)), meaning))
    return table(("table", "columns", "meaning"), rows)


def draws() -> str:
    """Return the purposes of all draws by file: those of the world seed and those of the day seed."""
    rows = []
    for room in ("world", "mechanisms", "model", "strategies"):
        for path in sorted((PACKAGE / room).rglob("*.py")):
            if path.name == "describe.py":  # looks at a network, draws nothing in a run
                continue
            tree = ast.parse(path.read_text(encoding="utf-8"))
            purposes = sorted({p for call in ast.walk(tree) if isinstance(call, ast.Call)
                               and (p := _purpose(call, is_strategy=room == "strategies"))})
            world, day = (", ".join(f"`{name}`" for at, name in purposes if at == seed) for seed in ("world", "day"))
            if purposes:
                rows.append((f"`{path.relative_to(PACKAGE).as_posix()}`", world, day))
    return table(("file", "under the world seed", "under the day seed, one key a day"), rows)


def _purpose(call: ast.Call, *, is_strategy: bool) -> tuple[str, str] | None:
    """Return (seed, purpose) of a call that makes a key, or None; a strategy's keys are all of the day."""
    named = call.func.id if isinstance(call.func, ast.Name) else ""
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if named == "key_of" and len(call.args) == 3:
        seed, purpose = "world", call.args[1]
    elif method == "key" and call.args:
        seed, purpose = "day" if is_strategy or len(call.args) == 2 else "world", call.args[0]
    else:
        return None
    return (seed, _written(purpose)) if isinstance(purpose, (ast.Constant, ast.JoinedStr)) else None


def _written(purpose: ast.expr) -> str:
    """Return a purpose as text; what is filled in stands in braces."""
    if isinstance(purpose, ast.Constant):
        return str(purpose.value)
    values = purpose.values if isinstance(purpose, ast.JoinedStr) else []
    parts = [f"{{{ast.unparse(v.value)}}}" if isinstance(v, ast.FormattedValue) else _written(v) for v in values]
    return "".join(re.sub(r"\{.*[._\]](\w+)\}", r"{\1}", part) for part in parts)


def outcomes() -> str:
    """Return the names of all outcomes that a run leaves."""
    daily, summary = (", ".join(f"`{name}`" for name in names) for names in (DAILY, SUMMARY))
    return "\n\n".join(filled(text) for text in (f"Daily: {daily}.", f"Once a run: {summary}."))


def blocks() -> dict[str, Callable[[], str]]:
    """Return every block by name, to be called when it is written."""
    named: dict[str, Callable[[], str]] = {
        "steps": steps, "networks": networks, "shocks": shocks, "strategies": strategies, "draws": draws,
        "outcomes": outcomes, "people": state_of_people, "others": state_of_others,
        "actions": actions_table,
        "population": lambda: parameters(people.PopulationParams),
        "product": lambda: parameters(brands.ProductParams, without={"name"}),
        "brand": lambda: parameters(brands.BrandParams, without={"name", "product", "products"}),
        "calendar": lambda: parameters(CalendarParams),
        "dunbar": lambda: parameters(_kind(kinds.NETWORK, "dunbar")),
    }
    named |= {f"mechanism {name}": functools.partial(mechanism, name)
              for name in [*dict(mechanisms()), "hearsay", "moments", "targeting", "telling", "leads", "queueing", "sellers"]}
    return named
