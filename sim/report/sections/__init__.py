"""Sections of the page, a file for each group; `sim/report/page.py` has their order."""
