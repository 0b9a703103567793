"""The categories of interest: what people care about, what products belong to, what labels are made of."""

from __future__ import annotations

CATEGORIES = ("beauty", "food", "household", "fashion", "baby", "digital")
"""A product belongs to one; a person has an interest in each; a label has a weight for each."""
