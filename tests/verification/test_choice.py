"""What is not chosen whatever the utilities; the closed forms of choice stand in the book, see `test_book.py`."""

from __future__ import annotations

import pytest

from sim.verification.quiet import ALONE, finished, quiet
from tests.conformance.strategies import Feed, Feeds, Terms


@pytest.mark.parametrize("mode", ["logit", "certain"])
def test_what_fits_not_at_all_is_never_bought(mode: str) -> None:
    for fit, some in ((0.0, False), (1e-9, False), (1e-6, mode == "certain"), (1.0, True)):
        spec = quiet(300, 3, [Feeds(offers=(Terms(fit=fit),), feeds=(Feed(followers=300),))],
                     choice={"mode": mode, "doors": {"feed": 0}})
        assert bool(finished(spec).recorder.series["orders"].sum()) is some


def test_a_constant_outside_option_without_any_offer() -> None:
    assert finished(quiet(500, 5, network=ALONE)).recorder.series["orders"].sum() == 0
