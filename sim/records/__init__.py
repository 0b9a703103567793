"""What a run leaves behind: the catalogue of outcomes, the record of a run, comparisons, the store."""
