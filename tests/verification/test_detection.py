"""What the default chance of being found out means, and when nothing is found; the closed form stands in the book."""

from __future__ import annotations

import pytest

from sim.verification.risks import found_out


def test_read_literally_the_source_would_find_one_fake_within_the_year() -> None:
    """Domain 4.12 read so finds a fake more than twice a year (market 1.13); the default, a tenth of it, seldom does."""
    assert found_out(1, 3, 0.0002, 1, 365)[-1] < 0.3
    assert found_out(1, 3, 0.002, 1, 365)[-1] > 0.8


@pytest.mark.parametrize(("fakes", "posts", "p"), [(0, 3, 1.0), (5, 0, 1.0), (5, 3, 0.0)])
def test_without_fakes_posts_or_chance_nothing_is_found(fakes: int, posts: float, p: float) -> None:
    assert found_out(fakes, posts, p, 1, 20)[-1] == 0
