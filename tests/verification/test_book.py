"""Every closed form of the verification book holds, with the seed that `guanxi verify` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sim.verification.book import hold
from sim.verification.table import THEMES

if TYPE_CHECKING:
    from sim.verification.check import Check

EVERY = [(theme, check) for theme, checks in THEMES.items() for check in checks]


@pytest.mark.parametrize(("theme", "check"), EVERY, ids=[check.id for _, check in EVERY])
def test_closed_form(theme: str, check: Check, agree: Any) -> None:
    record = hold(theme, check)
    assert not record.broken
    assert record.figures
    for figure in record.figures:
        if figure.is_exact:
            assert figure.is_met, f"{figure.case}: {figure.ours!r} against {figure.theory!r}"
        else:
            agree(f"{check.id}, {figure.case}", figure.ours, figure.theory, figure.error)
    assert record.is_met
