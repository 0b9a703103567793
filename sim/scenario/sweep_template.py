"""A commented sweep file to start from: every number of a scenario that has a declared range, ready to become an axis.

The first two numbers of its strategies are axes, the others stand below them as comments, so that a question is asked by
moving a `#`. The file is small enough to be played in a minute: fewer people and days than the scenario has.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.core.errors import Problem, ScenarioError, shorten
from sim.scenario.crowds import crowds
from sim.scenario.dump import flow, scalar
from sim.scenario.find import is_path, is_safe_name
from sim.scenario.inventory import inventory
from sim.scenario.resolve import resolve
from sim.text.catalogue import say
from sim.text.message import Message

if TYPE_CHECKING:
    from sim.scenario.inventory import Entry
    from sim.text.catalogue import Lang

_PEOPLE, _DAYS, _STEPS, _REPLICATIONS = 2_000, 90, 3, 8
_IN_USE = 2


def sweep_template(name: str, scenario: str, lang: Lang = "en", folder: Path | None = None) -> str:
    """Return the text of a commented sweep file.

    Parameters
    ----------
    name : str
        Name of the new sweep.
    scenario : str
        Name or path of the scenario to move.
    lang : {'zh', 'en'}
        Language of the comments.
    folder : Path, optional
        Where the file will stand: a path in it is relative to that; the working folder by default.

    Raises
    ------
    ScenarioError
        If the name is not usable, or there is no such scenario.
    """
    if not is_safe_name(name):
        raise ScenarioError(Problem(Message("scenario.template_name", name=shorten(name))))
    spec = resolve(scenario).spec
    found = os.path.relpath(scenario, folder or Path()) if is_path(scenario) else scenario
    base: dict[str, Any] = {"people": min(spec.people, _PEOPLE), "days": min(spec.days, _DAYS)}
    few = spec.model_copy(update={"people": base["people"]})
    base |= {one.path: one.same for one in crowds(few)}  # what was bought a day for many would drown few
    moved = [entry for entry in inventory(spec) if entry.span is not None]
    own = [entry for entry in moved if entry.path.startswith("strategies.") and _fits(scenario, entry)]
    in_use = (own or moved)[:_IN_USE]
    said = {key: f"# {say('scenario', f'template.sweep.{key}', lang, name=name, scenario=scenario, own=found)}"
            for key in ("what", "how", "base", "axes", "more", "market", "design", "replications", "expect")}
    lines = [said["what"], said["how"], "", "schema: 1", f"name: {scalar(name)}", f"title: {{zh: {scalar(name)}, en: {scalar(name)}}}",
             f"scenarios: [{scalar(found)}]", "", said["base"], f"base: {flow(base)}", "", said["axes"], "axes:"]
    for entry in in_use:
        lines += _axis(entry, lang, "")
    lines += ["", f"  {said['more']}"]
    for entry in own[len(in_use):]:
        lines += _axis(entry, lang, "# ")
    lines += [f"  {said['market']}", "", said["design"], "design: grid", "", said["replications"], f"replications: {_REPLICATIONS}",
              "", said["expect"], "expect:", "  - profit_fen > 0 CNY with 95 %"]
    return "\n".join(lines) + "\n"


def _fits(scenario: str, entry: Entry) -> bool:
    """Return whether both ends of a range can be in the scenario: a counter that opens at 9 cannot be open for 16 hours."""
    try:
        for end in entry.span or ():
            resolve(scenario, [f"{entry.path}={end}"])
    except ScenarioError:
        return False
    return True


def _axis(entry: Entry, lang: Lang, mark: str) -> list[str]:
    """Return the lines of one axis: what it means and what the scenario says, then its declared range."""
    low, high = entry.span or ("", "")
    stands = say("scenario", "template.sweep.stands", lang, means=entry.means[lang], value=entry.value)
    return [f"  # {stands}", f"  {mark}{entry.path}: {{low: {low}, high: {high}, steps: {_STEPS}}}"]
