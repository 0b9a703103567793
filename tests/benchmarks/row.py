"""Measure one row in this process and print its figures as one line of JSON."""

from __future__ import annotations

import json
import sys

from tests.benchmarks.rows import ROWS

if __name__ == "__main__":
    print(json.dumps(ROWS[sys.argv[1]].measure()))
