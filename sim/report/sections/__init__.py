"""Sections of the page, in the order of design section 13."""
