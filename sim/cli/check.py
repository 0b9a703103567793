"""`guanxi check`: every mistake of every file at once, without simulating."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sim.cli.command import Command
from sim.cli.failure import INVALID
from sim.cli.language import local, tell
from sim.cli.options import json_option, language_option, quiet_option, set_option
from sim.cli.output import emit, emit_json, note
from sim.core.errors import GuanxiError, Problem, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("check", cls=Command)
@click.argument("scenario", nargs=-1, required=True)
@set_option
@json_option
@quiet_option
@language_option
def check(scenario: tuple[str, ...], settings: tuple[str, ...], *, as_json: bool, quiet: bool) -> int:
    """Check the named scenarios; return 3 if one is wrong."""
    results = [_checked(name, settings) for name in scenario]
    bad = [result for result in results if result["errors"]]
    if as_json:
        emit_json("check", {"scenarios": [_as_json(result) for result in results]})
        return INVALID if bad else 0
    for result in results:
        for problem in result["errors"]:
            note(local(problem.located()))
        for message in result["warnings"]:
            note(tell("check.warning", file=result["file"], message=message), quiet=quiet)
        if not (result["errors"] or quiet):
            what = " + ".join(result["strategies"]) or tell("check.nothing")
            emit(tell("check.good", file=result["file"], what=what))
    if bad:
        problems = sum(len(result["errors"]) for result in bad)
        note(tell("check.counted", bad=len(bad), all=len(results), problems=problems))
    return INVALID if bad else 0


def _checked(name: str, settings: Sequence[str]) -> dict[str, Any]:
    """Return the file, the errors and the warnings of one scenario."""
    from sim.scenario.cautions import cautions, cautions_of_sweep
    from sim.scenario.crowds import crowded
    from sim.scenario.resolve import resolve
    from sim.scenario.sweep import is_sweep, resolve_sweep

    try:
        if is_sweep(name):
            sweep = resolve_sweep(name, settings)
            return {"file": name, "errors": [], "warnings": cautions_of_sweep(sweep),
                    "strategies": [case.spec.name for case in sweep.cases]}
        resolved = resolve(name, settings)
    except ScenarioError as error:
        return {"file": name, "errors": error.problems, "warnings": []}
    except GuanxiError as error:
        return {"file": name, "errors": [Problem(error.message, file=name)], "warnings": []}
    spec = resolved.spec
    return {"file": name, "errors": [], "warnings": [*cautions(spec), *crowded(spec)], "strategies": [s.id for s in spec.strategies]}


def _as_json(result: dict[str, Any]) -> dict[str, Any]:
    """Return one result as plain data."""
    fields = ("file", "line", "column", "path")
    errors = [
        {name: getattr(p, name) for name in fields}
        | {"message": local(p.message), "value": "" if p.value is None else str(p.value)}
        for p in result["errors"]
    ]
    warnings = [local(message) for message in result["warnings"]]
    return {"file": result["file"], "good": not errors, "errors": errors, "warnings": warnings}
