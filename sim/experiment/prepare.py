"""From names, files or scenarios to checked scenarios that may be compared, and the question they put."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, ScenarioError, did_you_mean, shorten
from sim.experiment.comparison import Frame
from sim.experiment.identity import code_version
from sim.experiment.runs import MODEL, pack, unpack
from sim.scenario.data import require_data
from sim.scenario.market import require_same_market
from sim.scenario.resolve import Resolved, resolve, scenario_text
from sim.scenario.spec import ScenarioSpec
from sim.text.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

Source = str | Path | ScenarioSpec | Resolved
"""A name, a file, or a scenario already checked."""


@dataclass(frozen=True)
class Options:
    """How to compare.

    Parameters
    ----------
    replications : int, >= 1
        R.
    workers : int, >= 1
        Processes; 1 runs everything in this one, with the same results.
    seed, people, days : int or None
        Laid over every scenario; None leaves what the scenario says (the first one's seed for all).
    reference : str or None
        Name of the scenario that the others are compared with; None: the first.
    overrides : tuple of str
        ``path=value`` laid over every scenario that is read by name or path.
    allow_different : tuple of str
        Parts of the market that may differ.
    out : Path or None
        Folder to save the comparison in; finished runs wait beside it under the same name with
        ``.runs`` until then.
    command : str
        The command line, for the page.
    audit : bool
        Check the books every day.
    threads : int, >= 1
        Threads of a run, only with one worker.
    model : str
        ``module:function`` that runs a scenario.
    ablations : int, >= 0
        Replications on which each strategy is played again with its declared mechanism switched off.
    """

    replications: int = 16
    workers: int = 2
    seed: int | None = None
    people: int | None = None
    days: int | None = None
    reference: str | None = None
    overrides: tuple[str, ...] = ()
    allow_different: tuple[str, ...] = ()
    out: Path | None = None
    command: str = ""
    audit: bool = False
    threads: int = 1
    model: str = MODEL
    ablations: int = 0


def prepared(scenarios: Sequence[Source], asked: Options) -> list[ScenarioSpec]:
    """Return the checked scenarios: one seed, unique names, one market, all data there."""
    if not scenarios:
        raise ScenarioError(Problem(Message("experiment.nothing")))
    if asked.replications < 1 or asked.workers < 1:
        raise ScenarioError(Problem(Message("experiment.counted")))
    specs = [_spec(source, asked) for source in scenarios]
    seed = specs[0].seed if asked.seed is None else asked.seed
    specs = _uniquely_named([spec.model_copy(update={"seed": seed}) for spec in specs])
    names = [spec.name for spec in specs]
    if asked.reference is not None and asked.reference not in names:
        hint = did_you_mean(asked.reference, names) or Message("experiment.compared", names=names)
        raise ScenarioError(Problem(Message("experiment.reference", name=shorten(asked.reference), hint=hint)))
    require_same_market(specs, asked.allow_different)
    for spec in specs:
        require_data(spec)
    return specs


def _spec(source: Source, asked: Options) -> ScenarioSpec:
    """Return the scenario of any source, with people and days laid over it."""
    over = {"people": asked.people, "days": asked.days}
    if isinstance(source, Resolved):
        source = source.spec
    if isinstance(source, ScenarioSpec):
        given = {name: value for name, value in over.items() if value is not None}
        return unpack(pack(source, **given)) if given else source
    return resolve(source, asked.overrides, **over).spec


def _uniquely_named(specs: list[ScenarioSpec]) -> list[ScenarioSpec]:
    """Return the scenarios, with a number behind a name that has been used."""
    used: set[str] = set()
    out = []
    for spec in specs:
        name, number = spec.name, 1
        while name in used:
            number += 1
            name = f"{spec.name}-{number}"
        used.add(name)
        out.append(spec if number == 1 else spec.model_copy(update={"name": name, "title": _numbered(spec, number)}))
    return out


def _numbered(spec: ScenarioSpec, number: int) -> Any:
    """Return the title with a number behind it."""
    title = spec.title
    return title.model_copy(update={k: f"{v} ({number})" for k, v in title.model_dump().items() if v})


def frame_of(specs: list[ScenarioSpec], asked: Options) -> Frame:
    """Return what the comparison says about its question."""
    first = specs[0]
    brand = first.all_brands()[0]
    product = brand.all_products()[0]
    question = {
        "product": product.name.within("en"), "product_zh": product.name.within("zh"), "category": product.category,
        "price_fen": product.price, "cash_fen": brand.cash, "people": first.people, "days": first.days,
    }
    return Frame(
        strategies=[spec.name for spec in specs],
        titles={spec.name: {"zh": spec.title_in("zh"), "en": spec.title_in("en")} for spec in specs},
        question=question,
        texts={spec.name: scenario_text(spec) for spec in specs},
        seed=first.seed,
        reference=asked.reference or first.name,
        version=code_version(),
        command=asked.command,
    )
