"""`guanxi claims`: put claims of the field to the model, each with its counter-condition and its range."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.command import Command, terminal_width, written_command
from sim.cli.failure import INTERRUPTED, RUN_FAILED
from sim.cli.language import current, tell
from sim.cli.options import cores, run_options
from sim.cli.output import emit, emit_json, note
from sim.cli.place import result_folder
from sim.core.errors import DataError
from sim.text.message import recognised

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.cli.options import RunOptions
    from sim.experiment.claims.claim import Claim
    from sim.experiment.claims.study import Asked
    from sim.experiment.progress import Progress
    from sim.records.claims import ClaimsRecord

REPLICATIONS = 20


def _numbers(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[int, ...]:
    """Read ``1,2,38``."""
    words = [word.strip() for word in (value or "").split(",") if word.strip()]
    wrong = [word for word in words if not (word.isascii() and word.isdigit() and len(word) < 4)]
    if wrong:
        raise click.BadParameter(tell("claims.not_a_number", word=repr(wrong[0])))
    return tuple(map(int, words))


@click.command("claims", cls=Command)
@click.option("--only", callback=_numbers, metavar="N,N")
@click.option("--list", "is_list", is_flag=True)
@click.option("--quick", is_flag=True)
@click.option("--resume", is_flag=True)
@run_options
def claims(options: RunOptions, only: tuple[int, ...], *, is_list: bool, quick: bool, resume: bool) -> int:
    """Test claims, or list them."""
    from sim.experiment.claims.table import chosen

    asked = chosen(only)
    if is_list:
        return _listed(asked, as_json=options.as_json)
    with result_folder(options.out, "claims") as out:
        if out.exists() and not resume:
            raise DataError(tell("claims.exists", path=out))
        return _tested(asked, options, out, quick=quick)


def _listed(asked: Sequence[Claim], *, as_json: bool) -> int:
    """Print the claims and their parts."""
    from sim.report.claims import title, word
    from sim.text.catalogue import load
    from sim.text.cells import wrap

    if as_json:
        words = load("claims")
        emit_json("claim list", {"claims": [
            {"number": one.number, "title": words[f"claim.{one.number}.title"], "people": one.people, "days": one.days,
             "parts": [{"id": part.id, "says": words[f"claim.{one.number}.{part.id}.says"], "measure": part.measure,
                        "off": list(part.off), "rests_on": list(part.rests_on)} for part in one.parts]}
            for one in asked]})
        return 0
    lines: list[str] = []
    for one in asked:
        lines.append(f"{one.number:>2}  {title(one.number, current())}")
        for part in one.parts:
            text = word(f"claim.{one.number}.{part.id}.says", current())
            lines += [f"    {line}" for line in wrap(f"{part.id} {text}", terminal_width() - 4)]
    emit("\n".join(lines))
    return 0


def _asked(options: RunOptions, out: Path, *, quick: bool) -> Asked:
    """Return how to test, from what the user wrote."""
    from sim.experiment.claims.conditions import Scale
    from sim.experiment.claims.study import Asked

    scale = Scale(options.people, options.days, options.seed, options.settings)
    plain = written_command(out=None, workers=None).replace(" --resume", "").replace(" --quiet", "")
    return Asked(options.replications or REPLICATIONS, options.workers or cores(), scale, quick, out, plain)


def _tested(asked: Sequence[Claim], options: RunOptions, out: Path, *, quick: bool) -> int:
    """Test, store, show; return the exit code."""
    from sim.cli.progress import Meter, tell_compiling
    from sim.experiment.claims.study import clear, study
    from sim.experiment.spool import InterruptedRunsError
    from sim.records.claims import of_document, read_claims, save_claims, with_kept
    from sim.report.claims import markdown_claims

    how = _asked(options, out, quick=quick)
    try:
        with Meter(quiet=options.quiet) as meter, tell_compiling(quiet=options.quiet, say=meter.compiling):

            def follow(state: Progress) -> None:
                meter.update(state.done, state.total, state.left, phase=state.phase)

            record, runs = study(asked, how, follow)
    except InterruptedRunsError as interruption:
        note(tell("result.interrupted", done=interruption.done, all=interruption.total, path=interruption.folder))
        note(tell("result.go_on", command=written_command(out=out)))
        return INTERRUPTED
    if out.exists():
        record = with_kept(record, of_document(read_claims(out)))
    text = markdown_claims(record, current())
    save_claims(record, runs, {"claims.md": text}, out, replace=out.exists())
    clear(out)
    _show(record, out, options)
    return RUN_FAILED if record.failures else 0


def _show(record: ClaimsRecord, out: Path, options: RunOptions) -> None:
    """Print the verdicts on stdout, what failed on stderr."""
    from sim.records.claims import as_document
    from sim.report.claims import terminal_claims

    for failure in record.failures:
        reason = recognised(failure["reason"], "experiment")
        note(tell("claims.failed_run", scenario=failure["scenario"], replication=failure["replication"], reason=reason))
    if options.as_json:
        document: dict[str, Any] = {"folder": str(out), **as_document(record)}
        emit_json("claims", document)
        return
    emit(terminal_claims(record, current(), terminal_width()))
    emit("\n" + tell("claims.stored", path=out / "claims.md"))
