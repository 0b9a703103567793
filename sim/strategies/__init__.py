"""What sellers do: one file per strategy, each a frozen set of parameters that plans and settles."""
