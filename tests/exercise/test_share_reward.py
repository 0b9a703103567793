"""The laws that every strategy keeps, inherited, and what this one is meant to do."""

from sim.api import Result, Scenario, run
from sim.conformance import StrategyConformance


class TestShareReward(StrategyConformance):
    """All laws of the kit."""

    strategy = {"kind": "share_reward"}  # noqa: RUF012 (the kit only reads it)
    people = 300
    days = 30


def run_of(levers: str) -> Result:
    """Run a market in which the strategy stands alone."""
    return run(Scenario(text=f"""
        name: thanks
        title: {{zh: 分享有礼, en: Share rewards}}
        people: 600
        days: 40
        network: {{kind: small_world}}
        strategies: [{{kind: share_reward, {levers}}}]
    """))


def test_friends_see_it_because_buyers_show_it() -> None:
    shown = run_of("items: 1").daily["exposures"].sum()
    kept_to_themselves = run_of("items: 0").daily["exposures"].sum()
    assert shown > kept_to_themselves


def test_nobody_is_asked_who_could_not_be_paid() -> None:
    dear = run_of("items: 1, thanks: 900_000_000 CNY")
    assert dear.daily["cash_fen"].equals(run_of("items: 0, thanks: 0 CNY").daily["cash_fen"])
