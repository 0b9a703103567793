"""The table of mutants follows the code: it cannot rot unseen, because the mutants themselves are tried now and then only."""

from __future__ import annotations

import ast

import pytest

from tests.mutation.suite import ROOT
from tests.mutation.table import TABLE


@pytest.mark.parametrize("suite", TABLE, ids=lambda suite: suite.file)
def test_every_mutant_stands_once_in_its_file_and_is_code(suite) -> None:
    text = (ROOT / suite.file).read_text(encoding="utf-8")
    for mutant in suite.mutants:
        assert suite.line(mutant) > 0
        changed = text.replace(mutant.old, mutant.new)
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(text)), f"{mutant.old!r}: no fault at all"
    assert [test for test in suite.tests if not (ROOT / test).is_file()] == []


def test_the_table_covers_what_holds_money_choice_trust_and_rebates() -> None:
    files = [suite.file for suite in TABLE]
    assert len(set(files)) == len(files)
    ledger = {path.relative_to(ROOT).as_posix() for path in (ROOT / "sim/ledger").glob("*.py")} - {"sim/ledger/__init__.py"}
    assert ledger <= set(files)
    assert sum(len(suite.mutants) for suite in TABLE) >= 50
    assert len({(suite.file, mutant.old, mutant.new) for suite in TABLE for mutant in suite.mutants}) == sum(
        len(suite.mutants) for suite in TABLE)
