"""The state: people, ties, audiences, resellers, brands, accounts, calendar. Knows no rule."""
