"""`guanxi report`: the page of a stored result once more, without simulating."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.command import Command
from sim.cli.options import json_option, language_option, out_option, quiet_option
from sim.cli.results import show
from sim.cli.simulate import draw


@click.command("report", cls=Command)
@click.argument("result", type=click.Path(path_type=Path))
@out_option
@json_option
@quiet_option
@language_option
def report(result: Path, out: Path | None, *, as_json: bool, quiet: bool) -> None:
    """Draw the page of RESULT again."""
    from sim.records.manifest import format_of
    from sim.records.study_store import STUDIES
    from sim.records.sweep_store import SWEEP

    kind = format_of(result)
    if kind == SWEEP:
        _sweep(result, out or result, as_json=as_json, quiet=quiet)
        return
    if kind in STUDIES:
        _study(result, out or result, as_json=as_json)
        return
    from sim.api import load

    loaded = load(result)
    show(loaded, result, draw(loaded, out or result, result), as_json=as_json, quiet=quiet)


def _sweep(result: Path, out: Path, *, as_json: bool, quiet: bool) -> None:
    """Draw the page of a stored sweep again."""
    from sim.cli.sweep_show import Shown, draw_sweep
    from sim.cli.sweep_show import show as show_sweep
    from sim.records.sweep import SweepRecord

    record = SweepRecord.load(result)
    show_sweep(Shown(record, result, draw_sweep(record, out), None, "fail", {}), as_json=as_json, quiet=quiet)


def _study(result: Path, out: Path, *, as_json: bool) -> None:
    """Draw the page of a stored attribution, sensitivity analysis or optimisation again."""
    from sim.cli.studies import draw_study, show_study
    from sim.records.study_store import load

    record = load(result)
    show_study(record, result, draw_study(record, out), as_json=as_json)
