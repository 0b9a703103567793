"""The worlds that are measured: sellers that grow with the market, kernels compiled before a clock starts."""

from __future__ import annotations

import resource
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.scenario.spec import ScenarioSpec

CORE = ("community", "influencer", "direct_sales", "dual_rebate")
"""The strategies that `guanxi compare` takes by itself."""
TITLES = {"community": "community", "influencer": "influencers", "direct_sales": "direct sales", "dual_rebate": "dual rebate",
          "paid_ads": "paid ads"}
PER = 20_000
"""People for whom a shipped scenario's seller is made; larger worlds have proportionally more of everything."""


def spec(people: int, days: int, kind: str = "community", ties: float = 20) -> ScenarioSpec:
    """Return a scenario whose seller, cash and seed customers grow with the world."""
    from sim.scenario.spec import ScenarioSpec as Spec

    scale = max(1, people // PER)
    seller: dict[str, Any] = {
        "community": {"groups": 5 * scale, "host_hours": 3 * scale},
        "influencer": {"followers_min": 300 * scale, "followers_max": 6_000 * scale},
        "direct_sales": {"staff": {"people": 4 * scale, "most": 8 * scale}, "accounts": 2 * scale,
                         "leads": {"adds_a_day": 40 * scale}},
        "dual_rebate": {"founders": 10 * scale},
        "paid_ads": {"daily_budget": 240 * scale},
    }[kind]
    return Spec.model_validate({
        "people": people, "days": days, "network": {"kind": "dunbar", "ties_per_person": ties},
        "strategies": [{"kind": kind, **seller}], "brand": {"cash": 300_000 * scale, "seed_customers": 100 * scale},
    })


def busy(people: int, days: int, share: float) -> ScenarioSpec:
    """Return a market in which about `share` of all people buy every day, and talk, learn and trust as they ever do.

    Everybody follows one feed, notices its daily post with chance `share`, and buys what they notice; friends' talk
    brings more. Posts are never too many to be read.
    """
    from sim.mechanisms.params import MechanismsSpec
    from sim.verification.quiet import quiet
    from sim.verification.scripted import Feed, Feeds

    usual = MechanismsSpec().model_dump(mode="json")
    lively = {name: usual[name] for name in ("word_of_mouth", "experience", "belief")}
    lively["word_of_mouth"]["show"] = (0, 0, 0, 0)  # or every tie that shows something would sell it
    return quiet(people, days, [Feeds(feeds=(Feed(followers=people, visibility=share),))],
                 network={"kind": "dunbar", "ties_per_person": 20}, choice={"impulse_in_use": 1}, **lively)


def warm(kind: str = "community", threads: int = 2) -> None:
    """Make ready everything a run needs.

    What has to be compiled is compiled in another process: else the memory of the compiler would count as the run's the
    first time, and the second time not.
    """
    words = f"from tests.benchmarks.worlds import small_run; small_run({kind!r}, {threads})"
    subprocess.run([sys.executable, "-c", words], check=True)
    small_run(kind, threads)


def small_run(kind: str, threads: int) -> None:
    """Run a small world that calls what a large one does."""
    from sim.model.run import run_once

    run_once(spec(3_000, 40, kind), 0, threads=threads)


def memory_gb() -> float:
    """Return the largest memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
