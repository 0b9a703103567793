"""Fakes come to light as often as the closed form says: 1 - (1 - p)^(fakes x posts) a day, a geometric wait over days."""

from __future__ import annotations

import numpy as np
import pytest

from sim.verification.quiet import days_of, quiet
from tests.conformance.strategies import Feed, Hosted

GROUPS = 600


def share_found(fakes: int, posts: float, p: float, days: int = 1) -> list[float]:
    """Return the share of groups whose fakes have been found out by the end of each day."""
    hosted = Hosted(feeds=(Feed(kind="group", owned=True, items=posts),) * GROUPS, fakes=fakes)
    spec = quiet(10, days, [hosted], detection={"fake_detection": p})
    return [float(state.world.channels.unmasked.mean()) for state, _ in days_of(spec)]


def test_the_wait_until_discovery_is_geometric() -> None:
    days, a_day = 30, 1 - (1 - 0.004) ** (4 * 3)
    for day, found in enumerate(share_found(4, 3, 0.004, days), start=1):
        expected = 1 - (1 - a_day) ** day
        assert found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / GROUPS))


def test_one_fake_in_a_group_of_three_posts_is_seldom_found_in_a_year_at_the_default() -> None:
    """Domain 4.12 read literally finds it more than twice a year (market 1.13)."""
    year = share_found(1, 3, 0.0002, 365)[-1]
    expected = 1 - (1 - 0.0002) ** (3 * 365)
    assert year == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / GROUPS))
    assert year < 0.3
    assert share_found(1, 3, 0.002, 365)[-1] > 0.8


@pytest.mark.parametrize(("fakes", "posts", "p"), [(0, 3, 1.0), (5, 0, 1.0), (5, 3, 0.0)])
def test_without_fakes_posts_or_chance_nothing_is_found(fakes: int, posts: float, p: float) -> None:
    assert share_found(fakes, posts, p, 20)[-1] == 0
