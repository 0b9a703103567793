"""Many runs: seeds, workers, comparisons."""
