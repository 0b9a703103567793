"""What is written for readers is true: ODD.md, the heads of mechanisms, sources, and what public functions say."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sim.core.params import ASSUMPTION
from sim.model import odd, odd_blocks, schedule
from sim.model.state import start
from sim.scenario.spec import ScenarioSpec
from sim.text.bibliography import references
from sim.text.evidence import evidence, unknown_in

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

PACKAGE = Path(odd_blocks.PACKAGE)
TEXT = odd.ODD.read_text(encoding="utf-8")
BY_HAND = odd._BLOCK.sub("", TEXT)
NOT_THEORIES = {"__init__", "params", "encounters", "delivery"}
MECHANISMS = sorted(path.stem for path in (PACKAGE / "mechanisms").glob("*.py") if path.stem not in NOT_THEORIES)
KEY = re.compile(r"\b[A-Z][A-Za-z]+(?:19|20)\d{2}[a-z]?\b")
PLACE = re.compile(r"\b(domain|market) ((?:row )?\d+(?:\.\d+)?)\b")


def head(module: str) -> str:
    """Return the docstring of a mechanism's file."""
    return inspect.cleandoc(importlib.import_module(f"sim.mechanisms.{module}").__doc__ or "")


@cache
def trees() -> dict[str, ast.Module]:
    """Return the syntax trees of the package by path under sim/."""
    return {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
            for path in sorted(PACKAGE.rglob("*.py"))}


# --- the protocol ------------------------------------------------------------------------------


def test_the_blocks_say_what_the_code_says() -> None:
    odd.main(["--check"])


def test_the_elements_of_the_protocol_stand_in_their_order() -> None:
    assert re.findall(r"^## (\d .*)$", TEXT, re.MULTILINE) == [
        "1 Purpose and patterns", "2 Entities, state variables and scales", "3 Process overview and scheduling",
        "4 Design concepts", "5 Initialisation", "6 Input data", "7 Submodels"]
    assert re.findall(r"^\*\*4\.\d+ (.*?)\.\*\*", TEXT, re.MULTILINE) == [
        "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
        "Stochasticity", "Collectives", "Observation"]


def test_every_mechanism_has_its_section() -> None:
    assert set(re.findall(r"<!-- generated: mechanism (\w+) -->", TEXT)) == set(MECHANISMS)


def test_sections_referred_to_exist() -> None:
    sections = set(re.findall(r"^### (7\.\d+) ", TEXT, re.MULTILINE)) | {str(n) for n in range(1, 8)}
    named = set(re.findall(r"\((\d(?:\.\d+)?)\)", BY_HAND))
    assert {"7.1", "7.13"} <= named
    assert named <= sections


def test_the_day_runs_in_the_order_that_is_told() -> None:
    """Functions of the day begin with the numbers of their steps; `step` calls them in that order."""
    step = next(n for n in trees()["model/schedule.py"].body if isinstance(n, ast.FunctionDef) and n.name == "step")
    source = ast.unparse(step)
    numbers = []
    for name in re.findall(r"\b(_\w+)\(", source):
        told = re.match(r"(\d+)(?: and (\d+))?: ", getattr(schedule, name).__doc__ or "")
        numbers += [int(n) for n in told.groups() if n] if told else []
    assert numbers == [n for n, name, _ in odd_blocks.day_steps() if name != "record"]
    assert source.index("_settle(") < source.index("recorder.record(") < source.index("ledger.close_day(")


def defined(place: str, names: str) -> bool:
    """Tell whether a file defines a function, a class, or a method written as Class.method."""
    body = trees()[place].body
    for name in names.split("."):
        found = [n for n in body if isinstance(n, (ast.FunctionDef, ast.ClassDef)) and n.name == name]
        if not found:
            return False
        body = found[0].body
    return True


def test_files_and_functions_named_exist() -> None:
    named = re.findall(r"`((?:\w+/)+\w+\.py)(?::([\w.]+))?`", TEXT)
    assert len(named) > 50
    assert [place for place, _ in named if place not in trees()] == []
    assert [f"{place}:{name}" for place, name in named if name and not defined(place, name)] == []


def test_an_order_goes_the_way_that_is_told() -> None:
    """A day calls the functions of the annex in its order; only the last step belongs to the day after, in its own order."""
    annex = TEXT.split("## Annex A")[1].split("## Annex B")[0]
    told = [re.findall(r"`((?:\w+/)+\w+\.py:[\w.]+)`", part) for part in re.split(r"^\d+\. ", annex, flags=re.MULTILINE)[1:]]
    assert len(told) == 8
    state = start(ScenarioSpec.model_validate({
        "people": 200, "days": 3, "network": {"kind": "dunbar", "ties_per_person": 20},
        "brand": {"seed_customers": 60, "product": {"uses_days": 8}},
        "strategies": [{"kind": "community", "groups": 2}, {"kind": "direct_sales"}]}), 0)
    schedule.step(state)
    called = calls_of(lambda: schedule.step(state))
    for way in ([name for step in told[:-1] for name in step], told[-1]):
        assert [name for name in way if name not in called] == []
        assert sorted(way, key=called.index) == way


def calls_of(run: Callable[[], object]) -> list[str]:
    """Return the functions of the package that are called, kernels among them, in the order of their first calls."""
    called: dict[str, None] = {}

    def note(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(PACKAGE):
            called.setdefault(f"{path.relative_to(PACKAGE).as_posix()}:{frame.f_code.co_qualname}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)
    return list(called)


def test_parameters_named_in_the_text_exist() -> None:
    """Names in quotes outside the blocks are parameters, columns, tables or modes of the code."""
    names = {name.split(".")[-1] for _, params in odd_blocks.scenario_parts() for name, _ in odd_blocks.declared(params)}
    names |= {column for told in odd_blocks.meanings().values() for column in told}
    names |= set(odd_blocks.ENTITIES) | {kind for kind, _ in odd_blocks.scenario_parts()} | {
        "plan", "open", "mechanisms", "network", "brand", "Capacity", "Tend", "PoolOpen", "all", "certain", "tie",
        "dunbar", "market.seed", "enabled", "brand.product", "--audit"}
    quoted = set(re.findall(r"`([\w.\-]+)`", BY_HAND))
    assert {name for name in quoted - names if "." not in name} == set()


# --- sources -----------------------------------------------------------------------------------


def test_works_cited_are_in_the_bibliography() -> None:
    lost = {(key, place) for place, tree in trees().items() for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            for block in re.findall(r"\[([^\[\]]*)\]", ast.get_docstring(node) or "")
            for key in KEY.findall(block) if key not in references()}
    assert lost == set()
    assert {key for block in re.findall(r"\[([^\[\]]*)\]", TEXT) for key in KEY.findall(block)} <= set(references())


def test_places_of_the_evidence_table_exist() -> None:
    heads = {place: ast.get_docstring(tree) or "" for place, tree in trees().items()} | {"ODD.md": TEXT}
    found = {(f"{table} {name}", place) for place, text in heads.items() for table, name in PLACE.findall(text)}
    assert len(found) > 50
    assert {entry for entry in found if entry[0] not in evidence()} == set()


def test_sources_of_parameters_can_be_followed() -> None:
    lost = {f"{part}.{name}: {field.json_schema_extra['source']}" for part, params in odd_blocks.scenario_parts()
            for name, field in odd_blocks.declared(params) if unknown_in(str(field.json_schema_extra["source"]))}
    assert lost == set()


def test_an_assumption_has_a_range() -> None:
    """Names and dates have none; a row of numbers may say in words how far it can be moved."""
    without = set()
    for part, params in odd_blocks.scenario_parts():
        for name, field in odd_blocks.declared(params):
            is_number = not isinstance(field.default, str) and field.annotation is not str and field.default != ()
            told = (field.json_schema_extra or {}).get("range") or "(range " in (field.description or "")
            if field.json_schema_extra["source"] == ASSUMPTION and is_number and not told:
                without.add(f"{part}.{name}")
    assert without == set()


# --- heads of mechanisms, public functions -----------------------------------------------------


@pytest.mark.parametrize("name", MECHANISMS)
def test_a_mechanism_says_its_equation_symbols_and_source(name: str) -> None:
    text = head(name)
    formulas = re.findall(r"^ {4}\S.*", text, re.MULTILINE)
    assert len(text.split("\n\n")[1]) > 80, "what it says about people"
    assert formulas, "an equation or rules, indented"
    assert re.search(r"=|<-", " ".join(formulas)) or "Rules" in text
    assert "| symbol |" in text or "Notation:" in text, "what the symbols mean"
    assert re.search(r"^Sources?: ", text, re.MULTILINE), "where it comes from"


@pytest.mark.parametrize("name", MECHANISMS)
def test_the_equations_stand_above_a_kernel(name: str) -> None:
    source = (PACKAGE / "mechanisms" / f"{name}.py").read_text(encoding="utf-8")
    if "Rules for" in head(name) and not re.search(r"^ {4}.*(?:=|<-)", head(name), re.MULTILINE):
        return  # rules of looking up, no arithmetic: nothing to compile
    assert "@kernel(" in source
    assert source.index('"""') < source.index("@kernel(")


def test_kernels_say_the_shapes_of_their_arrays() -> None:
    silent = []
    for place, tree in trees().items():
        for node in tree.body if place.startswith(("mechanisms/", "strategies/", "world/")) else ():
            is_kernel = isinstance(node, ast.FunctionDef) and any("kernel" in ast.unparse(d) for d in node.decorator_list)
            if not is_kernel or node.name.startswith("_"):
                continue
            takes_arrays = any(a.annotation is not None and ast.unparse(a.annotation) == "Array" for a in node.args.args)
            if takes_arrays and not re.search(r"\([A-Za-z][\w +]*,[^)]*\)", ast.get_docstring(node) or ""):
                silent.append(f"{place}:{node.lineno} {node.name}")
    assert silent == []


def test_public_functions_and_classes_say_what_they_do() -> None:
    silent = []
    for place, tree in trees().items():
        holders = [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_"))]
        for holder in holders:
            for node in holder.body:
                if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name.startswith("_"):
                    continue
                if not ast.get_docstring(node) and not _is_overload(node):
                    silent.append(f"{place}:{node.lineno} {node.name}")
    assert silent == []


def _is_overload(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return any("overload" in ast.unparse(mark) for mark in node.decorator_list)
