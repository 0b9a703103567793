"""All mutants, file by file."""

from __future__ import annotations

from tests.mutation.money import MONEY
from tests.mutation.rebates import REBATES
from tests.mutation.trust import TRUST

TABLE = (*MONEY, *TRUST, *REBATES)
